//! Digests whose keys are asked of CloudTrail itself: where, of what time, page by page, and what is said where it refuses.

use crate::evidence::Copy;
use crate::run::root;
use crate::scripted::{Asked, Scripted, refused};
use serde_json::{Value, json};

const SHOP: &str = "AWSLogs/444455556666";
const DAY: [&str; 4] = ["--since", "2026-11-21", "--until", "2026-11-21"];
const VALIDATE: [&str; 3] = ["logs", "validate", "examples/logs/AWSLogs/444455556666"];
const VERIFY: [&str; 8] = [
    "verify",
    "examples/logs/AWSLogs/444455556666",
    "--inventory",
    "examples/acme.json",
    "--metrics",
    "examples/metrics.json",
    "--function",
    "cart",
];

/// Seconds since 1970 at which 2026-11-21 begins.
const BEGIN: i64 = 1_795_219_200;
const HOUR: i64 = 3600;

/// The key that signed the digests of the examples: its fingerprint, and its value in base64.
fn key() -> (String, String) {
    let file = std::fs::read(root().join("examples/logs/public-keys.json")).unwrap();
    let listed: Value = serde_json::from_slice(&file).unwrap();
    let member = |name: &str| listed["PublicKeyList"][0][name].as_str().unwrap().to_owned();
    (member("Fingerprint"), member("Value"))
}

/// Two pages, the first with a key of others: what signed the digests stands on the second.
fn two_pages(asked: &Asked) -> (String, String) {
    assert_eq!(asked.header("x-amz-target"), "CloudTrail_20131101.ListPublicKeys");
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let page = |fingerprint: &str, value: &str, next: Option<&str>| {
        json!({"PublicKeyList": [{"Fingerprint": fingerprint, "Value": value,
            "ValidityStartTime": BEGIN - 480 * HOUR, "ValidityEndTime": BEGIN + 480 * HOUR}], "NextToken": next})
    };
    let (fingerprint, value) = key();
    let page = match body["NextToken"].as_str() {
        None => page("00000000000000000000000000000000", "MIIBCgKCAQEA", Some("the second page")),
        Some(token) => {
            assert_eq!(token, "the second page");
            page(&fingerprint, &value, None)
        }
    };
    ("200 OK".to_owned(), page.to_string())
}

/// Where each question went, and of which time it was, from the begin of the day in hours.
fn asked_of(endpoint: &Scripted) -> Vec<(String, i64, i64)> {
    let hours = |asked: &Asked| {
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        let hour = |name: &str| {
            let seconds = body[name].as_i64().unwrap() - BEGIN;
            assert_eq!(seconds % HOUR, 0, "{body}");
            seconds / HOUR
        };
        (asked.region().to_owned(), hour("StartTime"), hour("EndTime"))
    };
    endpoint.asked().iter().map(hours).collect()
}

/// Twice, for two pages: two hours around the day, and at its end two more, as the AWS CLI asks.
fn of_the_day() -> Vec<(String, i64, i64)> {
    vec![("us-east-1".to_owned(), -2, 28); 2]
}

#[test]
fn keys_of_the_digests_own_region_prove_them() {
    let endpoint = Scripted::answering(two_pages);
    let said = endpoint.run(&[&VALIDATE[..], &DAY[..], &["--format", "json"]].concat());
    assert_eq!(said.code, Some(0), "{said:?}");
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(document["state"], "valid", "{document}");
    let (fingerprint, _) = key();
    assert_eq!(
        document["public_keys"],
        json!([{"from": "aws", "file": null, "region": "us-east-1", "fingerprints": [fingerprint], "in_source": false}])
    );
    assert_eq!(document["unseen"], json!([]));
    assert_eq!(asked_of(&endpoint), of_the_day());

    // Where no time is named, it is that of the digests: the last of them ends when the day does. Log files lie behind it.
    let said = endpoint.run(&VALIDATE);
    assert_eq!(said.code, Some(4), "{said:?}");
    assert!(
        said.stdout.starts_with("Cannot tell for 2 of 7 log files: no valid digest lists them;"),
        "{said:?}"
    );
    assert!(
        said.stdout.contains(&format!("verified with the public keys {fingerprint} from AWS in us-east-1")),
        "{said:?}"
    );
    assert_eq!(asked_of(&endpoint), of_the_day());
}

#[test]
fn records_of_a_function_are_proven_with_them() {
    let endpoint = Scripted::answering(two_pages);
    let said = endpoint.run(&[&VERIFY[..], &["--digests", "--format", "json"], &DAY[..]].concat());
    assert_eq!(said.code, Some(0), "{said:?}");
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let told = (&document["functions"][0]["result"], &document["digests"]["state"]);
    assert_eq!(told, (&json!("evidenced"), &json!("valid")), "{document}");
    assert_eq!(asked_of(&endpoint), of_the_day());
    // Whoever does not ask for digests, or has keys, asks nothing of CloudTrail.
    assert_eq!(endpoint.run(&[&VERIFY[..], &DAY[..]].concat()).code, Some(0));
    let keys = ["--public-keys", "examples/logs/public-keys.json"];
    assert_eq!(endpoint.run(&[&VALIDATE[..], &DAY[..], &keys[..]].concat()).code, Some(0));
    assert!(endpoint.was_left_alone());
}

