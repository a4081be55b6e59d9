//! What a plan does to the exceptions of a file: which it declares, which end with it, and whether they may.

use super::{Plan, Purpose, still_excused, takes_back_all};
use crate::change::Change;
use crate::exception::Exception;
use crate::inventory::Inventory;
use crate::journal::Mark;

/// A plan that was carried out, and how far it came: what another one takes back.
#[derive(Clone, Copy, Debug)]
pub struct TakenBack<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its hash.
    pub hash: &'a str,
    /// How far each of its steps has come.
    pub marks: &'a [Mark],
}

/// What carrying out a plan does to exceptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declaring {
    /// The one that it declares.
    pub adds: Option<Exception>,
    /// Those that end with it.
    pub ends: Vec<Exception>,
}

impl Declaring {
    /// What the plan of this hash does. One that takes back has what it takes back.
    #[must_use]
    pub fn of(plan: &Plan, hash: &str, taken_back: Option<TakenBack<'_>>) -> Self {
        let mut declaring = Declaring::default();
        match (&plan.purpose, taken_back) {
            (Purpose::Backout(one), _) => {
                declaring.adds = Some(Exception { plan: Some(hash.to_owned()), ..one.clone() });
            }
            (Purpose::Restore(_), _) => declaring.ends = ended_by(plan).to_vec(),
            // What a backout left out is recorded again, so its exception has nothing left to excuse. A part of it may be everything
            // that the exception is for.
            (Purpose::Undo, Some(TakenBack { plan: back, hash, marks })) => {
                if let Purpose::Backout(one) = &back.purpose
                    && takes_back_all(back, marks, plan)
                {
                    declaring.ends.push(Exception { plan: Some(hash.to_owned()), ..one.clone() });
                }
            }
            _ => {}
        }
        declaring
    }

    /// True iff it does nothing to exceptions.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.adds.is_none() && self.ends.is_empty()
    }

    /// True iff one of these ends.
    #[must_use]
    pub fn ends_some(&self, all: &[Exception]) -> bool {
        all.iter().any(|one| self.is_ended(one))
    }

    /// Those that end and that are not among these: nothing ends there.
    pub fn missing<'a>(&'a self, all: &'a [Exception]) -> impl Iterator<Item = &'a Exception> {
        self.ends.iter().filter(|end| !all.iter().any(|one| is_of(one, end)))
    }

    fn is_ended(&self, one: &Exception) -> bool {
        self.ends.iter().any(|end| is_of(one, end))
    }

    /// Another exception that has the name of the one that is declared: both would end together.
    #[must_use]
    pub fn taken<'a>(&self, all: &'a [Exception]) -> Option<&'a Exception> {
        let new = self.adds.as_ref()?;
        all.iter().find(|one| one.id == new.id && !one.is_same(new))
    }

    /// An exception that has the name of one that ends, and is another: it took the name since, or covers other functions.
    #[must_use]
    pub fn other<'a>(&self, all: &'a [Exception]) -> Option<&'a Exception> {
        all.iter().find(|one| self.ends.iter().any(|end| end.id == one.id && !is_of(one, end)))
    }

    /// The exceptions once the plan is carried out.
    #[must_use]
    pub fn over(&self, all: &[Exception]) -> Vec<Exception> {
        let mut left: Vec<Exception> = all.iter().filter(|one| !self.is_ended(one)).cloned().collect();
        // One that this very plan declared stays as somebody may have edited it since.
        if let Some(new) = self.adds.as_ref().filter(|new| !left.iter().any(|one| is_of(one, new))) {
            left.retain(|one| one.id != new.id);
            left.push(new.clone());
        }
        left
    }
}

/// True iff it is that exception, of that plan: one that names no plan may be of any.
fn is_of(one: &Exception, other: &Exception) -> bool {
    one.is_same(other) && (one.plan.is_none() || one.plan == other.plan)
}

/// The exceptions that the plan ends.
#[must_use]
pub fn ended_by(plan: &Plan) -> &[Exception] {
    match &plan.purpose {
        Purpose::Restore(ended) if !plan.steps.is_empty() || plan.refusals.is_empty() => ended,
        _ => &[],
    }
}

/// The name of an exception among `all` that the plan ends and that would still be needed once these changes are carried out, whatever
/// the plan says of it; and why.
#[must_use]
pub fn still_needed(
    plan: &Plan,
    changes: &[Change],
    inventory: &Inventory,
    all: &[Exception],
) -> Option<(String, String)> {
    let ended = ended_by(plan);
    let (ending, others): (Vec<Exception>, Vec<Exception>) =
        all.iter().cloned().partition(|one| ended.iter().any(|end| is_of(one, end)));
    still_excused(inventory, plan.scope.recorders, changes, &others, &ending).into_iter().next()
}

/// The exception of a backout that would excuse nothing, because its last day is over.
#[must_use]
pub fn is_over<'a>(plan: &'a Plan, today: &str) -> Option<&'a Exception> {
    let Purpose::Backout(one) = &plan.purpose else { return None };
    (!one.holds_on(today)).then_some(one)
}
