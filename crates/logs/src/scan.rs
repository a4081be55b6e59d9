//! Many files on several threads: each inflated, read, its records handed to a sink, with an account of all of them.

mod account;
mod both;
mod gate;
mod sheets;

pub use account::{Account, Counts, KEPT_TROUBLES, Trouble};
pub use sheets::{Consumer, Layout, Sheets, scan_sheets};

use crate::accounted::Accounted;
use crate::hash::{sha256, sha256_many};
use crate::home::Home;
use crate::inflate::{self, DEFAULT_LIMIT, Inflated, Inflater, expected};
use crate::object_key::is_log_file;
use crate::read::Reader;
use crate::record::Record;
use crate::sheet::{Facts, Sheet};
use crate::sink::{Event, Sink, Wanted};
use gate::{Gate, IN_FLIGHT};

/// Where files come from. Threads ask in turn, so a source gives each file once.
pub trait Source: Sync {
    /// The next file, its packed bytes in `bytes`, which is empty when it is handed over; `None` iff there are no more.
    fn next(&self, bytes: &mut Vec<u8>) -> Option<File>;

    /// The bytes of a [`File::large`] one, asked for when there is room for them.
    ///
    /// # Errors
    /// Why they could not be had, in words.
    fn fill(&self, _file: &File, _bytes: &mut Vec<u8>) -> Result<(), String> {
        Ok(())
    }
}

/// A file as a source gives it.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// Its name within the source: whatever the source makes of it, unique and stable.
    pub name: String,
    /// When it was delivered, to the minute, as its name says: milliseconds since 1970.
    pub delivered: Option<i64>,
    /// Why its bytes could not be had.
    pub unread: Option<String>,
    /// What was found in it when it was read before: then there are no bytes, and it is not read again.
    pub known: Option<Box<Known>>,
    /// How many bytes it may have, iff they are so many that they are not there before [`Source::fill`] is asked for them.
    pub large: Option<u64>,
    /// Whose folder it lies in, where CloudTrail delivers to one.
    pub home: Option<Home>,
    /// What the source wants the consumer to know of it.
    pub tag: Tag,
    /// Its place in a list that source and consumer share, if there is one.
    pub number: usize,
}

/// Bytes that mean something to a source and its consumer, and nothing to a scan.
pub type Tag = [u8; 32];

/// A file that was read before.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// All columns of its invocations.
    pub sheet: Sheet,
    /// Its length in bytes, packed.
    pub packed: u64,
}

/// What is common to all that take files in, one for each thread: records ([`FileSink`]) or sheets ([`Consumer`]).
pub trait Receiver: Send {
    /// What can go wrong.
    type Error: Send;

    /// True iff [`Receiver::hashed`] is to be called for the file.
    fn wants_hash(&self, _file: &File) -> bool {
        false
    }

    /// The SHA-256 of a file's inflated bytes, before what was read of it. Not called where its wrapping is damaged.
    ///
    /// # Errors
    /// Whatever ends the whole scan.
    fn hashed(&mut self, _file: &File, _hash: [u8; 32]) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Called once on its own thread, after the last file.
    ///
    /// # Errors
    /// Whatever ends the whole scan.
    fn end(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// What becomes of the records of files. Records come by the doors of [`Sink`], those of one file between [`FileSink::begin`] and
/// [`FileSink::read`].
pub trait FileSink: Sink + Receiver {
    /// The records of this file come next.
    fn begin(&mut self, _file: &File) {}

    /// The file was read to its end. Not called for files whose bytes could not be had. Of those that inflate to more than the
    /// limit no record came.
    ///
    /// # Errors
    /// Whatever ends the whole scan.
    fn read(&mut self, file: &File, read: &ReadFile<'_>) -> Result<(), Self::Error>;

    /// The file is a [`File::known`] one: what is known of it is its sheet, and none of its records comes. A sink that cannot do
    /// with that is used with a source that knows no files.
    ///
    /// # Errors
    /// Whatever ends the whole scan.
    fn known(&mut self, file: &File, known: &Known) -> Result<(), Self::Error>;
}

/// A file that was read to its end.
#[derive(Clone, Copy, Debug)]
pub struct ReadFile<'a> {
    /// The account of its bytes.
    pub facts: &'a Facts,
    /// The bytes themselves, inflated.
    pub inflated: &'a [u8],
    /// What is wrong with its wrapping, as [`Facts::trouble`] says in words.
    pub trouble: Option<&'a inflate::Trouble>,
}

/// How to scan.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// A file that inflates to more bytes is refused; see [`DEFAULT_LIMIT`].
    pub limit: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { limit: DEFAULT_LIMIT }
    }
}

