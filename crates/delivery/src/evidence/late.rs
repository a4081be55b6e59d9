//! Records that were delivered late: where CloudWatch counts invocations of a function and no record of it was seen, what was delivered
//! after the window is read on, as far as that is cheap; what is not read is told, and nothing is called missing beside it.
//!
//! CloudTrail tries to deliver for thirty days. Digests say which files hold events of the window; the others need not be read.

use super::by_function::ByFunction;
use super::counts::Counted;
use super::functions::pair;
use super::listed::{Deliveries, Listed, Place, days_without, read_until};
use super::signs::{Signs, Time, looked_into, ran, whole_days};
use super::{OfFunction, Sought};
use crate::delivered::{
    Delivered, Holes, Item, Read, Weighed, delivered, found, may_hold, read, unusable, weigh,
};
use crate::reader::Reader;
use crate::sources::Window;
use audit::evidence::{DELIVERED_FOR, Known, Looked as Seen, Metric, Origin, RECORDED_BEFORE};
use audit::keepers::LookedInto;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use logs::digest::{DigestName, Expected};
use logs::scan::Account;
use logs::{Filter, ObjectKey, Question, text_of};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;

/// Objects of an account and Region, and their packed bytes, up to which reading on is cheap. A copy is read whatever it holds.
const CHEAP: (u64, u64) = (2_000, 256 << 20);

/// How far deliveries after the window were read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateFiles {
    /// Delivered until then, milliseconds since 1970.
    pub until: i64,
    /// Functions of which nothing had been seen before.
    pub functions: usize,
    /// Files that were read.
    pub files: u64,
    /// Files that were not, because digests say that they hold no event of the window.
    pub spared: u64,
}

/// What reading on brought.
#[derive(Debug, Default)]
pub(super) struct Late {
    /// `None` iff there was nothing to read on for.
    pub(super) read_on: Option<LateFiles>,
    pub(super) account: Account,
    pub(super) copies: u64,
    /// What could not be listed, in words.
    pub(super) unseen: Vec<String>,
}

/// Files of an account and Region that were not read: how many, and the first of them by name.
type Unread = BTreeMap<Place, (u64, String)>;

/// Functions that were invoked, and of which nothing was seen though it could have been.
fn wanted(functions: &[OfFunction]) -> BTreeSet<Place> {
    let one = |one: &OfFunction| {
        let place = pair(&one.arn).map(|(account, region)| (account.to_owned(), region.to_owned()));
        place.filter(|_| is_wanted(&one.known))
    };
    functions.iter().filter_map(one).collect()
}

fn is_wanted(known: &Known) -> bool {
    let invoked = matches!(known.metric, Metric::Known(count) if count > 0);
    known.records.records == 0 && invoked && known.settled
}

