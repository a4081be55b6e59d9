//! The records of a lake to sinks: what a scan of the log files hands over, as far as the tables have it.

use super::catalogue::Listed;
use super::counts::counts;
use super::shelf::Shelf;
use crate::sources::NO_TAG;
use lake::{Bytes, Found, Manifest, Part, Partition, Table, control_rows, invocation_rows};
use logs::scan::{Account, File, FileSink, Known, ReadFile};
use logs::{Event, Facts, Home, ObjectKey, Reader, Record, Sheet, Sink, Wanted, hex, sha256};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    /// Invocations alone.
    Invocations,
    /// Management events, too.
    All,
}

/// What is read, and of what.
pub(super) struct Scan<'a> {
    pub(super) folders: &'a [Listed],
    pub(super) shelf: &'a Shelf<'a>,
    pub(super) rows: Rows,
    /// The number of a log file, by its path; `None` iff its records are not wanted.
    pub(super) wanted: &'a (dyn Fn(&str) -> Option<usize> + Sync),
    /// Paths of log files that are read beside the lake: the account of that reading has them already.
    pub(super) beside: &'a HashSet<String>,
}

/// What could not be read: whose folder it lies in, its name, and why.
pub(super) type Holes = Vec<(Partition, String, String)>;

/// One thread's account.
#[derive(Default)]
struct ThreadAccount {
    account: Account,
    holes: Holes,
}

impl ThreadAccount {
    fn unread(&mut self, partition: &Partition, name: &str, why: &str) {
        self.account.enter_unread(name, why);
        self.holes.push((partition.clone(), name.to_owned(), why.to_owned()));
    }
}

/// Reads the folders, on as many threads as there are sinks. The account is that of the log files that the lake was written from; what
/// cannot be read of the lake is in it.
///
/// # Errors
/// What a sink says: the first thread's that failed.
pub(super) fn scan_lake<K: FileSink>(
    scan: &Scan<'_>,
    sinks: Vec<K>,
) -> Result<(Vec<K>, Account, Holes), K::Error> {
    let next = AtomicUsize::new(0);
    let work = |mut sink: K| {
        let mut thread = ThreadAccount::default();
        while let Some(folder) = scan.folders.get(next.fetch_add(1, Ordering::Relaxed)) {
            read_folder(scan, folder, &mut sink, &mut thread)?;
        }
        sink.end()?;
        Ok((sink, thread))
    };
    let done: Vec<_> = std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = sinks.into_iter().map(|sink| scope.spawn(move || work(sink))).collect();
        threads.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    });
    let (mut sinks, mut total, mut holes) = (Vec::new(), Account::default(), Vec::new());
    for one in done {
        // A panic in a thread is a defect of ours, and goes on as one.
        let (sink, thread) = one.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        sinks.push(sink);
        total.merge(thread.account);
        holes.extend(thread.holes);
    }
    Ok((sinks, total, holes))
}

fn read_folder<K: FileSink>(
    scan: &Scan<'_>,
    folder: &Listed,
    sink: &mut K,
    thread: &mut ThreadAccount,
) -> Result<(), K::Error> {
    let (partition, shelf) = (&folder.partition, scan.shelf);
    let manifest = match folder.manifest(shelf) {
        Ok(manifest) => manifest,
        Err(error) => {
            thread.unread(partition, &error.name, &error.why);
            return Ok(());
        }
    };
    let mut feed = Feed::of(&manifest, scan.wanted, sink);
    for input in &manifest.inputs {
        let path = manifest.path_of(input);
        match &input.unread {
            _ if (scan.wanted)(&path).is_none() => {}
            Some(_) if scan.beside.contains(&path) => {}
            Some(why) => thread.unread(partition, &path, why),
            None => {
                if !scan.beside.contains(&path) {
                    thread.account.enter(&path, input.bytes, &input.facts, counts(input));
                }
                feed.known(input)?;
            }
        }
    }
    let tables: &[Table] = match scan.rows {
        Rows::Invocations => &[Table::Invocations],
        Rows::All => &[Table::Invocations, Table::ControlEvents],
    };
    for table in tables {
        for part in manifest.parts(*table) {
            let path = format!("{}/{}/{}", table.name(), partition.path(), part.file);
            let read = match read_part(shelf, &path, part) {
                Err(why) => Err(why),
                Ok(bytes) => feed.part(*table, &bytes)?,
            };
            if let Err(why) = read {
                thread.unread(partition, &shelf.name(&path), &why);
            }
        }
    }
    Ok(())
}

