//! Which recorders may hold a function's records where nobody looked.

use crate::world::{ALL, HERE, MANAGEMENT_ONLY, MEMBER, World, advanced, function};
use audit::keepers::{Keepers, LookedInto};
use cloudtrail::recorder::Seen;
use std::collections::BTreeSet;

fn elsewhere(world: &World, named: &[&str], copies: bool) -> Option<String> {
    let named = named.iter().map(|one| (*one).to_owned()).collect::<BTreeSet<_>>();
    let orders = function(MEMBER, HERE, "orders");
    Keepers::of(&world.inventory).elsewhere(&orders, &LookedInto { named, copies })
}

/// A trail of management events into one bucket, and one of data events with that document into another.
fn two_buckets(data: &str) -> World {
    let mut world = World::member().trail("management", MEMBER, false, MANAGEMENT_ONLY);
    world = world.trail("data", MEMBER, false, data);
    world.of("management").destination = Some("bucket-a".to_owned());
    world.of("data").destination = Some("bucket-b".to_owned());
    world
}

#[test]
fn a_trail_that_may_record_it_into_another_bucket_holds_it_there() {
    let world = two_buckets(ALL);
    let told = elsewhere(&world, &["bucket-a"], false).unwrap();
    assert!(told.contains("trail data") && told.contains("s3://bucket-b"), "{told}");
    assert_eq!(elsewhere(&world, &["bucket-a", "bucket-b"], false), None);
    assert_eq!(elsewhere(&world, &["bucket-b"], false), None);
    // Selectors that nobody could read may record it.
    let mut unread = world.clone();
    unread.of("data").selectors = Seen::Unread(unread.gap("cloudtrail:GetEventSelectors"));
    assert!(elsewhere(&unread, &["bucket-a"], false).is_some());
    // One that certainly records others alone does not.
    let other = function(MEMBER, HERE, "other");
    let others = two_buckets(&advanced("resources.ARN", "Equals", &other));
    assert_eq!(elsewhere(&others, &["bucket-a"], false), None);
    // Nobody knows where a trail delivers to whose bucket the inventory does not say.
    let mut unsaid = world;
    unsaid.of("data").destination = None;
    assert_eq!(elsewhere(&unsaid, &["bucket-a"], false), None);
}

#[test]
fn a_copy_is_of_the_one_bucket_that_there_is() {
    let mut world = two_buckets(ALL);
    let told = elsewhere(&world, &[], true).unwrap();
    assert!(told.contains("a copy does not say which bucket it is of"), "{told}");
    // The other bucket is named beside it.
    assert_eq!(elsewhere(&world, &["bucket-a"], true), None);
    // One that was stopped delivered to its bucket before.
    if let Seen::Known(trails) = &mut world.at(MEMBER, HERE).trails {
        for one in trails.iter_mut().filter(|one| one.trail.ends_with("/management")) {
            if let Seen::Known(status) = &mut one.status {
                status.logging = false;
            }
        }
    }
    assert!(elsewhere(&world, &[], true).is_some());
    world.of("management").destination = Some("bucket-b".to_owned());
    assert_eq!(elsewhere(&world, &[], true), None);
}

#[test]
fn an_event_data_store_keeps_its_events_in_no_bucket() {
    let store = advanced("eventName", "Equals", "Invoke");
    let mut world = two_buckets(MANAGEMENT_ONLY).store("lake", MEMBER, false, &store);
    for copies in [false, true] {
        let told = elsewhere(&world, &["bucket-a", "bucket-b"], copies).unwrap();
        assert!(told.contains("event data store lake"), "{told}");
    }
    world.of("lake").selectors = Seen::Known(cloudtrail::selector_json::from_str(MANAGEMENT_ONLY).unwrap());
    assert_eq!(elsewhere(&world, &["bucket-a", "bucket-b"], false), None);
}