/// Reads on for functions without a record, and enters what is known of them then.
///
/// # Errors
/// What a scratch file says.
pub(super) fn read_on(
    functions: &mut [OfFunction],
    counted: &BTreeMap<String, Counted>,
    sought: &Sought<'_>,
    listed: &Listed,
    question: &Question,
    trusted: Option<&[DigestName]>,
    reader: &Reader<'_>,
) -> io::Result<Late> {
    let places = wanted(functions);
    if places.is_empty() {
        return Ok(Late::default());
    }
    let bound = sought.window.end.saturating_add(DELIVERED_FOR).min(sought.now);
    let mut later = match later(sought.window, bound) {
        Some(days) => Later::read(&places, days, Much::Cheap, sought, listed, question, reader)?,
        None => Later::default(),
    };
    let files = digests_of_the_window(&places, sought.window, listed, reader);
    // With keys the window's own digests were read before.
    if sought.keys.is_none() {
        later.holes.merge(gone_by_then(&files, sought.window, listed, reader));
    }
    let mut signs = Signs::of(&files, trusted);
    signs.merge(std::mem::take(&mut later.signs));
    let reached = looked_into(&listed.files);
    let delivered = text_of(bound);
    let records = std::mem::take(&mut later.records);
    let hours = |arn: &str| counted.get(arn).map_or(&[][..], |of| &of.hours);
    let mut settled = 0;
    for one in functions.iter_mut().filter(|one| is_wanted(&one.known)) {
        settled += 1;
        if let Some(by) = &records
            && let Some(found) = by.by.records.get(&one.arn).filter(|found| found.records > 0)
        {
            one.known.records = *found;
            one.known.unproven = by.by.unproven(&one.arn, &by.read.proofs);
            one.known.partly_unproven = by.by.beside(&one.arn, &by.read.proofs);
        } else if let Some((account, region)) = pair(&one.arn) {
            let place = (account.to_owned(), region.to_owned());
            let before = std::mem::replace(&mut one.known.looked, Seen::NoFile);
            let looked = later.looked(&place, before, listed, &signs, sought.window, bound);
            // Whatever else speaks against it says enough.
            let time = Time::of(&ran(hours(&one.arn), sought.window), bound);
            let elsewhere = || {
                let looked = LookedInto {
                    buckets: reached.buckets.clone(),
                    copies: reached.copies,
                    located: listed.located(),
                    lacking: &|trail| signs.lacking(&place, trail, &time),
                    since: &text_of(time.usual.start),
                    until: &text_of(time.ran_until()),
                    delivered: &delivered,
                };
                sought.functions.keepers.elsewhere(&one.arn, &looked)
            };
            let elsewhere = matches!(looked, Seen::Whole { .. }).then(elsewhere).flatten();
            let looked = elsewhere.map_or(looked, |why| Seen::NotLooked { why });
            one.known.looked = match &records {
                Some(found) => found.by.looked(&one.arn, looked),
                None => looked,
            };
        }
    }
    let (account, copies) =
        records.map_or_else(Default::default, |by| (by.read.account, by.read.answer.copies));
    let read_on = LateFiles { until: bound, functions: settled, files: account.files, spared: later.spared };
    Ok(Late { read_on: Some(read_on), account, copies, unseen: later.holes_in_words })
}

/// What was delivered in the window, its digests among it.
fn digests_of_the_window(
    places: &BTreeSet<Place>,
    window: &Range<i64>,
    listed: &Listed,
    reader: &Reader<'_>,
) -> Delivered {
    // A digest of the hour before lists files of the window's first minutes; and what ran then may have waited before.
    let days = window.start - RECORDED_BEFORE - 2 * HOUR_MILLIS
        ..read_until(window).max(window.start.saturating_add(DAY_MILLIS));
    later_files(places, &days, listed, reader)
}

/// Log files that digests of the window itself name with events of that time, and that are not there. Whoever names one need not be proven: what it held
/// is not known.
fn gone_by_then(files: &Delivered, window: &Range<i64>, listed: &Listed, reader: &Reader<'_>) -> Holes {
    let mut holes = files.holes.clone();
    holes.merge(files.digests_unasked.clone());
    if !is_cheap(files) {
        holes.merge(many(files));
        return holes;
    }
    let digests = found(files, reader);
    holes.merge(unusable(&digests));
    holes.merge(listed.files.gone(&Expected::of(&digests), window, i64::MIN));
    holes
}

/// Digests that are too many to be read by the way.
fn many(files: &Delivered) -> Holes {
    let mut holes = Holes::default();
    if let Some(first) = files.digests.first() {
        let why = "digests are many: copy them (aws s3 sync) and verify the copy";
        holes.add((None, None), &files.name(first), why, files.digests.len() as u64);
    }
    holes
}

/// The days of delivery after those that are read in any case, milliseconds since 1970; `None` iff there are none yet.
fn later(window: &Range<i64>, bound: i64) -> Option<Range<i64>> {
    let first = read_until(window);
    (first < bound).then_some(first..bound)
}

/// How much is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Much {
    /// As much as is cheap.
    Cheap,
    /// All of it.
    All,
}

/// What was delivered on some days.
#[derive(Default)]
pub(super) struct Later {
    pub(super) records: Option<Found>,
    pub(super) deliveries: BTreeMap<Place, Deliveries>,
    signs: Signs,
    holes: Holes,
    holes_in_words: Vec<String>,
    unread: Unread,
    spared: u64,
}

