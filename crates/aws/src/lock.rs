//! Locks that are only held for a moment.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Takes the lock. Nothing panics while it holds one of these, so a poisoned one is as good as any.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
