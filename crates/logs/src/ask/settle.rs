//! From entries to counts: the same record counted once, executions joined to the calls that they belong to.
//!
//! Entries are sorted by request and by event in runs that go to scratch files where they do not fit into memory; then all runs
//! are merged. So memory does not grow with the number of records, and nothing is left to chance.

use crate::sheet::{Marks, Row};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

/// Where runs go that do not fit into memory.
pub trait Spill: Sync {
    /// A scratch file that is gone when it is dropped.
    ///
    /// # Errors
    /// What the file system says.
    fn create(&self) -> io::Result<Box<dyn Scratch>>;
}

/// A file of our own: written once, then read from its beginning.
pub trait Scratch: Read + Write + Seek + Send {}

impl<T: Read + Write + Seek + Send> Scratch for T {}

/// Entries of one thread in memory at once: 48 bytes each.
const IN_MEMORY: usize = 100_000;

/// A record that may be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Shared by a call and its executions; 0 iff the record stands alone.
    pub(super) request: u128,
    /// Shared by copies of one record.
    pub(super) key: u128,
    pub(super) milliseconds: i64,
    pub(super) group: u32,
    pub(super) what: What,
}

/// Facts of an entry, and its delivery lag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct What(u32);

impl What {
    const EXECUTION: u32 = 1;
    /// It is asked about by itself.
    const ALONE: u32 = 1 << 1;
    const ERROR: u32 = 1 << 2;
    const DRY_RUN: u32 = 1 << 3;
    const FOREIGN: u32 = 1 << 4;
    const ASYNC: u32 = 1 << 5;
    /// The function did not run for this call: it steers a MicroVM.
    const MICROVM: u32 = 1 << 6;
    const LAG_AT: u32 = 16;

    pub(super) fn of(row: &Row, alone: bool, delivered: Option<i64>) -> What {
        let marks = row.marks;
        let bits = [
            (marks.any(Marks::EXECUTION), Self::EXECUTION),
            (alone, Self::ALONE),
            (marks.any(Marks::ERROR), Self::ERROR),
            (marks.any(Marks::DRY_RUN), Self::DRY_RUN),
            (marks.any(Marks::FOREIGN), Self::FOREIGN),
            (marks.any(Marks::ASYNC), Self::ASYNC),
            (marks.any(Marks::MICROVM), Self::MICROVM),
        ];
        let bits = bits.iter().fold(0, |bits, (set, bit)| if *set { bits | bit } else { bits });
        // The name of a file tells the minute: the record was there at its end.
        let lag = delivered.map(|minute| minute.saturating_add(60_000).saturating_sub(row.milliseconds));
        let lag = lag.map_or(0, |lag| super::answer::bucket(lag) + 1);
        What(bits | u32::from(lag) << Self::LAG_AT)
    }

    pub(super) fn execution(self) -> bool {
        self.0 & Self::EXECUTION != 0
    }

    pub(super) fn alone(self) -> bool {
        self.0 & Self::ALONE != 0
    }

    pub(super) fn error(self) -> bool {
        self.0 & Self::ERROR != 0
    }

    pub(super) fn dry_run(self) -> bool {
        self.0 & Self::DRY_RUN != 0
    }

    pub(super) fn foreign(self) -> bool {
        self.0 & Self::FOREIGN != 0
    }

    pub(super) fn later(self) -> bool {
        self.0 & Self::ASYNC != 0
    }

    pub(super) fn microvm(self) -> bool {
        self.0 & Self::MICROVM != 0
    }

    /// The bucket of its delivery lag, where it is known.
    pub(super) fn lag(self) -> Option<u16> {
        u16::try_from(self.0 >> Self::LAG_AT).ok()?.checked_sub(1)
    }
}

impl Entry {
    const SIZE: usize = 48;

    fn order(&self) -> (u128, u128) {
        (self.request, self.key)
    }

    fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..16].copy_from_slice(&self.request.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.key.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.milliseconds.to_le_bytes());
        bytes[40..44].copy_from_slice(&self.group.to_le_bytes());
        bytes[44..].copy_from_slice(&self.what.0.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; Self::SIZE]) -> Self {
        fn part<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
            bytes.get(at..at + N).and_then(|part| part.try_into().ok()).unwrap_or([0; N])
        }
        Entry {
            request: u128::from_le_bytes(part(bytes, 0)),
            key: u128::from_le_bytes(part(bytes, 16)),
            milliseconds: i64::from_le_bytes(part(bytes, 32)),
            group: u32::from_le_bytes(part(bytes, 40)),
            what: What(u32::from_le_bytes(part(bytes, 44))),
        }
    }
}

