//! `invoketrail explain` as it is typed.

use super::source::{Counting, LIVE_AND_INVENTORY, Source};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

/// `invoketrail explain`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail explain arn:aws:lambda:eu-west-1:111122223333:function:orders
  invoketrail explain --inventory prod.json arn:aws:lambda:eu-west-1:111122223333:function:orders
  aws cloudtrail get-event-selectors --trail-name main | invoketrail explain --selectors -

Exit code: 0 every invocation is recorded, 3 one escapes, 4 undetermined.")]
pub struct Explain {
    /// The function, web function or MicroVM image, by ARN or name.
    #[arg(value_name = "ARN|NAME", required_unless_present_any = ["selectors", "function"], conflicts_with_all = ["selectors", "function"])]
    pub arn: Option<String>,
    /// Event selectors as AWS, Terraform or a person writes them; - for stdin. No AWS account is needed.
    #[arg(long, value_name = "FILE", conflicts_with_all = LIVE_AND_INVENTORY, value_hint = ValueHint::FilePath)]
    pub selectors: Option<PathBuf>,
    /// The function to judge; with --selectors by ARN [default there: any function that may ever exist].
    #[arg(long, value_name = "ARN|NAME")]
    pub function: Option<String>,
    /// Which recorders count.
    #[command(flatten)]
    pub counting: Counting,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Where the facts come from.
    #[command(flatten)]
    pub source: Source,
}

/// The formats of a proof.
#[expect(missing_docs, reason = "`--help` would print a variant's documentation")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    // For a person.
    Terminal,
    // One document for each resource.
    Json,
}
