//! The command line: what may be typed, as `clap` reads it before it means anything, and the codes with which the program ends. Nothing here
//! reads a file, the environment or a clock.

pub mod apply;
pub mod audit;
pub mod audit_format;
pub mod bundle;
pub mod check;
pub mod completions;
pub mod config;
pub mod deciding;
pub mod detect;
pub mod exceptions;
pub mod explain;
pub mod frameworks;
pub mod history;
pub mod inventory;
pub mod invocations;
#[cfg(feature = "lake")]
pub mod lake;
pub mod man;
pub mod outcome;
pub mod permissions;
pub mod plan;
pub mod reading;
pub mod report;
pub mod showing;
pub mod source;
pub mod validate;
pub mod values;
pub mod verify;

use clap::{Parser, Subcommand, ValueEnum, ValueHint};
use outcome::Outcome;
use std::path::PathBuf;

/// Proves that every AWS Lambda invocation is recorded by CloudTrail, or shows one that is not.
#[derive(Debug, Parser)]
#[command(name = "invoketrail", version, max_term_width = 100, after_help = MAIN_HELP, after_long_help = main_long_help())]
pub struct Cli {
    /// Read settings from this file [default: invoketrail.toml in the current folder, if there is one].
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath, display_order = 900)]
    pub config: Option<PathBuf>,
    /// Answer as of this time: that of a copy of log files, or of a saved inventory [default: now].
    #[arg(long, global = true, display_order = 901, value_name = "RFC3339", value_parser = values::instant)]
    pub now: Option<String>,
    /// Show each request to AWS on stderr, with its answer and how long it took.
    #[arg(short, long, global = true, display_order = 902)]
    pub verbose: bool,
    /// Print only the answer and errors: no progress, no notes, no next command.
    #[arg(short, long, global = true, display_order = 903, conflicts_with = "verbose")]
    pub quiet: bool,
    /// When to use colours; without this flag, NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE and CLICOLOR decide [default: auto].
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        display_order = 901,
        hide_possible_values = true
    )]
    pub color: Option<Colour>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal that knows them.
    Auto,
    /// Always, in a pipe too.
    Always,
    /// Never.
    Never,
}

const MAIN_HELP: &str = "\
Examples:
  invoketrail audit                                  the caller's account, all enabled Regions
  invoketrail audit --demo                           a made-up organization, no AWS account needed
  invoketrail explain --selectors selectors.json     what escapes the selectors of a trail
  invoketrail invocations examples/logs              who invoked what, in delivered log files";

fn main_long_help() -> String {
    format!("{MAIN_HELP}\n\n{}", Outcome::table())
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Decide whether every Lambda invocation is recorded; if not, show one that is not.
    Audit(audit::Audit),
    /// Show the proof for one function: each recorder, each selector, and what escapes.
    Explain(explain::Explain),
    /// Judge a Terraform plan, a CloudFormation template or selectors before they are applied.
    Check(Box<check::Check>),
    /// Plan the changes that record every invocation: what each adds, costs and may break.
    Plan(plan::Plan),
    /// Carry out a plan that you approve, and keep a journal.
    Apply(apply::Apply),
    /// Take back what apply did, by its journal.
    Undo(apply::Undo),
    /// Plan to record less, to save cost, until a day.
    Backout(plan::Backout),
    /// Plan full recording again after a reduction.
    Restore(plan::Restore),
    /// Check that the records of every function arrive, complete and unchanged.
    Verify(verify::Verify),
    /// Show who invoked what, when, from where and how, from delivered log files.
    Invocations(invocations::Invocations),
    /// Find suspicious calls, and whoever weakens the recording, in delivered log files.
    Detect(Box<detect::Detect>),
    /// Prove delivered log files with their digests.
    Logs(validate::Logs),
    /// Write delivered log files as Parquet tables, check them, and find events in them.
    #[cfg(feature = "lake")]
    Lake(lake::Lake),
    /// Not in this build: it needs the feature `lake`.
    #[cfg(not(feature = "lake"))]
    #[command(hide = true, disable_help_flag = true)]
    Lake {
        /// What was asked for.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        asked: Vec<String>,
    },
    /// Collect an inventory once, to audit it elsewhere or later.
    Inventory(inventory::Inventory),
    /// Print the least IAM policy that a job needs, or check what is missing.
    Permissions(permissions::Permissions),
    /// Write a saved audit in another format, without network.
    Report(report::Report),
    /// List the audits that were kept.
    History(history::History),
    /// Show what changed between two audits, and which calls changed it.
    Diff(history::Diff),
    /// Check an evidence bundle, and decide its audit again.
    Bundle(bundle::Bundle),
    /// List the frameworks whose requirements the controls support.
    Frameworks(frameworks::Frameworks),
    /// Check a file of accepted exceptions.
    Exceptions(exceptions::Exceptions),
    /// Show which settings count, and where each comes from.
    Config(config::Config),
    /// Print completions for a shell.
    Completions(completions::Completions),
    /// Print the manual page of a command, for man.
    Man(man::Man),
}

#[cfg(test)]
mod tests;
