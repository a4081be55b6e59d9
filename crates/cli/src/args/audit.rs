//! `invoketrail audit` as it is typed.

use super::source::{Counting, LIVE_AND_INVENTORY, Source};
use super::values::{Output, Suffixed, output};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

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
    #[arg(long, value_name = "FILE", value_parser = output::<Format>, value_hint = ValueHint::FilePath)]
    pub(crate) output: Vec<Output<Format>>,
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

impl Suffixed for Format {
    const SUFFIXES: &'static [(&'static str, Self)] =
        &[("json", Self::Json), ("jsonl", Self::Jsonl), ("md", Self::Markdown), ("txt", Self::Terminal)];
}
