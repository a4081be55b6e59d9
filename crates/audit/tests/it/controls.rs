//! What each control passes and fails on, and how findings are grouped.

use crate::world::{ALL, HERE, MANAGEMENT_ONLY, MEMBER, THERE, World, advanced, function};
use audit::finding::{Audit, Status, Weight};
use audit::{Options, audit};
use cloudtrail::recorder::Seen;
use cloudtrail::selector_json::from_str;

fn status(audit: &Audit<'_>, control: &str) -> Status {
    audit.controls.iter().find(|one| one.id == control).unwrap().status
}

fn told(world: &World) -> Audit<'_> {
    audit(&world.inventory, &Options::default())
}

#[test]
fn a_world_as_it_should_be_passes_every_control() {
    let world = World::member().place(MEMBER, THERE).trail("main", MEMBER, false, ALL);
    let told = told(&world);
    for control in &told.controls {
        assert!(matches!(control.status, Status::Pass | Status::NotApplicable), "{control:?}");
    }
    assert_eq!(told.summary.recorded, 1);
}

#[test]
fn an_empty_account_fails_for_the_functions_it_will_have() {
    let mut world = World::member().trail("main", MEMBER, false, MANAGEMENT_ONLY);
    world.at(MEMBER, HERE).functions.resources.clear();
    let told = told(&world);
    assert_eq!(status(&told, "lambda-invocations-recorded"), Status::Fail);
    assert_eq!(status(&told, "lambda-data-events-current"), Status::NotApplicable);
    assert_eq!(status(&told, "lambda-data-events-future"), Status::Fail);
}

#[test]
fn nothing_to_audit_is_not_a_pass() {
    let mut world = World::member();
    world.inventory.places.clear();
    assert_eq!(status(&told(&world), "lambda-invocations-recorded"), Status::Undetermined);
}

