//! `invoketrail exceptions` as it is typed.

use super::validate::Format;
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

/// `invoketrail exceptions`
#[derive(Debug, Args)]
pub struct Exceptions {
    /// What to do.
    #[command(subcommand)]
    pub command: ExceptionsCommand,
}

/// What to do with exceptions.
#[derive(Debug, Subcommand)]
pub enum ExceptionsCommand {
    /// Check which exceptions ended, end within 30 days or too late, and which functions are named twice.
    Check(Check),
}

/// `invoketrail exceptions check`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail exceptions check exceptions.json
  invoketrail exceptions check exceptions.json --inventory acme.json --format json

An exception that ends soon or matches nothing is a warning and changes no exit code.
Exit code: 0 all hold, 1 the file cannot be read, 3 one ended or ends too late, or two that hold name the same function.")]
pub struct Check {
    /// The file of exceptions; - for stdin.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Also check which exceptions match nothing in this inventory file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub inventory: Option<PathBuf>,
    /// How long an exception may be declared for.
    #[command(flatten)]
    pub longest: Longest,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

/// How long an exception may be declared for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Args)]
pub struct Longest {
    /// Let no exception hold that ends more than this many days after it was declared [default: no maximum].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=3660))]
    pub exceptions_max_days: Option<u16>,
}
