//! Each modifier and each kind of value, with a record that fits and one that does not.

use crate::{fits, rules, with};
use serde_json::{Value, json};

fn record() -> Value {
    json!({
        "eventName": "CreateUser",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ann", "userName": "ann"},
        "sourceIPAddress": "10.1.2.3",
        "six": "2001:db8::1",
        "requestParameters": {"userName": "Ann", "size": 5, "ratio": 2.5, "public": true, "text": "a*b?c\\d", "empty": "", "nil": null,
            "options": {"Deep": "x"}, "command": "run -enc abc", "coded": "cABvAHcA", "offset": "xxxcG93ZXJzaGVsbAxx"},
        "resources": [{"ARN": "arn:one", "type": "A"}, {"ARN": "arn:two"}],
        "list": ["alpha", "beta"],
        "nobody": [],
        "a.dotted.key": "yes"
    })
}

/// Each line and whether it fits the record.
fn check(lines: &[(&str, bool)]) {
    for (line, wanted) in lines {
        assert_eq!(fits(line, &record()), *wanted, "{line}");
    }
}

#[test]
fn texts_compare_without_case_and_by_wildcards() {
    check(&[
        ("eventName: createuser", true),
        ("eventName: CreateUse", false),
        ("eventName: 'Create*'", true),
        ("eventName: '*User'", true),
        ("eventName: 'C*te*r'", true),
        ("eventName: 'C*tx*r'", false),
        ("eventName: 'Create?ser'", true),
        ("eventName: 'Create??ser'", false),
        ("eventName: '*'", true),
        ("missing: '*'", false),
        ("requestParameters.text: 'a\\*b\\?c\\d'", true),
        ("requestParameters.text: 'a\\*b\\?c\\\\d'", true),
        ("requestParameters.text: 'a\\*c*'", false),
        ("requestParameters.empty: ''", true),
        ("eventName: ''", false),
        ("eventName: [DeleteUser, CreateUser]", true),
        ("eventName: [DeleteUser, ListUsers]", false),
        ("a.dotted.key: yes", true),
    ]);
}

#[test]
fn the_modifiers_of_texts() {
    check(&[
        ("eventName|contains: teus", true),
        ("eventName|contains: xyz", false),
        ("eventName|startswith: create", true),
        ("eventName|startswith: user", false),
        ("eventName|endswith: USER", true),
        ("eventName|endswith: create", false),
        ("eventName|contains|all: [create, user]", true),
        ("eventName|contains|all: [create, group]", false),
        ("list|all: [alpha, beta]", true),
        ("list|all: [alpha, gamma]", false),
        ("eventName|cased: CreateUser", true),
        ("eventName|cased: createuser", false),
        ("eventName|contains|cased: teUs", true),
        ("eventName|contains|cased: teus", false),
        ("eventName|neq: DeleteUser", true),
        ("eventName|neq: createuser", false),
        ("missing|neq: x", true),
    ]);
}

#[test]
fn regular_expressions_mind_case_unless_told() {
    check(&[
        ("eventName|re: '^Create(User|Role)$'", true),
        ("eventName|re: '^create'", false),
        ("eventName|re|i: '^create'", true),
        ("eventName|re: 'teUs'", true),
        ("eventName|re|i|s|m: '^create.ser$'", true),
        ("requestParameters.size|re: '^5$'", true),
    ]);
    let lines = json!({"x": "one\ntwo"});
    for (line, wanted) in [
        ("x|re: '^two'", false),
        ("x|re|m: '^two'", true),
        ("x|re: 'one.two'", false),
        ("x|re|s: 'one.two'", true),
    ] {
        assert_eq!(fits(line, &lines), wanted, "{line}");
    }
}

#[test]
fn addresses_and_numbers() {
    check(&[
        ("sourceIPAddress|cidr: 10.0.0.0/8", true),
        ("sourceIPAddress|cidr: [192.168.0.0/16, 10.1.2.0/24]", true),
        ("sourceIPAddress|cidr: 10.2.0.0/16", false),
        ("sourceIPAddress|cidr: 0.0.0.0/0", true),
        ("sourceIPAddress|cidr: '::/0'", false),
        ("six|cidr: 2001:db8::/32", true),
        ("six|cidr: 2001:db9::/32", false),
        ("eventName|cidr: 10.0.0.0/8", false),
        ("requestParameters.size: 5", true),
        ("requestParameters.size: '5'", true),
        ("requestParameters.size: 5.0", true),
        ("requestParameters.size: 6", false),
        ("requestParameters.size|gt: 4", true),
        ("requestParameters.size|gt: 5", false),
        ("requestParameters.size|gte: 5", true),
        ("requestParameters.size|lt: 5", false),
        ("requestParameters.size|lte: 5", true),
        ("requestParameters.ratio|gt: 2", true),
        ("eventName|gt: 2", false),
        ("requestParameters.public: true", true),
        ("requestParameters.public: 'True'", true),
        ("requestParameters.public: false", false),
    ]);
}

