//! Files that are not what a command wants: what they are, and what to do with them; and names that lead to none.

use crate::named_file::{called, head, is_stdin};
use crate::problem::Problem;
use delivery::LogSource;
use logs::Filter;
use logs::scan::Account;
use std::fmt::Display;
use std::path::Path;
use store::FileKind;
use store::limits::Limit;

/// How many files of a folder are looked at, and how many are named.
const LOOKED_AT: usize = 1_000;
const NAMED: usize = 5;

/// The problem of a file that cannot be read as what is wanted (`a plan`, `event selectors`). Where it is another thing, that is said,
/// and what to do with it; else what its reader says.
pub fn misread(
    path: &Path,
    bytes: &[u8],
    wanted: FileKind,
    noun: &str,
    error: &dyn Display,
    help: impl Into<String>,
) -> Problem {
    let line = format!("cannot read {} as {noun}: ", called(path));
    match store::recognized(bytes).filter(|kind| *kind != wanted) {
        Some(kind) => {
            let is = if kind == FileKind::Hcl { "looks like" } else { "is" };
            Problem::new(format!("{line}it {is} {}", kind.noun())).help(instead(path, kind, wanted))
        }
        None => Problem::new(format!("{line}{error}")).help(help),
    }
}

/// The problem where nothing at all could be read of log files at these sources, as they were typed; `None` iff anything was.
pub fn nothing_read(account: &Account, filter: &Filter, sources: &[String]) -> Option<Problem> {
    let (line, help) = report::nothing_read(account, filter, sources)?;
    let first = account.troubles.first().map(|trouble| Path::new(trouble.file.as_str()));
    Some(first.and_then(no_log_file).unwrap_or_else(|| Problem::new(line).help(help)))
}

/// The problem of a file that is no log file, where it is known what it is.
fn no_log_file(path: &Path) -> Option<Problem> {
    let bytes = head(path);
    let of_logs = |kind: FileKind| matches!(kind, FileKind::LogFile | FileKind::Digest | FileKind::Packed);
    let is_other = store::recognized(&bytes).is_some_and(|kind| !of_logs(kind));
    is_other.then(|| misread(path, &bytes, FileKind::LogFile, "a log file", &"", ""))
}

/// # Errors
/// [`Problem`] iff a file was named that is known to be something else than a log file, or no folder has a log file: nothing is to be
/// judged on that.
pub fn hold_logs(sources: &[LogSource]) -> Result<(), Problem> {
    if let Some(problem) = sources.iter().filter_map(LogSource::file).find_map(no_log_file) {
        return Err(problem);
    }
    if sources.is_empty() || !sources.iter().all(LogSource::is_barren) {
        return Ok(());
    }
    let typed: Vec<String> = sources.iter().map(LogSource::typed).collect();
    let (line, help) = report::no_log_files(&typed);
    Err(Problem::new(line).help(help))
}

/// What to do with a file of this kind.
fn instead(path: &Path, kind: FileKind, wanted: FileKind) -> String {
    let file = if is_stdin(path) { "FILE".to_owned() } else { report::shell_file(path) };
    let selectors = wanted == FileKind::Selectors;
    match kind {
        FileKind::Inventory | FileKind::Audit if selectors => {
            format!("name it with --inventory {file}, and a function beside it: that is judged by all recorders in the file")
        }
        FileKind::Inventory | FileKind::Audit if wanted == FileKind::Plan => {
            format!("make a plan first: `invoketrail plan --inventory {file} --output plan.json`")
        }
        FileKind::Inventory | FileKind::Audit => {
            format!("`invoketrail audit {file}` reads it")
        }
        FileKind::Plan if wanted == FileKind::Journal => {
            format!("give the journal that apply wrote beside the plan: `invoketrail undo {file}.journal`")
        }
        FileKind::Plan => format!("`invoketrail apply {file}` carries it out{}", make(wanted)),
        FileKind::Journal => format!("`invoketrail undo {file}` takes back what it says{}", make(wanted)),
        FileKind::Exceptions => {
            format!("`invoketrail exceptions check {file}` reads it")
        }
        FileKind::Metrics => format!("`invoketrail verify --metrics {file}` reads it{}", make(wanted)),
        FileKind::Framework => format!("`invoketrail frameworks --framework-file {file}` reads it{}", make(wanted)),
        FileKind::Selectors => format!("`invoketrail explain --selectors {file}` reads it{}", make(wanted)),
        FileKind::LogFile | FileKind::Packed => {
            format!(
                "`invoketrail invocations {file}` reads log files, `invoketrail bundle verify {file}` bundles"
            )
        }
        FileKind::Digest => format!("`invoketrail logs validate FOLDER` reads the digests of a folder{}", make(wanted)),
        FileKind::PublicKeys => format!("`invoketrail logs validate FOLDER --public-keys {file}` reads it"),
        FileKind::TerraformPlan => format!("`invoketrail check --terraform {file}` reads it{}", make(wanted)),
        FileKind::Template => format!("`invoketrail check --cloudformation {file}` reads it{}", make(wanted)),
        FileKind::Html => format!("open it in a browser, because no command reads it{}", make(wanted)),
        FileKind::Report => format!("no command reads it{}", make(wanted)),
        FileKind::Hcl if selectors => {
            "give JSON: `terraform show -json`, or `aws cloudtrail get-event-selectors --trail-name NAME`"
                .to_owned()
        }
        FileKind::Hcl => {
            "Terraform's selectors are read as JSON (`terraform show -json`): `invoketrail explain --help` shows how"
                .to_owned()
        }
    }
}

/// How to get what is wanted.
const fn make(wanted: FileKind) -> &'static str {
    match wanted {
        FileKind::Inventory => "; `invoketrail inventory --output FILE` makes an inventory",
        FileKind::Audit => "; `invoketrail audit --output audit.json` saves an audit",
        FileKind::Plan => "; `invoketrail plan --output plan.json` makes a plan",
        FileKind::Selectors => "; `aws cloudtrail get-event-selectors --trail-name NAME` prints selectors",
        FileKind::Exceptions => "; docs/reference/exceptions.md describes exceptions",
        FileKind::Metrics => "; docs/reference/formats.md describes metrics",
        FileKind::Framework => "; docs/reference/frameworks.md describes frameworks",
        _ => "",
    }
}

/// What to do where nothing has this name: the nearest name beside it.
pub fn nothing_there(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let name = path.file_name()?.to_string_lossy();
    let names = names(folder.unwrap_or(Path::new(".")));
    let near = text::nearest::nearest(&name, names.iter().map(String::as_str))?;
    let near = folder.map_or_else(|| near.into(), |folder| folder.join(near));
    Some(format!("did you mean {}?", near.display()))
}

/// What to do where a folder is and a file is wanted: those in it that fit.
pub(crate) fn folder_there(path: &Path, limit: &Limit) -> String {
    let fits =
        |name: &&String| store::recognized(&head(&path.join(name))).is_some_and(|kind| limit.is_of(kind));
    let names = names(path);
    let fitting: Vec<String> =
        names.iter().filter(fits).take(NAMED).map(|name| path.join(name).display().to_string()).collect();
    if fitting.is_empty() {
        return format!(
            "name a file, because no file in this folder is {}; `invocations`, `verify` and `detect` read folders of log files",
            limit.noun
        );
    }
    format!("name a file in it that is {}: {}", limit.noun, fitting.join(", "))
}

/// The names in a folder, sorted; no more than are worth looking at.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.take(LOOKED_AT).collect();
    names.sort_unstable();
    names
}
