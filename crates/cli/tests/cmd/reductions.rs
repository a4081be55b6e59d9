//! Plans that record less, as a user meets them: what was not looked at is not dropped, and names that nothing has are errors.

use crate::run::{Finished, run};
use serde_json::{Value, json};

const ACCOUNT: &str = "920005908918";

/// Two functions in us-east-1, and one trail that records everything; no other Region is enabled.
fn account() -> Value {
    let path = crate::run::root().join("crates/cli/tests/cases/plan/drop-copies.json");
    let mut seen: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for list in ["/recorders", "/places/0/trails/known"] {
        seen.pointer_mut(list).unwrap().as_array_mut().unwrap().truncate(1);
    }
    *seen.pointer_mut("/recorders/0/selectors/known/EventSelectors/0/DataResources/0/Values").unwrap() =
        json!(["arn:aws:lambda"]);
    let regions = seen.pointer_mut("/accounts/0/regions/known").unwrap().as_object_mut().unwrap();
    regions.retain(|name, _| name == "us-east-1");
    seen
}

fn arn(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}")
}

/// `backout` over the inventory, as JSON.
fn backout(seen: &Value, words: &[&str]) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seen.json");
    std::fs::write(&file, seen.to_string()).unwrap();
    let args = ["backout", "--inventory", file.to_str().unwrap(), "--owner", "x", "--reason", "y"];
    run(&[&args[..], &["--until", "2027-01-31", "--format", "json"], words].concat())
}

fn gap(seen: &mut Value, call: &str) -> Value {
    let gaps = seen["gaps"].as_array_mut().unwrap();
    gaps.push(json!({"account": ACCOUNT, "region": "us-east-1", "call": call, "subject": null,
        "kind": "refused", "error": "AccessDenied"}));
    json!(gaps.len() - 1)
}

#[test]
fn only_is_refused_where_not_everything_was_looked_at() {
    let f1 = arn("f1");
    let whole = backout(&account(), &["--only", &f1]);
    let plan: Value = serde_json::from_str(&whole.stdout).unwrap();
    assert_eq!((whole.code, plan["plan"]["steps"].as_array().unwrap().len()), (Some(0), 1), "{whole:?}");
    assert!(plan["plan"]["steps"][0]["risks"].to_string().contains("created later"), "{plan}");

    let mut region = account();
    region["accounts"][0]["regions"]["known"]["eu-west-1"] = json!("by_default");
    let mut listing = account();
    listing["places"][0]["functions"]["gap"] = gap(&mut listing, "lambda:ListFunctions");
    let mut organization = account();
    organization["recorders"][0]["organization"] = json!(true);
    let belongs = json!({"known": {"id": "o-acme4example", "management_account": ACCOUNT}});
    organization["accounts"][0]["organization"] = belongs;
    let mut member = organization["accounts"][0].clone();
    (member["id"], member["audited"]) = (json!("920005908919"), json!(false));
    for account in organization["accounts"].as_array_mut().unwrap() {
        account["state"] = json!("ACTIVE");
    }
    member["state"] = json!("ACTIVE");
    organization["accounts"].as_array_mut().unwrap().push(member);
    for (what, seen, says) in [
        ("a Region", region, "accounts or Regions that were not looked at"),
        ("a listing", listing, "AWS refused lambda:ListFunctions"),
        ("an account", organization, "accounts or Regions that were not looked at"),
    ] {
        let said = backout(&seen, &["--only", &f1]);
        let plan: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
        assert_eq!(said.code, Some(3), "{what}: {said:?}");
        assert_eq!(
            (&plan["plan"]["steps"], &plan["plan"]["losses"]),
            (&json!([]), &json!([])),
            "{what}: {plan}"
        );
        assert!(plan["plan"]["refusals"].to_string().contains(says), "{what}: {plan}");
        assert_eq!(plan["plan"]["purpose"]["exception"]["functions"], json!([]), "{what}");
    }
}

#[test]
fn a_function_to_drop_or_to_keep_that_nothing_is_called_is_an_error() {
    let wrong = arn("f11");
    for (words, near) in [
        (&["--only", wrong.as_str()][..], arn("f1")),
        (&["--drop", "f2", "--keep", "f11"], "f1".to_owned()),
        (&["--drop", "f2", "--drop", "f11"], "f1".to_owned()),
        (&["--drop", "f11"], "f1".to_owned()),
    ] {
        let said = backout(&account(), words);
        assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{said:?}");
        assert!(said.stderr.contains("no function is called") && said.stderr.contains(&near), "{said:?}");
    }
}

#[test]
fn what_is_not_known_to_be_recorded_is_not_called_unrecorded() {
    let mut seen = account();
    let status = gap(&mut seen, "cloudtrail:GetTrailStatus");
    seen["places"][0]["trails"]["known"][0]["status"] = json!({"gap": status});
    let f1 = arn("f1");
    for words in [&["--drop", "f2"][..], &["--only", &f1]] {
        let said = backout(&seen, words);
        let told = &said.stdout;
        assert_eq!(said.code, Some(3), "{said:?}");
        assert!(told.contains("not known whether") && told.contains("GetTrailStatus"), "{told}");
        assert!(!told.contains("is not recorded today"), "{told}");
    }
}

/// Who manages a recorder is not known from a file of facts, and is from the account: both plans do the same.
#[test]
fn a_hash_does_not_hang_on_who_manages_a_recorder() {
    let plan = |seen: &Value| -> Value {
        let said = backout(seen, &["--drop", "f2"]);
        serde_json::from_str(&said.stdout).unwrap_or_else(|error| unreachable!("{error}: {said:?}"))
    };
    let unread = account();
    let mut read = account();
    let trail = read["recorders"][0]["arn"].as_str().unwrap().to_owned();
    read["recorder_tags"] = json!([{"recorder": trail, "tags": {"known": {}}}]);
    let (unread, read) = (plan(&unread), plan(&read));
    let owner = |plan: &Value| plan["plan"]["steps"][0]["owner"]["kind"].clone();
    assert_eq!((owner(&unread), owner(&read)), (json!("unread"), json!("nobody")));
    assert_eq!(unread["hash"], read["hash"]);
    assert_ne!(unread["content_hash"], read["content_hash"]);
}
