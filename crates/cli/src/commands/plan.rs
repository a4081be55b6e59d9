//! `invoketrail plan`: the changes that make every invocation recorded; and what all planning commands share.

use ::args::outcome::Outcome;
use ::args::plan as args;
use anyhow::Result;
use audit::answer::Conclusion;
use audit::cost::Prices;
use audit::exception::Exception;
use audit::inventory::Inventory;
use audit::plan::{Buckets, Plan, PlanOptions, Purpose, drop_copies, record};
use audit::{Counted, Options};
use aws::Wants;
use change::sites::sited;
use report::{self, AfterPlan, PlaceDocument, PlanFormat, RenderError};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use store::{plan_hash, write_plan};
use surroundings::again::{again, config_again};
use surroundings::context::Context;
use surroundings::exceptions::{Limit, accepted, accepted_so_far};
use surroundings::facts::{Facts, Judged, Opened};
use surroundings::inputs::held_apart;
use surroundings::named_file::called;
use surroundings::output::{layout_of, print, read_within, write_file, write_private};
use surroundings::problem::{Problem, io_problem, say};
use surroundings::settings::{self, Source};

/// Plans, prints, writes.
///
/// # Errors
/// [`Problem`] where nothing could be read, or a file could not be written.
pub(crate) fn run(typed: args::Plan, context: Context) -> Result<Outcome> {
    let counted = settings::counted(&typed.counting, &context.config);
    let mut planning = PlanContext::new(&typed.planning, counted, &context)?;
    let source = settings::source(typed.source, context.config.clone());
    planning.recorders_said = typed.counting.recorders.is_some() || context.config.recorders.is_some();
    planning.with_saved_exceptions = true;
    let wants = Wants { tags: true, administrators: true, invocations: true, functions: false };
    let opened = Opened::of(&source)?;
    let Some(inventory) = planning.inventory(&opened, &context, wants)? else {
        return Ok(Outcome::Interrupted);
    };
    let asked = PlanOptions {
        all_kinds: typed.all_kinds,
        per_account: typed.per_account,
        all_management: typed.all_management_events,
        ..planning.options(&context)
    };
    let make = |buckets: &Buckets| {
        let options = PlanOptions { buckets: Some(buckets), ..asked };
        if typed.drop_copies { drop_copies(&inventory, &options) } else { record(&inventory, &options) }
    };
    let Some(plan) = sited(opened.session(), make) else { return Ok(Outcome::Interrupted) };
    let outcome = planning.show(&plan, &inventory, &context, &source)?;
    if plan.purpose == Purpose::Record && plan.steps.is_empty() && outcome == Outcome::Undetermined {
        // What could not be listed may be there: recording all kinds needs no list.
        let wider = PlanOptions { all_kinds: true, ..asked };
        if record(&inventory, &wider).answer() == Conclusion::Yes {
            let command = again(&source.again(), " --all-kinds");
            say("next", &format!("{command}  # records them without a list"));
        }
    }
    Ok(outcome)
}

/// What `plan`, `backout` and `restore` work with.
pub(crate) struct PlanContext {
    format: PlanFormat,
    all: bool,
    output: Option<PathBuf>,
    output_dir: Option<PathBuf>,
    prices: Prices,
    counted: Counted,
    /// Whether the user said which recorders count.
    pub(crate) recorders_said: bool,
    /// Whether the exceptions of a saved audit hold where none are named.
    pub(super) with_saved_exceptions: bool,
    /// The accepted exceptions, and the file they stand in.
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) exceptions_file: Option<PathBuf>,
    /// The most days for which an exception may be declared.
    pub(crate) exceptions_max_days: Option<u16>,
}

impl PlanContext {
    /// Reads what was named beside the facts. The file of exceptions must be there.
    pub(crate) fn new(typed: &args::Planning, counted: Counted, context: &Context) -> Result<Self> {
        let mut planning = PlanContext::before_exceptions(typed, counted, context)?;
        let limit = context.limit(typed.longest.exceptions_max_days);
        planning.exceptions = accepted(planning.exceptions_file.as_deref(), limit)?;
        Ok(planning)
    }

