//! What is skipped without being read never matches, however the JSON was written.

use crate::{rules, with};
use serde_json::json;

#[test]
fn a_record_without_the_words_is_skipped() {
    let rules = rules(&with(
        "  sel:\n    eventSource: iam.amazonaws.com\n    eventName: [CreateUser, DeleteUser]\n  condition: sel\n",
    ));
    assert!(rules.wants(br#"{"eventName":"CreateUser"}"#));
    assert!(rules.wants(br#"{"eventName":"createuser"}"#));
    assert!(!rules.wants(br#"{"eventName":"ListUsers","eventSource":"iam.amazonaws.com"}"#));
    // Whoever writes \u0043 for C means the same.
    assert!(rules.wants(br#"{"eventName":"\u0043reateUser"}"#));
    // The Kelvin sign has k as its lower case.
    assert!(rules.wants("{\"x\":\"\u{212a}\"}".as_bytes()));
}

#[test]
fn rules_that_need_no_word_take_every_record() {
    for detection in [
        "  sel:\n    errorCode: null\n  condition: sel\n",
        "  sel:\n    eventName: CreateUser\n  condition: not sel\n",
        "  sel:\n    eventName|neq: CreateUser\n  condition: sel\n",
        "  sel:\n    eventName|re: '(Create)?|x'\n  condition: sel\n",
        "  sel:\n    eventName|re|i: create\n  condition: sel\n",
        "  sel:\n    eventName|re: '(Create|Delete)User'\n  other:\n    eventName|re: '[A-Z]{9}'\n  condition: 1 of them\n",
        "  sel:\n    x: 1000\n  condition: sel\n",
        "  sel:\n    x: '1e3'\n  condition: sel\n",
        "  sel:\n    eventName: CreateUser\n  other:\n    y|exists: false\n  condition: sel or other\n",
        "  sel:\n    eventName: ['*', CreateUser]\n  condition: sel\n",
        "  sel:\n    eventName: '::::::'\n  condition: sel\n",
    ] {
        assert!(rules(&with(detection)).wants(b"{}"), "{detection}");
    }
    assert!(!detect::sigma::Rules::parse(&[]).unwrap().wants(b"{}"));
}

#[test]
fn expressions_have_words_as_well() {
    let rules =
        rules(&with("  sel:\n    userIdentity.arn|re: '.+:assumed-role/(aws:.+|x)$'\n  condition: sel\n"));
    assert!(!rules.wants(br#"{"userIdentity":{"arn":"arn:aws:iam::1:user/x"}}"#));
    let record = json!({"userIdentity": {"arn": "arn:aws:sts::1:assumed-role/aws:ec2/i-1"}});
    assert!(crate::matched(&rules, &record));
}

#[test]
fn escapes_that_json_needs_are_no_hindrance() {
    // A quote, a backslash and a slash: every writer may have them escaped or, for the slash, not.
    for (line, value) in [
        ("x|contains: 'say \"hello\"'", "they say \"hello\" often"),
        ("x|contains: 'users/ann'", "all users/ann here"),
        ("x: 'C:\\\\Windows\\\\cmd'", "C:\\Windows\\cmd"),
    ] {
        let record = json!({ "x": value });
        assert!(crate::fits(line, &record), "{line}");
        let slashes = record.to_string().replace('/', "\\/");
        let rules = rules(&with(&format!("  sel:\n    {line}\n  condition: sel\n")));
        assert!(rules.wants(slashes.as_bytes()), "{line}");
    }
}

#[test]
fn the_index_by_values_finds_what_trying_each_finds() {
    // The same rule thrice: found by its name, by its source, and by trying.
    let one = |detection: &str| with(detection);
    let text = [
        one("  sel:\n    eventName: A\n    eventSource: s\n  condition: sel\n"),
        one("  sel:\n    eventName|contains: a\n    eventSource: [s, t]\n  condition: sel\n"),
        one("  sel:\n    eventName|re: '(?i)^a$'\n  condition: sel\n"),
        one("  sel:\n    - eventName: [A, B]\n    - eventName: C\n  condition: sel\n"),
        one("  a:\n    eventName: A\n  b:\n    resources.ARN: X\n  condition: a or b\n"),
        one("  b:\n    resources.ARN: X\n  a:\n    eventName: A\n  condition: a and b\n"),
    ]
    .join("---\n");
    let rules = rules(&text);
    let found = |record| rules.matches(&record).into_iter().map(|rule| rule.0).collect::<Vec<_>>();
    assert_eq!(found(json!({"eventName": "a", "eventSource": "S"})), [0, 1, 2, 3, 4]);
    assert_eq!(found(json!({"eventName": "C"})), [3]);
    assert_eq!(found(json!({"resources": [{"ARN": "y"}, {"ARN": "x"}]})), [4]);
    assert_eq!(found(json!({"eventName": ["b", "A"], "resources": [{"ARN": "x"}]})), [2, 3, 4, 5]);
    assert!(found(json!({})).is_empty());
}

#[test]
fn an_objects_json_is_led_to_as_it_is_compared() {
    // In JSON a line break is written as \n, so this text is in the object's, and no word of the record begins so.
    let text = with("  sel:\n    x|contains: nfoo\n  condition: sel\n");
    assert!(crate::matched(&rules(&text), &json!({"x": {"y": "\nfoo"}})));
}
