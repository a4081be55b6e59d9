//! The files of a survey, one after the other, to whichever thread asks: what was read before out of the index, the rest read.

use super::ahead::{Ahead, read_ahead};
use super::file::{io_reason, read_file, read_into, regular};
use super::flights::Flights;
use super::loose::{LooseContent, look};
use super::objects::Flight;
use super::refusal::Refusal;
use super::survey::Survey;
use super::walk::{Met, Walk};
use super::{Found, LogSource};
use crate::door::Door;
use crate::reader::Reader;
use crate::watch::WorkUnderWay;
use logs::scan::{File, Known, Source, Tag};
use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use store::Index;

/// Files that are sorted by their size at a time.
const BATCH: usize = 50_000;

/// With an index: after so many files that are not in it, the next ones are taken for new, too.
const FRESH: usize = 16;

/// A file that is not indexed.
pub(crate) const NO_TAG: Tag = [0; 32];

/// See the module.
pub(crate) struct Feed<'a> {
    survey: Survey<'a>,
    index: Option<&'a Index>,
    seen: Option<&'a BTreeSet<Tag>>,
    door: Option<&'a Door>,
    /// What to do about an object that could not be read stands behind why; else it is kept apart.
    with_help: bool,
    helps: Mutex<BTreeSet<String>>,
    state: Mutex<State<'a>>,
    /// By name: files that are read when there is room for them.
    large: Mutex<HashMap<String, Found>>,
    /// Files that were read before.
    known: AtomicU64,
    work: Box<dyn WorkUnderWay>,
}

struct State<'a> {
    /// The next file is the last of them.
    ready: Vec<Found>,
    again: Vec<usize>,
    walk: Option<Walk<'a>>,
    flights: Flights<Flight>,
    ahead: Ahead,
    /// Files in a row that were not read before.
    fresh: usize,
}

impl<'a> Feed<'a> {
    /// All files of the survey. Objects need a door.
    pub(crate) fn new(mut survey: Survey<'a>, reader: &Reader<'a>) -> Self {
        let mut ready = std::mem::take(&mut survey.kept);
        sort(&mut ready);
        let again = survey.again.clone();
        let work = reader.watch.reading(survey.files);
        let flights = Flights::for_threads(reader.threads);
        let state =
            Mutex::new(State { ready, again, walk: None, flights, ahead: Ahead::default(), fresh: 0 });
        let helps = Mutex::new(std::mem::take(&mut survey.helps));
        let (large, known) = (Mutex::default(), AtomicU64::new(0));
        let Reader { index, seen, door, .. } = *reader;
        Feed { survey, index, seen, door, with_help: false, helps, state, large, known, work }
    }

    /// The same, with what to do about it behind why an object could not be read.
    pub(crate) fn with_help(self) -> Self {
        Feed { with_help: true, ..self }
    }

    /// What to do about all that could not be listed or read, as far as it does not stand there.
    pub(crate) fn helps(&self) -> BTreeSet<String> {
        self.helps.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn reason_of(&self, refusal: Refusal) -> String {
        if self.with_help {
            return refusal.in_one_line();
        }
        self.helps.lock().unwrap_or_else(PoisonError::into_inner).extend(refusal.help);
        refusal.why
    }

    /// How many files were read before.
    pub(crate) fn known(&self) -> u64 {
        self.known.load(Ordering::Relaxed)
    }

    /// All is read that there is.
    pub(crate) fn end(&self) {
        self.work.end();
    }

    /// The next file; its bytes are on their way iff it is an object that is not in the index.
    fn found(&self) -> Option<(Found, Option<Flight>, Option<Known>)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.ready.is_empty() {
            self.refill(&mut state);
            state.ahead = Ahead::default();
        }
        while let Some(next) = state.ready.last()
            && state.flights.has_room(next.size)
        {
            let Some((bucket, door)) = self.bucket_of(next) else { break };
            let Some(found) = state.ready.pop() else { break };
            let known = self.known_of(&found);
            if known.is_some() {
                return Some((found, None, known));
            }
            let key = found.below.to_string_lossy();
            let flight = found.unread.is_none().then(|| door.start(bucket, &key, found.size));
            state.flights.push(found, flight);
        }
        if let Some((found, flight)) = state.flights.pop(Flight::is_finished) {
            if flight.is_none() {
                state.flights.landed(found.size);
            }
            return Some((found, flight, None));
        }
        let paths = self.soon(&mut state);
        let next = state.ready.pop().map(|found| (found, None, None));
        state.ahead.took();
        drop(state);
        read_ahead(&paths);
        next
    }

    /// The local files to ask the system for. Of those that are in the index nothing is read.
    fn soon(&self, state: &mut State<'_>) -> Vec<PathBuf> {
        if self.index.is_some() && state.fresh < FRESH {
            return Vec::new();
        }
        let State { ready, ahead, .. } = state;
        ahead.next(ready, |found| match self.survey.sources.get(found.source) {
            Some(LogSource::Folder(root)) if found.unread.is_none() => {
                Some((root.absolute.join(&found.below), found.size))
            }
            _ => None,
        })
    }

    fn bucket_of(&self, found: &Found) -> Option<(&str, &'a Door)> {
        match (self.survey.sources.get(found.source), self.door) {
            (Some(LogSource::Objects { bucket, .. }), Some(door)) => Some((bucket, door)),
            _ => None,
        }
    }

