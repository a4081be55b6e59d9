//! A question about invocations, answered: out of the index where nothing changed, else by reading what is new.

mod ask;
mod late;
mod located;

pub use ask::ask;
#[cfg(feature = "lake")]
pub(crate) use ask::mistyped;
pub use located::{Located, located};

use crate::evidence::NoFunction;
use crate::sources::{LogSource, Unlisted};
use audit::inventory::Gap;
use logs::scan::Account;
use logs::{Invocations, LeftOut, Question};
use std::collections::BTreeSet;
use std::io;

/// What is asked, and of what.
#[derive(Clone, Copy, Debug)]
pub struct Inquiry<'a> {
    /// What is counted.
    pub question: &'a Question,
    /// So many single calls are wanted; `None` iff groups are.
    pub timeline: Option<usize>,
    /// What was typed: none iff the sources are those of the trails.
    pub typed: &'a [String],
    /// Where the files are.
    pub sources: &'a [LogSource],
    /// What could not be seen of the trails.
    pub gaps: &'a [Gap],
    /// Milliseconds since 1970.
    pub now: i64,
}

/// What was found, and in what.
#[derive(Debug)]
pub struct Answered {
    /// What was found.
    pub found: Invocations,
    /// What was read.
    pub account: Account,
    /// How far deliveries were looked at; `None` iff nothing more can have been delivered.
    pub looked_until: Option<LaterFiles>,
    /// What was not read.
    pub left_out: LeftOut,
    /// What to do about what could not be read.
    pub helps: BTreeSet<String>,
    /// How many files were in the index, and how many there were.
    pub from_index: (u64, u64),
}

/// How far later deliveries were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaterFiles {
    /// Everything delivered before then was looked at: milliseconds since 1970.
    pub delivered: i64,
    /// Later files that were read, because digests say that they hold events of the time asked about.
    pub read: u64,
    /// Digests of later deliveries, where they are too many to be read: then no later file was looked for.
    pub digests_unread: u64,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// A place that was typed is none.
    #[error(transparent)]
    Unlisted(#[from] Unlisted),
    /// A name is that of no function.
    #[error(transparent)]
    NoFunction(#[from] NoFunction),
    /// A lake cannot be listed.
    #[cfg(feature = "lake")]
    #[error(transparent)]
    Lake(#[from] crate::lake::LakeError),
    /// A scratch file cannot be written.
    #[error(transparent)]
    Scratch(#[from] io::Error),
}
