//! The log files of one thread's folders, one after the other: a folder's files in its order, objects asked for ahead.

use super::job::{Job, local};
use super::kept::{kept, manifest_path};
use super::proofs::Before;
use super::shelf::Reading as Manifests;
use crate::delivered::Item;
use crate::sources::{Ahead, LogSource, NO_TAG, Refusal, read_ahead};
use lake::Input;
use logs::scan::{File, Source};
use logs::{Home, ObjectKey, hex, sha256};
use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Objects of one thread on their way at the same time.
const FLIGHTS: usize = 64;
/// Bytes of them, as their listing says. One alone may be larger.
const BYTES: u64 = 8 << 20;

/// What a thread's feed tells its writer.
#[derive(Default)]
pub(super) struct Handover {
    /// Folders whose files come, in order.
    pub(super) begun: VecDeque<usize>,
    /// What earlier writings of these folders knew.
    pub(super) before: HashMap<usize, Arc<Before>>,
    /// By number of a file: what it is, as far as its packed bytes say.
    pub(super) inputs: HashMap<usize, Input>,
}

/// See the module.
pub(super) struct Feed<'a> {
    job: &'a Job<'a>,
    handover: &'a Mutex<Handover>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Files that were begun, in order.
    ahead: VecDeque<(usize, Option<Landing>)>,
    /// The files of the folder that is begun, the next one last.
    left: Vec<usize>,
    bytes: u64,
    soon: Ahead,
    /// Folders that are this thread's next ones, and their manifests, which are asked for ahead.
    claimed: VecDeque<(usize, Option<Manifests>)>,
}

/// Folders of which manifests are asked for ahead.
const CLAIMED: usize = 2;

type Landing = tokio::task::JoinHandle<Result<Vec<u8>, aws::ObjectError>>;

impl<'a> Feed<'a> {
    pub(super) fn new(job: &'a Job<'a>, handover: &'a Mutex<Handover>) -> Feed<'a> {
        Feed { job, handover, state: Mutex::default() }
    }

    fn handover(&self) -> MutexGuard<'_, Handover> {
        self.handover.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins the next folder that needs to be written; false iff there is none.
    fn begin(&self, state: &mut State) -> bool {
        loop {
            self.claim(state);
            let Some((number, manifest)) = state.claimed.pop_front() else { return false };
            let Some(task) = self.job.task(number) else { return false };
            let read = self.job.shelf.landed(manifest, &manifest_path(task));
            let before = match kept(self.job, task, read) {
                Ok(before) => before,
                Err(kept) => {
                    self.job.kept.lock().unwrap_or_else(PoisonError::into_inner).push((number, kept));
                    continue;
                }
            };
            state.left = task.items.iter().rev().copied().collect();
            state.soon = Ahead::default();
            let mut handover = self.handover();
            handover.before.insert(number, Arc::new(before));
            handover.begun.push_back(number);
            return true;
        }
    }

    fn claim(&self, state: &mut State) {
        let most = if self.job.shelf.is_remote() { CLAIMED } else { 1 };
        while state.claimed.len() < most {
            let number = self.job.next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = self.job.task(number) else { return };
            state.claimed.push_back((number, self.job.shelf.start(&manifest_path(task))));
        }
    }

    /// Asks for objects ahead, as many as may be under way; of local files one, which is read when its turn comes.
    fn fill(&self, state: &mut State) {
        loop {
            let Some(number) = state.left.last().copied() else {
                // A folder is begun ahead only where that saves waiting.
                let ahead = !state.ahead.is_empty() && self.job.door.is_none();
                if ahead || !self.begin(state) {
                    return;
                }
                continue;
            };
            let Some(item) = self.job.item(number) else { return };
            let room = state.ahead.len() < FLIGHTS && state.bytes.saturating_add(item.size) <= BYTES;
            let read = !self.job.folders.unread.contains_key(&number);
            let object = self.job.folders.delivered.bucket(item).zip(self.job.door).filter(|_| read);
            if !state.ahead.is_empty() && (!room || object.is_none()) {
                return;
            }
            if object.is_none() {
                read_ahead(&self.soon(state));
            }
            state.left.pop();
            state.soon.took();
            let landing = object.map(|(bucket, door)| door.start(bucket, &item.key, item.size));
            state.bytes = state.bytes.saturating_add(item.size);
            state.ahead.push_back((number, landing));
            if landing_is_none(state) {
                return;
            }
        }
    }

    /// The local files to ask the system for.
    fn soon(&self, state: &mut State) -> Vec<PathBuf> {
        let State { left, soon, .. } = state;
        soon.next(left, |number| {
            let item = self.job.item(*number)?;
            Some((self.job.folders.delivered.path(item)?, item.size))
        })
    }

    fn bytes_of(&self, number: usize, item: &Item, landing: Option<Landing>) -> Result<Vec<u8>, String> {
        if let Some(why) = self.job.folders.unread.get(&number) {
            return Err(why.clone());
        }
        match (landing, self.job.door) {
            (Some(landing), Some(door)) => {
                door.land(landing).map_err(|refusal: Refusal| refusal.in_one_line())
            }
            _ => local(self.job, item),
        }
    }
}

fn landing_is_none(state: &State) -> bool {
    state.ahead.back().is_some_and(|(_, landing)| landing.is_none())
}

impl Source for Feed<'_> {
    fn next(&self, bytes: &mut Vec<u8>) -> Option<File> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.fill(&mut state);
        let (number, landing) = state.ahead.pop_front()?;
        let item = self.job.item(number)?;
        state.bytes = state.bytes.saturating_sub(item.size);
        drop(state);
        let read = self.bytes_of(number, item, landing);
        self.job.work.one();
        let name = self.job.folders.row_name(number, item);
        let source = self.job.folders.delivered.sources.get(item.source);
        let mut file = File {
            name,
            delivered: ObjectKey::parse(&item.key).and_then(|key| key.delivered()),
            home: source
                .and_then(|source: &LogSource| source.home(&item.below))
                .or_else(|| Home::of(&item.key)),
            tag: NO_TAG,
            number,
            ..File::default()
        };
        let mut input = Input::default();
        match read {
            Ok(read) => {
                input.bytes = read.len() as u64;
                input.sha256 = hex(&sha256(&read));
                *bytes = read;
            }
            Err(why) => {
                input.unread = Some(why.clone());
                file.unread = Some(why);
            }
        }
        self.handover().inputs.insert(number, input);
        Some(file)
    }
}
