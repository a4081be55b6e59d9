//! Writes a corpus and the truth about it.

#![expect(clippy::print_stdout, reason = "a tool of the house that says what it made")]

use clap::Parser;
use corpus::digests::Signer;
use corpus::{Plan, Truth, labelled};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Writes made-up CloudTrail logs, and what is true of them.
#[derive(Parser)]
struct Arguments {
    /// The folder in which `AWSLogs` is made; with --example, the folder `examples`.
    #[arg(long)]
    out: PathBuf,
    /// How much JSON.
    #[arg(long, default_value_t = 0.1)]
    gigabytes: f64,
    /// The same seed makes the same bytes.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many files; else as many as busy accounts have.
    #[arg(long)]
    files: Option<usize>,
    /// How many accounts.
    #[arg(long, default_value_t = 3)]
    accounts: usize,
    /// In which Regions.
    #[arg(long, value_delimiter = ',', default_value = "eu-west-1,us-east-1")]
    regions: Vec<String>,
    /// How many days.
    #[arg(long, default_value_t = 7)]
    days: i64,
    /// Of 1,000 files, how many begin with records that were delivered before.
    #[arg(long, default_value_t = 30)]
    duplicates: u64,
    /// What stands before `AWSLogs/`: with its closing slash.
    #[arg(long, default_value = "")]
    prefix: String,
    /// The organization whose trail delivers.
    #[arg(long)]
    organization: Option<String>,
    /// Hourly digests, signed with the test key.
    #[arg(long)]
    digests: bool,
    /// Where the public key goes, as `list-public-keys` prints it; else beside --out.
    #[arg(long)]
    public_keys: Option<PathBuf>,
    /// Where the truth goes; else beside --out.
    #[arg(long)]
    truth: Option<PathBuf>,
    /// So many files of 2 KB, and nothing else.
    #[arg(long, conflicts_with_all = ["gigabytes", "files", "digests", "example"])]
    tiny: Option<usize>,
    /// Logs of a company with attacks in them, and `labels.json`.
    #[arg(long, conflicts_with_all = ["gigabytes", "files", "digests", "example", "tiny"])]
    stories: bool,
    /// With --stories: how many functions.
    #[arg(long, default_value_t = 300)]
    functions: usize,
    /// The example of Acme: the same for every seed.
    #[arg(long)]
    example: bool,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let started = Instant::now();
    if arguments.example {
        return corpus::example::write(&arguments.out).map(|truth| say(&truth, started));
    }
    if arguments.stories {
        return stories(&arguments, started);
    }
    let truth = match arguments.tiny {
        Some(count) => corpus::tiny(count, arguments.seed, &arguments.out)?,
        None => many(&arguments)?,
    };
    let beside = |name| arguments.out.parent().unwrap_or(Path::new(".")).join(name);
    let path = arguments.truth.clone().unwrap_or_else(|| beside("truth.json"));
    std::fs::write(&path, format!("{}\n", truth.to_json()))?;
    say(&truth, started);
    println!("truth: {}", path.display());
    Ok(())
}

fn stories(arguments: &Arguments, started: Instant) -> io::Result<()> {
    let Arguments { seed, days, functions, .. } = *arguments;
    let (labels, written) = labelled::write(&labelled::Plan { seed, days, functions }, &arguments.out)?;
    let beside = || arguments.out.parent().unwrap_or(Path::new(".")).join("labels.json");
    let path = arguments.truth.clone().unwrap_or_else(beside);
    std::fs::write(&path, format!("{}\n", labels.to_json()))?;
    let labelled::Written { files, records, duplicates, bytes } = written;
    println!("{files} files, {bytes} bytes of JSON, {records} records, {duplicates} of them again");
    println!("{} stories, {:.1} s", labels.stories.len(), started.elapsed().as_secs_f64());
    println!("labels: {}", path.display());
    Ok(())
}

fn many(arguments: &Arguments) -> io::Result<Truth> {
    let mut plan = Plan {
        seed: arguments.seed,
        files: arguments.files,
        accounts: arguments.accounts,
        regions: arguments.regions.clone(),
        days: arguments.days,
        duplicates: arguments.duplicates,
        prefix: arguments.prefix.clone(),
        organization: arguments.organization.clone(),
        digests: arguments.digests,
        ..Plan::default()
    };
    // Fractions of a byte are nothing.
    plan.bytes = (arguments.gigabytes.max(0.0) * 1e9) as u64;
    let truth = corpus::write(&plan, &arguments.out)?;
    if plan.digests {
        let beside = || arguments.out.parent().unwrap_or(Path::new(".")).join("public-keys.json");
        let path = arguments.public_keys.clone().unwrap_or_else(beside);
        let keys = Signer::new()?.public_keys(plan.from, plan.to() + 30 * 86_400);
        std::fs::write(path, keys)?;
    }
    Ok(truth)
}

fn say(truth: &Truth, started: Instant) {
    let Truth { files, bytes, packed, records, duplicates, .. } = truth;
    println!(
        "{files} files, {bytes} bytes of JSON in {packed} bytes, {records} records, {duplicates} of them again"
    );
    println!("{} groups, {:.1} s", truth.groups().len(), started.elapsed().as_secs_f64());
}
