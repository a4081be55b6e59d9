//! `invoketrail audit` as it is typed.

use super::deciding::Deciding;
use super::exceptions::Longest;
use super::history::HistoryFile;
use super::showing::Showing;
use super::source::{Counting, LIVE_AND_INVENTORY, Source};
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// `invoketrail audit`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail audit --profile prod --region eu-west-1
  invoketrail audit --organization --role-name SecurityAudit --output audit.json --output audit.md
  invoketrail audit --inventory prod.json --format jsonl | jq .verdict
  invoketrail audit --organization --role-name SecurityAudit --bundle evidence.tar.zst

Exit code: 0 every invocation is recorded, 3 one escapes, 4 undetermined.")]
pub struct Audit {
    /// Audit this inventory file instead of AWS, as --inventory does; - for stdin.
    #[arg(value_name = "FILE", conflicts_with = "demo", conflicts_with_all = LIVE_AND_INVENTORY, value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// Which recorders count.
    #[command(flatten)]
    pub counting: Counting,
    /// How it is shown.
    #[command(flatten)]
    pub showing: Showing,
    /// Also write the evidence to this new folder or FILE.tar.zst, so that anyone can decide the audit again; see `bundle verify`.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub bundle: Option<PathBuf>,
    /// Also keep the audit, for `history` and `diff`.
    #[arg(long)]
    pub keep: bool,
    /// Where audits are kept.
    #[command(flatten)]
    pub history: HistoryFile,
    /// Send findings that are new, changed or resolved since --baseline, or since the newest kept audit; repeatable:
    /// https://HOST/PATH (Slack, Teams or JSON), env:VARIABLE that holds it, the ARN of an SNS topic or event bus, or security-hub.
    #[arg(long, value_name = "WHERE")]
    pub notify: Vec<String>,
    /// Accepted exceptions: what one accepts that still holds does not fail a control.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub exceptions: Option<PathBuf>,
    /// How long an exception may be declared for.
    #[command(flatten)]
    pub longest: Longest,
    /// Show what changed since this earlier inventory.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// Which findings decide.
    #[command(flatten)]
    pub deciding: Deciding,
    /// Where the facts come from.
    #[command(flatten)]
    pub source: Source,
}
