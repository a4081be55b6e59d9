//! A record that may be counted: what settling needs of it, in 64 bytes.

use crate::sheet::{Marks, Row};

/// A record that may be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The bits of the request id; 0 iff there is none. A call and its executions have the same.
    pub(super) request: u128,
    /// Shared by copies of one record: the bits of its event id and `salt`, added.
    pub(super) key: u128,
    pub(super) salt: u64,
    /// A hash of the function, and in the lower half one of the account it was delivered to: what has the same request id belongs
    /// together only there. The upper half is 0 iff nothing is joined.
    pub(super) belongs: u64,
    pub(super) milliseconds: i64,
    pub(super) group: u32,
    pub(super) what: What,
}

/// Facts of an entry, and its delivery lag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct What(u32);

impl What {
    pub(super) const EXECUTION: What = What(1);
    pub(super) const ERROR: What = What(1 << 2);
    pub(super) const DRY_RUN: What = What(1 << 3);
    pub(super) const FOREIGN: What = What(1 << 4);
    pub(super) const ASYNC: What = What(1 << 5);
    /// The function did not run for this call: it steers a MicroVM.
    pub(super) const MICROVM: What = What(1 << 6);
    /// Executions are joined to the calls that they belong to.
    pub(super) const JOINED: What = What(1 << 7);
    /// The event id can be made again from its bits.
    pub(super) const EVENT_UUID: What = What(1 << 8);
    /// So can the request id.
    pub(super) const REQUEST_UUID: What = What(1 << 9);
    /// It is in the time that was asked for.
    pub(super) const WITHIN: What = What(1 << 10);
    /// But for the time, it is asked about; or it would be, were it asynchronous, which an execution behind it shows.
    pub(super) const MEANT: What = What(1 << 11);
    pub(super) const MEANT_IF_FOLLOWED: What = What(1 << 12);
    /// It replaces the record of the same event and account.
    pub(super) const CORRECTS: What = What(1 << 13);
    const LAG_AT: u32 = 16;

    /// `asked` is which of the constants of asking are true, `delivered` when the record's file was, to the minute.
    pub(super) fn of(row: &Row, asked: What, delivered: Option<i64>) -> What {
        let marks = row.marks;
        let bits = [
            (marks.any(Marks::EXECUTION), Self::EXECUTION),
            (marks.any(Marks::ERROR), Self::ERROR),
            (marks.any(Marks::DRY_RUN), Self::DRY_RUN),
            (marks.any(Marks::FOREIGN), Self::FOREIGN),
            (marks.any(Marks::ASYNC), Self::ASYNC),
            (marks.any(Marks::MICROVM), Self::MICROVM),
            (marks.any(Marks::EVENT_UUID), Self::EVENT_UUID),
            (marks.any(Marks::REQUEST_UUID), Self::REQUEST_UUID),
        ];
        let bits = bits.iter().fold(asked.0, |bits, (set, bit)| if *set { bits | bit.0 } else { bits });
        // The name of a file tells the minute: the record was there at its end.
        let lag = delivered.map(|minute| minute.saturating_add(60_000).saturating_sub(row.milliseconds));
        let lag = lag.map_or(0, |lag| super::cell::bucket(lag) + 1);
        What(bits | u32::from(lag) << Self::LAG_AT)
    }

    /// Those of the facts that hold.
    pub(super) fn those(facts: &[(bool, What)]) -> What {
        What(facts.iter().filter(|(holds, _)| *holds).fold(0, |bits, (_, fact)| bits | fact.0))
    }

    /// True iff that is a fact of the entry.
    pub(super) fn is(self, fact: What) -> bool {
        self.0 & fact.0 != 0
    }

    /// That fact, too.
    pub(super) fn with(self, fact: What) -> What {
        What(self.0 | fact.0)
    }

    /// All but that fact.
    pub(super) fn without(self, fact: What) -> What {
        What(self.0 & !fact.0)
    }

    /// The facts, without the lag.
    fn facts(self) -> u32 {
        self.0 & ((1 << Self::LAG_AT) - 1)
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
        let joined = self.what.is(What::JOINED) && self.request != 0;
        (if joined { self.request.wrapping_add(u128::from(self.belongs)).max(1) } else { 0 }, self.key)
    }

