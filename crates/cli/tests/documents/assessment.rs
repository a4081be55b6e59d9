//! An audit as OSCAL assessment results: what assessors read out of it is the answer.

use crate::formats::{hostile, judged, written};
use crate::worlds;
use audit::exception::Exception;
use audit::finding::Status;
use audit::inventory::Inventory;
use cloudtrail::recorder::Seen;
use serde_json::Value;
use std::collections::BTreeSet;

/// A list of the one result.
pub(crate) fn assessed(text: &str, list: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(text).unwrap();
    let result = &document["assessment-results"]["results"][0];
    let all = result.pointer(list).and_then(Value::as_array);
    all.cloned().unwrap_or_default()
}

/// What was looked at.
pub(crate) fn looked_at(text: &str) -> Vec<Value> {
    assessed(text, "/local-definitions/inventory-items")
}

/// A property of an object of OSCAL.
fn prop<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    let all = object["props"].as_array().unwrap();
    all.iter().find(|one| one["name"] == name).map(|one| one["value"].as_str().unwrap())
}

/// The answer, as the findings about required controls give it; the document says the same of itself.
pub(crate) fn answer(text: &str) -> &'static str {
    let findings = assessed(text, "/findings");
    let required = findings.iter().filter(|one| prop(one, "weight") == Some("required"));
    let told: BTreeSet<(&str, &str)> = required
        .map(|one| (one["target"]["status"]["reason"].as_str().unwrap(), prop(one, "status").unwrap()))
        .collect();
    let answer = match () {
        () if told.contains(&("fail", "fail")) => "no",
        () if told.contains(&("other", "undetermined")) => "undetermined",
        () => "yes",
    };
    let document: Value = serde_json::from_str(text).unwrap();
    assert_eq!(prop(&document["assessment-results"]["results"][0], "answer"), Some(answer), "{told:?}");
    answer
}

/// A control is satisfied only where it passes and nothing is accepted; what nobody knows never is.
#[test]
fn assessors_see_as_satisfied_only_what_is() {
    let (hostile, exceptions) = hostile();
    let mut unread = worlds::healthy();
    unread.recorders[0].selectors = Seen::Unread(0);
    let mut seen = BTreeSet::new();
    for (inventory, exceptions) in [
        (hostile, exceptions),
        (of_management_alone(), accepting()),
        (worlds::healthy(), Vec::new()),
        (unread, Vec::new()),
        (worlds::empty(), Vec::new()),
    ] {
        let audit = judged(&inventory, &exceptions);
        let document = written(&audit, "oscal");
        let findings = assessed(&document, "/findings");
        let applicable = audit.controls.iter().filter(|one| one.status != Status::NotApplicable);
        assert_eq!(findings.len(), applicable.count());
        for finding in &findings {
            let control = audit.controls.iter().find(|one| Some(one.id) == prop(finding, "control")).unwrap();
            let status = &finding["target"]["status"];
            let (state, reason) = (status["state"].as_str().unwrap(), status["reason"].as_str().unwrap());
            let accepted = control.findings.iter().any(|one| audit.is_accepted(one));
            let wanted = match control.status {
                Status::Fail => ("not-satisfied", "fail"),
                Status::Pass if !accepted => ("satisfied", "pass"),
                _ => ("not-satisfied", "other"),
            };
            assert_eq!((state, reason), wanted, "{}", control.id);
            assert_eq!(reason == "other", status["remarks"].is_string(), "{}", control.id);
            assert!(!finding["related-observations"].as_array().unwrap().is_empty(), "{}", control.id);
            seen.insert((control.status.as_str(), accepted));
        }
        assert_eq!(answer(&document), audit.answer().conclusion().as_str());
    }
    for wanted in [("fail", true), ("pass", true), ("pass", false), ("undetermined", false)] {
        assert!(seen.contains(&wanted), "{wanted:?} was not looked at: {seen:?}");
    }
}

/// A trail that records management events alone, so that every function fails and nothing is unknown.
fn of_management_alone() -> Inventory {
    let mut inventory = worlds::healthy();
    let management = r#"{"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]}"#;
    inventory.recorders[0].selectors = Seen::Known(cloudtrail::selector_json::from_str(management).unwrap());
    inventory
}

/// An exception that accepts whatever fails.
fn accepting() -> Vec<Exception> {
    let inventory = worlds::of_file();
    let controls = judged(&inventory, &[]).controls.iter().map(|one| one.id.to_owned()).collect();
    vec![Exception {
        id: "all".to_owned(),
        matched: Some(Box::new(audit::exception::matching::Match { controls, ..Default::default() })),
        owner: "somebody".to_owned(),
        reason: "a sandbox".to_owned(),
        until: "2026-12-31".to_owned(),
        ..Exception::default()
    }]
}
