//! The way to AWS: a session that somebody else opened, and where its work runs.

use crate::watch::Watch;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// See the module.
pub struct Door {
    pub(crate) aws: Arc<aws::Session>,
    runtime: Handle,
    watch: &'static dyn Watch,
}

impl Door {
    /// Of that session, whose work runs there.
    #[must_use]
    pub fn new(aws: Arc<aws::Session>, runtime: Handle, watch: &'static dyn Watch) -> Self {
        Door { aws, runtime, watch }
    }

    /// Waits for an answer. May be called from several threads, none of them the runtime's own.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        let _shown = self.watch.asking(&self.aws);
        self.runtime.block_on(work)
    }

    /// Lets work go on while nobody waits for it.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.runtime.spawn(work)
    }
}
