//! Every reason, gap, risk and remedy in a document has a code, and every code is on the page of codes.

use crate::agreement::{apply, change};
use crate::reports::{audited, explanations, json, jsonl};
use crate::{reports, worlds};
use audit::inventory::Inventory;
use audit::journal::Mark;
use audit::plan::{Plan, PlanOptions, drop_copies, record, undo};
use proptest::prelude::*;
use serde_json::{Map, Value};

const PAGE: &str = include_str!("../../../../docs/reference/codes.md");

/// Words, and the member beside them that holds their code.
const BESIDE: [(&str, &str); 9] = [
    ("help", "help_code"),
    ("nearest", "nearest_code"),
    ("because", "code"),
    ("backout", "backout_code"),
    ("risks", "risk_codes"),
    ("gained", "gained_codes"),
    ("basis", "basis_codes"),
    ("doubt", "code"),
    ("operator", "code"),
];

fn is_on_the_page(code: &Value) -> bool {
    code.as_str().is_some_and(|code| PAGE.contains(&format!("\n| `{code}` |")))
}

/// What is said without a code. The reasons of exceptions are their owners' own words, `open` has codes of its own, and why a
/// recorder's tags were not read is an answer of AWS.
fn uncoded(document: &Value, name: &str, found: &mut Vec<String>) {
    match document {
        Value::Object(members) => {
            let own_words = ["exception", "exceptions", "ends", "open", "owner"].contains(&name);
            if !own_words {
                uncoded_members(members, found);
            }
            members.iter().for_each(|(name, member)| uncoded(member, name, found));
        }
        Value::Array(entries) => entries.iter().for_each(|entry| uncoded(entry, name, found)),
        _ => {}
    }
}

fn uncoded_members(members: &Map<String, Value>, found: &mut Vec<String>) {
    let said = |name: &str| members.get(name).filter(|words| !words.is_null());
    let mut beside: Vec<(&str, &str)> = BESIDE.to_vec();
    // In an explanation a reason stands beside the field that it is about.
    beside.push(("reason", "code"));
    if said("call").is_some() {
        beside.push(("error", "code"));
    }
    for (name, code) in beside {
        let Some(words) = said(name) else { continue };
        let held = members.get(code).unwrap_or(&Value::Null);
        let is_coded = match (words, held) {
            (Value::Array(words), Value::Array(codes)) => {
                words.len() == codes.len() && codes.iter().all(is_on_the_page)
            }
            _ => is_on_the_page(held),
        };
        if !is_coded {
            found.push(format!("{name}: {words} has {code} {held}"));
        }
    }
}

fn uncoded_in(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    uncoded(&serde_json::from_str(text).unwrap(), "", &mut found);
    found
}

fn plans(inventory: &Inventory) -> Vec<Plan> {
    let options = PlanOptions::default();
    let mut plans = vec![record(inventory, &options), drop_copies(inventory, &options)];
    plans.push(undo(&plans[0], &vec![Mark::Done; plans[0].steps.len()]));
    plans
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn the_walk_notices_what_has_no_code() {
    assert_eq!(
        uncoded_in(r#"{"a": [{"reason": "x"}], "b": {"help": "x", "help_code": "no-such"}}"#).len(),
        2
    );
    assert_eq!(uncoded_in(r#"{"risks": ["x", "y"], "risk_codes": ["less-recorded"]}"#).len(), 1);
    assert_eq!(uncoded_in(r#"{"reason": "x", "code": "no-recorder", "help": null}"#), none());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_document_says_has_a_code_of_the_page(changes in prop::collection::vec(change(), 0..6)) {
        let mut inventory = worlds::acme();
        changes.into_iter().for_each(|change| apply(&mut inventory, change));
        let audit = audited(&inventory);
        prop_assert_eq!(uncoded_in(&json(&audit)), none());
        for line in jsonl(&audit).lines() {
            prop_assert_eq!(uncoded_in(line), none());
        }
        for one in explanations(&audit) {
            prop_assert_eq!(uncoded_in(&report::explanation_json(&one, &reports::STAMP)), none());
        }
        for plan in plans(&inventory) {
            let file = store::write_plan(&plan, "2026-11-23T00:00:00Z", "1.0.0");
            prop_assert_eq!(uncoded_in(&file), none());
        }
    }
}
