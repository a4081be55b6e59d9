//! What is left of a space of events once each clause has taken its share: all of it, to be told in words.
//!
//! Whether anything is left is not decided here but by [`crate::search`]: telling all of it can take far more work than that.

use crate::clauses::Clause;
use crate::grid::LOOKED_AT;
use crate::invocations::Space;
use crate::steps::{Exhausted, Steps};
use crate::table::Table;
use crate::values::Class;
use cloudtrail::event::{Event, Field};
use cloudtrail::selector::{Condition, Operator};
use std::collections::HashMap;
use std::rc::Rc;

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
    pub(crate) table: Rc<Table>,
    pub(crate) inside: Vec<Rc<Class>>,
    pub(crate) outside: Vec<Rc<Class>>,
}

impl Cell {
    /// An event of the cell: of each field the first, most credible, of its classes.
    pub(crate) fn event(&self) -> Event {
        self.event_of(|_| true)
    }

    /// The same, its caller left out.
    pub(crate) fn event_without_caller(&self) -> Event {
        self.event_of(|field| field != Field::UserIdentityArn)
    }

    fn event_of(&self, wanted: impl Fn(Field) -> bool) -> Event {
        crate::witness::witness(|field| {
            if !wanted(field) {
                return None;
            }
            let part = self.parts.iter().find(|part| part.field == field)?;
            let picks: Vec<_> = part.inside.iter().take(LOOKED_AT).map(|class| class.pick).collect();
            let absent = part.inside.iter().any(|class| class.labels.contains(&crate::values::Label::Absent));
            Some((crate::witness::believable(&part.table, &picks), absent))
        })
    }
}

/// The most classes of a field that are told apart for words.
const CLASSES: usize = 1 << 11;

/// The most cells that are told apart for words.
const CELLS: usize = 1 << 10;

/// A space cut up along the conditions of some clauses.
struct Cut {
    /// The fields that are left to look at, each with its classes.
    levels: Vec<Level>,
    /// For each level, the clauses that admit every class from there on: as positions into `clauses`.
    whole_from: Vec<Vec<bool>>,
    /// Clauses of which every field admits some class: all others hold nothing of the space.
    alive: Vec<usize>,
}

struct Level {
    field: Field,
    table: Rc<Table>,
    classes: Vec<Rc<Class>>,
    /// What telling one cell costs here.
    telling: u64,
    /// For each class, the clauses that admit it, as positions into `clauses`.
    admits: Vec<Vec<bool>>,
}

impl Cut {
    /// Cuts `space` along the conditions of `clauses`.
    fn new(space: &Space, clauses: &[Clause<'_>], steps: &mut Steps) -> Result<Self, Exhausted> {
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
            let values = |one: &&Condition| Operator::ALL.map(|operator| one.values(operator).len() as u64);
            let listed: u64 = conditions.iter().flat_map(values).sum();
            steps.spend(listed)?;
            let table = Rc::new(Table::new(domain, &conditions)?);
            let classes = table.classes(CLASSES).ok_or(Exhausted)?;
            steps.spend((classes.len() * clauses.len()) as u64)?;
            let admits: Vec<Vec<bool>> = classes
                .iter()
                .map(|class| {
                    let mut row = vec![true; clauses.len()];
                    with.iter().enumerate().for_each(|(of, (at, _))| row[*at] = class.admitted.has(of));
                    row
                })
                .collect();
            alive.retain(|at| admits.iter().any(|row| row[*at]));
            let telling = classes.iter().map(|class| 1 + 2 * class.labels.len() as u64).sum();
            let classes = classes.into_iter().map(Rc::new).collect();
            levels.push(Level { field: *field, table, classes, telling, admits });
        }
        let mut whole_from = vec![vec![true; clauses.len()]; levels.len() + 1];
        for at in (0..levels.len()).rev() {
            for clause in 0..clauses.len() {
                whole_from[at][clause] =
                    whole_from[at + 1][clause] && levels[at].admits.iter().all(|row| row[clause]);
            }
        }
        Ok(Cut { levels, whole_from, alive })
    }

    /// The cells that no clause holds.
    fn left(&self, steps: &mut Steps) -> Result<Vec<Cell>, Exhausted> {
        let mut found = Vec::new();
        self.descend(0, &self.alive, &Path { cut: self, chosen: None }, steps, &mut found)?;
        Ok(found)
    }

    /// A cell is not cut further once some clause holds all of it, or none holds any of it.
    fn descend(
        &self,
        level: usize,
        alive: &[usize],
        path: &Path<'_>,
        steps: &mut Steps,
        found: &mut Vec<Cell>,
    ) -> Result<(), Exhausted> {
        let whole = |clause: &usize| self.whole_from[level][*clause];
        if alive.is_empty() {
            // Words look at every label of every class, inside the cell and outside.
            steps.spend(self.levels.iter().map(|level| level.telling).sum())?;
            found.push(path.cell());
            return if found.len() > CELLS { Err(Exhausted) } else { Ok(()) };
        }
        if level == self.levels.len() || alive.iter().any(whole) {
            return Ok(());
        }
        let here = &self.levels[level];
        steps.spend((here.classes.len() * alive.len()) as u64)?;
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
            self.descend(level + 1, still, &path, steps, found)?;
        }
        Ok(())
    }
}

/// The way to a cell: a group of classes for each level above it.
struct Path<'a> {
    cut: &'a Cut,
    chosen: Option<(&'a Path<'a>, usize, &'a [usize])>,
}

impl Path<'_> {
    /// The cell in full: levels below the end of the path keep all their classes.
    fn cell(&self) -> Cell {
        let mut inside: Vec<Option<&[usize]>> = vec![None; self.cut.levels.len()];
        let mut at = self.chosen;
        while let Some((above, level, group)) = at {
            inside[level] = Some(group);
            at = above.chosen;
        }
        let parts = self.cut.levels.iter().zip(inside).map(|(level, group)| {
            let all: Vec<usize> = (0..level.classes.len()).collect();
            let group = group.unwrap_or(&all);
            // Groups are ascending.
            let pick = |inside: bool| {
                let chosen = all.iter().filter(|class| group.binary_search(class).is_ok() == inside);
                chosen.map(|class| level.classes[*class].clone()).collect()
            };
            let table = level.table.clone();
            Part { field: level.field, table, inside: pick(true), outside: pick(false) }
        });
        Cell { parts: parts.collect() }
    }
}

/// The cells of the spaces that no clause holds, in a fixed order; `None` iff that is too much to tell.
pub(crate) fn remainder(spaces: &[Space], clauses: &[Clause<'_>], steps: &mut Steps) -> Option<Vec<Cell>> {
    let mut cells = Vec::new();
    for space in spaces {
        cells.extend(Cut::new(space, clauses, steps).and_then(|cut| cut.left(steps)).ok()?);
    }
    Some(cells)
}
