//! Which exceptions a plan ends, and whether they may end.

use crate::outcome::Outcome;
use crate::problem::say;
use audit::change::Change;
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::plan::{Plan, Purpose, still_excused};

/// The exceptions that the plan ends.
pub(super) fn ended_by(plan: &Plan) -> &[String] {
    match &plan.purpose {
        Purpose::Restore(ids) if !plan.steps.is_empty() || plan.refusals.is_empty() => ids,
        _ => &[],
    }
}

/// Refuses to end an exception that would still be needed afterwards, whatever the plan says of it.
pub(super) fn still_needed(plan: &Plan, inventory: &Inventory, declared: &[Exception]) -> Option<Outcome> {
    let ids = ended_by(plan);
    let (ending, others): (Vec<Exception>, Vec<Exception>) =
        declared.iter().cloned().partition(|one| ids.contains(&one.id));
    let changes: Vec<Change> = plan.steps.iter().map(|step| step.change.clone()).collect();
    let (id, why) = still_excused(inventory, &changes, &others, &ending).into_iter().next()?;
    say("error", &format!("exception {id} cannot end: {why}"));
    say("help", "plan again with `invoketrail restore`, over all accounts and Regions of its functions");
    say("note", "nothing was changed");
    Some(Outcome::No)
}
