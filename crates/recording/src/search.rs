//! The search for one event: turned away by all of these clauses, admitted by all of those.
//!
//! The event is sought as a box: of each field, which texts it may still be. Each demand (clause `c` turns the event away;
//! clause `c` admits its field `f`) can be met in a few ways, each of which makes one field of the box smaller. A demand that
//! can be met in one way only is met at once; one that cannot be met ends this branch; where nothing is forced, the demand
//! with the fewest ways is tried, one way after the other, and what was tried is taken out of what comes after. So no event
//! is looked at twice, and clauses that hold much or little are settled without looking at events at all.
//!
//! What a field may still be is a set of texts looked at whole, and a set of beginnings times a set of ends: within the latter
//! a condition turns away what a beginning or an end is deselected by, and what neither selects. Each of the three is
//! such a product again.

use crate::bits::Bits;
use crate::steps::{Exhausted, Steps};
use crate::table::{Row, Table};
use crate::values::Pick;
use std::rc::Rc;

/// One field of the space: its table, and which row of it is the condition of a clause.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    pub(crate) table: Rc<Table>,
    /// By position of the clause; `None` where it says nothing about the field, and admits all of it.
    pub(crate) rows: Rc<[Option<u32>]>,
}

impl Level {
    /// What the clause says about the field; `None` iff nothing.
    fn row(&self, clause: usize) -> Option<&Row> {
        self.rows[clause].map(|row| &self.table.rows[row as usize])
    }
}

/// What is asked of the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// This clause turns it away.
    TurnedAway(usize),
    /// This clause admits what this field is.
    Admitted(usize, usize),
}

/// What one field may still be.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    pub(crate) whole: Bits,
    pub(crate) starts: Bits,
    pub(crate) ends: Bits,
}

impl Left {
    fn all(table: &Table) -> Self {
        Left {
            whole: Bits::all(table.whole.len()),
            starts: Bits::all(table.starts.len()),
            ends: Bits::all(table.ends.len()),
        }
    }

    fn is_empty(&self) -> bool {
        self.whole.is_empty() && (self.starts.is_empty() || self.ends.is_empty())
    }

    fn has_pairs(&self) -> bool {
        !self.starts.is_empty() && !self.ends.is_empty()
    }

    /// How many classes of texts that are.
    fn size(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "it only orders what is tried first")]
        let size = |bits: &Bits| bits.count() as f64;
        size(&self.whole) + size(&self.starts) * size(&self.ends)
    }

    fn cost(&self) -> u64 {
        4 + self.whole.cost() + self.starts.cost() + self.ends.cost()
    }

    /// At most so many of the texts, those first that are looked at whole.
    pub(crate) fn picks(&self, most: usize) -> Vec<Pick> {
        let pairs =
            self.starts.iter().flat_map(|start| self.ends.iter().map(move |end| Pick::Between(start, end)));
        self.whole.iter().map(Pick::Whole).chain(pairs).take(most).collect()
    }

    /// What of these the row turns away, as parts that have nothing in common.
    fn turned_away(&self, row: &Row) -> Vec<Left> {
        let mut parts = Vec::new();
        let (starts, ends) = (self.starts.minus(&row.start_drops), self.ends.minus(&row.end_drops));
        self.part(&mut parts, self.starts.and(&row.start_drops), self.ends.clone());
        self.part(&mut parts, starts.clone(), self.ends.and(&row.end_drops));
        if row.selects {
            self.part(&mut parts, starts.and(&row.start_lacks), ends.and(&row.end_lacks));
        }
        with_whole(parts, self.whole.and(&row.whole), self)
    }

    /// How many parts [`Left::turned_away`] has.
    fn count_turned_away(&self, row: &Row) -> usize {
        let dropped = !self.ends.is_empty() && self.starts.meets(&row.start_drops);
        let reached = self.ends.meets(&row.end_drops) && !self.starts.within(&row.start_drops);
        let lacking = row.selects
            && self.starts.meets_outside(&row.start_lacks, &row.start_drops)
            && self.ends.meets_outside(&row.end_lacks, &row.end_drops);
        let parts = usize::from(dropped) + usize::from(reached) + usize::from(lacking);
        if parts == 0 { usize::from(self.whole.meets(&row.whole)) } else { parts }
    }

    /// What of these the row admits, as parts that have nothing in common.
    fn admitted(&self, row: &Row) -> Vec<Left> {
        let mut parts = Vec::new();
        let (starts, ends) = (self.starts.minus(&row.start_drops), self.ends.minus(&row.end_drops));
        if row.selects {
            self.part(&mut parts, starts.minus(&row.start_lacks), ends.clone());
            self.part(&mut parts, starts.and(&row.start_lacks), ends.minus(&row.end_lacks));
        } else {
            self.part(&mut parts, starts, ends);
        }
        with_whole(parts, self.whole.minus(&row.whole), self)
    }

    fn part(&self, parts: &mut Vec<Left>, starts: Bits, ends: Bits) {
        if !starts.is_empty() && !ends.is_empty() {
            parts.push(Left { whole: Bits::none(0), starts, ends });
        }
    }

    /// Without (at least some of) what the row turns away, and with all that it admits.
    fn without(&self, row: &Row) -> Left {
        let mut left = Left {
            whole: self.whole.minus(&row.whole),
            starts: self.starts.minus(&row.start_drops),
            ends: self.ends.minus(&row.end_drops),
        };
        if row.selects && left.starts.within(&row.start_lacks) {
            left.ends = left.ends.minus(&row.end_lacks);
        }
        if row.selects && left.ends.within(&row.end_lacks) {
            left.starts = left.starts.minus(&row.start_lacks);
        }
        left
    }

    /// True only if the row turns all of these away.
    fn all_turned_away(&self, row: &Row) -> bool {
        let lacking = row.selects && self.starts.within(&row.start_lacks) && self.ends.within(&row.end_lacks);
        self.whole.within(&row.whole)
            && (lacking
                || self.starts.within(&row.start_drops)
                || self.ends.within(&row.end_drops)
                || !self.has_pairs())
    }
}

