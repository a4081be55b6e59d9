//! Texts by number, each kept once.

use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};
use std::hash::BuildHasher;

/// Texts by number; 0 is no text.
///
/// Its table is our own: a slot says where its text is, so that a text that is known costs two looks into memory, where a general
/// table takes four. With tens of thousands of texts each of them is a wait.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    all: String,
    /// Where each text ends within `all`; it begins where the one before ends.
    ends: Vec<u32>,
    /// None, or a power of two of them: a text is in the first free one from where its hash points to.
    slots: Vec<Slot>,
    used: usize,
}

/// A text that can be looked up; its number is 0 iff the slot is free.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u32,
    start: u32,
    length: u32,
    id: u32,
}

/// Texts that wait for their numbers, each with what it is a text of: one after the other, every look-up would be a wait for memory.
#[derive(Clone, Debug)]
pub(super) struct Waiting<T> {
    all: String,
    each: Vec<One<T>>,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Waiting { all: String::new(), each: Vec::new() }
    }
}

#[derive(Clone, Copy, Debug)]
struct One<T> {
    what: T,
    hash: u32,
    end: usize,
    /// Where it should be found.
    slot: Slot,
}

impl<T> Waiting<T> {
    #[inline(always)]
    pub(super) fn push(&mut self, what: T, text: &str) {
        self.all.push_str(text);
        let end = self.all.len();
        self.each.push(One { what, hash: hash(text), end, slot: Slot::default() });
    }

    pub(super) fn len(&self) -> usize {
        self.each.len()
    }

    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.each.clear();
    }
}

/// The fewest slots of a table.
const FEWEST: usize = 64;

impl Texts {
    /// The number of the text: the same for equal texts, and never 0.
    ///
    /// Beyond 4 GiB of texts every further one is taken for none: no file of CloudTrail comes near.
    pub fn intern(&mut self, text: &str) -> u32 {
        self.intern_hashed(text, hash(text))
    }

    fn intern_hashed(&mut self, text: &str, hash: u32) -> u32 {
        let mut at = hash as usize;
        while let Some(slot) = self.slots.get(at & self.slots.len().wrapping_sub(1)) {
            if slot.id == 0 {
                break;
            }
            if self.says(slot, text, hash) {
                return slot.id;
            }
            at += 1;
        }
        self.add(text, hash)
    }

    #[inline(always)]
    fn says(&self, slot: &Slot, text: &str, hash: u32) -> bool {
        let start = slot.start as usize;
        slot.hash == hash
            && slot.length as usize == text.len()
            && self.all.as_bytes().get(start..start + text.len()) == Some(text.as_bytes())
    }

    /// As [`Texts::intern`] of each text that waits, in their order; `then` gets what it waits for, and its number. None waits any
    /// longer.
    pub(super) fn intern_waiting<T: Copy>(&mut self, waiting: &mut Waiting<T>, mut then: impl FnMut(T, u32)) {
        let last = self.slots.len().wrapping_sub(1);
        // Nothing here waits for anything before it, so the processor waits for memory once, and not once for each.
        for one in &mut waiting.each {
            one.slot = self.slots.get(one.hash as usize & last).copied().unwrap_or_default();
        }
        let mut start = 0;
        for one in &waiting.each {
            let text = waiting.all.get(start..one.end).unwrap_or_default();
            start = one.end;
            // A slot that was copied is as good as the one in the table: a number keeps its text.
            let known = one.slot.id != 0 && self.says(&one.slot, text, one.hash);
            then(one.what, if known { one.slot.id } else { self.intern_hashed(text, one.hash) });
        }
        waiting.clear();
    }

