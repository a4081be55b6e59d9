//! Who invoked what, as documents: what was found, what it was found in, and what could not be read.

mod csv;
mod documents;
mod terminal;

pub use csv::invocations_csv;
pub use documents::{invocations_json, invocations_jsonl};
pub use terminal::invocations_text;

use logs::scan::Account;
use logs::{Answer, Group, Question, Timeline};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// The format of invocations as JSON and JSON lines, and its version.
pub const INVOCATIONS_FORMAT: &str = "invoketrail.invocations/1";

/// Files that were not read, and why not: told by their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Digest files.
    pub digests: u64,
    /// Files of Insights events.
    pub insights: u64,
    /// Files of network activity events.
    pub network_activity: u64,
    /// Files beside those that CloudTrail delivered, or without the suffix of a log file.
    pub other: u64,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Invocations {
    /// Calls by groups.
    Groups(Answer),
    /// Single calls.
    Timeline(Timeline),
}

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

/// All that a document says.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// What was asked.
    pub question: &'a Question,
    /// What was found.
    pub found: &'a Invocations,
    /// What was read.
    pub account: &'a Account,
    /// What was not.
    pub left_out: LeftOut,
    /// In which order groups stand.
    pub sort: Sort,
    /// How many groups a person is shown.
    pub limit: usize,
}

impl Reading<'_> {
    /// The groups in the order in which they are shown; none of a timeline.
    fn groups(&self) -> Vec<&Group> {
        let Invocations::Groups(answer) = self.found else { return Vec::new() };
        // They come sorted by their labels, and sorting keeps that among equals.
        let mut groups: Vec<&Group> = answer.groups.iter().collect();
        match self.sort {
            Sort::Calls => groups.sort_by_key(|group| Reverse(group.cell.records())),
            Sort::Last => groups.sort_by_key(|group| Reverse(group.cell.last)),
            Sort::Label => {}
        }
        groups
    }

    fn copies(&self) -> u64 {
        match self.found {
            Invocations::Groups(answer) => answer.copies,
            Invocations::Timeline(timeline) => timeline.copies,
        }
    }
}

/// A number as lengths are.
fn size(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