pub(super) struct Found {
    pub(super) by: ByFunction,
    read: Read,
}

impl Later {
    /// Reads what was delivered on those days and may hold events of the window of what is sought.
    pub(super) fn read(
        places: &BTreeSet<Place>,
        days: Range<i64>,
        much: Much,
        sought: &Sought<'_>,
        listed: &Listed,
        question: &Question,
        reader: &Reader<'_>,
    ) -> io::Result<Later> {
        let mut files = later_files(places, &days, listed, reader);
        let first = days.start;
        let mut later = Later { holes_in_words: files.holes.in_words(), ..Later::default() };
        later.deliveries = Deliveries::by_place(&files, |_| true);
        let digests = if is_cheap(&files) { found(&files, reader) } else { Vec::new() };
        later.days_of(&digests);
        let weigh = |keys| weigh(&digests, keys, sought.sources, Some(days), reader.door);
        let weighed = sought.keys.map(weigh);
        let trusted = weighed.as_ref().map(Weighed::trusted);
        later.signs = Signs::of(&files, trusted.as_deref());
        let expected = weighed.as_ref().map_or_else(|| Expected::of(&digests), |weighed| weighed.expected());
        let before = files.logs.len();
        files.logs.retain(|item| may_hold(expected.claims(&item.key), sought.window, weighed.is_some()));
        later.spared = (before - files.logs.len()) as u64;
        // What digests of the first hours name was delivered on the day before, and is not among these files.
        later.holes = files.gone(&expected, sought.window, first);
        later.holes.merge(unusable(&digests));
        later.holes.merge(std::mem::take(&mut files.digests_unasked));
        if digests.len() < files.digests.len() {
            later.holes.merge(many(&files));
        }
        if much == Much::Cheap {
            spare_what_is_dear(&mut files, places, &mut later.unread);
        }
        let expected = weighed.is_some().then_some(&expected);
        let read = read(&files, question, expected, reader)?;
        later.holes.merge(files.holes);
        later.holes.merge(read.holes.clone());
        let by = ByFunction::of(sought.functions, &read, sought.scope, sought.patterns);
        later.records = Some(Found { by, read });
        Ok(later)
    }

    /// A day with a digest is one of which something is there, though nothing else was delivered: what a digest lists and is not there
    /// is told by itself.
    fn days_of(&mut self, digests: &[logs::digest::Found]) {
        for one in digests.iter().filter(|one| one.digest().is_some()) {
            let Some(name) = one.name().filter(|name| !name.chain.backfill) else { continue };
            let here = self.deliveries.entry((name.chain.account, name.chain.region)).or_default();
            here.delivered.insert(name.end - 1);
        }
    }

    /// What could not be read of the place; `None` iff all was that is there.
    pub(super) fn unread(&self, place: &Place, files: u64) -> Option<Seen> {
        if let Some(hole) = self.holes.of(&place.0, &place.1) {
            let (name, why) = hole.first;
            return Some(Seen::Partly { unread: hole.count, first: format!("{name}: {why}") });
        }
        let (unread, first) = self.unread.get(place)?;
        let first = format!("{first}: they are many; copy them (aws s3 sync) and verify the copy");
        Some(Seen::Late { files, unread: *unread, first })
    }

