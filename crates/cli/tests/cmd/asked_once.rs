//! Who asks is asked once by every command that asks AWS anything, whatever it reads and changes afterwards, and never by one that
//! does not.

use crate::names::{hashed, plan};
use crate::run::{Finished, run};
use crate::scripted::{Asked, Scripted, refused};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
const COPY: &str = "examples/logs/AWSLogs/444455556666";

/// An account of which nothing can be read but whether its trail logs, and in which nothing but that can be changed.
pub(crate) fn account() -> Scripted {
    let logs = Arc::new(AtomicBool::new(false));
    Scripted::answering(move |asked: &Asked| {
        let operation = asked.header("x-amz-target").rsplit('.').next().unwrap().to_owned();
        match operation.as_str() {
            "StartLogging" => logs.store(true, Ordering::SeqCst),
            "StopLogging" => logs.store(false, Ordering::SeqCst),
            "GetTrailStatus" => {}
            _ => return refused(&operation),
        }
        ("200 OK".to_owned(), json!({"IsLogging": logs.load(Ordering::SeqCst)}).to_string())
    })
}

/// A plan with one step, that the trail logs, as a file; and its hash.
pub(crate) fn starts_logging(file: &Path) -> String {
    let mut document = plan();
    document["plan"]["purpose"] = json!({"kind": "record"});
    document["plan"]["losses"] = json!([]);
    document["plan"]["refusals"] = json!([]);
    let steps = document["plan"]["steps"].as_array_mut().unwrap();
    steps.retain(|step| step["change"]["setting"] == "trail");
    steps[0]["change"]["setting"] = "logging".into();
    steps[0]["change"]["before"] = false.into();
    steps[0]["change"]["after"] = true.into();
    let text = hashed(&document);
    std::fs::write(file, &text).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["hash"].as_str().unwrap().to_owned()
}

/// Runs the command, which asks who asks that often, and says how it ended.
#[track_caller]
fn asks(endpoint: &Scripted, arguments: &[&str], times: usize) -> Finished {
    let said = endpoint.run(arguments);
    assert_eq!(endpoint.who_asks(), times, "{arguments:?}: {said:?}");
    said
}

/// Each command in each way in which it asks AWS, and the ways in which it asks nothing.
#[test]
fn commands_that_read_ask_once_who_asks() {
    let folder = tempfile::tempdir().unwrap();
    let (inventory, exceptions) =
        (folder.path().join("inventory.json"), folder.path().join("exceptions.json"));
    let (inventory, exceptions) = (inventory.to_str().unwrap(), exceptions.to_str().unwrap());
    let none = json!({"format": "invoketrail.exceptions/1", "exceptions": []});
    std::fs::write(exceptions, none.to_string()).unwrap();
    let declared = ["--owner", "o", "--reason", "r", "--until", "2027-01-01"];
    let lake = folder.path().join("lake");
    let lake = lake.to_str().unwrap();
    let live: [&[&str]; 22] = [
        &["audit"],
        &["audit", "--baseline", "examples/acme.json"],
        &["inventory", "--output", inventory],
        &["explain", FUNCTION],
        &["plan"],
        &["plan", "--drop-copies"],
        &[&["backout", "--drop", "orders"], &declared[..]].concat(),
        &[&["backout", "--budget", "5"], &declared[..]].concat(),
        &["restore", "--exceptions", exceptions],
        &["permissions", "audit", "--check"],
        &["permissions", "apply", "--check"],
        &["verify", "--no-index"],
        &["verify", "--no-index", "--digests", COPY],
        &["verify", "--no-index", "--inventory", "examples/acme.json", "s3://acme-trails/"],
        &["verify", "--canary", FUNCTION, "--approve-canary"],
        &["invocations", "--no-index"],
        &["invocations", "--no-index", "s3://acme-trails/"],
        &["detect"],
        &["detect", "s3://acme-trails/"],
        &["logs", "validate"],
        &["logs", "validate", COPY],
        &["lake", "folders", "s3://acme-trails/"],
    ];
    let bundle = folder.path().join("evidence");
    let bundle = bundle.to_str().unwrap();
    let kept = folder.path().join("history.sqlite");
    let kept = kept.to_str().unwrap();
    let local: [&[&str]; 20] = [
        &["check", "--terraform", "examples/terraform/plan.json", "--inventory", "examples/acme.json"],
        &["audit", "--inventory", "examples/acme.json", "--keep", "--history", kept],
        &["history", "--history", kept],
        &["diff", "1", "examples/acme.json", "--history", kept, "--logs", COPY],
        &["audit", "--inventory", "examples/acme.json", "--bundle", bundle],
        &["bundle", "verify", bundle],
        &["report", "--audit", bundle],
        &["plan", "--inventory", "examples/acme.json"],
        &["invocations", "--no-index", COPY],
        &["detect", COPY],
        &["lake", "write", COPY, "--to", lake],
        &["lake", "verify", lake],
        &["invocations", "--lake", lake],
        &["detect", "--list"],
        &["permissions", "audit"],
        &["completions", "bash"],
        &["man", "audit"],
        &["frameworks"],
        &["exceptions", "check", exceptions],
        &["config", "show"],
    ];
    let endpoint = account();
    live.iter().for_each(|arguments| drop(asks(&endpoint, arguments, 1)));
    local.iter().for_each(|arguments| drop(asks(&endpoint, arguments, 0)));
    let counted: BTreeSet<&str> = live.iter().chain(&local).map(|arguments| arguments[0]).collect();
    assert_eq!(&counted | &["apply", "undo"].into(), commands().iter().map(String::as_str).collect());
}

