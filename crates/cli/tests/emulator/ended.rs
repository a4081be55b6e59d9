//! When an exception ends: with the undo of its backout, and with a restore that has nothing left to change.

use crate::seed::Seed;
use crate::story::{run, with_trail};
use std::path::Path;

const ACCOUNT: &str = "310000000053";
const FULL: &str = r#"{"TrailName":"main","AdvancedEventSelectors":[
    {"Name":"Management","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},
    {"Name":"Functions","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
        {"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]}]}"#;

fn says(seed: &Seed, folder: &Path, line: &str, code: i32) -> String {
    let (text, found) = run(seed, folder, line);
    assert_eq!(found, Some(code), "{line}\n{text}");
    text
}

/// How many exceptions the file holds.
fn declared(folder: &Path) -> usize {
    let file = std::fs::read_to_string(folder.join("exceptions.json")).unwrap();
    let file: serde_json::Value = serde_json::from_str(&file).unwrap();
    file["exceptions"].as_array().unwrap().len()
}

fn reduced(seed: &Seed, folder: &Path, name: &str) {
    let words = "--drop f0000 --owner a@b.c --reason cost --until 2027-01-31 --exceptions exceptions.json";
    says(seed, folder, &format!("backout {words} --output {name}.json"), 0);
    says(seed, folder, &format!("apply {name}.json --exceptions exceptions.json --approve HASH"), 0);
    assert_eq!(declared(folder), 1);
}

#[test]
fn an_exception_ends_with_its_reason() {
    let seed = with_trail(ACCOUNT, "invoketrail-ended", 2);
    seed.cloudtrail("us-east-1", "PutEventSelectors", FULL);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();

    // The undo of a backout ends its exception.
    reduced(&seed, folder, "first");
    let other = "undo first.json.journal --exceptions other.json";
    let text = says(&seed, folder, other, 2);
    let hash = text.split("--approve ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let text = says(&seed, folder, &format!("{other} --approve {hash}"), 0);
    assert!(text.contains("is not in other.json: another file that holds it goes on excusing"), "{text}");
    assert!(!text.contains("audit --exceptions other.json"), "{text}");
    assert_eq!(declared(folder), 1);
    std::fs::remove_file(folder.join("exceptions.json")).unwrap();
    reduced(&seed, folder, "again");
    std::fs::rename(folder.join("again.json.journal"), folder.join("first.json.journal")).unwrap();
    std::fs::remove_file(folder.join("first.json.journal.undo")).unwrap();
    let undo = "undo first.json.journal --exceptions exceptions.json";
    let text = says(&seed, folder, undo, 2);
    let hash = text.split("--approve ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    says(&seed, folder, &format!("{undo} --approve {hash}"), 0);
    assert_eq!(declared(folder), 0);

    // Somebody lets everything in again by hand: a restore has nothing to change, and ends what outlived its reason.
    reduced(&seed, folder, "second");
    seed.cloudtrail("us-east-1", "PutEventSelectors", FULL);
    says(&seed, folder, "restore --exceptions exceptions.json --output restore.json", 0);
    let text = says(&seed, folder, "apply restore.json --exceptions other.json --approve HASH", 1);
    assert!(text.contains("there is no file other.json"), "{text}");
    // In between it is left out again: the exception is needed, whatever the plan says.
    let arn = format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:f0000");
    let less = FULL.replace(
        r#""Equals":["AWS::Lambda::Function"]}"#,
        &format!(r#""Equals":["AWS::Lambda::Function"]}},{{"Field":"resources.ARN","NotEquals":["{arn}"]}}"#),
    );
    seed.cloudtrail("us-east-1", "PutEventSelectors", &less);
    let text = says(&seed, folder, "apply restore.json --exceptions exceptions.json --approve HASH", 3);
    assert!(text.contains("cannot end") && text.contains("f0000 is not certainly recorded"), "{text}");
    assert_eq!(declared(folder), 1);
    seed.cloudtrail("us-east-1", "PutEventSelectors", FULL);
    // Nothing is ended unasked.
    says(&seed, folder, "apply restore.json --exceptions exceptions.json", 2);
    assert_eq!(declared(folder), 1);
    let text = says(&seed, folder, "apply restore.json --exceptions exceptions.json --approve HASH", 0);
    assert!(text.contains("the plan changes nothing"), "{text}");
    assert_eq!(declared(folder), 0);
}

/// Somebody deletes the trail that a plan made: what is left of the plan, its bucket, is taken back.
#[test]
fn a_created_trail_that_was_deleted_does_not_stop_the_undo() {
    let seed = Seed::account("310000000054");
    seed.role();
    seed.functions("310000000054", "us-east-1", 1);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    says(&seed, folder, "plan --output plan.json", 0);
    says(&seed, folder, "apply plan.json --approve HASH", 0);
    seed.cloudtrail("us-east-1", "DeleteTrail", r#"{"Name":"invoketrail"}"#);
    let text = says(&seed, folder, "apply --resume plan.json.journal", 3);
    assert!(text.contains("somebody changed it since") && text.contains("nothing was changed"), "{text}");
    let text = says(&seed, folder, "undo plan.json.journal", 2);
    assert!(text.contains("does not exist any more"), "{text}");
    let hash = text.split("--approve ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    says(&seed, folder, &format!("undo plan.json.journal --approve {hash}"), 0);
    says(&seed, folder, "undo plan.json.journal", 0);
    // Its name is free again, and so is that of its bucket.
    says(&seed, folder, "apply plan.json --approve HASH", 0);
}
