//! The bucket of a new trail: its name may be free, may be there as it is wanted, or may be somebody else's.

use crate::seed::Seed;
use crate::story::run;
use std::path::Path;

/// What a command is to say and how it is to end.
fn says(seed: &Seed, folder: &Path, line: &str, code: i32) -> String {
    let (text, found) = run(seed, folder, line);
    assert_eq!(found, Some(code), "{line}\n{text}");
    text
}

/// Plans against the account and applies.
fn planned(seed: &Seed, folder: &Path, name: &str, exit: i32) -> String {
    says(seed, folder, &format!("plan --output {name}.json"), 0);
    says(seed, folder, &format!("apply {name}.json --approve HASH"), exit)
}

fn plan(folder: &Path, name: &str) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()).unwrap()
}

/// The bucket of the trail that a plan creates, and whether the plan creates it, too.
fn bucket(folder: &Path, name: &str) -> (String, bool) {
    let plan = plan(folder, name);
    let text = plan["plan"]["steps"].to_string();
    let (_, rest) = text.split_once("invoketrail-logs-").unwrap();
    let suffix = rest.split(['"', '/', '\\', ' ']).next().unwrap();
    (format!("invoketrail-logs-{suffix}"), text.contains("PutObject"))
}

fn policy(seed: &Seed, bucket: &str) -> String {
    let answer = seed.send(&format!("GET /{bucket}?policy"), ("s3", "us-east-1"), "", "");
    answer.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned()
}

fn has(seed: &Seed, bucket: &str) -> bool {
    seed.send(&format!("HEAD /{bucket}"), ("s3", "us-east-1"), "", "").starts_with("HTTP/1.1 200")
}

/// An account with functions and no trail.
fn account(id: &str) -> Seed {
    let seed = Seed::account(id);
    seed.role();
    seed.functions(id, "us-east-1", 1);
    seed
}

#[test]
fn a_plan_takes_a_free_name_and_uses_what_is_there_as_wanted() {
    const ACCOUNT: &str = "310000000051";
    let seed = account(ACCOUNT);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    // Another bucket has the name: the plan takes the next one, and applies.
    let name = format!("invoketrail-logs-{ACCOUNT}-us-east-1");
    seed.bucket(&name);
    planned(&seed, folder, "first", 0);
    assert_eq!(bucket(folder, "first"), (format!("{name}-2"), true));
    assert!(policy(&seed, &format!("{name}-2")).contains("CloudTrailWrite"));
    assert!(!policy(&seed, &name).contains("CloudTrailWrite"), "the other bucket is not touched");
    // The trail goes by hand, and its bucket stays: the next plan uses it, and leaves it where it takes back.
    seed.cloudtrail("us-east-1", "DeleteTrail", r#"{"Name":"invoketrail"}"#);
    planned(&seed, folder, "second", 0);
    assert_eq!(bucket(folder, "second"), (format!("{name}-2"), false));
    let text = says(&seed, folder, "plan --format markdown", 0);
    assert!(text.contains("nothing to change"), "{text}");
    let text = says(&seed, folder, "undo second.json.journal", 2);
    let hash = text.split("--approve ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    says(&seed, folder, &format!("undo second.json.journal --approve {hash}"), 0);
    assert!(has(&seed, &format!("{name}-2")));
}

#[test]
fn apply_uses_a_bucket_that_is_there_as_wanted_and_refuses_one_in_the_way() {
    const ACCOUNT: &str = "310000000052";
    let seed = account(ACCOUNT);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    says(&seed, folder, "inventory --output facts.json", 0);
    // A file of facts says nothing of buckets.
    let words = "plan --inventory facts.json --output plan.json";
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_invoketrail"))
        .args(words.split(' '))
        .args(["--recorders", "trails"])
        .env_clear()
        .env("INVOKETRAIL_NOW", "2026-11-23T12:00:00Z")
        .current_dir(folder)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let (name, created) = bucket(folder, "plan");
    assert_eq!((name.as_str(), created), (format!("invoketrail-logs-{ACCOUNT}-us-east-1").as_str(), true));

    // A bucket in the way: refused, with the way around, and nothing is changed.
    seed.bucket(&name);
    let text = says(&seed, folder, "apply plan.json --approve HASH", 3);
    assert!(text.contains(&format!("a bucket {name} is there already")), "{text}");
    assert!(text.contains("nothing was changed") && text.contains("takes a free name"), "{text}");
    assert!(!folder.join("plan.json.journal").exists());

    // The same bucket with the policy that the plan wants counts as done, and is left where the rest is taken back.
    let steps = plan(folder, "plan")["plan"]["steps"].clone();
    let wanted = steps.as_array().unwrap().iter().find_map(|step| {
        let text = step.to_string();
        text.contains("PutObject").then(|| found_policy(step))
    });
    let wanted = wanted.unwrap();
    let answer = seed.send(&format!("PUT /{name}?policy"), ("s3", "us-east-1"), "", &wanted);
    assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
    let text = says(&seed, folder, "apply plan.json --approve HASH", 0);
    assert!(text.contains(&format!("the bucket {name} was there already")), "{text}");
    let text = says(&seed, folder, "undo plan.json.journal", 2);
    let hash = text.split("--approve ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    says(&seed, folder, &format!("undo plan.json.journal --approve {hash}"), 0);
    assert!(has(&seed, &name), "nobody here made it, so it stays");
    assert!(policy(&seed, &name).contains("CloudTrailWrite"));
}

/// The policy of the bucket that a step creates, wherever the format holds it.
fn found_policy(value: &serde_json::Value) -> String {
    fn find(value: &serde_json::Value) -> Option<String> {
        match value {
            serde_json::Value::Object(members) => match members.get("policy") {
                Some(serde_json::Value::String(text)) => Some(text.clone()),
                Some(other) if !other.is_null() => Some(other.to_string()),
                _ => members.values().find_map(find),
            },
            serde_json::Value::Array(all) => all.iter().find_map(find),
            _ => None,
        }
    }
    find(value).unwrap()
}
