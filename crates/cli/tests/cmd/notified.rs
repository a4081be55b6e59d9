//! `audit --notify`: which findings each target gets. No notification alters the audit or shows a secret.

use crate::run::{ENVIRONMENT, Finished, command, root, run};
use crate::scripted::{Asked, Scripted, refused};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const ACME: &str = "examples/acme.json";
const SECRET: &str = "T0-very-secret-path";

/// An address that takes everything.
fn taking() -> Scripted {
    Scripted::serving(|_: &Asked| ("200 OK".to_owned(), String::new()))
}

fn ends(said: &Finished, code: i32) {
    assert_eq!(said.code, Some(code), "{said:?}");
    assert!(!format!("{}{}", said.stdout, said.stderr).contains(SECRET), "{said:?}");
}

fn is_of_schema(document: &Value) {
    let schema = fs::read_to_string(root().join("docs/reference/notice-1.schema.json")).unwrap();
    let validator = jsonschema::draft202012::new(&serde_json::from_str(&schema).unwrap()).unwrap();
    let problems: Vec<String> = validator.iter_errors(document).map(|one| one.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
}

/// Acme where the function `train` is gone, the vault's selectors were read, and a trail of the shop does not log.
fn later(folder: &Path) -> String {
    let text = fs::read_to_string(root().join(ACME)).unwrap();
    let mut acme: Value = serde_json::from_str(&text).unwrap();
    let trail = acme["recorders"].as_array_mut().unwrap().iter_mut();
    let trail = trail.into_iter().find(|one| one["name"] == "acme-organization").unwrap();
    trail["selectors"] = json!({"known": {"AdvancedEventSelectors": [{"Name": "less", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]}]}]}});
    let place = acme["places"].as_array_mut().unwrap().iter_mut();
    let place =
        place.into_iter().find(|one| one["account"] == "777788889999" && one["region"] == "us-east-1");
    let functions = place.unwrap()["functions"].as_object_mut().unwrap();
    let (_, list) = functions.iter_mut().find(|(_, value)| value.is_array()).unwrap();
    let before = list.as_array().unwrap().len();
    list.as_array_mut().unwrap().retain(|one| !one["arn"].as_str().unwrap().ends_with(":train"));
    assert_eq!(list.as_array().unwrap().len(), before - 1);
    let path = folder.join("later.json");
    fs::write(&path, acme.to_string()).unwrap();
    path.to_string_lossy().into_owned()
}

fn names(list: &Value) -> Vec<&str> {
    let resources = list.as_array().unwrap().iter().filter_map(|one| one["resource"].as_str());
    resources.map(|arn| arn.rsplit([':', '/']).next().unwrap()).collect()
}

#[test]
fn only_what_is_new_changed_or_resolved_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let later = later(folder.path());
    let address = taking();
    let url = format!("{}/{SECRET}", address.url);
    let told = |arguments: &[&str]| -> Vec<Value> {
        ends(&run(&[arguments, &["--notify", &url]].concat()), 3);
        address.asked().iter().map(|asked| serde_json::from_str(&asked.body).unwrap()).collect()
    };
    // Nothing to compare with: every open finding is new.
    let all = told(&["audit", ACME]);
    is_of_schema(&all[0]);
    assert_eq!((&all[0]["resolved_count"], all.len()), (&json!(0), 1));
    for name in ["score", "train", "orders", "archive", "intranet"] {
        assert!(names(&all[0]["new"]).contains(&name), "{name}");
    }
    assert!(!names(&all[0]["new"]).contains(&"payroll"));
    let changes = told(&["audit", &later, "--baseline", ACME]);
    is_of_schema(&changes[0]);
    assert_eq!(names(&changes[0]["new"]), ["invoices", "payroll"]);
    assert_eq!(names(&changes[0]["resolved"]), ["train"]);
    assert!(told(&["audit", ACME, "--baseline", ACME]).is_empty());
    // With a history, the newest audit in it is what is compared with.
    let history = folder.path().join("history.sqlite");
    let history = ["--keep", "--history", history.to_str().unwrap()];
    assert_eq!(told(&[&["audit", ACME], &history[..]].concat()).len(), 1);
    assert!(told(&[&["audit", ACME], &history[..]].concat()).is_empty());
    // What a framework leaves out is not resolved, and not new afterwards.
    assert!(told(&[&["audit", ACME, "--framework", "csa-ccm"], &history[..]].concat()).is_empty());
    assert!(told(&[&["audit", ACME], &history[..]].concat()).is_empty());
    assert_eq!(names(&told(&[&["audit", &later], &history[..]].concat())[0]["new"]), ["invoices", "payroll"]);
}