    /// As [`PlanContext::new`], where the file of exceptions may be yet to be made.
    pub(crate) fn before_exceptions(
        typed: &args::Planning,
        counted: Counted,
        context: &Context,
    ) -> Result<Self> {
        let format = typed.format.unwrap_or(PlanFormat::Terminal);
        let of_places = matches!(format, PlanFormat::Terraform | PlanFormat::Cloudformation);
        if typed.output_dir.is_some() && !of_places {
            let problem = Problem::misuse("--output-dir needs --format terraform or --format cloudformation");
            return Err(problem.help("--output FILE writes the plan itself").into());
        }
        let exceptions_file = typed.exceptions.clone().or_else(|| context.config.exceptions.clone());
        let limit = context.limit(typed.longest.exceptions_max_days);
        let text = match &typed.prices {
            Some(path) => {
                Some(String::from_utf8_lossy(&read_within(path, &store::limits::SETTINGS)?).into_owned())
            }
            None => None,
        };
        let prices = store::read_prices(text.as_deref()).map_err(|error| {
            let path = typed.prices.as_deref().map(called).unwrap_or_default();
            Problem::new(format!("cannot read {path} as prices: {error}"))
                .help("crates/store/data/prices.toml in the repository is the form of such a file")
        })?;
        Ok(PlanContext {
            format,
            all: typed.all,
            output: typed.output.clone(),
            output_dir: typed.output_dir.clone(),
            prices,
            counted,
            recorders_said: false,
            with_saved_exceptions: false,
            exceptions: accepted_so_far(exceptions_file.as_deref(), limit)?,
            exceptions_max_days: limit.most,
            exceptions_file,
        })
    }

    /// The facts with what else is wanted; `None` iff reading them was interrupted.
    pub(super) fn inventory(
        &mut self,
        opened: &Opened<'_>,
        context: &Context,
        wants: Wants,
    ) -> Result<Option<Inventory>> {
        let Facts { inventory, interrupted, judged } = opened.facts(&context.now)?;
        if let Some(judged) = judged {
            self.judge_as_saved(judged, context.limit(self.exceptions_max_days));
        }
        if interrupted {
            say("note", "interrupted before everything was read, so nothing was planned");
            return Ok(None);
        }
        let Some(session) = opened.session() else { return Ok(Some(inventory)) };
        let enriched = session.enrich(inventory, wants);
        if enriched.interrupted {
            say("note", "interrupted before everything was read, so nothing was planned");
            return Ok(None);
        }
        let tagged = session.read_function_tags(enriched.inventory, &self.exceptions);
        if tagged.interrupted {
            say("note", "interrupted before everything was read, so nothing was planned");
            return Ok(None);
        }
        Ok(Some(tagged.inventory))
    }

    /// Takes over how a saved audit was judged, as far as nothing else was said: which recorders count, and its exceptions.
    fn judge_as_saved(&mut self, judged: Judged, limit: Limit<'_>) {
        let exceptions_said = !self.with_saved_exceptions || self.exceptions_file.is_some();
        let as_saved = judged.unless_said(self.recorders_said, exceptions_said, limit);
        self.counted = as_saved.recorders.unwrap_or(self.counted);
        self.exceptions_max_days = as_saved.longest;
        if let Some(exceptions) = as_saved.exceptions {
            self.exceptions = exceptions;
        }
        Limit { most: as_saved.longest, ..limit }.hold(&mut self.exceptions);
    }

    pub(crate) fn options<'a>(&'a self, context: &'a Context) -> PlanOptions<'a> {
        let audit = Options {
            recorders: self.counted,
            exceptions: &self.exceptions,
            today: surroundings::clock::day(&context.now),
            prices: Some(&self.prices),
        };
        PlanOptions {
            audit,
            all_kinds: false,
            per_account: false,
            all_management: false,
            prices: Some(&self.prices),
            buckets: None,
        }
    }

