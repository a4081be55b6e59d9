//! `invoketrail plan`, `backout` and `restore` as they are typed.

use super::exceptions::Longest;
use super::source::{Counting, Source};
use super::values::{day, dollars, pattern};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use report::PlanFormat;
use std::path::PathBuf;

/// `invoketrail plan`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail plan --profile prod --output plan.json
  invoketrail plan --inventory acme.json --format markdown
  invoketrail plan --format terraform > trail.tf
  invoketrail plan --organization --role-name Reader --format terraform --output-dir trails

Nothing is changed: `invoketrail apply plan.json` does that.
Exit code: 0 the plan reaches its end or there is nothing to do, 3 something is in the way, 4 unknown whether it reaches it.")]
pub struct Plan {
    /// Plan to remove paid copies instead: the same is recorded, fewer times.
    #[arg(long)]
    pub drop_copies: bool,
    /// Also record web functions and MicroVMs where none exist yet.
    #[arg(long)]
    pub all_kinds: bool,
    /// Create a trail in each account that needs one, not one trail for the organization.
    #[arg(long)]
    pub per_account: bool,
    /// Also record management events that a trail excludes on purpose (AWS KMS, RDS Data API).
    #[arg(long)]
    pub all_management_events: bool,
    /// What all planning takes.
    #[command(flatten)]
    pub planning: Planning,
    /// Which recorders count.
    #[command(flatten)]
    pub counting: Counting,
    /// Where the facts come from.
    #[command(flatten)]
    pub source: Source,
}

/// What `plan`, `backout` and `restore` have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Planning {
    /// The format of what is printed [default: terminal].
    #[arg(long, value_parser = plan_format())]
    pub format: Option<PlanFormat>,
    /// Show selectors as the JSON that is set, not as one line each; of the terminal format.
    #[arg(long)]
    pub all: bool,
    /// Write the plan to this file, for apply.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// With --format terraform or cloudformation: write one file for each account and Region to this folder.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output_dir: Option<PathBuf>,
    /// Use the prices in this file instead of the built-in ones.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub prices: Option<PathBuf>,
    /// Accepted exceptions.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub exceptions: Option<PathBuf>,
    /// How long an exception may be declared for.
    #[command(flatten)]
    pub longest: Longest,
}

/// The formats of a plan, as they are typed.
fn plan_format() -> impl TypedValueParser<Value = PlanFormat> {
    let all = PlanFormat::ALL.iter().map(|one| PossibleValue::new(one.name()).help(one.help()));
    let named = |name: String| PlanFormat::ALL.iter().find(|one| one.name() == name).copied();
    PossibleValuesParser::new(all).map(move |name| named(name).unwrap_or(PlanFormat::Terminal))
}

/// `invoketrail backout`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail backout --budget 200 --owner payments --reason cost --until 2027-01-31 --output backout.json
  invoketrail backout --drop 'batch-*' --drop tag:env=dev --keep account:111122223333 ...

A pattern is arn:..., the name of a function, tag:KEY=VALUE, account:ID or region:NAME; * stands for any characters.
Functions are left out by name, so those created later stay recorded. `invoketrail apply` records the exception.")]
pub struct Backout {
    /// Spend at most this many US dollars a month, by the high end of the estimate.
    #[arg(long, value_name = "USD-PER-MONTH", required_unless_present_any = ["drop", "only"], conflicts_with_all = ["drop", "only"], value_parser = dollars)]
    pub budget: Option<f64>,
    /// Leave out what matches; repeatable.
    #[arg(long, value_name = "PATTERN", conflicts_with = "only", value_parser = pattern)]
    pub drop: Vec<audit::backout::Pattern>,
    /// Record only these functions, by ARN: new ones escape; repeatable.
    #[arg(long, value_name = "FUNCTION")]
    pub only: Vec<String>,
    /// Never leave out what matches; repeatable.
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    pub keep: Vec<audit::backout::Pattern>,
    /// Who is responsible for the reduction.
    #[arg(long, value_name = "NAME")]
    pub owner: String,
    /// Why less is recorded.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The last day on which it is accepted (included), such as 2027-01-31.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub until: String,
    /// The name of the exception [default: made of the owner and the day].
    #[arg(long, value_name = "NAME")]
    pub id: Option<String>,
    /// What all planning takes.
    #[command(flatten)]
    pub planning: Planning,
    /// Which recorders count.
    #[command(flatten)]
    pub counting: Counting,
    /// Where the facts come from.
    #[command(flatten)]
    pub source: Source,
}

/// `invoketrail restore`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail restore --exceptions exceptions.json --output restore.json
  invoketrail restore --exceptions exceptions.json payments-2027-01-31")]
pub struct Restore {
    /// The exceptions to end [default: all in the file].
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// What all planning takes.
    #[command(flatten)]
    pub planning: Planning,
    /// Which recorders count.
    #[command(flatten)]
    pub counting: Counting,
    /// Where the facts come from.
    #[command(flatten)]
    pub source: Source,
}
