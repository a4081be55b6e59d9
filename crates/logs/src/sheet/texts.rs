//! Texts by number, each kept once.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};
use std::hash::BuildHasher;

/// Texts by number; 0 is no text.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    all: String,
    /// Where each text ends within `all`; it begins where the one before ends.
    ends: Vec<u32>,
    /// Numbers by the hash of their text.
    known: HashTable<u32>,
}

impl Texts {
    /// The number of the text: the same for equal texts, and never 0.
    ///
    /// Beyond 4 GiB of texts every further one is taken for none: no file of CloudTrail comes near.
    pub fn intern(&mut self, text: &str) -> u32 {
        let hasher = FixedState::with_seed(7);
        let (all, ends) = (&self.all, &self.ends);
        let hash = hasher.hash_one(text.as_bytes());
        if let Some(id) = self.known.find(hash, |id| at(all, ends, *id) == Some(text)) {
            return *id;
        }
        let Ok(end) = u32::try_from(self.all.len() + text.len()) else { return 0 };
        self.all.push_str(text);
        self.ends.push(end);
        let id = u32::try_from(self.ends.len()).unwrap_or(0);
        let (all, ends) = (&self.all, &self.ends);
        let again = |id: &u32| hasher.hash_one(at(all, ends, *id).unwrap_or_default().as_bytes());
        self.known.insert_unique(hash, id, again);
        id
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
        self.known.clear();
    }
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
        Ok(Texts { all, ends, known: HashTable::new() })
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
}