    /// The flag that a command needs to count the same recorders, where they are a saved audit's choice: it was not typed.
    fn counted_again(&self) -> &'static str {
        if self.counted == Counted::Trails && !self.recorders_said { " --recorders trails" } else { "" }
    }

    /// The flags with which an audit judges as the plan does.
    fn judged_again(&self) -> String {
        let counted = if self.counted == Counted::Trails { " --recorders trails" } else { "" };
        let file = self.exceptions_file.as_deref().filter(|path| path.exists());
        let exceptions = file.map(|path| report::shell_flag("exceptions", &path.to_string_lossy()));
        let longest = settings::longest_again(self.exceptions_max_days);
        format!("{counted}{}{longest}", exceptions.unwrap_or_default())
    }

    /// Prints the plan, writes it, says what comes next.
    pub(crate) fn show(
        &self,
        plan: &Plan,
        inventory: &Inventory,
        context: &Context,
        source: &Source,
    ) -> Result<Outcome> {
        held_apart(self.output.as_deref())?;
        let hash = plan_hash(plan);
        let file = write_plan(plan, &context.now, env!("CARGO_PKG_VERSION"));
        let told = |error: RenderError| {
            Problem::new(error.to_string())
                .help("--format aws-cli and --format json carry whatever AWS takes")
        };
        let text = match self.format {
            PlanFormat::Terminal => report::plan_text(plan, &hash, &layout_of(self.all)),
            PlanFormat::Json => file.clone(),
            PlanFormat::Markdown => report::plan_markdown(plan, &hash),
            PlanFormat::Terraform => {
                self.of_places(report::plan_terraform(plan, inventory).map_err(told)?, source)?
            }
            PlanFormat::Cloudformation => {
                self.of_places(report::plan_cloudformation(plan, inventory).map_err(told)?, source)?
            }
            PlanFormat::AwsCli => report::plan_aws_cli(plan, &hash),
        };
        print(|out| out.write_all(text.as_bytes()))?;
        if let Some(path) = &self.output {
            write_private(path, |out| out.write_all(file.as_bytes()))?;
            say("wrote", &path.display().to_string());
        }
        let typed = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        let (output, exceptions) = (typed(&self.output), typed(&self.exceptions_file));
        let (facts, caller, judged) = (source.again(), source.caller(), self.judged_again());
        // Of one account alone AWS would say less than the facts at hand.
        let organization = plan.scope.organization.is_some() && plan.scope.accounts.len() > 1;
        let organization = if organization { " --organization" } else { "" };
        let asking_aws = format!("{organization}{}{}", config_again(), self.counted_again());
        let after = AfterPlan {
            format: self.format,
            output: output.as_deref(),
            exceptions: exceptions.as_deref(),
            live: matches!(source, Source::Live(_)),
            source: &facts,
            caller: &caller,
            judged: &judged,
            again: &|flags| again(&facts, flags),
            asking_aws: &|flags| again(&asking_aws, flags),
        };
        let next = match source {
            // Nobody can change a made-up organization.
            Source::Demo(_) if plan.steps.is_empty() => None,
            Source::Demo(_) if self.format == PlanFormat::Terminal => {
                Some(format!("{}  # the same change as code", again(&facts, " --format terraform")))
            }
            Source::Demo(_) => {
                Some(format!("invoketrail audit{facts}{judged}  # what is not recorded, and why"))
            }
            _ => after.next(plan),
        };
        if let Some(next) = next {
            say("next", &next);
        }
        Ok(plan.answer().into())
    }

    /// Writes the documents into the folder that was named; the text for stdout, which holds one document or none.
    fn of_places(&self, documents: Vec<PlaceDocument>, source: &Source) -> Result<String> {
        let format = self.format.name();
        if documents.is_empty() {
            say("note", "the plan changes nothing, so there is nothing to write");
            return Ok(String::new());
        }
        let Some(folder) = &self.output_dir else {
            if let [document] = &documents[..] {
                return Ok(document.text.clone());
            }
            let places: Vec<String> =
                documents.iter().map(|one| format!("{} {}", one.account, one.region)).collect();
            let line = format!(
                "--format {format} needs --output-dir, because this plan is for {} accounts and Regions ({}), and each needs a file of its own",
                places.len(),
                places.join(", ")
            );
            let command = again(&source.again(), &format!(" --format {format} --output-dir {format}"));
            return Err(Problem::misuse(line).help(format!("`{command}`")).into());
        };
        let suffix = if self.format == PlanFormat::Terraform { "tf" } else { "json" };
        // Accounts and Regions were checked when they were read; nothing else may lead out of the folder either.
        let plain = |one: char| !one.is_ascii_alphanumeric() && one != '-';
        let name = |one: &PlaceDocument| {
            format!("{}.{suffix}", format!("{}-{}", one.account, one.region).replace(plain, "_"))
        };
        let names: BTreeSet<String> = documents.iter().map(name).collect();
        no_leftover(folder, suffix, &names)?;
        let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
        held_apart(paths.iter().map(PathBuf::as_path))?;
        std::fs::create_dir_all(folder)
            .map_err(|error| io_problem("make the folder", &folder.display().to_string(), &error))?;
        for document in documents {
            let path = folder.join(name(&document));
            write_file(&path, |out| out.write_all(document.text.as_bytes()))?;
            say("wrote", &path.display().to_string());
        }
        Ok(String::new())
    }
}

/// Refuses a folder with a file of an earlier plan for an account and Region that this plan is not about: whoever deploys the folder
/// would deploy that, too.
fn no_leftover(folder: &Path, suffix: &str, names: &BTreeSet<String>) -> Result<()> {
    let old = store::of_other_places(folder, suffix, names);
    let Some(first) = old.first() else { return Ok(()) };
    let others = if old.len() > 1 { format!(" and {} more", old.len() - 1) } else { String::new() };
    let line = format!(
        "{} holds {first}{others} of an earlier plan, which this plan does not write",
        called(folder)
    );
    Err(Problem::misuse(line)
        .help("delete what is no longer wanted, or name another folder; nothing was written")
        .into())
}