/// Reads all that the source gives, on as many threads as there are sinks: without any, nothing is read.
///
/// # Errors
/// What a sink says: the first thread's that failed.
pub fn scan<S: Source, K: FileSink>(
    source: &S,
    options: Options,
    sinks: Vec<K>,
) -> Result<(Vec<K>, Account), K::Error> {
    let gate = Gate::default();
    let work = |mut sink: K| {
        let account = one_thread(source, options, &gate, &mut sink);
        if account.is_err() {
            gate.close();
        }
        account.map(|account| (sink, account))
    };
    let done: Vec<_> = std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = sinks.into_iter().map(|sink| scope.spawn(move || work(sink))).collect();
        threads.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    });
    let mut total = Account::default();
    let mut sinks = Vec::new();
    for one in done {
        // A panic in a thread is a defect of ours, and goes on as one.
        let (sink, account) = one.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        sinks.push(sink);
        total.merge(account);
    }
    Ok((sinks, total))
}

fn one_thread<K: FileSink>(
    source: &impl Source,
    options: Options,
    gate: &Gate,
    sink: &mut K,
) -> Result<Account, K::Error> {
    let mut worker = Worker { options, gate, sink, account: Account::default(), reader: Reader::new() };
    let [mut first, mut second] = [(); 2].map(|()| Slot::new(options.limit));
    while worker.fetch(source, &mut first)? {
        if !worker.wants_hash(&first) || first.is_large() {
            worker.alone(source, &mut first)?;
        } else if worker.fetch(source, &mut second)? {
            worker.both(source, &mut first, &mut second)?;
        } else {
            worker.alone(source, &mut first)?;
        }
    }
    worker.sink.end()?;
    Ok(worker.account)
}

/// A file under way.
struct Slot {
    file: Option<File>,
    packed: Vec<u8>,
    inflater: Inflater,
}

impl Slot {
    fn new(limit: usize) -> Self {
        Slot { file: None, packed: Vec::new(), inflater: Inflater::new(limit) }
    }

    fn is_large(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.large.is_some())
    }
}

struct Worker<'w, K: FileSink> {
    options: Options,
    gate: &'w Gate,
    sink: &'w mut K,
    account: Account,
    reader: Reader,
}

