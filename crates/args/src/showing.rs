//! Flags about how an audit is shown, of `audit` and of `report`.

use super::audit_format::{Format, output_help};
use super::values::{Output, output};
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// How an audit is shown.
#[derive(Debug, Args)]
pub struct Showing {
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// The files that it is also written to.
    #[arg(long, help = output_help(), value_name = "FILE", value_parser = output::<Format>, value_hint = ValueHint::FilePath)]
    pub output: Vec<Output<Format>>,
    /// Show only the controls that support this framework, with its requirements; repeatable; see `invoketrail frameworks`.
    #[arg(long = "framework", value_name = "NAME")]
    pub frameworks: Vec<String>,
    /// A framework of your own, for --framework; repeatable.
    #[arg(long = "framework-file", value_name = "FILE", requires = "frameworks", value_hint = ValueHint::FilePath)]
    pub framework_files: Vec<PathBuf>,
    /// Print every finding, warning and Region, not only the answer and its causes (terminal format).
    #[arg(long)]
    pub all: bool,
    /// End with 0 even if the answer is no or undetermined; stderr says so.
    #[arg(long)]
    pub exit_zero: bool,
}
