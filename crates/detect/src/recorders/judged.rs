//! What a change does to the recording: what is lost, and what others record all the same.

use std::collections::BTreeSet;

/// What of it is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Invocations of functions.
    Invocations,
    /// Management events.
    Management,
    /// Data events of something else.
    Other,
}

impl Kind {
    /// In words.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Invocations => "Lambda invocations",
            Self::Management => "management events",
            Self::Other => "other data events",
        }
    }
}

/// Something that was recorded before a change, and is not after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// What.
    pub kind: Kind,
    /// The places where it is lost: account and Region.
    pub places: BTreeSet<(String, String)>,
    /// An event that is not recorded any more, in words.
    pub witness: String,
    /// Functions that were called before, and whose calls leave no record now.
    pub functions: BTreeSet<String>,
    /// True iff it is known what was recorded before: else only the delivered records show that it was.
    pub known: bool,
    /// The name of the recorder, iff it is not known whether it recorded before.
    pub unread: Option<String>,
    /// When it was recorded again, and the call that did it.
    pub until: Option<(i64, String)>,
    /// Invocations that CloudWatch counts within the gap; `None` iff nobody counted.
    pub counted: Option<u64>,
}

/// What a change does to the recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// The ARN of the recorder.
    pub recorder: String,
    /// What is lost, invocations first.
    pub losses: Vec<Loss>,
    /// The recorder records less than before, and others record the same: the ARNs of all that are needed for it. Empty iff none does for certain.
    pub covered_by: Vec<String>,
    /// The recorder records less than before, or may.
    pub narrows: bool,
}

impl Judged {
    /// Whatever records the same, as a sentence begins with it: `m records`; `None` where none does for certain.
    #[must_use]
    pub fn others_record(&self) -> Option<String> {
        let others = self.covered_by.iter().map(String::as_str).collect::<BTreeSet<_>>();
        (!others.is_empty()).then(|| super::recording(&others, &[&self.recorder]))
    }
}
