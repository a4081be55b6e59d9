//! What shows that a trail delivered to what was read from when a function was called until its records were delivered: the trail's digests, which it
//! writes each hour, whether or not anything was recorded; and of a trail that is alone there and writes none, its files.

use super::listed::{Deliveries, Place};
use crate::delivered::Delivered;
use crate::sources;
use audit::evidence::RECORDED_BEFORE;
use audit::keepers::OfTrail;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use logs::digest::DigestName;
use logs::{ObjectKey, text_of};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A trail's name, its home Region, and whether it is an organization's: others may be called alike.
type Trail = (String, String, bool);

/// By account and Region.
#[derive(Default)]
pub(super) struct Signs {
    by: BTreeMap<Place, OfPlace>,
}

#[derive(Default)]
struct OfPlace {
    /// The ends of the hours of all digests.
    digests: Deliveries,
    /// Digests were there, and are not kept: a lake was written with them.
    digested: bool,
    /// When log files were delivered: by organizations, and by trails of accounts.
    files: [BTreeSet<i64>; 2],
    of: BTreeMap<Trail, BTreeSet<i64>>,
}

/// When the records of a function can have been made and delivered, milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Time {
    /// From the call, which may wait, to the delivery of its record, which takes minutes.
    pub(super) usual: Range<i64>,
    /// Until then CloudTrail tries to deliver what it could not deliver at once; or now.
    pub(super) bound: i64,
}

impl Time {
    /// Of the hours in which it ran.
    pub(super) fn of(ran: &Range<i64>, bound: i64) -> Time {
        Time { usual: ran.start.saturating_sub(RECORDED_BEFORE)..ran.end.saturating_add(DELIVERED), bound }
    }

    /// When its last hour ended.
    pub(super) const fn ran_until(&self) -> i64 {
        self.usual.end - DELIVERED
    }
}

/// A digest is delivered within the hour after its own.
const NEWEST: i64 = 2 * HOUR_MILLIS;

/// Until a record is delivered: a call takes up to 15 minutes, delivery about 5 (user guide, "How CloudTrail works"), and digests are by the hour.
const DELIVERED: i64 = HOUR_MILLIS;

/// Buckets that were read, and whether there was anything else.
pub(super) struct Looked {
    pub(super) buckets: BTreeSet<String>,
    pub(super) copies: bool,
}

impl Signs {
    /// Those of these files, by their names; of digests only those that are to be trusted, where that is known: anybody who may write there can name one so.
    pub(super) fn of(files: &Delivered, trusted: Option<&[DigestName]>) -> Signs {
        let mut signs = Signs::default();
        for key in files.logs.iter().filter_map(|item| ObjectKey::parse(&item.key)) {
            let place = (key.account.to_owned(), key.region.to_owned());
            if let Some(at) = key.delivered() {
                let here = signs.by.entry(place).or_default();
                here.files[usize::from(key.organization.is_none())].insert(at);
            }
        }
        let names =
            || files.digests.iter().filter_map(|item| DigestName::parse(&ObjectKey::parse(&item.key)?));
        // Whose files lie there, digests say that nobody trusts, too.
        for name in names() {
            let chain = name.chain;
            let place = signs.by.entry((chain.account, chain.region)).or_default();
            place.digests.delivered.insert(name.end - 1);
        }
        for place in &files.digested {
            signs.by.entry(place.clone()).or_default().digested = true;
        }
        // A digest of backfill is written later, whenever there is something to fill in: it shows nothing of its hour.
        let all = trusted.map_or_else(|| names().collect(), <[DigestName]>::to_vec);
        for name in all.into_iter().filter(|name| !name.chain.backfill) {
            let (chain, end) = (name.chain, name.end - 1);
            let place = signs.by.entry((chain.account, chain.region)).or_default();
            let trail = (chain.trail, chain.home_region, chain.organization.is_some());
            place.of.entry(trail).or_default().insert(end);
        }
        signs
    }

    /// The digests of the account and Region, whoever wrote them.
    pub(super) fn at(&self, place: &Place) -> Option<&Deliveries> {
        self.by.get(place).map(|of| &of.digests)
    }

    /// With those of other files.
    pub(super) fn merge(&mut self, other: Signs) {
        for (place, more) in other.by {
            let here = self.by.entry(place).or_default();
            here.digests.delivered.extend(more.digests.delivered);
            here.digested |= more.digested;
            for (into, from) in here.files.iter_mut().zip(more.files) {
                into.extend(from);
            }
            for (trail, ends) in more.of {
                here.of.entry(trail).or_default().extend(ends);
            }
        }
    }

