//! What changed between two audits.

use crate::world::{ALL, HERE, MANAGEMENT_ONLY, MEMBER, World, function};
use audit::drift::{Drift, drift, snapshot};
use audit::finding::Status;
use audit::{Options, audit};
use cloudtrail::json::from_str;
use cloudtrail::recorder::Seen;
use recording::State;

fn between(before: &World, after: &World) -> Drift {
    let told = |world: &World| snapshot(&audit(&world.inventory, &Options::default()));
    drift(&told(before), &told(after))
}

fn good() -> World {
    World::member().trail("main", MEMBER, false, ALL)
}

#[test]
fn nothing_changed_is_no_drift() {
    assert!(between(&good(), &good()).is_empty());
}

#[test]
fn a_narrowed_trail_shows_as_selectors_verdict_and_control() {
    let mut after = good();
    after.of("main").selectors = Seen::Known(from_str(MANAGEMENT_ONLY).unwrap());
    let told = between(&good(), &after);
    assert!(told.controls.contains(&("lambda-invocations-recorded".to_owned(), Status::Pass, Status::Fail)));
    assert_eq!(told.resources[0].arn, function(MEMBER, HERE, "orders"));
    assert_eq!((told.resources[0].before, told.resources[0].after), (State::Recorded, State::NotRecorded));
    let names: Vec<&str> = told.recorders[0].settings.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["selectors"]);
}

#[test]
fn stopped_logging_shows_at_its_place() {
    let mut after = good();
    let Seen::Known(status) = after.status(MEMBER, HERE) else { panic!("status is known") };
    status.logging = false;
    let told = between(&good(), &after);
    let expected = (format!("logging in {MEMBER} {HERE}"), Some("on".to_owned()), Some("off".to_owned()));
    assert_eq!(told.recorders[0].settings, [expected]);
}

#[test]
fn what_came_and_went_is_listed_and_what_is_unread_is_no_value() {
    let mut after = World::member().functions(MEMBER, HERE, &["fresh"]).trail("main", MEMBER, false, ALL);
    let gap = after.gap("cloudtrail:GetEventSelectors");
    after.of("main").selectors = Seen::Unread(gap);
    let told = between(&good(), &after);
    assert_eq!(told.appeared[0].0.0, function(MEMBER, HERE, "fresh"));
    assert_eq!(told.gone[0].0.0, function(MEMBER, HERE, "orders"));
    let (name, was, is) = &told.recorders[0].settings[0];
    assert_eq!((name.as_str(), was.is_some(), is), ("selectors", true, &None));
    let told = between(&World::member(), &good());
    assert_eq!(told.recorders[0].there, (false, true));
}
