//! How many different events there were in each hour of a day: a set that no order, no copy and no second reading changes.

use serde::{Deserialize, Serialize};

/// Of so many events in an hour each is known; of more, how many there are is estimated.
pub const EXACT: usize = 256;

/// Bits of a hash that are kept beside the hour.
const BITS: u32 = 27;
const MASK: u32 = (1 << BITS) - 1;

/// Of each hour the [`EXACT`] smallest hashes of what happened in it (a bottom-k sketch). What it holds depends on the set of events
/// alone, so joining is commutative, associative and idempotent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids(Vec<u32>);

impl Ids {
    /// Enters an event of that hour (0 to 23) by a hash of its id.
    pub fn enter(&mut self, hour: u32, hash: u64) {
        // The upper bits are as good as any.
        let hash = u32::try_from(hash >> (64 - BITS)).unwrap_or(MASK);
        self.insert(hour.min(23) << BITS | hash & MASK);
    }

    fn insert(&mut self, entry: u32) {
        let Err(at) = self.0.binary_search(&entry) else { return };
        let end = self.end_of(entry);
        if end - self.start_of(entry) < EXACT {
            if self.0.is_empty() {
                self.0.reserve_exact(1);
            }
            self.0.insert(at, entry);
        } else if at < end {
            // The largest of the hour makes room.
            self.0.remove(end - 1);
            self.0.insert(at, entry);
        }
    }

    fn start_of(&self, entry: u32) -> usize {
        self.0.partition_point(|one| one >> BITS < entry >> BITS)
    }

    fn end_of(&self, entry: u32) -> usize {
        self.0.partition_point(|one| one >> BITS <= entry >> BITS)
    }

    /// Takes in all that the other holds.
    pub fn join(&mut self, other: &Ids) {
        if self.0.is_empty() {
            self.0.clone_from(&other.0);
        } else {
            other.0.iter().for_each(|entry| self.insert(*entry));
        }
    }

    /// Each hour that has an event, and how many it has: exact to [`EXACT`], within some 6 % beyond.
    pub fn hours(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        self.0.chunk_by(|one, other| one >> BITS == other >> BITS).map(|hour| {
            let first = hour.first().copied().unwrap_or_default();
            (first >> BITS, count(hour))
        })
    }

    /// How many events of the day there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.hours().map(|(_, count)| count).sum()
    }

    /// How many numbers it keeps.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.0.len()
    }
}

/// Where so many hashes are the smallest of all, there are as many hashes as fit by their density.
fn count(hour: &[u32]) -> u64 {
    let last = hour.last().map_or(0, |one| u64::from(one & MASK));
    if hour.len() < EXACT || last == 0 {
        return hour.len() as u64;
    }
    (((EXACT as u64 - 1) << BITS) / last).max(EXACT as u64)
}

#[cfg(test)]
mod tests {
    use super::{EXACT, Ids};
    use foldhash::fast::FixedState;
    use std::hash::BuildHasher;

    fn ids(hours: impl IntoIterator<Item = (u32, u64)>) -> Ids {
        let mut ids = Ids::default();
        hours.into_iter().for_each(|(hour, id)| ids.enter(hour, FixedState::with_seed(7).hash_one(id)));
        ids
    }

    #[test]
    fn few_are_counted_exactly_and_copies_once() {
        let some = ids((0..200).flat_map(|id| [(3, id), (3, id), (5, id / 2)]));
        assert_eq!(some.hours().collect::<Vec<_>>(), [(3, 200), (5, 100)]);
        assert_eq!(some.total(), 300);
    }

    #[test]
    fn many_are_estimated_within_a_fifth() {
        for many in [1_000_u64, 20_000, 300_000] {
            let told = ids((0..many).map(|id| (1, id))).total();
            assert!(told.abs_diff(many) * 5 < many, "{many} {told}");
        }
    }

    #[test]
    fn no_order_and_no_second_time_changes_it() {
        let all: Vec<(u32, u64)> = (0..2000).map(|id| ((id % 3) as u32 + 20, id)).collect();
        let one = ids(all.iter().copied());
        let backwards = ids(all.iter().rev().copied());
        let (mut left, right) = (ids(all[..1500].iter().copied()), ids(all[400..].iter().copied()));
        left.join(&right);
        let again = left.clone();
        left.join(&again);
        assert_eq!((&one, &one), (&backwards, &left));
        assert_eq!(one.kept(), 3 * EXACT);
    }
}
