//! Which listed values is this text equal to, does it begin with, does it end with? Answered in one search each.

use cloudtrail::selector::{Condition, Operator};

/// A set of texts, sorted, each linked to the longest other one that it begins with.
///
/// INVARIANT: `entries` is sorted by text without repetition, and `parent` is the longest proper prefix in the set.
#[derive(Clone, Debug, Default)]
struct PrefixSet {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    text: Box<[u8]>,
    parent: Option<usize>,
    hits: Vec<Hit>,
}

/// Which condition is hit, and by which operator.
#[derive(Clone, Copy, Debug)]
struct Hit {
    condition: usize,
    bit: u8,
}

impl PrefixSet {
    fn new(mut values: Vec<(Vec<u8>, Hit)>) -> Self {
        values.sort_by(|(a, x), (b, y)| a.cmp(b).then(x.condition.cmp(&y.condition)));
        let mut entries: Vec<Entry> = Vec::new();
        for (text, hit) in values {
            match entries.last_mut().filter(|last| *last.text == *text) {
                Some(last) => last.hits.push(hit),
                None => {
                    let parent = Self::longest_prefix(&entries, &text, entries.len().checked_sub(1));
                    entries.push(Entry { text: text.into_boxed_slice(), parent, hits: vec![hit] });
                }
            }
        }
        PrefixSet { entries }
    }

    /// The longest entry that `text` begins with, looking from the greatest entry not greater than `text`: whatever
    /// stands between a prefix of `text` and `text` itself begins with that prefix, so it is among the ancestors.
    fn longest_prefix(entries: &[Entry], text: &[u8], from: Option<usize>) -> Option<usize> {
        let mut at = from;
        while let Some(index) = at {
            if text.starts_with(&entries[index].text) {
                return Some(index);
            }
            at = entries[index].parent;
        }
        None
    }

    fn mark_prefixes(&self, text: &[u8], key: &mut [u8]) {
        let below = self.entries.partition_point(|entry| *entry.text <= *text);
        let mut at = Self::longest_prefix(&self.entries, text, below.checked_sub(1));
        while let Some(index) = at {
            self.mark(index, key);
            at = self.entries[index].parent;
        }
    }

    fn mark_equal(&self, text: &[u8], key: &mut [u8]) {
        if let Ok(index) = self.entries.binary_search_by(|entry| entry.text.as_ref().cmp(text)) {
            self.mark(index, key);
        }
    }

    fn mark(&self, index: usize, key: &mut [u8]) {
        for hit in &self.entries[index].hits {
            key[hit.condition] |= hit.bit;
        }
    }
}

/// All values of a list of conditions on one field, so that a text is compared with all of them at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    equal: PrefixSet,
    prefixes: PrefixSet,
    /// Of the texts reversed.
    suffixes: PrefixSet,
    len: usize,
}

impl Index {
    /// An index over `conditions`; positions in the key are positions in this list.
    pub(crate) fn new(conditions: &[&Condition]) -> Self {
        let (mut equal, mut prefixes, mut suffixes) = (Vec::new(), Vec::new(), Vec::new());
        for (condition, values) in conditions.iter().enumerate() {
            for operator in Operator::ALL {
                let hit = Hit { condition, bit: bit(operator) };
                for value in values.values(operator) {
                    let text = value.as_bytes().to_vec();
                    match operator {
                        Operator::Equals | Operator::NotEquals => equal.push((text, hit)),
                        Operator::StartsWith | Operator::NotStartsWith => prefixes.push((text, hit)),
                        Operator::EndsWith | Operator::NotEndsWith => {
                            suffixes.push((text.into_iter().rev().collect(), hit));
                        }
                    }
                }
            }
        }
        Index {
            equal: PrefixSet::new(equal),
            prefixes: PrefixSet::new(prefixes),
            suffixes: PrefixSet::new(suffixes),
            len: conditions.len(),
        }
    }

