//! What was typed: the command line as `clap` reads it, before it means anything.

pub(crate) mod invocations;
pub(crate) mod remembering;
pub(crate) mod threads;
pub(crate) mod verify;

use crate::outcome::Outcome;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Proves that every AWS Lambda invocation is recorded by CloudTrail, or shows one that is not.
#[derive(Debug, Parser)]
#[command(name = "invoketrail", version, max_term_width = 100, after_help = MAIN_HELP, after_long_help = main_long_help())]
pub(crate) struct Cli {
    /// Settings, with the same names as the flags [default: invoketrail.toml in this folder, if there is one].
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath, display_order = 900)]
    pub(crate) config: Option<PathBuf>,
    /// The time to be taken for now, so that the same input gives the same output.
    #[arg(long, global = true, hide = true, env = "INVOKETRAIL_NOW", value_name = "RFC3339", value_parser = crate::clock::instant)]
    pub(crate) now: Option<String>,
    /// Colours: on a terminal, always or never. NO_COLOR, CLICOLOR_FORCE and FORCE_COLOR count where this is not given [default: auto].
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        display_order = 901,
        hide_possible_values = true
    )]
    pub(crate) color: Option<Colour>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal that knows them.
    Auto,
    /// Always, in a pipe too.
    Always,
    /// Never.
    Never,
}

const MAIN_HELP: &str = "\
Examples:
  invoketrail audit                                  the caller's account, all enabled Regions
  invoketrail audit --inventory examples/acme.json   a made-up organization, no AWS account needed
  invoketrail explain --selectors selectors.json     what escapes the selectors of a trail
  invoketrail invocations examples/logs              who invoked what, in delivered log files";

fn main_long_help() -> String {
    format!("{MAIN_HELP}\n\n{}", Outcome::table())
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Is every invocation of every Lambda function recorded? If not, show one that is not.
    Audit(Audit),
    /// The proof for one function: each recorder, each selector, what it admits, what escapes.
    Explain(Explain),
    /// The changes that make every invocation recorded: what each gains, costs and may break.
    Plan(Plan),
    /// Carry a plan out: compare, journal, set, read back.
    Apply(Apply),
    /// Take back what a journal says was done.
    Undo(Undo),
    /// Plan a declared reduction, for cost, until a day.
    Backout(Backout),
    /// Plan full recording again after a reduction.
    Restore(Restore),
    /// Do the records of every function really arrive, complete and untampered?
    Verify(verify::Verify),
    /// Who invoked what, when, from where, how: from delivered log files.
    Invocations(invocations::Invocations),
    /// What digests prove of delivered log files.
    Logs(verify::Logs),
    /// Collect once, to audit elsewhere or later.
    Inventory(Inventory),
    /// The least IAM policy that a job needs, and what the caller lacks of it.
    Permissions(Permissions),
    /// Completions for a shell.
    Completions(Completions),
}

/// `invoketrail audit`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail audit --profile prod --region eu-west-1
  invoketrail audit --organization --role-name SecurityAudit --output audit.json --output audit.md
  invoketrail audit --inventory prod.json --format jsonl | jq .verdict

Exit code: 0 every invocation is recorded, 3 one escapes, 4 a gap decides.")]
pub(crate) struct Audit {
    /// Audit this inventory file instead of AWS, as --inventory does; - for stdin.
    #[arg(value_name = "FILE", conflicts_with_all = LIVE_AND_INVENTORY, value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) counting: Counting,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// Also write the audit to this file, whose suffix names the format (.json .jsonl .md .txt); repeatable.
    #[arg(long, value_name = "FILE", value_parser = output, value_hint = ValueHint::FilePath)]
    pub(crate) output: Vec<Output>,
    /// Accepted exceptions: functions under one that still holds do not fail a control.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) exceptions: Option<PathBuf>,
    /// Print every finding, warning and Region, not the answer and its causes alone; of the terminal format.
    #[arg(long)]
    pub(crate) all: bool,
    /// Say what changed since this earlier inventory.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) baseline: Option<PathBuf>,
    /// End with 0 where the answer is no or undetermined, and say so.
    #[arg(long)]
    pub(crate) exit_zero: bool,
    #[command(flatten)]
    pub(crate) source: Source,
}

/// `invoketrail explain`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail explain arn:aws:lambda:eu-west-1:111122223333:function:orders
  invoketrail explain --inventory prod.json arn:aws:lambda:eu-west-1:111122223333:function:orders
  aws cloudtrail get-event-selectors --trail-name main | invoketrail explain --selectors -

