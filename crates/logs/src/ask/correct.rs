//! Corrections: which record each of them replaces, and what is settled together for that.
//!
//! A correction may say anything else than the record that it corrects: another caller, another function, another request. So the
//! two are known by what they have in common, the event and the account, and not by where they stand among the others. As long
//! as no correction was read, nothing of this costs anything.

use super::entry::{Entry, What};
use super::settle::{Order, Runs};
use std::collections::BTreeMap;
use std::io;

/// The most corrections that are known at once. With more than that, none replaces anything.
const MOST: u64 = 1 << 16;

/// What one thread read of corrections, asked about or not: a record that is asked about may have one that is not.
#[derive(Default)]
pub(super) struct Corrections {
    kept: Vec<Entry>,
    seen: u64,
}

impl Corrections {
    /// Counts one more; true iff there is room for it.
    pub(super) fn room(&mut self) -> bool {
        self.seen += 1;
        self.seen <= MOST
    }

    pub(super) fn keep(&mut self, entry: Entry) {
        self.kept.push(entry);
    }

    pub(super) fn take(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.kept)
    }
}

/// An event whose record was corrected.
struct Corrected {
    /// The newest correction.
    newest: Entry,
    /// The record that is corrected: its key, and where it stands.
    claim: Option<(u128, Place)>,
    /// Records that differ claim to be the event: nobody knows which of them is corrected, and none is.
    several: bool,
}

impl Corrected {
    fn claim(&mut self, entry: &Entry) {
        let claim = (entry.key, place(entry));
        self.several |= *self.claim.get_or_insert(claim) != claim;
    }
}

/// What is settled together has one place: entries of one request and function, else the copies of one record.
type Place = (u128, u128);

fn place(entry: &Entry) -> Place {
    match entry.order() {
        (0, key) => (0, key),
        (request, _) => (request, 0),
    }
}

/// Which corrections replace which records, all threads together.
pub(super) struct Replacing {
    events: BTreeMap<(u128, u32), Corrected>,
    /// Places that are settled together, each with the one that stands for them: those of a correction and of what it replaces,
    /// so that the attempts of either go with it.
    places: BTreeMap<Place, Place>,
}

impl Replacing {
    /// `None` iff there is nothing to replace; and the number of corrections that are too many to be applied.
    pub(super) fn of(
        runs: &mut [Runs<'_>],
        group: &impl Fn(usize, u32) -> u32,
    ) -> io::Result<(Option<Replacing>, u64)> {
        let seen = runs.iter().map(|of| of.corrections.seen).sum();
        if seen == 0 || seen > MOST {
            return Ok((None, seen));
        }
        let mut events = newest(runs, group);
        for of in &mut *runs {
            of.each(|entry| {
                if let Some(event) = events.get_mut(&entry.told()) {
                    event.claim(entry);
                }
            })?;
        }
        events.retain(|_, event| !event.several);
        let mut replacing = Replacing { events, places: BTreeMap::new() };
        replacing.join(runs);
        Ok(((!replacing.events.is_empty()).then_some(replacing), 0))
    }

    /// Joins the places of each correction and of all that it replaces.
    fn join(&mut self, runs: &[Runs<'_>]) {
        for event in self.events.values() {
            let claimed = event.claim.map(|(_, place)| place);
            unite(&mut self.places, place(&event.newest), claimed);
        }
        for entry in runs.iter().flat_map(|of| &of.corrections.kept) {
            if let Some(event) = self.events.get(&entry.told()) {
                unite(&mut self.places, place(&event.newest), Some(place(entry)));
            }
        }
        let all: Vec<Place> = self.places.keys().copied().collect();
        for one in all {
            let stands = found(&mut self.places, one);
            self.places.insert(one, stands);
        }
    }

    /// True iff the entry is settled with those that a correction concerns. One that is replaced becomes a copy of what replaces
    /// it, which decides.
    pub(super) fn concerns(&self, entry: &mut Entry) -> bool {
        let Some(Corrected { newest, .. }) = self.events.get(&entry.told()) else {
            return self.places.contains_key(&place(entry));
        };
        let identity = |of: &Entry| (of.key, of.request, of.belongs);
        if identity(entry) != identity(newest) {
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
        let own = place(entry);
        (self.places.get(&own).unwrap_or(&own).0, entry.key)
    }
}

/// The newest correction of each event, whichever thread read it.
fn newest(runs: &[Runs<'_>], group: &impl Fn(usize, u32) -> u32) -> BTreeMap<(u128, u32), Corrected> {
    let order = |of: &Entry| (of.newness(), of.key, of.request, of.belongs, of.group, of.what);
    let mut events: BTreeMap<(u128, u32), Corrected> = BTreeMap::new();
    for (thread, of) in runs.iter().enumerate() {
        for entry in &of.corrections.kept {
            let entry = Entry { group: group(thread, entry.group), ..*entry };
            let event = events.entry(entry.told());
            let event = event.or_insert(Corrected { newest: entry, claim: None, several: false });
            if order(&entry) > order(&event.newest) {
                event.newest = entry;
            }
        }
    }
    events
}

/// Puts both places together. What shares its place with copies of itself alone goes wherever what replaces it goes.
fn unite(places: &mut BTreeMap<Place, Place>, one: Place, other: Option<Place>) {
    let one = found(places, one);
    if let Some(other) = other.filter(|(request, _)| *request != 0) {
        let other = found(places, other);
        // A place of a request is more than one of copies alone, and stands for it.
        places.insert(one.min(other), one.max(other));
    }
}

/// The place that stands for this one; itself, if nothing is known of it.
fn found(places: &mut BTreeMap<Place, Place>, mut place: Place) -> Place {
    loop {
        let above = *places.entry(place).or_insert(place);
        if above == place {
            return place;
        }
        let next = *places.entry(above).or_insert(above);
        places.insert(place, next);
        place = next;
    }
}
