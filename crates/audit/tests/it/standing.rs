//! Who records at a place: reach, logging, delivery, organization, opt-in Regions, stores and channels.

use crate::world::{ALL, HERE, MANAGEMENT, MANAGEMENT_ONLY, MEMBER, OPT_IN, THERE, World};
use audit::finding::SilentReason;
use audit::inventory::{OptIn, Organization};
use audit::{Counted, Options, audit};
use cloudtrail::recorder::{RecorderKind, Seen, StoreStatus};
use recording::State;
use recording::State::{NotRecorded, Recorded, Undetermined};

/// The state of the first function of the member account here, and the silent recorders with their reasons.
fn look(world: &World, options: &Options) -> (State, Vec<SilentReason>) {
    let audit = audit(&world.inventory, options);
    let place = &audit.places[world.inventory.place(MEMBER, HERE).unwrap()];
    let silent = place.silent.iter().map(|silent| silent.reason.clone()).collect();
    (audit.verdicts[place.planes[0].rows[0].verdict].state, silent)
}

fn state(world: &World) -> State {
    look(world, &Options::default()).0
}

#[test]
fn without_a_recorder_nothing_is_recorded() {
    assert_eq!(state(&World::member()), NotRecorded);
}

#[test]
fn a_trail_with_management_events_alone_records_no_invocation() {
    assert_eq!(state(&World::member().trail("main", MEMBER, false, MANAGEMENT_ONLY)), NotRecorded);
}

#[test]
fn a_trail_records_iff_it_logs_and_delivers() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    assert_eq!(state(&world), Recorded);
    let status = |world: &mut World, logging: bool, error: Option<&str>| {
        if let Seen::Known(status) = world.status(MEMBER, HERE) {
            status.logging = logging;
            status.delivery_error = error.map(str::to_owned);
        }
    };
    status(&mut world, false, None);
    assert_eq!(look(&world, &Options::default()), (NotRecorded, vec![SilentReason::NotLogging]));
    status(&mut world, true, Some("NoSuchBucket"));
    let reason = SilentReason::CannotDeliver("NoSuchBucket".to_owned());
    assert_eq!(look(&world, &Options::default()), (NotRecorded, vec![reason]));
}

#[test]
fn a_trail_records_only_where_it_or_its_shadow_exists() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    world.at(MEMBER, HERE).trails = Seen::Known(Vec::new());
    assert_eq!(look(&world, &Options::default()), (NotRecorded, vec![SilentReason::NotHere]));
    world.of("main").multi_region = false;
    THERE.clone_into(&mut world.of("main").home_region);
    let reason = SilentReason::OtherRegion(THERE.to_owned());
    assert_eq!(look(&world, &Options::default()), (NotRecorded, vec![reason]));
}

#[test]
fn an_organization_trail_records_members_that_see_it() {
    let world = World::member().trail("org", MANAGEMENT, true, ALL);
    assert_eq!(state(&world), Recorded);
    let foreign = World::member().trail("theirs", MANAGEMENT, false, ALL);
    assert_eq!(look(&foreign, &Options::default()), (NotRecorded, vec![]));
}

#[test]
fn the_opt_in_home_region_trap() {
    let mut world = World::member().trail("org", MANAGEMENT, true, ALL);
    OPT_IN.clone_into(&mut world.of("org").home_region);
    let trap = SilentReason::HomeRegionNotEnabled(OPT_IN.to_owned());
    assert_eq!(look(&world, &Options::default()), (NotRecorded, vec![trap]));
    if let Seen::Known(regions) = &mut world.account(MEMBER).regions {
        regions.insert(OPT_IN.to_owned(), OptIn::Enabled);
    }
    assert_eq!(state(&world), Recorded);
    if let Seen::Known(regions) = &mut world.account(MEMBER).regions {
        regions.insert(OPT_IN.to_owned(), OptIn::Changing);
    }
    assert_eq!(state(&world), Undetermined);
    // A stopped trail records nothing, wherever it is at home.
    let logging = |world: &mut World, logging: bool| {
        if let Seen::Known(status) = world.status(MEMBER, HERE) {
            status.logging = logging;
        }
    };
    logging(&mut world, false);
    assert_eq!(state(&world), NotRecorded);
    logging(&mut world, true);
    let gap = world.gap("account:ListRegions");
    world.account(MEMBER).regions = Seen::Unread(gap);
    assert_eq!(state(&world), Undetermined);
    // Another account's listing settles it for Regions that nobody can be without.
    HERE.clone_into(&mut world.of("org").home_region);
    assert_eq!(state(&world), Recorded);
}

