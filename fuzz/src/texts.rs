//! Laws of the reading of selectors.

use crate::chosen;
use cloudtrail::event::{Event, EventResource};
use cloudtrail::selector::Selectors;
use cloudtrail::selector_json::{from_str, from_value};
use cloudtrail::{Answer, records};
use proptest::prelude::any;
use serde_json::{Value, json};

/// Any bytes are read as selectors or refused, and what is read can be asked and read again.
pub fn parsing_never_panics(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // Random bytes seldom get past the first bracket: the same bytes as letters of a word, too.
    let grown: String = bytes.iter().map(|byte| WORDS[usize::from(*byte) % WORDS.len()]).collect();
    for text in [text.as_ref(), &grown, &format!("[{{\"FieldSelectors\": [{grown}]}}]")] {
        if let Ok(selectors) = from_str(text) {
            selectors.list.iter().for_each(|one| drop(records(one, &invocation())));
            assert_eq!(from_str(&selectors.document).as_ref(), Ok(&selectors), "{text}");
        }
    }
}

const WORDS: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "7",
    "\"\"",
    "\"Data\"",
    "\"AWS::Lambda::Function\"",
    "\"eventCategory\"",
    "\"resources.type\"",
    "\"Field\":",
    "\"Equals\":",
    "\"NotStartsWith\":",
    "\"FieldSelectors\":",
    "\"ReadWriteType\":",
    "\"DataResources\":",
    "\"Type\":",
    "\"Values\":",
    "\"EventSelectors\":",
    "{\"Field\": \"eventCategory\", \"Equals\": [\"Data\"]},",
];

/// Something unknown, put anywhere among selectors that record an invocation, is an error or takes the certainty away.
pub fn nothing_unknown_disappears(bytes: &[u8]) {
    let Some((whole, place, form)) = chosen(&any::<(usize, usize, usize)>(), bytes) else { return };
    let whole = whole % 3;
    let mut document = documents().swap_remove(whole);
    assert_eq!(certainly_recorded(&read(&document)), Some(true), "{document}");
    let mut objects = Vec::new();
    paths(&document, String::new(), &mut objects);
    let at = &objects[place % objects.len()];
    let unknown = [json!(1), json!("x"), json!(["x"]), json!([]), json!({"a": null}), json!(false)];
    let object = document.pointer_mut(at).and_then(Value::as_object_mut).expect("a path to an object");
    object.insert("Unheard".to_owned(), unknown[form % unknown.len()].clone());
    let read = read(&document);
    assert_ne!(certainly_recorded(&read), Some(true), "{document}");
    if let Some(selectors) = read {
        let doubts: Vec<String> =
            selectors.list.iter().flat_map(|one| one.doubts()).map(ToString::to_string).collect();
        assert!(doubts.iter().any(|doubt| doubt.contains("Unheard")), "{document}: {doubts:?}");
        assert!(selectors.document.contains("Unheard"));
    }
}

fn read(document: &Value) -> Option<Selectors> {
    from_value(document).ok()
}

fn certainly_recorded(selectors: &Option<Selectors>) -> Option<bool> {
    let records = |selectors: &Selectors| {
        selectors.list.iter().any(|one| records(one, &invocation()) == Answer::Recorded)
    };
    selectors.as_ref().map(records)
}

/// Documents that certainly record [`invocation`], by one selector.
fn documents() -> Vec<Value> {
    let advanced = json!({"Name": "n", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
        {"Field": "eventName", "StartsWith": ["Invoke"], "NotEquals": ["Other"]}]});
    let basic = json!({"ReadWriteType": "WriteOnly", "IncludeManagementEvents": false,
        "DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]});
    vec![
        json!({"TrailARN": "t", "AdvancedEventSelectors": [advanced]}),
        json!({"TrailARN": "t", "EventSelectors": [basic]}),
        json!([advanced]),
    ]
}

/// The pointers to all objects of a document.
fn paths(value: &Value, at: String, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| paths(member, format!("{at}/{name}"), into));
            into.push(at);
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| paths(item, format!("{at}/{index}"), into));
        }
        _ => {}
    }
}

fn invocation() -> Event {
    Event {
        category: "Data".to_owned(),
        source: "lambda.amazonaws.com".to_owned(),
        name: "Invoke".to_owned(),
        event_type: "AwsApiCall".to_owned(),
        read_only: false,
        resource: Some(EventResource {
            kind: "AWS::Lambda::Function".to_owned(),
            arn: "arn:aws:lambda:us-east-1:111122223333:function:orders".to_owned(),
        }),
        user_identity_arn: None,
        session_credential_from_console: false,
    }
}
