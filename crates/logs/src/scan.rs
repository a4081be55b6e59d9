//! Many files on several threads: each inflated, read and handed on as a sheet, with an account of all of them.

use crate::hash::{sha256, sha256_many};
use crate::inflate::{self, DEFAULT_LIMIT, Inflated, Inflater, expected};
use crate::read::{Reader, Wanted};
use crate::record::Record;
use crate::sheet::{Columns, Facts, Sheet};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, PoisonError};

/// Troubles that are kept with their file and reason; of more, only the number is.
pub const KEPT_TROUBLES: usize = 1_000;

/// Where files come from. Threads ask in turn, so a source gives each file once.
pub trait Source: Sync {
    /// The next file, its packed bytes in `bytes`, which is empty when it is handed over; `None` iff there are no more.
    fn next(&self, bytes: &mut Vec<u8>) -> Option<File>;
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

/// What becomes of the sheets: one for each thread.
pub trait Consumer: Send {
    /// What can go wrong.
    type Error: Send;

    /// A file was read: its sheet, and the inflated bytes that it was read from: none for a [`File::known`] one. Not called for
    /// files whose bytes could not be had. Of those that inflate to more than the limit the sheet is empty but for its account.
    ///
    /// # Errors
    /// Whatever ends the whole scan.
    fn sheet(&mut self, file: &File, sheet: &Sheet, inflated: &[u8]) -> Result<(), Self::Error>;

    /// True iff [`Consumer::hashed`] is to be called for the file.
    fn wants_hash(&self, _file: &File) -> bool {
        false
    }

    /// The SHA-256 of a file's inflated bytes, before its sheet. Not called where its gzip wrapping is damaged.
    ///
    /// # Errors
    /// Whatever ends the whole scan.
    fn hashed(&mut self, _file: &File, _hash: [u8; 32]) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Called once on its own thread, behind the last file.
    ///
    /// # Errors
    /// Whatever ends the whole scan.
    fn end(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// How to scan.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Which texts the sheets hold.
    pub columns: Columns,
    /// A file that inflates to more bytes is refused; see [`DEFAULT_LIMIT`].
    pub limit: usize,
    /// Each sheet holds the texts of its own file alone, so that it can be kept. Otherwise texts are carried from file to file,
    /// which is faster.
    pub apart: bool,
}

/// Inflated bytes on all threads together: a file waits until it fits, one alone may be larger. It keeps the memory of two
/// threads below 100 MiB on the largest files that CloudTrail delivers (50 MB of JSON).
const IN_FLIGHT: usize = 24 << 20;

impl Default for Options {
    fn default() -> Self {
        Options { columns: Columns::ALL, limit: DEFAULT_LIMIT, apart: false }
    }
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Trouble {
    /// The name of the file.
    pub file: String,
    /// Where, among the inflated bytes; `None` where it is about the whole file.
    pub offset: Option<u64>,
    /// Why.
    pub why: String,
}

/// The account of many files: `files` is `whole + damaged + unread`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Files that the source gave.
    pub files: u64,
    /// Those of which nothing could be had.
    pub unread: u64,
    /// Those with records or stretches that could not be read, or whose gzip wrapping is damaged.
    pub damaged: u64,
    /// Packed bytes of those that could be had.
    pub packed: u64,
    /// Inflated bytes.
    pub bytes: u64,
    /// Records read, of whatever source.
    pub records: u64,
    /// Those that are invocations.
    pub invocations: u64,
    /// Those of the control planes of Lambda and CloudTrail.
    pub control: u64,
    /// Aggregated events among them, and the calls that they stand for.
    pub aggregated: (u64, u64),
    /// Whole things that hold no API event.
    pub not_events: u64,
    /// Records and stretches of bytes that could not be read.
    pub refusals: u64,
    /// Corrections that were too many to be applied ([`crate::Answer::corrections_apart`]): calls may be counted twice.
    #[serde(default)]
    pub corrections_apart: u64,
    /// The first [`KEPT_TROUBLES`] by name and offset.
    pub troubles: BTreeSet<Trouble>,
}

impl Account {
    /// Enters a file of which nothing could be had.
    pub fn enter_unread(&mut self, name: &str, why: &str) {
        self.files += 1;
        self.unread += 1;
        self.trouble(Trouble { file: name.to_owned(), offset: None, why: why.to_owned() });
    }

    /// Enters corrections that were too many to be applied ([`crate::Answer::corrections_apart`]): the files were read, and the answer
    /// does not have what the corrections say. Nothing is entered iff there are none.
    pub fn enter_corrections(&mut self, apart: u64) {
        if apart > 0 {
            self.corrections_apart += apart;
            let why = format!("{apart} corrections are too many to be applied: calls may be counted twice");
            self.trouble(Trouble { file: "corrections (addendum)".to_owned(), offset: None, why });
        }
    }

