//! Audits that are kept, listed, compared and forgotten; and who changed what between two.

use crate::run::{Finished, command, root, run};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

#[track_caller]
fn ends(said: &Finished, code: i32) {
    assert_eq!(said.code, Some(code), "{said:?}");
}

pub(crate) fn is_of_schema(name: &str, document: &Value) {
    let schema = fs::read_to_string(root().join("docs/reference").join(name)).unwrap();
    let validator = jsonschema::draft202012::new(&serde_json::from_str(&schema).unwrap()).unwrap();
    let problems: Vec<String> = validator.iter_errors(document).map(|one| one.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
}

fn json_of(said: &Finished) -> Value {
    serde_json::from_str(&said.stdout).unwrap()
}

/// Acme a day later: the organization's trail selects management events alone, and there is a function more.
fn later(folder: &Path) -> String {
    let text = fs::read_to_string(root().join("examples/acme.json")).unwrap();
    let mut acme: Value = serde_json::from_str(&text).unwrap();
    acme["collected_at"] = json!("2026-11-24T17:00:00Z");
    let trail = acme["recorders"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|one| one["name"] == "acme-organization")
        .unwrap();
    trail["selectors"] = json!({"known": {"AdvancedEventSelectors": [{"Name": "less", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]}]}]}});
    let place = acme["places"].as_array_mut().unwrap().iter_mut();
    let place = place
        .into_iter()
        .find(|one| one["account"] == "444455556666" && one["region"] == "us-east-1")
        .unwrap();
    let functions = place["functions"].as_object_mut().unwrap();
    let (_, list) = functions.iter_mut().find(|(_, value)| value.is_array()).unwrap();
    let mut another = list[0].clone();
    another["arn"] = json!("arn:aws:lambda:us-east-1:444455556666:function:added");
    list.as_array_mut().unwrap().push(another);
    let path = folder.join("later.json");
    fs::write(&path, acme.to_string()).unwrap();
    path.to_string_lossy().into_owned()
}

/// A log file with these records.
fn log(folder: &Path, records: &[Value]) -> String {
    let logs = folder.join("logs");
    fs::create_dir_all(&logs).unwrap();
    fs::write(logs.join("events.json"), json!({ "Records": records }).to_string()).unwrap();
    logs.to_string_lossy().into_owned()
}

const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111122223333:trail/acme-organization";

/// What was called: a change of the trail and its copy, a refusal, another trail, another time, a new function.
fn calls_of_the_day() -> Vec<Value> {
    let trail = TRAIL;
    vec![
        record(
            "PutEventSelectors",
            "cloudtrail",
            "2026-11-24T10:00:00Z",
            1,
            json!({"requestParameters": {"trailName": "acme-organization"}}),
        ),
        record(
            "PutEventSelectors",
            "cloudtrail",
            "2026-11-24T10:00:00Z",
            1,
            json!({"requestParameters": {"trailName": "acme-organization"}}),
        ),
        record(
            "StopLogging",
            "cloudtrail",
            "2026-11-24T10:01:00Z",
            2,
            json!({"requestParameters": {"name": trail}, "errorCode": "AccessDenied"}),
        ),
        record(
            "StopLogging",
            "cloudtrail",
            "2026-11-24T10:02:00Z",
            3,
            json!({"requestParameters": {"name": "shop-legacy"}}),
        ),
        record(
            "PutEventSelectors",
            "cloudtrail",
            "2026-11-20T10:00:00Z",
            4,
            json!({"requestParameters": {"trailName": "acme-organization"}}),
        ),
        record(
            "CreateFunction20150331",
            "lambda",
            "2026-11-24T11:00:00Z",
            5,
            json!({"requestParameters": {"functionName": "added"}}),
        ),
    ]
}

fn record(name: &str, source: &str, at: &str, id: u8, more: Value) -> Value {
    let mut record = json!({
        "eventVersion": "1.11", "eventTime": at, "eventName": name, "awsRegion": "us-east-1", "recipientAccountId": if source == "lambda" { "444455556666" } else { "111122223333" },
        "eventSource": format!("{source}.amazonaws.com"), "eventID": format!("21111111-2222-3333-4444-5555555555{id:02}"),
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::444455556666:user/eve", "accountId": "444455556666"},
    });
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record
}