/// The bytes of a part, which are those that were written.
pub(super) fn read_part(shelf: &Shelf<'_>, path: &str, part: &Part) -> Result<Bytes, String> {
    let bytes = shelf.read(path).map_err(|error| error.why)?;
    let bytes = bytes.ok_or_else(|| "the manifest names it, and it is missing".to_owned())?;
    if bytes.len() as u64 != part.bytes || hex(&sha256(&bytes)) != part.sha256 {
        return Err(
            "it is not the file that was written, because its hash is not that of the manifest".to_owned()
        );
    }
    Ok(Bytes::from(bytes))
}

/// Hands rows on as records of their log files.
struct Feed<'k, K> {
    /// By what rows call them; none iff the file is not wanted.
    files: HashMap<String, Option<File>>,
    current: Option<String>,
    sink: &'k mut K,
    failed: Option<String>,
    /// Copies that rows may still speak of: no more than the manifest has.
    copies: u64,
    reader: Reader,
}

impl<'k, K: FileSink> Feed<'k, K> {
    fn of(manifest: &Manifest, wanted: &dyn Fn(&str) -> Option<usize>, sink: &'k mut K) -> Self {
        let file = |input: &lake::Input| {
            let name = manifest.path_of(input);
            let file = wanted(&name).map(|number| File {
                delivered: ObjectKey::parse(&input.name).and_then(|key| key.delivered()),
                home: Home::of(&input.name),
                tag: NO_TAG,
                number,
                name,
                ..File::default()
            });
            (input.row_name().to_owned(), file)
        };
        let files = manifest.inputs.iter().map(file).collect();
        Feed { files, current: None, sink, failed: None, copies: manifest.copies, reader: Reader::new() }
    }

    /// Hands on what was found in a log file beside its rows: what could not be read in it, and what counts calls without being one.
    fn known(&mut self, input: &lake::Input) -> Result<(), K::Error> {
        let Some(Some(file)) = self.files.get(input.row_name()) else { return Ok(()) };
        let mut sheet = Sheet::default();
        sheet.facts.clone_from(&input.facts);
        (sheet.control, sheet.aggregated) = (input.control, input.aggregated);
        self.sink.known(file, &Known { sheet, packed: input.bytes })
    }

    fn part(&mut self, table: Table, bytes: &Bytes) -> Result<Result<(), String>, K::Error> {
        let mut ended = Ok(());
        let read = match table {
            Table::ControlEvents => control_rows(bytes, |raw, file, offset| {
                if ended.is_ok() {
                    ended = self.at(file);
                    self.control(raw, offset);
                }
            }),
            _ => invocation_rows(bytes, |found| {
                if ended.is_ok() {
                    ended = self.at(found.file);
                    self.invocation(found);
                }
            }),
        };
        ended?;
        self.close()?;
        let failed = self.failed.take();
        Ok(read.map_err(|error| error.to_string()).and_then(|()| failed.map_or(Ok(()), Err)))
    }

    /// The rows of that log file come next.
    fn at(&mut self, name: &str) -> Result<(), K::Error> {
        if self.current.as_deref() == Some(name) {
            return Ok(());
        }
        self.close()?;
        match self.files.get(name) {
            Some(Some(file)) => {
                self.sink.begin(file);
                self.current = Some(name.to_owned());
            }
            Some(None) => {}
            None => {
                let why = || format!("it has rows of {name}, which the manifest does not name");
                self.failed.get_or_insert_with(why);
            }
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), K::Error> {
        let Some(Some(file)) = self.current.take().and_then(|name| self.files.get(&name)) else {
            return Ok(());
        };
        let facts = Facts::default();
        self.sink.read(file, &ReadFile { facts: &facts, inflated: &[], trouble: None })
    }

    fn invocation(&mut self, found: &Found<'_>) {
        if self.current.is_none() {
            return;
        }
        let Some(left) = self.copies.checked_sub(found.copies) else {
            let why = || "its rows speak of more copies than the manifest".to_owned();
            self.failed.get_or_insert_with(why);
            return;
        };
        self.copies = left;
        for _ in 0..=found.copies {
            self.sink.record(&found.record);
        }
    }

    /// A management event comes by the doors that the reader has.
    fn control(&mut self, raw: &str, offset: u64) {
        if self.current.is_none() {
            return;
        }
        let text = format!("{{\"Records\":[{raw}]}}");
        let mut at = At { sink: &mut *self.sink, offset };
        self.reader.read(text.as_bytes(), Wanted::LambdaAndCloudTrail, &mut at);
    }
}

/// Says where a record was found before it came into the lake.
struct At<'k, K> {
    sink: &'k mut K,
    offset: u64,
}

impl<K: Sink> Sink for At<'_, K> {
    const EVERY: bool = K::EVERY;

    fn event(&mut self, event: &Event<'_>) {
        self.sink.event(&Event { offset: self.offset, ..*event });
    }

    fn record(&mut self, record: &Record<'_>) {
        self.sink.record(&Record { offset: self.offset, ..record.clone() });
    }
}
