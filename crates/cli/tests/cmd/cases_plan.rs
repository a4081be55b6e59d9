//! Plans for accounts that were planned wrongly once: each case with its right answer.

use crate::run::{Finished, run};
use serde_json::{Value, json};

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
    // What is offered does what it says, with the flags that were typed.
    let path = "crates/cli/tests/cases/plan/images-not-listed.json";
    let said = run(&["plan", "--inventory", path, "--per-account", "--all-management-events"]);
    let offered = said.stderr.lines().find_map(|line| line.strip_prefix("next: invoketrail "));
    let offered = offered.and_then(|line| line.strip_suffix("  # records them without a list")).unwrap();
    assert!(offered.contains("--per-account --all-management-events"), "{said:?}");
    assert_eq!(run(&offered.split(' ').collect::<Vec<_>>()).code, Some(0), "{said:?}");
    let (all, code) = plan("images-not-listed", &["--all-kinds"]);
    assert_eq!((steps(&all).len(), code), (1, Some(0)), "{all}");
    // A plan with steps that leave it unknown says so as well.
    let (some, code) = plan("serving-regions-unread", &["--all-kinds"]);
    assert_eq!((steps(&some).len(), code), (1, Some(4)), "{some}");
}

/// Nobody records what an exception accepts, and a plan says so wherever the audit does.
#[test]
fn a_plan_claims_nothing_of_what_exceptions_accept() {
    const NOTHING: &str = "There is nothing to change, because every invocation is recorded except what is under accepted exceptions.";
    const ONE: &str = "With 1 change to 1 recorder, every Lambda invocation will be recorded";
    let with_a_step = format!(
        "{ONE}, except what is under accepted exceptions, and management-events-recorded will pass (nothing"
    );
    let named = |names: &[&str]| -> Vec<String> {
        names.iter().map(|name| format!("arn:aws:lambda:us-east-1:111111111111:function:{name}")).collect()
    };
    let by_name = json!({"functions": named(&["dev-a", "dev-b"])});
    let by_match = json!({"match": {"controls": ["lambda-invocations-recorded"], "arns": ["dev-*"]}});
    let dev = json!({"Field": "resources.ARN", "NotStartsWith": named(&["dev-"])});
    let only = |names: &[&str]| json!({"Field": "resources.ARN", "NotEquals": named(names)});
    for (accepted, field, reads_alone, headline) in [
        (&by_name, only(&["dev-a", "dev-b"]), false, NOTHING),
        (&by_match, dev, false, NOTHING),
        (&by_name, only(&["dev-a", "dev-b"]), true, &with_a_step),
        // An exception under which all will be recorded changes no word.
        (&by_name, only(&["gone"]), false, &format!("{ONE} (nothing is changed yet).")),
    ] {
        let excepted = Excepted::new(accepted, field, reads_alone);
        let except = headline.contains("accepted exceptions");
        for format in ["terminal", "markdown"] {
            let (told, said) = excepted.run("plan", format);
            assert_eq!(said.code, Some(0), "{said:?}");
            assert!(told.contains(headline) && !told.contains("everything is recorded"), "{told}");
            assert_eq!(told.contains("accepted exceptions"), except, "{told}");
        }
        let (_, said) = excepted.run("plan", "json");
        let json: Value = serde_json::from_str(&said.stdout).unwrap();
        let control = &json["plan"]["controls"][0];
        assert_eq!(control["excepted"], if except { Value::Bool(true) } else { Value::Null }, "{control}");
        store::read_plan(said.stdout.as_bytes()).unwrap();
        let (told, _) = excepted.run("audit", "terminal");
        assert_eq!(told.contains("except 2 functions"), except, "{told}");
    }
}

/// Where there is no function yet, a `match` may still accept some new ones.
#[test]
fn an_account_without_functions_names_what_is_accepted_of_new_ones() {
    let by_match = json!({"match": {"controls": ["lambda-invocations-recorded"], "arns": ["dev-*"]}});
    let dev = json!({"Field": "resources.ARN", "NotStartsWith": ["arn:aws:lambda:us-east-1:111111111111:function:dev-"]});
    let excepted = Excepted::new(&by_match, dev, false);
    let path = excepted.0.path().join("seen.json");
    let mut seen: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for place in seen["places"].as_array_mut().unwrap() {
        place["functions"]["resources"] = json!([]);
    }
    std::fs::write(&path, seen.to_string()).unwrap();
    let (told, said) = excepted.run("audit", "terminal");
    assert_eq!(said.code, Some(0), "{said:?}");
    let headline = "Every invocation is recorded, except new functions under accepted exceptions.";
    assert!(told.contains(headline), "{told}");
}

/// An account in which an exception accepts something.
struct Excepted(tempfile::TempDir);

impl Excepted {
    /// The trail selects functions by that field, and management events, or those alone that read.
    fn new(accepted: &Value, field: Value, reads_alone: bool) -> Excepted {
        let path = crate::run::root().join("crates/cli/tests/cases/plan/excepted.json");
        let mut seen: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let selectors = &mut seen["recorders"][0]["selectors"]["known"]["AdvancedEventSelectors"];
        if reads_alone {
            let fields = selectors[0]["FieldSelectors"].as_array_mut().unwrap();
            fields.push(json!({"Field": "readOnly", "Equals": ["true"]}));
        }
        selectors[1]["FieldSelectors"][2] = field;
        let mut one = json!({"id": "e0", "owner": "o", "reason": "r", "expires": "2027-01-01",
            "declared_at": "2026-11-01T00:00:00Z"});
        one.as_object_mut().unwrap().extend(accepted.as_object().unwrap().clone());
        let exceptions = json!({"format": "invoketrail.exceptions/1", "exceptions": [one]});
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("seen.json"), seen.to_string()).unwrap();
        std::fs::write(folder.path().join("exceptions.json"), exceptions.to_string()).unwrap();
        Excepted(folder)
    }

    /// What it says on stdout in one line without marks, and all of it.
    fn run(&self, command: &str, format: &str) -> (String, Finished) {
        let file = |name: &str| self.0.path().join(name).to_str().unwrap().to_owned();
        let (seen, exceptions) = (file("seen.json"), file("exceptions.json"));
        let facts = [command, "--inventory", &seen, "--exceptions", &exceptions];
        let said = run(&[&facts[..], &["--now", "2026-11-29T00:00:00Z", "--format", format]].concat());
        let told = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        (told.replace(['*', '\\'], ""), said)
    }
}
