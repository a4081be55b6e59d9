//! What is left of a space of events once each clause has taken its share.

use crate::clauses::Clause;
use crate::invocations::Space;
use crate::values::{Class, classes};
use cloudtrail::event::Field;
use cloudtrail::selector::Condition;
use std::collections::HashMap;

/// A product of classes, one group of classes for each field that the clauses can tell apart.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// The field, the classes that belong to the cell, and the classes of the field that do not.
    pub(crate) parts: Vec<Part>,
}

/// What one field is in a cell.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) field: Field,
    pub(crate) inside: Vec<Class>,
    pub(crate) outside: Vec<Class>,
}

/// A space cut up along the conditions of some clauses.
pub(crate) struct Cut {
    /// The fields that are left to look at, each with its classes.
    levels: Vec<Level>,
    /// For each level, the clauses that admit every class from there on: as positions into `clauses`.
    whole_from: Vec<Vec<bool>>,
    /// Clauses of which every field admits some class: all others hold nothing of the space.
    alive: Vec<usize>,
}

struct Level {
    field: Field,
    classes: Vec<Class>,
    /// For each class, the clauses that admit it, as positions into `clauses`.
    admits: Vec<Vec<bool>>,
}

impl Cut {
    /// Cuts `space` along the conditions of `clauses`.
    pub(crate) fn new(space: &Space, clauses: &[Clause<'_>]) -> Self {
        let mut alive: Vec<usize> = (0..clauses.len()).collect();
        // What the events do not have at all is compared as absent.
        alive.retain(|clause| {
            let named = |field: Field| space.fields.iter().any(|(of, _)| *of == field);
            let mut absent = clauses[*clause].conditions.iter().filter(|(field, _)| !named(*field));
            absent.all(|(_, condition)| condition.turns_away(None).is_none())
        });
        let mut levels: Vec<Level> = Vec::new();
        let mut fields: Vec<_> = space.fields.iter().collect();
        fields.sort_by_key(|(field, _)| *field);
        for (field, domain) in fields {
            let with: Vec<(usize, &Condition)> =
                alive.iter().filter_map(|at| Some((*at, clauses[*at].condition(*field)?))).collect();
            let conditions: Vec<&Condition> = with.iter().map(|(_, condition)| *condition).collect();
            let classes = classes(domain, &conditions);
            let admits: Vec<Vec<bool>> = classes
                .iter()
                .map(|class| {
                    let mut row = vec![true; clauses.len()];
                    with.iter().zip(&class.admitted).for_each(|((at, _), admitted)| row[*at] = *admitted);
                    row
                })
                .collect();
            alive.retain(|at| admits.iter().any(|row| row[*at]));
            levels.push(Level { field: *field, classes, admits });
        }
        let mut whole_from = vec![vec![true; clauses.len()]; levels.len() + 1];
        for at in (0..levels.len()).rev() {
            for clause in 0..clauses.len() {
                whole_from[at][clause] =
                    whole_from[at + 1][clause] && levels[at].admits.iter().all(|row| row[clause]);
            }
        }
        Cut { levels, whole_from, alive }
    }

    /// The clauses that hold anything of the space as far as fields with a single class can tell.
    pub(crate) fn alive(&self) -> &[usize] {
        &self.alive
    }

    /// Calls `visit` with cells that together are the whole space, each with the clauses that hold all of it. No two
    /// cells share an event. With `prune`, a cell is not cut further once some clause holds all of it.
    pub(crate) fn cells(&self, prune: bool, visit: &mut dyn FnMut(&[usize], &Path<'_>)) {
        self.descend(0, &self.alive, &Path { cut: self, chosen: None }, &mut Visitor { prune, visit });
    }

    fn descend(&self, level: usize, alive: &[usize], path: &Path<'_>, visitor: &mut Visitor<'_>) {
        let whole = |clause: &usize| self.whole_from[level][*clause];
        if level == self.levels.len() || alive.is_empty() || (visitor.prune && alive.iter().any(whole)) {
            return (visitor.visit)(alive, path);
        }
        let here = &self.levels[level];
        let mut groups: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
        let mut by_alive: HashMap<Vec<usize>, usize> = HashMap::new();
        for (class, row) in here.admits.iter().enumerate() {
            let still: Vec<usize> = alive.iter().copied().filter(|clause| row[*clause]).collect();
            let next = groups.len();
            let at = *by_alive.entry(still.clone()).or_insert(next);
            if at == next {
                groups.push((still, Vec::new()));
            }
            groups[at].1.push(class);
        }
        for (still, group) in &groups {
            let path = Path { cut: self, chosen: Some((path, level, group)) };
            self.descend(level + 1, still, &path, visitor);
        }
    }
}

/// Who is shown the cells, and whether cells that a clause holds whole are cut further for them.
struct Visitor<'v> {
    prune: bool,
    visit: &'v mut dyn FnMut(&[usize], &Path<'_>),
}

/// The way to a cell: a group of classes for each level above it.
pub(crate) struct Path<'a> {
    cut: &'a Cut,
    chosen: Option<(&'a Path<'a>, usize, &'a [usize])>,
}

impl Path<'_> {
    /// The cell in full: levels below the end of the path keep all their classes.
    pub(crate) fn cell(&self) -> Cell {
        let mut inside: Vec<Option<&[usize]>> = vec![None; self.cut.levels.len()];
        let mut at = self.chosen;
        while let Some((above, level, group)) = at {
            inside[level] = Some(group);
            at = above.chosen;
        }
        let parts = self.cut.levels.iter().zip(inside).map(|(level, group)| {
            let all: Vec<usize> = (0..level.classes.len()).collect();
            let group = group.unwrap_or(&all);
            let pick = |inside: bool| {
                let chosen = all.iter().filter(|class| group.contains(class) == inside);
                chosen.map(|class| level.classes[*class].clone()).collect()
            };
            Part { field: level.field, inside: pick(true), outside: pick(false) }
        });
        Cell { parts: parts.collect() }
    }
}

/// The cells of `space` that no clause holds, in a fixed order; empty iff the clauses cover the space.
pub(crate) fn remainder(space: &Space, clauses: &[Clause<'_>]) -> Vec<Cell> {
    let mut cells = Vec::new();
    Cut::new(space, clauses).cells(true, &mut |holding, path| {
        if holding.is_empty() {
            cells.push(path.cell());
        }
    });
    cells
}
