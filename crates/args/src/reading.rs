//! Flags about how delivered files are read, of several commands: the index, the threads, the time.

use clap::{Args, ValueHint};
use std::path::PathBuf;

/// What is remembered of the log files that are read.
#[derive(Clone, Debug, Default, Args)]
pub struct Remembering {
    /// Keep the index of what was read in this file [default: invoketrail/index-1.sqlite in the cache folder].
    #[arg(long, value_name = "FILE", conflicts_with = "no_index", value_hint = ValueHint::FilePath)]
    pub index: Option<PathBuf>,
    /// Read every file, and use no index.
    #[arg(long)]
    pub no_index: bool,
}

/// Whose logs.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Demo {
    /// Read the logs of Acme, a made-up organization inside this program: no AWS account is needed.
    #[arg(long, conflicts_with_all = ["sources", "profile", "endpoint_url"])]
    pub demo: bool,
}

/// How many threads.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Threads {
    /// Use this many threads [default: one for each processor].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// Which time.
#[derive(Clone, Debug, Default, Args)]
pub struct WindowArgs {
    /// Begin at this time: 2026-11-20, 2026-11-20T13:00:00Z, or 24h, 7d before now.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// End at this time, written as --since; a day is included to its end.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}
