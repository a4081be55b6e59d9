//! Forgetting the oldest, and the one form of facts.

use super::{Cell, CellKey, EventId, Facts, Names};
use cloudtrail::time::DAY_MILLIS;
use std::collections::BTreeMap;

/// How much is kept. What is beyond is forgotten by whole days, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Days before the newest record.
    pub days: i64,
    /// Bytes of memory for calls, about.
    pub calls: usize,
    /// Bytes of memory for changes, about.
    pub changes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { days: 90, calls: 90 << 20, changes: 40 << 20 }
    }
}

/// Bytes that a cell takes, beside its numbers.
const CELL: usize = 136;

fn weight(cell: &Cell) -> usize {
    CELL + 4 * cell.ids.kept()
}

impl Facts {
    /// Bytes of memory for calls, about.
    #[must_use]
    pub fn weight_of_calls(&self) -> usize {
        self.cells.values().map(weight).sum()
    }

    /// Forgets what is beyond the bounds: the fewest days that have to go. More that is entered later can only make more go, so what
    /// is left in the end is the same whenever it was called.
    pub fn forget(&mut self, bounds: &Bounds) {
        let Some(newest) = self.newest() else { return };
        let oldest = newest.div_euclid(DAY_MILLIS) - bounds.days;
        let mut from = i32::try_from(oldest).ok();
        let mut days: BTreeMap<i32, usize> = BTreeMap::new();
        for (key, cell) in &self.cells {
            *days.entry(key.day).or_default() += weight(cell);
        }
        let mut room = bounds.calls;
        for (day, weight) in days.iter().rev() {
            match room.checked_sub(*weight) {
                Some(left) => room = left,
                None => {
                    from = from.max(Some(day + 1));
                    break;
                }
            }
        }
        let forgets = days.keys().next().is_some_and(|first| Some(*first) < from);
        // Once anything is forgotten, the day says so whenever it was.
        if forgets || self.calls_from.is_some() {
            self.calls_from = self.calls_from.max(from);
        }
        if let Some(from) = self.calls_from {
            self.cells.retain(|key, _| key.day >= from);
        }
        self.forget_changes(bounds, oldest * DAY_MILLIS);
    }

    fn forget_changes(&mut self, bounds: &Bounds, oldest: i64) {
        let mut room = bounds.changes;
        let mut from = oldest;
        for ((time, _), change) in self.changes.iter().rev() {
            match room.checked_sub(change.weight()) {
                Some(left) => room = left,
                None => {
                    from = from.max(time + 1);
                    break;
                }
            }
        }
        let forgets = self.changes.keys().next().is_some_and(|(first, _)| *first < from);
        if forgets || self.changes_from.is_some() {
            self.changes_from = self.changes_from.max(Some(from));
            self.changes = self.changes.split_off(&(from, String::new()));
        }
    }

    /// The one form that equal facts have: names in their order, none that nothing names; cells in theirs.
    #[must_use]
    pub fn tidied(mut self) -> Facts {
        let mut used = vec![false; self.names.len()];
        for (key, cell) in &self.cells {
            let of_id = match cell.first.id {
                EventId::Named(number) => Some(number),
                EventId::Uuid(..) => None,
            };
            for number in [key.function, key.caller, key.way, cell.first.file].into_iter().chain(of_id) {
                if let Some(slot) = used.get_mut(number as usize) {
                    *slot = true;
                }
            }
        }
        let used = |at: usize| used.get(at) == Some(&true);
        let numbered = self.names.iter().enumerate();
        let mut kept: Vec<(&str, usize)> =
            numbered.filter(|(at, _)| used(*at)).map(|(at, text)| (text, at)).collect();
        kept.sort_unstable();
        let mut names = Names::default();
        let mut numbers = vec![u32::MAX; self.names.len()];
        for (text, at) in kept {
            let number = names.number(text);
            if let Some(slot) = numbers.get_mut(at) {
                *slot = number;
            }
        }
        let number = |of: u32| numbers.get(of as usize).copied().unwrap_or(u32::MAX);
        let mut cells: Vec<(CellKey, Cell)> =
            self.cells.drain(..).map(|(key, cell)| (key.numbered(number), cell.numbered(number))).collect();
        cells.sort_unstable_by_key(|(key, _)| *key);
        self.cells = cells.into_iter().collect();
        self.names = names;
        self
    }
}
