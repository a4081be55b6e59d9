//! The answer to a question: groups, each with its counts, sorted by their labels.

use super::cell::Cell;
use super::count::Counted;
use super::tally::Tally;
use std::io;

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// One for each dimension of the question.
    pub labels: Vec<String>,
    /// Its counts.
    pub cell: Cell,
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Sorted by their labels; none is empty.
    pub groups: Vec<Group>,
    /// Records that were there more than once, and counted once; and those that a correction replaced.
    pub copies: u64,
    /// Corrections that were too many to be applied, each counted by itself: calls may be counted twice. 0 of up to 65 536.
    pub corrections_apart: u64,
    /// The labels of groups of which nothing is left: corrections that were not asked about, or are of another group, replaced each record.
    pub replaced: Vec<Vec<String>>,
}

impl Answer {
    /// What all threads found together, delivery lags and all: the same whatever thread read which file.
    ///
    /// # Errors
    /// What a scratch file says.
    pub fn of(tallies: Vec<Tally<'_>>) -> io::Result<Answer> {
        let Counted { ranked, cells, copies, apart, losing } = Counted::of(tallies, true)?;
        let (left, none): (Vec<_>, Vec<_>) = (0..).zip(cells).partition(|(_, cell)| cell.records() > 0);
        let groups =
            left.into_iter().map(|(place, cell)| Group { labels: ranked.words(place), cell }).collect();
        let replaced = none.into_iter().filter(|(place, _)| losing.contains(place));
        let replaced = replaced.map(|(place, _)| ranked.words(place)).collect();
        Ok(Answer { groups, copies, corrections_apart: apart, replaced })
    }

    /// All groups together.
    #[must_use]
    pub fn total(&self) -> Cell {
        let mut total = Cell::default();
        self.groups.iter().for_each(|group| total.merge(&group.cell));
        total
    }
}
