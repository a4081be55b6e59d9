//! Corrections: which record each of them replaces, and what is settled together for that.
//!
//! A correction may say anything else than the record that it corrects: another caller, another function, another request. So the
//! two are known by what they have in common, the event and the account, and not by where they stand among the others. As long
//! as no correction was read, nothing of this costs anything.

use super::entry::{Entry, What};
use super::runs::{Order, Runs, Spill};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;

/// The most corrections that are known at once. With more than that on all threads together, none replaces anything.
const MOST: u64 = 1 << 16;

/// A correction, and what an entry does not know of it.
#[derive(Clone, Copy)]
pub(super) struct Correction {
    pub(super) entry: Entry,
    /// When its file was delivered, as its name says, to the minute.
    pub(super) delivered: Option<i64>,
    /// A hash of all that is asked of it: the same whichever thread read it.
    pub(super) content: u64,
    /// It may count where it replaces nothing; one that may not is known for what it replaces alone.
    pub(super) counts: bool,
}

impl Correction {
    /// The entry that counts by itself, a copy of nothing but the same correction.
    pub(super) fn apart(&self) -> Entry {
        let key = self.entry.event().wrapping_add(u128::from(self.content));
        Entry { key, salt: self.content, what: self.entry.what.without(What::CORRECTS), ..self.entry }
    }
}

/// What one thread read of corrections, asked about or not: a record that is asked about may have one that is not.
pub(super) struct Corrections {
    kept: Vec<Correction>,
    seen: u64,
    /// As [`MOST`].
    pub(super) most: u64,
}

impl Default for Corrections {
    fn default() -> Self {
        Corrections { kept: Vec::new(), seen: 0, most: MOST }
    }
}

impl Corrections {
    /// Counts one more; true iff there is room for it. One without room replaces nothing.
    pub(super) fn room(&mut self) -> bool {
        self.seen += 1;
        self.seen <= self.most
    }

    pub(super) fn keep(&mut self, one: Correction) {
        self.kept.push(one);
    }

    /// The entries to settle, each once: what replaces nothing counts by itself, if at all.
    pub(super) fn entries(self, replacing: Option<&Replacing>) -> impl Iterator<Item = Entry> {
        self.kept.into_iter().filter_map(move |one| {
            if replacing.is_some_and(|replacing| replacing.events.contains_key(&one.entry.event_of_account()))
            {
                return Some(one.entry);
            }
            one.counts.then(|| one.apart())
        })
    }
}

/// What one thread read: entries, and corrections, which are not among them.
pub(super) struct PerThread<'s> {
    pub(super) runs: Runs<'s>,
    pub(super) corrections: Corrections,
}

impl<'s> PerThread<'s> {
    /// With at most that many entries in memory.
    pub(super) fn new(spill: &'s dyn Spill, most: usize) -> Self {
        PerThread { runs: Runs::new(spill, most), corrections: Corrections::default() }
    }

    /// The entries, with the corrections put among them.
    pub(super) fn with_corrections(mut self, replacing: Option<&Replacing>) -> io::Result<Runs<'s>> {
        let mut entries = self.corrections.entries(replacing).peekable();
        if entries.peek().is_some() {
            entries.try_for_each(|entry| self.runs.push(entry))?;
            self.runs.sort();
        }
        Ok(self.runs)
    }
}

/// An event whose record was corrected.
struct Corrected {
    /// The correction that decides.
    newest: Entry,
    /// The record that is corrected: its key, and where it stands.
    claim: Option<(u128, Slot)>,
    /// Records that differ claim to be the event: nobody knows which of them is corrected, and none is.
    several: bool,
    /// The group of a record that would have counted in it.
    asked: Option<u32>,
}

impl Corrected {
    fn claim(&mut self, entry: &Entry, group: u32) {
        let claim = (entry.key, slot(entry));
        if entry.what.is(What::MEANT) && entry.what.is(What::WITHIN) {
            self.asked = Some(group);
        }
        self.several |= *self.claim.get_or_insert(claim) != claim;
    }
}

/// What is settled together has one slot: entries of one request and function, else the copies of one record.
type Slot = (u128, u128);

fn slot(entry: &Entry) -> Slot {
    match entry.order() {
        (0, key) => (0, key),
        (request, _) => (request, 0),
    }
}

/// Which corrections replace which records, all threads together.
pub(super) struct Replacing {
    events: BTreeMap<(u128, u32), Corrected>,
    /// Slots that are settled together, each with the one that stands for them: those of a correction and of what it replaces,
    /// so that the attempts of either go with it.
    slots: BTreeMap<Slot, Slot>,
}

