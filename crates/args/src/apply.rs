//! `invoketrail apply` and `invoketrail undo` as they are typed.

use super::source::Live;
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// `invoketrail apply`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail apply plan.json --profile prod
  invoketrail apply plan.json --approve sha256:5f0c...  # without a terminal
  invoketrail apply --resume plan.json.journal

A plan that does not fit the account any more is refused, and nothing is changed.
Exit code: 0 done, 3 refused and nothing changed, 5 stopped half-way (the journal names the next command).")]
pub struct Apply {
    /// The plan file.
    #[arg(value_name = "PLAN", required_unless_present = "resume", conflicts_with = "resume", value_hint = ValueHint::FilePath)]
    pub plan: Option<PathBuf>,
    /// Continue where this journal stopped.
    #[arg(long, value_name = "JOURNAL", value_hint = ValueHint::FilePath)]
    pub resume: Option<PathBuf>,
    /// The journal that a plan by `undo --merge` takes back.
    #[arg(long, value_name = "JOURNAL", conflicts_with = "resume", value_hint = ValueHint::FilePath)]
    pub undoes: Option<PathBuf>,
    /// Where to write the journal [default: the plan file's name with .journal].
    #[arg(long, value_name = "FILE", conflicts_with = "resume", value_hint = ValueHint::FilePath)]
    pub journal: Option<PathBuf>,
    /// Who says yes.
    #[command(flatten)]
    pub approval: Approval,
    /// Also change trails that Terraform, CloudFormation or others manage.
    #[arg(long)]
    pub even_if_managed: bool,
    /// The file of exceptions that a backout adds to and a restore takes from.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub exceptions: Option<PathBuf>,
    /// What to read of AWS, and as whom.
    #[command(flatten)]
    pub live: Live,
}

/// Who says yes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Approval {
    /// Approve the plan with exactly this hash, instead of answering a question.
    #[arg(long, value_name = "HASH")]
    pub approve: Option<String>,
}

/// `invoketrail undo`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail undo plan.json.journal
  invoketrail undo plan.json.journal --merge --output back.json

Where somebody changed a trail since, nothing is changed; --merge plans around what they did.")]
pub struct Undo {
    /// The journal of what was done.
    #[arg(value_name = "JOURNAL", value_hint = ValueHint::FilePath)]
    pub journal: PathBuf,
    /// Change nothing; plan to take back our changes and keep what others changed since.
    #[arg(long)]
    pub merge: bool,
    /// With --merge: write the plan to this file.
    #[arg(long, value_name = "FILE", requires = "merge", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// The file of exceptions: that of a backout ends once the backout is taken back.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub exceptions: Option<PathBuf>,
    /// Who says yes.
    #[command(flatten)]
    pub approval: Approval,
    /// What to read of AWS, and as whom.
    #[command(flatten)]
    pub live: Live,
}
