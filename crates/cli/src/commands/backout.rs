//! `invoketrail backout`: plan a declared reduction, for cost, until a day.

use super::plan::PlanContext;
use ::args::outcome::Outcome;
use ::args::plan as args;
use anyhow::Result;
use audit::backout::{Pattern, Wanted, strangers};
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::plan::{Reduction, backout};
use aws::Wants;
use surroundings::context::Context;
use surroundings::facts::Opened;
use surroundings::problem::Problem;
use surroundings::settings;
use surroundings::unknown::no_function_of;

/// Plans, prints, writes.
///
/// # Errors
/// [`Problem`] where the exception is impossible, or nothing could be read or written.
pub(crate) fn run(typed: args::Backout, context: Context) -> Result<Outcome> {
    let counted = settings::counted(&typed.counting, &context.config);
    let mut planning = PlanContext::before_exceptions(&typed.planning, counted, &context)?;
    planning.recorders_said = typed.counting.recorders.is_some() || context.config.recorders.is_some();
    planning.with_saved_exceptions = true;
    let mut exception = exception(&typed, &planning, &context)?;
    not_too_long(&mut exception, &planning, &context)?;
    let wanted = match (typed.budget, typed.only.is_empty()) {
        (Some(budget), _) => Wanted::Budget(budget),
        (None, true) => Wanted::Drop(typed.drop),
        (None, false) => Wanted::Only(typed.only),
    };
    let source = settings::source(typed.source, context.config.clone());
    // Facts of functions cost calls for each of them: they are read where risk or tags decide.
    let tags = typed.keep.iter().any(Pattern::needs_tags);
    let functions = tags
        || match &wanted {
            Wanted::Budget(_) => true,
            Wanted::Drop(patterns) => patterns.iter().any(Pattern::needs_tags),
            Wanted::Only(_) => false,
        };
    let wants = Wants { tags: true, invocations: true, functions, ..Wants::default() };
    let opened = Opened::of(&source)?;
    let Some(inventory) = planning.inventory(&opened, &context, wants)? else {
        return Ok(Outcome::Interrupted);
    };
    // A saved audit brings exceptions of its own, and how long one may be.
    no_namesake(&exception, &planning)?;
    not_too_long(&mut exception, &planning, &context)?;
    known_names(&inventory, &wanted, &typed.keep)?;
    let reduction = Reduction { wanted, keep: typed.keep, exception };
    let plan = backout(&inventory, &planning.options(&context), &reduction);
    planning.show(&plan, &inventory, &context, &source)
}

/// Refuses a function to drop or to keep that nothing is called: whatever was meant would be kept, or dropped. Where not all functions could be
/// listed, the plan says what is missing.
fn known_names(inventory: &Inventory, wanted: &Wanted, keep: &[Pattern]) -> Result<()> {
    if inventory.places.iter().any(|place| place.functions.gap.is_some()) {
        return Ok(());
    }
    let strangers = strangers(inventory, wanted, keep);
    if strangers.is_empty() {
        return Ok(());
    }
    let asked: Vec<&str> = strangers.iter().map(String::as_str).collect();
    let arns =
        inventory.places.iter().flat_map(|place| &place.functions.resources).map(|one| one.arn.as_ref());
    // What was typed as an ARN is compared with ARNs, and a name with names.
    let is_arn = asked.iter().any(|one| one.starts_with("arn:"));
    let names = arns.map(|arn| if is_arn { arn } else { arn.rsplit(':').next().unwrap_or(arn) });
    Err(no_function_of(&asked, "in the inventory", names).into())
}

/// What is declared, before its functions are known.
fn exception(typed: &args::Backout, planning: &PlanContext, context: &Context) -> Result<Exception> {
    if typed.until.as_str() < surroundings::clock::day(&context.now) {
        let problem = Problem::misuse(format!("--until {} is in the past", typed.until));
        return Err(problem
            .help("name today or a later day. The exception holds until the end of that day")
            .into());
    }
    for (flag, text) in [("--owner", &typed.owner), ("--reason", &typed.reason)] {
        if text.trim().is_empty() {
            let problem = Problem::misuse(format!("{flag} is empty"));
            return Err(problem.help("--owner says who answers for the exception, and --reason why").into());
        }
    }
    let plain = |text: &str| {
        let kept = |one: char| if one.is_alphanumeric() { one.to_ascii_lowercase() } else { '-' };
        text.chars().map(kept).collect::<String>()
    };
    let id = typed.id.clone().unwrap_or_else(|| format!("{}-{}", plain(&typed.owner), typed.until));
    if id.trim().is_empty() {
        let problem = Problem::misuse("--id is empty");
        return Err(problem.help("name the exception, or leave --id out").into());
    }
    let exception = Exception {
        id,
        functions: Vec::new(),
        owner: typed.owner.clone(),
        reason: typed.reason.clone(),
        until: typed.until.clone(),
        declared_at: context.now.clone(),
        ..Exception::default()
    };
    no_namesake(&exception, planning)?;
    Ok(exception)
}

/// Refuses an exception that ends later than it may.
fn not_too_long(exception: &mut Exception, planning: &PlanContext, context: &Context) -> Result<()> {
    if let Some(most) = planning.exceptions_max_days {
        exception.limit(most, surroundings::clock::day(&context.now));
    }
    let Some(most) = exception.too_long else { return Ok(()) };
    let problem =
        Problem::misuse(format!("--until {} is later than exceptions-max-days allows", exception.until));
    Err(problem.help(format!("an exception ends at most {most} days after today")).into())
}

/// Refuses an exception whose name another one has.
fn no_namesake(exception: &Exception, planning: &PlanContext) -> Result<()> {
    let id = &exception.id;
    if planning.exceptions.iter().any(|one| one.id == *id) {
        let problem = Problem::misuse(format!("there is an exception {id} already"));
        return Err(problem.help("give this one a name of its own with --id").into());
    }
    Ok(())
}
