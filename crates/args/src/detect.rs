//! `invoketrail detect` as it is typed.

use super::deciding::Deciding;
use super::reading::{Demo, Threads, WindowArgs};
use super::values::{Output, Suffixed, account, output, region};
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum, ValueHint};
use report::DetectionsFormat;
use std::path::PathBuf;

/// `invoketrail detect`
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  invoketrail detect examples/logs
  invoketrail detect examples/logs --format html > detections.html
  invoketrail detect s3://logs --state detect.sqlite       each run reads only what is new
  invoketrail detect examples/logs --sigma rules/          rules of your own, in the Sigma format
  invoketrail detect --list                                every detection and its thresholds

Without a SOURCE, InvokeTrail reads the log files where the trails of your account deliver them.
Detections that compare with what is normal need 14 days of records before they speak.
Exit code: 0 no finding, 3 at least one finding that is neither a note nor accepted, 4 something could not be read.")]
pub struct Detect {
    /// A folder of delivered log files, a file, s3://BUCKET/PREFIX, or - for stdin [default: where the trails deliver to].
    #[arg(value_name = "SOURCE", value_hint = ValueHint::AnyPath)]
    pub sources: Vec<String>,
    /// Whether Acme's logs are read.
    #[command(flatten)]
    pub demo: Demo,
    /// Learn from this lake, a folder or s3://BUCKET/PREFIX, as `lake write` wrote it; and from SOURCE, where one is named.
    #[cfg(feature = "lake")]
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["demo", "state"], value_hint = ValueHint::AnyPath)]
    pub lake: Option<String>,
    /// Keep what was learned in this file, and go on from what it holds. Files that were read before are not read again.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub state: Option<PathBuf>,
    /// Which time.
    #[command(flatten)]
    pub window: WindowArgs,
    /// Only findings that matter at least so much [default: note].
    #[arg(long, value_enum)]
    pub severity: Option<Severity>,
    /// Show all stories and findings, not the worst alone.
    #[arg(long)]
    pub all: bool,
    /// Show this finding or story with its records, and commands that go on from there.
    #[arg(long, value_name = "ID")]
    pub show: Option<String>,
    /// Show what is normal for a function, and how far it is from being found by this detection.
    #[arg(long, value_name = "DETECTION", requires = "function", conflicts_with = "show")]
    pub explain: Option<String>,
    /// The function that --explain is about: its name or ARN.
    #[arg(long, value_name = "FUNCTION")]
    pub function: Option<String>,
    /// Show how many findings a day each of these values of a threshold would have given: INV-04.calls-an-hour=500,1000.
    #[arg(long, value_name = "DETECTION.KEY=N,N", conflicts_with_all = ["show", "explain"])]
    pub replay: Option<String>,
    /// List every detection with its severity and thresholds.
    #[arg(long, conflicts_with_all = ["show", "explain", "replay", "sources"])]
    pub list: bool,
    /// Print the page of a detection: what it sees, what it may mistake, what to do first.
    #[arg(long, value_name = "DETECTION", conflicts_with_all = ["show", "explain", "replay", "sources", "list"])]
    pub about: Option<String>,
    /// What is known of the account beside its records.
    #[command(flatten)]
    pub knowledge: Knowledge,
    /// The findings of an earlier run (--format json), for --fail-on new.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// Which findings decide.
    #[command(flatten)]
    pub deciding: Deciding,
    /// The format of what is printed [default: terminal].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Also write the findings to this file, whose suffix names the format (.json .jsonl .md .html .csv .sarif .ocsf.json .txt); repeatable.
    #[arg(long, value_name = "FILE", value_parser = output::<Format>, value_hint = ValueHint::FilePath)]
    pub output: Vec<Output<Format>>,
    /// End with 0 even where there are findings; stderr says so.
    #[arg(long)]
    pub exit_zero: bool,
    /// How files are read.
    #[command(flatten)]
    pub reading: Reading,
}

/// What detections are told beside the records.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "What is known")]
pub struct Knowledge {
    /// Also run the Sigma rules in this folder or file; repeatable.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::AnyPath)]
    pub sigma: Vec<PathBuf>,
    /// Print the detections that look at one record alone as rules in this format.
    #[arg(long, value_enum, conflicts_with_all = ["sources", "list", "about", "show", "explain", "replay"])]
    pub export: Option<Export>,
    /// Networks that you know: a TOML file with CIDR, name, trusted or blocked.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub networks: Option<PathBuf>,
    /// A database of networks and their owners in MaxMind's format (.mmdb).
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub asn: Option<PathBuf>,
    /// An inventory: which trails and event data stores there are, and what they record.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub inventory: Option<PathBuf>,
    /// Invocations an hour as CloudWatch counts them, from a file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub metrics: Option<PathBuf>,
    /// Accept the findings that this file names, until the days that it names.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub accept: Option<PathBuf>,
    /// Accounts of your organization of which no records are read; repeatable.
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = account)]
    pub own_account: Vec<String>,
}

/// How log files are read.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "How files are read")]
pub struct Reading {
    /// How many threads read.
    #[command(flatten)]
    pub threads: Threads,
    /// A profile of the AWS configuration files, for trails and s3://.
    #[arg(long, value_name = "PROFILE")]
    pub profile: Option<String>,
    /// The Region of the first request; separated by commas, repeatable.
    #[arg(long, value_name = "REGION,REGION", value_delimiter = ',', value_parser = region)]
    pub region: Vec<String>,
    /// Send requests there instead of to AWS.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub endpoint_url: Option<String>,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Severity {
    /// Everything.
    Note,
    /// All but notes.
    Low,
    /// To be looked at today.
    Medium,
    /// To be looked at now.
    High,
    /// Somebody is in.
    Critical,
}

/// A format of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Export {
    /// YAML that tools for Sigma read.
    Sigma,
}

/// A format of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format(pub DetectionsFormat);

const FORMATS: [Format; DetectionsFormat::ALL.len()] = {
    let mut all = [Format(DetectionsFormat::TERMINAL); DetectionsFormat::ALL.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = Format(DetectionsFormat::ALL[at]);
        at += 1;
    }
    all
};

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &FORMATS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

impl Suffixed for Format {
    const SUFFIXES: &'static [(&'static str, Self)] = &{
        let mut all = [("", FORMATS[0]); FORMATS.len()];
        let mut at = 0;
        while at < all.len() {
            // That for a person comes last.
            let format = FORMATS[(at + 1) % all.len()];
            all[at] = (format.0.suffix(), format);
            at += 1;
        }
        all
    };
}