#[test]
fn a_kept_audit_is_compared_with_what_came_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept/history.sqlite");
    let history = ["--history", file.to_str().unwrap()];
    let with = |arguments: &[&str]| run(&[arguments, &history[..]].concat());
    let none = with(&["history"]);
    ends(&none, 1);
    assert!(
        none.stderr.contains("there is no such file") && none.stderr.contains("audit --keep"),
        "{}",
        none.stderr
    );
    let later = later(folder.path());
    ends(&with(&["audit", "examples/acme.json", "--keep"]), 3);
    let kept = with(&["audit", &later, "--keep", "--now", "2026-11-24T18:00:00Z"]);
    ends(&kept, 3);
    assert!(kept.stderr.contains("kept: as audit 2 in "), "{}", kept.stderr);
    let listed = json_of(&with(&["history", "--format", "json"]));
    is_of_schema("history-1.schema.json", &listed);
    let resources = |at: usize| listed["audits"][at]["summary"]["resources"].as_u64().unwrap();
    assert_eq!((resources(0), resources(1)), (15, 16));
    assert!(with(&["history"]).stdout.lines().count() == 3);

    let (trail, logs) = (TRAIL, log(folder.path(), &calls_of_the_day()));
    for before in ["1", "examples/acme.json"] {
        let said = with(&["diff", before, "2", "--logs", &logs, "--format", "json"]);
        ends(&said, 3);
        let diff = json_of(&said);
        is_of_schema("diff-1.schema.json", &diff);
        assert_eq!(diff["answer"], "no");
        assert_eq!(diff["recorders"][0]["arn"], trail);
        assert_eq!(diff["appeared"][0]["arn"], "arn:aws:lambda:us-east-1:444455556666:function:added");
        let calls = diff["calls"].as_array().unwrap();
        let told: Vec<_> = calls
            .iter()
            .map(|call| (call["name"].as_str().unwrap(), call["changed"][0].as_str().unwrap()))
            .collect();
        let added = "arn:aws:lambda:us-east-1:444455556666:function:added";
        assert_eq!(told, [("PutEventSelectors", trail), ("CreateFunction", added)]);
        assert_eq!(calls[0]["caller"], "arn:aws:iam::444455556666:user/eve");
    }
}

#[test]
fn the_newest_is_compared_where_none_is_named_and_what_is_forgotten_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.sqlite");
    let with = |arguments: &[&str]| run(&[arguments, &["--history", file.to_str().unwrap()]].concat());
    ends(&with(&["audit", "examples/acme.json", "--keep"]), 3);
    ends(&with(&["audit", &later(folder.path()), "--keep", "--now", "2026-11-24T18:00:00Z"]), 3);
    let said = with(&["diff", "1"]);
    ends(&said, 3);
    assert!(
        said.stdout
            .starts_with("Recording got worse for 2 resources and new functions in 1 account and Region."),
        "{}",
        said.stdout
    );
    let said = with(&["diff", "2", "1"]);
    ends(&said, 0);
    assert!(said.stdout.starts_with("Something changed, and nothing got worse.\n"), "{}", said.stdout);
    assert!(said.stderr.contains("before the first"), "{}", said.stderr);
    let said = with(&["diff", "1", "examples/acme.json", "--format", "markdown"]);
    ends(&said, 0);
    assert!(said.stdout.starts_with("**Nothing changed of what was read.**\n"), "{}", said.stdout);
    assert!(said.stdout.contains("trail/shop-vendor: selectors"), "{}", said.stdout);
    let same = json_of(&with(&["diff", "1", "examples/acme.json", "--format", "json"]));
    is_of_schema("diff-1.schema.json", &same);
    assert_eq!(
        (same["answer"].as_str(), same["unread"][1]["settings"][0].as_str()),
        (Some("nothing"), Some("selectors"))
    );
    assert!(same["undetermined_twice"]["resources"].as_u64().is_some_and(|count| count > 0), "{same}");
    let said = with(&["diff", "1", "2", "--exit-zero"]);
    ends(&said, 0);
    assert!(said.stderr.contains("hidden by --exit-zero"), "{}", said.stderr);

    let said = with(&["diff", "7"]);
    ends(&said, 1);
    assert!(said.stderr.contains("it holds no audit 7"), "{}", said.stderr);
    let said = with(&["history", "--forget-before", "2026-11-24"]);
    ends(&said, 0);
    assert!(said.stderr.contains("1 audit made before 2026-11-24 forgotten"), "{}", said.stderr);
    ends(&with(&["diff", "1", "2"]), 1);
}

#[test]
fn exceptions_that_changed_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.sqlite");
    let exceptions = folder.path().join("exceptions.json");
    let one = |id: &str, until: &str| json!({"id": id, "match": {"controls": ["paid-copies"]}, "owner": "o", "reason": "r", "expires": until});
    let write = |all: &[Value]| {
        let document = json!({"format": "invoketrail.exceptions/1", "exceptions": all});
        fs::write(&exceptions, document.to_string()).unwrap();
    };
    let keep = || {
        let (file, exceptions) = (file.to_str().unwrap(), exceptions.to_str().unwrap());
        ends(
            &run(&["audit", "examples/acme.json", "--keep", "--history", file, "--exceptions", exceptions]),
            3,
        );
    };
    write(&[one("a", "2026-12-01"), one("b", "2026-12-01")]);
    keep();
    write(&[one("b", "2027-01-01"), one("c", "2027-01-01")]);
    keep();
    let said = run(&["diff", "1", "--history", file.to_str().unwrap(), "--format", "json"]);
    ends(&said, 0);
    let diff = json_of(&said);
    is_of_schema("diff-1.schema.json", &diff);
    let told: Vec<_> = diff["exceptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["before"].is_null(), one["after"].is_null()))
        .collect();
    assert_eq!(told, [("a", false, true), ("b", false, false), ("c", true, false)]);
    let text = run(&["diff", "1", "--history", file.to_str().unwrap()]).stdout;
    assert!(text.contains("exception a: is gone") && text.contains("exception c: is new"), "{text}");
}

