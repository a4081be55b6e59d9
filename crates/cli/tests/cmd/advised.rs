//! Every `next:` and `help:` of the transcripts works as typed; those of each other run are checked where it is run. And what is
//! advised for a plan is what works for whoever manages its recorders.

use crate::advice::{check, commands};
use crate::run::{Finished, root, run};
use serde_json::{Value, json};
use std::collections::BTreeSet;
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

/// Each command that the page for a browser lets its reader copy: the next one, remedies, proofs.
#[test]
fn the_commands_of_the_page_work_as_typed() {
    let typed = ["audit", "--inventory", "examples/acme.json", "--format", "html"];
    let page = run(&typed).stdout;
    let copied = page.split("data-copy=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let copied: BTreeSet<&str> = copied.collect();
    copied.iter().for_each(|command| check(&typed, &format!("next: {command}")));
    for wanted in ["plan --inventory", "explain --inventory", "permissions audit --check"] {
        let begins = format!("invoketrail {wanted}");
        assert!(copied.iter().any(|one| one.starts_with(&begins)), "{wanted}: {copied:?}");
    }
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

fn next(said: &Finished) -> &str {
    said.stderr.lines().find_map(|line| line.strip_prefix("next: ")).unwrap_or_default()
}

#[test]
fn the_next_command_is_what_works_for_this_owner() {
    let terraform = json!({"ManagedBy": "Terraform"});
    let stack = json!({"aws:cloudformation:stack-name": "audit"});
    let accelerator = json!({"Accelerator": "AWSAccelerator"});
    let pulumi = json!({"pulumi:project": "net"});
    let cdk = json!({"aws:cloudformation:stack-name": "audit", "aws-cdk:id": "x"});
    for (tags, format, wanted) in [
        (&terraform, "terminal", "--format terraform"),
        (&terraform, "json", "--format terraform"),
        (&terraform, "terraform", "invoketrail audit"),
        (&terraform, "cloudformation", "--format terraform"),
        (&stack, "terminal", "--format cloudformation"),
        (&stack, "cloudformation", "invoketrail audit"),
        (&accelerator, "terminal", "--format markdown"),
        (&accelerator, "markdown", "invoketrail audit"),
        (&pulumi, "terminal", "--format markdown"),
        (&pulumi, "terraform", "--format markdown"),
        (&pulumi, "markdown", "invoketrail audit"),
        (&cdk, "terminal", "--format cloudformation"),
        (&cdk, "cloudformation", "invoketrail audit"),
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

/// What apply refuses, it says how to do: each owner by its own name, and without a command that is none.
#[test]
fn apply_names_the_way_of_the_owner() {
    for (tags, name, wanted) in [
        (json!({"ManagedBy": "Terraform"}), "Terraform manages it", "plan --format terraform"),
        (json!({"ManagedBy": "Pulumi"}), "Pulumi manages it", "plan --format markdown"),
        (
            json!({"aws:cloudformation:stack-name": "audit"}),
            "CloudFormation manages it (stack audit)",
            "plan --format cloudformation",
        ),
        (json!({"ManagedBy": "AWS CDK"}), "the AWS CDK manages it", "plan --format cloudformation"),
        (
            json!({"Accelerator": "AWSAccelerator"}),
            "the Landing Zone Accelerator manages it",
            "plan --format markdown",
        ),
    ] {
        let (folder, path) = managed(&tags);
        let plan = folder.path().join("plan.json");
        let shown = run(&["plan", "--inventory", &path, "--output", plan.to_str().unwrap()]);
        let owner = name.split(" manages").next().unwrap();
        assert!(shown.stdout.contains(&format!("managed by {owner} (")), "{shown:?}");
        let said = run(&["apply", plan.to_str().unwrap()]);
        assert_eq!(said.code, Some(3), "{said:?}");
        assert!(said.stderr.contains(wanted) && said.stderr.contains(name), "{said:?}");
    }
}

/// The inventory with its only trail recording every function, so that a backout changes it.
fn recording(path: &str, change: impl Fn(&mut Value)) {
    let mut inventory: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    inventory["recorders"][0]["selectors"]["known"]["EventSelectors"][0]["DataResources"] =
        json!([{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]);
    change(&mut inventory);
    std::fs::write(path, inventory.to_string()).unwrap();
}

const BACKOUT: [&str; 8] = ["--drop", "f", "--owner", "o", "--reason", "r", "--until", "2027-01-01"];

/// The trail of AWS Control Tower must not be changed: whoever plans that is led to another trail, before apply and by it.
#[test]
fn the_trail_of_control_tower_is_left_to_it() {
    let (folder, path) = managed(&json!({}));
    let name = "aws-controltower-BaselineCloudTrail";
    recording(&path, |inventory| {
        let arn = inventory["recorders"][0]["arn"].as_str().unwrap().to_owned();
        let named = format!("{}/{name}", arn.split('/').next().unwrap());
        *inventory = serde_json::from_str(&inventory.to_string().replace(&arn, &named)).unwrap();
        inventory["recorders"][0]["name"] = name.into();
    });
    let plan = folder.path().join("plan.json");
    let plan = plan.to_str().unwrap();
    let said = run(&[&["backout", "--inventory", &path, "--output", plan][..], &BACKOUT].concat());
    assert!(next(&said).contains(&format!("AWS Control Tower manages {name}")), "{said:?}");
    let said = run(&["apply", plan, "--exceptions", "/nonexistent/e.json"]);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.stderr.contains("Control Tower manages it"), "{said:?}");
}

/// Tags that were not read leave open who manages a trail: the next command asks AWS, and apply says so, too.
#[test]
fn tags_that_were_not_read_are_asked_for() {
    let (folder, path) = managed(&json!({}));
    let mut inventory: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let gaps = inventory["gaps"].as_array_mut().unwrap();
    gaps.push(json!({"account": null, "region": null, "call": "cloudtrail:ListTags", "subject": null,
        "kind": "refused", "error": "no"}));
    let gap = gaps.len() - 1;
    inventory["recorder_tags"][0]["tags"] = json!({"gap": gap});
    std::fs::write(&path, inventory.to_string()).unwrap();
    let plan = folder.path().join("plan.json");
    let plan = plan.to_str().unwrap();
    let said = run(&["plan", "--inventory", &path, "--output", plan]);
    assert!(said.stdout.contains("cloudtrail:ListTags refused"), "{said:?}");
    assert!(next(&said).contains("asks AWS who manages the trails; then: `invoketrail apply"), "{said:?}");
    let said = run(&["apply", plan]);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.stderr.contains("asks AWS who manages it"), "{said:?}");
}

/// A journal that ends within its first line: nothing was changed, and the plan is applied again over it.
#[test]
fn a_journal_that_was_not_begun_leads_back_to_its_plan() {
    let (folder, path) = managed(&json!({}));
    let plan = folder.path().join("plan.json");
    run(&["plan", "--inventory", &path, "--output", plan.to_str().unwrap()]);
    let journal = folder.path().join("plan.json.journal");
    for head in
        [&b""[..], b"{\"format\":\"invoketrail.jour", b"{\"format\":\"invoketrail.journal/1\",\"hash\":"]
    {
        std::fs::write(&journal, head).unwrap();
        for arguments in [
            ["undo", journal.to_str().unwrap()].as_slice(),
            &["apply", "--resume", journal.to_str().unwrap()],
        ] {
            let said = run(arguments);
            assert_eq!(said.code, Some(1), "{said:?}");
            assert!(said.stderr.contains("nothing had been changed"), "{said:?}");
            assert!(said.stderr.contains("help: apply the plan again. This journal is replaced"), "{said:?}");
        }
    }
}

/// A database of others is never to be removed, and what is advised instead works.
#[test]
fn an_index_of_others_is_left_to_them() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.sqlite");
    let mut bytes = b"SQLite format 3\0".to_vec();
    bytes.resize(4096, 7);
    for content in
        [bytes.as_slice(), b"some notes of mine, of worth to me alone, and longer than a head of SQLite is"]
    {
        std::fs::write(&other, content).unwrap();
        let named = ["invocations", "examples/logs", "--index", other.to_str().unwrap()];
        let said = run(&named);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(
            said.stderr.contains("help: name another file with --index, or go without: --no-index"),
            "{said:?}"
        );
        assert!(!said.stderr.contains("remove"), "{said:?}");
        assert_eq!(std::fs::read(&other).unwrap(), content);
        let fresh = folder.path().join("fresh.sqlite");
        let arguments = ["invocations", "examples/logs", "--index", fresh.to_str().unwrap()];
        assert_eq!(run(&arguments).code, Some(0));
        assert_eq!(run(&["invocations", "examples/logs", "--no-index"]).code, Some(0));
    }
}

#[test]
fn a_backout_is_applied_with_its_exceptions() {
    let (folder, path) = managed(&json!({}));
    recording(&path, |_| {});
    let plan = folder.path().join("backout.json");
    let output = ["--output", plan.to_str().unwrap()];
    let said = run(&[&["backout", "--inventory", &path][..], &BACKOUT, &output].concat());
    assert!(next(&said).contains("--exceptions exceptions.json"), "{said:?}");
    assert!(Path::new(&plan).exists());
    // Settings of the folder may name the file to read, and never the one to write: whoever made the folder may have chosen it.
    let victim = folder.path().join("victim.json");
    std::fs::write(
        folder.path().join("invoketrail.toml"),
        format!("exceptions = {:?}\n", victim.to_str().unwrap()),
    )
    .unwrap();
    let mut in_folder = crate::run::command(&["apply", plan.to_str().unwrap()]);
    let output = in_folder.current_dir(folder.path()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("only ./invoketrail.toml names the file of exceptions"), "{stderr}");
    crate::advice::check_in(folder.path(), &["apply"], &stderr);
    assert!(!victim.exists());
    // Named by a person in either way, it goes on to AWS.
    for named in [["--config", "invoketrail.toml"], ["--exceptions", victim.to_str().unwrap()]] {
        let mut command = crate::run::command(&[&["apply", plan.to_str().unwrap()], &named[..]].concat());
        let output = command.current_dir(folder.path()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && stderr.contains("redentials"), "{stderr}");
    }
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

#[test]
fn where_nothing_was_looked_at_the_help_is_named() {
    let (_folder, path) = managed(&json!({}));
    let mut inventory: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for list in ["accounts", "recorders", "places", "recorder_tags"] {
        inventory[list] = json!([]);
    }
    std::fs::write(&path, inventory.to_string()).unwrap();
    let said = run(&["audit", "--inventory", &path]);
    assert!(next(&said).starts_with("invoketrail audit --help"), "{said:?}");
}