Exit code: 0 every invocation is recorded, 3 one escapes, 4 it is unknown.")]
pub(crate) struct Explain {
    /// The function, web function or MicroVM image: its ARN, or its name, which is looked for.
    #[arg(value_name = "ARN|NAME", required_unless_present = "selectors", conflicts_with = "selectors")]
    pub(crate) arn: Option<String>,
    /// Event selectors as AWS, Terraform or a person writes them; - for stdin. No AWS account is needed.
    #[arg(long, value_name = "FILE", conflicts_with_all = LIVE_AND_INVENTORY, value_hint = ValueHint::FilePath)]
    pub(crate) selectors: Option<PathBuf>,
    /// With --selectors: the function to judge [default: any function that may ever exist].
    #[arg(long, value_name = "ARN", requires = "selectors")]
    pub(crate) function: Option<String>,
    #[command(flatten)]
    pub(crate) counting: Counting,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_parser = proof_formats())]
    pub(crate) format: Option<Format>,
    #[command(flatten)]
    pub(crate) source: Source,
}

/// `invoketrail plan`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail plan --profile prod --output plan.json
  invoketrail plan --inventory acme.json --format markdown
  invoketrail plan --format terraform > trail.tf
  invoketrail plan --organization --role-name Reader --format terraform --output-dir trails

Nothing is changed: `invoketrail apply plan.json` does that.
Exit code: 0 the plan reaches its end or there is nothing to do, 3 something stands in the way.")]
pub(crate) struct Plan {
    /// Plan the removal of paid copies instead: the same recorded, fewer times.
    #[arg(long)]
    pub(crate) drop_copies: bool,
    /// Record web functions and MicroVMs too where there are none yet.
    #[arg(long)]
    pub(crate) all_kinds: bool,
    /// Create a trail in each account that needs one, not one trail for the organization.
    #[arg(long)]
    pub(crate) per_account: bool,
    /// Record management events that a trail excludes on purpose too (AWS KMS, RDS Data API).
    #[arg(long)]
    pub(crate) all_management_events: bool,
    #[command(flatten)]
    pub(crate) planning: Planning,
    #[command(flatten)]
    pub(crate) counting: Counting,
    #[command(flatten)]
    pub(crate) source: Source,
}

/// What `plan`, `backout` and `restore` have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct Planning {
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub(crate) format: Option<PlanFormat>,
    /// Show selectors as the JSON that is set, not as one line each; of the terminal format.
    #[arg(long)]
    pub(crate) all: bool,
    /// Write the plan to this file, for apply.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// With --format terraform or cloudformation: write ACCOUNT-REGION.tf or .json for each account and Region to this folder.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) output_dir: Option<PathBuf>,
    /// Prices instead of those that come with the program.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) prices: Option<PathBuf>,
    /// Accepted exceptions.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) exceptions: Option<PathBuf>,
}

/// The formats of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For a person.
    Terminal,
    /// The plan file.
    Json,
    /// For a pull request or a wiki.
    Markdown,
    /// For whoever manages the trail with Terraform or OpenTofu.
    Terraform,
    /// For whoever manages the trail with CloudFormation.
    Cloudformation,
    /// Commands to be run by hand.
    AwsCli,
}

impl PlanFormat {
    /// As it is typed.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Terraform => "terraform",
            Self::Cloudformation => "cloudformation",
            Self::AwsCli => "aws-cli",
        }
    }
}

/// `invoketrail apply`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail apply plan.json --profile prod
  invoketrail apply plan.json --approve sha256:5f0c...  # without a terminal
  invoketrail apply --resume plan.json.journal

A plan that does not fit the account any more is refused, and nothing is changed.
Exit code: 0 done, 3 refused and nothing changed, 5 stopped half-way (the journal names the next command).")]
pub(crate) struct Apply {
    /// The plan file.
    #[arg(value_name = "PLAN", required_unless_present = "resume", conflicts_with = "resume", value_hint = ValueHint::FilePath)]
    pub(crate) plan: Option<PathBuf>,
    /// Go on where this journal stopped.
    #[arg(long, value_name = "JOURNAL", value_hint = ValueHint::FilePath)]
    pub(crate) resume: Option<PathBuf>,
    /// The journal that a plan of `undo --merge` takes back.
    #[arg(long, value_name = "JOURNAL", conflicts_with = "resume", value_hint = ValueHint::FilePath)]
    pub(crate) undoes: Option<PathBuf>,
    /// Where to write the journal [default: the plan file's name with .journal].
    #[arg(long, value_name = "FILE", conflicts_with = "resume", value_hint = ValueHint::FilePath)]
    pub(crate) journal: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) approval: Approval,
    /// Change trails that Terraform, CloudFormation or others manage, too.
    #[arg(long)]
    pub(crate) even_if_managed: bool,
    /// The file of exceptions that a backout adds to and a restore takes from.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) exceptions: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) live: Live,
}

/// Who says yes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct Approval {
    /// Approve exactly the plan with this hash, instead of being asked.
    #[arg(long, value_name = "HASH")]
    pub(crate) approve: Option<String>,
}