#[test]
fn a_trail_of_the_same_account_knows_no_trap() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    OPT_IN.clone_into(&mut world.of("main").home_region);
    assert_eq!(state(&world), Recorded);
}

#[test]
fn an_event_data_store_counts_like_a_trail_unless_trails_alone_count() {
    let mut world = World::member().store("lake", MEMBER, false, ALL);
    assert_eq!(state(&world), Recorded);
    let trails = Options { recorders: Counted::Trails, ..Options::default() };
    assert_eq!(look(&world, &trails), (NotRecorded, vec![SilentReason::NotCounted]));
    world.of("lake").multi_region = false;
    assert_eq!(state(&world), Recorded);
    THERE.clone_into(&mut world.of("lake").home_region);
    assert_eq!(state(&world), NotRecorded);
}

#[test]
fn only_an_enabled_event_data_store_records() {
    let mut world = World::member().store("lake", MEMBER, false, ALL);
    for (status, wanted) in [
        ("ENABLED", Recorded),
        ("STOPPED_INGESTION", NotRecorded),
        ("PENDING_DELETION", NotRecorded),
        ("CREATED", NotRecorded),
        ("STARTING_INGESTION", Undetermined),
        ("STOPPING_INGESTION", Undetermined),
        ("A_STATUS_OF_2027", Undetermined),
    ] {
        world.of("lake").status = Seen::Known(StoreStatus::parse(status));
        assert_eq!(state(&world), wanted, "{status}");
    }
}

#[test]
fn an_organization_store_records_members_of_its_organization_alone() {
    let mut world = World::member().store("lake", MANAGEMENT, true, ALL);
    assert_eq!(state(&world), Recorded);
    world.account(MEMBER).organization = Seen::Known(None);
    assert_eq!(look(&world, &Options::default()), (NotRecorded, vec![]));
    world.of("lake").organization = false;
    world.account(MEMBER).organization = world.account(MANAGEMENT).organization.clone();
    assert_eq!(look(&world, &Options::default()), (NotRecorded, vec![]));
}

/// The management account owns what an organization has (semantics 4.3), delegated administrators do not.
#[test]
fn an_organization_store_of_a_member_is_in_doubt_for_others() {
    const ANOTHER: &str = "444455556666";
    let mut world = World::member();
    world.add_account(ANOTHER, Some(MANAGEMENT), false);
    let mut world = world.store("lake", ANOTHER, true, ALL);
    assert_eq!(state(&world), Undetermined);
    // Of another organization it is nobody's here.
    world.account(ANOTHER).organization =
        Seen::Known(Some(Organization { id: "o-other".to_owned(), management_account: ANOTHER.to_owned() }));
    assert_eq!(look(&world, &Options::default()), (NotRecorded, vec![]));
    // Its own account it records, whatever it is of.
    let own = World::member().store("lake", MEMBER, true, ALL);
    assert_eq!(state(&own), Recorded);
}

#[test]
fn a_channel_is_named_and_never_counted() {
    let mut world = World::member().trail("to-a-service", MEMBER, false, ALL);
    let channel = world.of("to-a-service");
    channel.kind = RecorderKind::Channel;
    channel.destination = Some("security-lake".to_owned());
    let arn = channel.arn.clone();
    world.at(MEMBER, HERE).trails = Seen::Known(Vec::new());
    world.at(MEMBER, HERE).channels = Seen::Known(vec![arn]);
    let reason = SilentReason::Compensating("security-lake".to_owned());
    assert_eq!(look(&world, &Options::default()), (NotRecorded, vec![reason]));
}

#[test]
fn a_trail_with_a_status_that_no_trail_has_is_no_pass() {
    for status in ["STOPPED", "STOPPED_INGESTION", "PENDING_DELETION", "xyz", ""] {
        let mut world = World::member().trail("main", MEMBER, false, ALL);
        assert_eq!(state(&world), Recorded);
        world.of("main").status = Seen::Known(StoreStatus::parse(status));
        assert_eq!(state(&world), Undetermined, "{status}");
    }
}
