//! `invoketrail inventory` as it is typed.

use super::source::Live;
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// `invoketrail inventory`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail inventory --profile prod --output prod.json
  invoketrail inventory --organization --role-name SecurityAudit --output acme.json
  invoketrail audit --inventory acme.json

What cannot be read becomes a gap in the file. An interrupted collection writes what it has and ends with 130.")]
pub struct Inventory {
    /// Where to write the inventory; - for stdout.
    #[arg(long, value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    pub output: PathBuf,
    /// What to read of AWS, and as whom.
    #[command(flatten)]
    pub live: Live,
}
