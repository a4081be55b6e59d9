//! What was not read decides only where it could turn the answer, and then it is never a pass and never a fail.

use crate::world::{ALL, HERE, MANAGEMENT, MANAGEMENT_ONLY, MEMBER, THERE, World, advanced, function};
use audit::finding::{Audit, Proof, Status, Weight};
use audit::inventory::GapKind;
use audit::{Counted, Options, audit};
use cloudtrail::recorder::Seen;
use recording::State::{NotRecorded, Recorded, Undetermined};

/// State and deciding gaps of the first function of the member account here.
fn first(audit: &Audit<'_>) -> (recording::State, Vec<usize>) {
    let place = audit.inventory.place(MEMBER, HERE).unwrap();
    let verdict = audit.places[place].planes[0].rows[0].verdict;
    (audit.verdicts[verdict].state, audit.deciding_gaps(Proof { place, verdict }))
}

fn status(audit: &Audit<'_>, control: &str) -> Status {
    audit.controls.iter().find(|one| one.id == control).unwrap().status
}

#[test]
fn unread_selectors_decide_unless_another_recorder_records_it_all() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    let gap = world.gap("cloudtrail:GetEventSelectors");
    world.of("main").selectors = Seen::Unread(gap);
    let told = audit(&world.inventory, &Options::default());
    assert_eq!(first(&told), (Undetermined, vec![gap]));
    assert_eq!(status(&told, "lambda-invocations-recorded"), Status::Undetermined);
    let rescued = world.store("lake", MEMBER, false, ALL);
    let told = audit(&rescued.inventory, &Options::default());
    assert_eq!(first(&told), (Recorded, vec![]));
    assert_eq!(status(&told, "lambda-invocations-recorded"), Status::Pass);
}

#[test]
fn unread_selectors_of_a_silent_trail_decide_nothing() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    let gap = world.gap("cloudtrail:GetEventSelectors");
    world.of("main").selectors = Seen::Unread(gap);
    if let Seen::Known(status) = world.status(MEMBER, HERE) {
        status.logging = false;
    }
    assert_eq!(first(&audit(&world.inventory, &Options::default())), (NotRecorded, vec![]));
}

#[test]
fn an_unread_status_decides_only_if_the_selectors_would_record() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    let gap = world.gap("cloudtrail:GetTrailStatus");
    *world.status(MEMBER, HERE) = Seen::Unread(gap);
    assert_eq!(first(&audit(&world.inventory, &Options::default())), (Undetermined, vec![gap]));
    world.of("main").selectors = Seen::Known(cloudtrail::selector_json::from_str(MANAGEMENT_ONLY).unwrap());
    assert_eq!(first(&audit(&world.inventory, &Options::default())), (NotRecorded, vec![]));
}

#[test]
fn trails_that_could_not_be_listed_may_be_two_that_record_the_same() {
    let others = advanced("resources.ARN", "NotEquals", &function(MEMBER, HERE, "orders"));
    let mut world = World::member().place(MEMBER, THERE).functions(MEMBER, THERE, &["mail"]);
    world = world.trail("main", MEMBER, false, &others).trail("second", MEMBER, false, &others);
    assert_eq!(status(&audit(&world.inventory, &Options::default()), "paid-copies"), Status::Fail);
    let gap = world.gap("cloudtrail:DescribeTrails");
    world.at(MEMBER, THERE).trails = Seen::Unread(gap);
    assert_eq!(status(&audit(&world.inventory, &Options::default()), "paid-copies"), Status::Undetermined);
}

#[test]
fn trails_that_could_not_be_listed_may_record() {
    let mut world = World::member();
    let gap = world.gap("cloudtrail:DescribeTrails");
    world.at(MEMBER, HERE).trails = Seen::Unread(gap);
    let told = audit(&world.inventory, &Options::default());
    assert_eq!(first(&told), (Undetermined, vec![gap]));
    assert_eq!(status(&told, "recorder-exists"), Status::Undetermined);
}

#[test]
fn the_management_accounts_stores_decide_unless_trails_alone_count() {
    let mut world = World::member();
    let gap = world.gap("cloudtrail:ListEventDataStores");
    world.account(MANAGEMENT).stores = Seen::Unread(gap);
    assert_eq!(first(&audit(&world.inventory, &Options::default())), (Undetermined, vec![gap]));
    let trails = Options { recorders: Counted::Trails, ..Options::default() };
    assert_eq!(first(&audit(&world.inventory, &trails)), (NotRecorded, vec![]));
    world.account(MEMBER).organization = Seen::Known(None);
    assert_eq!(first(&audit(&world.inventory, &Options::default())), (NotRecorded, vec![]));
}

