//! Plans for accounts that were planned wrongly once: each case with its right answer.

use crate::run::run;
use serde_json::Value;

/// The plan of a case as JSON, and how it ended.
fn plan(case: &str, flags: &[&str]) -> (Value, Option<i32>) {
    let path = format!("crates/cli/tests/cases/plan/{case}.json");
    let args = [&["plan", "--inventory", &path, "--format", "json"], flags].concat();
    let said = run(&args);
    (serde_json::from_str(&said.stdout).unwrap_or_else(|error| unreachable!("{error}: {said:?}")), said.code)
}

fn steps(plan: &Value) -> Vec<Value> {
    plan["plan"]["steps"].as_array().unwrap().clone()
}

/// f1, which only trail-a lists, stays there.
#[test]
fn what_nobody_else_records_is_no_copy() {
    let (plan, _) = plan("drop-copies", &["--drop-copies"]);
    let told = plan.to_string();
    let lost: Vec<&str> = plan["plan"]["losses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["function"].as_str().unwrap())
        .collect();
    assert_eq!(lost, ["arn:aws:lambda:us-east-1:920005908918:function:f2"], "{told}");
    for step in steps(&plan) {
        let was = step["change"]["before"].to_string().contains("function:f1");
        assert_eq!(was, step["change"]["after"].to_string().contains("function:f1"), "{step}");
    }
}

/// Each account's trail gains that account's functions once it logs, and no other.
#[test]
fn a_gain_stands_at_its_own_change() {
    let (plan, _) = plan("gained-at-the-wrong-change", &["--per-account"]);
    let mut gaining = 0;
    for step in steps(&plan) {
        let gained = step["gained"].as_array().unwrap();
        if step["change"]["setting"] == "logging" {
            assert!(!gained.is_empty(), "{step}");
            gaining += 1;
        } else if matches!(step["change"]["setting"].as_str(), Some("bucket" | "trail")) {
            assert!(gained.is_empty(), "{step}");
        }
    }
    assert!(gaining > 1 && !plan["plan"]["gained"].as_array().unwrap().is_empty(), "{plan}");
}

/// Beside the trail of Control Tower, one trail of the organization for data events.
#[test]
fn an_organization_gets_one_trail_for_data_events() {
    let (one, code) = plan("control-tower", &[]);
    assert_eq!(code, Some(0), "{one}");
    let created: Vec<Value> =
        steps(&one).into_iter().filter(|step| step["change"]["setting"] == "trail").collect();
    assert_eq!(created.len(), 1, "{one}");
    assert_eq!(created[0]["change"]["after"]["organization"], true);
    assert_eq!(created[0]["change"]["target"]["account"], "111122223333");
    let bucket = steps(&one).into_iter().find(|step| step["change"]["setting"] == "bucket").unwrap();
    let policy = bucket["change"]["after"]["policy"].to_string();
    assert!(
        policy.contains("/AWSLogs/o-acme4example/*") && policy.contains("/AWSLogs/111122223333/*"),
        "{policy}"
    );
    let (each, _) = plan("control-tower", &["--per-account"]);
    let created = steps(&each).into_iter().filter(|step| step["change"]["setting"] == "trail");
    assert!(created.count() > 1, "{each}");
    for format in ["terraform", "cloudformation", "aws-cli"] {
        let path = "crates/cli/tests/cases/plan/control-tower.json";
        let said = run(&["plan", "--inventory", path, "--format", format]);
        assert_eq!(said.code, Some(0), "{said:?}");
        assert!(said.stdout.contains("o-acme4example"), "{said:?}");
    }
}

/// The same state has the same hash whenever it was looked at, and whatever is edited shows.
#[test]
fn a_hash_is_of_what_is_done() {
    let path = crate::run::root().join("crates/cli/tests/cases/plan/control-tower.json");
    let text = std::fs::read_to_string(path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let later = folder.path().join("later.json");
    let at: Value = serde_json::from_str(&text).unwrap();
    let at = at["collected_at"].as_str().unwrap();
    std::fs::write(&later, text.replace(at, "2026-12-31T00:00:00Z")).unwrap();
    let said = run(&["plan", "--inventory", later.to_str().unwrap(), "--format", "json"]);
    let other: Value = serde_json::from_str(&said.stdout).unwrap();
    let (one, _) = plan("control-tower", &[]);
    assert_eq!(one["hash"], other["hash"]);
    assert_ne!(one["content_hash"], other["content_hash"]);
    assert_ne!(one["hash"], plan("control-tower", &["--per-account"]).0["hash"]);
}

/// Under Control Tower, with a management account that nobody could reach: the delegated administrator makes the trail, and the file
/// of that plan is read again. Where nobody can make it, the plan says so, and how to ask for one in each account.
#[test]
fn an_organization_whose_management_account_is_out_of_reach_has_one_trail_or_a_reason() {
    let path = crate::run::root().join("crates/cli/tests/cases/plan/control-tower.json");
    let mut seen: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let gaps = seen["gaps"].as_array_mut().unwrap();
    let gap = serde_json::json!({"gap": gaps.len()});
    gaps.push(serde_json::json!({"account": "111122223333", "region": null, "call": "sts:AssumeRole", "subject": null,
        "kind": "refused", "error": "AccessDenied"}));
    (seen["accounts"][0]["regions"], seen["accounts"][0]["stores"]) = (gap.clone(), gap);
    let folder = tempfile::tempdir().unwrap();
    let plan = |seen: &Value| {
        let file = folder.path().join("seen.json");
        std::fs::write(&file, seen.to_string()).unwrap();
        let said = run(&[
            "plan",
            "--inventory",
            file.to_str().unwrap(),
            "--recorders",
            "trails",
            "--format",
            "json",
        ]);
        (serde_json::from_str::<Value>(&said.stdout).unwrap(), said)
    };
    let (nobody, said) = plan(&seen);
    assert!(steps(&nobody).iter().all(|step| step["change"]["setting"] != "trail"), "{nobody}");
    let refusals = nobody["plan"]["refusals"].to_string();
    assert!(
        refusals.contains("111122223333 was not visited") && refusals.contains("--per-account"),
        "{said:?}"
    );

    seen["cloudtrail_administrators"] =
        serde_json::json!([{"organization": "o-acme4example", "accounts": {"known": ["777788889999"]}}]);
    let (one, said) = plan(&seen);
    let created: Vec<Value> =
        steps(&one).into_iter().filter(|step| step["change"]["setting"] == "trail").collect();
    assert_eq!(created.len(), 1, "{one}");
    let target = &created[0]["change"]["target"];
    assert_eq!(target["account"], "777788889999");
    assert!(target["arn"].as_str().unwrap().contains(":111122223333:trail/"), "{target}");
    store::read_plan(said.stdout.as_bytes()).unwrap();
}

/// What is not known stays unknown where nothing is to be changed, and each gap is named; a list that broke off is not needed where
/// all kinds are recorded.
#[test]
fn a_plan_that_changes_nothing_claims_no_more_than_the_audit() {
    for (case, named) in [
        ("serving-regions-unread", "AWS refused lambda:GetWebFunctionEndpoint"),
        ("images-not-listed", "not every MicroVM image could be listed"),
        ("accounts-not-listed", "not every account and Region that was to be audited was seen"),
        ("no-places", "the inventory holds no account and Region"),
    ] {
        let path = format!("crates/cli/tests/cases/plan/{case}.json");
        let audited = run(&["audit", "--inventory", &path]);
        for format in ["terminal", "markdown"] {
            let said = run(&["plan", "--inventory", &path, "--format", format]);
            let told = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!((said.code, audited.code), (Some(4), Some(4)), "{case}: {said:?}");
            let unknown = "it is not known whether every Lambda invocation is recorded: ";
            assert!(told.contains(unknown) && told.contains(named), "{case}: {told}");
            assert!(!told.contains("everything is recorded"), "{case}: {told}");
            let offers = said.stderr.contains(" --all-kinds  # records them without a list");
            assert_eq!(offers, case == "images-not-listed", "{case}: {said:?}");
        }
    }
    let (all, code) = plan("images-not-listed", &["--all-kinds"]);
    assert_eq!((steps(&all).len(), code), (1, Some(0)), "{all}");
    // A plan with steps that leave it unknown says so as well.
    let (some, code) = plan("serving-regions-unread", &["--all-kinds"]);
    assert_eq!((steps(&some).len(), code), (1, Some(4)), "{some}");
}