    /// A text that is not there.
    #[cold]
    #[inline(never)]
    fn add(&mut self, text: &str, hash: u32) -> u32 {
        let Ok(end) = u32::try_from(self.all.len() + text.len()) else { return 0 };
        let start = u32::try_from(self.all.len()).unwrap_or(0);
        self.all.push_str(text);
        self.ends.push(end);
        let id = u32::try_from(self.ends.len()).unwrap_or(0);
        // A quarter stays free.
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            let more = (self.slots.len() * 2).max(FEWEST);
            let before = std::mem::replace(&mut self.slots, vec![Slot::default(); more]);
            before.into_iter().filter(|slot| slot.id != 0).for_each(|slot| self.put(slot));
        }
        self.put(Slot { hash, start, length: end - start, id });
        self.used += 1;
        id
    }

    /// Into the first free slot from where it belongs: there is one.
    fn put(&mut self, slot: Slot) {
        let last = self.slots.len().wrapping_sub(1);
        let free = (slot.hash as usize..).map(|at| at & last).take(self.slots.len());
        for at in free {
            match self.slots.get_mut(at) {
                Some(here) if here.id == 0 => {
                    *here = slot;
                    return;
                }
                _ => {}
            }
        }
    }

    /// The text of that number; `None` iff there is none.
    #[must_use]
    pub fn get(&self, id: u32) -> Option<&str> {
        at(&self.all, &self.ends, id)
    }

    /// All texts in the order of their numbers, from 1 on.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (1..=self.ends.len()).filter_map(|id| self.get(u32::try_from(id).ok()?))
    }

    /// How many texts there are: their numbers are 1 to this.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True iff there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Forgets all of them; memory is kept.
    pub fn clear(&mut self) {
        self.all.clear();
        self.ends.clear();
        // Where a file had many texts and the next ones have few, each of them would wipe what the one needed.
        let enough = (self.used * 4).next_power_of_two().max(FEWEST);
        self.slots.truncate(enough);
        self.slots.fill(Slot::default());
        self.used = 0;
    }
}

fn hash(text: &str) -> u32 {
    let hash = FixedState::with_seed(7).hash_one(text.as_bytes());
    (hash >> 32) as u32 ^ hash as u32
}

fn at<'a>(all: &'a str, ends: &[u32], id: u32) -> Option<&'a str> {
    let at = (id as usize).checked_sub(1)?;
    let end = *ends.get(at)? as usize;
    let start = at.checked_sub(1).map_or(0, |before| ends.get(before).copied().unwrap_or(0) as usize);
    all.get(start..end)
}

/// As the texts and their ends; what is read back can be looked up by number, and not added to.
impl Serialize for Texts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.all, &self.ends).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (all, ends) = Deserialize::deserialize(deserializer)?;
        Ok(Texts { all, ends, ..Texts::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::Texts;

    #[test]
    fn a_text_has_one_number_and_a_number_has_one_text() {
        let mut texts = Texts::default();
        let words: Vec<String> = (0..1_000).map(|n| "x".repeat(n % 7) + &n.to_string()).collect();
        let ids: Vec<u32> = words.iter().map(|word| texts.intern(word)).collect();
        for (word, id) in words.iter().zip(&ids) {
            assert_eq!((texts.intern(word), texts.get(*id)), (*id, Some(word.as_str())));
        }
        assert_eq!((texts.len(), texts.get(0), texts.get(1_001)), (1_000, None, None));
        assert_ne!(texts.intern(""), 0);
        texts.clear();
        assert_eq!((texts.intern("other"), texts.get(2)), (1, None));
    }

    #[test]
    fn texts_are_known_again_after_few_and_many_took_turns() {
        let mut texts = Texts::default();
        for count in [0_u32, 3, 5_000, 1, 0, 200, 7_000] {
            let words: Vec<String> = (0..count).map(|n| format!("word {n}")).collect();
            for _ in 0..2 {
                let ids: Vec<u32> = words.iter().map(|word| texts.intern(word)).collect();
                assert_eq!(ids, (1..=count).collect::<Vec<_>>());
            }
            assert_eq!(texts.iter().collect::<Vec<_>>(), words);
            texts.clear();
        }
    }

    #[test]
    fn what_was_read_back_can_be_added_to() {
        let mut texts = Texts::default();
        (0..100).for_each(|n| _ = texts.intern(&n.to_string()));
        let kept = serde_json::to_string(&texts).unwrap();
        let mut back: Texts = serde_json::from_str(&kept).unwrap();
        let new = back.intern("new");
        assert_eq!(
            (new, back.intern("new"), back.get(new), back.get(100)),
            (101, 101, Some("new"), Some("99"))
        );
    }
}