    /// True only if all texts that go on from `prefix` have the same key: no value goes on from it, and no suffix is
    /// listed.
    pub(crate) fn alike(&self, prefix: &str) -> bool {
        let goes_on = |set: &PrefixSet| {
            let from = set.entries.partition_point(|entry| *entry.text < *prefix.as_bytes());
            let longer = set.entries[from..].iter().find(|entry| entry.text.len() > prefix.len());
            longer.is_some_and(|entry| entry.text.starts_with(prefix.as_bytes()))
        };
        self.suffixes.entries.is_empty() && !goes_on(&self.equal) && !goes_on(&self.prefixes)
    }

    /// The values that can tell texts apart which begin with `prefix`, or that all of them begin with, as (condition, bit,
    /// value): no other value hits any such text.
    pub(crate) fn within(&self, prefix: &str) -> Vec<(usize, u8, String)> {
        let mut found = Vec::new();
        let mut take = |entry: &Entry, reversed: bool| {
            let mut bytes = entry.text.to_vec();
            if reversed {
                bytes.reverse();
            }
            // Every entry was made from a whole string.
            let value = String::from_utf8_lossy(&bytes).into_owned();
            found.extend(entry.hits.iter().map(|hit| (hit.condition, hit.bit, value.clone())));
        };
        for set in [&self.equal, &self.prefixes] {
            let from = set.entries.partition_point(|entry| *entry.text < *prefix.as_bytes());
            let longer =
                set.entries[from..].iter().take_while(|entry| entry.text.starts_with(prefix.as_bytes()));
            longer.for_each(|entry| take(entry, false));
        }
        let shorter = self.prefixes.entries.iter().filter(|entry| entry.text.len() < prefix.len());
        shorter
            .filter(|entry| prefix.as_bytes().starts_with(&entry.text))
            .for_each(|entry| take(entry, false));
        self.suffixes.entries.iter().for_each(|entry| take(entry, true));
        found
    }

    /// For each condition the set of operators of which some value hits `text`, as bits. Two texts with the same key
    /// are admitted by the same conditions, and turned away by the same operators.
    pub(crate) fn key(&self, text: &str, key: &mut Vec<u8>) {
        key.clear();
        key.resize(self.len, 0);
        self.equal.mark_equal(text.as_bytes(), key);
        self.prefixes.mark_prefixes(text.as_bytes(), key);
        self.mark_suffixes(text, key);
    }

    fn mark_suffixes(&self, text: &str, key: &mut [u8]) {
        if !self.suffixes.entries.is_empty() {
            let reversed: Vec<u8> = text.bytes().rev().collect();
            self.suffixes.mark_prefixes(&reversed, key);
        }
    }

    /// As [`Index::key`], of the listed prefixes alone that `text` begins with, or of the listed suffixes it ends with.
    pub(crate) fn side(&self, text: &str, at_the_end: bool) -> Vec<u8> {
        let mut key = vec![0; self.len];
        if at_the_end {
            self.mark_suffixes(text, &mut key);
        } else {
            self.prefixes.mark_prefixes(text.as_bytes(), &mut key);
        }
        key
    }
}

/// One bit for each operator.
pub(crate) const fn bit(operator: Operator) -> u8 {
    match operator {
        Operator::Equals => 1,
        Operator::StartsWith => 2,
        Operator::EndsWith => 4,
        Operator::NotEquals => 8,
        Operator::NotStartsWith => 16,
        Operator::NotEndsWith => 32,
    }
}

/// True iff a condition whose operators in `hit` were hit admits the text: the formula of semantics 3.1.
pub(crate) fn admits(condition: &Condition, hit: u8) -> bool {
    const SELECT: u8 = bit(Operator::Equals) | bit(Operator::StartsWith) | bit(Operator::EndsWith);
    let deselected = hit & !SELECT != 0;
    let selected = hit & SELECT != 0 || condition.first_select().is_none();
    selected && !deselected
}
