//! An answer with any number of groups: each label once, and rows of numbers. What is kept of a question, and shown.

use super::answer::{Answer, Cell, Group};
use super::entry::{Entry, What, settle};
use super::ranked::Ranked;
use super::settle::merge;
use super::tally::Tally;
use crate::sheet::Texts;
use serde::{Deserialize, Serialize};
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
    cells: Vec<Cell>,
    copies: u64,
}

/// One group of a table.
#[derive(Clone, Copy, Debug)]
pub struct TableRow<'t> {
    /// Its counts.
    pub cell: &'t Cell,
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
    /// What all threads found together, without delivery lags: the same whatever thread read which file.
    ///
    /// # Errors
    /// What a scratch file says.
    pub fn of(tallies: Vec<Tally<'_>>) -> io::Result<Table> {
        Table::counted(tallies, false)
    }

    /// Delivery lags take more room than all the rest, and time, so they are counted for whoever shows them.
    pub(super) fn counted(mut tallies: Vec<Tally<'_>>, lags: bool) -> io::Result<Table> {
        let ranked = Ranked::of(&tallies);
        let runs = tallies.drain(..).map(|tally| tally.runs).collect();
        let mut counts = Counts { cells: vec![Cell::default(); ranked.groups], lags, copies: 0 };
        merge(runs, |thread, group| ranked.place(thread, group), |together| counts.together(together))?;
        let Ranked { texts, width, labels, .. } = ranked;
        let mut table = Table { texts, width, labels, cells: counts.cells, copies: counts.copies };
        table.drop_empty();
        Ok(table)
    }

    /// Groups of which nothing counts: records that only told something of others.
    fn drop_empty(&mut self) {
        if self.cells.iter().all(|cell| cell.records() > 0) {
            return;
        }
        let some = self.rows().filter(|row| row.cell.records() > 0);
        self.labels = some.flat_map(|row| row.labels.iter().copied()).collect();
        self.cells.retain(|cell| cell.records() > 0);
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

    /// Records that were there more than once, and counted once.
    #[must_use]
    pub fn copies(&self) -> u64 {
        self.copies
    }

    /// The groups, sorted by their labels; none is empty.
    pub fn rows(&self) -> impl Iterator<Item = TableRow<'_>> {
        (0..self.cells.len()).filter_map(|at| self.row(at))
    }

    /// The group of that number, from 0 on; `None` iff there are fewer.
    #[must_use]
    pub fn row(&self, at: usize) -> Option<TableRow<'_>> {
        let cell = self.cells.get(at)?;
        let from = at.saturating_mul(self.width);
        let labels = self.labels.get(from..from.saturating_add(self.width)).unwrap_or_default();
        Some(TableRow { cell, labels, texts: &self.texts })
    }

    /// All groups together.
    #[must_use]
    pub fn total(&self) -> Cell {
        let mut total = Cell::default();
        self.cells.iter().for_each(|cell| total.merge(cell));
        total
    }

    pub(super) fn into_answer(self) -> Answer {
        let group = |row: TableRow<'_>| Group {
            labels: row.labels().map(str::to_owned).collect(),
            cell: row.cell.clone(),
        };
        Answer { groups: self.rows().map(group).collect(), copies: self.copies }
    }
}

/// Of groups that all have as many labels as the first, in their order.
impl From<&Answer> for Table {
    fn from(answer: &Answer) -> Self {
        let mut table = Table { copies: answer.copies, ..Table::default() };
        table.width = answer.groups.first().map_or(0, |group| group.labels.len());
        for group in &answer.groups {
            table.labels.extend(group.labels.iter().map(|label| table.texts.intern(label)));
            table.cells.push(group.cell.clone());
        }
        table
    }
}

/// The counts of all groups.
struct Counts {
    cells: Vec<Cell>,
    lags: bool,
    copies: u64,
}

impl Counts {
    /// Counts what belongs together.
    fn together(&mut self, together: &[Entry]) {
        // Most records stand alone.
        if let [entry] = together
            && !entry.execution()
        {
            if entry.what.is(What::MEANT)
                && entry.what.is(What::WITHIN)
                && let Some(cell) = self.see(entry.group, entry)
            {
                call(cell, entry.what, false);
            }
            return;
        }
        let settled = settle(together);
        for entry in &settled.calls {
            if let Some(cell) = self.see(entry.group, entry) {
                call(cell, entry.what, settled.followed);
            }
        }
        for entry in &settled.attempts {
            let group = settled.call.map_or(entry.group, |call| call.group);
            if let Some(cell) = self.see(group, entry) {
                cell.attempts += 1;
                cell.orphans += u64::from(settled.call.is_none());
            }
        }
        self.copies += settled.copies;
    }

    /// The group, which now knows when the record was; it counts nothing yet.
    fn see(&mut self, group: u32, entry: &Entry) -> Option<&mut Cell> {
        let cell = self.cells.get_mut(group as usize)?;
        if cell.records() == 0 {
            (cell.first, cell.last) = (entry.milliseconds, entry.milliseconds);
        }
        cell.first = cell.first.min(entry.milliseconds);
        cell.last = cell.last.max(entry.milliseconds);
        if let Some(bucket) = entry.what.lag().filter(|_| self.lags) {
            cell.lag.add(bucket);
        }
        Some(cell)
    }
}

fn call(cell: &mut Cell, what: What, followed: bool) {
    let later = what.is(What::ASYNC) || followed;
    let (error, dry_run) = (what.is(What::ERROR), what.is(What::DRY_RUN));
    cell.calls += 1;
    cell.later += u64::from(later);
    cell.errors += u64::from(error);
    cell.dry_runs += u64::from(dry_run);
    cell.foreign += u64::from(what.is(What::FOREIGN));
    cell.ran += u64::from(!(later || error || dry_run || what.is(What::MICROVM)));
}