/// The texts looked at whole go with the first part.
fn with_whole(mut parts: Vec<Left>, whole: Bits, of: &Left) -> Vec<Left> {
    match parts.first_mut() {
        Some(first) => {
            first.whole = whole;
            let none = Bits::none(of.whole.cost() as usize * 64);
            parts.iter_mut().skip(1).for_each(|part| part.whole = none.clone());
        }
        None if whole.is_empty() => {}
        None => {
            let (starts, ends) = (of.starts.minus(&of.starts), of.ends.minus(&of.ends));
            parts.push(Left { whole, starts, ends });
        }
    }
    parts
}

/// A box of events, and what is still asked of them.
#[derive(Clone)]
struct Branch {
    left: Vec<Rc<Left>>,
    open: Rc<[Demand]>,
}

/// One way of meeting a demand: this field becomes that.
struct Way {
    field: usize,
    left: Left,
}

/// The most memory, in words of 64 bits, that branches which are not looked at yet may hold.
const WAITING: u64 = 1 << 23;

/// Looks for a box of events that meets every demand: every event in it does.
pub(crate) fn search(
    levels: &[Level],
    demands: Vec<Demand>,
    steps: &mut Steps,
) -> Result<Option<Vec<Rc<Left>>>, Exhausted> {
    let all: Vec<Rc<Left>> = levels.iter().map(|level| Rc::new(Left::all(&level.table))).collect();
    if all.iter().any(|left| left.is_empty()) {
        return Ok(None);
    }
    let mut waiting = vec![Branch { left: all, open: demands.into() }];
    let mut held = 0;
    while let Some(mut branch) = waiting.pop() {
        held -= held.min(branch.cost());
        let Some(next) = settle(levels, &mut branch, steps)? else { continue };
        let Some((at, ways)) = next else { return Ok(Some(branch.left)) };
        let demand = branch.open[at];
        let open: Rc<[Demand]> = branch.open.iter().copied().filter(|one| *one != demand).collect();
        let mut branches = Vec::new();
        let mut before = None;
        for way in ways {
            // Several ways of one field have nothing in common; what other fields try leaves out what this one did.
            if let (Demand::TurnedAway(clause), Some(field)) = (demand, before)
                && field != way.field
                && !exclude(levels, &mut branch, field, clause)
            {
                break;
            }
            before = Some(way.field);
            let mut left = branch.left.clone();
            left[way.field] = Rc::new(way.left);
            let one = Branch { left, open: open.clone() };
            held += one.cost();
            branches.push(one);
        }
        if held > WAITING {
            return Err(Exhausted);
        }
        waiting.extend(branches.into_iter().rev());
    }
    Ok(None)
}

