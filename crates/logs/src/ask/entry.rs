//! A record that may be counted: what settling needs of it, in 64 bytes.

use crate::sheet::{Marks, Row};

/// A record that may be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Shared by a call and its executions, where [`What::joined`]; 0 iff there is none.
    pub(super) request: u128,
    /// Shared by copies of one record.
    pub(super) key: u128,
    /// The bits of the event id.
    pub(super) event: u128,
    pub(super) milliseconds: i64,
    pub(super) group: u32,
    pub(super) what: What,
}

/// Facts of an entry, and its delivery lag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct What(u32);

impl What {
    pub(super) const EXECUTION: What = What(1);
    /// It is asked about by itself.
    pub(super) const ALONE: What = What(1 << 1);
    pub(super) const ERROR: What = What(1 << 2);
    pub(super) const DRY_RUN: What = What(1 << 3);
    pub(super) const FOREIGN: What = What(1 << 4);
    pub(super) const ASYNC: What = What(1 << 5);
    /// The function did not run for this call: it steers a MicroVM.
    pub(super) const MICROVM: What = What(1 << 6);
    /// Another record may have the same request id, and belong to it.
    pub(super) const JOINED: What = What(1 << 7);
    /// The event id can be made again from its bits.
    pub(super) const EVENT_UUID: What = What(1 << 8);
    /// So can the request id.
    pub(super) const REQUEST_UUID: What = What(1 << 9);
    const LAG_AT: u32 = 16;

    /// `alone` and `joined` as of the constants, `delivered` is when the record's file was, to the minute.
    pub(super) fn of(row: &Row, alone: bool, joined: bool, delivered: Option<i64>) -> What {
        let marks = row.marks;
        let bits = [
            (marks.any(Marks::EXECUTION), Self::EXECUTION),
            (alone, Self::ALONE),
            (marks.any(Marks::ERROR), Self::ERROR),
            (marks.any(Marks::DRY_RUN), Self::DRY_RUN),
            (marks.any(Marks::FOREIGN), Self::FOREIGN),
            (marks.any(Marks::ASYNC), Self::ASYNC),
            (marks.any(Marks::MICROVM), Self::MICROVM),
            (joined, Self::JOINED),
            (marks.any(Marks::EVENT_UUID), Self::EVENT_UUID),
            (marks.any(Marks::REQUEST_UUID), Self::REQUEST_UUID),
        ];
        let bits = bits.iter().fold(0, |bits, (set, bit)| if *set { bits | bit.0 } else { bits });
        // The name of a file tells the minute: the record was there at its end.
        let lag = delivered.map(|minute| minute.saturating_add(60_000).saturating_sub(row.milliseconds));
        let lag = lag.map_or(0, |lag| super::answer::bucket(lag) + 1);
        What(bits | u32::from(lag) << Self::LAG_AT)
    }

    /// True iff that is a fact of the entry.
    pub(super) fn is(self, fact: What) -> bool {
        self.0 & fact.0 != 0
    }

    /// The bucket of its delivery lag, where it is known.
    pub(super) fn lag(self) -> Option<u16> {
        u16::try_from(self.0 >> Self::LAG_AT).ok()?.checked_sub(1)
    }
}

impl Entry {
    pub(super) const SIZE: usize = 64;

    /// What belongs together stands together: a call and its executions, else the copies of one record.
    pub(super) fn order(&self) -> (u128, u128) {
        (if self.what.is(What::JOINED) { self.request } else { 0 }, self.key)
    }

    pub(super) fn execution(&self) -> bool {
        self.what.is(What::EXECUTION)
    }

    pub(super) fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..16].copy_from_slice(&self.request.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.key.to_le_bytes());
        bytes[32..48].copy_from_slice(&self.event.to_le_bytes());
        bytes[48..56].copy_from_slice(&self.milliseconds.to_le_bytes());
        bytes[56..60].copy_from_slice(&self.group.to_le_bytes());
        bytes[60..].copy_from_slice(&self.what.0.to_le_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; Self::SIZE]) -> Self {
        fn part<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
            bytes.get(at..at + N).and_then(|part| part.try_into().ok()).unwrap_or([0; N])
        }
        Entry {
            request: u128::from_le_bytes(part(bytes, 0)),
            key: u128::from_le_bytes(part(bytes, 16)),
            event: u128::from_le_bytes(part(bytes, 32)),
            milliseconds: i64::from_le_bytes(part(bytes, 48)),
            group: u32::from_le_bytes(part(bytes, 56)),
            what: What(u32::from_le_bytes(part(bytes, 60))),
        }
    }
}

/// The records among `together` that count, once each, and how many copies of them there were. `together` stands in
/// [`Entry::order`]. An execution that is not asked about by itself counts iff its call is there.
pub(super) fn once(together: &[Entry]) -> (Vec<Entry>, u64) {
    let called = together.iter().any(|entry| !entry.execution());
    let mut once: Vec<Entry> = Vec::with_capacity(together.len());
    let mut copies = 0;
    for entry in together.iter().filter(|entry| called || entry.what.is(What::ALONE)) {
        match once.last_mut() {
            Some(last) if last.key == entry.key => {
                copies += 1;
                // Of several copies the one that comes first decides, and nothing depends on the order of reading.
                let order = |entry: &Entry| (entry.group, entry.what, entry.request, entry.event);
                if order(entry) < order(last) {
                    *last = *entry;
                }
            }
            _ => once.push(*entry),
        }
    }
    (once, copies)
}

/// The call among them: the first, should there be several.
pub(super) fn call_of(once: &[Entry]) -> Option<&Entry> {
    once.iter().filter(|entry| !entry.execution()).min_by_key(|entry| (entry.milliseconds, entry.key))
}
