//! The answer of an audit: what the required controls say, and nothing that was not listed is told to be none.

use crate::world::{ALL, HERE, MANAGEMENT, MEMBER, World};
use audit::answer::{Answer, Conclusion};
use audit::code::Coded;
use audit::controls::REQUIRED;
use audit::finding::{Audit, ControlResult, Status, Weight};
use audit::inventory::GapKind;
use audit::plan::{Outlook, PlanOptions, record};
use audit::{Options, audit};

const DATA_ONLY: &str = r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
    {"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]}]}"#;

const EVERYTHING: &str = r#"{"AdvancedEventSelectors":[
    {"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},
    {"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]},
    {"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Lambda::WebFunction"]}]},
    {"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Lambda::MicrovmImage"]}]}]}"#;

fn ids<'a>(controls: &[&'a ControlResult]) -> Vec<&'a str> {
    controls.iter().map(|control| control.id).collect()
}

fn control<'a>(audit: &'a Audit<'_>, id: &str) -> &'a ControlResult {
    audit.controls.iter().find(|control| control.id == id).unwrap()
}

#[test]
fn the_answer_names_the_required_controls_that_decide_it() {
    let world = World::member().trail("main", MEMBER, false, ALL);
    assert_eq!(audit(&world.inventory, &Options::default()).answer(), Answer::Yes);
    let world = World::member().trail("main", MEMBER, false, DATA_ONLY);
    let told = audit(&world.inventory, &Options::default());
    let Answer::No(failing) = told.answer() else { panic!("{:?}", told.answer()) };
    assert_eq!(ids(&failing), ["management-events-recorded"]);
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    let gap = world.gap("cloudtrail:GetTrailStatus");
    *world.status(MEMBER, HERE) = cloudtrail::recorder::Seen::Unread(gap);
    let told = audit(&world.inventory, &Options::default());
    let Answer::Undetermined(open) = told.answer() else { panic!("{:?}", told.answer()) };
    assert!(ids(&open).contains(&"lambda-invocations-recorded"));
}

#[test]
fn the_list_of_required_controls_is_theirs() {
    let world = World::member();
    let told = audit(&world.inventory, &Options::default());
    let required: Vec<&str> =
        told.controls.iter().filter(|one| one.weight == Weight::Required).map(|one| one.id).collect();
    assert_eq!(required, REQUIRED);
}

#[test]
fn what_was_not_listed_is_never_told_to_be_none() {
    let mut world = World::member().functions(MEMBER, HERE, &[]).trail("main", MEMBER, false, EVERYTHING);
    let gap = world.gap("lambda:ListFunctions");
    for plane in 0..3 {
        let place = world.at(MEMBER, HERE);
        let listings = [&mut place.functions, &mut place.web_functions, &mut place.microvm_images];
        for (at, listing) in listings.into_iter().enumerate() {
            listing.gap = (at == plane).then_some(gap);
        }
        let told = audit(&world.inventory, &Options::default());
        let about: &[&str] = match plane {
            0 => &["lambda-invocations-recorded", "lambda-data-events-current"],
            1 => &["lambda-web-function-invocations-recorded"],
            _ => &["lambda-microvm-invocations-recorded"],
        };
        for id in about {
            let control = control(&told, id);
            assert_ne!(control.status, Status::NotApplicable, "{control:?}");
            for none in ["no function", "no web function", "no MicroVM", "exists"] {
                assert!(!control.reason.contains(none), "{}", control.reason);
            }
        }
    }
    // A service that is not offered has none.
    world.at(MEMBER, HERE).web_functions.gap = Some(gap);
    world.inventory.gaps[gap].kind = GapKind::NotOffered;
    let told = audit(&world.inventory, &Options::default());
    assert_eq!(control(&told, "lambda-web-function-invocations-recorded").status, Status::NotApplicable);
}

/// Its event data stores may record every member, and nobody could look at them.
#[test]
fn a_management_account_that_is_not_active_decides_what_nobody_else_records() {
    for state in ["SUSPENDED", "CLOSED", "PENDING_CLOSURE"] {
        let mut world = World::member();
        world.account(MANAGEMENT).state = Some(state.to_owned());
        let told = audit(&world.inventory, &Options::default());
        assert_eq!(control(&told, "lambda-invocations-recorded").status, Status::Undetermined, "{state}");
        assert!(told.gaps.iter().any(|gap| gap.error.contains(state)), "{:?}", told.gaps);
        let recorded = world.trail("main", MEMBER, false, ALL);
        assert_eq!(audit(&recorded.inventory, &Options::default()).answer(), Answer::Yes, "{state}");
    }
    // Another member's recorders are its own.
    let mut world = World::member();
    world.add_account("333333333333", Some(MANAGEMENT), false);
    world.account("333333333333").state = Some("SUSPENDED".to_owned());
    let told = audit(&world.inventory, &Options::default());
    assert_eq!(control(&told, "lambda-invocations-recorded").status, Status::Fail);
}

/// A plan to record reaches its end only where the audit afterwards passes.
#[test]
fn a_plan_after_which_a_required_control_fails_does_not_end_well() {
    let world = World::member().trail("main", MEMBER, false, ALL);
    let mut plan = record(&world.inventory, &PlanOptions::default());
    assert_eq!(plan.answer(), Conclusion::Yes);
    let of = |control: &str, after| Outlook {
        control: control.to_owned(),
        before: Status::Fail,
        after,
        excepted: false,
        reason: Coded::default(),
    };
    plan.outlook.push(of("delivery-healthy", Status::Fail));
    assert_eq!(plan.answer(), Conclusion::Yes, "advice decides nothing");
    plan.outlook.push(of("recorder-exists", Status::Undetermined));
    assert_eq!(plan.answer(), Conclusion::Undetermined);
    plan.outlook.push(of("recorder-exists", Status::Fail));
    assert_eq!(plan.answer(), Conclusion::No);
}