    /// Enters a file that was read, now or earlier.
    pub fn enter(&mut self, name: &str, packed: u64, sheet: &Sheet) {
        let Facts { bytes, records, not_events, refusals, refused, trouble } = &sheet.facts;
        self.files += 1;
        self.packed += packed;
        self.bytes += bytes;
        self.records += records;
        self.not_events += not_events;
        self.refusals += refusals;
        self.invocations += sheet.rows.len() as u64;
        self.control += sheet.control;
        self.aggregated.0 += sheet.aggregated.0;
        self.aggregated.1 += sheet.aggregated.1;
        if *refusals > 0 || trouble.is_some() {
            self.damaged += 1;
        }
        if let Some(why) = trouble {
            self.trouble(Trouble { file: name.to_owned(), offset: None, why: why.clone() });
        }
        for (offset, why) in refused {
            self.trouble(Trouble { file: name.to_owned(), offset: Some(*offset), why: why.clone() });
        }
    }

    fn trouble(&mut self, trouble: Trouble) {
        self.troubles.insert(trouble);
        if self.troubles.len() > KEPT_TROUBLES {
            self.troubles.pop_last();
        }
    }

    /// Adds what another thread entered.
    pub fn merge(&mut self, other: Account) {
        self.files += other.files;
        self.unread += other.unread;
        self.damaged += other.damaged;
        self.packed += other.packed;
        self.bytes += other.bytes;
        self.records += other.records;
        self.invocations += other.invocations;
        self.control += other.control;
        self.aggregated.0 += other.aggregated.0;
        self.aggregated.1 += other.aggregated.1;
        self.not_events += other.not_events;
        self.refusals += other.refusals;
        self.corrections_apart += other.corrections_apart;
        other.troubles.into_iter().for_each(|trouble| self.trouble(trouble));
    }

    /// True iff every byte of every file was read, and each correction was applied.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.unread == 0 && self.damaged == 0 && self.corrections_apart == 0
    }
}

/// Reads all that the source gives, on as many threads as there are consumers: without any, nothing is read.
///
/// # Errors
/// What a consumer says: the first thread's that failed.
pub fn scan<S: Source, C: Consumer>(
    source: &S,
    options: Options,
    consumers: Vec<C>,
) -> Result<(Vec<C>, Account), C::Error> {
    let gate = Gate::default();
    let work = |mut consumer: C| {
        let account = one_thread(source, options, &gate, &mut consumer);
        if account.is_err() {
            gate.close();
        }
        account.map(|account| (consumer, account))
    };
    let done: Vec<_> = std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> =
            consumers.into_iter().map(|consumer| scope.spawn(move || work(consumer))).collect();
        threads.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    });
    let mut total = Account::default();
    let mut consumers = Vec::new();
    for one in done {
        // A panic in a thread is a defect of ours, and goes on as one.
        let (consumer, account) = one.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        consumers.push(consumer);
        total.merge(account);
    }
    Ok((consumers, total))
}

fn one_thread<C: Consumer>(
    source: &impl Source,
    options: Options,
    gate: &Gate,
    consumer: &mut C,
) -> Result<Account, C::Error> {
    let mut worker = Worker {
        options,
        gate,
        consumer,
        account: Account::default(),
        reader: Reader::new(),
        sheet: Sheet::default(),
    };
    let [mut first, mut second] = [(); 2].map(|()| Slot::new(options.limit));
    while worker.fetch(source, &mut first)? {
        if !worker.wants_hash(&first) {
            worker.alone(&mut first)?;
        } else if worker.fetch(source, &mut second)? {
            worker.both(&mut first, &mut second)?;
        } else {
            worker.alone(&mut first)?;
        }
    }
    worker.consumer.end()?;
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
}

struct Worker<'w, C: Consumer> {
    options: Options,
    gate: &'w Gate,
    consumer: &'w mut C,
    account: Account,
    reader: Reader,
    sheet: Sheet,
}