#[test]
fn a_management_account_that_was_not_visited_is_a_gap_of_the_audit() {
    let mut world = World::member();
    world.inventory.accounts.retain(|account| account.id != MANAGEMENT);
    let told = audit(&world.inventory, &Options::default());
    assert_eq!(first(&told), (Undetermined, vec![0]));
    assert_eq!(told.gaps[0].account.as_deref(), Some(MANAGEMENT));
    assert_eq!(told.gaps[0].call, "cloudtrail:ListEventDataStores");
}

#[test]
fn a_trail_that_the_inventory_does_not_describe_may_record() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    world.inventory.recorders.clear();
    assert_eq!(first(&audit(&world.inventory, &Options::default())).0, Undetermined);
}

#[test]
fn a_doubt_in_a_selector_is_undetermined_without_any_gap() {
    let doubtful = advanced("resources.Tag", "Contains", "prod");
    let world = World::member().trail("main", MEMBER, false, &doubtful);
    let told = audit(&world.inventory, &Options::default());
    assert_eq!(first(&told), (Undetermined, vec![]));
    assert_eq!(status(&told, "selector-values-can-match"), Status::Undetermined);
}

#[test]
fn a_no_stays_a_no_where_no_gap_could_turn_it() {
    // The store that could not be read is for another Region alone.
    let mut world = World::member().store("lake", MEMBER, false, ALL);
    let gap = world.gap("cloudtrail:GetEventDataStore");
    let lake = world.of("lake");
    (lake.selectors, lake.multi_region) = (Seen::Unread(gap), false);
    THERE.clone_into(&mut lake.home_region);
    assert_eq!(first(&audit(&world.inventory, &Options::default())), (NotRecorded, vec![]));
}

#[test]
fn functions_that_were_not_listed_decide_only_if_one_could_escape() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    let gap = world.gap("lambda:ListFunctions");
    world.at(MEMBER, HERE).functions.gap = Some(gap);
    let told = audit(&world.inventory, &Options::default());
    assert_eq!(status(&told, "lambda-invocations-recorded"), Status::Pass);
    let only_one = advanced("resources.ARN", "Equals", &function(MEMBER, HERE, "orders"));
    world.of("main").selectors = Seen::Known(cloudtrail::selector_json::from_str(&only_one).unwrap());
    let told = audit(&world.inventory, &Options::default());
    assert_eq!(first(&told).0, Recorded);
    assert_eq!(status(&told, "lambda-data-events-current"), Status::Undetermined);
    assert_eq!(status(&told, "lambda-invocations-recorded"), Status::Fail, "a future function escapes");
}

#[test]
fn a_plane_that_is_not_offered_is_no_gap() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    let gap = world.gap("lambda:ListWebFunctions");
    world.at(MEMBER, HERE).web_functions.gap = Some(gap);
    let control = "lambda-web-function-invocations-recorded";
    assert_eq!(status(&audit(&world.inventory, &Options::default()), control), Status::Undetermined);
    world.inventory.gaps[gap].kind = GapKind::NotOffered;
    assert_eq!(status(&audit(&world.inventory, &Options::default()), control), Status::NotApplicable);
}

/// The states of the required controls, each once.
fn required(world: &World) -> Vec<Status> {
    let told = audit(&world.inventory, &Options::default());
    let weighty = told.controls.iter().filter(|control| control.weight == Weight::Required);
    let mut states: Vec<Status> = weighty.map(|control| control.status).collect();
    states.sort();
    states.dedup();
    states
}

#[test]
fn accounts_and_regions_that_were_not_seen_are_never_a_pass() {
    let fine = World::member().trail("main", MEMBER, false, ALL);
    assert_eq!(required(&fine), [Status::Pass, Status::NotApplicable]);
    let mut lost = fine.clone();
    lost.gap("organizations:ListAccounts");
    assert_eq!(required(&lost), [Status::Undetermined], "the listing of accounts broke off");
    let mut everywhere = fine.clone();
    everywhere.inventory.regions_asked = None;
    assert_eq!(required(&everywhere), [Status::Undetermined], "a Region of the account was not looked into");
    let mut asked = fine.clone();
    asked.inventory.regions_asked = Some(vec![HERE.to_owned(), THERE.to_owned()]);
    assert_eq!(required(&asked), [Status::Undetermined], "a Region that was asked for was not looked into");
    let mut unlisted = fine.clone();
    let gap = unlisted.gap("account:ListRegions");
    unlisted.account(MEMBER).regions = Seen::Unread(gap);
    assert_eq!(required(&unlisted), [Status::Pass, Status::NotApplicable], "all that was asked for was seen");
    unlisted.inventory.regions_asked = None;
    assert_eq!(required(&unlisted), [Status::Undetermined], "its Regions are not known");
    let mut empty = fine.clone();
    empty.account(MEMBER).regions = Seen::Known(std::collections::BTreeMap::new());
    assert_eq!(required(&empty), [Status::Undetermined], "no Region is named");
    let mut second = fine.clone();
    second.add_account("222222222222", None, true);
    assert_eq!(required(&second), [Status::Undetermined], "an account was not looked into");
    let mut nobody = fine;
    nobody.inventory.accounts.clear();
    assert_eq!(required(&nobody), [Status::Undetermined], "the account is not described");
}

