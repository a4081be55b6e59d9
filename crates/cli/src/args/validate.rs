//! `invoketrail logs validate` as it is typed.

use super::reading::{Threads, WindowArgs};
use super::source::Live;
use super::values::{Output, Suffixed, output};
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

/// `invoketrail logs`
#[derive(Debug, Args)]
pub(crate) struct Logs {
    #[command(subcommand)]
    pub(crate) command: LogsCommand,
}

/// What to do with log files.
#[derive(Debug, Subcommand)]
pub(crate) enum LogsCommand {
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
pub(crate) struct Validate {
    /// A folder that holds AWSLogs, or s3://BUCKET/PREFIX [default: where the trails deliver to].
    #[arg(value_name = "SOURCE", value_hint = ValueHint::AnyPath)]
    pub(crate) sources: Vec<String>,
    #[command(flatten)]
    pub(crate) window: WindowArgs,
    /// Public keys as `aws cloudtrail list-public-keys` prints them, instead of asking AWS; repeatable.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) public_keys: Vec<PathBuf>,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// Also write the answer to this file, whose suffix names the format (.json .txt); repeatable.
    #[arg(long, value_name = "FILE", value_parser = output::<Format>, value_hint = ValueHint::FilePath)]
    pub(crate) output: Vec<Output<Format>>,
    /// End with 0 where the answer is no or undetermined, and say so.
    #[arg(long)]
    pub(crate) exit_zero: bool,
    #[command(flatten)]
    pub(crate) threads: Threads,
    #[command(flatten)]
    pub(crate) live: Live,
}

/// The formats of what digests prove, and of other answers that are shown to a person or as one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
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
