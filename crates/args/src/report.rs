//! `invoketrail report` as it is typed.

use super::showing::Showing;
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// `invoketrail report`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail report --audit audit.json
  invoketrail report --audit evidence.tar.zst --output report.html --output findings.sarif
  invoketrail report --audit audit.json --framework soc2 --format markdown

Exit code: that of the audit (0, 3 or 4), as if it had been without `--fail-on new`.")]
pub struct Report {
    /// The saved audit: what `audit --output FILE.json`, `audit --format json` or `audit --bundle` wrote; - for stdin.
    #[arg(long = "audit", value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub file: PathBuf,
    /// How it is shown.
    #[command(flatten)]
    pub showing: Showing,
}
