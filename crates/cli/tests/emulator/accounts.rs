//! Two accounts at once, with other people's selectors of both kinds on their trails: planned, applied in two goes around a
//! journal that broke off, reduced, restored, taken back around what somebody else did; and what plans say to other tools.

use crate::seed::{Seed, url};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

const OWN: &str = "310000000006";
const OTHER: &str = "310000000007";

fn run(seed: &Seed, folder: &Path, words: &[&str]) -> (String, Option<i32>) {
    let mut words: Vec<&str> = words.to_vec();
    // The emulator cannot list event data stores, so trails alone are counted where that can be said.
    if matches!(words[0], "audit" | "plan" | "backout" | "restore") {
        words.extend(["--recorders", "trails"]);
    }
    let output = Command::new(env!("CARGO_BIN_EXE_invoketrail"))
        .args(&words)
        .args(["--accounts", "310000000006,310000000007", "--role-name", "Seed"])
        .args(["--endpoint-url", &url(), "--region", "us-east-1"])
        .env_clear()
        .envs([
            ("HOME", "/nonexistent"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("INVOKETRAIL_TEST_HASTE", "once"),
            ("COLUMNS", "100"),
        ])
        .envs([("AWS_ACCESS_KEY_ID", seed.key.as_str()), ("AWS_SECRET_ACCESS_KEY", "secret")])
        .env("AWS_SESSION_TOKEN", "token")
        .env("INVOKETRAIL_NOW", "2026-11-23T12:00:00Z")
        .current_dir(folder)
        .output()
        .unwrap();
    crate::advice::check_in(folder, &words, std::str::from_utf8(&output.stderr).unwrap());
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (text, output.status.code())
}

/// An account with two functions and a trail that others use for something else.
fn account(id: &str, selectors: &str) -> Seed {
    let seed = Seed::account(id);
    seed.bucket(&format!("invoketrail-{id}"));
    seed.role();
    seed.functions(id, "us-east-1", 2);
    let trail = format!(
        r#"{{"Name":"main","S3BucketName":"invoketrail-{id}","IsMultiRegionTrail":true,"EnableLogFileValidation":true}}"#
    );
    seed.cloudtrail("us-east-1", "CreateTrail", &trail);
    seed.cloudtrail("us-east-1", "StartLogging", r#"{"Name":"main"}"#);
    seed.cloudtrail("us-east-1", "PutEventSelectors", &format!(r#"{{"TrailName":"main",{selectors}}}"#));
    seed
}

const BASIC: &str = r#""EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,
    "ExcludeManagementEventSources":["kms.amazonaws.com"],
    "DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::payroll/"]},
        {"Type":"AWS::DynamoDB::Table","Values":["arn:aws:dynamodb"]}]},
    {"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[]}]"#;
const ADVANCED: &str = r#""AdvancedEventSelectors":[
    {"Name":"all management","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},
    {"Name":"objects but temporary ones","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
        {"Field":"resources.type","Equals":["AWS::S3::Object"]},
        {"Field":"resources.ARN","NotStartsWith":["arn:aws:s3:::payroll/tmp/"]}]},
    {"Name":"tables","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
        {"Field":"resources.type","Equals":["AWS::DynamoDB::Table"]},{"Field":"readOnly","Equals":["false"]}]}]"#;