/// A request that fails is repeated as often as the SDK's own variable allows, and more often only where it says nothing that can be understood.
#[test]
fn a_request_is_repeated_as_often_as_the_variable_of_the_sdk_says() {
    let asked = |most: &str| {
        let endpoint = Scripted::serving(|_| ("500 Internal Server Error".to_owned(), String::new()));
        let output = endpoint.command(&["audit"]).env("AWS_MAX_ATTEMPTS", most).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let note = String::from_utf8_lossy(&output.stderr).contains("AWS_MAX_ATTEMPTS is ignored");
        (endpoint.who_asks(), note)
    };
    assert_eq!([asked("1"), asked("2")], [(1, false), (2, false)]);
    let (usual, noted) = asked("0");
    assert!(usual > 2 && noted, "{usual} {noted}");
}

/// All commands that there are.
fn commands() -> BTreeSet<String> {
    let help = run(&["--help"]).stdout;
    let list = help.split_once("Commands:\n").unwrap().1.split("\n\n").next().unwrap();
    let lines = list.lines().filter(|line| !line.starts_with("   "));
    let names = lines.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(str::to_owned).collect()
}

/// Read, compare, set, read back, read again: one session.
#[test]
fn commands_that_change_ask_once_who_asks() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.json");
    let hash = starts_logging(&file);
    let (file, journal) = (file.to_str().unwrap(), format!("{}.journal", file.display()));
    let endpoint = account();
    let said = asks(&endpoint, &["apply", file, "--approve", &hash], 1);
    assert!(said.code == Some(0) && said.stderr.contains("done: 1 of 1"), "{said:?}");
    // What has ended is compared with the account, and nothing is left to approve.
    let said = asks(&endpoint, &["apply", "--resume", &journal], 1);
    assert!(said.code == Some(0) && said.stderr.contains("was carried out before"), "{said:?}");
    let command = ["undo", &journal];
    let said = asks(&endpoint, &command, 1);
    let hash = said.stderr.split("add --approve ").nth(1).unwrap_or_else(|| unreachable!("{said:?}"));
    let said = asks(&endpoint, &[&command[..], &["--approve", hash.trim()]].concat(), 1);
    assert!(said.code == Some(0) && said.stderr.contains("done: 1 of 1"), "{said:?}");
    let said = asks(&endpoint, &command, 1);
    assert!(said.code == Some(0) && said.stderr.contains("was taken back before"), "{said:?}");
}
