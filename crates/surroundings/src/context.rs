//! What is known before any command runs: the time and the settings.

use crate::clock::day;
use crate::config::Config;
use crate::exceptions::Limit;

/// What is known before any command runs.
#[derive(Clone, Debug)]
pub struct Context {
    /// The time, RFC 3339.
    pub now: String,
    /// What the configuration file says.
    pub config: Config,
}

impl Context {
    /// The limit as typed, else as the configuration file says.
    pub fn limit(&self, typed: Option<u16>) -> Limit<'_> {
        Limit { most: typed.or(self.config.exceptions_max_days), today: day(&self.now) }
    }
}