#[test]
fn each_address_gets_what_it_understands_and_nothing_in_it_acts() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(root().join(ACME)).unwrap();
    let hostile = text.replace(
        "NoSuchBucket",
        "<!channel> <https://evil.example|x> & [x](https://evil.example) \\u001b[2J",
    );
    let file = folder.path().join("hostile.json");
    fs::write(&file, hostile).unwrap();
    let address = taking();
    let variable = [("HOOK", format!("slack+{}/{SECRET}", address.url))];
    let teams = format!("teams+{}/{SECRET}", address.url);
    let output = command(&[
        "audit",
        file.to_str().unwrap(),
        "--notify",
        "env:HOOK",
        "--notify",
        &teams,
        "--notify",
        "env:HOOK",
    ])
    .envs(variable)
    .output()
    .unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(!String::from_utf8_lossy(&output.stderr).contains(SECRET));
    let asked = address.asked();
    assert_eq!(asked.len(), 2, "each is told once");
    assert!(asked.iter().all(|asked| asked.line() == format!("POST /{SECRET}")), "{asked:?}");
    let slack: Value = serde_json::from_str(&asked[0].body).unwrap();
    let text = slack["text"].as_str().unwrap();
    assert!(text.contains("new findings") && !text.contains('<') && !text.contains('\u{1b}'), "{text}");
    let teams: Value = serde_json::from_str(&asked[1].body).unwrap();
    let card = &teams["attachments"][0]["content"];
    assert_eq!((&card["type"], &card["body"][0]["type"]), (&json!("AdaptiveCard"), &json!("RichTextBlock")));
    assert!(!asked[1].body.contains('\u{1b}'));
}

#[test]
fn a_failed_notification_loses_nothing_of_the_audit() {
    let plain = run(&["audit", ACME]);
    for (status, tries) in
        [("500 Internal Server Error", 3), ("429 Too Many Requests", 3), ("404 Not Found", 1)]
    {
        let address = Scripted::serving(move |_| (status.to_owned(), SECRET.to_owned()));
        let said = run(&["audit", ACME, "--notify", &format!("{}/{SECRET}", address.url)]);
        ends(&said, 3);
        assert_eq!((said.stdout == plain.stdout, address.asked().len()), (true, tries), "{status}");
        let code = status.split(' ').next().unwrap();
        assert!(
            said.stderr.contains(&format!("not notified: {}: it answered HTTP {code}", address.url)),
            "{}",
            said.stderr
        );
    }
    // Nobody is there, or takes it the second time.
    let said = run(&["audit", ACME, "--notify", &format!("http://127.0.0.1:1/{SECRET}")]);
    ends(&said, 3);
    assert!(said.stdout == plain.stdout && said.stderr.contains("there was no answer"), "{}", said.stderr);
    let count = Arc::new(AtomicUsize::new(0));
    let address = Scripted::serving(move |_| {
        let first = count.fetch_add(1, Ordering::SeqCst) == 0;
        (if first { "503 Service Unavailable" } else { "200 OK" }.to_owned(), String::new())
    });
    let said = run(&["audit", ACME, "--notify", &format!("{}/{SECRET}", address.url)]);
    ends(&said, 3);
    assert!(
        said.stderr.contains("notified: http://127.0.0.1") && !said.stderr.contains("not notified"),
        "{}",
        said.stderr
    );
}

#[test]
fn what_aws_refuses_is_told_and_loses_nothing() {
    let plain = run(&["audit", ACME]);
    let aws = Scripted::answering(|asked: &Asked| refused(asked.service()));
    let topic = "arn:aws:sns:eu-west-1:111122223333:alerts";
    let bus = "arn:aws:events:eu-west-1:111122223333:event-bus/default";
    let said = aws.run(&["audit", ACME, "--notify", topic, "--notify", bus, "--notify", "security-hub"]);
    ends(&said, 3);
    assert_eq!(said.stdout, plain.stdout);
    for call in [
        format!("{topic}: sns:Publish"),
        format!("{bus}: events:PutEvents"),
        "securityhub:BatchImportFindings".to_owned(),
    ] {
        assert!(said.stderr.contains(&call), "{call}: {}", said.stderr);
    }
    // Entries can be refused in an answer that is a success.
    let aws = Scripted::answering(|_| {
        let body = r#"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"X","ErrorMessage":"too large"}]}"#;
        ("200 OK".to_owned(), body.to_owned())
    });
    let said = aws.run(&["audit", ACME, "--notify", bus]);
    ends(&said, 3);
    assert!(said.stderr.contains("1 refused, the first: too large"), "{}", said.stderr);
    // Without credentials.
    let said = run(&["audit", ACME, "--notify", topic]);
    ends(&said, 3);
    assert!(said.stdout == plain.stdout && said.stderr.contains("AWS was not notified"), "{}", said.stderr);
}

