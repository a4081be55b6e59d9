//! How many candidates record one same event: each is a paid copy.

use crate::clauses::Clause;
use crate::grid::Grid;
use crate::steps::{Exhausted, Steps};
use std::collections::{BTreeMap, BTreeSet};

/// The largest set of candidates that all certainly record one same event (of several, the first in order); empty where no event
/// has two copies. And whether there may be a larger one, because looking for it took too much work.
pub(crate) fn copies(
    grids: &[Grid],
    all: &[Clause<'_>],
    sure: &[usize],
    steps: &mut Steps,
) -> (Vec<usize>, bool) {
    let mut most = Most { best: Vec::new(), here: 0, steps };
    let mut more = false;
    for grid in grids {
        let mut alive: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for clause in sure.iter().filter(|clause| grid.is_alive(**clause)) {
            alive.entry(all[*clause].candidate).or_default().push(*clause);
        }
        let whole = |clauses: &Vec<usize>| clauses.iter().any(|clause| grid.is_whole(*clause));
        let everywhere: BTreeSet<usize> =
            alive.iter().filter(|(_, clauses)| whole(clauses)).map(|(candidate, _)| *candidate).collect();
        let others: Vec<(usize, Vec<usize>)> =
            alive.into_iter().filter(|(candidate, _)| !everywhere.contains(candidate)).collect();
        if everywhere.len() + others.len() < 2 {
            continue;
        }
        most.here = 0;
        most.found(everywhere.iter().copied());
        let here = Here { grid, others: &others, everywhere: &everywhere };
        more |= most.widen(&here, 0, &mut Vec::new(), &mut Vec::new()).is_err();
    }
    let Most { best, .. } = most;
    if best.len() > 1 { (best, more) } else { (Vec::new(), more) }
}

/// The candidates at one space.
struct Here<'h> {
    grid: &'h Grid,
    /// Those that record a part of it, each with its clauses.
    others: &'h [(usize, Vec<usize>)],
    /// Those that record all of it.
    everywhere: &'h BTreeSet<usize>,
}

struct Most<'w> {
    best: Vec<usize>,
    /// The most that were found at the space in question.
    here: usize,
    steps: &'w mut Steps,
}

impl Most<'_> {
    fn found(&mut self, candidates: impl Iterator<Item = usize>) {
        let mut candidates: Vec<usize> = candidates.collect();
        candidates.sort_unstable();
        self.here = self.here.max(candidates.len());
        // Of sets of one size the first in order counts, so that it does not matter how it was found.
        let better = candidates.len() > self.best.len()
            || (candidates.len() == self.best.len() && candidates < self.best);
        if better {
            self.best = candidates;
        }
    }

    /// Adds candidates from `from` on to those chosen, whose clauses `holding` all hold one event.
    fn widen(
        &mut self,
        here: &Here<'_>,
        from: usize,
        chosen: &mut Vec<usize>,
        holding: &mut Vec<usize>,
    ) -> Result<(), Exhausted> {
        for at in from..here.others.len() {
            let reachable = here.everywhere.len() + chosen.len() + here.others.len() - at;
            // Sets of one size are met in their order, so what comes later must be larger.
            if reachable <= self.here || reachable < self.best.len() {
                return Ok(());
            }
            let (candidate, clauses) = &here.others[at];
            for clause in clauses {
                holding.push(*clause);
                let together = here.grid.outside_within(&[], holding, self.steps);
                if together.map(|found| found.is_some())? {
                    chosen.push(*candidate);
                    self.found(here.everywhere.iter().chain(chosen.iter()).copied());
                    self.widen(here, at + 1, chosen, holding)?;
                    chosen.pop();
                }
                holding.pop();
            }
        }
        Ok(())
    }
}
