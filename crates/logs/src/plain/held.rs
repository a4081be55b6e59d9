//! What one object at the top of a file holds: records in lists and texts, members of a record of its own, and what is beside them.

use memchr::memmem;

/// The first member of every record of CloudTrail. An object that begins so is a record, and its own `Records` is all that it may hold
/// besides.
pub(crate) const RECORD: &[u8] = b"{\"eventVersion\":";

/// Where records may begin that others hold, which begin as [`RECORD`] does.
pub(crate) fn others(raw: &[u8]) -> Option<usize> {
    memmem::find(raw, b"\"Records\"")
}

/// What was found in an object.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Records in a list, or one in a member.
    pub(super) list: bool,
    /// A record as a text.
    pub(super) text: bool,
    /// A member that is called as only those of records are.
    pub(super) record: bool,
    /// It begins as [`RECORD`] does.
    pub(super) begins_as_record: bool,
    /// A member that only digest files have.
    pub(super) digest: bool,
    /// Where it says that there are more pages.
    pub(super) more: Option<(usize, usize)>,
    /// From where to where other members hold what may be records.
    pub(super) strangers: Vec<(usize, usize)>,
}

impl Held {
    /// True iff records were looked for in some member.
    pub(super) fn is_envelope(&self) -> bool {
        self.list || self.text
    }

    /// Looks for records in the value of a member that nobody knows.
    pub(super) fn beside(&mut self, bytes: &[u8], from: usize, to: usize) {
        let value = bytes.get(from..to).unwrap_or_default();
        // In a text of JSON a backslash is before the quote.
        let names = |at: usize| matches!(value.get(at + b"eventSource".len()), Some(b'"' | b'\\'));
        if memmem::find_iter(value, b"eventSource").any(names) {
            self.strangers.push((from, to));
        }
    }
}
