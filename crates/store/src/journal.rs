//! `invoketrail.journal/1`: what was done to accounts, written down before and after it was done.
//!
//! JSON lines, appended and never rewritten: the plan in full, then an entry for each step. Every line is on the disk before
//! the program goes on, so a machine that loses its power loses at most the line it was writing.

use super::document::DocumentError;
use super::plan_file::{PlanFileError, read_plan, write_plan};
use crate::limits::DOCUMENT;
use audit::change::Setting;
use audit::journal::{Entry, Journal, Mark};
use audit::plan::{Plan, Purpose};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use text::visible::{excerpt, json};

const FORMAT: &str = "invoketrail.journal/1";

/// A journal that is being written. One process at a time holds it.
#[derive(Debug)]
pub struct JournalFile {
    file: File,
}

/// A journal that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalRead {
    /// The plan that was carried out.
    pub plan: Plan,
    /// Its hash.
    pub hash: String,
    /// When its first line was written, RFC 3339.
    pub started_at: String,
    /// How far each of its steps has come.
    pub marks: Vec<Mark>,
    /// True iff the last line was cut off, and is left out.
    pub cut_off: bool,
}

/// A file cannot be read as a journal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// It is no journal, or one of a later version, or its plan was edited.
    #[error(transparent)]
    Plan(#[from] PlanFileError),
    /// Its first line was cut off, so nothing had been changed yet.
    #[error("its first line was cut off when it was begun: nothing had been changed")]
    NotBegun,
    /// A line in its middle.
    #[error("line {line}: {problem}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

impl JournalError {
    /// What to do about it, in one line.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Plan(PlanFileError::Document(DocumentError::NotJson { .. })) => {
                "name the journal that `apply` wrote: beside plan.json it is plan.json.journal"
            }
            Self::Plan(error) => error.help(),
            Self::NotBegun => "apply the plan again. This journal is replaced",
            Self::Line { .. } => {
                "it was edited or damaged; the lines before that one are true: compare them with the account by hand"
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
struct HeadShape {
    format: String,
    started_at: String,
    #[serde(flatten)]
    file: serde_json::Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
enum EntryShape {
    Intent {
        step: usize,
    },
    Done {
        step: usize,
        /// It was to be deleted, and was kept because it is not empty.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        kept: bool,
        /// It was there before as it is wanted: nothing was set.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        found: bool,
        /// It was to be taken back, and stays because others use it. Earlier versions wrote `kept` alone.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        used: bool,
    },
    Failed {
        step: usize,
        error: String,
        /// It was read back as it was before: what stands there later is of others.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unset: bool,
    },
}

impl JournalFile {
    /// A new journal of that plan. A file that is there already is never touched, unless it is a journal that ends within its
    /// first line: nothing was changed then, and it would only stand in the way.
    ///
    /// # Errors
    /// What the file system says.
    pub fn begin(path: &Path, plan: &Plan, now: &str, version: &str) -> io::Result<Self> {
        let mut file = match super::ours::private().write(true).create_new(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_not_begun(path) => {
                let file = OpenOptions::new().write(true).open(path)?;
                lock(&file)?;
                file.set_len(0)?;
                file
            }
            opened => {
                let file = opened?;
                lock(&file)?;
                file
            }
        };
        let written = write_plan(plan, now, version);
        let mut members: serde_json::Map<String, Value> = serde_json::from_str(&written)?;
        members.remove("format");
        let head = HeadShape { format: FORMAT.to_owned(), started_at: now.to_owned(), file: members };
        let head = format!("{}\n", json(&serde_json::to_string(&head)?));
        if let Err(error) = file.write_all(head.as_bytes()).and_then(|()| file.sync_all()) {
            // Half a line would stand in the way of the next try.
            let _ = std::fs::remove_file(path);
            return Err(error);
        }
        // A new name is on the disk once its folder is.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
            let _ = folder.sync_all();
        }
        Ok(JournalFile { file })
    }

    /// A journal that goes on. A last line that was cut off is ended, so that the next one stands alone.
    ///
    /// # Errors
    /// What the file system says.
    pub fn go_on(path: &Path, cut_off: bool) -> io::Result<Self> {
        let mut file = OpenOptions::new().append(true).open(path)?;
        lock(&file)?;
        if cut_off {
            file.write_all(b"\n")?;
            file.sync_data()?;
        }
        Ok(JournalFile { file })
    }
}

/// Holds a journal that is read and not written, so that nobody writes it meanwhile; `None` iff it is no file.
///
/// # Errors
/// `ResourceBusy` iff another process is writing it; else what the file system says.
pub fn hold(path: &Path) -> io::Result<Option<File>> {
    // A pipe or a device is no journal, and opening one may wait for ever.
    if !std::fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let file = File::open(path)?;
    lock(&file)?;
    Ok(Some(file))
}

/// One process at a time: two that carry out one plan would each take the other for a stranger.
fn lock(file: &File) -> io::Result<()> {
    file.try_lock().map_err(|error| match error {
        std::fs::TryLockError::WouldBlock => {
            io::Error::new(io::ErrorKind::ResourceBusy, "another process is writing this journal")
        }
        std::fs::TryLockError::Error(error) => error,
    })
}

impl Journal for JournalFile {
    fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let shape = match entry {
            Entry::Intent(step) => EntryShape::Intent { step: *step },
            Entry::Done(step) => done(*step, [false, false, false]),
            Entry::Found(step) => done(*step, [false, true, false]),
            Entry::Kept(step) => done(*step, [true, false, false]),
            // Earlier versions know only that it was kept.
            Entry::Used(step) => done(*step, [true, false, true]),
            Entry::Failed(step, error) => {
                EntryShape::Failed { step: *step, error: error.clone(), unset: false }
            }
            Entry::Refused(step, error) => {
                EntryShape::Failed { step: *step, error: error.clone(), unset: true }
            }
        };
        let line = serde_json::to_string(&shape)?;
        self.file.write_all(format!("{}\n", json(&line)).as_bytes())?;
        self.file.sync_data()
    }
}

fn done(step: usize, [kept, found, used]: [bool; 3]) -> EntryShape {
    EntryShape::Done { step, kept, found, used }
}

/// True iff the file is a journal of ours that ends within its first line.
fn is_not_begun(path: &Path) -> bool {
    // A pipe or a device is no journal, and opening one may wait for ever.
    let Ok(about) = std::fs::metadata(path) else { return false };
    // What is longer than any plan is no such line.
    let read = || DOCUMENT.read(File::open(path)?, about.len());
    about.is_file() && read().is_ok_and(|bytes| ends_in_head(&bytes))
}

/// True iff this is how a journal begins, and it ends before its first line does.
fn ends_in_head(bytes: &[u8]) -> bool {
    let begin = format!("{{\"format\":\"{FORMAT}\"");
    !bytes.contains(&b'\n') && (bytes.starts_with(begin.as_bytes()) || begin.as_bytes().starts_with(bytes))
}

/// Removes a journal after which nothing was even about to be done: it would only stand in the way of the next try.
pub fn discard(path: &Path) {
    // What cannot be removed stays, and the next try says so.
    let _ = std::fs::remove_file(path);
}

/// The journal of the undo of this one.
#[must_use]
pub fn undo_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".undo");
    PathBuf::from(name)
}

