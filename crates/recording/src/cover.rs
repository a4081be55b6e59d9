//! Selectors that suffice, and of which none can be left out.

use crate::clauses::Clause;
use crate::grid::Grid;
use crate::steps::{Exhausted, Steps};
use crate::verdict::SelectorRef;
use cloudtrail::event::Event;
use std::collections::BTreeSet;

/// Selectors that suffice, where all sure clauses do: a single one if any does. Else, for as long as something is left, the
/// selector that records some of it is taken in; then whatever turned out needless goes, the last first. Where that takes too
/// much work, some of them may be needless; they always suffice.
pub(crate) fn cover(
    grids: &[Grid],
    all: &[Clause<'_>],
    sure: &[usize],
    steps: &mut Steps,
) -> Vec<SelectorRef> {
    let of = |clause: usize| SelectorRef { candidate: all[clause].candidate, selector: all[clause].selector };
    let alive: Vec<usize> =
        sure.iter().copied().filter(|clause| grids.iter().any(|grid| grid.is_alive(*clause))).collect();
    let selectors: BTreeSet<SelectorRef> = alive.iter().map(|clause| of(*clause)).collect();
    let mut search = Left { grids, alive: &alive, of: &of, steps };
    let whole_by = |one: &SelectorRef| {
        let whole = |grid: &Grid| alive.iter().any(|clause| of(*clause) == *one && grid.is_whole(*clause));
        grids.iter().all(whole)
    };
    if let Some(one) = selectors.iter().find(|one| whole_by(one)) {
        return vec![*one];
    }
    let Ok(mut kept) = search.sufficient(all) else { return selectors.into_iter().collect() };
    for one in kept.clone().iter().rev() {
        let without: BTreeSet<SelectorRef> = kept.iter().copied().filter(|other| other != one).collect();
        match search.left(&without) {
            Ok(None) => kept = without,
            Ok(Some(_)) => {}
            Err(Exhausted) => break,
        }
    }
    kept.into_iter().collect()
}

struct Left<'l> {
    grids: &'l [Grid],
    alive: &'l [usize],
    of: &'l dyn Fn(usize) -> SelectorRef,
    steps: &'l mut Steps,
}

impl Left<'_> {
    /// An event that none of the selectors records.
    fn left(&mut self, selectors: &BTreeSet<SelectorRef>) -> Result<Option<Event>, Exhausted> {
        let of = self.of;
        let clauses: Vec<usize> =
            self.alive.iter().copied().filter(|clause| selectors.contains(&of(*clause))).collect();
        for grid in self.grids {
            if let Some(found) = grid.outside(&clauses, self.steps)? {
                return Ok(Some(found.event()));
            }
        }
        Ok(None)
    }

    /// Selectors that suffice, of which each recorded something that those before it did not.
    fn sufficient(&mut self, all: &[Clause<'_>]) -> Result<BTreeSet<SelectorRef>, Exhausted> {
        let mut kept: BTreeSet<SelectorRef> = BTreeSet::new();
        while let Some(event) = self.left(&kept)? {
            let next =
                self.alive.iter().find(|clause| all[**clause].holds(&event)).map(|clause| (self.of)(*clause));
            // Something records it, and nothing that is kept does: all of them together leave nothing.
            match next.filter(|next| !kept.contains(next)) {
                Some(next) => drop(kept.insert(next)),
                None => return Err(Exhausted),
            }
        }
        Ok(kept)
    }
}
