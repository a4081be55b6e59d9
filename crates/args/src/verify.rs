//! `invoketrail verify` as it is typed.

use super::reading::{Remembering, Threads, WindowArgs};
use super::source::{LIVE_BUT_REGION, Live};
use super::values::{Output, Suffixed, duration, output};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

/// `invoketrail verify`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail verify --profile audit --digests
  invoketrail verify s3://acme-trails/prefix --since 7d --output evidence.json --output evidence.md
  invoketrail verify examples/logs --inventory examples/acme.json --metrics examples/metrics.json \\
      --since 2026-11-20 --until 2026-11-21 --now 2026-11-23T17:00:00Z
  invoketrail verify --canary arn:aws:lambda:eu-west-1:111122223333:function:orders

Without a SOURCE, InvokeTrail reads the log files where your trails deliver them.
Counts of records and of CloudWatch may differ for good reasons. Only a function that ran and left no record is a no.
Files that were read before are not read again (see --index), except those that --digests must hash.
Exit code: 0 records arrive wherever a function ran, 3 a function ran and left no record (or a digest is invalid), 4 unknown for some.")]
pub struct Verify {
    /// A folder of delivered log files, a file, or s3://BUCKET/PREFIX [default: where the trails deliver to].
    #[arg(value_name = "SOURCE", value_hint = ValueHint::AnyPath)]
    pub sources: Vec<String>,
    /// Read the logs of Acme, a made-up organization inside this program: no AWS account is needed.
    #[arg(long, conflicts_with = "sources", conflicts_with_all = LIVE_BUT_REGION)]
    pub demo: bool,
    /// Read the records out of this lake, a folder or s3://BUCKET/PREFIX, as `lake write` wrote it.
    #[cfg(feature = "lake")]
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["sources", "demo", "digests", "canary", "index", "no_index"], value_hint = ValueHint::AnyPath)]
    pub lake: Option<String>,
    /// Which time.
    #[command(flatten)]
    pub window: WindowArgs,
    /// Only these functions: a name or an ARN, * stands for any characters; repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub function: Vec<String>,
    /// Read CloudWatch's counts from this file instead of AWS.
    #[arg(long, value_name = "FILE", conflicts_with = "demo", value_hint = ValueHint::FilePath)]
    pub metrics: Option<PathBuf>,
    /// Also prove with digests that the log files are unchanged.
    #[arg(long)]
    pub digests: bool,
    /// Public keys as `aws cloudtrail list-public-keys` prints them, instead of asking AWS; repeatable.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub public_keys: Vec<PathBuf>,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Also write the answer to this file, whose suffix names the format (.json .jsonl .md .txt); repeatable.
    #[arg(long, value_name = "FILE", value_parser = output::<Format>, value_hint = ValueHint::FilePath)]
    pub output: Vec<Output<Format>>,
    /// End with 0 where the answer is no or undetermined, and say so.
    #[arg(long)]
    pub exit_zero: bool,
    /// How many threads read.
    #[command(flatten)]
    pub threads: Threads,
    /// What is remembered of the log files that are read.
    #[command(flatten)]
    pub remembering: Remembering,
    /// The canary.
    #[command(flatten)]
    pub canary: Canary,
    /// Read the functions from this inventory file instead of AWS.
    #[arg(long, value_name = "FILE", conflicts_with = "demo", value_hint = ValueHint::FilePath)]
    pub inventory: Option<PathBuf>,
    /// What to read of AWS, and as whom.
    #[command(flatten)]
    pub live: Live,
}

/// One invocation whose record is waited for.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "A canary: one invocation whose record is waited for")]
pub struct Canary {
    /// Send this function, by ARN, one dry run (which runs nothing), and wait for its record.
    #[arg(long, value_name = "FUNCTION", conflicts_with_all = ["demo", "function", "metrics", "digests", "public_keys", "output", "format", "since", "until", "inventory", "index", "no_index", "threads"])]
    pub canary: Option<String>,
    /// Run the function once, with an empty event, instead of a dry run.
    #[arg(long, requires = "canary")]
    pub canary_invoke: bool,
    /// Send it without a question: needed without a terminal.
    #[arg(long, requires = "canary")]
    pub approve_canary: bool,
    /// How long to wait for the record [default: 20m].
    #[arg(long, value_name = "TIME", requires = "canary", value_parser = duration)]
    pub canary_timeout: Option<Duration>,
    /// How long to wait between two looks.
    #[arg(long, hide = true, value_name = "TIME", requires = "canary", value_parser = duration)]
    pub canary_poll: Option<Duration>,
}

/// The formats of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person.
    Terminal,
    /// One document.
    Json,
    /// One line for each resource.
    Jsonl,
    /// For a pull request or a wiki.
    Markdown,
}

impl Suffixed for Format {
    const SUFFIXES: &'static [(&'static str, Self)] =
        &[("json", Self::Json), ("jsonl", Self::Jsonl), ("md", Self::Markdown), ("txt", Self::Terminal)];
}
