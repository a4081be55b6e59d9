//! Which exceptions a plan ends, and whether they may end.

use super::super::Context;
use super::Work;
use super::declared::is_of;
use crate::clock::day;
use crate::outcome::Outcome;
use crate::problem::say;
use crate::settings::Live;
use audit::change::Change;
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::plan::{Plan, Purpose, still_excused};

/// The exceptions that the plan ends.
pub(super) fn ended_by(plan: &Plan) -> &[Exception] {
    match &plan.purpose {
        Purpose::Restore(ended) if !plan.steps.is_empty() || plan.refusals.is_empty() => ended,
        _ => &[],
    }
}

/// Why an exception of the file would still be needed once these changes are carried out, whatever the plan says of it.
pub(super) fn still_needed(
    plan: &Plan,
    changes: &[Change],
    inventory: &Inventory,
    all: &[Exception],
) -> Option<String> {
    let ended = ended_by(plan);
    let (ending, others): (Vec<Exception>, Vec<Exception>) =
        all.iter().cloned().partition(|one| ended.iter().any(|end| is_of(one, end)));
    let (id, why) = still_excused(inventory, changes, &others, &ending).into_iter().next()?;
    Some(format!("exception {id} cannot end: {why}"))
}

/// Refuses to end an exception that would still be needed afterwards, before anything is changed.
pub(super) fn refuses_needed(plan: &Plan, inventory: &Inventory, declared: &[Exception]) -> Option<Outcome> {
    let changes: Vec<Change> = plan.steps.iter().map(|step| step.change.clone()).collect();
    say("error", &still_needed(plan, &changes, inventory, declared)?);
    say("help", "make the restore again, over all accounts and Regions of its functions");
    say("note", "nothing was changed");
    Some(Outcome::No)
}

/// Why the exception of a backout would excuse nothing: its last day is over.
fn is_over(plan: &Plan, now: &str) -> Option<String> {
    let Purpose::Backout(one) = &plan.purpose else { return None };
    (!one.holds_on(day(now))).then(|| {
        format!("the exception of this backout was accepted until {}, and that day is over", one.until)
    })
}

/// Refuses a backout whose exception would excuse nothing any more. What was begun can be taken back.
pub(super) fn too_late(work: &Work, context: &Context, live: &Live) -> Option<Outcome> {
    let why = is_over(&work.plan, &context.now).filter(|_| !work.is_done())?;
    say("error", &why);
    if work.is_begun() {
        say("next", &work.undo(live));
        return Some(Outcome::HalfWay);
    }
    say("help", "make the backout again, until a day to come");
    say("note", "nothing was changed");
    Some(Outcome::No)
}
