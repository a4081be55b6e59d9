//! What shows that a trail delivered to what was read while a function ran: its digests, which it writes each hour, whether or not anything was
//! recorded; and of a trail that is alone there, any file that was delivered before.

use super::listed::{Pile, Place};
use crate::delivered::Delivered;
use crate::sources;
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
        // Digests that came before say whose files those are: theirs then have to be in each hour.
        let unsaid = here.is_none_or(|here| here.digests.delivered.range(..ran.start).next().is_none());
        if trail.alone && unsaid {
            let shown = here.is_some_and(|here| here.files.range(..ran.start).next().is_some());
            let told = || format!("nothing was delivered to what was read before {}", text_of(ran.start));
            return (!shown).then(told);
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

/// True iff a digest ends in the hour before that time, one in the hour after its end, and no two hours between them pass without one: the trail was
/// there before the first call and after the last.
fn is_in_each_hour(ends: &BTreeSet<i64>, time: &Range<i64>) -> bool {
    let Some(mut shown) = ends.range(time.start - HOUR_MILLIS..time.start).next_back().copied() else {
        return false;
    };
    for end in ends.range(time.start..) {
        if *end - shown > 2 * HOUR_MILLIS {
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
    use super::{HOUR_MILLIS, OfPlace, OfTrail, Place, Signs, is_in_each_hour, ran};
    use std::collections::BTreeSet;

    fn ends(hours: std::ops::RangeInclusive<i64>) -> BTreeSet<i64> {
        hours.map(|hour| hour * HOUR_MILLIS - 1).collect()
    }

    #[test]
    fn each_hour_has_a_digest_or_the_next_one_has() {
        let time = 8 * HOUR_MILLIS..14 * HOUR_MILLIS;
        assert!(is_in_each_hour(&ends(1..=24), &time) && is_in_each_hour(&ends(8..=14), &time));
        // One that came in the middle of the first hour, and one that left before the last call.
        assert!(!is_in_each_hour(&ends(9..=14), &time) && !is_in_each_hour(&ends(8..=13), &time));
        // A single hour.
        let one = 8 * HOUR_MILLIS..9 * HOUR_MILLIS;
        assert!(is_in_each_hour(&ends(8..=9), &one) && !is_in_each_hour(&ends(8..=8), &one));
        assert!(!is_in_each_hour(&ends(9..=24), &one) && !is_in_each_hour(&ends(1..=7), &one));
        // Of a trail that came there at three in the afternoon, and of one that went away at noon.
        assert!(!is_in_each_hour(&ends(16..=24), &time) && !is_in_each_hour(&ends(1..=12), &time));
        let mut hole = ends(1..=24);
        hole.remove(&(11 * HOUR_MILLIS - 1));
        assert!(is_in_each_hour(&hole, &time));
        hole.remove(&(12 * HOUR_MILLIS - 1));
        assert!(!is_in_each_hour(&hole, &time));
        assert!(!is_in_each_hour(&BTreeSet::new(), &time));
        assert_eq!(
            (ran(&[9 * HOUR_MILLIS, 8 * HOUR_MILLIS], &(0..1)), ran(&[], &(0..1))),
            (8 * HOUR_MILLIS..10 * HOUR_MILLIS, 0..1)
        );
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
            signs.lacking(&place, &trail, &(8 * HOUR_MILLIS..14 * HOUR_MILLIS)).is_some()
        };
        assert!(!lacks("999988887777", true) && lacks("111122223333", false));
    }

    #[test]
    fn what_was_delivered_before_shows_a_trail_that_is_alone() {
        let place: Place = ("111122223333".to_owned(), "eu-west-1".to_owned());
        let arn = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";
        let lacks_beside = |delivered: i64, alone, digests: BTreeSet<i64>, name: &str| {
            let mut here = OfPlace { files: [delivered].into(), ..OfPlace::default() };
            here.digests.delivered.clone_from(&digests);
            here.of.insert((name.to_owned(), "eu-west-1".to_owned(), false), digests);
            let signs = Signs { by: [(place.clone(), here)].into() };
            let trail = OfTrail { arn, organization: false, alone };
            signs.lacking(&place, &trail, &(8 * HOUR_MILLIS..14 * HOUR_MILLIS)).is_some()
        };
        let lacks = |delivered, alone| lacks_beside(delivered, alone, BTreeSet::new(), "main");
        assert!(
            !lacks(3 * HOUR_MILLIS, true) && lacks(3 * HOUR_MILLIS, false) && lacks(15 * HOUR_MILLIS, true)
        );
        assert!(lacks(8 * HOUR_MILLIS, true), "the trail may have come there in the first hour");
        // What came before is another trail's, or this one was elsewhere since.
        assert!(lacks_beside(3 * HOUR_MILLIS, true, ends(1..=24), "old"));
        let mut away = ends(1..=6);
        away.extend(ends(16..=24));
        assert!(lacks_beside(3 * HOUR_MILLIS, true, away, "main"));
        assert!(lacks_beside(3 * HOUR_MILLIS, true, ends(1..=6), "main"));
        assert!(!lacks_beside(3 * HOUR_MILLIS, true, ends(16..=24), "main"));
    }
}
