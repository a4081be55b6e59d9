//! Many files on several threads: each inflated, read and handed on as a sheet, with an account of all of them.

use crate::inflate::{DEFAULT_LIMIT, Inflater, expected};
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
    /// At least one.
    pub threads: usize,
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
const IN_FLIGHT: usize = 40 << 20;

impl Default for Options {
    fn default() -> Self {
        Options { threads: 1, columns: Columns::ALL, limit: DEFAULT_LIMIT, apart: false }
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
        other.troubles.into_iter().for_each(|trouble| self.trouble(trouble));
    }

    /// True iff every byte of every file was read.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.unread == 0 && self.damaged == 0
    }
}

/// Reads all that the source gives, each thread with a consumer of its own.
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
    let mut account = Account::default();
    let mut inflater = Inflater::new(options.limit);
    let mut reader = Reader::new();
    let mut sheet = Sheet::default();
    let mut packed = Vec::new();
    while !gate.is_closed() {
        packed.clear();
        let Some(file) = source.next(&mut packed) else { break };
        if let Some(why) = &file.unread {
            account.enter_unread(&file.name, why);
            continue;
        }
        if let Some(known) = &file.known {
            account.enter(&file.name, known.packed, &known.sheet);
            consumer.sheet(&file, &known.sheet, &[])?;
            continue;
        }
        let pass = gate.enter(expected(&packed).min(options.limit));
        let inflated = inflater.inflate(&packed);
        if options.apart {
            sheet.clear()
        } else {
            sheet.carry_on()
        }
        let mut take = |record: &Record<'_>| sheet.take(record, options.columns);
        let mut accounted = reader.read(inflated.bytes, Wanted::LambdaAndCloudTrail, &mut take);
        accounted.trouble = inflated.trouble;
        sheet.facts = Facts::from(&accounted);
        account.enter(&file.name, packed.len() as u64, &sheet);
        consumer.sheet(&file, &sheet, inflated.bytes)?;
        drop(pass);
        inflater.rest();
    }
    consumer.end()?;
    Ok(account)
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
