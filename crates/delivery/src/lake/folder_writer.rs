//! One thread's writer: the records of a folder to the files of its tables, folder after folder.

use super::feed::Handover;
use super::job::{Job, Kept, inputs_of};
use super::proofs::{Before, Digested};
use super::shelf::{Commit, Flight, LakeError};
use crate::delivered::{Item, is_in_doubt};
use detect::gather::Watch;
use lake::{ControlEvents, Input, Invocations, Manifest, Part, Proven, Table};
use logs::digest::Standing;
use logs::scan::{File, FileSink, Known, ReadFile, Receiver};
use logs::{Event, Home, ObjectKey, Record, Sheet, Sink, hex, sha256};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Commits of one thread that may be under way: each holds the bytes of a folder's files.
const COMMITS: usize = 2;

/// What a thread has written.
#[derive(Clone, Debug, Default)]
pub(super) struct Sum {
    pub(super) folders: u64,
    pub(super) rows: u64,
    pub(super) control_rows: u64,
    pub(super) copies: u64,
    pub(super) bytes: u64,
    /// Of the folders that say something of digests.
    pub(super) digested: Digested,
}

impl Sum {
    fn add(&mut self, other: Sum) {
        self.folders += other.folders;
        self.rows += other.rows;
        self.control_rows += other.control_rows;
        self.copies += other.copies;
        self.bytes += other.bytes;
        self.digested.add(other.digested);
    }
}

/// See the module.
pub(super) struct Writer<'a> {
    job: &'a Job<'a>,
    handover: &'a Mutex<Handover>,
    watch: Watch,
    current: Option<usize>,
    invocations: Invocations,
    control: ControlEvents,
    commit: Commit,
    parts: HashMap<Table, Vec<Part>>,
    others: u64,
    facts: HashMap<usize, Input>,
    proven: Proven,
    hashed: Option<[u8; 32]>,
    counts: Input,
    home: Option<Home>,
    file: String,
    /// When the file was delivered.
    delivered: Option<i64>,
    /// Where single records are looked at.
    sheet: Sheet,
    flights: VecDeque<(usize, Sum, Flight)>,
    failed: Option<LakeError>,
    pub(super) sum: Sum,
}

