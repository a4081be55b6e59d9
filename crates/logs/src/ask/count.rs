//! From the entries of all threads to the counts of their groups.

use super::cell::Cell;
use super::entry::{Entry, What, settle};
use super::ranked::Ranked;
use super::settle::merge;
use super::tally::Tally;
use std::collections::BTreeSet;
use std::io;

/// All groups, and their counts in the same order. Some may count nothing: their records only told something of others.
pub(super) struct Counted {
    pub(super) ranked: Ranked,
    pub(super) cells: Vec<Cell>,
    pub(super) copies: u64,
    pub(super) apart: u64,
    /// Groups that lost a record to a correction.
    pub(super) losing: BTreeSet<u32>,
}

impl Counted {
    /// What all threads found together: the same whatever thread read which file. Delivery lags take more room than all the rest,
    /// and time, so they are counted for whoever shows them.
    ///
    /// # Errors
    /// What a scratch file says.
    pub(super) fn of(mut tallies: Vec<Tally<'_>>, lags: bool) -> io::Result<Counted> {
        let ranked = Ranked::of(&tallies);
        let runs = tallies.drain(..).map(|tally| tally.read).collect();
        let mut counts = Counts { cells: vec![Cell::default(); ranked.groups], lags, copies: 0 };
        let place = |thread, group| ranked.place(thread, group);
        let (apart, losing) = merge(runs, place, |together| counts.together(together))?;
        Ok(Counted { ranked, cells: counts.cells, copies: counts.copies, apart, losing })
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