    fn known_of(&self, found: &Found) -> Option<Known> {
        let tag = found.tag.as_ref()?;
        let known = if self.seen.is_some_and(|seen| seen.contains(tag)) {
            Known { packed: found.size, ..Known::default() }
        } else {
            self.index?.sheet(tag, found.size)?
        };
        self.known.fetch_add(1, Ordering::Relaxed);
        Some(known)
    }

    /// Walks on through the folders that hold more than could be kept.
    fn refill(&self, state: &mut State<'a>) {
        let Survey { sources, window, now, .. } = self.survey;
        while state.ready.len() < BATCH {
            let Some(walk) = &mut state.walk else {
                let Some(source) = state.again.pop() else { break };
                let Some(LogSource::Folder(root)) = sources.get(source) else { continue };
                let (walk, _) = Walk::new(source, root, window, now);
                state.walk = Some(walk);
                continue;
            };
            match walk.next() {
                None => state.walk = None,
                Some(Met::Delivered(found) | Met::Unread(found)) => state.ready.push(found),
                Some(Met::Loose(found)) if !self.laid_out(&found) => state.ready.push(found),
                Some(Met::Loose(found)) => state.ready.extend(self.beside(found)),
                Some(_) => {}
            }
        }
        sort(&mut state.ready);
    }

    /// What lies beside what CloudTrail delivered is read, left out or a loss: as the survey found.
    fn beside(&self, found: Found) -> Option<Found> {
        let Some(LogSource::Folder(root)) = self.survey.sources.get(found.source) else { return None };
        match look(&root.absolute.join(&found.below)) {
            Ok(LooseContent::Records) => Some(found),
            Ok(LooseContent::Nothing) => None,
            Ok(LooseContent::Unread(why)) | Err(why) => Some(Found { unread: Some(why), ..found }),
        }
    }

    fn laid_out(&self, found: &Found) -> bool {
        self.survey.laid_out.get(found.source).copied().unwrap_or(false)
    }
}

/// The largest last: they are begun first, so that no thread is left with one in the end.
fn sort(files: &mut [Found]) {
    // Bytes, because paths are compared part by part, which takes longer.
    fn order(found: &Found) -> (u64, &[u8]) {
        (found.size, found.below.as_os_str().as_encoded_bytes())
    }
    files.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
}

impl Source for Feed<'_> {
    fn next(&self, bytes: &mut Vec<u8>) -> Option<File> {
        let (found, flight, known) = self.found()?;
        self.work.one();
        let source = self.survey.sources.get(found.source)?;
        let mut file = File {
            name: source.name(&found.below),
            delivered: found.delivered,
            unread: found.unread.clone(),
            known: None,
            large: None,
            home: None,
            tag: found.tag.unwrap_or(NO_TAG),
            number: found.number,
        };
        if file.unread.is_some() {
            return Some(file);
        }
        file.home = source.home(&found.below);
        if let (Some(flight), Some(door)) = (flight, self.door) {
            let object = door.land(flight);
            self.state.lock().unwrap_or_else(PoisonError::into_inner).flights.landed(found.size);
            match object {
                Ok(object) => *bytes = object,
                Err(refusal) => file.unread = Some(self.reason_of(refusal)),
            }
            return Some(file);
        }
        file.known = known.or_else(|| self.known_of(&found)).map(Box::new);
        if self.index.is_some() {
            let fresh = &mut self.state.lock().unwrap_or_else(PoisonError::into_inner).fresh;
            *fresh = if file.known.is_some() { 0 } else { *fresh + 1 };
        }
        if file.known.is_some() {
            return Some(file);
        }
        file.large = most_of(source, found.size);
        if file.large.is_some() {
            self.large.lock().unwrap_or_else(PoisonError::into_inner).insert(file.name.clone(), found);
            return Some(file);
        }
        file.unread = self.read(source, &found, bytes).err();
        Some(file)
    }

    fn fill(&self, file: &File, bytes: &mut Vec<u8>) -> Result<(), String> {
        let found = self.large.lock().unwrap_or_else(PoisonError::into_inner).get(&file.name).cloned();
        let Some(found) = found else { return Ok(()) };
        let Some(source) = self.survey.sources.get(found.source) else { return Ok(()) };
        self.read(source, &found, bytes)
    }
}

/// Bytes of a file that is not read before there is room for it.
const LARGE: u64 = 16 << 20;

/// How many bytes a large file may have; `None` iff it is none. Of a pipe nobody knows.
fn most_of(source: &LogSource, size: u64) -> Option<u64> {
    let most = logs::DEFAULT_LIMIT as u64;
    match source {
        LogSource::Stdin => Some(most),
        LogSource::File(path) if !std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file()) => {
            Some(most)
        }
        LogSource::File(_) | LogSource::Folder(_) if size > LARGE => Some(size.min(most)),
        _ => None,
    }
}

impl Feed<'_> {
    fn read(&self, source: &LogSource, found: &Found, bytes: &mut Vec<u8>) -> Result<(), String> {
        let read = match source {
            LogSource::Stdin => read_into(io::stdin().lock(), 0, bytes),
            // Whoever names a pipe wants it read.
            LogSource::File(path) => read_file(std::fs::File::open(path), found.size, bytes),
            LogSource::Folder(root) => {
                read_file(regular(&root.absolute.join(&found.below)), found.size, bytes)
            }
            LogSource::Objects { .. } | LogSource::Lake(_) => {
                Err(io::Error::other("objects are read by whoever may ask AWS"))
            }
        };
        read.map_err(|error| io_reason(&error))
    }
}
