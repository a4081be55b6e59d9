//! What an account has to show: a session that is opened once and asked many times, for objects, locations, metrics and keys.

mod canary;
mod keys;
mod locations;
mod metrics;

pub use canary::{Aim, CanaryError, CanaryTrouble, Sent};
pub use keys::PublicKey;
pub use locations::{Location, Locations};
pub use metrics::Hours;

use crate::error::CollectError;
use crate::objects::{Objects, Places};
use crate::options::Options;
use crate::session::Session;
use crate::stop::Stop;

/// A session that reads evidence. Its methods may be called side by side and as often as one likes; all share one pace,
/// and the handle that stops it.
///
/// A service that stays silent too often in a Region is not asked again: who watches for days opens a new one for each
/// round.
#[derive(Debug)]
pub struct Evidence {
    pub(crate) session: Session,
    pub(crate) buckets: Places,
}

impl Evidence {
    /// Finds credentials and asks whose they are; `None` iff `stop` was stopped before that was known.
    ///
    /// # Errors
    /// As [`crate::collect`], where not even the caller is known.
    pub async fn open(options: &Options, stop: Stop) -> Result<Option<Evidence>, CollectError> {
        let session = Session::open(options, stop).await?;
        Ok(session.map(|session| Evidence { session, buckets: Places::default() }))
    }

    /// The account that the credentials belong to.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.session.caller.account
    }

    /// Requests that were sent so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.session.wire.requests()
    }

    /// Objects of S3, read as the caller.
    #[must_use]
    pub fn objects(&self) -> Objects<'_> {
        Objects::of(self, None)
    }

    /// Objects of S3, read through the role in that account.
    #[must_use]
    pub fn objects_as<'a>(&'a self, account: &'a str) -> Objects<'a> {
        Objects::of(self, Some(account))
    }
}
