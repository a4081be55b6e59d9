//! Whatever we do not know becomes a doubt, and a doubt makes the answer undetermined where it might turn it.

use crate::common::{doubts, invocation, management, read, says};
use cloudtrail::event::Field;
use cloudtrail::selector::{Doubt, Operator};

const DATA: &str = r#"{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}"#;

/// A selector of all invocations with some more field selectors.
fn with(more: &str) -> String {
    let comma = if more.is_empty() { "" } else { ", " };
    format!(r#"[{{"FieldSelectors": [{DATA}{comma}{more}]}}]"#)
}

fn member(path: &str) -> Doubt {
    Doubt::Member { path: path.to_owned() }
}

#[test]
fn what_we_know_is_not_in_doubt() {
    assert_eq!(doubts(&with("")), []);
    assert_eq!(says(&read(&with("")), &invocation()), "yes");
}

#[test]
fn an_unknown_member_of_any_level_is_a_doubt() {
    for (text, path) in [
        (r#"{"AdvancedEventSelectors": [{"FieldSelectors": [DATA]}], "Unheard": 1}"#, "$.Unheard"),
        (r#"[{"FieldSelectors": [DATA], "Unheard": 1}]"#, "$[0].Unheard"),
        (
            r#"[{"FieldSelectors": [DATA, {"Field": "eventName", "Equals": ["Invoke"], "Unheard": ["x"]}]}]"#,
            "$[0].FieldSelectors[2].Unheard",
        ),
        (r#"{"EventSelectors": [{"DataResources": [ALL]}], "Unheard": 1}"#, "$.Unheard"),
        (r#"[{"DataResources": [ALL], "Unheard": 1}]"#, "$[0].Unheard"),
        (
            r#"[{"DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"], "Unheard": 1}]}]"#,
            "$[0].DataResources[0].Unheard",
        ),
    ] {
        let all = r#"{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}"#;
        let text = text.replace("DATA", DATA).replace("ALL", all);
        let found = doubts(&text);
        assert!(found.iter().all(|doubt| *doubt == member(path)) && !found.is_empty(), "{text}: {found:?}");
        // It might narrow, so "recorded" is not certain.
        assert_eq!(says(&read(&text), &invocation()), "unknown", "{text}");
    }
}

/// What might widen a selector takes the certainty from its "no" as well.
#[test]
fn an_unknown_member_may_bring_an_event_back() {
    for text in [
        r#"{"EventSelectors": [{"ReadWriteType": "ReadOnly"}], "Unheard": 1}"#,
        r#"{"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}], "Unheard": 1}"#,
        r#"[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}], "Unheard": 1}]"#,
        r#"[{"ReadWriteType": "ReadOnly", "Unheard": ["arn:aws:lambda"]}]"#,
        r#"[{"IncludeManagementEvents": false, "Unheard": true}]"#,
        r#"[{"DataResources": [{"Type": "AWS::Lambda::Function", "Unheard": "all"}]}]"#,
        r#"[{"DataResources": [{"Values": ["arn:aws:lambda:us-east-1:111122223333:function:other"]}]}]"#,
    ] {
        assert_eq!(says(&read(text), &invocation()), "unknown", "{text}");
    }
}

#[test]
fn an_unknown_operator_is_a_doubt_of_its_field_alone() {
    let text = with(r#"{"Field": "eventName", "Contains": ["nvok"], "Equals": ["Other"]}"#);
    assert_eq!(doubts(&text), [member("$[0].FieldSelectors[2].Contains")]);
    // `Contains` might select: the event may come back.
    assert_eq!(says(&read(&text), &invocation()), "unknown");
    let other = cloudtrail::event::Event { category: "Management".to_owned(), ..invocation() };
    assert_eq!(says(&read(&text), &other), "no");
}

#[test]
fn an_unknown_field_is_a_doubt() {
    for name in ["resources.accountId", "eventname", "EVENTNAME", ""] {
        let text = with(&format!(r#"{{"Field": "{name}", "Equals": ["x"]}}"#));
        let path = "$[0].FieldSelectors[2]".to_owned();
        assert_eq!(doubts(&text), [Doubt::FieldName { path, name: name.to_owned() }]);
        assert_eq!(says(&read(&text), &invocation()), "unknown");
    }
    let text = with(r#"{"Equals": ["x"]}"#);
    assert!(matches!(doubts(&text)[..], [Doubt::FieldName { .. }]));
}

#[test]
fn an_unknown_value_is_a_doubt() {
    for (field, value) in
        [("readOnly", "maybe"), ("readOnly", "True"), ("sessionCredentialFromConsole", "false")]
    {
        let text = with(&format!(r#"{{"Field": "{field}", "Equals": ["{value}"]}}"#));
        assert!(matches!(&doubts(&text)[..], [Doubt::Value { value: of, .. }] if of == value), "{text}");
        assert_eq!(says(&read(&text), &invocation()), "unknown", "{text}");
    }
    let text = r#"[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Datum"]}]}]"#;
    assert!(matches!(&doubts(text)[..], [Doubt::Value { .. }]));
    // Another category cannot become Data.
    assert_eq!(says(&read(text), &invocation()), "no");
}

#[test]
fn an_operator_that_the_field_does_not_take_is_a_doubt() {
    for (field, operator, name) in [
        (Field::ReadOnly, Operator::NotEquals, r#"{"Field": "readOnly", "NotEquals": ["true"]}"#),
        (
            Field::SessionCredentialFromConsole,
            Operator::StartsWith,
            r#"{"Field": "sessionCredentialFromConsole", "StartsWith": ["true"]}"#,
        ),
    ] {
        let path = "$[0].FieldSelectors[2]".to_owned();
        assert_eq!(doubts(&with(name)), [Doubt::OperatorOnField { path, field, operator }]);
        assert_eq!(says(&read(&with(name)), &invocation()), "unknown");
    }
    let text = r#"[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "StartsWith": ["AWS::S3"]}]}]"#;
    assert!(matches!(doubts(text)[0], Doubt::OperatorOnField { field: Field::ResourcesType, .. }));
    assert_eq!(says(&read(text), &invocation()), "unknown");
}

#[test]
fn a_field_without_values_is_a_doubt() {
    for more in [r#"{"Field": "eventName"}"#, r#"{"Field": "eventName", "Equals": [], "NotEquals": null}"#] {
        assert_eq!(doubts(&with(more)).len(), 1, "{more}");
        assert_eq!(says(&read(&with(more)), &invocation()), "unknown", "{more}");
    }
    let text = r#"[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type"}]}]"#;
    assert_eq!(says(&read(text), &invocation()), "unknown");
}

#[test]
fn a_required_field_that_is_not_there_is_a_doubt() {
    let missing = |field| Doubt::Missing { path: "$[0]".to_owned(), field };
    let text = r#"[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]"#;
    assert_eq!(doubts(text), [missing(Field::ResourcesType)]);
    assert_eq!(says(&read(text), &invocation()), "unknown");
    let text = r#"[{"FieldSelectors": [{"Field": "readOnly", "Equals": ["false"]}]}]"#;
    assert_eq!(doubts(text), [missing(Field::EventCategory)]);
    assert_eq!((says(&read(text), &invocation()), says(&read(text), &management())), ("unknown", "unknown"));
    assert_eq!(doubts(r#"[{"FieldSelectors": []}]"#), [missing(Field::EventCategory)]);
    let text = r#"{"AdvancedEventSelectors": [{"Name": "nothing else"}]}"#;
    assert_eq!(says(&read(text), &invocation()), "unknown");
}

#[test]
fn a_field_that_data_events_do_not_have_is_a_doubt() {
    for field in ["errorCode", "vpcEndpointId"] {
        let text = with(&format!(r#"{{"Field": "{field}", "Equals": ["VpceAccessDenied"]}}"#));
        assert!(matches!(doubts(&text)[..], [Doubt::NotOffered { .. }]), "{text}");
        assert_eq!(says(&read(&text), &invocation()), "unknown");
    }
}

/// AWS does not say how they combine (U-11), so none of them counts, however many there are.
#[test]
fn a_repeated_field_is_a_doubt_and_turns_nothing_away() {
    let turning_away = r#"{"Field": "eventName", "Equals": ["Other"]}"#;
    for times in 2..=5 {
        let text = with(&vec![turning_away; times].join(", "));
        assert!(
            doubts(&text)
                .iter()
                .all(|doubt| matches!(doubt, Doubt::Repeated { field: Field::EventName, .. }))
        );
        assert_eq!(says(&read(&text), &invocation()), "unknown", "{times} times");
    }
    let one_in_doubt =
        r#"{"Field": "readOnly", "Equals": ["maybe"]}, {"Field": "readOnly", "Equals": ["true"]}"#;
    assert_eq!(says(&read(&with(one_in_doubt)), &invocation()), "unknown");
    let other_way =
        r#"{"Field": "readOnly", "Equals": ["true"]}, {"Field": "readOnly", "Equals": ["maybe"]}"#;
    assert_eq!(says(&read(&with(other_way)), &invocation()), "unknown");
}

#[test]
fn a_type_that_basic_selectors_do_not_take_is_a_doubt() {
    let text = r#"[{"DataResources": [{"Type": "AWS::Lambda::WebFunction", "Values": ["arn:aws:lambda"]}]}]"#;
    assert!(matches!(doubts(text)[..], [Doubt::Value { .. }]));
    // It names its type, so it is not about functions.
    assert_eq!(says(&read(text), &invocation()), "no");
    assert_eq!(says(&read(text), &management()), "unknown");
}

#[test]
fn basic_and_advanced_together_are_a_doubt_of_each() {
    let basic = r#"{"DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]}"#;
    let text = format!(
        r#"{{"EventSelectors": [{basic}], "AdvancedEventSelectors": [{{"FieldSelectors": [{DATA}]}}]}}"#
    );
    assert_eq!(doubts(&text), [Doubt::BothKinds, Doubt::BothKinds]);
    assert_eq!(says(&read(&text), &invocation()), "unknown");
    let text = format!(r#"[{basic}, {{"FieldSelectors": [{DATA}]}}]"#);
    assert_eq!(doubts(&text), [Doubt::BothKinds, Doubt::BothKinds]);
}

/// An attribute of a Terraform trail that speaks of selectors in a way we do not know is not passed over.
#[test]
fn an_unknown_kind_of_selector_in_terraform_is_a_doubt() {
    let text = r#"{"name": "t", "event_selector": [], "event_selector_v2": [{"all": true}]}"#;
    assert_eq!(doubts(text), [member("$.event_selector_v2")]);
    assert_eq!(says(&read(text), &invocation()), "unknown");
}

#[test]
fn every_doubt_says_where_and_what() {
    for (doubt, parts) in [
        (
            doubts(&with(r#"{"Field": "eventName", "Like": ["x"]}"#)),
            ["$[0].FieldSelectors[2].Like", "not a member"],
        ),
        (doubts(&with(r#"{"Field": "colour", "Equals": ["x"]}"#)), ["$[0].FieldSelectors[2]", "`colour`"]),
        (doubts(&with(r#"{"Field": "readOnly", "StartsWith": ["t"]}"#)), ["readOnly", "StartsWith"]),
        (doubts(&with(r#"{"Field": "eventName"}"#)), ["$[0].FieldSelectors[2]", "eventName"]),
    ] {
        let told = doubt[0].to_string();
        assert!(parts.iter().all(|part| told.contains(part)), "{told}");
    }
}

#[test]
fn what_aws_refuses_is_a_doubt_and_never_a_silent_reading() {
    let selector = |fields: &str| {
        let text = format!(r#"{{"AdvancedEventSelectors":[{{"FieldSelectors":[{fields}]}}]}}"#);
        cloudtrail::selector_json::from_str(&text).unwrap().list[0].doubts().len()
    };
    let data = r#"{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}"#;
    assert_eq!(selector(data), 0);
    let long = "x".repeat(2_049);
    for strange in [
        format!(r#"{data},{{"Field":"eventName","StartsWith":[""]}}"#),
        format!(r#"{data},{{"Field":"resources.ARN","NotEquals":["{long}"]}}"#),
        r#"{"Field":"eventCategory","Equals":["Data","Management"]},{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}"#.to_owned(),
        r#"{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Lambda::Function","AWS::S3::Object"]}"#.to_owned(),
    ] {
        assert!(selector(&strange) > 0, "{strange}");
    }
}
