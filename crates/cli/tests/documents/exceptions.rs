//! The check of exceptions and the settings as documents: as their schemas say, and whatever an owner wrote acts on no terminal.

use crate::reports::STAMP;
use crate::schemas::{problems, schema};
use crate::worlds;
use audit::exception::Exception;
use audit::exception::check::check;
use audit::plan::Declaring;
use report::{InFile, Layout, Settings};
use serde_json::{Value, json};

const HOSTILE: &str = "a\u{1b}[2J\u{202e}|<b>\"'\n=cmd\r\u{9b}\u{e0041}";

fn exception(id: &str, until: &str, functions: &[&str]) -> Exception {
    let arn = |name: &&str| format!("arn:aws:lambda:us-east-1:111122223333:function:{name}");
    Exception {
        id: id.to_owned(),
        functions: functions.iter().map(arn).collect(),
        owner: HOSTILE.to_owned(),
        reason: HOSTILE.to_owned(),
        until: until.to_owned(),
        declared_at: "2026-11-01T00:00:00Z".to_owned(),
        ..Exception::default()
    }
}

#[test]
fn a_check_is_as_the_schema_says_and_nothing_of_it_acts() {
    let inventory = worlds::acme();
    let exceptions = [
        exception(HOSTILE, "2026-11-01", &["orders"]),
        exception("soon", "2026-12-01", &["orders", "gone", "gone2"]),
        exception("later", "2027-12-01", &["orders"]),
        exception("none", "2027-12-01", &["nowhere"]),
        exception("empty", "2027-12-01", &[]),
    ];
    for (exceptions, inventory) in
        [(&exceptions[..], Some(&inventory)), (&exceptions[..], None), (&exceptions[..0], None)]
    {
        let check = check(exceptions, "2026-11-23", inventory, audit::Counted::All);
        let text = report::exceptions_json(&check, "2026-11-23", &STAMP);
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(problems(&schema("exceptions-check-1.schema.json"), &document), Vec::<String>::new());
        for one in document["exceptions"].as_array().unwrap() {
            assert_eq!(one["owner"], HOSTILE);
        }
        let shown = report::exceptions_text(&check, &Layout::default());
        for text in [text, shown] {
            assert!(!text.replace('\n', "").chars().any(text::visible::acts), "{text:?}");
        }
    }
}

#[test]
fn settings_are_as_the_schema_says_and_nothing_of_them_acts() {
    let said =
        |value: Value, counts| Some(InFile { shown: value.to_string(), value, counts, variable: None });
    let keys = vec![
        ("region", said(json!(["eu-west-1"]), true)),
        ("profile", said(json!(HOSTILE), true)),
        ("exit-zero", said(json!(true), false)),
        ("threads", None),
    ];
    let settings = Settings { file: Some(HOSTILE.to_owned()), named: false, keys };
    let text = report::settings_json(&settings);
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(problems(&schema("settings-1.schema.json"), &document), Vec::<String>::new());
    assert_eq!(document["settings"][1]["value"], HOSTILE);
    assert_eq!(document["settings"][2]["value"], false, "what does not count is not shown as if it did");
    assert_eq!(document["settings"][2]["ignored"], true);
    for text in [text, report::settings_text(&settings, &Layout::default())] {
        assert!(!text.replace('\n', "").chars().any(text::visible::acts), "{text:?}");
    }
}

/// What people write by hand stays as it is when a plan adds its exception to the file and ends it again.
#[test]
fn a_match_goes_through_the_file_unchanged_and_is_as_the_schema_says() {
    let by_hand = json!({"format": "invoketrail.exceptions/1", "exceptions": [
        {"id": "all", "match": {"controls": ["paid-copies", "recorder-exists"]}, "owner": "o", "reason": "r",
         "expires": "2027-01-31"},
        {"id": "some", "match": {"controls": ["log-file-validation"], "arns": ["z*", "a?"], "accounts": ["111122223333"],
         "regions": ["us-east-1", "eu-west-1"], "tags": {"env": "dev", "Team": ""}}, "owner": "o", "reason": "r",
         "ticket": "T-1", "until": "2027-01-31", "declared_at": "2026-11-01T00:00:00Z"},
        {"id": "named", "functions": ["arn:aws:lambda:us-east-1:111122223333:function:orders"], "owner": "o",
         "reason": "r", "expires": "2027-01-31", "declared_at": "2026-11-01T00:00:00Z", "plan": "sha256:0"},
    ]});
    let schema = schema("exceptions-1.schema.json");
    assert_eq!(problems(&schema, &by_hand), Vec::<String>::new());
    let read = store::read_exceptions(by_hand.to_string().as_bytes()).unwrap();
    let declaring =
        Declaring { adds: Some(exception("new", "2027-01-31", &["batch"])), ..Declaring::default() };
    let added = declaring.over(&read);
    assert_eq!(added.len(), 4);
    let ending = Declaring { ends: vec![exception("new", "2027-01-31", &["batch"])], ..Declaring::default() };
    let text = store::write_exceptions(&ending.over(&added));
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), by_hand);
    for wrong in [json!({"controls": []}), json!({"controls": ["x"]}), json!({"arns": ["a"]}), json!({})] {
        let mut document = by_hand.clone();
        document["exceptions"][0]["match"] = wrong;
        assert_ne!(problems(&schema, &document), Vec::<String>::new());
    }
}
