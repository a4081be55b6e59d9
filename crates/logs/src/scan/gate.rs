//! How many inflated bytes may be in memory at once.

use std::sync::{Condvar, Mutex, PoisonError};

/// Inflated bytes on all threads together: a file waits until it fits, one alone may be larger. It keeps the memory of two
/// threads below 100 MiB on the largest files that CloudTrail delivers (50 MB of JSON).
pub(super) const IN_FLIGHT: usize = 24 << 20;

/// Lets as many bytes in as fit.
#[derive(Default)]
pub(super) struct Gate {
    state: Mutex<(usize, bool)>,
    left: Condvar,
}

pub(super) struct Pass<'g> {
    gate: &'g Gate,
    bytes: usize,
}

impl Gate {
    pub(super) fn enter(&self, bytes: usize) -> Pass<'_> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |state: &mut (usize, bool)| state.0 > 0 && state.0 + bytes > IN_FLIGHT;
        let mut state = self.left.wait_while(state, full).unwrap_or_else(PoisonError::into_inner);
        state.0 += bytes;
        Pass { gate: self, bytes }
    }

    /// Waits until there is some room.
    pub(super) fn wait(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |state: &mut (usize, bool)| state.0 >= IN_FLIGHT && !state.1;
        drop(self.left.wait_while(state, full).unwrap_or_else(PoisonError::into_inner));
    }

    /// As [`Gate::enter`]; `None` iff that would wait.
    pub(super) fn enter_now(&self, bytes: usize) -> Option<Pass<'_>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 > 0 && state.0 + bytes > IN_FLIGHT {
            return None;
        }
        state.0 += bytes;
        Some(Pass { gate: self, bytes })
    }

    pub(super) fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.gate.state.lock().unwrap_or_else(PoisonError::into_inner).0 -= self.bytes;
        self.gate.left.notify_all();
    }
}