#[test]
fn five_hundred_functions_with_one_reason_are_one_finding() {
    let names: Vec<String> = (0..500).map(|n| format!("f{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let world = World::member().functions(MEMBER, HERE, &names).trail("main", MEMBER, false, MANAGEMENT_ONLY);
    let told = told(&world);
    let main = &told.controls[0];
    let of_rows: Vec<_> = main.findings.iter().filter(|finding| !finding.resources.is_empty()).collect();
    assert_eq!(of_rows.len(), 1);
    assert_eq!(of_rows[0].resources.len(), 500);
    let told = "no invocation is recorded, and new functions will not be either";
    assert_eq!(of_rows[0].reason, told);
    assert_eq!(main.findings.len(), 1, "what is to be said of later functions is said in the same finding");
}

#[test]
fn a_function_created_later_escapes_a_list() {
    let list = advanced("resources.ARN", "Equals", &function(MEMBER, HERE, "orders"));
    let world = World::member().trail("main", MEMBER, false, &list);
    let told = told(&world);
    assert_eq!(told.summary.recorded, 1);
    assert_eq!(status(&told, "lambda-data-events-current"), Status::Pass);
    assert_eq!(status(&told, "lambda-data-events-future"), Status::Fail);
    assert_eq!(status(&told, "lambda-invocations-recorded"), Status::Fail);
    let witness = told.any_arn(0, 0);
    assert!(witness.starts_with(&function(MEMBER, HERE, "")) && !witness.ends_with(":orders"), "{witness}");
}

#[test]
fn the_one_future_name_that_escapes_is_found() {
    let excluded = function(MEMBER, HERE, "batch-");
    let world =
        World::member().trail("main", MEMBER, false, &advanced("resources.ARN", "NotStartsWith", &excluded));
    let told = told(&world);
    assert_eq!(told.summary.recorded, 1, "orders does not begin with batch-");
    assert_eq!(status(&told, "lambda-invocations-recorded"), Status::Fail);
    assert!(told.any_arn(0, 0).starts_with(&excluded), "{}", told.any_arn(0, 0));
}

#[test]
fn a_write_only_selector_passes_the_control_and_misses_a_box_of_the_test_plan() {
    let write_only = ALL.replace("\"All\"", "\"WriteOnly\"");
    let world = World::member().trail("main", MEMBER, false, &write_only);
    let told = told(&world);
    assert_eq!(status(&told, "lambda-invocations-recorded"), Status::Pass);
    assert_eq!(status(&told, "lambda-data-events-current"), Status::Fail);
    assert_eq!(status(&told, "management-events-recorded"), Status::Fail);
    let weight = |id: &str| told.controls.iter().find(|control| control.id == id).unwrap().weight;
    assert_eq!(weight("lambda-data-events-current"), Weight::Advisory);
    let read_only = World::member().trail("main", MEMBER, false, &ALL.replace("\"All\"", "\"ReadOnly\""));
    assert_eq!(
        status(&audit(&read_only.inventory, &Options::default()), "lambda-invocations-recorded"),
        Status::Fail
    );
}

#[test]
fn management_events_of_every_service_count() {
    let without_kms = ALL.replace(
        "\"IncludeManagementEvents\":true",
        "\"IncludeManagementEvents\":true,\"ExcludeManagementEventSources\":[\"kms.amazonaws.com\"]",
    );
    let world = World::member().trail("main", MEMBER, false, &without_kms);
    let told = told(&world);
    let control = told.controls.iter().find(|one| one.id == "management-events-recorded").unwrap();
    assert_eq!(control.status, Status::Fail);
    assert!(control.reason.contains("kms.amazonaws.com"), "{}", control.reason);
}

#[test]
fn paid_copies_are_named() {
    let world = World::member().trail("main", MEMBER, false, ALL).store("lake", MEMBER, false, ALL);
    let told = told(&world);
    let control = told.controls.iter().find(|one| one.id == "paid-copies").unwrap();
    assert_eq!(control.status, Status::Fail);
    let told: Vec<&str> = control.findings.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(
        told,
        [
            "the same invocations are recorded 2 times: by event data store lake and trail main",
            "the same management events are recorded 2 times: by event data store lake and trail main"
        ]
    );
    let help = control.findings[1].help.as_ref().unwrap();
    assert!(help.contains("each further one is paid"), "{help}");
}

#[test]
fn delivery_and_validation_are_told_per_trail() {
    let mut world = World::member().trail("main", MEMBER, false, ALL).trail("second", MEMBER, false, ALL);
    world.of("second").log_file_validation = Some(false);
    if let Seen::Known(status) = world.status(MEMBER, HERE) {
        status.delivery_error = Some("AccessDenied".to_owned());
    }
    let told = told(&world);
    let control = |id: &str| told.controls.iter().find(|one| one.id == id).unwrap();
    assert_eq!(control("delivery-healthy").reason, "trail main cannot deliver: AccessDenied");
    assert_eq!(control("log-file-validation").reason, "log file validation is off: trail second");
    assert_eq!(control("lambda-invocations-recorded").status, Status::Pass);
    assert_eq!(control("recorder-logging").status, Status::Pass);
}

#[test]
fn one_stopped_trail_is_a_recorder_that_does_not_log() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    if let Seen::Known(status) = world.status(MEMBER, HERE) {
        status.logging = false;
    }
    let told = told(&world);
    assert_eq!(status(&told, "recorder-exists"), Status::Pass);
    let control = told.controls.iter().find(|one| one.id == "recorder-logging").unwrap();
    assert_eq!(
        (control.status, control.reason.as_str()),
        (Status::Fail, "no recorder records: trail main: logging is off")
    );
}

#[test]
fn a_value_that_can_never_match_is_pointed_out() {
    let slash = advanced("resources.ARN", "Equals", "arn:aws:lambda:us-east-1:111111111111:function/orders");
    let world = World::member().trail("main", MEMBER, false, &slash);
    let told = told(&world);
    let control = told.controls.iter().find(|one| one.id == "selector-values-can-match").unwrap();
    assert_eq!(control.status, Status::Fail);
    assert!(control.reason.contains("an ARN with a slash"), "{}", control.reason);
    assert_eq!(told.summary.not_recorded, 1);
}

#[test]
fn a_name_that_pages_of_aws_contradict_is_undetermined() {
    let named = r#"{"AdvancedEventSelectors":[
        {"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},
        {"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
            {"Field":"resources.type","Equals":["AWS::Lambda::Function"]},
            {"Field":"eventName","Equals":["Invoke","InvokeExecution"]}]}]}"#;
    let world = World::member().trail("main", MEMBER, false, named);
    let told = told(&world);
    let main = &told.controls[0];
    assert_eq!(
        main.status,
        Status::Undetermined,
        "a page of AWS names InvokeFunctionUrl, and another does not"
    );
    assert!(main.findings.iter().any(|finding| finding.reason.contains("U-1")), "{main:#?}");
    assert!(from_str(named).unwrap().list.iter().all(|selector| selector.doubts().is_empty()));
}

#[test]
fn a_trail_without_global_services_does_not_record_all_management_events() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    world.of("main").global_service_events = Some(false);
    assert_eq!(status(&told(&world), "management-events-recorded"), Status::Fail);
    world.of("main").global_service_events = None;
    assert_eq!(
        status(&told(&world), "management-events-recorded"),
        Status::Pass,
        "what was not said does not decide"
    );
    let mut world =
        World::member().trail("main", MEMBER, false, ALL).trail("second", MEMBER, false, MANAGEMENT_ONLY);
    world.of("main").global_service_events = Some(false);
    assert_eq!(status(&told(&world), "management-events-recorded"), Status::Pass, "another trail has them");
}
