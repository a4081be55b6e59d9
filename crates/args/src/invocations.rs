//! `invoketrail invocations` as it is typed.

use super::reading::{Demo, Remembering, Threads};
use super::values::{Output, Suffixed, account, output, region};
use clap::{Args, ValueEnum, ValueHint};
use logs::Network;

/// `invoketrail invocations`
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  invoketrail invocations --since 24h --profile audit
  invoketrail invocations examples/logs
  invoketrail invocations examples/logs --by principal,via --errors
  invoketrail invocations examples/logs --timeline --function cart --since 2026-11-21
  aws s3 cp s3://logs/AWSLogs/.../a.json.gz - | invoketrail invocations - --format csv

Without a SOURCE, InvokeTrail reads the log files where the trails of your account deliver them, an organization trail included.
Copies of a record are counted once. Attempts to run an asynchronous call are counted with that call.
Files that were read before are not read again: see --index.
Exit code: 0 everything was read, 4 something could not be read, so calls may be missing.")]
pub struct Invocations {
    /// A folder of delivered log files, a file, s3://BUCKET/PREFIX, or - for stdin [default: where the trails deliver to].
    #[arg(value_name = "SOURCE", value_hint = ValueHint::AnyPath)]
    pub sources: Vec<String>,
    /// Whether Acme's logs are read.
    #[command(flatten)]
    pub demo: Demo,
    /// Read the calls out of this lake, a folder or s3://BUCKET/PREFIX, as `lake write` wrote it.
    #[cfg(feature = "lake")]
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["sources", "demo"], value_hint = ValueHint::AnyPath)]
    pub lake: Option<String>,
    /// Which invocations.
    #[command(flatten)]
    pub filter: Filter,
    /// Group calls by these, separated by commas [default: function,principal]: function, caller, principal, role, service, source,
    /// address, account, owner, region, via, event-name, error, hour, day, version, agent, caller-account, access-key.
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',', conflicts_with = "timeline")]
    pub by: Vec<String>,
    /// List single calls of one function or principal by time, with attempts below their call.
    #[arg(long)]
    pub timeline: bool,
    /// How to sort the groups [default: calls].
    #[arg(long, value_enum, conflicts_with = "timeline")]
    pub sort: Option<Sort>,
    /// Show at most this many groups on a terminal [default: 50], or newest calls in a timeline [default: 1000].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Also write the answer to this file, whose suffix names the format (.json .jsonl .csv .txt); repeatable.
    #[arg(long, value_name = "FILE", value_parser = output::<Format>, value_hint = ValueHint::FilePath)]
    pub output: Vec<Output<Format>>,
    /// How files are read.
    #[command(flatten)]
    pub reading: Reading,
}

/// Which calls.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Which calls")]
pub struct Filter {
    /// Only calls of this function: a name or an ARN, * stands for any characters; repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub function: Vec<String>,
    /// Only calls by this principal: an ARN, a role, a session, a user or a service, * stands for any characters; repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub principal: Vec<String>,
    /// Only records that were delivered to this account; repeatable.
    #[arg(long, alias = "accounts", value_name = "ID", value_delimiter = ',', value_parser = account)]
    pub account: Vec<String>,
    /// Only calls in this Region; separated by commas, repeatable.
    #[arg(long, value_name = "REGION,REGION", value_delimiter = ',', value_parser = region)]
    pub region: Vec<String>,
    /// Begin at this time: 2026-11-20, 2026-11-20T13:00:00Z, or 24h, 7d before now.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// End at this time, written as --since; a day is included to its end.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Only calls that came this way; repeatable.
    #[arg(long, value_enum)]
    pub via: Vec<Via>,
    /// Only records with this event name (Invoke, InvokeFunctionUrl, ...); attempts are not joined to calls; repeatable.
    #[arg(long, value_name = "NAME")]
    pub event_name: Vec<String>,
    /// Only calls that AWS answered with an error.
    #[arg(long)]
    pub errors: bool,
    /// Only calls that AWS answered with this error code, * stands for any characters; repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub error_code: Vec<String>,
    /// Only calls from this address, network (198.51.100.0/24, 2001:db8::/32) or service; repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub address: Vec<Network>,
    /// Only calls by this client (userAgent), * stands for any characters; repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub agent: Vec<String>,
    /// Only calls signed with this access key, * stands for any characters; repeatable.
    #[arg(long, value_name = "PATTERN")]
    pub access_key: Vec<String>,
    /// Only calls by callers of this account; repeatable.
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = account)]
    pub caller_account: Vec<String>,
}

impl Filter {
    /// The flags that name what calls must have, as far as they were typed.
    pub fn named(&self) -> Vec<&'static str> {
        let given = [
            ("function", self.function.is_empty()),
            ("principal", self.principal.is_empty()),
            ("error-code", self.error_code.is_empty()),
            ("address", self.address.is_empty()),
            ("agent", self.agent.is_empty()),
            ("access-key", self.access_key.is_empty()),
            ("caller-account", self.caller_account.is_empty()),
            ("event-name", self.event_name.is_empty()),
        ];
        given.into_iter().filter(|(_, is_empty)| !is_empty).map(|(flag, _)| flag).collect()
    }
}

/// How log files are read.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "How files are read")]
pub struct Reading {
    /// How many threads read.
    #[command(flatten)]
    pub threads: Threads,
    /// What is remembered of the log files that are read.
    #[command(flatten)]
    pub remembering: Remembering,
    /// A profile of the AWS configuration files, for trails and s3://.
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Send requests there instead of to AWS.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub endpoint_url: Option<String>,
}

/// A way in which calls came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Via {
    /// A principal called the API itself.
    Direct,
    /// A service called, by itself or with a role.
    Service,
    /// From a session of the console.
    Console,
    /// Through an HTTP endpoint of the function.
    Url,
    /// The event was accepted, and the function ran later.
    Async,
}

/// In which order groups stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// Those with the most calls first.
    Calls,
    /// By name.
    Label,
    /// Those called most recently first.
    Last,
}

/// The formats of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a person.
    Terminal,
    /// One document.
    Json,
    /// One line for each group or call.
    Jsonl,
    /// For a spreadsheet.
    Csv,
}

impl Suffixed for Format {
    const SUFFIXES: &'static [(&'static str, Self)] =
        &[("json", Self::Json), ("jsonl", Self::Jsonl), ("csv", Self::Csv), ("txt", Self::Terminal)];
}
