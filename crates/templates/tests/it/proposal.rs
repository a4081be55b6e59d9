//! Documents over inventories, and alone.

use crate::plan::{
    ACCOUNT, Change, REGION, TRAIL, advanced, applied, arn, document, every, function, judged, trail, with,
    without,
};
use audit::answer::Conclusion;
use audit::inventory::{Account, Gap, GapKind, Inventory, Organization, TrailStatus};
use cloudtrail::recorder::{RecorderKind, Seen, StoreStatus};
use recording::State;
use serde_json::json;
use templates::document::{About, Action};
use templates::proposal::{Defaults, Proposal, SOME_ACCOUNT, SOME_REGION, merge};
use templates::terraform;

fn merged(changes: &[Change], inventory: &Inventory) -> Proposal {
    merge(&document(changes), Some(inventory), &Defaults::default())
}

fn codes(proposal: &Proposal) -> Vec<&'static str> {
    proposal.doubts.iter().map(|doubt| doubt.about.code()).collect()
}

fn status(inventory: &Inventory, at: usize, arn: &str) -> Seen<TrailStatus> {
    let trails = inventory.places[at].trails.known().unwrap();
    trails.iter().find(|one| one.trail == arn).unwrap().status.clone()
}

/// A function at home in Frankfurt, so that the world has two Regions.
fn abroad() -> Change {
    let more =
        json!({"arn": "arn:aws:lambda:eu-central-1:111122223333:function:far", "region": "eu-central-1"});
    Change::keep("aws_lambda_function.far", with(function("far"), more))
}

