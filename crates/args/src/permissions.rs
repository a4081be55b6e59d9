//! `invoketrail permissions` as it is typed.

use super::source::Live;
use clap::{Args, ValueEnum};

/// `invoketrail permissions`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail permissions audit > policy.json
  invoketrail permissions audit --check --profile prod

Exit code with --check: 0 none is missing, 3 some are, 4 unknown.")]
pub struct Permissions {
    /// The job.
    #[arg(value_enum, default_value_t = Job::Audit)]
    pub job: Job,
    /// Ask AWS which of them the caller does not have.
    #[arg(long)]
    pub check: bool,
    /// What to read of AWS, and as whom.
    #[command(flatten)]
    pub live: Live,
}

/// A job that needs permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Job {
    /// Read what an audit needs.
    Audit,
    /// Read what a plan needs in addition.
    Plan,
    /// Carry out a plan.
    Apply,
    /// Read what a backout needs in addition.
    Backout,
    /// Read the delivered records.
    Evidence,
    /// Send a canary, and read what was delivered.
    Canary,
    /// Send findings, with `audit --notify`.
    Notify,
    /// Write a lake into a bucket, and read it.
    Lake,
}

impl Job {
    /// As it is typed.
    #[must_use]
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |word| word.get_name().to_owned())
    }
}
