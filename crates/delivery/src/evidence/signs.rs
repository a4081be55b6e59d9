//! What shows that a trail delivered to what was read while a function ran: its digests, which it writes each hour, whether or not anything was
//! recorded; and of a trail that is alone there, any file that was delivered before.

use super::late::Place;
use super::listed::Pile;
use crate::delivered::Delivered;
use crate::sources;
use audit::keepers::OfTrail;
use logs::digest::DigestName;
use logs::{ObjectKey, text_of};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

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
    digests: Pile,
    /// When log files were delivered.
    files: BTreeSet<i64>,
    of: BTreeMap<Trail, BTreeSet<i64>>,
}

/// Buckets of which all was read, and whether there was anything else.
pub(super) struct Looked {
    pub(super) buckets: BTreeSet<String>,
    pub(super) copies: bool,
}

impl Signs {
    /// Those of these files, by their names.
    pub(super) fn of(files: &Delivered) -> Signs {
        let mut signs = Signs::default();
        for key in files.logs.iter().filter_map(|item| ObjectKey::parse(&item.key)) {
            let place = (key.account.to_owned(), key.region.to_owned());
            if let Some(at) = key.delivered() {
                signs.by.entry(place).or_default().files.insert(at);
            }
        }
        let names = files.digests.iter().filter_map(|item| DigestName::parse(&ObjectKey::parse(&item.key)?));
        for name in names {
            let (chain, end) = (name.chain, name.end - 1);
            let place = signs.by.entry((chain.account, chain.region)).or_default();
            place.digests.delivered.insert(end);
            let trail = (chain.trail, chain.home_region, chain.organization.is_some());
            place.of.entry(trail).or_default().insert(end);
        }
        signs
    }

    /// The digests of the account and Region, whoever wrote them.
    pub(super) fn at(&self, place: &Place) -> Option<&Pile> {
        self.by.get(place).map(|of| &of.digests)
    }

    /// Why nothing shows that the trail delivered there from the first hour of `ran` to its last; `None` iff something does.
    pub(super) fn lacking(&self, place: &Place, trail: &OfTrail<'_>, ran: &Range<i64>) -> Option<String> {
        let here = self.by.get(place);
        let own = here.and_then(|here| here.of.get(&of_arn(trail)));
        if own.is_some_and(|ends| is_in_each_hour(ends, ran)) {
            return None;
        }
        let first = ran.start + HOUR;
        let before = |here: &OfPlace| {
            here.files.range(..first).next().is_some()
                || here.digests.delivered.range(..first).next().is_some()
        };
        if trail.alone {
            let shown = here.is_some_and(before);
            return (!shown)
                .then(|| format!("nothing was delivered to what was read before {}", text_of(first)));
        }
        let (from, until) = (text_of(ran.start), text_of(ran.end));
        Some(format!("its digests from {from} to {until} are not all among what was read"))
    }
}

fn of_arn(trail: &OfTrail<'_>) -> Trail {
    let home = trail.arn.split(':').nth(3).unwrap_or_default().to_owned();
    let name = trail.arn.rsplit('/').next().unwrap_or_default().to_owned();
    (name, home, trail.organization)
}

/// True iff no two hours of that time pass without a digest.
fn is_in_each_hour(ends: &BTreeSet<i64>, time: &Range<i64>) -> bool {
    let mut shown = time.start;
    for end in ends.range(time.start..) {
        if shown >= time.end || *end - shown > 2 * HOUR {
            break;
        }
        shown = *end;
    }
    shown.saturating_add(HOUR) >= time.end
}

/// The window, and the rest of its last day.
pub(super) fn whole_days(window: &Range<i64>) -> Range<i64> {
    window.start..(window.end - 1).div_euclid(DAY).saturating_add(1).saturating_mul(DAY)
}

/// The hours in which CloudWatch counts calls of the function; the window, where it does not say.
pub(super) fn ran(hours: &[i64], window: &Range<i64>) -> Range<i64> {
    match (hours.iter().min(), hours.iter().max()) {
        (Some(first), Some(last)) => *first..last.saturating_add(HOUR),
        _ => window.clone(),
    }
}

/// The buckets that were read whole, and whether anything else was.
pub(super) fn looked_into(files: &Delivered) -> Looked {
    let mut all = Looked { buckets: BTreeSet::new(), copies: false };
    for place in &files.places {
        match place {
            sources::Place::Objects { bucket, prefix } if prefix.is_empty() => {
                all.buckets.insert(bucket.clone());
            }
            // A lake, a part of a bucket, or a copy does not say which trails' it is.
            _ => all.copies = true,
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{HOUR, OfPlace, OfTrail, Place, Signs, is_in_each_hour, ran};
    use std::collections::BTreeSet;

    fn ends(hours: std::ops::RangeInclusive<i64>) -> BTreeSet<i64> {
        hours.map(|hour| hour * HOUR - 1).collect()
    }

    #[test]
    fn each_hour_has_a_digest_or_the_next_one_has() {
        let time = 8 * HOUR..14 * HOUR;
        assert!(is_in_each_hour(&ends(1..=24), &time) && is_in_each_hour(&ends(9..=14), &time));
        // Of a trail that came there at three in the afternoon, and of one that went away at noon.
        assert!(!is_in_each_hour(&ends(16..=24), &time) && !is_in_each_hour(&ends(1..=12), &time));
        let mut hole = ends(1..=24);
        hole.remove(&(11 * HOUR - 1));
        assert!(is_in_each_hour(&hole, &time));
        hole.remove(&(12 * HOUR - 1));
        assert!(!is_in_each_hour(&hole, &time));
        assert!(!is_in_each_hour(&BTreeSet::new(), &time));
        assert_eq!((ran(&[9 * HOUR, 8 * HOUR], &(0..1)), ran(&[], &(0..1))), (8 * HOUR..10 * HOUR, 0..1));
    }

    #[test]
    fn trails_that_are_called_alike_are_told_apart() {
        let place: Place = ("111122223333".to_owned(), "eu-west-1".to_owned());
        let mut here = OfPlace::default();
        here.of.insert(("main".to_owned(), "eu-west-1".to_owned(), true), ends(1..=24));
        let signs = Signs { by: [(place.clone(), here)].into() };
        let lacks = |account: &str, organization| {
            let arn = format!("arn:aws:cloudtrail:eu-west-1:{account}:trail/main");
            let trail = OfTrail { arn: &arn, organization, alone: false };
            signs.lacking(&place, &trail, &(8 * HOUR..14 * HOUR)).is_some()
        };
        assert!(!lacks("999988887777", true) && lacks("111122223333", false));
    }

    #[test]
    fn what_was_delivered_before_shows_a_trail_that_is_alone() {
        let place: Place = ("111122223333".to_owned(), "eu-west-1".to_owned());
        let arn = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";
        let lacks = |delivered: i64, alone| {
            let here = OfPlace { files: [delivered].into(), ..OfPlace::default() };
            let signs = Signs { by: [(place.clone(), here)].into() };
            let trail = OfTrail { arn, organization: false, alone };
            signs.lacking(&place, &trail, &(8 * HOUR..14 * HOUR)).is_some()
        };
        assert!(!lacks(3 * HOUR, true) && lacks(3 * HOUR, false) && lacks(15 * HOUR, true));
    }
}
