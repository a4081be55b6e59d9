//! Single calls in the order of time, each with the attempts to run it.

use super::entry::{Entry, Settled, What, settle};
use super::ranked::Ranked;
use super::settle::merge;
use super::tally::Tally;
use super::{Dimension, Filter, Question};
use crate::uuid::uuid_text;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

/// The newest calls, and how many there are besides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// In the order of time.
    pub lines: Vec<Line>,
    /// Calls earlier than the first of them.
    pub more: u64,
    /// Records that were there more than once, and counted once; and those that a correction replaced.
    pub copies: u64,
    /// As [`super::Answer::corrections_apart`].
    pub corrections_apart: u64,
}

/// One call; or an attempt to run one that was not read, with nothing below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// `eventTime`, milliseconds since 1970.
    pub milliseconds: i64,
    /// `eventID`; `None` iff it is no UUID as AWS writes them.
    pub event: Option<String>,
    /// `requestID`; `None` iff there is none, or it is no UUID as AWS writes them.
    pub request: Option<String>,
    /// One for each of [`Timeline::DIMENSIONS`].
    pub labels: Vec<String>,
    /// It is an attempt whose call was not read, or is not in the time that was asked for.
    pub orphan: bool,
    /// It was asynchronous: it says so, or an attempt followed.
    pub later: bool,
    /// It was a dry run.
    pub dry_run: bool,
    /// The caller belongs to another account than the function.
    pub foreign: bool,
    /// In the order of time.
    pub attempts: Vec<Attempt>,
}

/// One attempt to run what was called asynchronously.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// `eventTime`, milliseconds since 1970.
    pub milliseconds: i64,
    /// As of a [`Line`].
    pub event: Option<String>,
    /// One for each of [`Timeline::DIMENSIONS`].
    pub labels: Vec<String>,
}

/// A call on its way to be a line: labels by number.
#[derive(PartialEq, Eq)]
struct Draft {
    order: (i64, u128),
    entry: Entry,
    followed: bool,
    attempts: Vec<Entry>,
}

impl PartialOrd for Draft {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Draft {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order.cmp(&other.order)
    }
}

impl Timeline {
    /// What is said of each call.
    pub const DIMENSIONS: [Dimension; 14] = [
        Dimension::Function,
        Dimension::Principal,
        Dimension::Caller,
        Dimension::Source,
        Dimension::Address,
        Dimension::Agent,
        Dimension::Via,
        Dimension::Name,
        Dimension::Error,
        Dimension::Version,
        Dimension::Account,
        Dimension::Region,
        Dimension::CallerAccount,
        Dimension::AccessKey,
    ];

    /// The question that the tallies of a timeline answer.
    #[must_use]
    pub fn question(filter: Filter) -> Question {
        Question { by: Self::DIMENSIONS.to_vec(), filter }
    }

    /// The newest `limit` calls of all that the tallies of [`Timeline::question`] found.
    ///
    /// # Errors
    /// What a scratch file says.
    pub fn of(mut tallies: Vec<Tally<'_>>, limit: usize) -> io::Result<Timeline> {
        let ranked = Ranked::of(&tallies);
        let runs = tallies.drain(..).map(|tally| tally.read).collect();
        let (mut kept, mut more, mut copies) = (BinaryHeap::new(), 0, 0);
        let mut keep = |draft: Draft| {
            kept.push(Reverse(draft));
            if kept.len() > limit {
                kept.pop();
                more += 1;
            }
        };
        let (corrections_apart, _) = merge(
            runs,
            |thread, group| ranked.place(thread, group),
            |together| copies += hand_on(together, &mut keep),
        )?;
        let lines = kept.into_sorted_vec().into_iter().rev();
        let lines = lines.map(|Reverse(draft)| line(draft, |group| ranked.words(group))).collect();
        Ok(Timeline { lines, more, copies, corrections_apart })
    }
}

/// Hands on what belongs together; how many copies there were.
fn hand_on(together: &[Entry], keep: &mut impl FnMut(Draft)) -> u64 {
    let Settled { calls, mut attempts, call, followed, copies } = settle(together);
    attempts.sort_unstable_by_key(|entry| (entry.milliseconds, entry.key));
    let draft = |entry: Entry, followed, attempts| Draft {
        order: (entry.milliseconds, entry.key),
        entry,
        followed,
        attempts,
    };
    let whose = call.map(|call| call.key);
    let told = calls.iter().any(|entry| Some(entry.key) == whose);
    for entry in calls {
        let own = if Some(entry.key) == whose { std::mem::take(&mut attempts) } else { Vec::new() };
        keep(draft(entry, followed, own));
    }
    // The call was not read, or is not in the time that was asked for.
    if !told {
        attempts.into_iter().for_each(|entry| keep(draft(entry, false, Vec::new())));
    }
    copies
}

fn line(draft: Draft, words: impl Fn(u32) -> Vec<String>) -> Line {
    let Draft { entry, followed, attempts, .. } = draft;
    let what = entry.what;
    let attempt = |entry: &Entry| Attempt {
        milliseconds: entry.milliseconds,
        event: uuid(entry.event(), entry.what.is(What::EVENT_UUID)),
        labels: words(entry.group),
    };
    Line {
        milliseconds: entry.milliseconds,
        event: uuid(entry.event(), what.is(What::EVENT_UUID)),
        request: uuid(entry.request, what.is(What::REQUEST_UUID)),
        labels: words(entry.group),
        orphan: entry.execution(),
        later: followed || what.is(What::ASYNC),
        dry_run: what.is(What::DRY_RUN),
        foreign: what.is(What::FOREIGN),
        attempts: attempts.iter().map(attempt).collect(),
    }
}

/// The UUID of those bits, where they are of one.
fn uuid(bits: u128, known: bool) -> Option<String> {
    known.then(|| uuid_text(bits))
}
