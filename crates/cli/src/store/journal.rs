//! `invoketrail.journal/1`: what was done to accounts, written down before and after it was done.
//!
//! JSON lines, appended and never rewritten: the plan in full, then an entry for each step. Every line is on the disk before
//! the program goes on, so a machine that loses its power loses at most the line it was writing.

use super::document::DocumentError;
use super::plan_file::{PlanFileError, read_plan, write_plan};
use crate::visible::{excerpt, json};
use audit::plan::Plan;
use aws::{Entry, Journal, Mark};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

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
            Self::Plan(error) => error.help(),
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
    Intent { step: usize },
    Done { step: usize },
    Failed { step: usize, error: String },
}

impl JournalFile {
    /// A new journal of that plan. A file that is there already is never touched.
    ///
    /// # Errors
    /// What the file system says.
    pub fn begin(path: &Path, plan: &Plan, now: &str, version: &str) -> io::Result<Self> {
        let mut file = super::ours::private().write(true).create_new(true).open(path)?;
        lock(&file)?;
        let written = write_plan(plan, now, version);
        let mut members: serde_json::Map<String, Value> = serde_json::from_str(&written)?;
        members.remove("format");
        let head = HeadShape { format: FORMAT.to_owned(), started_at: now.to_owned(), file: members };
        let line = serde_json::to_string(&head)?;
        file.write_all(format!("{}\n", json(&line)).as_bytes())?;
        file.sync_all()?;
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
            Entry::Done(step) => EntryShape::Done { step: *step },
            Entry::Failed(step, error) => EntryShape::Failed { step: *step, error: error.clone() },
        };
        let line = serde_json::to_string(&shape)?;
        self.file.write_all(format!("{}\n", json(&line)).as_bytes())?;
        self.file.sync_data()
    }
}

/// Removes a journal that says nothing was even about to be done: it would only stand in the way of the next try.
pub fn discard_if_untouched(path: &Path) {
    let read = std::fs::read(path).ok().and_then(|bytes| read_journal(&bytes).ok());
    if read.is_some_and(|read| read.marks.iter().all(|mark| *mark == Mark::Fresh)) {
        // What cannot be removed stays, and the next try says so.
        let _ = std::fs::remove_file(path);
    }
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
    let cut_off = !whole && lines.len() > 1;
    if cut_off {
        lines.pop();
    }
    let head = lines.first().copied().unwrap_or_default();
    let (plan, hash) = head_of(head)?;
    let mut marks = vec![Mark::Fresh; plan.steps.len()];
    for (at, line) in lines.iter().enumerate().skip(1) {
        let wrong = |problem: String| JournalError::Line { line: at + 1, problem };
        let entry = match serde_json::from_str::<EntryShape>(line) {
            Ok(entry) => entry,
            // A line that was cut off once, and that a later run has ended.
            Err(error) if error.is_eof() => continue,
            Err(error) => return Err(wrong(excerpt(&error.to_string(), 200))),
        };
        let (step, mark) = match entry {
            EntryShape::Intent { step } => (step, Some(Mark::Intended)),
            EntryShape::Done { step } => (step, Some(Mark::Done)),
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
    Ok(JournalRead { plan, hash, marks, cut_off })
}

/// The plan in the first line, checked like a plan in a file of its own.
fn head_of(line: &str) -> Result<(Plan, String), JournalError> {
    let other = |found: String| {
        let wanted = FORMAT.to_owned();
        PlanFileError::Document(DocumentError::OtherFormat { noun: "a journal", found, wanted })
    };
    let head: Value = serde_json::from_str(line).map_err(|error| {
        PlanFileError::Document(DocumentError::NotJson { problem: excerpt(&error.to_string(), 200) })
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
    let mut members = head.as_object().cloned().unwrap_or_default();
    members.insert("format".to_owned(), super::plan_file::FORMAT.tag().into());
    Ok(read_plan(Value::Object(members).to_string().as_bytes())?)
}
