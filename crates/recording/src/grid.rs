//! A space of events as all clauses see it: one table for each field, and the questions that a search answers.

use crate::callers::Callers;
use crate::clauses::Clause;
use crate::invocations::Space;
use crate::search::{Demand, Left, Level, search};
use crate::steps::{Exhausted, Steps};
use crate::table::Table;
use crate::values::{Domain, Pick};
use cloudtrail::event::{Event, Field};
use cloudtrail::selector::Condition;
use std::rc::Rc;

/// Tables that were made for the same clauses, so that spaces which share a field share its table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    known: Vec<(Field, Domain, Level)>,
    /// Callers found for the same clauses.
    pub(crate) callers: Callers,
}

impl Tables {
    fn of(&mut self, field: Field, domain: &Domain, clauses: &[Clause<'_>]) -> Result<Level, Exhausted> {
        if let Some((_, _, level)) = self.known.iter().find(|(of, known, _)| *of == field && known == domain)
        {
            return Ok(level.clone());
        }
        let level = level(field, domain, clauses)?;
        self.known.push((field, domain.clone(), level.clone()));
        Ok(level)
    }

    /// Forgets the tables that hang on which resource is meant.
    pub(crate) fn forget_arns(&mut self) {
        self.known.retain(|(field, _, _)| *field != Field::ResourcesArn);
    }
}

fn level(field: Field, domain: &Domain, clauses: &[Clause<'_>]) -> Result<Level, Exhausted> {
    let mut conditions: Vec<&Condition> = Vec::new();
    let mut rows: Vec<Option<u32>> = Vec::with_capacity(clauses.len());
    for clause in clauses {
        let row = u32::try_from(conditions.len()).map_err(|_| Exhausted)?;
        rows.push(clause.condition(field).map(|condition| {
            conditions.push(condition);
            row
        }));
    }
    Ok(Level { table: Rc::new(Table::new(domain, &conditions)?), rows: rows.into() })
}

/// A space cut up along the conditions of some clauses.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    /// In the order of the fields.
    fields: Vec<Field>,
    levels: Vec<Level>,
    /// For each clause, whether it holds anything of the space.
    alive: Vec<bool>,
    /// For each clause, whether it holds all of the space.
    whole: Vec<bool>,
}

/// A box of events, all of which a search looked for.
pub(crate) struct Found<'g> {
    grid: &'g Grid,
    left: Vec<Rc<Left>>,
}

impl Grid {
    /// Cuts `space` along the conditions of `clauses`.
    pub(crate) fn new(space: &Space, clauses: &[Clause<'_>], tables: &mut Tables) -> Result<Self, Exhausted> {
        let mut named: Vec<&(Field, Domain)> = space.fields.iter().collect();
        named.sort_by_key(|(field, _)| *field);
        let fields: Vec<Field> = named.iter().map(|(field, _)| *field).collect();
        let levels: Vec<Level> = named
            .iter()
            .map(|(field, domain)| tables.of(*field, domain, clauses))
            .collect::<Result<_, Exhausted>>()?;
        let mut grid = Grid { fields, levels, alive: Vec::new(), whole: Vec::new() };
        for (at, clause) in clauses.iter().enumerate() {
            // What the events do not have at all is compared as absent.
            let mut absent = clause.conditions.iter().filter(|(field, _)| !grid.fields.contains(field));
            let compared = absent.all(|(_, condition)| condition.turns_away(None).is_none());
            let some = grid.levels.iter().all(|level| level.admits_some(at));
            grid.alive.push(compared && some);
            grid.whole.push(compared && grid.levels.iter().all(|level| level.admits_all(at)));
        }
        Ok(grid)
    }

    /// True iff there is an event in the space that the clause holds.
    pub(crate) fn is_alive(&self, clause: usize) -> bool {
        self.alive[clause]
    }

    /// True iff the clause holds every event of the space.
    pub(crate) fn is_whole(&self, clause: usize) -> bool {
        self.whole[clause]
    }

    /// Looks for an event that none of `clauses` holds.
    pub(crate) fn outside(
        &self,
        clauses: &[usize],
        steps: &mut Steps,
    ) -> Result<Option<Found<'_>>, Exhausted> {
        self.outside_within(clauses, &[], steps)
    }

    /// Looks for an event that all of `holding` hold and none of `clauses`.
    pub(crate) fn outside_within(
        &self,
        clauses: &[usize],
        holding: &[usize],
        steps: &mut Steps,
    ) -> Result<Option<Found<'_>>, Exhausted> {
        if holding.iter().any(|clause| !self.alive[*clause]) {
            return Ok(None);
        }
        let fields = 0..self.levels.len();
        let admitted =
            holding.iter().flat_map(|clause| fields.clone().map(|field| Demand::Admitted(*clause, field)));
        let away = clauses.iter().filter(|clause| self.alive[**clause]).map(|one| Demand::TurnedAway(*one));
        let found = search(&self.levels, admitted.chain(away).collect(), steps)?;
        Ok(found.map(|left| Found { grid: self, left }))
    }
}

/// How many texts of a field are looked at for one that a reader believes.
pub(crate) const LOOKED_AT: usize = 16;

impl Found<'_> {
    /// One of the events.
    pub(crate) fn event(&self) -> Event {
        let part = |field: Field| self.grid.fields.iter().position(|of| *of == field);
        crate::witness::witness(|field| {
            let at = part(field)?;
            let (table, left) = (&self.grid.levels[at].table, &self.left[at]);
            let picks = left.picks(LOOKED_AT);
            let text = crate::witness::believable(table, &picks);
            let may_be_absent = left.whole.iter().any(|one| table.may_be_absent(Pick::Whole(one)));
            Some((text, may_be_absent))
        })
    }
}

impl Level {
    fn admits_all(&self, clause: usize) -> bool {
        let Some(row) = self.rows[clause].map(|row| &self.table.rows[row as usize]) else { return true };
        if !row.whole.is_empty() {
            return false;
        }
        let no_pairs = self.table.starts.is_empty() || self.table.ends.is_empty();
        let dropped = !row.start_drops.is_empty() || !row.end_drops.is_empty();
        let lacking = row.selects && !row.start_lacks.is_empty() && !row.end_lacks.is_empty();
        no_pairs || !(dropped || lacking)
    }

    fn admits_some(&self, clause: usize) -> bool {
        let Some(row) = self.rows[clause].map(|row| &self.table.rows[row as usize]) else {
            return !self.table.whole.is_empty()
                || (!self.table.starts.is_empty() && !self.table.ends.is_empty());
        };
        if row.whole.count() < self.table.whole.len() {
            return true;
        }
        let kept = |all: usize, drops: &crate::bits::Bits| all > drops.count();
        let (starts, ends) = (self.table.starts.len(), self.table.ends.len());
        if !kept(starts, &row.start_drops) || !kept(ends, &row.end_drops) {
            return false;
        }
        let selected = |all: usize, drops: &crate::bits::Bits, lacks: &crate::bits::Bits| {
            !crate::bits::Bits::all(all).minus(drops).within(lacks)
        };
        !row.selects
            || selected(starts, &row.start_drops, &row.start_lacks)
            || selected(ends, &row.end_drops, &row.end_lacks)
    }
}