impl Replacing {
    /// `None` iff there is nothing to replace; and the number of corrections that are too many to be applied.
    pub(super) fn of(
        threads: &mut [PerThread<'_>],
        group: &impl Fn(usize, u32) -> u32,
    ) -> io::Result<(Option<Replacing>, u64)> {
        let seen = threads.iter().map(|of| of.corrections.seen).sum();
        let most = threads.iter().map(|of| of.corrections.most).min().unwrap_or(MOST);
        if seen == 0 || seen > most {
            return Ok((None, seen));
        }
        let mut events = newest(threads, group);
        for (thread, of) in threads.iter_mut().enumerate() {
            of.runs.each(|entry| {
                if let Some(event) = events.get_mut(&entry.event_of_account()) {
                    event.claim(entry, group(thread, entry.group));
                }
            })?;
        }
        events.retain(|_, event| !event.several);
        let mut replacing = Replacing { events, slots: BTreeMap::new() };
        replacing.join(threads);
        Ok(((!replacing.events.is_empty()).then_some(replacing), 0))
    }

    /// The groups that lose a record to a correction: what it says is of another group, or not asked about.
    pub(super) fn losing(&self) -> impl Iterator<Item = u32> {
        self.events.values().filter_map(|event| {
            let (group, what) = (event.asked?, event.newest.what);
            let stays = event.newest.group == group && what.is(What::MEANT) && what.is(What::WITHIN);
            (!stays).then_some(group)
        })
    }

    /// Joins the slots of each correction and of all that it replaces.
    fn join(&mut self, threads: &[PerThread<'_>]) {
        for event in self.events.values() {
            let claimed = event.claim.map(|(_, slot)| slot);
            unite(&mut self.slots, slot(&event.newest), claimed);
        }
        for Correction { entry, .. } in threads.iter().flat_map(|of| &of.corrections.kept) {
            if let Some(event) = self.events.get(&entry.event_of_account()) {
                unite(&mut self.slots, slot(&event.newest), Some(slot(entry)));
            }
        }
        let all: Vec<Slot> = self.slots.keys().copied().collect();
        for one in all {
            let stands = found(&mut self.slots, one);
            self.slots.insert(one, stands);
        }
    }

    /// True iff the entry is settled with those that a correction concerns. One that is replaced becomes a copy of what replaces
    /// it, which decides.
    pub(super) fn concerns(&self, entry: &mut Entry) -> bool {
        let Some(Corrected { newest, .. }) = self.events.get(&entry.event_of_account()) else {
            return self.slots.contains_key(&slot(entry));
        };
        if entry.content() != newest.content() {
            entry.what = entry.what.without(What::CORRECTS);
            (entry.key, entry.salt) = (newest.key, newest.salt);
            (entry.request, entry.belongs) = (newest.request, newest.belongs);
        }
        true
    }
}

/// The order of what a correction concerns: what is settled together stands together.
impl Order for &Replacing {
    fn of(self, entry: &Entry) -> (u128, u128) {
        let own = slot(entry);
        // Copies stand together: they are of one event and of one request.
        (self.slots.get(&own).unwrap_or(&own).0, entry.key.wrapping_add(entry.request.rotate_left(64)))
    }
}

/// The newest correction of each event, whichever thread read it; of none where nobody knows which that is.
fn newest(threads: &[PerThread<'_>], group: &impl Fn(usize, u32) -> u32) -> BTreeMap<(u128, u32), Corrected> {
    let mut all: Vec<Correction> = Vec::new();
    for (thread, of) in threads.iter().enumerate() {
        all.extend(of.corrections.kept.iter().map(|one| {
            let entry = Entry { group: group(thread, one.entry.group), ..one.entry };
            Correction { entry, ..*one }
        }));
    }
    // Of one that was delivered more than once, the last delivery is the one that is meant.
    all.sort_unstable_by_key(|one| {
        (one.entry.event_of_account(), one.entry.content(), Reverse(one.delivered))
    });
    all.dedup_by_key(|one| (one.entry.event_of_account(), one.entry.content()));
    let events = all.chunk_by(|one, other| one.entry.event_of_account() == other.entry.event_of_account());
    let events = events.filter_map(|of| {
        let newest = deciding(of)?.entry;
        Some((newest.event_of_account(), Corrected { newest, claim: None, several: false, asked: None }))
    });
    events.collect()
}

/// Of corrections of one event, no two of which say the same, the one delivered last; where that is not known of all, or is the
/// same, that of the latest event. `None` iff that leaves several.
fn deciding(of: &[Correction]) -> Option<&Correction> {
    let known = of.iter().all(|one| one.delivered.is_some());
    let order = |one: &Correction| (one.delivered.filter(|_| known), one.entry.milliseconds);
    let newest = of.iter().max_by_key(|one| order(one))?;
    let several = of.iter().filter(|one| order(one) == order(newest)).nth(1).is_some();
    (!several).then_some(newest)
}

/// Puts both slots together. What shares its slot with copies of itself alone goes wherever what replaces it goes.
fn unite(slots: &mut BTreeMap<Slot, Slot>, one: Slot, other: Option<Slot>) {
    let one = found(slots, one);
    if let Some(other) = other.filter(|(request, _)| *request != 0) {
        let other = found(slots, other);
        // A slot of a request is more than one of copies alone, and stands for it.
        slots.insert(one.min(other), one.max(other));
    }
}

/// The slot that stands for this one; itself, if nothing is known of it.
fn found(slots: &mut BTreeMap<Slot, Slot>, mut slot: Slot) -> Slot {
    loop {
        let above = *slots.entry(slot).or_insert(slot);
        if above == slot {
            return slot;
        }
        let next = *slots.entry(above).or_insert(above);
        slots.insert(slot, next);
        slot = next;
    }
}