/// Gives a journal, and those of its undos, names that no journal has: what they hold stays, and the plan can be carried out anew.
/// Returns the name of the first. A run that was killed between two of them is gone on with.
///
/// # Errors
/// What the file system says.
pub fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let named = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    };
    let last = last_aside(path);
    // That of an undo alone belongs to the journal that went last.
    let parted = !is_taken(path) && last > 0 && !is_taken(&undo_of(&named(last)));
    let free = named(if parted { last } else { last + 1 });
    renamed(path, &free)?;
    Ok(free)
}

/// The journals of all undos of this one: the newest, and those that were set aside for it. Some may be of an earlier run of the same name.
#[must_use]
pub fn undos_of(path: &Path) -> Vec<PathBuf> {
    let own = undo_of(path);
    let aside = (1..=last_aside(&own)).map(|number| {
        let mut name = own.as_os_str().to_owned();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    });
    let all: Vec<PathBuf> = aside.chain([own.clone()]).collect();
    all.into_iter().filter(|path| path.is_file()).collect()
}

/// Gives a journal that was set aside, and those of its undos, their names back.
///
/// # Errors
/// What the file system says.
pub fn put_back(aside: &Path, path: &Path) -> io::Result<()> {
    renamed(aside, path)
}

fn is_taken(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// The highest number under which this journal was set aside; 0 iff it never was.
fn last_aside(path: &Path) -> u32 {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return 0 };
    let number = |entry: io::Result<std::fs::DirEntry>| -> Option<u32> {
        let found = entry.ok()?.file_name();
        let rest = found.to_str()?.strip_prefix(name)?.strip_prefix('.')?;
        rest.split('.').next()?.parse().ok()
    };
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new("."))).into_iter().flatten();
    entries.filter_map(number).max().unwrap_or(0)
}

/// The journal goes first: that of an undo alone is taken for no journal's.
fn renamed(from: &Path, to: &Path) -> io::Result<()> {
    let (mut from, mut to) = (from.to_owned(), to.to_owned());
    for depth in 0.. {
        if is_taken(&from) {
            std::fs::rename(&from, &to)?;
        } else if depth > 0 {
            break;
        }
        (from, to) = (undo_of(&from), undo_of(&to));
    }
    Ok(())
}

