//! Which exceptions a plan ends, and whether they may end.

use crate::commands::exceptions_so_far;
use crate::outcome::Outcome;
use crate::problem::{Problem, say};
use anyhow::Result;
use audit::change::Change;
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::plan::{Plan, Purpose, still_excused};
use std::path::Path;

/// The exceptions so far; an error where the plan changes some, and no file for them is named.
pub(super) fn declared_so_far(plan: &Plan, path: Option<&Path>) -> Result<Vec<Exception>> {
    if matches!(plan.purpose, Purpose::Backout(_) | Purpose::Restore(_)) && path.is_none() {
        let problem = Problem::misuse("this plan declares or ends an exception, and no file for it is named");
        return Err(problem
            .help("name it with --exceptions FILE; a backout makes it where there is none")
            .into());
    }
    exceptions_so_far(path)
}

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