/// `invoketrail undo`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail undo plan.json.journal
  invoketrail undo plan.json.journal --merge --output back.json

Where somebody changed a trail since, nothing is changed; --merge plans around what they did.")]
pub(crate) struct Undo {
    /// The journal of what was done.
    #[arg(value_name = "JOURNAL", value_hint = ValueHint::FilePath)]
    pub(crate) journal: PathBuf,
    /// Do nothing yet: plan to take back what is ours, around what others changed since.
    #[arg(long)]
    pub(crate) merge: bool,
    /// With --merge: write the plan to this file.
    #[arg(long, value_name = "FILE", requires = "merge", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// The file of exceptions: that of a backout ends once the backout is taken back.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) exceptions: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) approval: Approval,
    #[command(flatten)]
    pub(crate) live: Live,
}

/// `invoketrail backout`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail backout --budget 200 --owner payments --reason cost --until 2027-01-31 --output backout.json
  invoketrail backout --drop 'batch-*' --drop tag:env=dev --keep account:111122223333 ...

A pattern is arn:..., the name of a function, tag:KEY=VALUE, account:ID or region:NAME; * stands for any characters.
Functions are left out by name, so those created later stay recorded. `invoketrail apply` records the exception.")]
pub(crate) struct Backout {
    /// At most so many US dollars a month, by the high end of the estimate.
    #[arg(long, value_name = "USD-PER-MONTH", required_unless_present_any = ["drop", "only"], conflicts_with_all = ["drop", "only"], value_parser = dollars)]
    pub(crate) budget: Option<f64>,
    /// Leave out what matches; repeatable.
    #[arg(long, value_name = "PATTERN", conflicts_with = "only", value_parser = pattern)]
    pub(crate) drop: Vec<audit::backout::Pattern>,
    /// Record only these functions, by ARN: new ones escape; repeatable.
    #[arg(long, value_name = "FUNCTION")]
    pub(crate) only: Vec<String>,
    /// Never leave out what matches; repeatable.
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    pub(crate) keep: Vec<audit::backout::Pattern>,
    /// Who answers for it.
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// The last day on which it is accepted, such as 2027-01-31.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) until: String,
    /// The exception's name [default: from the owner and the day].
    #[arg(long, value_name = "NAME")]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) planning: Planning,
    #[command(flatten)]
    pub(crate) counting: Counting,
    #[command(flatten)]
    pub(crate) source: Source,
}

/// `invoketrail restore`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail restore --exceptions exceptions.json --output restore.json
  invoketrail restore --exceptions exceptions.json payments-2027-01-31")]
pub(crate) struct Restore {
    /// The exceptions to end [default: all of the file].
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    #[command(flatten)]
    pub(crate) planning: Planning,
    #[command(flatten)]
    pub(crate) counting: Counting,
    #[command(flatten)]
    pub(crate) source: Source,
}

/// `invoketrail inventory`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail inventory --profile prod --output prod.json
  invoketrail inventory --organization --role-name SecurityAudit --output acme.json
  invoketrail audit --inventory acme.json

What cannot be read becomes a gap in the file. An interrupted collection writes what it has and ends with 130.")]
pub(crate) struct Inventory {
    /// Where to write the inventory; - for stdout.
    #[arg(long, value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) live: Live,
}

/// `invoketrail permissions`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail permissions audit > policy.json
  invoketrail permissions audit --check --profile prod

Exit code with --check: 0 none is lacking, 3 some are, 4 it is unknown.")]
pub(crate) struct Permissions {
    /// The job.
    #[arg(value_enum, default_value_t = Job::Audit)]
    pub(crate) job: Job,
    /// Ask AWS which of them the caller lacks.
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) live: Live,
}

/// `invoketrail completions`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail completions bash > ~/.local/share/bash-completion/completions/invoketrail
  invoketrail completions zsh > \"${fpath[1]}/_invoketrail\"")]
pub(crate) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// Where the facts come from: a file, or AWS itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct Source {
    /// Audit this inventory file instead of AWS; - for stdin.
    #[arg(long, value_name = "FILE", conflicts_with_all = LIVE, value_hint = ValueHint::FilePath)]
    pub(crate) inventory: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) live: Live,
}

/// Every flag of [`Live`].
const LIVE: [&str; 8] = [
    "accounts",
    "organization",
    "role_name",
    "external_id",
    "session_name",
    "region",
    "profile",
    "endpoint_url",
];

/// Every flag of [`Source`].
const LIVE_AND_INVENTORY: [&str; 9] = [
    "inventory",
    "accounts",
    "organization",
    "role_name",
    "external_id",
    "session_name",
    "region",
    "profile",
    "endpoint_url",
];

