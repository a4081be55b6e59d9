//! The files of a survey, one after the other, to whichever thread asks: what was read before out of the index, the rest read.

use super::survey::Survey;
use super::walk::{Met, Walk, said};
use super::{Found, Place};
use crate::progress::Files;
use cli::store::Index;
use logs::scan::{File, Source, Tag};
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Files that are sorted by their size at a time.
const BATCH: usize = 50_000;

/// A file that is not indexed.
pub(crate) const NO_TAG: Tag = [0; 32];

/// See the module.
pub(crate) struct Feed<'a> {
    survey: Survey<'a>,
    index: Option<&'a Index>,
    state: Mutex<State<'a>>,
    /// Files that were in the index.
    known: AtomicU64,
    line: Files,
}

struct State<'a> {
    /// The next file is the last of them.
    ready: Vec<Found>,
    again: Vec<usize>,
    walk: Option<Walk<'a>>,
}

impl<'a> Feed<'a> {
    /// All files of the survey.
    pub(crate) fn new(mut survey: Survey<'a>, index: Option<&'a Index>) -> Self {
        let mut ready = std::mem::take(&mut survey.kept);
        sort(&mut ready);
        let again = survey.again.clone();
        let line = Files::on_stderr(survey.files);
        let state = Mutex::new(State { ready, again, walk: None });
        Feed { survey, index, state, known: AtomicU64::new(0), line }
    }

    /// How many files were in the index.
    pub(crate) fn known(&self) -> u64 {
        self.known.load(Ordering::Relaxed)
    }

    /// Makes room for other words.
    pub(crate) fn clear(&self) {
        self.line.clear();
    }

    fn found(&self) -> Option<Found> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.ready.is_empty() {
            self.refill(&mut state);
        }
        state.ready.pop()
    }

    /// Walks on through the folders that hold more than could be kept.
    fn refill(&self, state: &mut State<'a>) {
        let Survey { places, window, now, .. } = self.survey;
        while state.ready.len() < BATCH {
            let Some(walk) = &mut state.walk else {
                let Some(place) = state.again.pop() else { break };
                let Some(Place::Folder(root)) = places.get(place) else { continue };
                let (walk, _) = Walk::new(place, root, window, now);
                state.walk = Some(walk);
                continue;
            };
            match walk.next() {
                None => state.walk = None,
                Some(Met::Delivered(found) | Met::Unread(found)) => state.ready.push(found),
                Some(Met::Loose(found)) if !self.laid_out(&found) => state.ready.push(found),
                Some(_) => {}
            }
        }
        sort(&mut state.ready);
    }

    fn laid_out(&self, found: &Found) -> bool {
        self.survey.laid_out.get(found.place).copied().unwrap_or(false)
    }
}

/// The largest last: they are begun first, so that no thread is left with one in the end.
fn sort(files: &mut [Found]) {
    files.sort_unstable_by(|a, b| (a.size, &a.below).cmp(&(b.size, &b.below)));
}

impl Source for Feed<'_> {
    fn next(&self, bytes: &mut Vec<u8>) -> Option<File> {
        let found = self.found()?;
        self.line.one();
        let place = self.survey.places.get(found.place)?;
        let mut file = File {
            name: place.name(&found),
            delivered: found.delivered,
            unread: found.unread.clone(),
            known: None,
            tag: found.tag.unwrap_or(NO_TAG),
        };
        if file.unread.is_some() {
            return Some(file);
        }
        if let (Some(index), Some(tag)) = (self.index, &found.tag) {
            file.known = index.sheet(tag, found.size).map(Box::new);
            if file.known.is_some() {
                self.known.fetch_add(1, Ordering::Relaxed);
                return Some(file);
            }
        }
        let read = match place {
            Place::Stdin => read_into(io::stdin().lock(), 0, bytes),
            Place::File(path) => read_file(path, found.size, bytes),
            Place::Folder(root) => read_file(&root.absolute.join(&found.below), found.size, bytes),
            Place::Objects { .. } => Err(io::Error::other("objects are read by whoever may ask AWS")),
        };
        file.unread = read.err().map(|error| said(&error));
        Some(file)
    }
}

fn read_file(path: &Path, size: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    read_into(std::fs::File::open(path)?, size, bytes)
}

/// All of it; more than may be inflated is not worth the memory.
fn read_into(from: impl Read, size: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    let most = logs::DEFAULT_LIMIT as u64;
    bytes.reserve(usize::try_from(size.min(most)).unwrap_or(0));
    from.take(most + 1).read_to_end(bytes)?;
    if bytes.len() as u64 > most {
        *bytes = Vec::new();
        return Err(io::Error::other(format!("it is larger than the limit of {most} bytes")));
    }
    Ok(())
}
