//! Where a record lies that something rests on.

use super::Names;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The id of an event: a UUID in its bits, any other text by its number among the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventId {
    /// The upper and the lower half of a UUID.
    Uuid(u64, u64),
    /// Something else.
    Named(u32),
}

impl EventId {
    /// Of a text.
    pub fn of(text: &str, names: &mut Names) -> EventId {
        uuid(text).map_or_else(|| EventId::Named(names.number(text)), |(high, low)| EventId::Uuid(high, low))
    }

    /// As it was written.
    #[must_use]
    pub fn text(self, names: &Names) -> String {
        match self {
            EventId::Named(number) => names.text(number).to_owned(),
            EventId::Uuid(high, low) => format!(
                "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
                high >> 32,
                high >> 16 & 0xffff,
                high & 0xffff,
                low >> 48,
                low & 0xffff_ffff_ffff
            ),
        }
    }

    fn compared(self, other: EventId, names: &Names) -> Ordering {
        match (self, other) {
            (EventId::Uuid(..), EventId::Named(_)) => Ordering::Less,
            (EventId::Named(_), EventId::Uuid(..)) => Ordering::Greater,
            (EventId::Named(one), EventId::Named(other)) => names.text(one).cmp(names.text(other)),
            (EventId::Uuid(high, low), EventId::Uuid(other_high, other_low)) => {
                (high, low).cmp(&(other_high, other_low))
            }
        }
    }
}

/// The halves of a UUID that is written as usual, in lower case.
fn uuid(text: &str) -> Option<(u64, u64)> {
    let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let mut bits = 0_u128;
    for (at, byte) in bytes.iter().enumerate() {
        let digit = match (at, byte) {
            (8 | 13 | 18 | 23, b'-') => continue,
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => byte - b'0',
            (_, b'a'..=b'f') => byte - b'a' + 10,
            _ => return None,
        };
        bits = bits << 4 | u128::from(digit);
    }
    let low = u64::try_from(bits & u128::from(u64::MAX)).ok()?;
    Some((u64::try_from(bits >> 64).ok()?, low))
}

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// When it happened: milliseconds since 1970.
    pub time: i64,
    /// The event.
    pub id: EventId,
    /// The name of the file, by its number.
    pub file: u32,
    /// Where the record begins among the inflated bytes of the file.
    pub offset: u64,
}

impl Evidence {
    pub(super) fn numbered(self, number: impl Fn(u32) -> u32) -> Evidence {
        let id = match self.id {
            EventId::Named(named) => EventId::Named(number(named)),
            id @ EventId::Uuid(..) => id,
        };
        Evidence { id, file: number(self.file), ..self }
    }

    /// True iff it comes first in a fixed order of all evidence, that of time before all else.
    pub(super) fn is_before(&self, other: &Evidence, names: &Names) -> bool {
        let by_time = self.time.cmp(&other.time);
        let by_id = || self.id.compared(other.id, names);
        let by_file = || names.text(self.file).cmp(names.text(other.file));
        by_time.then_with(by_id).then_with(by_file).then(self.offset.cmp(&other.offset)) == Ordering::Less
    }
}

#[cfg(test)]
mod tests {
    use super::{EventId, Names};

    #[test]
    fn an_id_is_told_as_it_was_written() {
        let mut names = Names::default();
        for text in ["01234567-89ab-cdef-0123-456789abcdef", "01234567-89AB-cdef-0123-456789abcdef", "", "x"]
        {
            assert_eq!(EventId::of(text, &mut names).text(&names), text);
        }
        assert_eq!(names.len(), 3, "a UUID needs no name");
    }
}
