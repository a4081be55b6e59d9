//! `--fail-on`, of several commands: which findings the exit code is about.

use clap::{Args, ValueEnum};

/// See there.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Deciding {
    /// Which findings end with exit code 3: any, or only those that --baseline does not have [default: any].
    #[arg(long, value_enum, value_name = "WHICH", requires_if("new", "baseline"))]
    pub fail_on: Option<FailOn>,
}

/// Which findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Each.
    Any,
    /// Those that the baseline does not have.
    New,
}

impl Deciding {
    /// True iff only what is new decides.
    pub fn only_new(self) -> bool {
        self.fail_on == Some(FailOn::New)
    }
}
