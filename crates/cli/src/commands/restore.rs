//! `invoketrail restore`: plan full recording again after a reduction.

use super::plan::PlanContext;
use ::args::outcome::Outcome;
use ::args::plan as args;
use anyhow::Result;
use audit::plan::{Buckets, PlanOptions, restore};
use aws::Wants;
use change::sites::sited;
use surroundings::context::Context;
use surroundings::facts::Opened;
use surroundings::problem::Problem;
use surroundings::settings;

/// Plans, prints, writes.
///
/// # Errors
/// [`Problem`] where there is no such exception, or nothing could be read or written.
pub(crate) fn run(typed: args::Restore, context: Context) -> Result<Outcome> {
    let counted = settings::counted(&typed.counting, &context.config);
    let mut planning = PlanContext::new(&typed.planning, counted, &context)?;
    planning.recorders_said = typed.counting.recorders.is_some() || context.config.recorders.is_some();
    if planning.exceptions_file.is_none() {
        let problem = Problem::misuse("restore needs the file of exceptions that apply wrote");
        return Err(problem
            .help("name it with --exceptions FILE: apply wrote it when it carried out the backout")
            .into());
    }
    if let Some(unknown) = typed.ids.iter().find(|id| !planning.exceptions.iter().any(|one| one.id == **id)) {
        let known: Vec<&str> = planning.exceptions.iter().map(|one| one.id.as_str()).collect();
        let problem = Problem::new(format!("there is no exception {unknown}"));
        return Err(problem.help(format!("the file holds: {}", known.join(", "))).into());
    }
    let is_match =
        |id: &&String| planning.exceptions.iter().any(|one| one.id == **id && one.matched.is_some());
    if let Some(id) = typed.ids.iter().find(is_match) {
        let problem =
            Problem::new(format!("exception {id} holds a `match`, so there is no reduction to take back"));
        return Err(problem.help("remove it from the file by hand").into());
    }
    let ending: Vec<_> = planning
        .exceptions
        .iter()
        .filter(|one| one.matched.is_none())
        .filter(|one| typed.ids.is_empty() || typed.ids.contains(&one.id))
        .cloned()
        .collect();
    let source = settings::source(typed.source, context.config.clone());
    let wants = Wants { tags: true, invocations: true, ..Wants::default() };
    let opened = Opened::of(&source)?;
    let Some(inventory) = planning.inventory(&opened, &context, wants)? else {
        return Ok(Outcome::Interrupted);
    };
    let make = |buckets: &Buckets| {
        let options = PlanOptions { buckets: Some(buckets), ..planning.options(&context) };
        restore(&inventory, &options, &ending)
    };
    let Some(plan) = sited(opened.session(), make) else { return Ok(Outcome::Interrupted) };
    planning.show(&plan, &inventory, &context, &source)
}