#[test]
fn a_history_that_cannot_be_used_stops_nothing_half_way() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("history.sqlite");
    fs::write(&file, "not a database, and somebody may still need it: ".repeat(9)).unwrap();
    let before = fs::read(&file).unwrap();
    let path = file.to_str().unwrap();
    for arguments in [&["history"][..], &["diff", "1", "2"], &["audit", "examples/acme.json", "--keep"]] {
        let said = run(&[arguments, &["--history", path]].concat());
        ends(&said, 1);
        assert!(
            said.stderr.contains("it is not a history of invoketrail") && said.stdout.is_empty(),
            "{said:?}"
        );
    }
    assert_eq!(fs::read(&file).unwrap(), before);
    // A file of settings that nobody named cannot say where it is.
    fs::write(folder.path().join("invoketrail.toml"), "history = 'elsewhere.sqlite'").unwrap();
    let acme = root().join("examples/acme.json");
    let output = command(&["audit", acme.to_str().unwrap(), "--keep"])
        .current_dir(folder.path())
        .env("XDG_DATA_HOME", folder.path().join("data"))
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("ignoring `history`"), "{stderr}");
    assert!(folder.path().join("data/invoketrail/history.sqlite").is_file(), "{stderr}");
    assert!(!folder.path().join("elsewhere.sqlite").exists());
}

/// Where there is no function yet, what would happen to one is what gets worse.
#[test]
fn new_functions_that_would_escape_are_worse() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(root().join("examples/acme.json")).unwrap();
    let mut acme: Value = serde_json::from_str(&text).unwrap();
    let mut places = acme["places"].as_array_mut().unwrap().iter_mut();
    let place = places.find(|one| one["account"] == "444455556666" && one["region"] == "us-east-1").unwrap();
    place["functions"]["resources"] = json!([]);
    let with = acme.to_string();
    for recorder in acme["recorders"].as_array_mut().unwrap() {
        if recorder["account"] == "444455556666" && recorder["home_region"] == "us-east-1" {
            let selectors = match recorder["kind"].as_str().unwrap() {
                "trail" => {
                    json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true}]})
                }
                _ => json!({"AdvancedEventSelectors": [{"FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Management"]}]}]}),
            };
            recorder["selectors"] = json!({ "known": selectors });
        }
    }
    let [before, after] = ["before.json", "after.json"].map(|name| folder.path().join(name));
    fs::write(&before, with).unwrap();
    fs::write(&after, acme.to_string()).unwrap();
    let (before, after) = (before.to_str().unwrap(), after.to_str().unwrap());
    let said = run(&["diff", before, after]);
    ends(&said, 3);
    let told = "new functions in 444455556666 us-east-1: recorded became not recorded";
    assert!(
        said.stdout.starts_with("Recording got worse for new functions in 1 account and Region.")
            && said.stdout.contains(told),
        "{}",
        said.stdout
    );
    let json = json_of(&run(&["diff", before, after, "--format", "json"]));
    is_of_schema("diff-1.schema.json", &json);
    assert_eq!(json["future"][0]["before"], "recorded");
}

/// Verdict words can stay the same where less is recorded, and what was not looked at again is not gone.
#[test]
fn less_of_a_recorder_and_what_is_out_of_sight_are_never_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(root().join("examples/acme.json")).unwrap();
    let acme: Value = serde_json::from_str(&text).unwrap();
    let written = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut changed = acme.clone();
        change(&mut changed);
        let path = folder.path().join(name);
        fs::write(&path, changed.to_string()).unwrap();
        path.to_string_lossy().into_owned()
    };
    // An event data store records the same functions, so no verdict changes.
    let fewer = written("fewer.json", &|acme| {
        let mut recorders = acme["recorders"].as_array_mut().unwrap().iter_mut();
        let trail = recorders.find(|one| one["name"] == "shop-all").unwrap();
        trail["selectors"] = json!({"known": {"EventSelectors": [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": false,
            "DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]}]}});
    });
    let said = run(&["diff", "examples/acme.json", &fewer]);
    ends(&said, 4);
    assert!(
        said.stdout.starts_with("Nothing certainly got worse, but something may have."),
        "{}",
        said.stdout
    );
    ends(&run(&["diff", &fewer, "examples/acme.json"]), 0);
    // One Region is not audited again.
    let less = written("less.json", &|acme| {
        acme["places"].as_array_mut().unwrap().retain(|place| place["region"] != "eu-west-1");
        acme["regions_asked"] = json!(["us-east-1"]);
    });
    let said = run(&["diff", "examples/acme.json", &less, "--format", "json"]);
    ends(&said, 4);
    let diff = json_of(&said);
    is_of_schema("diff-1.schema.json", &diff);
    assert_eq!((&diff["gone"], diff["unseen"].as_array().unwrap().is_empty()), (&json!([]), false));
    let text = run(&["diff", "examples/acme.json", &less]).stdout;
    assert!(text.contains("is out of sight") && !text.contains("is gone"), "{text}");
}
