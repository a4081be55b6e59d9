//! One trail for an organization: who makes it, and what is said where nobody can.

use crate::plan::{changes, kinds};
use crate::world::{ALL, HERE, MANAGEMENT, MANAGEMENT_ONLY, MEMBER, THERE, World};
use audit::change::Setting;
use audit::plan::{Plan, PlanOptions, after, record};
use audit::{Counted, Options};
use cloudtrail::recorder::Seen;
use std::collections::BTreeMap;

/// Two audited accounts of an organization whose management account was not visited, judged by trails alone: its event data
/// stores are unread.
fn without_management() -> World {
    let mut world = World::member();
    world.add_account(OTHER, Some(MANAGEMENT), true);
    let gap = world.gap("sts:AssumeRole");
    let management = world.account(MANAGEMENT);
    (management.regions, management.stores) = (Seen::Unread(gap), Seen::Unread(gap));
    world.place(OTHER, HERE).functions(OTHER, HERE, &["other"])
}

const OTHER: &str = "222222222222";

fn by_trails(world: &World, per_account: bool) -> Plan {
    let audit = Options { recorders: Counted::Trails, ..Options::default() };
    record(&world.inventory, &PlanOptions { audit, per_account, ..PlanOptions::default() })
}

/// The delegated administrator makes the trail where the management account was not visited: calls and bucket are in its
/// account, and the trail is the management account's.
#[test]
fn the_delegated_administrator_makes_the_organizations_trail() {
    let mut world = without_management();
    let administrators = vec!["333333333333".to_owned(), OTHER.to_owned()];
    world.inventory.extra.administrators.insert("o-acme".to_owned(), Seen::Known(administrators));
    let plan = by_trails(&world, false);
    let (settings, refusals) = (kinds(&plan), &plan.refusals);
    assert_eq!(settings.iter().filter(|(_, kind)| *kind == "trail").count(), 1, "{plan:#?}");
    assert!(refusals.is_empty(), "{refusals:?}");
    for step in &plan.steps {
        assert_eq!(step.change.target.account, OTHER, "{step:#?}");
        assert_eq!(step.change.target.owner(), MANAGEMENT, "{step:#?}");
        assert!(step.because.contains("delegated administrator"), "{step:#?}");
    }
    let Setting::Bucket(turn) = &plan.steps[0].change.setting else { panic!("{plan:#?}") };
    let bucket = turn.after.as_ref().unwrap();
    assert!(bucket.name.contains(OTHER), "{bucket:?}");
    assert!(bucket.policy.contains("AWSLogs/o-acme/*") && bucket.policy.contains("AWSLogs/999999999999/*"));
    assert!(bucket.policy.contains(":999999999999:trail/invoketrail"), "{bucket:?}");
    let then = after(&world.inventory, &changes(&plan));
    assert!(then.recorders.iter().all(|one| one.organization && one.account == MANAGEMENT), "{then:#?}");

    // Whoever is visited and owns the organization's trails comes first.
    let management = world.account(MANAGEMENT);
    (management.regions, management.stores) = (Seen::Known(BTreeMap::new()), Seen::Known(Vec::new()));
    let plan = by_trails(&world, false);
    assert!(!plan.steps.is_empty());
    assert!(plan.steps.iter().all(|step| step.change.target.account == MANAGEMENT), "{plan:#?}");
}

/// A trail of the organization that is there is changed through the delegated administrator, too.
#[test]
fn an_organizations_trail_is_changed_through_whoever_may() {
    let mut world = without_management().trail("org", MANAGEMENT, true, MANAGEMENT_ONLY);
    let administrators = Seen::Known(vec![OTHER.to_owned()]);
    world.inventory.extra.administrators.insert("o-acme".to_owned(), administrators);
    let plan = by_trails(&world, false);
    assert_eq!(kinds(&plan), [("org", "selectors")]);
    assert_eq!(plan.steps[0].change.target.account, OTHER);
    assert!(plan.steps[0].change.target.arn.contains(MANAGEMENT));
}

/// Nobody who was visited can make it: that is said, with the reason, and nothing is made in each account unasked.
#[test]
fn no_account_gets_a_trail_of_its_own_unasked() {
    let known = |ids: &[&str]| Some(Seen::Known(ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()));
    let mut world = without_management();
    let gap = world.gap("organizations:ListDelegatedAdministrators");
    for (administrators, why) in [
        (None, "nobody asked for its delegated administrators"),
        (known(&[]), "it has no delegated administrator"),
        (known(&["333333333333"]), "nor was its delegated administrator for CloudTrail, 333333333333"),
        (Some(Seen::Unread(gap)), "organizations:ListDelegatedAdministrators"),
    ] {
        world.inventory.extra.administrators =
            administrators.into_iter().map(|of| ("o-acme".to_owned(), of)).collect();
        let plan = by_trails(&world, false);
        assert!(plan.steps.is_empty(), "{plan:#?}");
        let [refusal] = plan.refusals.as_slice() else { panic!("{:#?}", plan.refusals) };
        assert!(refusal.reason.contains(why) && refusal.reason.contains(MANAGEMENT), "{refusal:?}");
        assert!(refusal.nearest.contains("--per-account"), "{refusal:?}");
        assert_eq!(refusal.places.len(), 2, "{refusal:?}");
        let each = by_trails(&world, true);
        assert_eq!(kinds(&each).iter().filter(|(_, kind)| *kind == "trail").count(), 2, "{each:#?}");
    }
}

/// Where it is one trail in each account although nobody asked for it, each says why.
#[test]
fn a_trail_in_each_account_says_why() {
    let mut world = without_management();
    let gap = world.gap("organizations:DescribeOrganization");
    for account in [MEMBER, OTHER] {
        world.account(account).organization = Seen::Unread(gap);
    }
    let plan = by_trails(&world, false);
    assert_eq!(kinds(&plan).iter().filter(|(_, kind)| *kind == "trail").count(), 2, "{plan:#?}");
    assert!(plan.steps.iter().all(|step| step.because.contains("organizations:DescribeOrganization")));
}

/// Whose member the account is, nobody could read: that it sees the trail is known all the same, and a trail that comes to more Regions is taken away nowhere.
#[test]
fn a_trail_stays_where_it_was_seen_though_the_organization_is_unread() {
    let mut world = World::member().place(MEMBER, THERE).trail("main", MANAGEMENT, true, ALL);
    let gap = world.gap("organizations:DescribeOrganization");
    world.account(MEMBER).organization = Seen::Unread(gap);
    let arn = world.of("main").arn.clone();
    let sees = |inventory: &audit::inventory::Inventory, region: &str| {
        let place = &inventory.places[inventory.place(MEMBER, region).unwrap()];
        place.trails.known().unwrap().iter().any(|one| one.trail == arn)
    };
    world.of("main").multi_region = false;
    let target = {
        let main = world.of("main");
        audit::change::Target {
            arn: main.arn.clone(),
            name: main.name.clone(),
            kind: main.kind,
            account: main.account.clone(),
            home_region: main.home_region.clone(),
        }
    };
    let turn = |before, after| audit::change::Change {
        target: target.clone(),
        setting: Setting::MultiRegion(audit::change::Turn { before, after }),
    };
    let wide = after(&world.inventory, &[turn(false, true)]);
    assert!(sees(&wide, HERE) && sees(&wide, THERE));
    let narrow = after(&wide, &[turn(true, false)]);
    assert!(sees(&narrow, HERE) && !sees(&narrow, THERE));
}
