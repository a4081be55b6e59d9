//! `check` with exceptions, and what is known only after apply: what is accepted, and what nobody can read.

use crate::check::{arn, entry, function, narrowed, plan, trail};
use crate::run::{root, run};
use serde_json::{Value, json};

/// An exception that holds accepts what the change stops recording of its functions, and nothing else.
#[test]
fn what_an_exception_accepts_does_not_decide() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let write = |name: &str, value: &Value| std::fs::write(path(name), value.to_string()).unwrap();
    write(
        "plan.json",
        &plan(&[entry(
            "aws_lambda_function.a",
            "aws_lambda_function",
            &["create"],
            Value::Null,
            function("a"),
        )]),
    );
    write(
        "exceptions.json",
        &json!({"format": "invoketrail.exceptions/1", "exceptions": [{
        "id": "a", "functions": [arn("a")], "owner": "o@example.org", "reason": "test", "until": "2027-01-31",
        "declared_at": "2026-11-20T00:00:00Z"}]}),
    );
    let (file, exceptions) = (path("plan.json"), path("exceptions.json"));
    let check = |more: &[&str]| run(&[&["check", "--terraform", &file][..], more].concat());
    assert_eq!(check(&[]).code, Some(3), "alone, nothing records the new function");
    let held = check(&["--exceptions", &exceptions]);
    assert_eq!(held.code, Some(0), "{}{}", held.stdout, held.stderr);
    assert!(held.stdout.contains("exceptions that hold accept 1 finding"), "{}", held.stdout);
    // It ended, or it is about another function.
    assert_eq!(check(&["--exceptions", &exceptions, "--now", "2027-02-01T00:00:00Z"]).code, Some(3));
    write(
        "plan.json",
        &plan(&[entry(
            "aws_lambda_function.b",
            "aws_lambda_function",
            &["create"],
            Value::Null,
            function("b"),
        )]),
    );
    assert_eq!(check(&["--exceptions", &exceptions]).code, Some(3));
}

/// A trail of an inventory is narrowed: only what no exception names decides.
#[test]
fn a_loss_is_accepted_where_all_that_is_lost_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let inventory: Value =
        serde_json::from_str(&std::fs::read_to_string(root().join("examples/acme.json")).unwrap()).unwrap();
    std::fs::write(path("inventory.json"), inventory.to_string()).unwrap();
    std::fs::write(path("plan.json"), plan(&[narrowed("newsletter")]).to_string()).unwrap();
    let (file, over) = (path("plan.json"), path("inventory.json"));
    let check =
        |more: &[&str]| run(&[&["check", "--terraform", &file, "--inventory", &over][..], more].concat());
    let all = check(&["--format", "json"]);
    assert_eq!(all.code, Some(3), "{}{}", all.stdout, all.stderr);
    // One function does not stand for every function that may come.
    let exceptions = json!({"format": "invoketrail.exceptions/1", "exceptions": [{
        "id": "n", "functions": [arn("newsletter")], "owner": "o@example.org", "reason": "test", "until": "2027-01-31",
        "declared_at": "2026-11-20T00:00:00Z"}]});
    std::fs::write(path("exceptions.json"), exceptions.to_string()).unwrap();
    assert_eq!(check(&["--exceptions", &path("exceptions.json")]).code, Some(3));
    // The trail lists two, and one of them is left out.
    let both = [arn("newsletter"), arn("other")];
    let mut listed = inventory;
    let mut trails = listed["recorders"].as_array_mut().unwrap().iter_mut();
    let trail_of_the_plan = trails.find(|one| one["name"] == "management-eu").unwrap();
    trail_of_the_plan["selectors"]["known"]["EventSelectors"][0]["DataResources"][0]["Values"] = json!(both);
    std::fs::write(path("inventory.json"), listed.to_string()).unwrap();
    let (before, after) = (trail(&[&both[0], &both[1]]), trail(&[&both[1]]));
    let change = entry("aws_cloudtrail.eu", "aws_cloudtrail", &["update"], before, after);
    std::fs::write(path("plan.json"), plan(&[change]).to_string()).unwrap();
    assert_eq!(check(&[]).code, Some(3));
    let held = check(&["--exceptions", &path("exceptions.json")]);
    assert_eq!(held.code, Some(0), "{}{}", held.stdout, held.stderr);
    assert!(held.stderr.contains("exceptions that hold accept"), "{}", held.stderr);
}

/// What is known only after apply was not refused, and nobody can read it better: no format of an audit says that it could not be read.
#[test]
fn what_is_known_only_after_apply_is_not_said_to_be_unread() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(root().join("examples/acme.json")).unwrap();
    let mut inventory: Value = serde_json::from_str(&text).unwrap();
    for gap in inventory["gaps"].as_array_mut().unwrap() {
        gap["kind"] = "after_apply".into();
        gap["error"] =
            "`event_selector` of aws_cloudtrail.x is known only after the change is applied".into();
    }
    let path = folder.path().join("inventory.json");
    std::fs::write(&path, inventory.to_string()).unwrap();
    for format in
        ["terminal", "json", "jsonl", "markdown", "html", "csv", "sarif", "oscal", "ocsf", "asff", "junit"]
    {
        let said = run(&["audit", "--inventory", path.to_str().unwrap(), "--format", format]);
        assert_eq!(said.code, Some(3), "{format}: {}", said.stderr);
        let unread = said.stdout.lines().find(|line| line.contains("could not be read"));
        assert_eq!(unread, None, "{format}");
    }
}
