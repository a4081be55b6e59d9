//! `invoketrail verify` and `invoketrail logs` as they are typed.

use super::remembering::Remembering;
use super::threads::Threads;
use super::{Format, Live, Output, output};
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

/// `invoketrail verify`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail verify --profile audit --digests
  invoketrail verify s3://acme-trails/prefix --since 7d --output evidence.json --output evidence.md
  invoketrail verify examples/logs --inventory examples/acme.json --metrics examples/metrics.json \\
      --since 2026-11-20 --until 2026-11-21
  invoketrail verify --canary arn:aws:lambda:eu-west-1:111122223333:function:orders

Without a SOURCE, InvokeTrail reads the log files where your trails deliver them.
Counts of records and of CloudWatch may differ for good reasons. Only a function that ran and left no record is a no.
Files that were read before are not read again (see --index), except those that --digests must hash.
Exit code: 0 records arrive wherever a function ran, 3 a function ran and left no record (or a digest is invalid), 4 unknown for some.")]
pub(crate) struct Verify {
    /// A folder of delivered log files, a file, or s3://BUCKET/PREFIX [default: where the trails deliver to].
    #[arg(value_name = "SOURCE", value_hint = ValueHint::AnyPath)]
    pub(crate) sources: Vec<String>,
    #[command(flatten)]
    pub(crate) window: WindowArgs,
    /// Only these functions: a name or an ARN, * stands for any characters; repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) function: Vec<String>,
    /// Read CloudWatch's counts from this file instead of AWS.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) metrics: Option<PathBuf>,
    /// Also prove with digests that the log files are unchanged.
    #[arg(long)]
    pub(crate) digests: bool,
    /// Public keys as `aws cloudtrail list-public-keys` prints them, instead of asking AWS; repeatable.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) public_keys: Vec<PathBuf>,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
    /// Also write the answer to this file, whose suffix names the format (.json .jsonl .md .txt); repeatable.
    #[arg(long, value_name = "FILE", value_parser = output, value_hint = ValueHint::FilePath)]
    pub(crate) output: Vec<Output>,
    /// End with 0 where the answer is no or undetermined, and say so.
    #[arg(long)]
    pub(crate) exit_zero: bool,
    #[command(flatten)]
    pub(crate) threads: Threads,
    #[command(flatten)]
    pub(crate) remembering: Remembering,
    #[command(flatten)]
    pub(crate) canary: Canary,
    /// Read the functions from this inventory file instead of AWS.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) inventory: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) live: Live,
}

/// Which time.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct WindowArgs {
    /// Begin at this time: 2026-11-20, 2026-11-20T13:00:00Z, or 24h, 7d before now.
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// End at this time, written as --since; a day is included to its end.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
}

/// One invocation whose record is waited for.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "A canary: one invocation whose record is waited for")]
pub(crate) struct Canary {
    /// Send this function, by ARN, one dry run (which runs nothing), and wait for its record.
    #[arg(long, value_name = "FUNCTION", conflicts_with_all = ["function", "metrics", "digests", "public_keys", "output", "format", "since", "until", "inventory", "index", "no_index", "threads"])]
    pub(crate) canary: Option<String>,
    /// Run the function once, with an empty event, instead of a dry run.
    #[arg(long, requires = "canary")]
    pub(crate) canary_invoke: bool,
    /// Send it without a question: needed without a terminal.
    #[arg(long, requires = "canary")]
    pub(crate) approve_canary: bool,
    /// How long to wait for the record [default: 20m].
    #[arg(long, value_name = "TIME", requires = "canary", value_parser = duration)]
    pub(crate) canary_timeout: Option<Duration>,
    /// How long to wait between two looks.
    #[arg(long, hide = true, value_name = "TIME", requires = "canary", value_parser = duration)]
    pub(crate) canary_poll: Option<Duration>,
}

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
    #[arg(long, value_parser = super::proof_formats())]
    pub(crate) format: Option<Format>,
    /// Also write the answer to this file, whose suffix names the format (.json .txt); repeatable.
    #[arg(long, value_name = "FILE", value_parser = output, value_hint = ValueHint::FilePath)]
    pub(crate) output: Vec<Output>,
    /// End with 0 where the answer is no or undetermined, and say so.
    #[arg(long)]
    pub(crate) exit_zero: bool,
    #[command(flatten)]
    pub(crate) threads: Threads,
    #[command(flatten)]
    pub(crate) live: Live,
}

/// A length of time.
///
/// # Errors
/// One line with an example.
fn duration(text: &str) -> Result<Duration, String> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
    let known = units.into_iter().find_map(|(unit, milliseconds)| {
        let number = text.trim().strip_suffix(unit)?.parse::<u64>().ok()?;
        Some(Duration::from_millis(number.checked_mul(milliseconds)?))
    });
    let most = Duration::from_secs(7 * 24 * 3_600);
    known
        .filter(|time| !time.is_zero() && *time <= most)
        .ok_or_else(|| "a time looks like 90s, 20m or 2h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::duration;
    use std::time::Duration;

    #[test]
    fn lengths_of_time() {
        assert_eq!(duration("20m"), Ok(Duration::from_secs(1_200)));
        assert_eq!(duration("50ms"), Ok(Duration::from_millis(50)));
        for text in ["", "20", "0s", "-1s", "1y", "99999999999999999h", "ém"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
