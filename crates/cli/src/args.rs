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
    /// Read settings from this file [default: invoketrail.toml in the current folder, if there is one].
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath, display_order = 900)]
    pub(crate) config: Option<PathBuf>,
    /// The time to be taken for now, so that the same input gives the same output.
    #[arg(long, global = true, hide = true, env = "INVOKETRAIL_NOW", value_name = "RFC3339", value_parser = crate::clock::instant)]
    pub(crate) now: Option<String>,
    /// Show each request to AWS on stderr, with its answer and how long it took.
    #[arg(short, long, global = true, display_order = 902)]
    pub(crate) verbose: bool,
    /// Print only the answer and errors: no progress, no notes, no next command.
    #[arg(short, long, global = true, display_order = 903, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// When to use colours; without this flag, NO_COLOR, CLICOLOR_FORCE and FORCE_COLOR decide [default: auto].
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
    /// Decide whether every Lambda invocation is recorded; if not, show one that is not.
    Audit(Audit),
    /// Show the proof for one function: each recorder, each selector, and what escapes.
    Explain(Explain),
    /// Plan the changes that record every invocation: what each adds, costs and may break.
    Plan(Plan),
    /// Carry out a plan that you approve, and keep a journal.
    Apply(Apply),
    /// Take back what apply did, by its journal.
    Undo(Undo),
    /// Plan to record less, to save cost, until a day.
    Backout(Backout),
    /// Plan full recording again after a reduction.
    Restore(Restore),
    /// Check that the records of every function arrive, complete and unchanged.
    Verify(verify::Verify),
    /// Show who invoked what, when, from where and how, from delivered log files.
    Invocations(invocations::Invocations),
    /// Prove delivered log files with their digests.
    Logs(verify::Logs),
    /// Collect an inventory once, to audit it elsewhere or later.
    Inventory(Inventory),
    /// Print the least IAM policy that a job needs, or check what the caller lacks.
    Permissions(Permissions),
    /// Print completions for a shell.
    Completions(Completions),
}

/// `invoketrail audit`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail audit --profile prod --region eu-west-1
  invoketrail audit --organization --role-name SecurityAudit --output audit.json --output audit.md
  invoketrail audit --inventory prod.json --format jsonl | jq .verdict

Exit code: 0 every invocation is recorded, 3 one escapes, 4 undetermined.")]
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
    /// Print every finding, warning and Region, not only the answer and its causes (terminal format).
    #[arg(long)]
    pub(crate) all: bool,
    /// Show what changed since this earlier inventory.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) baseline: Option<PathBuf>,
    /// End with 0 even if the answer is no or undetermined; stderr says so.
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

Exit code: 0 every invocation is recorded, 3 one escapes, 4 undetermined.")]
pub(crate) struct Explain {
    /// The function, web function or MicroVM image, by ARN or name.
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
    /// Plan to remove paid copies instead: the same is recorded, fewer times.
    #[arg(long)]
    pub(crate) drop_copies: bool,
    /// Also record web functions and MicroVMs where none exist yet.
    #[arg(long)]
    pub(crate) all_kinds: bool,
    /// Create a trail in each account that needs one, not one trail for the organization.
    #[arg(long)]
    pub(crate) per_account: bool,
    /// Also record management events that a trail excludes on purpose (AWS KMS, RDS Data API).
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
    /// With --format terraform or cloudformation: write one file for each account and Region to this folder.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) output_dir: Option<PathBuf>,
    /// Use the prices in this file instead of the built-in ones.
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
    /// AWS CLI commands to run by hand.
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
    /// Continue where this journal stopped.
    #[arg(long, value_name = "JOURNAL", value_hint = ValueHint::FilePath)]
    pub(crate) resume: Option<PathBuf>,
    /// The journal that a plan by `undo --merge` takes back.
    #[arg(long, value_name = "JOURNAL", conflicts_with = "resume", value_hint = ValueHint::FilePath)]
    pub(crate) undoes: Option<PathBuf>,
    /// Where to write the journal [default: the plan file's name with .journal].
    #[arg(long, value_name = "FILE", conflicts_with = "resume", value_hint = ValueHint::FilePath)]
    pub(crate) journal: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) approval: Approval,
    /// Also change trails that Terraform, CloudFormation or others manage.
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
    /// Approve the plan with exactly this hash, instead of answering a question.
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
    /// Change nothing; plan to take back our changes and keep what others changed since.
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
    /// Spend at most this many US dollars a month, by the high end of the estimate.
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
    /// Who is responsible for the reduction.
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: String,
    /// Why less is recorded.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// The last day on which it is accepted (included), such as 2027-01-31.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) until: String,
    /// The name of the exception [default: made of the owner and the day].
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
    /// The exceptions to end [default: all in the file].
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

Exit code with --check: 0 none is missing, 3 some are, 4 unknown.")]
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
    /// Read these accounts instead of the caller's, each through --role-name; separated by commas.
    #[arg(long, alias = "account", value_name = "ID,ID", value_delimiter = ',', value_parser = account)]
    pub(crate) accounts: Vec<String>,
    /// Read all accounts of the caller's organization, each through --role-name.
    #[arg(long, conflicts_with = "accounts")]
    pub(crate) organization: bool,
    /// The role to assume in accounts other than the caller's.
    #[arg(long, value_name = "NAME")]
    pub(crate) role_name: Option<String>,
    /// The external id that the role requires.
    #[arg(long, value_name = "ID")]
    pub(crate) external_id: Option<String>,
    /// The session name that the accounts' trails record [default: invoketrail].
    #[arg(long, value_name = "NAME")]
    pub(crate) session_name: Option<String>,
    /// Read only these Regions; separated by commas [default: all enabled ones].
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
    /// Which recorders count: all, or only trails, as the control literally requires [default: all].
    #[arg(long, value_enum)]
    pub(crate) recorders: Option<Recorders>,
}

/// Which recorders count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Recorders {
    /// Trails and event data stores.
    All,
    /// Only trails.
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
    /// Read what a plan needs in addition.
    Plan,
    /// Carry out a plan.
    Apply,
    /// Read what a backout needs in addition.
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
