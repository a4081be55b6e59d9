//! Trails as they are described now, held against digests: what deletes all traces of itself is told, and nothing else is.

use crate::digest_chain::{Bucket, at, keys};
use logs::digest::{Asked, Lack, LiveTrail, Logging, State, Validation, judge};

const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/my_trail";
const PLACE: (&str, &str) = ("111122223333", "eu-west-1");

fn trail() -> LiveTrail {
    LiveTrail {
        arn: ARN.to_owned(),
        name: "my_trail".to_owned(),
        home_region: "eu-west-1".to_owned(),
        organization: false,
        validation: Some(true),
        logging: Logging::Yes,
        places: [(PLACE.0.to_owned(), PLACE.1.to_owned())].into(),
    }
}

/// Five hours of it, held against the trail at that hour.
fn held(trail: LiveTrail, asked: &Asked, hour: i64) -> Validation {
    let bucket = Bucket::chain(0, &[1; 5]);
    let mut validation = judge(&bucket.found(), &bucket.seen(), &keys(), asked);
    validation.hold_against(&[trail], asked, at(hour));
    validation
}

fn lacks(validation: &Validation) -> Vec<(Lack, Option<i64>)> {
    let all = validation.lacking.iter();
    all.flat_map(|one| one.places.iter().map(|place| (one.why, place.newest))).collect()
}

/// What is told of all there is at that hour.
fn told(trail: LiveTrail, hour: i64) -> Vec<(Lack, Option<i64>)> {
    let validation = held(trail, &Asked::default(), hour);
    let state = if validation.lacking.is_empty() { State::Valid } else { State::NotAssertable };
    assert_eq!(validation.state(), state, "a trail without digests is no pass");
    lacks(&validation)
}

#[test]
fn the_chain_in_the_tests_is_that_of_the_trail() {
    assert_eq!(told(trail(), 5), []);
}

#[test]
fn digests_that_end_long_before_now_may_be_what_somebody_left_over() {
    assert_eq!(told(trail(), 7), []);
    assert_eq!(told(trail(), 8), [(Lack::EndsEarly, Some(at(5)))]);
    let validation = held(trail(), &Asked::default(), 8);
    let told = validation.lacking[0].in_one_sentence();
    assert!(told.contains("111122223333 eu-west-1, newest until 2026-03-01T05:00:31Z"), "{told}");
    // What was asked about ends before: nothing later matters.
    for (to, expected) in [(at(5), vec![]), (at(8), vec![(Lack::EndsEarly, Some(at(5)))])] {
        let asked = Asked { to: Some(to), ..Asked::default() };
        assert_eq!(lacks(&held(trail(), &asked, 99)), expected, "{to}");
    }
}

#[test]
fn a_trail_without_any_digest_is_told_wherever_it_delivers() {
    for (name, home, organization) in
        [("other", "eu-west-1", false), ("my_trail", "us-east-1", false), ("my_trail", "eu-west-1", true)]
    {
        let (name, home_region) = (name.to_owned(), home.to_owned());
        let other = LiveTrail { name, home_region, organization, ..trail() };
        assert_eq!(told(other, 5), [(Lack::NoDigest, None)]);
    }
    let mut both = trail();
    both.places.insert((PLACE.0.to_owned(), "us-east-1".to_owned()));
    both.places.insert(("444455556666".to_owned(), PLACE.1.to_owned()));
    assert_eq!(told(both.clone(), 5), [(Lack::NoDigest, None); 2]);
    let asked = Asked::delivered(at(1)..at(2));
    assert_eq!(lacks(&held(both, &asked, 99)), [(Lack::NoDigest, None); 2]);
}

#[test]
fn a_trail_that_was_stopped_delivers_nothing_behind_that() {
    let stopped = |at| LiveTrail { logging: Logging::Until(at), ..trail() };
    assert_eq!(told(stopped(Some(at(5))), 99), []);
    assert_eq!(told(stopped(Some(at(8))), 99), [(Lack::EndsEarly, Some(at(5)))]);
    assert_eq!(told(stopped(None), 99), []);
    let other = LiveTrail { name: "other".to_owned(), ..stopped(Some(at(2))) };
    assert_eq!(told(other.clone(), 99), [(Lack::NoDigest, None)]);
    assert_eq!(lacks(&held(other, &Asked::delivered(at(2)..at(4)), 99)), []);
    // Whoever could not be asked may log.
    let unknown = LiveTrail { logging: Logging::Unknown, ..trail() };
    assert_eq!(told(unknown.clone(), 8), [(Lack::EndsEarly, Some(at(5)))]);
    let told = held(unknown, &Asked::default(), 8).lacking[0].in_one_sentence();
    assert!(told.contains("whether it still logs could not be asked"), "{told}");
}

#[test]
fn without_validation_nothing_is_proven_but_what_was_before() {
    for (validation, why) in [(Some(false), Lack::Off), (None, Lack::Unsaid)] {
        let off = LiveTrail { validation, ..trail() };
        assert_eq!(told(LiveTrail { name: "other".to_owned(), ..off.clone() }, 5), [(why, None)]);
        assert_eq!(told(off.clone(), 8), [(why, Some(at(5)))]);
        let asked = Asked::delivered(at(1)..at(4));
        assert_eq!(lacks(&held(off, &asked, 99)), []);
    }
}

#[test]
fn what_windows_say_is_said_once() {
    // All of the hours asked about lie behind the newest digest.
    let asked = Asked::delivered(at(9)..at(12));
    let validation = held(trail(), &asked, 99);
    assert_eq!((validation.state(), lacks(&validation)), (State::NotAssertable, vec![]));
}

#[test]
fn a_chain_whose_digests_are_all_of_another_time_covers_nothing() {
    let asked = Asked { to: Some(at(5)), ..Asked::default() };
    let mut bucket = Bucket::chain(0, &[1; 8]);
    bucket.digests.drain(..6);
    let judged = |bucket: &Bucket| {
        let mut validation = judge(&bucket.found(), &[], &keys(), &asked);
        validation.hold_against(&[trail()], &asked, at(8));
        validation
    };
    // Its window says so.
    let validation = judged(&bucket);
    assert_eq!((validation.state(), lacks(&validation)), (State::NotAssertable, vec![]));
    assert_eq!(validation.chains[0].windows.len(), 1);
    // One that starts later has none that could: the trail lacks them. It may stand beside a good one.
    let validation = judged(&Bucket::chain(6, &[0; 2]));
    assert_eq!(validation.chains[0].windows, []);
    assert_eq!(
        (validation.state(), lacks(&validation)),
        (State::NotAssertable, vec![(Lack::NoDigest, None)])
    );
    let mut both = Bucket::chain(0, &[0; 8]).of_other_account();
    both.digests.extend(Bucket::chain(6, &[0; 2]).digests);
    let validation = judged(&both);
    assert_eq!(validation.totals.valid, 5);
    assert_eq!(
        (validation.state(), lacks(&validation)),
        (State::NotAssertable, vec![(Lack::NoDigest, None)])
    );
}
