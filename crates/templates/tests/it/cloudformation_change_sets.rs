//! Change sets, written by hand after the documented answer of DescribeChangeSet and answers that people published.

use crate::cloudformation::{after, document, doubts, find, short, stack};
use serde_json::{Value as Json, json};
use templates::cloudformation::Options;
use templates::document::{Action, Document};

fn set(changes: &[Json]) -> Json {
    let changes: Vec<Json> =
        changes.iter().map(|change| json!({"Type": "Resource", "ResourceChange": change})).collect();
    json!({
        "ChangeSetName": "c", "StackName": "audit", "Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE",
        "StackId": "arn:aws:cloudformation:eu-central-1:444455556666:stack/audit/6f2a0b10",
        "Changes": changes,
    })
}

fn read(changes: &[Json]) -> Document {
    document(&set(changes).to_string(), &stack())
}

fn properties(logging: &str) -> String {
    json!({"Properties": {"TrailName": "audit", "S3BucketName": "logs", "IsLogging": logging, "AdvancedEventSelectors": [
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]}})
    .to_string()
}

fn change(action: &str, more: &Json) -> Json {
    let mut change = json!({
        "Action": action, "LogicalResourceId": "T", "ResourceType": "AWS::CloudTrail::Trail", "PhysicalResourceId": "audit",
        "BeforeContext": properties("true"), "AfterContext": properties("false"),
    });
    if let (Some(change), Some(more)) = (change.as_object_mut(), more.as_object()) {
        change.extend(more.clone());
    }
    change
}

#[test]
fn both_sides_and_the_place_are_read() {
    let read = read(&[change("Modify", &json!({"Replacement": "False"}))]);
    let one = find(&read, "T");
    assert_eq!(one.action, Action::Update);
    assert_eq!(after(&read, "T", "IsLogging"), "false");
    assert_eq!(
        one.before.as_ref().and_then(|value| value.get("IsLogging")).map(short).as_deref(),
        Some("true")
    );
    assert_eq!(after(&read, "T", "Arn"), "'arn:aws:cloudtrail:eu-central-1:444455556666:trail/audit'");
    assert_eq!(one.home.account.as_deref(), Some("444455556666"));
    assert!(read.doubts.is_empty());
}

#[test]
fn each_action_is_one_of_ours() {
    let none = json!({});
    for (action, more, wanted) in [
        ("Add", &none, vec![Action::Create]),
        ("Remove", &none, vec![Action::Delete]),
        ("Remove", &json!({"PolicyAction": "Retain"}), vec![Action::Forget]),
        ("Modify", &json!({"Replacement": "True"}), vec![Action::Replace { create_first: true }]),
        (
            "Modify",
            &json!({"Replacement": "True", "PolicyAction": "ReplaceAndDelete"}),
            vec![Action::Replace { create_first: true }],
        ),
        (
            "Modify",
            &json!({"Replacement": "True", "PolicyAction": "ReplaceAndRetain"}),
            vec![Action::Forget, Action::Create],
        ),
        ("Import", &none, vec![Action::Declare]),
        ("SyncWithActual", &none, vec![Action::Keep]),
    ] {
        let read = read(&[change(action, more)]);
        assert_eq!(
            read.resources.iter().map(|one| one.action).collect::<Vec<_>>(),
            wanted,
            "{action} {more}"
        );
        assert!(read.doubts.is_empty());
    }
    assert_eq!(doubts(&read(&[change("Dynamic", &none)])), ["T $ known_after_apply: line 1"]);
    assert_eq!(
        doubts(&read(&[change("Modify", &json!({"Replacement": "Conditional"}))])),
        ["T $ known_after_apply: line 1"]
    );
    assert!(read(&[change("Add", &json!({"ResourceType": "AWS::SQS::Queue"}))]).resources.is_empty());
}

#[test]
fn what_aws_does_not_know_yet_or_hides_is_unknown() {
    let context = json!({"Properties": {"TrailName": "{{changeSet:KNOWN_AFTER_APPLY}}", "S3BucketName": "****", "IsLogging": "true",
        "EventSelectors": [{"DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["{{changeSet:KNOWN_AFTER_APPLY}}"]}]}]}});
    let read =
        read(&[change("Add", &json!({"AfterContext": context.to_string(), "PhysicalResourceId": null}))]);
    assert_eq!(after(&read, "T", "Name"), "?known_after_apply");
    assert_eq!(after(&read, "T", "S3BucketName"), "?sensitive");
    assert!(after(&read, "T", "EventSelectors").contains("Values:[?known_after_apply]"));
}

#[test]
fn without_property_values_all_is_unknown_but_the_name() {
    let bare = json!({"BeforeContext": null, "AfterContext": null, "Replacement": "False"});
    let read = read(&[change("Modify", &bare)]);
    assert_eq!(after(&read, "T", "Name"), "'audit'");
    for name in
        ["IsLogging", "EventSelectors", "AdvancedEventSelectors", "S3BucketName", "IsMultiRegionTrail"]
    {
        assert_eq!(after(&read, "T", name), "?not_in_the_file:AfterContext", "{name}");
    }
}

#[test]
fn a_change_set_that_is_not_whole_is_in_doubt() {
    let of = |name: &str, value: &str| {
        let mut whole = set(&[]);
        whole[name] = value.into();
        doubts(&document(&whole.to_string(), &Options::default()))
    };
    assert_eq!(of("NextToken", "x"), ["*  plan_incomplete line 1"]);
    assert_eq!(of("Status", "FAILED"), ["*  plan_errored line 1"]);
    assert!(of("Description", "x").is_empty());
}

#[test]
fn nested_stacks_and_modules_are_named() {
    let read = read(&[
        json!({"Action": "Modify", "LogicalResourceId": "N", "ResourceType": "AWS::CloudFormation::Stack"}),
        change("Add", &json!({"ModuleInfo": {"LogicalIdHierarchy": "Audit"}})),
    ]);
    assert_eq!(doubts(&read), ["N $ not_looked_into:AWS::CloudFormation::Stack line 1"]);
    assert_eq!(find(&read, "Audit/T").action, Action::Create);
}

#[test]
fn a_trail_that_is_made_anew_has_not_the_name_of_the_old_one() {
    let context = json!({"Properties": {"TrailName": "{{changeSet:KNOWN_AFTER_APPLY}}", "S3BucketName": "b", "IsLogging": "true"}});
    let of = |replacement: &str| {
        let more = json!({"Replacement": replacement, "AfterContext": context.to_string()});
        read(&[change("Modify", &more)])
    };
    assert_eq!(after(&of("True"), "T", "Name"), "?known_after_apply");
    assert_eq!(after(&of("False"), "T", "Name"), "'audit'");
    // Selectors that a change drops are open; a new trail has the default.
    assert_eq!(after(&of("False"), "T", "EventSelectors"), "-");
    assert!(after(&of("True"), "T", "EventSelectors").contains("IncludeManagementEvents:true"));
}