    /// What was read of the files that could hold records of the place, these included.
    fn looked(
        &self,
        place: &Place,
        before: Seen,
        listed: &Listed,
        signs: &Signs,
        window: &Range<i64>,
        bound: i64,
    ) -> Seen {
        let earlier = match &before {
            Seen::Whole { files } => *files,
            // An empty place is an answer where the trails name it.
            Seen::NoFile if listed.origin == Origin::Trail => 0,
            // What was said before says enough.
            _ => return before,
        };
        let files = earlier + self.deliveries.get(place).map_or(0, |here| here.files);
        if let Some(unread) = self.unread(place, files) {
            return unread;
        }
        if listed.origin == Origin::ByHand {
            let deliveries = [listed.deliveries.get(place), self.deliveries.get(place)];
            if let Some(day) = days_without(&deliveries, window.start, bound) {
                let why = format!(
                    "CloudTrail may deliver a record up to 30 days late, and no file of this account and Region was delivered on {day}: is the copy complete?"
                );
                return Seen::Lacking { files, why };
            }
        }
        if listed.origin == Origin::Trail {
            // Where a trail delivers now, it need not have delivered then.
            let deliveries = [listed.deliveries.get(place), signs.at(place)];
            let days = whole_days(window);
            if let Some(day) = days_without(&deliveries, days.start, days.end) {
                let why = format!(
                    "no log file and no digest of this account and Region was delivered on {day} to where its trails deliver now, so they may have delivered elsewhere"
                );
                return Seen::Lacking { files, why };
            }
            return Seen::Whole { files };
        }
        if files == 0 { Seen::NoFile } else { Seen::Whole { files } }
    }
}

/// What was delivered on those days for these places, digests among them.
fn later_files(
    places: &BTreeSet<Place>,
    days: &Range<i64>,
    listed: &Listed,
    reader: &Reader<'_>,
) -> Delivered {
    let distinct = |part: fn(&Place) -> &String| -> Vec<String> {
        places.iter().map(part).collect::<BTreeSet<_>>().into_iter().cloned().collect()
    };
    let filter = Filter {
        accounts: distinct(|place| &place.0),
        regions: distinct(|place| &place.1),
        since: Some(days.start),
        // A window takes in the day after its end.
        until: Some(days.end - DAY_MILLIS),
        ..Filter::default()
    };
    let mut files = delivered(&listed.files.sources, &Window::of(&filter).with_digests(), reader);
    let here = |item: &Item| ObjectKey::parse(&item.key).is_none_or(|key| is_of(places, &key));
    files.logs.retain(here);
    files.digests.retain(here);
    // What lies outside of all days was read before.
    files.retain_found();
    files
}

fn is_of(places: &BTreeSet<Place>, key: &ObjectKey<'_>) -> bool {
    places.iter().any(|(account, region)| account == key.account && region == key.region)
}

/// True iff so few digests lie there that reading them is cheap, or they lie in a copy. Also where no log file is left: digests name
/// those that are gone.
fn is_cheap(files: &Delivered) -> bool {
    let objects = files.digests.iter().filter(|item| files.is_object(item)).count() as u64;
    objects <= 10 * CHEAP.0
}

/// Takes out the objects of each place of which there are too many, or too large ones, to be read by the way.
fn spare_what_is_dear(files: &mut Delivered, places: &BTreeSet<Place>, unread: &mut Unread) {
    for place in places {
        let of_it = |files: &Delivered, item: &Item| {
            let key = ObjectKey::parse(&item.key);
            files.is_object(item) && key.is_some_and(|key| key.account == place.0 && key.region == place.1)
        };
        let dear: Vec<&Item> = files.logs.iter().filter(|item| of_it(files, item)).collect();
        let (count, bytes) = (dear.len() as u64, dear.iter().map(|item| item.size).sum::<u64>());
        let Some(first) = dear.first().filter(|_| count > CHEAP.0 || bytes > CHEAP.1) else { continue };
        unread.insert(place.clone(), (count, files.name(first)));
        let logs = std::mem::take(&mut files.logs);
        files.logs = logs.into_iter().filter(|item| !of_it(files, item)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::{CHEAP, DAY_MILLIS, later};

    #[test]
    fn reading_goes_on_with_the_first_day_that_was_not_read() {
        // A window that ends at midnight is read with the day after it.
        assert_eq!(later(&(0..DAY_MILLIS), 40 * DAY_MILLIS), Some(2 * DAY_MILLIS..40 * DAY_MILLIS));
        assert_eq!(later(&(0..DAY_MILLIS + 1), 40 * DAY_MILLIS), Some(3 * DAY_MILLIS..40 * DAY_MILLIS));
        assert_eq!(later(&(0..DAY_MILLIS), 2 * DAY_MILLIS), None);
        assert!(CHEAP.0 > 24 * 30, "a digest an hour is cheap");
    }
}
