//! What shows that a trail was there, hour by hour and day by day.

use super::{DAY_MILLIS, HOUR_MILLIS, OfPlace, OfTrail, Place, Signs, Time, is_in_each_hour, ran};
use crate::delivered::{Delivered, Item};
use std::collections::BTreeSet;
use std::path::PathBuf;

fn ends(hours: std::ops::RangeInclusive<i64>) -> BTreeSet<i64> {
    hours.map(|hour| hour * HOUR_MILLIS - 1).collect()
}

#[test]
fn each_hour_has_a_digest() {
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
    assert!(!is_in_each_hour(&hole, &time));
    assert!(!is_in_each_hour(&BTreeSet::new(), &time));
    assert_eq!(
        (ran(&[9 * HOUR_MILLIS, 8 * HOUR_MILLIS], &(0..1)), ran(&[], &(0..1))),
        (8 * HOUR_MILLIS..10 * HOUR_MILLIS, 0..1)
    );
}

const PLACE: (&str, &str) = ("111122223333", "eu-west-1");
/// Counted from 8 to 14 o'clock of the second day, and read on until the fifth.
const RAN: std::ops::Range<i64> = DAY_MILLIS + 8 * HOUR_MILLIS..DAY_MILLIS + 14 * HOUR_MILLIS;

/// Digests at the end of these hours, counted from the first day on.
fn hours(first: i64, last: i64) -> BTreeSet<i64> {
    ends(first..=last)
}

/// Trails with digests, and files of trails of organizations and of accounts.
fn signs(trails: &[(&str, bool, BTreeSet<i64>)], files: [&[i64]; 2]) -> Signs {
    let mut here = OfPlace {
        files: files.map(|all| all.iter().map(|hour| hour * HOUR_MILLIS).collect()),
        ..OfPlace::default()
    };
    for (name, organization, ends) in trails {
        here.digests.delivered.extend(ends);
        here.of.insert(((*name).to_owned(), "eu-west-1".to_owned(), *organization), ends.clone());
    }
    Signs { by: [((PLACE.0.to_owned(), PLACE.1.to_owned()), here)].into() }
}

fn lacks(signs: &Signs, organization: bool, alone: bool, ended_at: Option<&str>) -> bool {
    lacks_of(signs, organization, alone, false, ended_at)
}

fn lacks_of(signs: &Signs, organization: bool, alone: bool, validated: bool, ended_at: Option<&str>) -> bool {
    let place: Place = (PLACE.0.to_owned(), PLACE.1.to_owned());
    let account = if organization { "999988887777" } else { PLACE.0 };
    let arn = format!("arn:aws:cloudtrail:eu-west-1:{account}:trail/main");
    let trail = OfTrail { arn: &arn, organization, alone, validated, ended_at };
    signs.lacking(&place, &trail, &Time::of(&RAN, 5 * DAY_MILLIS)).is_some()
}

#[test]
fn trails_that_are_called_alike_are_told_apart() {
    let signs = signs(&[("main", true, hours(1, 5 * 24))], [&[], &[]]);
    assert!(!lacks(&signs, true, false, None) && lacks(&signs, false, false, None));
}

/// A call may wait for six hours, its record is delivered after it ended, and CloudTrail tries for thirty days.
#[test]
fn a_trail_was_there_from_the_call_until_its_record_was_delivered() {
    let of = |ends: BTreeSet<i64>| lacks(&signs(&[("main", false, ends)], [&[], &[]]), false, false, None);
    let (first, last) = (24 + 8 - 6, 5 * 24 - 1);
    assert!(!of(hours(first, last)));
    assert!(of(hours(first + 1, last)), "it came while the call waited");
    assert!(of(hours(first, last - 2)), "it left before the newest digest that there can be");
    for missing in [24 + 10, 24 + 17, 3 * 24 + 1, 4 * 24 + 20] {
        let mut hole = hours(first, last);
        hole.remove(&(missing * HOUR_MILLIS - 1));
        assert!(of(hole), "at {missing} it may have delivered elsewhere");
    }
    // One that was stopped afterwards is not expected any more.
    let left = signs(&[("main", false, hours(first, 2 * 24))], [&[], &[]]);
    assert!(!lacks(&left, false, false, Some("1970-01-03T00:00:00Z")));
    assert!(lacks(&left, false, false, Some("1970-01-04T00:00:00Z")));
}

/// A digest of backfill is written later, whenever there is something to fill in.
#[test]
fn a_digest_of_backfill_shows_nothing_of_its_hour() {
    let of = |suffix: &str| {
        let key = format!(
            "AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_main_eu-west-1_\
                 20260301T110000Z{suffix}.json.gz"
        );
        let item = Item { key, source: 0, below: PathBuf::new(), size: 1, etag: String::new(), tag: None };
        let mut files = Delivered::default();
        files.digests.push(item);
        Signs::of(&files, None)
    };
    let place: Place = (PLACE.0.to_owned(), PLACE.1.to_owned());
    let [hourly, backfill] = ["", "_backfill"].map(of);
    assert!(hourly.by[&place].of.len() == 1 && backfill.by[&place].of.is_empty());
    assert!(backfill.at(&place).is_some(), "it is a digest all the same");
}

#[test]
fn what_was_delivered_before_and_each_day_shows_a_trail_that_is_alone() {
    let own: &[i64] = &[24, 50, 80, 100, 117];
    let of = |files, alone| lacks(&signs(&[], files), false, alone, None);
    assert!(!of([&[], own], true) && of([&[], own], false));
    assert!(of([own, &[]], true), "files of an organization's trail are not its own");
    assert!(
        lacks(&signs(&[], [&[], own]), true, true, None) && !lacks(&signs(&[], [own, &[]]), true, true, None)
    );
    assert!(of([&[], &[24 + 3, 50, 80, 100, 117]], true), "it may have come while the call waited");
    assert!(of([&[], &[24, 50, 100, 117]], true), "on the fourth day it may have delivered elsewhere");
    // One that writes digests shows itself by them, and so does one whose digests a lake was written with.
    assert!(lacks_of(&signs(&[], [&[], own]), false, true, true, None));
    let mut lake = signs(&[], [&[], own]);
    lake.by.values_mut().for_each(|here| here.digested = true);
    assert!(lacks(&lake, false, true, None));
    // What came before is another trail's, or this one was elsewhere since.
    let beside = |name, ends| lacks(&signs(&[(name, false, ends)], [&[], own]), false, true, None);
    assert!(beside("old", hours(1, 100)) && beside("old", hours(60, 100)));
    assert!(beside("main", hours(1, 20)) && !beside("main", hours(1, 5 * 24)));
    assert!(beside("main", hours(60, 100)), "its own digests begin later: so may it");
}
