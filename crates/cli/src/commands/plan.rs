//! `invoketrail plan`: the changes that make every invocation recorded; and what all planning commands share.

use super::{Context, Facts, exceptions, exceptions_so_far, facts};
use crate::args::{self, PlanFormat};
use crate::collect::enrich;
use crate::outcome::Outcome;
use crate::output::{called, layout, print, read_file, write_file};
use crate::problem::{Problem, say};
use crate::settings::{self, Source};
use anyhow::Result;
use audit::cost::Prices;
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::plan::{Plan, PlanOptions, drop_copies, record};
use audit::{Counted, Options};
use aws::Wants;
use cli::report::{self, RenderError};
use cli::store::{plan_hash, write_plan};
use std::path::PathBuf;

/// Plans, prints, writes.
///
/// # Errors
/// [`Problem`] where nothing could be read, or a file could not be written.
pub(crate) fn run(typed: args::Plan, context: Context) -> Result<Outcome> {
    let counted = settings::counted(&typed.counting, &context.config);
    let desk = Desk::new(&typed.planning, counted, &context)?;
    let source = settings::source(typed.source, context.config.clone());
    let wants = Wants { tags: true, invocations: true, functions: false };
    let Some(inventory) = desk.inventory(&source, &context, wants)? else { return Ok(Outcome::Interrupted) };
    let options = PlanOptions { all_kinds: typed.all_kinds, per_account: typed.per_account, all_management: typed.all_management_events, ..desk.options(&context) };
    let plan =
        if typed.drop_copies { drop_copies(&inventory, &options) } else { record(&inventory, &options) };
    desk.show(&plan, &inventory, &context, &source)
}

/// What `plan`, `backout` and `restore` work with.
pub(crate) struct Desk {
    format: PlanFormat,
    output: Option<PathBuf>,
    prices: Prices,
    counted: Counted,
    /// The accepted exceptions, and the file they stand in.
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) exceptions_file: Option<PathBuf>,
}

impl Desk {
    /// Reads what was named beside the facts. The file of exceptions must be there.
    pub(crate) fn new(typed: &args::Planning, counted: Counted, context: &Context) -> Result<Self> {
        let mut desk = Desk::before_exceptions(typed, counted, context)?;
        desk.exceptions = exceptions(desk.exceptions_file.as_deref())?;
        Ok(desk)
    }

    /// As [`Desk::new`], where the file of exceptions may be yet to be made.
    pub(crate) fn before_exceptions(
        typed: &args::Planning,
        counted: Counted,
        context: &Context,
    ) -> Result<Self> {
        let exceptions_file = typed.exceptions.clone().or_else(|| context.config.exceptions.clone());
        let text = match &typed.prices {
            Some(path) => Some(String::from_utf8_lossy(&read_file(path)?).into_owned()),
            None => None,
        };
        let prices = cli::store::read_prices(text.as_deref()).map_err(|error| {
            let path = typed.prices.as_deref().map(called).unwrap_or_default();
            Problem::new(format!("cannot read {path} as prices: {error}"))
                .help("crates/cli/data/prices.toml in the repository is the form of such a file")
        })?;
        Ok(Desk {
            format: typed.format.unwrap_or(PlanFormat::Terminal),
            output: typed.output.clone(),
            prices,
            counted,
            exceptions: exceptions_so_far(exceptions_file.as_deref())?,
            exceptions_file,
        })
    }

    /// The facts with what else is wanted; `None` iff reading them was interrupted.
    pub(crate) fn inventory(
        &self,
        source: &Source,
        context: &Context,
        wants: Wants,
    ) -> Result<Option<Inventory>> {
        let Facts { inventory, interrupted } = facts(source, &context.now)?;
        if interrupted {
            say("note", "interrupted before everything was read: nothing is planned on half of it");
            return Ok(None);
        }
        let Source::Live(live) = source else { return Ok(Some(inventory)) };
        let enriched = enrich(live, inventory, wants)?;
        if enriched.interrupted {
            say("note", "interrupted before everything was read: nothing is planned on half of it");
            return Ok(None);
        }
        Ok(Some(enriched.inventory))
    }

    pub(crate) fn options<'a>(&'a self, context: &'a Context) -> PlanOptions<'a> {
        let audit = Options {
            recorders: self.counted,
            exceptions: &self.exceptions,
            today: crate::clock::day(&context.now),
        };
        PlanOptions { audit, all_kinds: false, per_account: false, all_management: false, prices: Some(&self.prices) }
    }

    /// Prints the plan, writes it, says what comes next.
    pub(crate) fn show(
        &self,
        plan: &Plan,
        inventory: &Inventory,
        context: &Context,
        source: &Source,
    ) -> Result<Outcome> {
        let hash = plan_hash(plan);
        let file = write_plan(plan, &context.now, env!("CARGO_PKG_VERSION"));
        let told = |error: RenderError| {
            Problem::new(error.to_string())
                .help("--format aws-cli and --format json carry whatever AWS takes")
        };
        let text = match self.format {
            PlanFormat::Terminal => report::plan_text(plan, &hash, &layout()),
            PlanFormat::Json => file.clone(),
            PlanFormat::Markdown => report::plan_markdown(plan, &hash),
            PlanFormat::Terraform => report::plan_terraform(plan, inventory).map_err(told)?,
            PlanFormat::Cloudformation => report::plan_cloudformation(plan, inventory).map_err(told)?,
            PlanFormat::AwsCli => report::plan_aws_cli(plan, &hash),
        };
        print(|out| out.write_all(text.as_bytes()))?;
        if let Some(path) = &self.output {
            write_file(path, |out| out.write_all(file.as_bytes()))?;
            say("wrote", &path.display().to_string());
        }
        let caller = source.caller();
        match (&self.output, plan.steps.is_empty()) {
            (_, true) => {}
            (Some(path), false) => {
                say("next", &format!("invoketrail apply {}{caller}", report::shell(&path.to_string_lossy())));
            }
            (None, false) => {
                say("next", "the same with --output plan.json, then invoketrail apply plan.json")
            }
        }
        let hindered = plan.refusals.iter().any(|one| !one.places.is_empty() || plan.steps.is_empty());
        Ok(if hindered { Outcome::No } else { Outcome::Well })
    }
}
