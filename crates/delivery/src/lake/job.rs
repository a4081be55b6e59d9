//! What all threads share that write folders of a lake: the log files, and what became of each folder.

use super::folders::{Folders, Task, name_of};
use super::proofs::{Absent, Digested};
use super::shelf::{LakeError, Shelf};
use crate::delivered::Item;
use crate::door::Door;
use crate::sources::{io_reason, read_whole, regular};
use lake::{Input, Manifest};
use logs::digest::Expected;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

/// What all threads share.
pub(super) struct Job<'a> {
    pub(super) folders: &'a Folders,
    pub(super) shelf: &'a Shelf<'a>,
    pub(super) door: Option<&'a Door>,
    pub(super) raw: bool,
    pub(super) replace: bool,
    /// What digests say, iff that was asked for.
    pub(super) expected: Option<&'a Expected<'a>>,
    /// Log files that digests list and that are not there, iff that was asked for.
    pub(super) absent: Option<&'a Absent>,
    /// Folders of which all log files are gone; they follow the others.
    pub(super) more: &'a [Task],
    pub(super) next: AtomicUsize,
    /// By number of a file: its folder.
    of: Vec<usize>,
    /// Folders that need nothing, and those that are not touched.
    pub(super) kept: Mutex<Vec<(usize, Kept)>>,
    pub(super) work: Box<dyn crate::watch::WorkUnderWay>,
}

impl<'a> Job<'a> {
    pub(super) fn new(
        folders: &'a Folders,
        shelf: &'a Shelf<'a>,
        door: Option<&'a Door>,
        work: Box<dyn crate::watch::WorkUnderWay>,
    ) -> Job<'a> {
        let mut of = vec![usize::MAX; folders.delivered.logs.len()];
        for (number, task) in folders.tasks.iter().enumerate() {
            for item in &task.items {
                if let Some(slot) = of.get_mut(*item) {
                    *slot = number;
                }
            }
        }
        let (next, kept) = (AtomicUsize::new(0), Mutex::default());
        let (raw, replace, expected, absent, more) = (false, false, None, None, &[][..]);
        Job { folders, shelf, door, raw, replace, expected, absent, more, next, of, kept, work }
    }

    /// The folder that a file lies in.
    pub(super) fn folder_of(&self, item: usize) -> Option<usize> {
        self.of.get(item).copied().filter(|task| *task != usize::MAX)
    }

    pub(super) fn task(&self, number: usize) -> Option<&'a Task> {
        let there = &self.folders.tasks;
        there.get(number).or_else(|| self.more.get(number.checked_sub(there.len())?))
    }

    pub(super) fn item(&self, number: usize) -> Option<&'a Item> {
        self.folders.delivered.logs.get(number)
    }
}

/// Why a folder is not written.
#[derive(Debug)]
pub(super) enum Kept {
    /// True iff every log file was read to its end; and what digests say.
    Same(bool, Option<Digested>),
    Gone(String, Option<Digested>),
    Unread(LakeError),
}

/// The bytes of a local copy, or in words why they cannot be had.
pub(super) fn local(job: &Job<'_>, item: &Item) -> Result<Vec<u8>, String> {
    let path = job.folders.delivered.path(item).unwrap_or_default();
    regular(&path).and_then(read_whole).map_err(|error| io_reason(&error))
}

/// The log files of a folder: their numbers, and what they are before they are read.
pub(super) fn inputs_of<'a>(
    job: &Job<'a>,
    task: &Task,
    manifest: &mut Manifest,
) -> Vec<(usize, &'a Item, Input)> {
    let items = task.items.iter().filter_map(|number| Some((*number, job.item(*number)?)));
    let inputs = items.map(|(number, item)| {
        let called = job.folders.called.get(&number).cloned();
        (number, item, Input { called, ..input_of(job, item, manifest) })
    });
    inputs.collect()
}

fn input_of(job: &Job<'_>, item: &Item, manifest: &mut Manifest) -> Input {
    let (source, name) = name_of(item, &job.folders.delivered);
    let at = manifest.sources.iter().position(|one| *one == source).unwrap_or_else(|| {
        manifest.sources.push(source);
        manifest.sources.len() - 1
    });
    let etag = Some(item.etag.clone()).filter(|etag| !etag.is_empty());
    Input { source: at, name, bytes: item.size, etag, ..Input::default() }
}