impl Branch {
    fn cost(&self) -> u64 {
        self.open.len() as u64 + self.left.iter().map(|left| left.cost()).sum::<u64>()
    }
}

/// Takes out of the branch what was tried: that `clause` turns the event away by this field. False iff nothing is left then.
fn exclude(levels: &[Level], branch: &mut Branch, field: usize, clause: usize) -> bool {
    let Some(row) = levels[field].row(clause) else { return true };
    let left = branch.left[field].without(row);
    let some = !left.is_empty();
    branch.left[field] = Rc::new(left);
    some
}

/// What comes next in a branch where nothing is forced: a demand by its position among the open ones, and the ways of
/// meeting it. `None` iff every demand is met.
type Next = Option<(usize, Vec<Way>)>;

/// Meets what can be met in one way only, until nothing more is forced. `None` iff some demand cannot be met.
fn settle(levels: &[Level], branch: &mut Branch, steps: &mut Steps) -> Result<Option<Next>, Exhausted> {
    loop {
        let mut open: Vec<Demand> = Vec::with_capacity(branch.open.len());
        let mut best: Option<(usize, usize)> = None;
        let mut forced = false;
        for demand in branch.open.iter() {
            let Some(count) = count(levels, &branch.left, *demand, steps)? else { continue };
            match count {
                0 => return Ok(None),
                1 => {
                    for way in ways(levels, &branch.left, *demand) {
                        branch.left[way.field] = Rc::new(way.left);
                    }
                    forced = true;
                }
                _ => {
                    if best.is_none_or(|(_, others)| count < others) {
                        best = Some((open.len(), count));
                    }
                    open.push(*demand);
                }
            }
        }
        branch.open = open.into();
        if !forced {
            let next =
                best.map(|(at, _)| (at, in_order(&branch.left, ways(levels, &branch.left, branch.open[at]))));
            return Ok(Some(next));
        }
    }
}

/// The ways that keep most of their field first; those of one field stay together.
fn in_order(left: &[Rc<Left>], ways: Vec<Way>) -> Vec<Way> {
    let share = |way: &Way| way.left.size() / left[way.field].size().max(1.0);
    let mut by_field: Vec<(f64, Vec<Way>)> = Vec::new();
    for way in ways {
        let share = share(&way);
        match by_field.last_mut().filter(|(_, others)| others[0].field == way.field) {
            Some((most, others)) => {
                *most = most.max(share);
                others.push(way);
            }
            None => by_field.push((share, vec![way])),
        }
    }
    by_field.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    by_field.into_iter().flat_map(|(_, ways)| ways).collect()
}

/// In how many ways the demand can be met; `None` iff every event of the box meets it.
fn count(
    levels: &[Level],
    left: &[Rc<Left>],
    demand: Demand,
    steps: &mut Steps,
) -> Result<Option<usize>, Exhausted> {
    let mut all = 0;
    match demand {
        Demand::TurnedAway(clause) => {
            for (level, here) in levels.iter().zip(left) {
                let Some(row) = level.row(clause) else { continue };
                steps.spend(here.cost())?;
                if here.all_turned_away(row) {
                    return Ok(None);
                }
                all += here.count_turned_away(row);
            }
        }
        Demand::Admitted(clause, field) => {
            let Some(row) = levels[field].row(clause) else { return Ok(None) };
            steps.spend(2 * left[field].cost())?;
            all += left[field].admitted(row).len();
        }
    }
    Ok(Some(all))
}

/// The parts of the box that meet the demand.
fn ways(levels: &[Level], left: &[Rc<Left>], demand: Demand) -> Vec<Way> {
    match demand {
        Demand::TurnedAway(clause) => {
            let by_field = levels.iter().zip(left).enumerate();
            by_field
                .filter_map(|(field, (level, here))| Some((field, here.turned_away(level.row(clause)?))))
                .flat_map(|(field, parts)| parts.into_iter().map(move |left| Way { field, left }))
                .collect()
        }
        Demand::Admitted(clause, field) => {
            let parts = levels[field].row(clause).map(|row| left[field].admitted(row)).unwrap_or_default();
            parts.into_iter().map(|left| Way { field, left }).collect()
        }
    }
}
