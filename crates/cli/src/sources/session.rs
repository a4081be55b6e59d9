//! A session with AWS for a whole command: one runtime, one Ctrl-C, and many questions side by side.

use crate::collect::{options, problem, runtime};
use crate::outcome::Outcome;
use crate::problem::{Problem, say};
use crate::settings::Live;
use anyhow::Result;
use aws::{Evidence, Stop};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Runtime;

/// See the module.
pub(crate) struct Session {
    runtime: Runtime,
    pub(crate) evidence: Arc<Evidence>,
    stop: Stop,
}

impl Session {
    /// # Errors
    /// [`Problem`] iff not even the caller is known.
    pub(crate) fn open(live: &Live) -> Result<Session> {
        let (runtime, stop) = (runtime()?, Stop::new());
        let heard = stop.clone();
        runtime.spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                say("note", "interrupted: press Ctrl-C again to end at once");
                heard.stop();
                if tokio::signal::ctrl_c().await.is_ok() {
                    std::process::exit(i32::from(Outcome::Interrupted.code()));
                }
            }
        });
        let opened = runtime.block_on(Evidence::open(&options(live), stop.clone()));
        match opened.map_err(|error| problem(&error))? {
            Some(evidence) => Ok(Session { runtime, evidence: Arc::new(evidence), stop }),
            None => Err(Problem::interrupted("interrupted before it was known who asks").into()),
        }
    }

    /// Waits for an answer. May be called from several threads.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.handle().block_on(work)
    }

    /// Lets work go on while nobody waits for it.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        self.runtime.spawn(work)
    }

    /// True iff Ctrl-C was heard.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
    }
}

/// Threads that wait for answers. Pace and limits are those of the session.
pub(crate) const WAITERS: usize = 64;

/// The answer for each of `items`, in their order, several waited for at a time.
pub(crate) fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    side_by_side_at_most(WAITERS, items, work)
}

/// The same, so many at a time.
pub(crate) fn side_by_side_at_most<T: Sync, R: Send>(
    most: usize,
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
    std::thread::scope(|scope| {
        for _ in 0..most.min(items.len()) {
            scope.spawn(|| {
                while let Some((at, item)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    items.get(at).map(|item| (at, item))
                } {
                    let answer = work(item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, answer));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, answer)| answer).collect()
}