/// Reads a journal.
///
/// # Errors
/// [`JournalError`] iff it is none that this version can read. A last line that was cut off is no error.
pub fn read_journal(bytes: &[u8]) -> Result<JournalRead, JournalError> {
    let text = String::from_utf8_lossy(bytes);
    let whole = text.ends_with('\n');
    let mut lines: Vec<&str> = text.lines().collect();
    // Whatever follows the last line break was being written when the program ended.
    let cut_off = !whole;
    if cut_off && lines.len() > 1 {
        lines.pop();
    }
    let head = lines.first().copied().unwrap_or_default();
    // A first line that lacks nothing but its line break is read, and ended before the next one is written.
    let (plan, hash, started_at) = match head_of(head) {
        Err(_) if ends_in_head(bytes) && serde_json::from_str::<Value>(head).is_err() => {
            return Err(JournalError::NotBegun);
        }
        read => read?,
    };
    let mut marks = vec![Mark::Fresh; plan.steps.len()];
    let mut kept = Vec::new();
    for (at, line) in lines.iter().enumerate().skip(1) {
        let wrong = |problem: String| JournalError::Line { line: at + 1, problem };
        let entry = match serde_json::from_str::<EntryShape>(line) {
            Ok(entry) => entry,
            // A line that was cut off once, and that a later run has ended.
            Err(error) if error.is_eof() => continue,
            Err(error) => {
                return Err(wrong(excerpt(&text::shape::in_everyday_words(&error.to_string()), 200)));
            }
        };
        let (step, mark) = match entry {
            EntryShape::Intent { step } => (step, Some(Mark::Intended)),
            EntryShape::Done { step, found: true, .. } => (step, Some(Mark::Found)),
            EntryShape::Done { step, used: true, .. } => (step, Some(Mark::Used)),
            EntryShape::Done { step, kept: true, .. } => {
                kept.push(step);
                (step, Some(Mark::Done))
            }
            EntryShape::Done { step, .. } => (step, Some(Mark::Done)),
            EntryShape::Failed { step, unset: true, .. } => (step, Some(Mark::Fresh)),
            EntryShape::Failed { step, .. } => (step, None),
        };
        let known = marks.len();
        let slot = marks
            .get_mut(step)
            .ok_or_else(|| wrong(format!("there is no step {step}: the plan has {known}")))?;
        if let Some(mark) = mark {
            *slot = mark;
        }
    }
    let is_bucket = |at: &usize| matches!(plan.steps[*at].change.setting, Setting::Bucket(_));
    if plan.purpose == Purpose::Undo && kept.iter().any(|at| !is_bucket(at)) {
        // Only a bucket is kept because it is not empty: an earlier version left all of these to others.
        kept.into_iter().for_each(|at| marks[at] = Mark::Used);
    }
    Ok(JournalRead { plan, hash, started_at, marks, cut_off })
}

/// The plan in the first line, checked like a plan in a file of its own.
fn head_of(line: &str) -> Result<(Plan, String, String), JournalError> {
    let other = |found: String| {
        let wanted = FORMAT.to_owned();
        PlanFileError::Document(DocumentError::OtherFormat { noun: "a journal", found, wanted })
    };
    let head: Value = serde_json::from_str(line).map_err(|error| {
        PlanFileError::Document(DocumentError::NotJson {
            problem: excerpt(&text::shape::in_everyday_words(&error.to_string()), 200),
        })
    })?;
    let named = head.get("format").and_then(Value::as_str);
    let version = named.and_then(|named| named.strip_prefix("invoketrail.journal/")?.parse::<u32>().ok());
    match (named, version) {
        (_, Some(1)) => {}
        (Some(named), Some(2..)) => {
            let error = DocumentError::FutureVersion { found: excerpt(named, 60), wanted: FORMAT.to_owned() };
            return Err(PlanFileError::Document(error).into());
        }
        (Some(named), _) => return Err(other(format!("its format is `{}`", excerpt(named, 60))).into()),
        (None, _) => return Err(other("it has no member `format`".to_owned()).into()),
    }
    let started = head.get("started_at").and_then(Value::as_str).unwrap_or_default();
    super::plan_check::time("started_at", started).map_err(PlanFileError::Document)?;
    let mut members = head.as_object().cloned().unwrap_or_default();
    members.insert("format".to_owned(), super::plan_file::FORMAT.tag().into());
    let (plan, hash) = read_plan(Value::Object(members).to_string().as_bytes())?;
    Ok((plan, hash, started.to_owned()))
}

#[cfg(test)]
mod tests;