/// What to read of AWS, and as whom. Without any of it: the caller's account, all enabled Regions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "What to read of AWS, and as whom")]
pub(crate) struct Live {
    /// These accounts instead of the caller's, each through --role-name; separated by commas.
    #[arg(long, alias = "account", value_name = "ID,ID", value_delimiter = ',', value_parser = account)]
    pub(crate) accounts: Vec<String>,
    /// All accounts of the caller's organization, each through --role-name.
    #[arg(long, conflicts_with = "accounts")]
    pub(crate) organization: bool,
    /// The role to assume in accounts other than the caller's.
    #[arg(long, value_name = "NAME")]
    pub(crate) role_name: Option<String>,
    /// The external id that role asks for.
    #[arg(long, value_name = "ID")]
    pub(crate) external_id: Option<String>,
    /// The name under which the assumed sessions appear in the accounts' own trails [default: invoketrail].
    #[arg(long, value_name = "NAME")]
    pub(crate) session_name: Option<String>,
    /// Only these Regions; separated by commas [default: all enabled ones].
    #[arg(long, value_name = "REGION,REGION", value_delimiter = ',', value_parser = region)]
    pub(crate) region: Vec<String>,
    /// A profile of the AWS configuration files.
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: Option<String>,
    /// Send every request there instead of to AWS.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) endpoint_url: Option<String>,
}

/// How to judge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub(crate) struct Counting {
    /// Which recorders count: all, or trails alone as the control's letter has it [default: all].
    #[arg(long, value_enum)]
    pub(crate) recorders: Option<Recorders>,
}

/// Which recorders count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Recorders {
    /// Trails and event data stores.
    All,
    /// Trails alone.
    Trails,
}

/// The formats of an audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a person.
    Terminal,
    /// One document.
    Json,
    /// One line for each resource.
    Jsonl,
    /// For a pull request or a wiki.
    Markdown,
}

/// A job that needs permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Job {
    /// Read what an audit needs.
    Audit,
    /// Read what a plan needs besides.
    Plan,
    /// Carry a plan out.
    Apply,
    /// Read what a backout needs besides.
    Backout,
    /// Read the delivered records.
    Evidence,
    /// Send a canary, and read what was delivered.
    Canary,
}

/// A file to write an audit to, and the format its suffix names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) path: PathBuf,
    pub(crate) format: Format,
}

/// The file and its format.
///
/// # Errors
/// One line that lists the suffixes we know.
pub(crate) fn output(text: &str) -> Result<Output, String> {
    let path = PathBuf::from(text);
    let suffix = path.extension().map(|suffix| suffix.to_string_lossy().to_ascii_lowercase());
    let format = match suffix.as_deref() {
        Some("json") => Format::Json,
        Some("jsonl") => Format::Jsonl,
        Some("md") => Format::Markdown,
        Some("txt") => Format::Terminal,
        _ => return Err("its suffix names no format; known are .json .jsonl .md .txt".to_owned()),
    };
    Ok(Output { path, format })
}

/// Twelve digits.
///
/// # Errors
/// One line that says so.
pub(crate) fn account(text: &str) -> Result<String, String> {
    let text = text.trim();
    if cloudtrail::names::AccountId::parse(text).is_ok() {
        Ok(text.to_owned())
    } else {
        Err("an account id has twelve digits".to_owned())
    }
}

/// An amount of US dollars.
///
/// # Errors
/// One line with an example.
fn dollars(text: &str) -> Result<f64, String> {
    let amount = text.trim().trim_start_matches('$').parse::<f64>();
    let amount = amount.ok().filter(|amount| amount.is_finite() && *amount >= 0.0);
    amount.ok_or_else(|| "an amount of US dollars looks like 200 or 99.50".to_owned())
}

/// A pattern of functions.
///
/// # Errors
/// One line that says which there are.
fn pattern(text: &str) -> Result<audit::backout::Pattern, String> {
    audit::backout::Pattern::parse(text).map_err(|error| error.to_string())
}

/// A day of the calendar.
///
/// # Errors
/// One line with an example.
fn day(text: &str) -> Result<String, String> {
    let known = store::is_day(text).then(|| text.to_owned());
    known.ok_or_else(|| "a day looks like 2027-01-31".to_owned())
}

/// The form of a Region's name; AWS knows which exist.
///
/// # Errors
/// One line with an example.
pub(crate) fn region(text: &str) -> Result<String, String> {
    if text.contains('-') && cloudtrail::names::Region::parse(text).is_ok() {
        Ok(text.to_owned())
    } else {
        Err("a Region has a name like eu-west-1".to_owned())
    }
}

/// A proof is printed for a person or as JSON.
fn proof_formats() -> impl TypedValueParser {
    PossibleValuesParser::new(["terminal", "json"])
        .map(|name| if name == "json" { Format::Json } else { Format::Terminal })
}

#[cfg(test)]
mod tests;
