//! Two documents of selectors as a change.

use crate::plan::judged;
use audit::answer::Conclusion;
use cloudtrail::selector_json::SelectorsError;
use recording::State;
use templates::document::Document;
use templates::pair::of_selectors;

const ALL: &str = r#"[{"ReadWriteType":"All","DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]"#;
const NONE: &str =
    r#"{"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[]}]}"#;
const STOPPED: &str = r#"{"IsLogging":false,"EventSelectors":[{"ReadWriteType":"All","DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]}"#;
const NAMED: &str = r#"[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Lambda::Function"]},{"Field":"resources.ARN","Equals":["arn:aws:lambda:eu-west-1:111122223333:function:f"]}]}]"#;

fn change(before: &str, after: &str) -> Document {
    of_selectors(Some(before), after).unwrap()
}

#[test]
fn what_stops_and_starts_is_told() {
    let of = |before: &str, after: &str| judged(&change(before, after), None).1;
    let less = of(ALL, NONE);
    assert_eq!((less.conclusion, less.stops.len(), less.stops[0].certain), (Conclusion::No, 1, true));
    let more = of(NONE, ALL);
    assert_eq!((more.conclusion, more.stops.len(), more.starts.len()), (Conclusion::Yes, 0, 1));
    assert_eq!((more.turns[0].before, more.turns[0].after), (State::NotRecorded, State::Recorded));
    assert_eq!(of(ALL, ALL).conclusion, Conclusion::Nothing);
    assert_eq!(less.faults, []);
}

#[test]
fn what_stands_beside_the_selectors_counts() {
    let (_, gate) = judged(&change(ALL, STOPPED), None);
    assert_eq!(gate.conclusion, Conclusion::Undetermined);
    assert_eq!(gate.turns[0].after, State::Undetermined);
}

#[test]
fn selectors_of_a_function_need_to_know_whose_they_are() {
    let (_, gate) = judged(&change(ALL, NAMED), None);
    assert_eq!(gate.conclusion, Conclusion::Undetermined);
    let named = |arn: &str, list: &str| format!(r#"{{"TrailARN":"{arn}","AdvancedEventSelectors":{list}}}"#);
    let arn = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";
    let all = NAMED.replace(
        "\"Equals\":[\"arn:aws:lambda:eu-west-1:111122223333:function:f\"]",
        "\"StartsWith\":[\"arn:\"]",
    );
    let document = of_selectors(Some(&named(arn, &all)), &named(arn, NAMED)).unwrap();
    let (proposal, gate) = judged(&document, None);
    assert_eq!((gate.conclusion, proposal.assumed.account), (Conclusion::No, false));
    assert_eq!(proposal.touched[0].after.as_deref(), Some(arn));
}

#[test]
fn what_cannot_be_read_says_which_of_them() {
    assert!(matches!(of_selectors(Some("{}"), ALL), Err((true, SelectorsError::NoSelectors { .. }))));
    assert!(matches!(of_selectors(Some(ALL), "nope"), Err((false, SelectorsError::NotJson { .. }))));
}