#[test]
fn what_is_no_target_is_refused_before_anything_is_asked() {
    assert!(ENVIRONMENT.iter().all(|(name, _)| *name != "NO_HOOK"));
    for wrong in [
        "http://example.com/T0-very-secret-path",
        "https://user:T0-very-secret-path@example.com",
        "T0-very-secret-path",
        "env:NO_HOOK",
    ] {
        let said = run(&["audit", ACME, "--notify", wrong]);
        ends(&said, 2);
        assert!(said.stdout.is_empty() && said.stderr.starts_with("error: --notify: "), "{}", said.stderr);
    }
}

/// The notifications about the second inventory after the first. `change` changes each of the two, `exceptions` says which has exceptions.
fn told_of(change: [&dyn Fn(&mut Value); 2], exceptions: [bool; 2]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let accepted = json!({"format": "invoketrail.exceptions/1", "exceptions": [{"id": "x", "owner": "o", "reason": "r", "until": "2027-01-31",
        "declared_at": "2026-11-01T00:00:00Z", "functions": ["arn:aws:lambda:eu-west-1:444455556666:function:orders"]}]});
    fs::write(path("exceptions.json"), accepted.to_string()).unwrap();
    let (exceptions_file, history) = (path("exceptions.json"), path("history.sqlite"));
    let address = taking();
    for (at, (change, accepted)) in change.into_iter().zip(exceptions).enumerate() {
        let mut acme: Value = serde_json::from_str(&fs::read_to_string(root().join(ACME)).unwrap()).unwrap();
        change(&mut acme);
        fs::write(path("acme.json"), acme.to_string()).unwrap();
        let file = path("acme.json");
        let mut arguments = vec!["audit", &file, "--keep", "--history", &history];
        if accepted {
            arguments.extend(["--exceptions", &exceptions_file]);
        }
        if at == 1 {
            arguments.extend(["--notify", &address.url]);
        }
        ends(&run(&arguments), 3);
    }
    let asked = address.asked();
    let told: Vec<Value> = asked.iter().map(|asked| serde_json::from_str(&asked.body).unwrap()).collect();
    told.iter().for_each(is_of_schema);
    told
}

#[test]
fn what_got_worse_is_told_though_its_status_is_the_same() {
    let less = |acme: &mut Value| {
        let trails = acme["recorders"].as_array_mut().unwrap().iter_mut();
        let trail = trails.into_iter().find(|one| one["name"] == "data-invoke").unwrap();
        trail["selectors"] = json!({"known": {"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": []}]}});
    };
    let told = told_of([&|_| (), &less], [false, false]);
    let mut changed = names(&told[0]["changed"]);
    changed.sort_unstable();
    assert_eq!(changed, ["score", "train"], "{told:#?}");
    let one = told[0]["changed"].as_array().unwrap().iter().find(|one| one["resource"].is_string()).unwrap();
    assert!(one["headline"] != one["headline_before"] && one["status"] == one["status_before"], "{one}");
}

/// Lets the trail of that name fail to deliver in one Region.
fn fails(acme: &mut Value, name: &str) {
    let places = acme["places"].as_array_mut().unwrap().iter_mut();
    let trails = places.flat_map(|place| place["trails"]["known"].as_array_mut().unwrap());
    let named = |one: &&mut Value| one["trail"].as_str().unwrap().ends_with(&format!("/{name}"));
    let trail = trails.into_iter().find(named).unwrap();
    trail["status"]["known"]["delivery_error"] = "AccessDenied".into();
}

#[test]
fn each_trail_that_stops_delivering_is_told() {
    let first = |acme: &mut Value| fails(acme, "shop-all");
    let both = |acme: &mut Value| ["shop-all", "shop-vendor"].into_iter().for_each(|name| fails(acme, name));
    let told = told_of([&first, &both], [false, false]);
    let new: Vec<&Value> = told[0]["new"].as_array().unwrap().iter().collect();
    let delivery = new.iter().find(|one| one["control"] == "delivery-healthy").unwrap();
    assert!(delivery["headline"].as_str().unwrap().contains("shop-vendor"), "{delivery}");
    assert!(delivery["id"].as_str().unwrap().ends_with(":trail/shop-vendor"), "{delivery}");
    let resolved = told[0]["resolved"].as_array().unwrap();
    assert!(resolved.iter().all(|one| one["control"] != "delivery-healthy"), "{resolved:?}");
}

#[test]
fn what_an_exception_accepts_is_not_resolved() {
    let same = |_: &mut Value| ();
    let told = told_of([&same, &same], [false, true]);
    assert_eq!(
        (names(&told[0]["resolved"]), names(&told[0]["accepted"])),
        (vec![], vec!["orders"]),
        "{told:#?}"
    );
    assert_eq!(told[0]["accepted"][0]["accepted_by"], "x");
    assert!(told[0]["sentence"].as_str().unwrap().ends_with(", 1 accepted"), "{told:#?}");
    let told = told_of([&same, &same], [true, false]);
    assert_eq!(names(&told[0]["new"]), ["orders"], "{told:#?}");
    assert!(told_of([&same, &same], [true, true]).is_empty());
}