#[test]
fn a_key_that_did_not_sign_proves_nothing() {
    let endpoint = Scripted::answering(|_| {
        let (fingerprint, value) = key();
        let value = value.replacen("0FMklJ", "0FMklK", 1);
        let page = json!({"PublicKeyList": [{"Fingerprint": fingerprint, "Value": value,
            "ValidityStartTime": BEGIN, "ValidityEndTime": BEGIN + 48 * HOUR}]});
        ("200 OK".to_owned(), page.to_string())
    });
    let said = endpoint.run(&[&VALIDATE[..], &DAY[..]].concat());
    assert_eq!(said.code, Some(4), "{said:?}");
    assert!(said.stdout.contains("0 of 5"), "{said:?}");
    // What it is in truth.
    assert!(said.stdout.contains("the fingerprint of its value is"), "{said:?}");
}

#[test]
fn a_refusal_names_the_permission_and_the_region_and_proves_nothing() {
    let endpoint = Scripted::answering(|_| refused("cloudtrail:ListPublicKeys"));
    for (arguments, digests) in [(&VALIDATE[..], ""), (&[&VERIFY[..], &["--digests"]].concat(), "/digests")] {
        let said = endpoint.run(&[arguments, &["--format", "json"], &DAY[..]].concat());
        assert_eq!(said.code, Some(4), "{said:?}");
        let document: Value = serde_json::from_str(&said.stdout).unwrap();
        let digests = document.pointer(digests).unwrap();
        assert_eq!(digests["state"], "not_assertable", "{document}");
        assert_eq!(digests["totals"]["files"]["proven"], 0, "{document}");
        let unseen = digests["unseen"].to_string();
        assert!(unseen.contains("cloudtrail:ListPublicKeys in us-east-1: AccessDeniedException"), "{unseen}");
        let help = said.stderr.lines().find(|line| line.starts_with("help: ")).unwrap_or_default();
        assert!(help.contains("cloudtrail:ListPublicKeys in us-east-1"), "{said:?}");
        assert!(
            help.contains("invoketrail permissions evidence") && help.contains("--public-keys"),
            "{help}"
        );
    }
}

#[test]
fn a_failure_that_is_no_refusal_asks_for_no_permission() {
    let endpoint = Scripted::answering(|_| {
        let body = r#"{"__type":"InvalidTimeRangeException","message":"no such time"}"#;
        ("400 Bad Request".to_owned(), body.to_owned())
    });
    let said = endpoint.run(&[&VALIDATE[..], &DAY[..]].concat());
    assert_eq!(said.code, Some(4), "{said:?}");
    assert!(said.stdout.contains("cloudtrail:ListPublicKeys in us-east-1: InvalidTimeRange"), "{said:?}");
    assert!(!said.stderr.contains("help: "), "{said:?}");
}

#[test]
fn one_region_that_refuses_does_not_hide_the_keys_of_another() {
    let tree = Copy::below("");
    let digests = tree.folder.path().join(SHOP).join("CloudTrail-Digest");
    // A digest that lies in the folder of another Region, which is asked for keys, too.
    let day = "2026/11/21";
    let to = digests.join("eu-central-1").join(day);
    std::fs::create_dir_all(&to).unwrap();
    let name = |region: &str| {
        format!("444455556666_CloudTrail-Digest_{region}_shop-all_us-east-1_20261121T020000Z.json.gz")
    };
    let from = digests.join("us-east-1").join(day).join(name("us-east-1"));
    std::fs::copy(from, to.join(name("eu-central-1"))).unwrap();
    let endpoint = Scripted::answering(|asked| match asked.region() {
        "us-east-1" => two_pages(asked),
        _ => refused("cloudtrail:ListPublicKeys"),
    });
    let source = tree.folder.path().join(SHOP);
    let arguments = ["logs", "validate", source.to_str().unwrap(), "--format", "json"];
    let said = endpoint.run(&[&arguments[..], &DAY[..]].concat());
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let mut regions: Vec<_> = endpoint.asked().iter().map(|asked| asked.region().to_owned()).collect();
    regions.sort();
    assert_eq!(regions, ["eu-central-1", "us-east-1", "us-east-1"]);
    assert_eq!(document["totals"]["files"]["proven"], 5, "{document}");
    assert_eq!(document["unseen"].as_array().unwrap().len(), 1, "{document}");
    let help = said.stderr.lines().find(|line| line.starts_with("help: ")).unwrap_or_default();
    assert!(help.contains("in eu-central-1") && !help.contains("us-east-1"), "{said:?}");
}
