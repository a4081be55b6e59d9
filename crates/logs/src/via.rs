//! Which way a call came.

use crate::sheet::Marks;

/// Which way a call came. Exactly one is true of a row; that it was asynchronous is a fact beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Via {
    /// A principal called the API itself.
    Direct,
    /// A service called, by itself (`events.amazonaws.com`) or with a role (Step Functions).
    Service,
    /// A principal in a session of the console.
    Console,
    /// An HTTP endpoint of the function: the event's name says so. How plain function URLs are recorded is not documented (U-1).
    Url,
}

impl Via {
    /// All of them.
    pub const ALL: [Via; 4] = [Self::Direct, Self::Service, Self::Console, Self::Url];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Service => "service",
            Self::Console => "console",
            Self::Url => "url",
        }
    }

    /// Of a row.
    #[must_use]
    pub const fn of(marks: Marks) -> Via {
        if marks.any(Marks::URL) {
            Self::Url
        } else if marks.any(Marks::CONSOLE) {
            Self::Console
        } else if marks.any(Marks::SERVICE) {
            Self::Service
        } else {
            Self::Direct
        }
    }
}

/// In which way a call came, in words: [`Via`], and whether the function ran later.
pub(crate) fn way(marks: Marks) -> &'static str {
    let later = marks.any(Marks::ASYNC.and(Marks::EXECUTION));
    match (Via::of(marks), later) {
        (Via::Service, true) => "service, async",
        (Via::Direct, true) => "direct, async",
        (Via::Console, true) => "console, async",
        (via, _) => via.as_str(),
    }
}