impl<C: Consumer> Worker<'_, C> {
    /// Puts the next file with bytes into the slot; false iff there is none. What needs no reading is dealt with on the way.
    fn fetch(&mut self, source: &impl Source, slot: &mut Slot) -> Result<bool, C::Error> {
        while !self.gate.is_closed() {
            // What is fetched while a large file is under way would only take memory.
            self.gate.wait();
            slot.packed.clear();
            let Some(file) = source.next(&mut slot.packed) else { break };
            if let Some(why) = &file.unread {
                self.account.enter_unread(&file.name, why);
            } else if let Some(known) = &file.known {
                self.account.enter(&file.name, known.packed, &known.sheet);
                self.consumer.sheet(&file, &known.sheet, &[])?;
            } else {
                slot.file = Some(file);
                return Ok(true);
            }
        }
        slot.file = None;
        Ok(false)
    }

    fn wants_hash(&self, slot: &Slot) -> bool {
        slot.file.as_ref().is_some_and(|file| self.consumer.wants_hash(file))
    }

    fn room(&self, slot: &Slot) -> usize {
        expected(&slot.packed).min(self.options.limit)
    }

    fn alone(&mut self, slot: &mut Slot) -> Result<(), C::Error> {
        let _pass = self.gate.enter(self.room(slot));
        let wanted = self.wants_hash(slot);
        let Slot { file: Some(file), packed, inflater } = slot else { return Ok(()) };
        let length = packed.len();
        let inflated = inflater.inflate_out_of(packed);
        let hash = (wanted && inflated.trouble.is_none()).then(|| sha256(inflated.bytes));
        self.read(file, length, inflated, hash)?;
        inflater.rest();
        Ok(())
    }

    /// Two files whose bytes are hashed side by side, which takes hardly longer than one. Waiting for room while holding some could
    /// be for ever, so they go one after the other where there is none for both.
    fn both(&mut self, first: &mut Slot, second: &mut Slot) -> Result<(), C::Error> {
        let pass = self.gate.enter(self.room(first));
        let beside = self.gate.enter_now(self.room(second));
        if beside.is_none() || !self.wants_hash(second) {
            drop((pass, beside));
            self.alone(first)?;
            return self.alone(second);
        }
        let Slot { file: Some(one), packed: one_packed, inflater: one_inflater } = first else {
            return Ok(());
        };
        let Slot { file: Some(other), packed: other_packed, inflater: other_inflater } = second else {
            return Ok(());
        };
        let (one_length, other_length) = (one_packed.len(), other_packed.len());
        let one_inflated = one_inflater.inflate_out_of(one_packed);
        let other_inflated = other_inflater.inflate_out_of(other_packed);
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
    ) -> Result<(), C::Error> {
        let Worker { options, consumer, account, reader, sheet, .. } = self;
        if options.apart {
            sheet.clear();
        } else {
            sheet.carry_on();
        }
        // Where a disk was full, a copy has its name and nothing else: CloudTrail delivers no such file.
        let hollow = packed == 0 && is_called_packed(&file.name);
        let trouble = inflated.trouble.or_else(|| hollow.then_some(inflate::Trouble::Empty));
        let hash = hash.filter(|_| trouble.is_none());
        let mut take = |record: &Record<'_>| sheet.take(record, options.columns);
        let mut accounted = reader.read(inflated.bytes, Wanted::LambdaAndCloudTrail, &mut take);
        accounted.trouble = trouble;
        sheet.facts = Facts::from(&accounted);
        account.enter(&file.name, packed as u64, sheet);
        if let Some(hash) = hash {
            consumer.hashed(file, hash)?;
        }
        consumer.sheet(file, sheet, inflated.bytes)
    }
}

fn is_called_packed(name: &str) -> bool {
    [".gz", ".zst", ".zip"].iter().any(|suffix| {
        let end = name.len().checked_sub(suffix.len()).and_then(|at| name.as_bytes().get(at..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
    })
}

/// Lets as many bytes in as fit.
#[derive(Default)]
struct Gate {
    state: Mutex<(usize, bool)>,
    left: Condvar,
}

struct Pass<'g> {
    gate: &'g Gate,
    bytes: usize,
}

impl Gate {
    fn enter(&self, bytes: usize) -> Pass<'_> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |state: &mut (usize, bool)| state.0 > 0 && state.0 + bytes > IN_FLIGHT;
        let mut state = self.left.wait_while(state, full).unwrap_or_else(PoisonError::into_inner);
        state.0 += bytes;
        Pass { gate: self, bytes }
    }

    /// Waits until there is some room.
    fn wait(&self) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |state: &mut (usize, bool)| state.0 >= IN_FLIGHT && !state.1;
        drop(self.left.wait_while(state, full).unwrap_or_else(PoisonError::into_inner));
    }

    /// As [`Gate::enter`]; `None` iff that would wait.
    fn enter_now(&self, bytes: usize) -> Option<Pass<'_>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 > 0 && state.0 + bytes > IN_FLIGHT {
            return None;
        }
        state.0 += bytes;
        Some(Pass { gate: self, bytes })
    }

    fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
    }

    fn is_closed(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.gate.state.lock().unwrap_or_else(PoisonError::into_inner).0 -= self.bytes;
        self.gate.left.notify_all();
    }
}
