//! The account of a file's bytes: what was read, what was of interest, what was refused and why.

use crate::inflate::Trouble;

/// Refusals that are kept with their offset and reason; of more, only the number is.
pub const KEPT_REFUSALS: usize = 100;

/// The account of one file, or of several together.
///
/// `records + not_events + refusals` is the number of records and of unreadable stretches that are present.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounted {
    /// Inflated bytes.
    pub bytes: u64,
    /// Records read. The inside of a record that names neither Lambda nor CloudTrail as its source is not looked at.
    pub records: u64,
    /// Those handed on.
    pub of_interest: u64,
    /// Things that are whole and hold no API event: digest files, Insights events, control messages.
    pub not_events: u64,
    /// Records and stretches of bytes that could not be read.
    pub refusals: u64,
    /// The first [`KEPT_REFUSALS`] of them.
    pub refused: Vec<Refused>,
    /// What is wrong with the gzip wrapping.
    pub trouble: Option<Trouble>,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where it begins among the inflated bytes.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
    /// Why.
    pub reason: Reason,
}

/// Why a record or a stretch of bytes was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A string or an object is still open where the file ends.
    #[error("cut off: it is not closed where the data ends")]
    Unclosed,
    /// A line end or another control character within a string: JSON has none.
    #[error("broken: a control character within a string, {at} bytes in")]
    Control {
        /// Bytes from the beginning of what is refused.
        at: u64,
    },
    /// JSON separates and closes otherwise.
    #[error("broken: `,` or a closing bracket was expected")]
    Separator,
    /// A record is an object.
    #[error("not a record: no JSON object")]
    NotAnObject,
    /// Neither a record nor an envelope of records that is known.
    #[error("no form of CloudTrail records that is known")]
    UnknownForm,
    /// A member beside the list of records holds what may be records, too.
    #[error("records in a member where CloudTrail writes none")]
    Beside,
    /// The answer of AWS that was kept is not the last of its pages.
    #[error("more pages follow it: get all of them, without --max-items or --no-paginate")]
    MorePages,
    /// Far larger than any record of CloudTrail.
    #[error("larger than {most} bytes, which no record of CloudTrail is")]
    TooLarge {
        /// The limit, in bytes.
        most: u64,
    },
    /// Not UTF-8.
    #[error("not UTF-8, {at} bytes in")]
    NotUtf8 {
        /// Bytes from the beginning of the record.
        at: u64,
    },
    /// Not JSON.
    #[error("not JSON: {why}")]
    NotJson {
        /// The parser's words.
        why: String,
    },
    /// A member without which a record says nothing.
    #[error("`{member}` is missing")]
    Missing {
        /// Its name.
        member: &'static str,
    },
    /// A member of another type than CloudTrail writes.
    #[error("`{member}` has another type than CloudTrail writes")]
    Type {
        /// Its name.
        member: &'static str,
    },
    /// A member that we look at stands twice: readers would disagree about which counts.
    #[error("`{member}` appears twice")]
    Twice {
        /// Its name.
        member: &'static str,
    },
    /// `eventTime` names no time.
    #[error("`{text}` is not a time as CloudTrail writes it")]
    Time {
        /// As written.
        text: String,
    },
    /// `eventSource` is one that we look for, in other letters than CloudTrail writes.
    #[error("eventSource {text} is not written as CloudTrail writes it")]
    Source {
        /// As written.
        text: String,
    },
    /// `eventName` is that of an invocation, in other letters than CloudTrail writes: nobody knows whether it is one.
    #[error("eventName {text} is not written as CloudTrail writes it")]
    Name {
        /// As written.
        text: String,
    },
    /// `eventVersion` with another major number than 1.
    #[error("eventVersion {text} is not known")]
    Version {
        /// As written.
        text: String,
    },
}

impl Accounted {
    pub(crate) fn refuse(&mut self, offset: usize, length: usize, reason: Reason) {
        self.refusals += 1;
        if self.refused.len() < KEPT_REFUSALS {
            self.refused.push(Refused { offset: offset as u64, length: length as u64, reason });
        }
    }

    /// True iff all of the file was read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.refusals == 0 && self.trouble.is_none()
    }

    /// Adds the numbers of another file. Offsets and reasons are of one file and stay with it.
    pub fn add(&mut self, other: &Accounted) {
        self.bytes += other.bytes;
        self.records += other.records;
        self.of_interest += other.of_interest;
        self.not_events += other.not_events;
        self.refusals += other.refusals;
    }
}
