//! What could not be read, by the account and Region that it may be about.

use crate::layout::About;
use std::collections::BTreeMap;

/// Something that could not be read: how much, and the first of it by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hole {
    /// How many files or stretches.
    pub(crate) count: u64,
    /// Name and reason.
    pub(crate) first: (String, String),
}

/// Account and Region; `None` iff it may be any.
type Key = (Option<String>, Option<String>);

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Holes {
    by: BTreeMap<Key, Hole>,
}

impl Holes {
    /// Enters something that could not be read.
    pub(crate) fn add(&mut self, about: About<'_>, name: &str, why: &str, count: u64) {
        let about = (about.0.map(str::to_owned), about.1.map(str::to_owned));
        self.enter(about, Hole { count, first: (name.to_owned(), why.to_owned()) });
    }

    fn enter(&mut self, about: Key, hole: Hole) {
        match self.by.get_mut(&about) {
            None => _ = self.by.insert(about, hole),
            Some(known) => known.and(hole),
        }
    }

    pub(crate) fn merge(&mut self, other: Holes) {
        other.by.into_iter().for_each(|(about, hole)| self.enter(about, hole));
    }

    /// All that may be about the account and Region.
    pub(crate) fn of(&self, account: &str, region: &str) -> Option<Hole> {
        let may = |part: &Option<String>, whole: &str| part.as_deref().is_none_or(|part| part == whole);
        let holes = self.by.iter().filter(|((a, r), _)| may(a, account) && may(r, region));
        holes.map(|(_, hole)| hole.clone()).reduce(|mut all, hole| {
            all.and(hole);
            all
        })
    }

    /// True iff one may be about the account and the Region; about any of them, where `None` is asked.
    pub(super) fn may_be(&self, account: Option<&str>, region: Option<&str>) -> bool {
        let may = |part: &Option<String>, asked: Option<&str>| {
            part.as_deref().zip(asked).is_none_or(|(part, asked)| part == asked)
        };
        self.by.keys().any(|(a, r)| may(a, account) && may(r, region))
    }

    /// In words.
    pub(crate) fn in_words(&self) -> Vec<String> {
        self.all().map(|hole| format!("{}: {}", hole.first.0, hole.first.1)).collect()
    }

    /// How much in all, and the first of each account and Region.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Hole> {
        self.by.values()
    }
}

impl Hole {
    fn and(&mut self, other: Hole) {
        self.count += other.count;
        if other.first < self.first {
            self.first = other.first;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Holes;

    #[test]
    fn what_may_be_anybodys_counts_for_everybody() {
        let mut holes = Holes::default();
        holes.add((Some("1"), Some("eu-west-1")), "b", "late", 2);
        holes.add((Some("1"), None), "a", "refused", 1);
        assert_eq!(
            holes.of("1", "eu-west-1").map(|hole| (hole.count, hole.first.0)),
            Some((3, "a".to_owned()))
        );
        assert_eq!(holes.of("1", "us-east-1").map(|hole| hole.count), Some(1));
        assert_eq!(holes.of("2", "us-east-1"), None);
        holes.add((None, None), "c", "no folder", 1);
        assert_eq!(holes.of("2", "us-east-1").map(|hole| hole.count), Some(1));
    }
}