#[test]
fn what_is_missing_or_null() {
    check(&[
        ("missing: null", true),
        ("requestParameters.nil: null", true),
        ("requestParameters.nil:", true),
        ("eventName: null", false),
        ("requestParameters.empty: null", false),
        ("nobody: null", true),
        ("eventName: [null, CreateUser]", true),
        ("missing: [null, CreateUser]", true),
        ("eventName|neq: null", true),
        ("missing|exists: false", true),
        ("missing|exists: true", false),
        ("requestParameters.nil|exists: true", true),
        ("resources.ARN|exists: true", true),
        ("nobody|exists: true", true),
    ]);
}

#[test]
fn lists_objects_and_other_fields() {
    check(&[
        ("resources.ARN: arn:two", true),
        ("resources.ARN|endswith: one", true),
        ("resources.ARN: arn:three", false),
        ("resources.type: a", true),
        ("requestParameters|contains: 'Deep'", true),
        ("requestParameters.options.Deep: x", true),
        ("requestParameters.options|contains: 'nothing'", false),
        ("userIdentity.userName|fieldref: requestParameters.userName", true),
        ("userIdentity.userName|fieldref|cased: requestParameters.userName", false),
        ("userIdentity.arn|fieldref|endswith: userIdentity.userName", true),
        ("userIdentity.arn|fieldref|startswith: userIdentity.userName", false),
        ("userIdentity.arn|fieldref|contains: userIdentity.userName", true),
        ("eventName|fieldref: missing", false),
        ("userIdentity.userName|fieldref|neq: requestParameters.userName", false),
    ]);
}

#[test]
fn policies_in_objects_are_as_one_sees_them() {
    let record =
        json!({"requestParameters": {"policyDocument": "{\"Effect\": \"Allow\"}", "list": [1, "a\"b"]}});
    for (line, wanted) in [
        ("requestParameters|contains: '\"Effect\": \"Allow\"'", true),
        ("requestParameters|contains: '\\\"Effect\\\"'", true),
        ("requestParameters|contains: '\"list\":[1,\"a\"b\"]'", true),
        ("requestParameters.policyDocument|contains: '\"Effect\": \"Allow\"'", true),
        ("requestParameters|contains: '\"Deny\"'", false),
    ] {
        assert_eq!(fits(line, &record), wanted, "{line}");
    }
}

#[test]
fn what_encodes_and_what_varies() {
    check(&[
        ("requestParameters.command|windash|contains: ' /enc'", true),
        ("requestParameters.command|windash|contains: ' -enc'", true),
        ("requestParameters.command|contains: ' /enc'", false),
        ("requestParameters.coded|wide|base64: pow", true),
        ("requestParameters.coded|utf16le|base64: pow", true),
        ("requestParameters.coded|utf16be|base64: pow", false),
        ("requestParameters.coded|base64: pow", false),
        ("requestParameters.offset|base64offset|contains: powershell", true),
        ("requestParameters.offset|base64offset|contains: powercycle", false),
    ]);
    // Of "foobar" at each of three places: made with another tool.
    for text in ["Zm9vYmFy", "xZvb2Jhcg", "aGZvb2Jhcg==", "IGZvb2Jhcg==", "ICBmb29iYXI="] {
        let here = text.contains("Zm9vYmFy") || text.contains("Zvb2Jhc") || text.contains("mb29iYX");
        assert_eq!(fits("x|base64offset|contains: foobar", &json!({ "x": text })), here, "{text}");
    }
    assert!(fits("x|utf16|base64: a", &json!({"x": "//5hAA=="})));
}

#[test]
fn keywords_are_looked_for_in_keys_and_values() {
    for (detection, wanted) in [
        ("  words: [ann, nothing]\n  condition: words\n", true),
        ("  words: [nothing, never]\n  condition: words\n", false),
        ("  words: userName\n  condition: words\n", true),
        ("  words:\n    '|all': [ann, CreateUser]\n  condition: words\n", true),
        ("  words:\n    '|all': [ann, DeleteUser]\n  condition: words\n", false),
        ("  words: ['user?*ann']\n  condition: words\n", true),
        ("  words: [5]\n  condition: words\n", true),
        ("  words:\n    - nothing\n    - eventName: CreateUser\n  condition: words\n", true),
    ] {
        assert_eq!(crate::matched(&rules(&with(detection)), &record()), wanted, "{detection}");
    }
}
