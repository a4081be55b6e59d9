//! What was typed: the command line as `clap` reads it, before it means anything.

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
    #[command(subcommand)]
    pub(crate) command: Command,
}

const MAIN_HELP: &str = "\
Examples:
  invoketrail audit                                  the caller's account, all enabled Regions
  invoketrail audit --inventory examples/acme.json   a made-up organization, no AWS account needed
  invoketrail explain --selectors selectors.json     what escapes the selectors of a trail";

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

Exit code: 0 every invocation is recorded, 3 one escapes, 4 it cannot be told.")]
pub(crate) struct Explain {
    /// The function, web function or MicroVM image.
    #[arg(value_name = "ARN", required_unless_present = "selectors", conflicts_with = "selectors")]
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

Exit code with --check: 0 none is lacking, 3 some are, 4 it cannot be told.")]
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
    #[arg(long, value_name = "ID,ID", value_delimiter = ',', value_parser = account)]
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
    /// Only this Region; repeatable [default: all enabled ones].
    #[arg(long, value_name = "REGION", value_parser = region)]
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
    /// Read the delivered records.
    Evidence,
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
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account id has twelve digits".to_owned())
    }
}

/// The form of a Region's name; AWS knows which exist.
///
/// # Errors
/// One line with an example.
pub(crate) fn region(text: &str) -> Result<String, String> {
    let part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.contains('-') && text.bytes().all(part) {
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