impl<K: FileSink> Worker<'_, K> {
    /// Puts the next file with bytes into the slot; false iff there is none. What needs no reading is dealt with on the way.
    fn fetch(&mut self, source: &impl Source, slot: &mut Slot) -> Result<bool, K::Error> {
        while !self.gate.is_closed() {
            // What is fetched while a large file is under way would only take memory.
            self.gate.wait();
            slot.packed.clear();
            let Some(file) = source.next(&mut slot.packed) else { break };
            if let Some(why) = &file.unread {
                self.account.enter_unread(&file.name, why);
            } else if let Some(known) = &file.known {
                let sheet = &known.sheet;
                self.account.enter(&file.name, known.packed, &sheet.facts, Counts::of(sheet));
                self.sink.known(&file, known)?;
            } else {
                slot.file = Some(file);
                return Ok(true);
            }
        }
        slot.file = None;
        Ok(false)
    }

    fn wants_hash(&self, slot: &Slot) -> bool {
        slot.file.as_ref().is_some_and(|file| self.sink.wants_hash(file))
    }

    fn room(&self, slot: &Slot) -> usize {
        let large = slot.file.as_ref().and_then(|file| file.large).unwrap_or(0);
        let large = usize::try_from(large).unwrap_or(usize::MAX);
        expected(&slot.packed).max(slot.packed.len()).max(large).min(self.options.limit)
    }

    fn alone(&mut self, source: &impl Source, slot: &mut Slot) -> Result<(), K::Error> {
        let (gate, most) = (self.gate, self.options.limit);
        let mut room = self.room(slot);
        let mut pass = gate.enter(room);
        let wanted = self.wants_hash(slot);
        let Slot { file: Some(file), packed, inflater } = slot else { return Ok(()) };
        if file.large.is_some() {
            if let Err(why) = source.fill(file, packed) {
                self.account.enter_unread(&file.name, &why);
                *packed = Vec::new();
                return Ok(());
            }
            // What is packed may need more room than it takes itself.
            room = room.max(expected(packed)).min(most);
        }
        let length = packed.len();
        let mut limit = room.max(IN_FLIGHT).min(most);
        let inflated = loop {
            inflater.limit_to(limit);
            let inflated = inflater.inflate_out_of(packed);
            if limit == most || !is_too_large(&inflated) {
                break inflated;
            }
            // It holds more than it says: once more, with room for as much as there may be.
            drop(pass);
            pass = gate.enter(most);
            limit = most;
        };
        let hash = (wanted && inflated.trouble.is_none()).then(|| sha256(inflated.bytes));
        self.read(file, length, inflated, hash)?;
        inflater.rest();
        drop(pass);
        Ok(())
    }

    /// Two files whose bytes are hashed side by side, which takes hardly longer than one. Waiting for room while holding some could
    /// be for ever, so they go one after the other where there is none for both.
    fn both(&mut self, source: &impl Source, first: &mut Slot, second: &mut Slot) -> Result<(), K::Error> {
        let pass = self.gate.enter(self.room(first));
        let beside = self.gate.enter_now(self.room(second));
        let limit = IN_FLIGHT.min(self.options.limit);
        if beside.is_none() || !self.wants_hash(second) || second.is_large() {
            drop((pass, beside));
            self.alone(source, first)?;
            return self.alone(source, second);
        }
        first.inflater.limit_to(limit);
        second.inflater.limit_to(limit);
        let Slot { file: Some(one), packed: one_packed, inflater: one_inflater } = first else {
            return Ok(());
        };
        let Slot { file: Some(other), packed: other_packed, inflater: other_inflater } = second else {
            return Ok(());
        };
        let (one_length, other_length) = (one_packed.len(), other_packed.len());
        // One that holds more than it says waits for its room alone.
        let one_inflated = one_inflater.inflate_out_of(one_packed);
        if is_too_large(&one_inflated) {
            drop((pass, beside));
            self.alone(source, first)?;
            return self.alone(source, second);
        }
        let other_inflated = other_inflater.inflate_out_of(other_packed);
        if is_too_large(&other_inflated) {
            let hash = one_inflated.trouble.is_none().then(|| sha256(one_inflated.bytes));
            self.read(one, one_length, one_inflated, hash)?;
            one_inflater.rest();
            drop((pass, beside));
            return self.alone(source, second);
        }
        let [one_hash, other_hash] = sha256_many(&[one_inflated.bytes, other_inflated.bytes]);
        let one_hash = one_inflated.trouble.is_none().then_some(one_hash);
        let other_hash = other_inflated.trouble.is_none().then_some(other_hash);
        self.read(one, one_length, one_inflated, one_hash)?;
        self.read(other, other_length, other_inflated, other_hash)?;
        one_inflater.rest();
        other_inflater.rest();
        Ok(())
    }

    fn read(
        &mut self,
        file: &File,
        packed: usize,
        inflated: Inflated<'_>,
        hash: Option<[u8; 32]>,
    ) -> Result<(), K::Error> {
        let Worker { sink, account, reader, .. } = self;
        sink.begin(file);
        let mut counted = Counted { sink: &mut **sink, counts: Counts::default() };
        let mut accounted = reader.read(inflated.bytes, Wanted::LambdaAndCloudTrail, &mut counted);
        let counts = counted.counts;
        accounted.trouble = inflated.trouble.or_else(|| nothing(file, inflated.bytes, &accounted));
        let hash = hash.filter(|_| accounted.trouble.is_none());
        let facts = Facts::from(&accounted);
        account.enter(&file.name, packed as u64, &facts, counts);
        if let Some(hash) = hash {
            sink.hashed(file, hash)?;
        }
        let trouble = accounted.trouble.as_ref();
        sink.read(file, &ReadFile { facts: &facts, inflated: inflated.bytes, trouble })
    }
}

/// Why a file without a record holds nothing at all: where a disk was full or a command failed, there are a name and nothing else. A
/// log file of CloudTrail has its `Records`, were there none of them.
fn nothing(file: &File, bytes: &[u8], accounted: &Accounted) -> Option<inflate::Trouble> {
    if accounted.records > 0 || accounted.refusals > 0 {
        return None;
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if text.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0x1e) {
        return Some(inflate::Trouble::Empty);
    }
    let delivered = file.delivered.is_some() || is_log_file(&file.name);
    let envelope = || memchr::memmem::find(bytes, b"\"Records\"").is_some();
    (delivered && !envelope()).then_some(inflate::Trouble::NoRecords)
}

fn is_too_large(inflated: &Inflated<'_>) -> bool {
    matches!(inflated.trouble, Some(inflate::Trouble::TooLarge { .. }))
}

/// Counts records on their way to a sink.
struct Counted<'k, K> {
    sink: &'k mut K,
    counts: Counts,
}

impl<K: Sink> Sink for Counted<'_, K> {
    const EVERY: bool = K::EVERY;

    #[inline(always)]
    fn event(&mut self, event: &Event<'_>) {
        self.sink.event(event);
    }

    #[inline(always)]
    fn record(&mut self, record: &Record<'_>) {
        self.counts.take(record);
        self.sink.record(record);
    }
}
