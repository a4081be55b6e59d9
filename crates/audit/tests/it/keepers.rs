//! Which recorders may hold a function's records where nobody looked.

use crate::world::{ALL, HERE, MANAGEMENT, MANAGEMENT_ONLY, MEMBER, OPT_IN, World, advanced, function};
use audit::inventory::TrailStatus;
use audit::keepers::{Keepers, LookedInto, OfTrail};
use cloudtrail::recorder::{Seen, StoreStatus};
use std::collections::BTreeSet;

/// What was read: buckets as a whole, copies, and the trails of which each day has a digest.
#[derive(Clone, Copy, Default)]
struct Read<'a> {
    buckets: &'a [&'a str],
    copies: bool,
    digests: &'a [&'a str],
}

fn elsewhere(world: &World, read: Read<'_>) -> Option<String> {
    let names = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<BTreeSet<_>>();
    let shown = |trail: &OfTrail<'_>| {
        trail.alone || read.digests.iter().any(|name| trail.arn.ends_with(&format!("/{name}")))
    };
    let looked = LookedInto {
        buckets: names(read.buckets),
        copies: read.copies,
        located: None,
        lacking: &|trail| (!shown(trail)).then(|| "no digest of it".to_owned()),
        since: "2026-11-20T00:00:00Z",
        until: "2026-11-21T00:00:00Z",
        delivered: "2026-11-22T00:00:00Z",
    };
    Keepers::of(&world.inventory).elsewhere(&function(MEMBER, HERE, "orders"), &looked)
}