impl<'a> Writer<'a> {
    pub(super) fn new(job: &'a Job<'a>, handover: &'a Mutex<Handover>) -> Writer<'a> {
        Writer {
            job,
            handover,
            watch: Watch::default(),
            current: None,
            invocations: Invocations::new(job.raw),
            control: ControlEvents::default(),
            commit: Commit::default(),
            parts: HashMap::new(),
            others: 0,
            facts: HashMap::new(),
            proven: Proven::default(),
            hashed: None,
            counts: Input::default(),
            home: None,
            file: String::new(),
            delivered: None,
            sheet: Sheet::default(),
            flights: VecDeque::new(),
            failed: None,
            sum: Sum::default(),
        }
    }

    /// Ends folders until that one is the current one; all that were begun where there is none.
    fn advance(&mut self, to: Option<usize>) -> Result<(), LakeError> {
        while self.current.is_none() || self.current != to {
            self.finish()?;
            let next = self.handover.lock().unwrap_or_else(PoisonError::into_inner).begun.pop_front();
            self.current = next;
            if next.is_none() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn part(&mut self, table: Table, bytes: Vec<u8>, rows: u64) {
        let Some(task) = self.current.and_then(|task| self.job.task(task)) else { return };
        let parts = self.parts.entry(table).or_default();
        let file = Manifest::part_name(parts.len());
        let path = format!("{}/{}/{file}", table.name(), task.partition.path());
        let size = bytes.len() as u64;
        parts.push(Part { file, rows, bytes: size, sha256: hex(&sha256(&bytes)) });
        self.commit.files.push((path, bytes));
    }

    fn pack(&mut self) -> Result<(), LakeError> {
        let name = self.job.shelf.name("");
        let failed = |error: lake::PackError| LakeError::new(name.clone(), &error.to_string());
        if let Some(packed) = self.invocations.pack().map_err(failed)? {
            self.part(Table::Invocations, packed.invocations, packed.rows);
            self.part(Table::InvocationsDaily, packed.daily, packed.daily_rows);
        }
        Ok(())
    }

    /// Writes the current folder.
    fn finish(&mut self) -> Result<(), LakeError> {
        let Some(task) = self.current.take().and_then(|task| self.job.task(task).map(|found| (task, found)))
        else {
            return Ok(());
        };
        self.current = Some(task.0);
        self.pack()?;
        let name = self.job.shelf.name("");
        let control = self.control.pack().map_err(|error| LakeError::new(name, &error.to_string()))?;
        if let Some(control) = control {
            let rows = self.control.rows();
            self.part(Table::ControlEvents, control, rows);
        }
        let partition = &task.1.partition;
        let before = self.before(task.0);
        self.handover.lock().unwrap_or_else(PoisonError::into_inner).before.remove(&task.0);
        let manifest = self.manifest(task.1, &before);
        let bytes = manifest.tables.values().flatten().map(|part| part.bytes).sum();
        let sum = Sum {
            folders: 1,
            rows: self.invocations.rows(),
            control_rows: self.control.rows(),
            copies: self.invocations.copies() + self.control.copies(),
            bytes,
            digested: manifest.digests.as_ref().map(|_| Digested::of(&manifest)).unwrap_or_default(),
        };
        let mut commit = std::mem::take(&mut self.commit);
        commit.over.clone_from(&before.over);
        commit.folders = Table::ALL.map(|table| format!("{}/{}/", table.name(), partition.path())).to_vec();
        commit.last = (
            format!("{}/{}/{}", Table::Invocations.name(), partition.path(), Manifest::FILE),
            manifest.to_bytes(),
        );
        match self.job.shelf.commit(commit) {
            Ok(Some(flight)) => self.flights.push_back((task.0, sum, flight)),
            done => self.landed(task.0, sum, done.map(drop))?,
        }
        while self.flights.len() > COMMITS {
            self.land()?;
        }
        self.invocations.clear();
        self.watch.clear();
        self.control.clear();
        self.parts.clear();
        self.others = 0;
        self.proven = Proven::default();
        self.current = None;
        Ok(())
    }

    fn land(&mut self) -> Result<(), LakeError> {
        let Some((number, sum, flight)) = self.flights.pop_front() else { return Ok(()) };
        let done = self.job.shelf.land(flight);
        self.landed(number, sum, done)
    }

    /// A folder is written, or somebody else was faster: then it is named.
    fn landed(&mut self, number: usize, sum: Sum, done: Result<(), LakeError>) -> Result<(), LakeError> {
        match done {
            Ok(()) => self.sum.add(sum),
            Err(error) if error.changed => {
                let mut kept = self.job.kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push((number, Kept::Unread(error)));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// What an earlier writing of a folder knew.
    fn before(&self, folder: usize) -> Arc<Before> {
        let handover = self.handover.lock().unwrap_or_else(PoisonError::into_inner);
        handover.before.get(&folder).cloned().unwrap_or_default()
    }

    fn manifest(&mut self, task: &super::folders::Task, before: &Before) -> Manifest {
        let mut manifest = Manifest::new(&task.partition, self.job.raw);
        for (number, _, listed) in inputs_of(self.job, task, &mut manifest) {
            let packed = self.handover.lock().unwrap_or_else(PoisonError::into_inner).inputs.remove(&number);
            let packed = packed.unwrap_or_default();
            let found = self.facts.remove(&number).unwrap_or_default();
            let bytes = if packed.unread.is_some() { listed.bytes } else { packed.bytes };
            manifest.inputs.push(Input {
                bytes,
                sha256: packed.sha256,
                unread: packed.unread,
                unlisted: self.job.folders.unread.contains_key(&number),
                source: listed.source,
                called: listed.called,
                name: listed.name,
                etag: listed.etag,
                ..found
            });
        }
        for (table, parts) in self.parts.drain() {
            manifest.tables.insert(table.name().to_owned(), parts);
        }
        manifest.copies = self.invocations.copies();
        manifest.control_copies = self.control.copies();
        manifest.other_services = self.others;
        if self.job.expected.is_some() || before.is_any() {
            let there = manifest.inputs.iter().map(|input| input.name.as_str());
            self.proven.missing = before.missing(self.job.absent, &task.partition, there);
            manifest.digests = Some(std::mem::take(&mut self.proven));
        }
        manifest
    }
}

/// True iff a file that was delivered then was delivered before that one, or nobody knows when that one was.
fn is_earlier(delivered: Option<i64>, than: &str) -> bool {
    let name = than.rsplit_once('#').map_or(than, |(name, _)| name);
    let other = ObjectKey::parse(name).and_then(|key| key.delivered());
    delivered.is_some_and(|delivered| other.is_none_or(|other| delivered < other))
}

impl Sink for Writer<'_> {
    const EVERY: bool = true;

    fn event(&mut self, event: &Event<'_>) {
        if let Some(json) = self.watch.concerning(event)
            && self.control.take_event(event, &json, self.home.as_ref(), &self.file)
        {
            self.others += 1;
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        if let Some(aggregated) = &record.aggregated {
            self.counts.aggregated.0 += 1;
            let calls = self.counts.aggregated.1.saturating_add(aggregated.count.unwrap_or(0));
            self.counts.aggregated.1 = calls;
            return;
        }
        if !record.is_invocation() {
            self.counts.control += 1;
            self.control.take(record, self.home.as_ref(), &self.file);
            return;
        }
        self.counts.invocations += 1;
        if self.invocations.is_full()
            && let Err(error) = self.pack()
        {
            self.failed.get_or_insert(error);
            return;
        }
        let (home, sheet) = (self.home.as_ref(), &mut self.sheet);
        // Doubts name the file that each copy lies in, and of copies the one counts that was delivered first.
        let delivered = self.delivered;
        let alone = |first: &str| is_earlier(delivered, first) || is_in_doubt(record, home, sheet);
        self.invocations.take_unless(record, home, &self.file, alone);
        if self.watch.is_change(record) {
            self.control.take(record, self.home.as_ref(), &self.file);
        }
    }
}

impl Receiver for Writer<'_> {
    type Error = LakeError;

    fn wants_hash(&self, file: &File) -> bool {
        let item = self.job.item(file.number);
        let listed = |item: &Item| {
            let expected = self.job.expected;
            expected.is_some_and(|expected| !expected.claims(&item.key).is_empty())
        };
        let known = |item: &Item| {
            let folder = self.job.folder_of(file.number);
            folder.is_some_and(|folder| self.before(folder).knows(&item.key))
        };
        item.is_some_and(|item| listed(item) || known(item))
    }

    fn hashed(&mut self, _: &File, hash: [u8; 32]) -> Result<(), LakeError> {
        self.hashed = Some(hash);
        Ok(())
    }

    fn end(&mut self) -> Result<(), LakeError> {
        self.advance(None)?;
        while !self.flights.is_empty() {
            self.land()?;
        }
        Ok(())
    }
}

impl FileSink for Writer<'_> {
    fn begin(&mut self, file: &File) {
        let folder = self.job.folder_of(file.number);
        if let Err(error) = self.advance(folder) {
            self.failed.get_or_insert(error);
        }
        self.home.clone_from(&file.home);
        self.file.clone_from(&file.name);
        self.delivered = file.delivered;
        self.counts = Input::default();
        self.hashed = None;
    }

    fn read(&mut self, file: &File, read: &ReadFile<'_>) -> Result<(), LakeError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let hash = self.hashed.take();
        let before = self.job.folder_of(file.number).map(|folder| self.before(folder)).unwrap_or_default();
        let mut listed = None;
        if let Some(item) = self.job.item(file.number)
            && (self.job.expected.is_some() || before.is_any())
        {
            let (standing, other) = before.standing(self.job.expected, &item.key, hash);
            listed = other.map(|hash| hex(&hash));
            match standing {
                Standing::Proven => self.proven.proven += 1,
                Standing::Differs => self.proven.changed.push(file.name.clone()),
                Standing::Unverified | Standing::Unlisted => self.proven.unproven.push(file.name.clone()),
            }
        }
        let content = hash.map(|hash| hex(&hash));
        let counts = Input { content, listed, ..std::mem::take(&mut self.counts) };
        self.facts.insert(file.number, Input { facts: read.facts.clone(), ..counts });
        Ok(())
    }

    fn known(&mut self, _: &File, _: &Known) -> Result<(), LakeError> {
        Ok(())
    }
}