/// The entries of one thread: some in memory, the rest in sorted runs.
pub(super) struct Runs<'s> {
    entries: Vec<Entry>,
    spilled: Vec<(Box<dyn Scratch>, u64)>,
    spill: &'s dyn Spill,
}

impl<'s> Runs<'s> {
    pub(super) fn new(spill: &'s dyn Spill) -> Self {
        Runs { entries: Vec::new(), spilled: Vec::new(), spill }
    }

    pub(super) fn push(&mut self, entry: Entry) -> io::Result<()> {
        if self.entries.len() >= IN_MEMORY {
            self.spill()?;
        }
        if self.entries.len() == self.entries.capacity() {
            // Doubling would take more than is ever needed.
            let more = self.entries.len().max(1_000).min(IN_MEMORY - self.entries.len());
            self.entries.reserve_exact(more);
        }
        self.entries.push(entry);
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        self.entries.sort_unstable_by_key(Entry::order);
        let mut scratch = self.spill.create()?;
        let mut block = Vec::with_capacity(Entry::SIZE * 4_096);
        for entries in self.entries.chunks(4_096) {
            block.clear();
            block.extend(entries.iter().flat_map(|entry| entry.to_bytes()));
            scratch.write_all(&block)?;
        }
        scratch.seek(SeekFrom::Start(0))?;
        self.spilled.push((scratch, self.entries.len() as u64));
        self.entries.clear();
        Ok(())
    }

    /// Sorts what is in memory: done by each thread for its own.
    pub(super) fn sort(&mut self) {
        self.entries.sort_unstable_by_key(Entry::order);
    }

    /// The runs, each sorted.
    fn into_readers(self) -> Vec<Run> {
        let memory = Run::Memory(self.entries.into_iter());
        let files = self.spilled.into_iter().map(|(scratch, left)| {
            let reader = BufReader::with_capacity(Entry::SIZE * 1_024, scratch);
            Run::Scratch { reader, left }
        });
        files.chain([memory]).collect()
    }
}

enum Run {
    Memory(std::vec::IntoIter<Entry>),
    Scratch { reader: BufReader<Box<dyn Scratch>>, left: u64 },
}

impl Run {
    fn next(&mut self) -> io::Result<Option<Entry>> {
        match self {
            Run::Memory(entries) => Ok(entries.next()),
            Run::Scratch { left: 0, .. } => Ok(None),
            Run::Scratch { reader, left } => {
                let mut bytes = [0; Entry::SIZE];
                reader.read_exact(&mut bytes)?;
                *left -= 1;
                Ok(Some(Entry::from_bytes(&bytes)))
            }
        }
    }
}

/// All entries of all threads in order, their groups told by `group(thread, number)`; `belong` gets those that belong together:
/// a call with its executions and all copies of each, or the copies of one record.
pub(super) fn merge(
    runs: Vec<Runs<'_>>,
    group: impl Fn(usize, u32) -> u32,
    mut belong: impl FnMut(&[Entry]),
) -> io::Result<()> {
    let mut readers: Vec<(usize, Run)> = Vec::new();
    for (thread, of) in runs.into_iter().enumerate() {
        readers.extend(of.into_readers().into_iter().map(|run| (thread, run)));
    }
    let mut heads = BinaryHeap::new();
    let mut current: Vec<Option<Entry>> = Vec::new();
    for (at, (_, run)) in readers.iter_mut().enumerate() {
        let head = run.next()?;
        heads.extend(head.map(|entry| Reverse((entry.order(), at))));
        current.push(head);
    }
    let mut together: Vec<Entry> = Vec::new();
    while let Some(Reverse((order, at))) = heads.pop() {
        let Some((thread, run)) = readers.get_mut(at) else { break };
        let next = run.next()?;
        let entry = current.get_mut(at).and_then(|slot| std::mem::replace(slot, next));
        heads.extend(next.map(|entry| Reverse((entry.order(), at))));
        let Some(mut entry) = entry else { break };
        entry.group = group(*thread, entry.group);
        let same = together
            .first()
            .is_none_or(|first| first.request == order.0 && (order.0 != 0 || first.key == order.1));
        if !same {
            belong(&together);
            together.clear();
        }
        together.push(entry);
    }
    if !together.is_empty() {
        belong(&together);
    }
    Ok(())
}
