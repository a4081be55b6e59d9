//! What is known of the records that were read: the same whatever their order, their copies, the threads and the runs that read them.
//!
//! Everything here is a set, a smallest or a largest of something: [`Facts::join`] is commutative, associative and idempotent. What is
//! forgotten is forgotten by its day, the oldest first, and what is left depends on all that was ever entered, not on when.

mod cell;
mod evidence;
mod ids;
mod names;
mod tidy;

pub use cell::{Cell, CellKey};
pub use evidence::{EventId, Evidence};
pub use ids::{EXACT, Ids};
pub use names::{Names, SEPARATOR};
pub(crate) use names::{joined, parts};
pub use tidy::Bounds;

use crate::change::Change;
use crate::rule_hit::RuleHit;
use foldhash::fast::FixedState;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Roles that run functions, and the functions: of more pairs, those that come last by name are forgotten.
const MOST_EXECUTORS: usize = 200_000;
/// Records that rules of the user's own matched: of more, the oldest are forgotten.
pub const MOST_HITS: usize = 100_000;

/// From when to when something was seen, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The earliest.
    pub first: i64,
    /// The latest.
    pub last: i64,
}

impl Span {
    /// Both ends at one moment.
    #[must_use]
    pub fn at(time: i64) -> Span {
        Span { first: time, last: time }
    }

    /// The smallest that holds both.
    #[must_use]
    pub fn over(self, other: Span) -> Span {
        Span { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Texts that cells and evidence name by number.
    pub names: Names,
    /// Calls of functions, by day.
    pub cells: IndexMap<CellKey, Cell, FixedState>,
    /// Calls that change something, by time and event.
    pub changes: BTreeMap<(i64, String), Change>,
    /// Roles that Lambda itself used, each with the name of the session: the function that it runs.
    pub executors: BTreeSet<String>,
    /// By account that records were delivered to: from when to when.
    pub accounts: BTreeMap<String, Span>,
    /// Organizations whose folders the files lay in.
    pub organizations: BTreeSet<String>,
    /// Files that were read to their end, by what the source knows them by.
    pub files: BTreeSet<[u8; 32]>,
    /// The first day of which calls are kept (days since 1970); `None` iff nothing was forgotten.
    pub calls_from: Option<i32>,
    /// The first moment of which changes are kept; `None` iff nothing was forgotten.
    pub changes_from: Option<i64>,
    /// Records that rules of the user's own matched, by time, the rule's key and the event.
    pub hits: BTreeMap<(i64, String, String), RuleHit>,
    /// The first moment of which hits are kept; `None` iff nothing was forgotten.
    pub hits_from: Option<i64>,
    /// Keys of rules that ran over all of the files; `None` iff no file was read.
    pub rules_run: Option<BTreeSet<String>>,
    /// Files that held records of later than an hour from now: they count when their time has come.
    #[serde(skip)]
    pub ahead: BTreeSet<String>,
}

impl Facts {
    /// Takes in all that the other holds, and leaves it empty.
    pub fn join(&mut self, other: &mut Facts) {
        let numbers: Vec<u32> = other.names.iter().map(|text| self.names.number(text)).collect();
        let number = |of: u32| numbers.get(of as usize).copied().unwrap_or(u32::MAX);
        self.calls_from = self.calls_from.max(other.calls_from);
        self.changes_from = self.changes_from.max(other.changes_from);
        for (key, cell) in other.cells.drain(..) {
            let key = key.numbered(number);
            if self.calls_from.is_none_or(|from| key.day >= from) {
                self.enter(key, cell.numbered(number));
            }
        }
        let from = self.changes_from;
        for (key, change) in std::mem::take(&mut other.changes) {
            if from.is_none_or(|from| key.0 >= from) {
                self.change(key, change);
            }
        }
        self.hits_from = self.hits_from.max(other.hits_from.take());
        for (key, hit) in std::mem::take(&mut other.hits) {
            self.hit(key, hit);
        }
        self.rules_run = match (self.rules_run.take(), other.rules_run.take()) {
            (Some(one), Some(other)) => Some(one.intersection(&other).cloned().collect()),
            (one, other) => one.or(other),
        };
        // Appending would go through all that is there for each file.
        self.executors.extend(std::mem::take(&mut other.executors));
        while self.executors.len() > MOST_EXECUTORS {
            self.executors.pop_last();
        }
        for (account, span) in std::mem::take(&mut other.accounts) {
            self.span(account, span);
        }
        self.organizations.extend(std::mem::take(&mut other.organizations));
        self.files.extend(std::mem::take(&mut other.files));
        self.ahead.extend(std::mem::take(&mut other.ahead));
        other.names.clear();
    }

    /// Enters a cell, whose numbers are of these names.
    pub(crate) fn enter(&mut self, key: CellKey, cell: Cell) {
        match self.cells.get_mut(&key) {
            Some(known) => known.join(cell, &self.names),
            None => drop(self.cells.insert(key, cell)),
        }
    }

    /// Enters a change; of copies the one that is smallest.
    pub(crate) fn change(&mut self, key: (i64, String), change: Change) {
        match self.changes.get_mut(&key) {
            Some(known) if change < *known => *known = change,
            Some(_) => {}
            None => drop(self.changes.insert(key, change)),
        }
    }

    pub(crate) fn span(&mut self, account: String, span: Span) {
        let known = self.accounts.entry(account).or_insert(span);
        *known = known.over(span);
    }

    /// The latest moment of a record.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        self.accounts.values().map(|span| span.last).max()
    }
}
