//! From entries to counts: the same record counted once, executions joined to the calls that they belong to.
//!
//! Entries are sorted by request and by event, and the runs of all threads are merged. So memory does not grow with the number of
//! records, and nothing is left to chance.

use super::correct::{PerThread, Replacing};
use super::entry::Entry;
use super::runs::{Merged, Order, Plain, Runs};
use std::collections::BTreeSet;
use std::io;

/// Hands on what belongs together, of the entries that `keep` says true to: it gets each with the number of its run.
fn hand_on<O: Order>(
    mut merged: Merged<O>,
    mut keep: impl FnMut(usize, &mut Entry) -> io::Result<bool>,
    belong: &mut impl FnMut(&[Entry]),
) -> io::Result<()> {
    let mut together: Vec<Entry> = Vec::new();
    while let Some((run, mut entry)) = merged.next()? {
        if !keep(run, &mut entry)? {
            continue;
        }
        let order = merged.order.of(&entry);
        let same = together.first().is_none_or(|first| {
            let before = merged.order.of(first);
            before.0 == order.0 && (order.0 != 0 || before.1 == order.1)
        });
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

/// All entries of all threads in order, their groups told by `group(thread, number)`; `belong` gets those that belong together:
/// a call with its executions and all copies of each, or the copies of one record. What a correction replaces is a copy of it.
///
/// Says how many corrections there were, iff they are too many to replace anything, else 0; and which groups lost a record to one.
pub(super) fn merge(
    mut threads: Vec<PerThread<'_>>,
    group: impl Fn(usize, u32) -> u32,
    mut belong: impl FnMut(&[Entry]),
) -> io::Result<(u64, BTreeSet<u32>)> {
    let Some((spill, most)) = threads.first().map(|of| of.runs.room()) else { return Ok(Default::default()) };
    let (replacing, apart) = Replacing::of(&mut threads, &group)?;
    let (mut of_run, mut readers) = (Vec::new(), Vec::new());
    for (thread, of) in threads.into_iter().enumerate() {
        for run in of.with_corrections(replacing.as_ref())?.into_readers() {
            of_run.push(thread);
            readers.push(run);
        }
    }
    let merged = Merged::of(readers, Plain)?;
    let tell = |run: usize, entry: &mut Entry| {
        entry.group = group(of_run.get(run).copied().unwrap_or(0), entry.group);
    };
    let Some(replacing) = &replacing else {
        let all = |run, entry: &mut Entry| {
            tell(run, entry);
            Ok(true)
        };
        hand_on(merged, all, &mut belong)?;
        return Ok((apart, BTreeSet::new()));
    };
    // What a correction concerns is put in an order of its own, and settled after all else.
    let mut concerned = Runs::ordered(replacing, spill, most);
    let rest = |run, entry: &mut Entry| {
        tell(run, entry);
        if !replacing.concerns(entry) {
            return Ok(true);
        }
        concerned.push(*entry)?;
        Ok(false)
    };
    hand_on(merged, rest, &mut belong)?;
    concerned.sort();
    hand_on(Merged::of(concerned.into_readers(), replacing)?, |_, _| Ok(true), &mut belong)?;
    Ok((apart, replacing.losing().collect()))
}
