//! `invoketrail lake` as it is typed.

use super::reading::{Threads, WindowArgs};
use super::validate::Format;
use super::values::{account, region};
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

/// `invoketrail lake`
#[derive(Debug, Args)]
pub struct Lake {
    /// What to do.
    #[command(subcommand)]
    pub command: LakeCommand,
}

/// What to do with a lake.
#[derive(Debug, Subcommand)]
pub enum LakeCommand {
    /// Write delivered log files as Parquet tables, one task for each account, Region and day.
    Write(Write),
    /// Check that a lake is whole: every file as it was written, every log file accounted for.
    Verify(Verify),
    /// Find an event in a lake, and show its record in the signed log file.
    Show(Show),
    /// Print the tables and views of a lake as SQL for an engine.
    Ddl(Ddl),
    /// List the delivered folders, one on each line: what --list reads.
    Folders(Folders),
}

/// Which delivered folders.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Which folders")]
pub struct Chosen {
    /// Days of delivery.
    #[command(flatten)]
    pub window: WindowArgs,
    /// Only folders of these accounts; separated by commas.
    #[arg(long, alias = "account", value_name = "ID,ID", value_delimiter = ',', value_parser = account)]
    pub accounts: Vec<String>,
    /// Only folders of these Regions; separated by commas.
    #[arg(long, alias = "region", value_name = "REGION,REGION", value_delimiter = ',', value_parser = region)]
    pub regions: Vec<String>,
    /// Only the folders that this file names, as `lake folders` prints them; - for stdin.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub list: Option<PathBuf>,
    /// Only this share of the folders, for one of N machines: I is 0 to N-1.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<String>,
}

/// How AWS is asked, and with how many threads.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "How files are read")]
pub struct Reading {
    /// How many threads read.
    #[command(flatten)]
    pub threads: Threads,
    /// A profile of the AWS configuration files, for s3://.
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// Send requests there instead of to AWS.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub endpoint_url: Option<String>,
}

/// `invoketrail lake write`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail lake write examples/logs --to lake
  invoketrail lake write s3://acme-trails --to s3://acme-lake/trails --since 24h
  invoketrail lake write s3://acme-trails --to s3://acme-lake/trails --shard 3/64

A folder is written again only if its log files have changed. The same log files give the same bytes, so a run that was killed is repeated.
Digests arrive up to an hour after their log files: repeat the command with --digests then, and folders of which they say more are written again.
Exit code: 0 every folder is in the lake (a share may have none), 3 a log file is not as a digest lists it, or one that a digest lists is missing (with --digests, and where an earlier run used it), 4 something could not be read or was left as it is, or the source does not have a folder that --list names.")]
pub struct Write {
    /// A folder that holds AWSLogs, or s3://BUCKET/PREFIX.
    #[arg(value_name = "SOURCE", required = true, value_hint = ValueHint::AnyPath)]
    pub sources: Vec<String>,
    /// The lake: a folder, or s3://BUCKET/PREFIX.
    #[arg(long, value_name = "PLACE", value_hint = ValueHint::AnyPath)]
    pub to: String,
    /// Also write the JSON of each invocation record: the lake is two to three times as large.
    #[arg(long)]
    pub raw: bool,
    /// Write into the manifests which log files CloudTrail's digests prove.
    #[arg(long)]
    pub digests: bool,
    /// Public keys as `aws cloudtrail list-public-keys` prints them, instead of asking AWS; repeatable.
    #[arg(long, value_name = "FILE", requires = "digests", value_hint = ValueHint::FilePath)]
    pub public_keys: Vec<PathBuf>,
    /// Also replace folders of which the lake has log files that the source no longer has.
    #[arg(long)]
    pub replace: bool,
    /// Which folders.
    #[command(flatten)]
    pub chosen: Chosen,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// How files are read.
    #[command(flatten)]
    pub reading: Reading,
}

/// `invoketrail lake verify`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail lake verify lake
  invoketrail lake verify s3://acme-lake/trails --against s3://acme-trails

Exit code: 0 the lake is whole, 3 a file is not as it was written, a log file is not as a digest lists it or is missing, or rows are there twice, 4 a folder of the source or of --list is missing, a folder is stale, or something could not be read.")]
pub struct Verify {
    /// The lake: a folder, or s3://BUCKET/PREFIX.
    #[arg(value_name = "PLACE", value_hint = ValueHint::AnyPath)]
    pub place: String,
    /// Also check that the lake has every folder of this source, as it is now; repeatable.
    #[arg(long, value_name = "SOURCE", value_hint = ValueHint::AnyPath)]
    pub against: Vec<String>,
    /// Which folders.
    #[command(flatten)]
    pub chosen: Chosen,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// How files are read.
    #[command(flatten)]
    pub reading: Reading,
}

/// `invoketrail lake show`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail lake show 31f86a50-5f8e-4d44-8c74-f1b0a6f4a2a1 --lake lake

Exit code: 0 found, and the record is the one that the row was made of; 3 the record differs; 4 it cannot be read, or no row was found and something could not be read; 1 not found.")]
pub struct Show {
    /// The id of the event (eventID).
    #[arg(value_name = "EVENT-ID")]
    pub event: String,
    /// The lake: a folder, or s3://BUCKET/PREFIX.
    #[arg(long, value_name = "PLACE", value_hint = ValueHint::AnyPath)]
    pub lake: String,
    /// Where the local log files are now [default: where the lake was written from].
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub source: Option<String>,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// How files are read.
    #[command(flatten)]
    pub reading: Reading,
}

/// `invoketrail lake ddl`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail lake ddl --for duckdb --lake lake | duckdb
  invoketrail lake ddl --for athena --lake s3://acme-lake/trails")]
pub struct Ddl {
    /// The engine.
    #[arg(long = "for", value_enum, value_name = "ENGINE")]
    pub engine: Engine,
    /// The lake that the tables are over: a folder, or s3://BUCKET/PREFIX.
    #[arg(long, value_name = "PLACE", default_value = "lake", value_hint = ValueHint::AnyPath)]
    pub lake: String,
    /// How files are read.
    #[command(flatten)]
    pub reading: Reading,
}

/// An engine that reads Parquet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// Amazon Athena.
    Athena,
    /// Trino.
    Trino,
    /// Apache Spark SQL.
    Spark,
    /// DuckDB.
    Duckdb,
    /// ClickHouse, chDB.
    Clickhouse,
    /// Snowflake.
    Snowflake,
}

/// `invoketrail lake folders`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  invoketrail lake folders examples/logs
  invoketrail lake folders s3://acme-trails --since 24h > folders.txt

Exit code: 0 everything was listed, 4 something could not be listed, or the source does not have a folder that --list names.")]
pub struct Folders {
    /// A folder that holds AWSLogs, or s3://BUCKET/PREFIX.
    #[arg(value_name = "SOURCE", required = true, value_hint = ValueHint::AnyPath)]
    pub sources: Vec<String>,
    /// Which folders.
    #[command(flatten)]
    pub chosen: Chosen,
    /// How files are read.
    #[command(flatten)]
    pub reading: Reading,
}
