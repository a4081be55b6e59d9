//! `invoketrail bundle` as it is typed.

use super::validate::Format;
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

/// `invoketrail bundle`
#[derive(Debug, Args)]
pub struct Bundle {
    /// What to do.
    #[command(subcommand)]
    pub command: BundleCommand,
}

/// What to do with bundles.
#[derive(Debug, Subcommand)]
pub enum BundleCommand {
    /// Check every file of a bundle, and decide its audit again, without AWS.
    Verify(Verify),
}

/// `invoketrail bundle verify`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail audit --inventory examples/acme.json --bundle evidence.tar.zst
  invoketrail bundle verify evidence.tar.zst

Exit code: 0 unchanged and reproduced (whatever its audit answers), 1 not a bundle, 3 changed or not reproduced, 4 decided again alike, but another version wrote the reports.")]
pub struct Verify {
    /// The bundle: a folder or FILE.tar.zst, as `audit --bundle` wrote it.
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub bundle: PathBuf,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}
