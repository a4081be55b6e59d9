//! An answer with any number of groups: each label once, and rows of numbers. What is kept of a question, and shown.

use super::answer::Answer;
use super::cell::Cell;
use super::count::Counted;
use super::tally::Tally;
use crate::sheet::Texts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;

/// See the module. Reading one back makes nothing for each group, of which there may be a million.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Table {
    texts: Texts,
    /// Labels of a group.
    width: usize,
    /// Numbers of texts, `width` for each group.
    labels: Vec<u32>,
    /// One for each group.
    cells: Vec<Packed>,
    /// By number, the groups with counts that cannot be packed.
    large: BTreeMap<usize, Cell>,
    copies: u64,
    corrections_apart: u64,
}

/// A cell without delivery lags in less than half of its room: pages of memory that nobody touches cost nothing.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Packed {
    counts: [u32; 8],
    first: i64,
    last: i64,
}

impl Packed {
    /// `None` iff a count is too large.
    fn of(cell: &Cell) -> Option<Packed> {
        let Cell { calls, attempts, orphans, ran, later, errors, dry_runs, foreign, first, last, lag: _ } =
            cell;
        let mut counts = [0; 8];
        let all = [calls, attempts, orphans, ran, later, errors, dry_runs, foreign];
        for (packed, count) in counts.iter_mut().zip(all) {
            *packed = u32::try_from(*count).ok()?;
        }
        Some(Packed { counts, first: *first, last: *last })
    }

    fn cell(self) -> Cell {
        let [calls, attempts, orphans, ran, later, errors, dry_runs, foreign] = self.counts.map(u64::from);
        let Packed { first, last, .. } = self;
        let lag = super::Lag::default();
        Cell { calls, attempts, orphans, ran, later, errors, dry_runs, foreign, first, last, lag }
    }
}

/// One group of a table.
#[derive(Clone, Debug)]
pub struct TableRow<'t> {
    /// Its counts, without delivery lags.
    pub cell: Cell,
    labels: &'t [u32],
    texts: &'t Texts,
}

impl<'t> TableRow<'t> {
    /// One for each dimension of the question.
    pub fn labels(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        let texts = self.texts;
        self.labels.iter().map(|id| texts.get(*id).unwrap_or_default())
    }

    /// That of one dimension; `None` iff the question has fewer.
    #[must_use]
    pub fn label(&self, at: usize) -> Option<&'t str> {
        self.labels().nth(at)
    }
}

impl Table {
    /// What all threads found together: the same whatever thread read which file.
    ///
    /// # Errors
    /// What a scratch file says.
    pub fn of(tallies: Vec<Tally<'_>>) -> io::Result<Table> {
        let Counted { ranked, cells, copies, apart, losing: _ } = Counted::of(tallies, false)?;
        let width = ranked.width;
        let mut table = Table { width, copies, corrections_apart: apart, ..Table::default() };
        for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.records() > 0) {
            let from = at.saturating_mul(ranked.width);
            let labels = ranked.labels.get(from..from.saturating_add(ranked.width)).unwrap_or_default();
            table.labels.extend_from_slice(labels);
            table.push(cell);
        }
        table.texts = ranked.texts;
        Ok(table)
    }

    fn push(&mut self, cell: &Cell) {
        let packed = Packed::of(cell);
        if packed.is_none() {
            self.large.insert(self.cells.len(), cell.clone());
        }
        self.cells.push(packed.unwrap_or_default());
    }

    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// True iff there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Records that were there more than once, and counted once; and those that a correction replaced.
    #[must_use]
    pub fn copies(&self) -> u64 {
        self.copies
    }

    /// As [`Answer::corrections_apart`].
    #[must_use]
    pub fn corrections_apart(&self) -> u64 {
        self.corrections_apart
    }

    /// The groups, sorted by their labels; none is empty.
    pub fn rows(&self) -> impl Iterator<Item = TableRow<'_>> {
        (0..self.cells.len()).filter_map(|at| self.row(at))
    }

    /// The group of that number, from 0 on; `None` iff there are fewer.
    #[must_use]
    pub fn row(&self, at: usize) -> Option<TableRow<'_>> {
        let packed = self.cells.get(at)?;
        let cell = self.large.get(&at).cloned().unwrap_or_else(|| packed.cell());
        let from = at.saturating_mul(self.width);
        let labels = self.labels.get(from..from.saturating_add(self.width)).unwrap_or_default();
        Some(TableRow { cell, labels, texts: &self.texts })
    }

    /// All groups together.
    #[must_use]
    pub fn total(&self) -> Cell {
        let mut total = Cell::default();
        self.rows().for_each(|row| total.merge(&row.cell));
        total
    }
}

/// Of groups that all have as many labels as the first, in their order; without delivery lags.
impl From<&Answer> for Table {
    fn from(answer: &Answer) -> Self {
        let Answer { copies, corrections_apart, .. } = *answer;
        let mut table = Table { copies, corrections_apart, ..Table::default() };
        table.width = answer.groups.first().map_or(0, |group| group.labels.len());
        for group in &answer.groups {
            table.labels.extend(group.labels.iter().map(|label| table.texts.intern(label)));
            table.push(&Cell { lag: super::Lag::default(), ..group.cell.clone() });
        }
        table
    }
}
