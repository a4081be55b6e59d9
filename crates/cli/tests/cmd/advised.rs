//! Every `next:` and `help:` of the transcripts works as typed; those of each other run are checked where it is run. And what is
//! advised for a plan is what works for whoever manages its recorders.

use crate::advice::{check, commands};
use crate::run::{Said, root, run};
use serde_json::{Value, json};
use std::path::Path;

#[test]
fn whatever_transcripts_advise_works_as_typed() {
    let mut pages = vec![root().join("README.md")];
    let beside =
        std::fs::read_dir(root().join("crates/cli/tests/cmd")).unwrap().flatten().map(|one| one.path());
    pages.extend(beside.filter(|path| path.extension().is_some_and(|suffix| suffix == "md")));
    let mut checked = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        let mut typed: Vec<String> = Vec::new();
        for line in text.lines() {
            if let Some(command) = line.strip_prefix("$ invoketrail ") {
                typed = command.split(' ').map(str::to_owned).collect();
            }
            let arguments: Vec<&str> = typed.iter().map(String::as_str).collect();
            check(&arguments, line);
            checked += commands(line).len();
        }
    }
    assert!(checked > 20, "{checked}");
}

#[test]
fn the_harness_sees_what_does_not_work() {
    for wrong in [
        "next: invoketrail audit --no-such-flag",
        "next: invoketrail plan --format terraform, cloudformation or markdown",
        "next: the same with --output plan.json",
        "help: say invoketrail audit",
        "help: name another file with --no-such-flag",
        "next: invoketrail audit --inventory no/such/file.json",
    ] {
        let caught = std::panic::catch_unwind(|| check(&["audit"], wrong));
        assert!(caught.is_err(), "{wrong}");
    }
    check(&["audit"], "help: name another Region with --region  # `invoketrail audit --help`");
}

/// The example with one trail to change, whose tags say that.
fn managed(tags: &Value) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read(root().join("crates/cli/tests/cases/plan/two-accounts-one-name.json")).unwrap();
    let mut inventory: Value = serde_json::from_slice(&text).unwrap();
    for list in ["accounts", "recorders", "places"] {
        inventory[list].as_array_mut().unwrap().truncate(1);
    }
    inventory["recorder_tags"] =
        json!([{"recorder": inventory["recorders"][0]["arn"], "tags": {"known": tags}}]);
    let path = folder.path().join("inventory.json");
    std::fs::write(&path, inventory.to_string()).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

fn next(said: &Said) -> &str {
    said.stderr.lines().find_map(|line| line.strip_prefix("next: ")).unwrap_or_default()
}

#[test]
fn the_next_command_is_what_works_for_this_owner() {
    let terraform = json!({"ManagedBy": "Terraform"});
    let stack = json!({"aws:cloudformation:stack-name": "audit"});
    let accelerator = json!({"Accelerator": "AWSAccelerator"});
    for (tags, format, wanted) in [
        (&terraform, "terminal", "--format terraform"),
        (&terraform, "json", "--format terraform"),
        (&terraform, "terraform", "invoketrail audit"),
        (&terraform, "cloudformation", "--format terraform"),
        (&stack, "terminal", "--format cloudformation"),
        (&stack, "cloudformation", "invoketrail audit"),
        (&accelerator, "terminal", "--format markdown"),
        (&accelerator, "markdown", "invoketrail audit"),
        (&json!({}), "terminal", "--output plan.json"),
        (&json!({}), "terraform", "invoketrail audit"),
        (&json!({}), "aws-cli", "invoketrail audit"),
    ] {
        let (_folder, path) = managed(tags);
        let said = run(&["plan", "--inventory", &path, "--format", format]);
        assert_eq!(said.code, Some(0), "{said:?}");
        let next = next(&said);
        assert!(next.contains(wanted), "{tags} {format}: {next}");
        assert_eq!(
            next.contains("apply plan.json"),
            wanted == "--output plan.json",
            "{tags} {format}: {next}"
        );
    }
}

/// What apply refuses, it says how to do: the same for each owner, and without a command that is none.
#[test]
fn apply_names_the_way_of_the_owner() {
    for (tags, wanted) in [
        (json!({"ManagedBy": "Terraform"}), "plan --format terraform"),
        (json!({"aws:cloudformation:stack-name": "audit"}), "plan --format cloudformation"),
        (json!({"Accelerator": "AWSAccelerator"}), "plan --format markdown"),
    ] {
        let (folder, path) = managed(&tags);
        let plan = folder.path().join("plan.json");
        run(&["plan", "--inventory", &path, "--output", plan.to_str().unwrap()]);
        let said = run(&["apply", plan.to_str().unwrap()]);
        assert_eq!(said.code, Some(3), "{said:?}");
        assert!(said.stderr.contains(wanted), "{said:?}");
    }
}

#[test]
fn a_backout_is_applied_with_its_exceptions() {
    let (folder, path) = managed(&json!({}));
    let mut inventory: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    inventory["recorders"][0]["selectors"]["known"]["EventSelectors"][0]["DataResources"] =
        json!([{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]);
    std::fs::write(&path, inventory.to_string()).unwrap();
    let plan = folder.path().join("backout.json");
    let arguments = [
        "backout",
        "--inventory",
        &path,
        "--drop",
        "f",
        "--owner",
        "o",
        "--reason",
        "r",
        "--until",
        "2027-01-01",
    ];
    let said = run(&[&arguments[..], &["--output", plan.to_str().unwrap()]].concat());
    assert!(next(&said).contains("--exceptions exceptions.json"), "{said:?}");
    assert!(Path::new(&plan).exists());
}

#[cfg(unix)]
#[test]
fn a_file_with_an_odd_name_is_named_such_that_a_shell_finds_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in\u{202e}ve'n \u{9b}.json");
    std::fs::copy(root().join("examples/acme.json"), &path).unwrap();
    let said = run(&["audit", "--inventory", path.to_str().unwrap()]);
    let words = crate::advice::words(next(&said).split("  # ").next().unwrap());
    assert!(words.contains(&path.to_str().unwrap().to_owned()), "{words:?}");
}
