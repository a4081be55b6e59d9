//! `invoketrail history` and `invoketrail diff` as they are typed.

use super::reading::Threads;
use super::source::Live;
use super::validate::Format;
use super::values::day;
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Where kept audits are.
#[derive(Clone, Debug, Default, Args)]
pub struct HistoryFile {
    /// The file of kept audits [default: invoketrail/history.sqlite in the data folder].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub history: Option<PathBuf>,
}

/// `invoketrail history`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail audit --keep
  invoketrail history
  invoketrail history --forget-before 2026-01-01")]
pub struct History {
    /// The file of kept audits.
    #[command(flatten)]
    pub file: HistoryFile,
    /// Forget audits that were made before this day.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub forget_before: Option<String>,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

/// `invoketrail diff`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail diff 1                                     the first kept audit against the newest
  invoketrail diff before.json evidence.tar.zst
  invoketrail diff 1 2 --logs examples/logs              which calls changed it, and by whom

An audit is the number of a kept one, an inventory, or a saved audit: JSON or a bundle.
Exit code: 0 nothing got worse, 3 recording got worse for certain, 4 something may have got worse.")]
pub struct Diff {
    /// The earlier audit.
    #[arg(value_name = "BEFORE", value_hint = ValueHint::AnyPath)]
    pub before: String,
    /// The later audit [default: the newest that is kept].
    #[arg(value_name = "AFTER", value_hint = ValueHint::AnyPath)]
    pub after: Option<String>,
    /// The file of kept audits.
    #[command(flatten)]
    pub file: HistoryFile,
    /// Look in these delivered log files for the calls that changed it: a folder, a file or s3://BUCKET/PREFIX; repeatable.
    #[arg(long, value_name = "SOURCE", value_hint = ValueHint::AnyPath)]
    pub logs: Vec<String>,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<DiffFormat>,
    /// End with 0 even if recording got worse; stderr says so.
    #[arg(long)]
    pub exit_zero: bool,
    /// How many threads read.
    #[command(flatten)]
    pub threads: Threads,
    /// What to read of AWS, and as whom.
    #[command(flatten)]
    pub live: Live,
}

/// A format of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For a person.
    Terminal,
    /// One document.
    Json,
    /// For a pull request or a wiki.
    Markdown,
}
