//! From entries to counts: the same record counted once, executions joined to the calls that they belong to.
//!
//! Entries are sorted by request and by event in runs that go to scratch files where they do not fit into memory; then all runs
//! are merged. So memory does not grow with the number of records, and nothing is left to chance.

use super::entry::Entry;
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

/// Entries of one thread in memory at once: 64 bytes each.
pub(super) const IN_MEMORY: usize = 80_000;

/// The entries of one thread: some in memory, the rest in sorted runs.
pub(super) struct Runs<'s> {
    entries: Vec<Entry>,
    spilled: Vec<(Box<dyn Scratch>, u64)>,
    spill: &'s dyn Spill,
    most: usize,
}

impl<'s> Runs<'s> {
    /// With at most that many entries in memory.
    pub(super) fn new(spill: &'s dyn Spill, most: usize) -> Self {
        Runs { entries: Vec::new(), spilled: Vec::new(), spill, most: most.max(1) }
    }

    pub(super) fn push(&mut self, entry: Entry) -> io::Result<()> {
        if self.entries.len() >= self.most {
            self.spill()?;
        }
        if self.entries.len() == self.entries.capacity() {
            // Doubling would take more than is ever needed.
            let more = self.entries.len().max(1_000).min(self.most - self.entries.len());
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
            .is_none_or(|first| first.order().0 == order.0 && (order.0 != 0 || first.key == order.1));
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