#[test]
fn alone_the_document_is_the_world() {
    let changes = [
        Change::create("aws_cloudtrail.a", trail("main", every())),
        Change::keep("aws_lambda_function.old", function("old")),
        Change::create("aws_lambda_function.new", function("new")),
        abroad(),
    ];
    let proposal = merge(&document(&changes), None, &Defaults::default());
    assert!(proposal.alone && proposal.doubts.is_empty(), "{:?}", proposal.doubts);
    let regions: Vec<&str> = proposal.after.places.iter().map(|place| place.region.as_str()).collect();
    assert_eq!(regions, ["eu-central-1", REGION]);
    assert_eq!(proposal.before.recorders, []);
    let [recorder] = proposal.after.recorders.as_slice() else { panic!() };
    assert_eq!((recorder.arn.as_str(), recorder.account.as_str()), (TRAIL, ACCOUNT));
    assert_eq!((recorder.multi_region, recorder.log_file_validation), (true, Some(true)));
    for place in 0..2 {
        let logging = TrailStatus { logging: true, ..TrailStatus::default() };
        assert_eq!(status(&proposal.after, place, TRAIL), Seen::Known(logging));
    }
    let names = |inventory: &Inventory| {
        inventory.places[1].functions.resources.iter().map(|one| one.arn.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(&proposal.before), [arn("old")]);
    assert_eq!(names(&proposal.after), [arn("new"), arn("old")]);
    assert_eq!(proposal.functions.len(), 1);
}

#[test]
fn a_trail_of_one_region_is_seen_there_alone() {
    let one = trail("main", json!({"is_multi_region_trail": false}));
    let world = applied(&[Change::create("aws_cloudtrail.a", one), abroad()]);
    assert_eq!(world.places[0].trails, Seen::Known(Vec::new()));
    assert_eq!(world.places[1].trails.known().unwrap().len(), 1);
}

#[test]
fn all_other_recorders_stay_and_what_is_not_changed_stays() {
    let mut inventory = applied(&[
        Change::keep("aws_cloudtrail.a", trail("main", every())),
        Change::keep("aws_cloudtrail.b", trail("other", json!({}))),
        abroad(),
    ]);
    // Somebody turned validation off by hand after the plan was made.
    let at = inventory.recorder(TRAIL).unwrap();
    inventory.recorders[at].log_file_validation = Some(false);
    let before = trail("main", every());
    let narrower = with(before.clone(), json!({"is_multi_region_trail": false}));
    let proposal = merged(&[Change::update("aws_cloudtrail.a", before, narrower)], &inventory);
    assert_eq!(proposal.before, inventory);
    let after = &proposal.after;
    let changed = &after.recorders[after.recorder(TRAIL).unwrap()];
    assert_eq!((changed.multi_region, changed.log_file_validation), (false, Some(false)));
    assert_eq!(changed.selectors, inventory.recorders[at].selectors);
    let seen = |at: usize| after.places[at].trails.known().unwrap().iter().any(|one| one.trail == TRAIL);
    assert_eq!((seen(0), seen(1)), (false, true));
    assert_eq!(after.recorders.len(), 2);
    // And the plan's present is not the inventory's.
    assert_eq!(codes(&proposal), ["differs_from_inventory"]);
}

#[test]
fn a_trail_is_known_by_its_name_where_the_plan_has_no_arn() {
    let inventory = applied(&[Change::keep("aws_cloudtrail.a", trail("main", every()))]);
    let nameless = without(trail("main", every()), &["arn"]);
    let proposal = merged(&[Change::delete("aws_cloudtrail.a", nameless)], &inventory);
    assert_eq!(proposal.after.recorders, []);
    assert_eq!(proposal.after.places[0].trails, Seen::Known(Vec::new()));
    assert_eq!(proposal.touched[0].before.as_deref(), Some(TRAIL));
}

#[test]
fn a_replaced_trail_is_the_new_one() {
    let inventory = applied(&[Change::keep("aws_cloudtrail.a", trail("main", every()))]);
    let new = without(trail("second", json!({})), &["arn"]);
    for actions in [["delete", "create"], ["create", "delete"]] {
        let change = Change::new("aws_cloudtrail.a", &actions, trail("main", every()), new.clone());
        let proposal = merged(&[change.unknown(json!({"arn": true}))], &inventory);
        let arns: Vec<&str> = proposal.after.recorders.iter().map(|one| one.arn.as_str()).collect();
        assert_eq!(arns, ["arn:aws:cloudtrail:eu-west-1:111122223333:trail/second"]);
    }
}

#[test]
fn what_is_kept_moved_or_forgotten_changes_nothing() {
    let inventory = applied(&[Change::keep("aws_cloudtrail.a", trail("main", every()))]);
    let both = trail("main", every());
    let moved = Change::keep("module.x.aws_cloudtrail.a", both.clone())
        .more(json!({"previous_address": "aws_cloudtrail.a"}));
    let forgotten = Change::new("aws_cloudtrail.a", &["forget"], both.clone(), serde_json::Value::Null);
    for change in [Change::keep("aws_cloudtrail.a", both), moved, forgotten] {
        let proposal = merged(&[change], &inventory);
        assert_eq!(proposal.after, inventory);
        assert_eq!(proposal.doubts, []);
    }
}

#[test]
fn logging_that_is_turned_on_keeps_what_kept_it_from_delivering() {
    let off = trail("main", json!({"enable_logging": false}));
    let on = trail("main", json!({"enable_logging": true}));
    let mut inventory = applied(&[Change::keep("aws_cloudtrail.a", off.clone())]);
    if let Seen::Known(trails) = &mut inventory.places[0].trails
        && let Seen::Known(status) = &mut trails[0].status
    {
        status.delivery_error = Some("AccessDenied".to_owned());
    }
    let proposal = merged(&[Change::update("aws_cloudtrail.a", off, on)], &inventory);
    let Seen::Known(status) = status(&proposal.after, 0, TRAIL) else { panic!() };
    assert_eq!((status.logging, status.delivery_error.as_deref()), (true, Some("AccessDenied")));
}

#[test]
fn what_the_inventory_does_not_hold_may_or_may_not_be_there() {
    let inventory = applied(&[Change::keep("aws_lambda_function.f", function("f"))]);
    let before = trail("main", json!({}));
    let proposal = merged(&[Change::update("aws_cloudtrail.a", before, trail("main", every()))], &inventory);
    assert_eq!(codes(&proposal), ["not_in_inventory"]);
    assert!(
        matches!(status(&proposal.after, 0, TRAIL), Seen::Unread(gap) if proposal.after.gaps[gap].kind == GapKind::AfterApply)
    );
    let gone = merged(&[Change::delete("aws_cloudtrail.a", trail("main", every()))], &inventory);
    assert_eq!((gone.after == inventory, codes(&gone)), (true, vec!["not_in_inventory"]));
}

#[test]
fn a_trail_that_is_there_already_is_as_the_document_says() {
    let inventory = applied(&[Change::keep("aws_cloudtrail.a", trail("main", every()))]);
    let proposal = merged(&[Change::create("aws_cloudtrail.a", trail("main", json!({})))], &inventory);
    assert_eq!(codes(&proposal), ["already_there"]);
    assert_eq!(proposal.after.recorders.len(), 1);
    assert_ne!(proposal.after.recorders[0].selectors, inventory.recorders[0].selectors);
}

/// Two accounts of one organization, the first of them its management account.
fn organization() -> Inventory {
    let far = json!({"arn": "arn:aws:lambda:eu-west-1:444455556666:function:far"});
    let far = Change::keep("aws_lambda_function.far", with(function("far"), far));
    let mut world = applied(&[Change::keep("aws_lambda_function.f", function("f")), far]);
    let own = Organization { id: "o-a".to_owned(), management_account: ACCOUNT.to_owned() };
    let set = |account: &mut Account| account.organization = Seen::Known(Some(own.clone()));
    world.accounts.iter_mut().for_each(set);
    world
}

#[test]
fn a_trail_of_an_organization_is_seen_by_its_members() {
    let inventory = organization();
    let whole = trail("main", json!({"is_organization_trail": true}));
    let proposal = merged(&[Change::create("aws_cloudtrail.a", whole.clone())], &inventory);
    let seen = |proposal: &Proposal, at: usize| !proposal.after.places[at].trails.known().unwrap().is_empty();
    assert_eq!((seen(&proposal, 0), seen(&proposal, 1)), (true, true));
    let own = trail("main", json!({}));
    let there = merged(&[Change::create("aws_cloudtrail.a", whole.clone())], &inventory).after;
    let proposal = merged(&[Change::update("aws_cloudtrail.a", whole, own.clone())], &there);
    assert_eq!((seen(&proposal, 0), seen(&proposal, 1)), (true, false));
    // Open: the member may or may not be recorded.
    let there = merged(&[Change::create("aws_cloudtrail.a", own.clone())], &inventory).after;
    let after = without(own.clone(), &["is_organization_trail"]);
    let change =
        Change::update("aws_cloudtrail.a", own, after).unknown(json!({"is_organization_trail": true}));
    let proposal = merged(&[change], &there);
    assert!(matches!(status(&proposal.after, 0, TRAIL), Seen::Known(_)));
    assert!(matches!(status(&proposal.after, 1, TRAIL), Seen::Unread(_)));
}

/// Whether a member is in the organization may be unread: that it saw a trail of the organization says so. Only where it saw none nobody knows.
#[test]
fn a_trail_that_a_member_sees_stays_as_it_is_seen_whatever_was_read_of_its_organization() {
    let reach = json!({"is_organization_trail": true, "is_multi_region_trail": false});
    let whole = trail("main", with(every(), reach));
    let mut there = merged(&[Change::create("aws_cloudtrail.a", whole.clone())], &organization()).after;
    there.gaps.push(Gap {
        account: Some(there.accounts[1].id.clone()),
        region: None,
        call: "organizations:DescribeOrganization".to_owned(),
        subject: None,
        kind: GapKind::Refused,
        error: "AccessDenied".to_owned(),
    });
    there.accounts[1].organization = Seen::Unread(there.gaps.len() - 1);
    let made = |name: &str| with(whole.clone(), json!({"name": name, "arn": TRAIL.replace("main", name)}));
    for (is, now) in [
        (whole.clone(), TRAIL.to_owned()),
        (with(whole.clone(), json!({"enable_log_file_validation": false})), TRAIL.to_owned()),
        (with(whole.clone(), json!({"s3_bucket_name": "next"})), TRAIL.to_owned()),
        (with(whole.clone(), json!({"is_multi_region_trail": true})), TRAIL.to_owned()),
        (made("second"), TRAIL.replace("main", "second")),
    ] {
        let actions: &[&str] = match (is == whole, now == TRAIL) {
            (true, _) => &["no-op"],
            (false, true) => &["update"],
            (false, false) => &["create", "delete"],
        };
        let changes = [Change::new("aws_cloudtrail.a", actions, whole.clone(), is)];
        let (proposal, gate) = judged(&document(&changes), Some(&there));
        assert!(
            matches!(status(&proposal.after, 1, &now), Seen::Known(status) if status.logging),
            "{actions:?}"
        );
        assert!(gate.turns.iter().all(|turn| turn.after == State::Recorded), "{actions:?} {:?}", gate.turns);
        let conclusion = gate.conclusion;
        assert!(now != TRAIL || conclusion <= Conclusion::Yes, "{actions:?} {conclusion:?}");
    }
    // One that saw none may be no member.
    let seen = std::mem::replace(&mut there.places[1].trails, Seen::Known(Vec::new()));
    let after = merged(&[Change::create("aws_cloudtrail.b", made("second"))], &there).after;
    assert!(matches!(status(&after, 1, &TRAIL.replace("main", "second")), Seen::Unread(_)));
    // It may shrink.
    there.places[1].trails = seen;
    let open = without(whole.clone(), &["is_organization_trail"]);
    let open =
        Change::update("aws_cloudtrail.a", whole, open).unknown(json!({"is_organization_trail": true}));
    assert!(matches!(status(&merged(&[open], &there).after, 1, TRAIL), Seen::Unread(_)));
}

/// A trail of all Regions that a Region of its own account was listed without is not brought there by becoming the organization's.
#[test]
fn a_trail_comes_to_no_region_that_it_reached_before_and_was_not_seen_in() {
    let far = json!({"arn": arn("f").replace(REGION, "us-east-1"), "region": "us-east-1"});
    let far = Change::keep("aws_lambda_function.far", with(function("f"), far));
    let own = trail("main", json!({"is_multi_region_trail": true}));
    let whole = trail("main", json!({"is_multi_region_trail": true, "is_organization_trail": true}));
    let mut there = applied(&[
        Change::keep("aws_lambda_function.f", function("f")),
        far,
        Change::keep("aws_cloudtrail.a", own.clone()),
    ]);
    let id = Organization { id: "o-a".to_owned(), management_account: ACCOUNT.to_owned() };
    there.accounts.iter_mut().for_each(|account| account.organization = Seen::Known(Some(id.clone())));
    let at = there.place(ACCOUNT, "us-east-1").unwrap();
    assert_eq!(there.places[at].trails.known().unwrap().len(), 1);
    there.places[at].trails = Seen::Known(vec![]);
    for change in
        [Change::update("aws_cloudtrail.a", own, whole.clone()), Change::create("aws_cloudtrail.a", whole)]
    {
        let after = merged(&[change], &there).after;
        assert!(after.recorders[0].organization);
        assert_eq!(after.places[at].trails, Seen::Known(vec![]));
    }
}

#[test]
fn event_data_stores_are_made_changed_and_deleted() {
    let address = "aws_cloudtrail_event_data_store.s";
    let arn = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/1234";
    let all = with(
        json!({"name": "lake", "arn": arn, "multi_region_enabled": true, "organization_enabled": false,
               "suspend": null, "region": REGION}),
        advanced("", &[]),
    );
    let inventory = applied(&[Change::keep("aws_lambda_function.f", function("f"))]);
    let made = merged(&[Change::create(address, all.clone())], &inventory).after;
    let store = &made.recorders[0];
    assert_eq!(store.arn, format!("arn:aws:cloudtrail:{REGION}:{ACCOUNT}:eventdatastore/{address}"));
    assert_eq!(
        (store.kind, &store.status),
        (RecorderKind::EventDataStore, &Seen::Known(StoreStatus::Enabled))
    );
    assert_eq!(made.accounts[0].stores, Seen::Known(vec![store.arn.clone()]));
    // One that is there says nothing of whether it ingests, unless the plan does.
    let there = applied(&[Change::keep(address, all.clone())]);
    assert!(matches!(there.recorders[0].status, Seen::Unread(_)));
    let suspended = with(all.clone(), json!({"suspend": "true"}));
    let there = applied(&[Change::keep(address, with(all.clone(), json!({"suspend": "false"})))]);
    assert_eq!(merged(&[Change::keep(address, all.clone())], &there).after, there);
    let stopped = merged(&[Change::update(address, all.clone(), suspended)], &there).after;
    assert!(matches!(&stopped.recorders[0].status, Seen::Known(StoreStatus::Idle(_))));
    let gone = merged(&[Change::delete(address, all)], &there).after;
    assert_eq!((gone.recorders, &gone.accounts[0].stores), (vec![], &Seen::Known(vec![])));
}

#[test]
fn functions_come_go_and_change_their_names() {
    let inventory = applied(&[
        Change::keep("aws_lambda_function.a", function("a")),
        Change::keep("aws_lambda_function.b", function("b")),
    ]);
    let changes = [
        Change::delete("aws_lambda_function.a", function("a")),
        Change::new(
            "aws_lambda_function.b",
            &["delete", "create"],
            function("b"),
            without(function("c"), &["arn"]),
        ),
        Change::create("aws_lambda_function.d[0]", function("d")),
        Change::create("aws_lambda_function.b2", function("b")),
    ];
    let proposal = merged(&changes, &inventory);
    let all: Vec<String> =
        proposal.after.places[0].functions.resources.iter().map(|one| one.arn.to_string()).collect();
    assert_eq!(all, [arn("b"), arn("c"), arn("d")]);
    let new: Vec<Option<String>> = proposal.functions.iter().map(|one| one.arn.clone()).collect();
    assert_eq!(new, [Some(arn("c")), Some(arn("d"))]);
}

#[test]
fn a_plan_that_names_no_home_stands_in_some_account_and_region() {
    let mut plan = crate::plan::plan(&[
        Change::create("aws_cloudtrail.a", without(trail("main", every()), &["region", "home_region"])),
        Change::create("aws_lambda_function.f", without(function("f"), &["region"])),
    ]);
    plan["configuration"]["provider_config"]["aws"]["expressions"] = json!({});
    let document = terraform::from_slice(plan.to_string().as_bytes()).unwrap();
    let proposal = merge(&document, None, &Defaults::default());
    assert!(proposal.assumed.account && proposal.assumed.region);
    assert_eq!(
        (proposal.after.places[0].account.as_str(), proposal.after.places[0].region.as_str()),
        (SOME_ACCOUNT, SOME_REGION)
    );
    assert!(matches!(&proposal.after.recorders[0].selectors, Seen::Known(_)));
    assert_eq!(codes(&proposal), ["account_unknown", "region_unknown"]);
    // What names an account says something else of the real one.
    let text = plan
        .to_string()
        .replace("\"arn:aws:lambda\"", "\"arn:aws:lambda:eu-west-1:111122223333:function:f\"");
    let document = terraform::from_slice(text.as_bytes()).unwrap();
    let proposal = merge(&document, None, &Defaults::default());
    assert!(matches!(&proposal.after.recorders[0].selectors, Seen::Unread(_)));
    let told = Defaults { account: Some(ACCOUNT), region: Some(REGION), partition: None };
    let proposal = merge(&document, None, &told);
    assert_eq!((codes(&proposal), proposal.assumed.account), (vec![], false));
    assert_eq!(proposal.after.recorders[0].arn, TRAIL);
}

#[test]
fn a_trail_of_an_unknown_home_is_in_doubt_everywhere() {
    let mut plan = crate::plan::plan(&[Change::create(
        "aws_cloudtrail.a",
        without(trail("main", every()), &["region", "home_region"]),
    )]);
    plan["configuration"]["provider_config"] = json!({});
    let document = terraform::from_slice(plan.to_string().as_bytes()).unwrap();
    let inventory = organization();
    let proposal = merge(&document, Some(&inventory), &Defaults::default());
    for place in &proposal.after.places {
        let trails = place.trails.known().unwrap();
        assert!(matches!(trails[..], [ref one] if matches!(one.status, Seen::Unread(_))));
    }
    assert_eq!(codes(&proposal), ["account_unknown", "region_unknown"]);
}

#[test]
fn actions_that_are_declared_change_what_is_there_and_make_what_is_not() {
    let mut document = document(&[Change::create("aws_cloudtrail.a", trail("main", json!({})))]);
    document.resources[0].action = Action::Declare;
    let inventory = applied(&[Change::keep("aws_cloudtrail.a", trail("main", every()))]);
    let proposal = merge(&document, Some(&inventory), &Defaults::default());
    assert_eq!(proposal.touched[0].before.as_deref(), Some(TRAIL));
    assert_ne!(proposal.after.recorders[0].selectors, inventory.recorders[0].selectors);
    let empty = applied(&[Change::keep("aws_lambda_function.f", function("f"))]);
    let proposal = merge(&document, Some(&empty), &Defaults::default());
    assert_eq!((proposal.touched[0].before.as_deref(), proposal.after.recorders.len()), (None, 1));
}

#[test]
fn selectors_that_become_empty_are_in_doubt_where_they_were_advanced() {
    let inventory = applied(&[Change::keep("aws_cloudtrail.a", trail("main", advanced("", &[])))]);
    let change =
        Change::update("aws_cloudtrail.a", trail("main", advanced("", &[])), trail("main", json!({})));
    let proposal = merged(&[change], &inventory);
    assert!(proposal.doubts.iter().any(|doubt| doubt.about == About::EmptiedSelectors));
    assert!(matches!(proposal.after.recorders[0].selectors, Seen::Unread(_)));
    let (_, gate) = judged(&document(&[Change::keep("aws_cloudtrail.a", trail("main", json!({})))]), None);
    assert_eq!(gate.doubts, []);
}

#[test]
fn a_trail_stays_where_the_inventory_sees_it_unless_its_reach_changes() {
    let full = trail("main", every());
    let mut inventory = applied(&[Change::keep("aws_cloudtrail.a", full.clone()), abroad()]);
    // It is not seen in one Region, whatever that means.
    inventory.places[0].trails = Seen::Known(Vec::new());
    assert_eq!(merged(&[Change::keep("aws_cloudtrail.a", full.clone())], &inventory).after, inventory);
    let off = with(full.clone(), json!({"enable_logging": false}));
    let after = merged(&[Change::update("aws_cloudtrail.a", full, off)], &inventory).after;
    assert_eq!(after.places[0].trails, Seen::Known(Vec::new()));
    assert!(matches!(status(&after, 1, TRAIL), Seen::Known(status) if !status.logging));
}

#[test]
fn a_recorder_that_is_declared_twice_is_in_doubt() {
    let (one, other) = (trail("main", every()), trail("main", json!({})));
    let changes = [Change::create("aws_cloudtrail.a", one), Change::create("aws_cloudtrail.b", other)];
    let (proposal, gate) = judged(&document(&changes), None);
    assert!(proposal.doubts.iter().any(|doubt| doubt.about == About::Twice("aws_cloudtrail.a".to_owned())));
    assert!(matches!(proposal.after.recorders[0].selectors, Seen::Unread(_)));
    assert_eq!(gate.conclusion, Conclusion::Undetermined);
}
