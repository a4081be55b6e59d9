//! Entries in order, however many there are: sorted in runs, which go to scratch files where they do not fit into memory, and merged.

use super::entry::Entry;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
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

/// Runs of one thread on scratch files: so many are merged into one, so that neither open files nor their buffers become many.
const MOST_RUNS: usize = 24;
/// Entries read or written at once.
const BLOCK: usize = 512;

/// In which order entries stand: what is settled together has the same first number, or else the same second one.
pub(super) trait Order: Copy {
    fn of(self, entry: &Entry) -> (u128, u128);
}

/// [`Entry::order`]
#[derive(Clone, Copy)]
pub(super) struct Plain;

impl Order for Plain {
    fn of(self, entry: &Entry) -> (u128, u128) {
        entry.order()
    }
}

/// The entries of one thread: some in memory, the rest in sorted runs.
pub(super) struct Runs<'s, O = Plain> {
    entries: Vec<Entry>,
    spilled: Vec<(Box<dyn Scratch>, u64)>,
    spill: &'s dyn Spill,
    most: usize,
    order: O,
}

impl<'s> Runs<'s> {
    /// With at most that many entries in memory.
    pub(super) fn new(spill: &'s dyn Spill, most: usize) -> Self {
        Runs::ordered(Plain, spill, most)
    }

    /// Every entry once, in no order.
    pub(super) fn each(&mut self, mut each: impl FnMut(&Entry)) -> io::Result<()> {
        self.entries.iter().for_each(&mut each);
        for (scratch, count) in &mut self.spilled {
            let mut reader = BufReader::with_capacity(Entry::SIZE * BLOCK, &mut *scratch);
            let mut bytes = [0; Entry::SIZE];
            for _ in 0..*count {
                reader.read_exact(&mut bytes)?;
                each(&Entry::from_bytes(&bytes));
            }
            scratch.seek(SeekFrom::Start(0))?;
        }
        Ok(())
    }
}

impl<'s, O: Order> Runs<'s, O> {
    pub(super) fn ordered(order: O, spill: &'s dyn Spill, most: usize) -> Self {
        Runs { entries: Vec::new(), spilled: Vec::new(), spill, most: most.max(1), order }
    }

    #[inline(always)]
    pub(super) fn push(&mut self, entry: Entry) -> io::Result<()> {
        if self.entries.len() >= self.most.min(self.entries.capacity()) {
            self.make_room()?;
        }
        self.entries.push(entry);
        Ok(())
    }

    /// Makes room for one more: what fits into memory no longer goes to a scratch file.
    #[cold]
    fn make_room(&mut self) -> io::Result<()> {
        if self.entries.len() >= self.most {
            self.spill()?;
        }
        if self.entries.len() == self.entries.capacity() {
            // Doubling would take more than is ever needed.
            let more = self.entries.len().max(1_000).min(self.most - self.entries.len());
            self.entries.reserve_exact(more);
        }
        Ok(())
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let entries = std::mem::take(&mut self.entries);
        let mut run = entries.iter();
        let written = self.write(|| Ok(run.next().copied()))?;
        self.spilled.push(written);
        self.entries = entries;
        self.entries.clear();
        if self.spilled.len() >= MOST_RUNS {
            let runs = self.spilled.drain(..).map(|(scratch, left)| Run::scratch(scratch, left)).collect();
            let mut merged = Merged::of(runs, self.order)?;
            let written = self.write(|| Ok(merged.next()?.map(|(_, entry)| entry)))?;
            self.spilled.push(written);
        }
        Ok(())
    }

    /// A scratch file of what `next` gives.
    fn write(
        &self,
        mut next: impl FnMut() -> io::Result<Option<Entry>>,
    ) -> io::Result<(Box<dyn Scratch>, u64)> {
        let mut scratch = self.spill.create()?;
        let (mut block, mut count) = (Vec::with_capacity(Entry::SIZE * BLOCK), 0);
        while let Some(entry) = next()? {
            block.extend(entry.to_bytes());
            count += 1;
            if block.len() >= Entry::SIZE * BLOCK {
                scratch.write_all(&block)?;
                block.clear();
            }
        }
        scratch.write_all(&block)?;
        scratch.seek(SeekFrom::Start(0))?;
        Ok((scratch, count))
    }

    /// Sorts what is in memory: done by each thread for its own.
    pub(super) fn sort(&mut self) {
        let order = self.order;
        self.entries.sort_unstable_by_key(|entry| order.of(entry));
    }

    /// Where scratch files come from, and how many entries may be in memory.
    pub(super) fn room(&self) -> (&'s dyn Spill, usize) {
        (self.spill, self.most)
    }

    /// The runs, each sorted.
    pub(super) fn into_readers(self) -> Vec<Run> {
        let memory = Run::Memory(self.entries.into_iter());
        let files = self.spilled.into_iter().map(|(scratch, left)| Run::scratch(scratch, left));
        files.chain([memory]).collect()
    }
}

/// Sorted entries, in memory or on a scratch file.
pub(super) enum Run {
    Memory(std::vec::IntoIter<Entry>),
    Scratch { reader: BufReader<Box<dyn Scratch>>, left: u64 },
}

impl Run {
    fn scratch(scratch: Box<dyn Scratch>, left: u64) -> Run {
        Run::Scratch { reader: BufReader::with_capacity(Entry::SIZE * BLOCK, scratch), left }
    }

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

/// The entries of several runs in order, each with the number of the run that it came from.
pub(super) struct Merged<O> {
    runs: Vec<(Run, Option<Entry>)>,
    heads: BinaryHeap<Reverse<((u128, u128), usize)>>,
    pub(super) order: O,
}

impl<O: Order> Merged<O> {
    pub(super) fn of(runs: Vec<Run>, order: O) -> io::Result<Merged<O>> {
        let mut merged = Merged { runs: Vec::new(), heads: BinaryHeap::new(), order };
        for (at, mut run) in runs.into_iter().enumerate() {
            let head = run.next()?;
            merged.heads.extend(head.map(|entry| Reverse((order.of(&entry), at))));
            merged.runs.push((run, head));
        }
        Ok(merged)
    }

    pub(super) fn next(&mut self) -> io::Result<Option<(usize, Entry)>> {
        let Some(mut least) = self.heads.peek_mut() else { return Ok(None) };
        let Reverse((_, at)) = *least;
        let Some((run, head)) = self.runs.get_mut(at) else { return Ok(None) };
        let next = run.next()?;
        let entry = std::mem::replace(head, next);
        match next {
            Some(next) => *least = Reverse((self.order.of(&next), at)),
            None => _ = PeekMut::pop(least),
        }
        Ok(entry.map(|entry| (at, entry)))
    }
}
