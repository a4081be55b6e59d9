//! Groups by number, each kept once.

use super::MOST_DIMENSIONS;
use foldhash::fast::FixedState;
use std::hash::{BuildHasher, Hasher};

/// The labels of a group: numbers of texts, or numbers of hours and days.
pub(super) type GroupKey = [u32; MOST_DIMENSIONS];

/// Groups by number. Most questions have two dimensions or one, so a slot holds the first two labels: to find a group again is one look
/// into memory, into a table that is small.
#[derive(Default)]
pub(super) struct Groups {
    keys: Vec<GroupKey>,
    /// None, or a power of two of them: a group is in the first free one from where its hash points to.
    slots: Vec<Slot>,
}

/// The group of number `after - 1`; free iff that is 0.
#[derive(Clone, Copy, Default)]
struct Slot {
    first: [u32; 2],
    hash: u32,
    after: u32,
}

/// The fewest slots of a table.
const FEWEST: usize = 64;

impl Groups {
    /// The group of these labels, there already or new. `width` is how many of them may differ.
    #[inline(always)]
    pub(super) fn number(&mut self, key: &GroupKey, width: usize) -> u32 {
        let hash = hash(key, width);
        let first = first(key);
        let mut at = hash as usize;
        while let Some(slot) = self.slots.get(at & self.slots.len().wrapping_sub(1)) {
            if slot.after == 0 {
                break;
            }
            let number = slot.after - 1;
            if slot.first == first && (width <= first.len() || self.keys.get(number as usize) == Some(key)) {
                return number;
            }
            at += 1;
        }
        self.add(key, hash)
    }

    #[cold]
    #[inline(never)]
    fn add(&mut self, key: &GroupKey, hash: u32) -> u32 {
        let number = u32::try_from(self.keys.len()).unwrap_or(u32::MAX - 1);
        self.keys.push(*key);
        // A quarter stays free.
        if self.keys.len() * 4 > self.slots.len() * 3 {
            let more = (self.slots.len() * 2).max(FEWEST);
            let before = std::mem::replace(&mut self.slots, vec![Slot::default(); more]);
            before.into_iter().filter(|slot| slot.after != 0).for_each(|slot| self.put(slot));
        }
        self.put(Slot { first: first(key), hash, after: number + 1 });
        number
    }

    /// Into the first free slot from where it belongs: there is one.
    fn put(&mut self, slot: Slot) {
        let last = self.slots.len().wrapping_sub(1);
        for at in (slot.hash as usize..).map(|at| at & last).take(self.slots.len()) {
            if let Some(here) = self.slots.get_mut(at).filter(|here| here.after == 0) {
                *here = slot;
                return;
            }
        }
    }

    /// The labels of the group of that number.
    pub(super) fn get(&self, number: u32) -> Option<&GroupKey> {
        self.keys.get(number as usize)
    }

    /// All of them, in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &GroupKey> {
        self.keys.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }
}

fn first(key: &GroupKey) -> [u32; 2] {
    let [one, other, ..] = *key;
    [one, other]
}

fn hash(key: &GroupKey, width: usize) -> u32 {
    let mut hasher = FixedState::with_seed(5).build_hasher();
    for pair in key.chunks(2).take(width.div_ceil(2)) {
        hasher.write_u64(pair.iter().fold(0, |both, id| both << 32 | u64::from(*id)));
    }
    (hasher.finish() >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::{GroupKey, Groups};

    #[test]
    fn groups_that_differ_in_one_label_are_two_and_each_is_found_again() {
        for width in [1, 2, 3, 14] {
            let mut groups = Groups::default();
            let keys: Vec<GroupKey> = (0..5_000_u32)
                .map(|n| {
                    let mut key = [0; 14];
                    key[n as usize % width] = 1 + n / width as u32;
                    key
                })
                .collect();
            for _ in 0..2 {
                let numbers: Vec<u32> = keys.iter().map(|key| groups.number(key, width)).collect();
                assert_eq!(numbers, (0..5_000).collect::<Vec<_>>(), "{width}");
            }
            assert!(groups.iter().eq(&keys), "{width}");
            assert_eq!((groups.len(), groups.get(4_999), groups.get(5_000)), (5_000, keys.last(), None));
        }
    }
}