fn read(folder: &Path, name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

/// The selectors of both trails, in one form.
fn selectors(seed: &Seed, folder: &Path) -> Vec<String> {
    assert_eq!(run(seed, folder, &["inventory", "--output", "now.json"]).1, Some(0));
    let of = |recorder: &Value| {
        let document = recorder["selectors"]["known"].to_string();
        cloudtrail::selector_json::request(&cloudtrail::selector_json::from_str(&document).unwrap()).unwrap()
    };
    read(folder, "now.json")["recorders"].as_array().unwrap().iter().map(of).collect()
}

/// Carries out the plan in the file, by its hash.
fn apply(seed: &Seed, folder: &Path, plan: &str) -> (String, Option<i32>) {
    let hash = read(folder, plan)["hash"].as_str().unwrap().to_owned();
    run(seed, folder, &["apply", plan, "--approve", &hash, "--exceptions", "exceptions.json"])
}

/// The hash that a command asks to approve.
fn asked(text: &str) -> &str {
    let hash = text.split("--approve ").nth(1).and_then(|rest| rest.split_whitespace().next());
    hash.unwrap_or_else(|| panic!("{text}"))
}

#[test]
fn two_accounts_are_changed_and_everything_of_others_stays() {
    let (own, other) = (account(OWN, BASIC), account(OTHER, ADVANCED));
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let first = selectors(&own, folder);
    let (text, code) = run(&own, folder, &["plan", "--output", "plan.json"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("With 2 changes to 2 recorders"), "{text}");
    cloudformation_is_accepted(&own, folder);

    // The journal breaks off in the middle of what it says of the second step: the run that goes on asks the account.
    let (text, code) = apply(&own, folder, "plan.json");
    assert_eq!(code, Some(0), "{text}");
    let journal = std::fs::read_to_string(folder.join("plan.json.journal")).unwrap();
    let whole: Vec<&str> = journal.lines().collect();
    let cut = format!("{}\n{}", whole[..whole.len() - 1].join("\n"), r#"{"entry":"do"#);
    std::fs::write(folder.join("plan.json.journal"), cut).unwrap();
    let (text, _) = run(&own, folder, &["apply", "--resume", "plan.json.journal"]);
    let hash = asked(&text).to_owned();
    let (text, code) = run(&own, folder, &["apply", "--resume", "plan.json.journal", "--approve", &hash]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("was cut off"), "{text}");
    let (text, code) = run(&own, folder, &["audit"]);
    assert_eq!(code, Some(0), "{text}");

    let full = selectors(&own, folder);
    assert!(full[0].contains("EventSelectors") && full[0].contains("kms.amazonaws.com"), "{}", full[0]);
    assert!(full[0].starts_with(r#"{"EventSelectors""#), "basic stays basic: {}", full[0]);
    assert!(full[1].contains("payroll/tmp/") && full[1].contains("tables"), "{}", full[1]);

    let drop = format!("arn:aws:lambda:us-east-1:{OTHER}:function:f0001");
    let declared = ["--owner", "a@b.c", "--reason", "cost", "--until", "2027-01-31"];
    let mut words = vec!["backout", "--drop", &drop, "--output", "backout.json"];
    words.extend(declared);
    words.extend(["--exceptions", "exceptions.json"]);
    let (text, code) = run(&own, folder, &words);
    assert_eq!(code, Some(0), "{text}");
    let (text, code) = apply(&own, folder, "backout.json");
    assert_eq!(code, Some(0), "{text}");
    let reduced = selectors(&own, folder);
    assert_eq!(reduced[0], full[0], "only the other account's trail is reduced");
    assert!(reduced[1].contains("f0001"), "{}", reduced[1]);
    let words = ["restore", "--exceptions", "exceptions.json", "--output", "restore.json"];
    let (text, code) = run(&own, folder, &words);
    assert_eq!(code, Some(0), "{text}");
    let (text, code) = apply(&own, folder, "restore.json");
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(selectors(&own, folder), full);

    // Somebody adds a selector: undo refuses and names it, and the merged way back keeps it.
    let theirs = full[1].replacen(r#""AdvancedEventSelectors":["#, r#""AdvancedEventSelectors":[{"Name":"theirs","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::SQS::Queue"]}]},"#, 1);
    other.cloudtrail("us-east-1", "PutEventSelectors", &theirs.replacen('{', r#"{"TrailName":"main","#, 1));
    let (text, code) = run(&own, folder, &["undo", "plan.json.journal"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("theirs") && text.contains("--merge"), "{text}");
    let (text, code) = run(&own, folder, &["undo", "plan.json.journal", "--merge", "--output", "back.json"]);
    assert_eq!(code, Some(0), "{text}");
    let hash = read(folder, "back.json")["hash"].as_str().unwrap().to_owned();
    let words = ["apply", "back.json", "--undoes", "plan.json.journal", "--approve", &hash];
    let (text, code) = run(&own, folder, &words);
    assert_eq!(code, Some(0), "{text}");
    let last = selectors(&own, folder);
    assert_eq!(last[0], first[0]);
    assert!(last[1].contains("theirs") && !last[1].contains("AWS::Lambda::Function"), "{}", last[1]);
}

/// CloudFormation's own linter finds nothing wrong with the template of the plan.
fn cloudformation_is_accepted(seed: &Seed, folder: &Path) {
    let lint = std::env::var("INVOKETRAIL_TEST_CFN_LINT")
        .unwrap_or_else(|_| panic!("set INVOKETRAIL_TEST_CFN_LINT to the program cfn-lint, as ./test does"));
    let words = ["plan", "--format", "cloudformation", "--output-dir", "templates", "--output", "lint.json"];
    let (text, code) = run(seed, folder, &words);
    assert_eq!(code, Some(0), "{text}");
    let files: Vec<_> =
        std::fs::read_dir(folder.join("templates")).unwrap().flatten().map(|one| one.path()).collect();
    assert_eq!(files.len(), 2, "{text}");
    // The linter would have found something wrong: one look at all, because it takes seconds to begin.
    let wrong = folder.join("templates/wrong.json");
    let template = std::fs::read_to_string(&files[0]).unwrap();
    std::fs::write(&wrong, template.replace("\"IsLogging\": true", "\"IsLogging\": [1]")).unwrap();
    let output = Command::new(&lint)
        .args(["--format", "json", "--template"])
        .args(&files)
        .arg(&wrong)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let found: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let found: Vec<&str> =
        found.as_array().unwrap().iter().map(|one| one["Filename"].as_str().unwrap()).collect();
    assert!(!found.is_empty() && found.iter().all(|file| file.ends_with("wrong.json")), "{said}");
}
