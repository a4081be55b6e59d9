//! Selectors written as requests: one form for all spellings, nothing lost that we do not know.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use cloudtrail::selector_json::{RequestError, from_str, request};

fn of(text: &str) -> Result<String, RequestError> {
    request(&from_str(text).unwrap())
}

#[test]
fn spellings_and_empty_members_make_no_difference() {
    let aws = r#"{"TrailARN":"arn:x","AdvancedEventSelectors":[{"Name":"n","FieldSelectors":[
        {"Field":"eventCategory","Equals":["Management"],"NotEquals":[],"StartsWith":null}]}],"EventSelectors":null}"#;
    let recorded = r#"{"advancedEventSelectors":[{"name":"n","fieldSelectors":[{"field":"eventCategory","equals":["Management"]}]}]}"#;
    let expected = r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Equals":["Management"],"Field":"eventCategory"}],"Name":"n"}]}"#;
    assert_eq!(of(aws).unwrap(), expected);
    assert_eq!(of(recorded).unwrap(), expected);
    assert_eq!(of(expected).unwrap(), expected);
}

#[test]
fn the_default_of_a_new_trail_is_told_in_full() {
    let told = of(r#"{"EventSelectors":[]}"#).unwrap();
    let expected = r#"{"EventSelectors":[{"DataResources":[],"ExcludeManagementEventSources":[],"IncludeManagementEvents":true,"ReadWriteType":"All"}]}"#;
    assert_eq!(told, expected);
    assert_eq!(of(&told).unwrap(), expected);
}

#[test]
fn what_we_do_not_know_stays_as_it_stands() {
    let strange = r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
        {"Field":"eventMood","Contains":["good"]}],"Until":"2027"}]}"#;
    let told = of(strange).unwrap();
    assert!(told.contains("eventMood") && told.contains("Contains") && told.contains("Until"), "{told}");
    assert_eq!(of(&told).unwrap(), told);
    let basic = r#"{"EventSelectors":[{"ReadWriteType":"All","IncludeNightEvents":true}]}"#;
    let told = of(basic).unwrap();
    assert!(told.starts_with(r#"{"EventSelectors":[{"#) && told.contains("IncludeNightEvents"), "{told}");
    assert_eq!(of(&told).unwrap(), told);
}

#[test]
fn what_no_request_can_carry_is_an_error() {
    let beside = r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]}]}],"NewSelectors":[1]}"#;
    assert_eq!(of(beside), Err(RequestError::Beside));
    let both = r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]}]}],
        "EventSelectors":[{"ReadWriteType":"All"}]}"#;
    assert_eq!(of(both), Err(RequestError::BothKinds));
}
