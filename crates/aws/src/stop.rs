//! A handle with which a collection is interrupted.

use std::sync::Arc;
use tokio::sync::watch;

/// Interrupts a collection: all clones are one handle. A stopped collection drops the calls in flight and returns what it
/// has.
#[derive(Clone, Debug)]
pub struct Stop {
    stopped: Arc<watch::Sender<bool>>,
}

impl Default for Stop {
    fn default() -> Self {
        Stop { stopped: Arc::new(watch::channel(false).0) }
    }
}

impl Stop {
    /// A handle that nobody has stopped.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops; for good, and as often as one likes.
    pub fn stop(&self) {
        self.stopped.send_replace(true);
    }

    /// True iff [`Stop::stop`] was called.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }

    /// The value of `work`, or `None` iff the handle was stopped before.
    pub(crate) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut stopped = self.stopped.subscribe();
        tokio::select! {
            biased;
            // The sender lives in `self`, so waiting cannot fail.
            _ = stopped.wait_for(|stopped| *stopped) => None,
            value = work => Some(value),
        }
    }
}
