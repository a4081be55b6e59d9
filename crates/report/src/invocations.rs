//! Who invoked what, as documents: what was found, what it was found in, and what could not be read.

mod csv;
mod documents;
mod next;
mod nothing;
mod terminal;

pub use csv::invocations_csv;
pub use documents::{invocations_json, invocations_jsonl};
pub use next::{Again, invocations_next};
pub use nothing::{no_log_files, nothing_read};
pub use terminal::invocations_text;

use logs::scan::Account;
use logs::{Invocations, LeftOut, Question, TableRow};
use std::cmp::Reverse;

/// The format of invocations as JSON and JSON lines, and its version.
pub const INVOCATIONS_FORMAT: &str = "invoketrail.invocations/1";

/// In which order groups stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Those with the most calls first.
    Calls,
    /// By their labels.
    Label,
    /// Those called last first.
    Last,
}

/// How far deliveries were looked at, where the question has an end: a record of that time may be delivered later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookedUntil {
    /// Everything delivered before then was looked at: milliseconds since 1970.
    pub delivered: i64,
    /// Later files that were read, because digests say that they hold events of the time asked about.
    pub later: u64,
    /// Digests of later deliveries, where they are too many to be read: then no later file was looked for.
    pub digests_unread: u64,
}

impl LookedUntil {
    /// In one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let later = match self.later {
            0 => String::new(),
            1 => ", and the 1 later file that digests name".to_owned(),
            n => format!(", and the {n} later files that digests name"),
        };
        let later = match self.digests_unread {
            0 => later,
            n => format!(", and at none of the {n} later digests: name fewer accounts, Regions or days"),
        };
        format!(
            "Looked at files delivered before {}{later}. CloudTrail may deliver a record up to 30 days late; a later --until shows those.",
            logs::text_of(self.delivered)
        )
    }
}

/// All that a document says.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// What was asked.
    pub question: &'a Question,
    /// What was found.
    pub found: &'a Invocations,
    /// What was read.
    pub account: &'a Account,
    /// How far deliveries were looked at; `None` iff nothing more can have been delivered.
    pub looked_until: Option<LookedUntil>,
    /// What was not.
    pub left_out: &'a LeftOut,
    /// In which order groups stand.
    pub sort: Sort,
    /// How many groups a person is shown.
    pub limit: usize,
    /// The last of the dimensions is the caller's account, and nobody asked for it: a person is shown it where it tells principals
    /// apart.
    pub account_beside: bool,
}

impl Reading<'_> {
    /// The groups in the order in which they are shown; none of a timeline.
    fn groups(&self) -> impl Iterator<Item = TableRow<'_>> {
        let table = match self.found {
            Invocations::Groups(table) => Some(table),
            Invocations::Timeline(_) => None,
        };
        let order = table.map_or(Vec::new(), |table| match self.sort {
            Sort::Calls => largest_first(table.rows().map(|group| group.cell.records())),
            Sort::Last => largest_first(table.rows().map(|group| group.cell.last)),
            Sort::Label => (0..table.len()).collect(),
        });
        order.into_iter().filter_map(move |at| table?.row(at))
    }

    fn copies(&self) -> u64 {
        match self.found {
            Invocations::Groups(table) => table.copies(),
            Invocations::Timeline(timeline) => timeline.copies,
        }
    }
}

/// The numbers of groups, those with the largest keys first. They come sorted by their labels, and keep that order among equals.
fn largest_first<K: Ord>(keys: impl Iterator<Item = K>) -> Vec<usize> {
    // Sorting keys beside each other is faster than following a reference for each comparison.
    let mut order: Vec<(Reverse<K>, usize)> = keys.enumerate().map(|(at, key)| (Reverse(key), at)).collect();
    order.sort_by(|(one, _), (other, _)| one.cmp(other));
    order.into_iter().map(|(_, at)| at).collect()
}
