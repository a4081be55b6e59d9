//! The proof for one resource, for one that nobody has seen, and for selectors that a person pasted.

use crate::reports::{STAMP, WIDE, audited};
use crate::worlds;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selectors;
use recording::{Candidate, State, Subject, decide};
use serde_json::Value;

const ORDERS: &str = "arn:aws:lambda:us-east-1:111122223333:function:orders";

/// The text and the JSON of what pasted selectors do with a subject.
pub(crate) fn pasted(document: &str, subject: Subject<'_>) -> (String, Value) {
    let selectors: Selectors = cloudtrail::selector_json::from_str(document).unwrap();
    let verdict = decide(&[Candidate { selectors: Some(&selectors.list), certain: true }], subject);
    let explanation = report::explain_selectors(&selectors, subject, &verdict);
    let json = serde_json::from_str(&report::explanation_json(&explanation, &STAMP)).unwrap();
    (report::explanation_text(&explanation, &WIDE), json)
}

#[test]
fn pasted_selectors_are_explained_selector_by_selector() {
    let document = r#"{"EventSelectors": [
        {"ReadWriteType": "ReadOnly", "IncludeManagementEvents": true,
         "DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]},
        {"ReadWriteType": "WriteOnly", "IncludeManagementEvents": false, "DataResources": []}]}"#;
    let (text, json) = pasted(document, Subject::Named(ResourceType::Function, ORDERS));
    for part in [
        "Not recorded: these selectors record no invocation of function orders in us-east-1 of account",
        "Example of a call that leaves no record: Invoke of function orders in us-east-1, by any caller",
        "selector 0 (basic): ReadWriteType = ReadOnly AND (IncludeManagementEvents = true OR ",
        "-> does not record it: takes read events only, and invoking is a write",
        "selector 1 (basic): ReadWriteType = WriteOnly AND IncludeManagementEvents = false",
        "-> does not record it: takes neither management events nor data events",
    ] {
        assert!(text.contains(part), "{part:?} not in:\n{text}");
    }
    let turned_away = &json["recorders"][0]["selectors"][0]["turned_away"];
    assert_eq!(turned_away["field"], "ReadWriteType");
    assert_eq!(turned_away["reason"], "takes read events only, and invoking is a write");
}

#[test]
fn what_is_not_understood_is_told_with_its_path() {
    let document = r#"{"AdvancedEventSelectors": [{"Name": "odd", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
        {"Field": "moonPhase", "Equals": ["full"]}]}]}"#;
    let any = Subject::Any {
        kind: ResourceType::Function,
        partition: "aws",
        account: "111122223333",
        region: "us-east-1",
    };
    let (text, json) = pasted(document, any);
    assert!(
        text.starts_with("Cannot tell whether every invocation of any function, existing or new, in"),
        "{text}"
    );
    assert!(text.contains("`moonPhase` is not a field we"), "{text}");
    assert_eq!(json["verdict"], "undetermined");
    assert_eq!(json["resource"]["arn"], Value::Null);
}

#[test]
fn selectors_that_record_everything_say_so() {
    let document = r#"{"EventSelectors": [{"ReadWriteType": "All", "DataResources": [
        {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]}]}"#;
    let (text, json) = pasted(document, Subject::Named(ResourceType::Function, ORDERS));
    assert!(text.starts_with("Recorded: every invocation of function orders"), "{text}");
    assert!(text.contains("-> records every invocation"), "{text}");
    assert_eq!(json["recorders"][0]["selectors"][0]["in_cover"], true);
}

#[test]
fn a_function_that_nobody_saw_is_explained_at_its_place() {
    let inventory = worlds::acme();
    let audit = audited(&inventory);
    let place = audit.places.iter().position(|place| place.account == "222222222222").unwrap();
    let arn = "arn:aws:lambda:us-east-1:222222222222:function:unseen";
    let verdict = decide(&report::candidates(&audit, place), Subject::Named(ResourceType::Function, arn));
    assert_eq!(verdict.state, State::NotRecorded);
    let explanation = report::explain_at(&audit, place, ResourceType::Function, Some(arn), &verdict);
    let text = report::explanation_text(&explanation, &WIDE);
    assert!(text.contains("leaves no record: Invoke of function unseen in us-east-1 by"), "{text}");
    assert!(text.contains("trail idle: logging is off"), "{text}");
}
