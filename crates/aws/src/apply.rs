//! Carrying changes out: compare, journal, set, read back, compare, next. The only part that changes recorders.
//!
//! AWS has no conditional write for selectors, so between reading and setting somebody else may write (semantics 7). The
//! window is kept as short as it can be, and reading back shows who came after us.

mod carry_out;
mod live;

pub use carry_out::{Carried, Stopped};

use crate::session::Session;
use audit::change::{Change, State};
use audit::journal::{Journal, Mark};
use live::Live;

/// What is to be carried out.
#[derive(Clone, Copy, Debug)]
pub struct Orders<'a> {
    /// The changes, in their order.
    pub changes: &'a [Change],
    /// How far each of them has come; those beyond its end are fresh.
    pub marks: &'a [Mark],
    /// They take back what was done: of a recorder that does not exist any more nothing is left to take back.
    pub back: bool,
    /// What must stand right before each change, beside its own setting: what is before or after of each.
    pub relied_on: &'a [Vec<Change>],
}

/// What stands where a bucket is to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// Nothing: the name is free.
    Free,
    /// The bucket as it is wanted, in the account that it is wanted in.
    Ready,
    /// Another bucket, of this account or of another one.
    Taken,
    /// Nobody knows: what AWS or the network said, in one line.
    Unread(String),
}

impl Session {
    /// Carries the changes out in their order, from where the marks say; whatever stops them is in [`Carried`].
    ///
    /// Without any mark but [`Mark::Fresh`], every setting is compared with what the changes want to find before the first one
    /// is touched. `done` hears of each change that is done.
    pub async fn carry_out(
        &self,
        orders: Orders<'_>,
        journal: &mut dyn Journal,
        done: &mut dyn FnMut(usize),
    ) -> Carried {
        carry_out::run(&mut self.world(), orders, journal, done).await
    }

    /// Looks where the buckets of these changes are to be created. Changes that create none have [`Site::Free`].
    pub async fn sites(&self, changes: &[Change]) -> Vec<Site> {
        let mut world = self.world();
        let mut found = Vec::new();
        for change in changes {
            found.push(match carry_out::World::read(&mut world, change).await {
                Ok(state) if change.is_there(&state) => Site::Ready,
                Ok(State::Bucket(Some(_))) => Site::Taken,
                Ok(_) => Site::Free,
                // S3 says of a name that nobody has that there is no such bucket, whoever asks.
                Err(failure) if live::is_of_others(&failure) => Site::Taken,
                Err(failure) => Site::Unread(failure.error),
            });
        }
        found
    }

    /// What each change's setting is now, [`State::Gone`] where its recorder does not exist; `Err` holds what AWS said, in one line.
    pub async fn look(&self, changes: &[Change]) -> Vec<Result<State, String>> {
        let mut world = self.world();
        let mut found = Vec::new();
        for change in changes {
            let state = carry_out::World::read(&mut world, change).await;
            found.push(state.map_err(|failure| failure.error));
        }
        found
    }

    fn world(&self) -> Live<'_> {
        self.begin();
        Live { session: self, limits: self.options.limits }
    }
}
