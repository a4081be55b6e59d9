//! What a finding advises is enough, and what was not looked at passes nothing.

use crate::world::{ALL, HERE, MANAGEMENT_ONLY, MEMBER, THERE, World, advanced, function};
use audit::code::Code;
use audit::finding::{Audit, Status};
use audit::inventory::GapKind;
use audit::{Options, audit};
use cloudtrail::recorder::Seen;

/// What the first finding of the main control advises.
fn advice(world: &World) -> Code {
    let told = audit(&world.inventory, &Options::default());
    let failing = told.controls[0].findings.iter().find(|finding| finding.status == Status::Fail);
    failing.and_then(|finding| finding.help.as_ref()).expect("a failing finding says how to mend it").code
}

#[test]
fn a_condition_is_to_be_removed_only_where_that_is_enough() {
    let with = |text: &str| World::member().trail("main", MEMBER, false, text);
    assert_eq!(advice(&with(&advanced("eventName", "Equals", "Invoke"))), Code::RemoveCondition);
    let two = r#"[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
        {"Field":"resources.type","Equals":["AWS::Lambda::Function"]},
        {"Field":"readOnly","Equals":["true"]},{"Field":"eventName","Equals":["Invoke"]}]}]"#;
    assert_eq!(advice(&with(two)), Code::AddSelector);
}

#[test]
fn a_trail_is_to_be_started_only_where_it_would_record() {
    let stopped = |text: &str| {
        let mut world = World::member().trail("main", MEMBER, false, text);
        if let Seen::Known(status) = world.status(MEMBER, HERE) {
            status.logging = false;
        }
        world
    };
    assert_eq!(advice(&stopped(ALL)), Code::StartLogging);
    assert_eq!(advice(&stopped(MANAGEMENT_ONLY)), Code::CreateTrail);
    // Started, it still could not deliver.
    let mut broken = stopped(ALL);
    if let Seen::Known(status) = broken.status(MEMBER, HERE) {
        status.delivery_error = Some("NoSuchBucket".to_owned());
    }
    assert_eq!(advice(&broken), Code::CreateTrail);
}

#[test]
fn a_trail_of_one_region_that_is_told_to_log_in_another_is_a_gap() {
    let mut world = World::member().place(MEMBER, THERE).functions(MEMBER, THERE, &["mail"]);
    world = world.trail("main", MEMBER, false, ALL);
    let state = |world: &World| {
        let told = audit(&world.inventory, &Options::default());
        let place = told.inventory.place(MEMBER, THERE).unwrap();
        told.verdicts[told.places[place].planes[0].rows[0].verdict].state
    };
    assert_eq!(state(&world), recording::State::Recorded);
    world.of("main").multi_region = false;
    assert_eq!(state(&world), recording::State::Undetermined);
}

#[test]
fn no_control_passes_where_an_account_was_not_seen() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    let gap = world.gap("organizations:ListAccounts");
    world.inventory.gaps[gap].kind = GapKind::Failed;
    let told: Audit<'_> = audit(&world.inventory, &Options::default());
    for control in &told.controls {
        assert!(matches!(control.status, Status::Undetermined | Status::Fail), "{}", control.id);
    }
}

#[test]
fn what_escapes_of_new_functions_is_said_in_full_where_it_is_not_all() {
    let listed = function(MEMBER, HERE, "orders");
    let said = |more: &str| {
        let text = format!(
            r#"[{{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Data"]}},
            {{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}}{more}]}},
            {{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Data"]}},
            {{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}},
            {{"Field":"resources.ARN","Equals":["{listed}"]}}]}}]"#
        );
        let world = World::member().functions(MEMBER, HERE, &["orders"]).trail("main", MEMBER, false, &text);
        let told = audit(&world.inventory, &Options::default());
        let reasons = told.controls[0].findings.iter().map(|finding| finding.reason.words.clone());
        reasons.collect::<Vec<_>>().join("; ")
    };
    let partly = said(r#",{"Field":"userIdentity.arn","NotEquals":["arn:aws:iam::111111111111:role/x"]}"#);
    assert!(partly.contains("by principals whose ARN is"), "{partly}");
    assert!(!partly.contains("new functions will not be recorded"), "{partly}");
    let all = said(r#",{"Field":"readOnly","Equals":["true"]}"#);
    assert!(all.contains("new functions will not be recorded"), "{all}");
}

/// The cause that is nearest to what somebody did: selectors need no change where a trail that has the right ones was stopped.
#[test]
fn a_stopped_trail_that_would_record_it_all_comes_before_a_change_of_selectors() {
    let narrow = advanced("eventName", "Equals", "Invoke");
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    if let Seen::Known(status) = world.status(MEMBER, HERE) {
        status.logging = false;
    }
    let mut world = world.trail("narrow", MEMBER, false, &narrow);
    assert_eq!(advice(&world), Code::StartLogging);
    let code = |world: &World| {
        let told = audit(&world.inventory, &Options::default());
        let failing = told.controls[0].findings.iter().find(|finding| finding.status == Status::Fail);
        audit::of_verdict(&told, failing.unwrap().proof.unwrap())
    };
    assert_eq!(code(&world), Code::TrailNotLogging);
    world.of("main").selectors = Seen::Known(cloudtrail::selector_json::from_str(MANAGEMENT_ONLY).unwrap());
    assert_eq!((advice(&world), code(&world)), (Code::RemoveCondition, Code::EventNameCondition));
}

/// A bucket to which others cannot deliver fails for who starts, too.
#[test]
fn a_stopped_trail_whose_bucket_fails_for_others_is_not_to_be_started() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    if let Seen::Known(status) = world.status(MEMBER, HERE) {
        status.logging = false;
    }
    let mut world = world.trail("other", MEMBER, false, MANAGEMENT_ONLY);
    for name in ["main", "other"] {
        world.of(name).destination = Some("logs".to_owned());
    }
    assert_eq!(advice(&world), Code::StartLogging);
    let Seen::Known(trails) = &mut world.at(MEMBER, HERE).trails else { panic!() };
    let other = trails.iter_mut().find(|one| one.trail.ends_with("/other")).unwrap();
    let Seen::Known(status) = &mut other.status else { panic!() };
    status.delivery_error = Some("NoSuchBucket".to_owned());
    assert_ne!(advice(&world), Code::StartLogging);
}
