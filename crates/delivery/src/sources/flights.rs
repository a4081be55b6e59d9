//! Objects on their way: as many as keep the threads busy, and no more bytes than memory has room for.

use super::Found;
use std::collections::VecDeque;

/// Objects under way for each thread that takes them: at 100 ms an object, two threads can be given 1,280 a second.
const FOR_A_THREAD: usize = 64;
/// Objects under way for all threads together: each is a connection, and a process may have about a thousand.
const MOST: usize = 512;
/// Bytes of them, as their listing says. One alone may be larger.
const BYTES: u64 = 32 << 20;

/// See the module. `F` is a read that was begun.
pub(super) struct Flights<F> {
    queue: VecDeque<(Found, Option<F>)>,
    /// Reads that were taken out of the queue and have not landed.
    taken: usize,
    /// Bytes of all of them.
    bytes: u64,
    most: usize,
}

impl<F> Flights<F> {
    pub(super) fn for_threads(threads: usize) -> Self {
        let most = threads.max(1).saturating_mul(FOR_A_THREAD).min(MOST);
        Flights { queue: VecDeque::new(), taken: 0, bytes: 0, most }
    }

    /// True iff an object of that size may be begun now; in any case where none waits for a thread.
    pub(super) fn has_room(&self, size: u64) -> bool {
        let fits = self.bytes.checked_add(size).is_some_and(|bytes| bytes <= BYTES);
        self.queue.is_empty() || (self.queue.len() + self.taken < self.most && fits)
    }

    /// Enters an object: its read was begun, or there is nothing to read.
    pub(super) fn push(&mut self, found: Found, flight: Option<F>) {
        self.bytes = self.bytes.saturating_add(found.size);
        self.queue.push_back((found, flight));
    }

    /// One that has arrived, else the one that was begun first. It keeps its room until [`Flights::landed`].
    pub(super) fn pop(&mut self, has_arrived: impl Fn(&F) -> bool) -> Option<(Found, Option<F>)> {
        let arrived = |(_, flight): &(Found, Option<F>)| flight.as_ref().is_none_or(&has_arrived);
        let at = self.queue.iter().position(arrived).unwrap_or(0);
        let taken = self.queue.remove(at)?;
        self.taken += 1;
        Some(taken)
    }

    /// What was taken, and had that size, is no longer under way.
    pub(super) fn landed(&mut self, size: u64) {
        self.taken = self.taken.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(size);
    }
}

#[cfg(test)]
mod tests {
    use super::{BYTES, FOR_A_THREAD, Flights, MOST};
    use crate::sources::Found;

    fn of(size: u64) -> Found {
        Found { size, ..Found::default() }
    }

    /// How many of that size are under way at most.
    fn begun(threads: usize, size: u64) -> usize {
        let mut flights = Flights::for_threads(threads);
        let begun = (0..2 * MOST).take_while(|_| {
            let room = flights.has_room(size);
            if room {
                flights.push(of(size), Some(()));
            }
            room
        });
        begun.count()
    }

    #[test]
    fn there_are_so_many_for_each_thread_and_so_many_bytes_for_all() {
        assert_eq!([begun(0, 1), begun(1, 1), begun(2, 1)], [64, FOR_A_THREAD, 2 * FOR_A_THREAD]);
        assert_eq!([begun(8, 0), begun(1_000, 1), begun(usize::MAX, 1)], [MOST; 3]);
        assert_eq!([begun(2, 1 << 20), begun(2, 4 << 20), begun(2, BYTES)], [32, 8, 1]);
        assert_eq!([begun(2, BYTES + 1), begun(2, u64::MAX)], [1; 2], "one alone may be larger");
    }

    #[test]
    fn what_has_arrived_goes_first_and_makes_room() {
        let mut flights = Flights::for_threads(1);
        for (number, arrived) in [false, true, false].into_iter().enumerate() {
            flights.push(Found { number, ..of(BYTES / 4) }, Some(arrived));
        }
        assert!(!flights.has_room(BYTES / 2));
        let mut pop = || flights.pop(|arrived| *arrived).map(|(found, _)| found.number);
        assert_eq!([pop(), pop()], [Some(1), Some(0)]);
        assert!(!flights.has_room(BYTES / 2), "nothing has landed");
        flights.landed(BYTES / 4);
        assert!(flights.has_room(BYTES / 2));
    }
}
