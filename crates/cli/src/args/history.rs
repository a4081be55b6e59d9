//! `invoketrail history` and `invoketrail diff` as they are typed.

use super::reading::Threads;
use super::source::Live;
use super::validate::Format;
use super::values::day;
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

/// Where kept audits are.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct HistoryFile {
    /// The file of kept audits [default: invoketrail/history.sqlite in the data folder].
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) history: Option<PathBuf>,
}

/// `invoketrail history`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail audit --keep
  invoketrail history
  invoketrail history --forget-before 2026-01-01")]
pub(crate) struct History {
    #[command(flatten)]
    pub(crate) file: HistoryFile,
    /// Forget audits that were made before this day.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) forget_before: Option<String>,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
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
pub(crate) struct Diff {
    /// The earlier audit.
    #[arg(value_name = "BEFORE", value_hint = ValueHint::AnyPath)]
    pub(crate) before: String,
    /// The later audit [default: the newest that is kept].
    #[arg(value_name = "AFTER", value_hint = ValueHint::AnyPath)]
    pub(crate) after: Option<String>,
    #[command(flatten)]
    pub(crate) file: HistoryFile,
    /// Look in these delivered log files for the calls that changed it: a folder, a file or s3://BUCKET/PREFIX; repeatable.
    #[arg(long, value_name = "SOURCE", value_hint = ValueHint::AnyPath)]
    pub(crate) logs: Vec<String>,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub(crate) format: Option<DiffFormat>,
    /// End with 0 even if recording got worse; stderr says so.
    #[arg(long)]
    pub(crate) exit_zero: bool,
    #[command(flatten)]
    pub(crate) threads: Threads,
    #[command(flatten)]
    pub(crate) live: Live,
}

/// A format of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For a person.
    Terminal,
    /// One document.
    Json,
    /// For a pull request or a wiki.
    Markdown,
}