#[test]
fn a_later_page_that_is_not_offered_leaves_the_listing_open() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    let gap = world.gap("lambda:ListFunctions");
    world.inventory.gaps[gap].kind = GapKind::NotOffered;
    let only_one = advanced("resources.ARN", "Equals", &function(MEMBER, HERE, "orders"));
    world.of("main").selectors = Seen::Known(cloudtrail::selector_json::from_str(&only_one).unwrap());
    world.at(MEMBER, HERE).functions.gap = Some(gap);
    let told = audit(&world.inventory, &Options::default());
    assert_eq!(status(&told, "lambda-data-events-current"), Status::Undetermined);
}

#[test]
fn a_store_that_the_inventory_does_not_describe_may_record() {
    let mut world = World::member().store("lake", MEMBER, false, ALL);
    world.inventory.recorders.clear();
    assert_eq!(first(&audit(&world.inventory, &Options::default())).0, Undetermined);
}

#[test]
fn a_trail_told_of_twice_is_not_believed() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    if let Seen::Known(trails) = &mut world.at(MEMBER, HERE).trails {
        trails.extend(trails.clone());
    }
    assert_eq!(first(&audit(&world.inventory, &Options::default())).0, Undetermined);
}

#[test]
fn no_advisory_control_passes_over_what_was_not_read() {
    let mut world = World::member().trail("main", MEMBER, false, ALL).trail("second", MEMBER, false, ALL);
    let gap = world.gap("cloudtrail:GetEventSelectors");
    world.of("second").selectors = Seen::Unread(gap);
    world.of("second").log_file_validation = None;
    let told = audit(&world.inventory, &Options::default());
    for control in ["selector-values-can-match", "paid-copies", "log-file-validation"] {
        let status = told.controls.iter().find(|one| one.id == control).unwrap().status;
        assert_eq!(status, Status::Undetermined, "{control}");
    }
    let mut world = World::member().place(MEMBER, THERE).trail("main", MEMBER, false, ALL);
    let gap = world.gap("cloudtrail:DescribeTrails");
    world.at(MEMBER, THERE).trails = Seen::Unread(gap);
    let told = audit(&world.inventory, &Options::default());
    for control in ["delivery-healthy", "log-file-validation"] {
        let status = told.controls.iter().find(|one| one.id == control).unwrap().status;
        assert_eq!(status, Status::Undetermined, "{control}");
    }
}

#[test]
fn a_store_that_no_account_lists_is_not_believed() {
    let mut world = World::member().store("lake", MEMBER, false, ALL);
    assert_eq!(first(&audit(&world.inventory, &Options::default())).0, Recorded);
    for account in &mut world.inventory.accounts {
        account.stores = Seen::Known(Vec::new());
    }
    assert_eq!(first(&audit(&world.inventory, &Options::default())).0, Undetermined);
}

#[test]
fn an_organizations_trail_in_an_account_of_another_organization_is_not_believed() {
    let mut world = World::member().trail("org", MANAGEMENT, true, ALL);
    assert_eq!(first(&audit(&world.inventory, &Options::default())).0, Recorded);
    let own = world.inventory.account(MEMBER).unwrap().organization.known().unwrap().clone().unwrap();
    let other = audit::inventory::Organization { management_account: "999988887777".to_owned(), ..own };
    for organization in [None, Some(other)] {
        let at = world.inventory.accounts.iter().position(|account| account.id == MEMBER).unwrap();
        world.inventory.accounts[at].organization = Seen::Known(organization);
        assert_eq!(first(&audit(&world.inventory, &Options::default())).0, Undetermined);
    }
}

#[test]
fn a_gap_that_nothing_rests_on_is_never_a_pass() {
    for call in [
        "organizations:ListAccounts",
        "account:ListRegions",
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
        "lambda:ListFunctions",
    ] {
        let mut world = World::member().trail("main", MEMBER, false, ALL);
        assert_eq!(
            status(&audit(&world.inventory, &Options::default()), "lambda-invocations-recorded"),
            Status::Pass
        );
        world.gap(call);
        let told = audit(&world.inventory, &Options::default());
        assert_eq!(status(&told, "lambda-invocations-recorded"), Status::Undetermined, "{call}");
    }
    // What is asked besides the facts decides nothing.
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    world.gap("cloudtrail:ListTags");
    let told = audit(&world.inventory, &Options::default());
    assert_eq!(status(&told, "lambda-invocations-recorded"), Status::Pass);
}