fn of_buckets<'a>(buckets: &'a [&'a str], digests: &'a [&'a str]) -> Read<'a> {
    Read { buckets, digests, copies: false }
}

/// A trail of management events into one bucket, and one of data events with that document into another.
fn two_buckets(data: &str) -> World {
    let mut world = World::member().trail("management", MEMBER, false, MANAGEMENT_ONLY);
    world.inventory.collected_at = "2026-11-23T00:00:00Z".to_owned();
    world = world.trail("data", MEMBER, false, data);
    world.of("management").destination = Some("bucket-a".to_owned());
    world.of("data").destination = Some("bucket-b".to_owned());
    world
}

/// What was collected before the window's end says nothing of what ended, nor of what came.
#[test]
fn an_inventory_that_is_older_than_the_window_settles_nothing() {
    let mut world = two_buckets(MANAGEMENT_ONLY);
    assert_eq!(elsewhere(&world, of_buckets(&["bucket-a"], &[])), None);
    world.inventory.collected_at = "2026-11-20T23:59:59Z".to_owned();
    let told = elsewhere(&world, of_buckets(&["bucket-a"], &[])).unwrap();
    assert!(told.contains("collected (2026-11-20T23:59:59Z)") && told.contains("collect it again"), "{told}");

    for (collected, may) in [("2026-11-23T00:00:00Z", false), ("2026-11-20T12:00:00Z", true), ("", true)] {
        let mut world = two_buckets(ALL);
        world.inventory.collected_at = collected.to_owned();
        let stopped_at = Some("2026-11-01T00:00:00Z".to_owned());
        is(&mut world, "data", TrailStatus { stopped_at, ..TrailStatus::default() });
        assert_eq!(elsewhere(&world, of_buckets(&["bucket-a"], &[])).is_some(), may, "{collected}");
    }
}

/// What GetTrailStatus says of the trail.
fn is(world: &mut World, name: &str, status: TrailStatus) {
    let Seen::Known(trails) = &mut world.at(MEMBER, HERE).trails else { panic!() };
    let one = trails.iter_mut().find(|one| one.trail.ends_with(&format!("/{name}"))).unwrap();
    one.status = Seen::Known(status);
}

#[test]
fn a_trail_that_may_record_it_into_another_bucket_holds_it_there() {
    let world = two_buckets(ALL);
    let told = elsewhere(&world, of_buckets(&["bucket-a"], &["data", "management"])).unwrap();
    assert!(told.contains("trail data") && told.contains("s3://bucket-b"), "{told}");
    for buckets in [&["bucket-a", "bucket-b"][..], &["bucket-b"]] {
        assert_eq!(elsewhere(&world, of_buckets(buckets, &["data"])), None);
        // Its bucket is read, and nothing shows that it delivered to it then: the other trail's files may hide that.
        let told = elsewhere(&world, of_buckets(buckets, &["management"])).unwrap();
        assert!(told.contains("no digest of it, so it may have delivered elsewhere"), "{told}");
    }
    // Selectors that nobody could read may record it.
    let mut unread = world.clone();
    unread.of("data").selectors = Seen::Unread(unread.gap("cloudtrail:GetEventSelectors"));
    assert!(elsewhere(&unread, of_buckets(&["bucket-a"], &[])).is_some());
    // One that certainly records others alone does not.
    let others = two_buckets(&advanced("resources.ARN", "Equals", &function(MEMBER, HERE, "other")));
    assert_eq!(elsewhere(&others, of_buckets(&["bucket-a"], &[])), None);
    // Nobody knows where a trail delivers to whose bucket the inventory does not say.
    let mut unsaid = world;
    unsaid.of("data").destination = None;
    assert!(elsewhere(&unsaid, of_buckets(&["bucket-a"], &["data"])).unwrap().contains("does not say"));
}

#[test]
fn what_was_read_of_a_lone_trail_is_its_own() {
    let mut world = World::member().trail("data", MEMBER, false, ALL);
    world.inventory.collected_at = "2026-11-23T00:00:00Z".to_owned();
    world.of("data").destination = Some("bucket-b".to_owned());
    let copy = Read { copies: true, ..Read::default() };
    assert_eq!(elsewhere(&world, copy), None);
    assert_eq!(elsewhere(&world, of_buckets(&["bucket-b"], &[])), None);
    assert!(elsewhere(&world, of_buckets(&["bucket-a"], &[])).is_some());
    world.of("data").destination = None;
    assert_eq!(elsewhere(&world, copy), None);
    assert_eq!(elsewhere(&world, of_buckets(&["bucket-a"], &[])), None);
}

#[test]
fn a_copy_does_not_say_which_trail_it_is_of_unless_its_digests_do() {
    let mut world = two_buckets(ALL);
    world.of("management").destination = Some("bucket-b".to_owned());
    let copy = |digests| Read { copies: true, digests, ..Read::default() };
    // Two trails may deliver to one bucket, each below a prefix of its own.
    assert!(elsewhere(&world, copy(&[])).is_some());
    assert!(elsewhere(&world, copy(&["management"])).is_some());
    assert_eq!(elsewhere(&world, copy(&["data"])), None);
    // One that was stopped delivered before.
    is(&mut world, "management", TrailStatus::default());
    assert!(elsewhere(&world, copy(&[])).is_some());
    // A copy beside a bucket may be one of that bucket.
    let beside = Read { buckets: &["bucket-a"], copies: true, digests: &[] };
    assert!(elsewhere(&two_buckets(ALL), beside).is_some());
}

#[test]
fn what_records_nothing_now_may_have_recorded_before() {
    let read = of_buckets(&["bucket-a"], &[]);
    let stopped_at = |at: Option<&str>| {
        let mut world = two_buckets(ALL);
        let stopped_at = at.map(str::to_owned);
        is(&mut world, "data", TrailStatus { stopped_at, ..TrailStatus::default() });
        elsewhere(&world, read)
    };
    assert!(stopped_at(None).is_some());
    assert!(stopped_at(Some("2026-11-20T00:00:00Z")).is_some());
    assert_eq!(stopped_at(Some("2026-11-19T23:59:59Z")), None);
    // One that cannot deliver any more has told when it did for the last time.
    for (latest, may) in
        [(None, true), (Some("2026-11-20T10:00:00Z"), true), (Some("2026-11-19T10:00:00Z"), false)]
    {
        let mut world = two_buckets(ALL);
        let (delivery_error, latest_delivery) = (Some("NoSuchBucket".to_owned()), latest.map(str::to_owned));
        let status = TrailStatus { logging: true, delivery_error, latest_delivery, ..TrailStatus::default() };
        is(&mut world, "data", status);
        assert_eq!(elsewhere(&world, read).is_some(), may, "{latest:?}");
        // While CloudTrail still tries, its bucket may be mended.
        world.inventory.collected_at = "2026-11-21T12:00:00Z".to_owned();
        assert!(elsewhere(&world, read).is_some(), "{latest:?}");
    }
    // Of an organization's trail whose home Region the account has no longer, nobody knows since when.
    let mut world = two_buckets(MANAGEMENT_ONLY).trail("org", MANAGEMENT, true, ALL);
    world.of("org").home_region = OPT_IN.to_owned();
    assert!(elsewhere(&world, read).is_some());
}

#[test]
fn an_event_data_store_keeps_its_events_in_no_bucket() {
    let store = advanced("eventName", "Equals", "Invoke");
    let mut world = two_buckets(MANAGEMENT_ONLY).store("lake", MEMBER, false, &store);
    let read = of_buckets(&["bucket-a", "bucket-b"], &["data", "management"]);
    for status in [StoreStatus::Enabled, StoreStatus::Idle("STOPPED_INGESTION".to_owned())] {
        world.of("lake").status = Seen::Known(status);
        let told = elsewhere(&world, read).unwrap();
        assert!(told.contains("event data store lake"), "{told}");
    }
    world.of("lake").selectors = Seen::Known(cloudtrail::selector_json::from_str(MANAGEMENT_ONLY).unwrap());
    assert_eq!(elsewhere(&world, read), None);
}

#[test]
fn what_nobody_could_list_may_have_recorded_it() {
    let read = of_buckets(&["bucket-a", "bucket-b"], &["data", "management"]);
    let mut stores = two_buckets(ALL);
    assert_eq!(elsewhere(&stores, read), None);
    let gap = stores.gap("cloudtrail:ListEventDataStores");
    stores.account(MEMBER).stores = Seen::Unread(gap);
    assert!(elsewhere(&stores, read).unwrap().contains("cloudtrail:ListEventDataStores"));
    let mut trails = two_buckets(ALL);
    let gap = trails.gap("cloudtrail:ListTrails");
    trails.at(MEMBER, HERE).trails = Seen::Unread(gap);
    assert!(elsewhere(&trails, read).is_some());
}
