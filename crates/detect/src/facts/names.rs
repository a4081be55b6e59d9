//! Texts by number: each is kept once.

use foldhash::fast::FixedState;
use indexmap::IndexSet;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Separates the parts of a text that has several; no part holds it.
pub const SEPARATOR: char = '\u{1f}';
const BYTE: u8 = 0x1f;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Names(IndexSet<Box<str>, FixedState>);

impl Names {
    /// The number of the text: the same for the same text.
    pub fn number(&mut self, text: &str) -> u32 {
        let at = self.0.get_index_of(text).unwrap_or_else(|| self.0.insert_full(text.into()).0);
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// The text of a number that was given; empty for others.
    #[must_use]
    pub fn text(&self, number: u32) -> &str {
        self.0.get_index(number as usize).map_or("", |text| text)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True iff there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|text| &**text)
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().eq(other.0.iter())
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list: Vec<Box<str>> = Deserialize::deserialize(deserializer)?;
        Ok(Names(list.into_iter().collect()))
    }
}

/// Puts the parts of a text one behind the other.
pub(crate) fn joined<'b>(buffer: &'b mut String, parts: &[&str]) -> &'b str {
    buffer.clear();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            buffer.push(SEPARATOR);
        }
        buffer.push_str(part);
    }
    // A part that holds one is rarer than rare: one look at all of them together.
    if memchr::memchr_iter(BYTE, buffer.as_bytes()).count() + 1 != parts.len() {
        let parts: Vec<String> = parts.iter().map(|part| part.replace(SEPARATOR, "")).collect();
        buffer.clear();
        buffer.push_str(&parts.join("\u{1f}"));
    }
    buffer
}

/// The parts of a text; empty ones where it has fewer.
pub(crate) fn parts<const N: usize>(text: &str) -> [&str; N] {
    let mut all = [""; N];
    let mut from = 0;
    let ends = memchr::memchr_iter(BYTE, text.as_bytes()).chain([text.len()]);
    for (slot, end) in all.iter_mut().zip(ends) {
        *slot = text.get(from..end).unwrap_or_default();
        from = end + 1;
    }
    all
}