    /// The bits of the event id.
    pub(super) fn event(&self) -> u128 {
        self.key.wrapping_sub(u128::from(self.salt))
    }

    /// The event that it tells of: its id, and a hash of the account that it was delivered to.
    pub(super) fn event_of_account(&self) -> (u128, u32) {
        let [a, b, c, d, ..] = self.belongs.to_le_bytes();
        (self.event(), u32::from_le_bytes([a, b, c, d]))
    }

    /// True iff it corrects the record of another.
    pub(super) fn corrects(&self) -> bool {
        self.what.is(What::CORRECTS)
    }

    /// All that is asked of it: copies of one record say the same, whenever they were delivered.
    pub(super) fn content(&self) -> (u128, u128, u64, i64, u32, u32) {
        (self.key, self.request, self.belongs, self.milliseconds, self.group, self.what.facts())
    }

    pub(super) fn execution(&self) -> bool {
        self.what.is(What::EXECUTION)
    }

    pub(super) fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..16].copy_from_slice(&self.request.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.key.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.salt.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.belongs.to_le_bytes());
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
            salt: u64::from_le_bytes(part(bytes, 32)),
            belongs: u64::from_le_bytes(part(bytes, 40)),
            milliseconds: i64::from_le_bytes(part(bytes, 48)),
            group: u32::from_le_bytes(part(bytes, 56)),
            what: What(u32::from_le_bytes(part(bytes, 60))),
        }
    }
}

/// What belongs together, once each.
pub(super) struct Settled {
    /// The calls that are asked about.
    pub(super) calls: Vec<Entry>,
    /// The attempts that are asked about: those of the call, or without one that was read.
    pub(super) attempts: Vec<Entry>,
    /// Whose the attempts are: the first call, asked about or not; `None` iff none was read.
    pub(super) call: Option<Entry>,
    /// True iff an attempt was read.
    pub(super) followed: bool,
    /// Copies of records that count.
    pub(super) copies: u64,
}

/// Of several copies the one that is least decides, whichever was read first: the correction, else one whose lag is known, if there
/// is any. Of those that differ one that has no error decides, whenever each was delivered; the view `calls` of a lake decides alike.
fn deciding(entry: &Entry) -> impl Ord + use<> {
    let what = (entry.what.lag().is_none(), entry.what.facts(), entry.what);
    (!entry.corrects(), entry.group, what, entry.belongs, entry.request)
}

/// Settles what stands together in [`Entry::order`]. The time that was asked for is asked of every record; the rest is asked of
/// calls, and holds for the attempts to run them.
pub(super) fn settle(together: &[Entry]) -> Settled {
    let mut once: Vec<(Entry, u64)> = Vec::with_capacity(together.len());
    for entry in together {
        match once.last_mut() {
            // What corrections put together may be of several requests.
            Some((last, copies)) if (last.key, last.request) == (entry.key, entry.request) => {
                *copies += 1;
                if deciding(entry) < deciding(last) {
                    *last = *entry;
                }
            }
            _ => once.push((*entry, 0)),
        }
    }
    let calls = || once.iter().filter(|(entry, _)| !entry.execution());
    let call = calls().map(|(entry, _)| *entry).min_by_key(|entry| (entry.milliseconds, entry.key));
    let followed = once.iter().any(|(entry, _)| entry.execution());
    let meant =
        |entry: &Entry| entry.what.is(What::MEANT) || followed && entry.what.is(What::MEANT_IF_FOLLOWED);
    let attempts_meant = call.is_none_or(|call| meant(&call));
    let mut settled = Settled { calls: Vec::new(), attempts: Vec::new(), call, followed, copies: 0 };
    for (entry, copies) in &once {
        let asked = if entry.execution() && call.is_some() { attempts_meant } else { meant(entry) };
        if asked && entry.what.is(What::WITHIN) {
            settled.copies += copies;
            if entry.execution() { settled.attempts.push(*entry) } else { settled.calls.push(*entry) }
        }
    }
    settled
}