    /// Why nothing shows that the trail delivered there all the time; `None` iff something does.
    pub(super) fn lacking(&self, place: &Place, trail: &OfTrail<'_>, time: &Time) -> Option<String> {
        let here = self.by.get(place);
        let own = here.and_then(|here| here.of.get(&of_arn(trail))).filter(|ends| !ends.is_empty());
        let Time { usual, bound } = time;
        // What was stopped makes no digests any more, and delivers what it recorded before.
        let ended = trail.ended_at.and_then(logs::milliseconds).unwrap_or(i64::MAX);
        // The newest digest may still have to come.
        let bound = (*bound).min(ended) - NEWEST;
        // Whose the files are, digests of others leave open, whenever those came. And one that writes digests shows itself by them.
        let undigested = here.is_none_or(|here| here.digests.delivered.is_empty() && !here.digested);
        let by_files = trail.alone && !trail.validated && undigested;
        if own.is_some_and(|ends| is_in_each_hour(ends, &(usual.start..bound.max(usual.end)))) {
            return None;
        }
        if own.is_some() || !by_files {
            let (from, until) = (text_of(usual.start), text_of(bound.max(usual.end)));
            return Some(format!("its digests from {from} to {until} are not all among what was read"));
        }
        let files = here.map(|here| &here.files[usize::from(!trail.organization)]);
        let Some(files) = files.filter(|files| files.range(..usual.start).next().is_some()) else {
            let before = text_of(usual.start);
            return Some(format!("nothing of it was delivered to what was read before {before}"));
        };
        let missed = day_without(files, usual.end..bound)?;
        Some(format!("nothing of it was delivered to what was read on {missed}, and it may deliver late"))
    }
}

/// The first whole day of that time in which nothing was delivered.
fn day_without(delivered: &BTreeSet<i64>, time: Range<i64>) -> Option<String> {
    let mut whole =
        time.start.saturating_add(DAY_MILLIS - 1).div_euclid(DAY_MILLIS)..time.end.div_euclid(DAY_MILLIS);
    let is_empty = |day: &i64| delivered.range(day * DAY_MILLIS..(day + 1) * DAY_MILLIS).next().is_none();
    let missed = whole.find(is_empty)?;
    text_of(missed * DAY_MILLIS).get(..10).map(str::to_owned)
}

fn of_arn(trail: &OfTrail<'_>) -> Trail {
    let home = trail.arn.split(':').nth(3).unwrap_or_default().to_owned();
    let name = trail.arn.rsplit('/').next().unwrap_or_default().to_owned();
    (name, home, trail.organization)
}

/// True iff a digest ends in the hour before that time, one in the hour after its end, and none is missing between them: the trail was there all the time.
fn is_in_each_hour(ends: &BTreeSet<i64>, time: &Range<i64>) -> bool {
    let Some(mut shown) = ends.range(time.start - HOUR_MILLIS..time.start).next_back().copied() else {
        return false;
    };
    for end in ends.range(time.start..) {
        if *end - shown > HOUR_MILLIS + HOUR_MILLIS / 2 {
            return false;
        }
        shown = *end;
        // The last digest may end where the time does.
        if shown.saturating_add(1) >= time.end {
            return true;
        }
    }
    false
}

/// The window, and the rest of its last day.
pub(super) fn whole_days(window: &Range<i64>) -> Range<i64> {
    window.start..(window.end - 1).div_euclid(DAY_MILLIS).saturating_add(1).saturating_mul(DAY_MILLIS)
}

/// The hours in which CloudWatch counts calls of the function; the window, where it does not say.
pub(super) fn ran(hours: &[i64], window: &Range<i64>) -> Range<i64> {
    match (hours.iter().min(), hours.iter().max()) {
        (Some(first), Some(last)) => *first..last.saturating_add(HOUR_MILLIS),
        _ => window.clone(),
    }
}

/// The buckets that were read, and whether anything else was.
pub(super) fn looked_into(files: &Delivered) -> Looked {
    let mut all = Looked { buckets: BTreeSet::new(), copies: false };
    for source in &files.sources {
        match source {
            // A part of it may be all that a trail delivers there; whether it is, its digests and files have to show.
            sources::LogSource::Objects { bucket, .. } => {
                all.buckets.insert(bucket.clone());
            }
            // A lake or a copy does not say which bucket's it is.
            _ => all.copies = true,
        }
    }
    all
}

#[cfg(test)]
mod tests;
