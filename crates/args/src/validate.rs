//! `invoketrail logs validate` as it is typed.

use super::reading::{Threads, WindowArgs};
use super::source::Live;
use super::values::{Output, Suffixed, output};
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

/// `invoketrail logs`
#[derive(Debug, Args)]
pub struct Logs {
    /// What to do.
    #[command(subcommand)]
    pub command: LogsCommand,
}

/// What to do with log files.
#[derive(Debug, Subcommand)]
pub enum LogsCommand {
    /// Prove with digests that log files are unchanged and that none is missing.
    Validate(Validate),
}

/// `invoketrail logs validate`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail logs validate examples/logs --public-keys examples/logs/public-keys.json
  invoketrail logs validate s3://acme-trails --since 2026-11-21 --until 2026-11-21 --region eu-west-1
  invoketrail logs validate --profile audit --since 24h

Without a SOURCE, InvokeTrail reads the files where your trails deliver them.
A copy on a disk loses a digest's signature, which is in the object's metadata. Keep what `aws s3api head-object` prints beside the digest, as DIGEST.head.json.
Every file that a digest lists is read each time, because only its bytes prove it.
Exit code: 0 everything is as delivered, 3 something was changed or is missing, 4 not assertable for some.")]
pub struct Validate {
    /// A folder that holds AWSLogs, or s3://BUCKET/PREFIX [default: where the trails deliver to].
    #[arg(value_name = "SOURCE", value_hint = ValueHint::AnyPath)]
    pub sources: Vec<String>,
    /// Which time.
    #[command(flatten)]
    pub window: WindowArgs,
    /// Public keys as `aws cloudtrail list-public-keys` prints them, instead of asking AWS; repeatable.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub public_keys: Vec<PathBuf>,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Also write the answer to this file, whose suffix names the format (.json .txt); repeatable.
    #[arg(long, value_name = "FILE", value_parser = output::<Format>, value_hint = ValueHint::FilePath)]
    pub output: Vec<Output<Format>>,
    /// End with 0 where the answer is no or undetermined, and say so.
    #[arg(long)]
    pub exit_zero: bool,
    /// How many threads read.
    #[command(flatten)]
    pub threads: Threads,
    /// What to read of AWS, and as whom.
    #[command(flatten)]
    pub live: Live,
}

/// The formats of what digests prove, and of other answers that are shown to a person or as one document.
#[expect(missing_docs, reason = "`--help` would print a variant's documentation")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    // For a person.
    Terminal,
    // One document.
    Json,
}

impl Suffixed for Format {
    // The suffixes of an audit are taken here, too: what is text is text in each of them.
    const SUFFIXES: &'static [(&'static str, Self)] =
        &[("json", Self::Json), ("jsonl", Self::Json), ("md", Self::Terminal), ("txt", Self::Terminal)];
}
