//! Flags about the index of log files that were read.

use clap::{Args, ValueHint};
use std::path::PathBuf;

/// What is remembered of the log files that are read.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Remembering {
    /// Keep the index of what was read in this file [default: invoketrail/index-1.sqlite in the cache folder].
    #[arg(long, value_name = "FILE", conflicts_with = "no_index", value_hint = ValueHint::FilePath)]
    pub(crate) index: Option<PathBuf>,
    /// Read every file, and use no index.
    #[arg(long)]
    pub(crate) no_index: bool,
}
