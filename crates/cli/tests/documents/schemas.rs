//! The published schemas accept what is written, and describe every member of it, so that they cannot rot.

use crate::explanations::pasted;
use crate::plan_file::{exception, plan};
use crate::reports::{STAMP, audited, explanations, json, jsonl};
use crate::verifications;
use crate::worlds;
use audit::inventory::Inventory;
use audit::journal::{Entry, Journal};
use cloudtrail::resource::ResourceType;
use recording::Subject;
use serde_json::{Value, json};
use std::path::PathBuf;
use store::{JournalFile, write_exceptions, write_inventory, write_plan};

pub(crate) fn schema(name: &str) -> Value {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference");
    serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

/// What the schema says against the document, and which members it does not know.
pub(crate) fn problems(schema: &Value, document: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    let wrong = validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path()));
    let mut problems: Vec<String> = wrong.collect();
    undescribed(schema, schema, document, "", &mut problems);
    problems
}

/// Walks the document along the schema: a member that no alternative describes is a problem.
fn undescribed(root: &Value, schema: &Value, document: &Value, path: &str, problems: &mut Vec<String>) {
    let alternatives = alternatives(root, schema);
    match document {
        Value::Object(members) => {
            for (name, member) in members {
                let path = format!("{path}/{name}");
                let own: Vec<&Value> =
                    alternatives.iter().filter_map(|one| one.get("properties")?.get(name)).collect();
                let any: Vec<&Value> = alternatives
                    .iter()
                    .filter_map(|one| one.get("additionalProperties"))
                    .filter(|one| one.is_object())
                    .collect();
                let free = alternatives.iter().any(|one| one.get("$comment") == Some(&json!("free form")));
                match (own.is_empty(), any.first()) {
                    (false, _) => undescribed(root, &json!({ "anyOf": own }), member, &path, problems),
                    (true, Some(any)) => undescribed(root, any, member, &path, problems),
                    (true, None) if free => {}
                    (true, None) => problems.push(format!("{path} is not described")),
                }
            }
        }
        Value::Array(entries) => {
            let items: Vec<&Value> = alternatives.iter().filter_map(|one| one.get("items")).collect();
            if items.is_empty() && !entries.is_empty() {
                problems.push(format!("the entries of {path} are not described"));
            }
            for (at, entry) in entries.iter().enumerate() {
                undescribed(root, &json!({ "anyOf": items }), entry, &format!("{path}/{at}"), problems);
            }
        }
        _ => {}
    }
}

/// The schema and all that it refers to or is made of.
fn alternatives<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let mut found = vec![schema];
    let mut at = 0;
    while at < found.len() {
        let one = found[at];
        at += 1;
        if let Some(reference) = one.get("$ref").and_then(Value::as_str) {
            found.push(root.pointer(reference.trim_start_matches('#')).unwrap());
        }
        for word in ["anyOf", "oneOf", "allOf"] {
            found.extend(one.get(word).and_then(Value::as_array).into_iter().flatten());
        }
    }
    found
}

fn inventories() -> [Inventory; 3] {
    [worlds::acme(), worlds::healthy(), worlds::empty()]
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn audits_as_json_are_as_the_schema_says() {
    let schema = schema("audit-1.schema.json");
    for inventory in inventories() {
        let document = serde_json::from_str(&json(&audited(&inventory))).unwrap();
        assert_eq!(problems(&schema, &document), none());
    }
}

#[test]
fn audits_as_json_lines_are_as_the_schema_says() {
    let schema = schema("audit-1.schema.json");
    for inventory in inventories() {
        for line in jsonl(&audited(&inventory)).lines() {
            let document: Value = serde_json::from_str(line).unwrap();
            let definition = format!("#/$defs/{}_line", document["record"].as_str().unwrap());
            let mut of_line = json!({ "$ref": definition });
            of_line["$defs"] = schema["$defs"].clone();
            assert_eq!(problems(&of_line, &document), none(), "{line}");
        }
    }
}

#[test]
fn inventories_are_as_the_schema_says() {
    let schema = schema("inventory-1.schema.json");
    for inventory in inventories() {
        let mut file = Vec::new();
        write_inventory(&inventory, &mut file).unwrap();
        let document = serde_json::from_slice(&file).unwrap();
        assert_eq!(problems(&schema, &document), none());
    }
    // A file that a person wrote may leave out what is null.
    let by_hand: Value = serde_json::from_str(worlds::ACME).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&by_hand).map(|error| error.to_string()).collect();
    assert_eq!(wrong, none());
}

#[test]
fn explanations_are_as_the_schema_says() {
    let schema = schema("explain-1.schema.json");
    for inventory in inventories() {
        let audit = audited(&inventory);
        for explanation in explanations(&audit) {
            let document = serde_json::from_str(&report::explanation_json(&explanation, &STAMP)).unwrap();
            assert_eq!(problems(&schema, &document), none());
        }
    }
    let arn = "arn:aws:lambda:us-east-1:111122223333:function:orders";
    let (_, document) = pasted(r#"{"EventSelectors": []}"#, Subject::Named(ResourceType::Function, arn));
    assert_eq!(problems(&schema, &document), none());
}

#[test]
fn verifications_and_validations_are_as_the_schemas_say() {
    let schema_of_verify = schema("verify-1.schema.json");
    let document: Value = serde_json::from_str(&verifications::json()).unwrap();
    assert_eq!(problems(&schema_of_verify, &document), none());
    for line in verifications::jsonl().lines() {
        let document: Value = serde_json::from_str(line).unwrap();
        let definition = format!("#/$defs/{}_line", document["record"].as_str().unwrap());
        let mut of_line = json!({ "$ref": definition });
        of_line["$defs"] = schema_of_verify["$defs"].clone();
        assert_eq!(problems(&of_line, &document), none());
    }
    let document: Value = serde_json::from_str(&verifications::validation_json()).unwrap();
    assert_eq!(problems(&schema("validation-1.schema.json"), &document), none());
}

#[test]
fn the_metrics_among_the_examples_are_as_the_schema_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/metrics.json");
    let text = std::fs::read_to_string(path).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(problems(&schema("metrics-1.schema.json"), &document), none());
    assert_eq!(store::read_metrics(text.as_bytes()).unwrap().len(), 14);
}

/// The lines of a journal in which everything happened.
fn journal_lines(plan: &audit::plan::Plan) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let mut journal = JournalFile::begin(&path, plan, "2026-11-23T00:00:00Z", "1.0.0").unwrap();
    let no = || "no".to_owned();
    for entry in [Entry::Intent(0), Entry::Failed(0, no()), Entry::Refused(0, no()), Entry::Done(1)] {
        journal.write(&entry).unwrap();
    }
    let text = std::fs::read_to_string(&path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn plans_journals_and_exceptions_are_as_the_schemas_say(plan in plan(), exception in exception()) {
        let document = serde_json::from_str(&write_plan(&plan, "2026-11-23T00:00:00Z", "1.0.0")).unwrap();
        proptest::prop_assert_eq!(problems(&schema("plan-1.schema.json"), &document), none());
        for line in journal_lines(&plan) {
            proptest::prop_assert_eq!(problems(&schema("journal-1.schema.json"), &line), none(), "{}", line);
        }
        let document = serde_json::from_str(&write_exceptions(&[exception])).unwrap();
        proptest::prop_assert_eq!(problems(&schema("exceptions-1.schema.json"), &document), none());
    }
}

#[test]
fn the_walk_notices_what_a_schema_leaves_out() {
    let definitions = json!({"b": {"properties": {"c": {}}}});
    let schema = json!({"properties": {"a": {"items": {"$ref": "#/$defs/b"}}}, "$defs": definitions});
    assert_eq!(problems(&schema, &json!({"a": [{"c": 1}]})), none());
    assert_eq!(problems(&schema, &json!({"a": [{"d": 1}]})), ["/a/0/d is not described"]);
}

/// What stands for a reason in JSON is explained to whoever reads it.
#[test]
fn every_reason_of_verify_is_on_its_page() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/");
    let page = std::fs::read_to_string(format!("{docs}verify.md")).unwrap();
    let schema = std::fs::read_to_string(format!("{docs}verify-1.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    for list in ["doubts", "notes"] {
        let at = format!("/$defs/function/properties/{list}/items/properties/reason/enum");
        for reason in schema.pointer(&at).unwrap().as_array().unwrap() {
            assert!(page.contains(&format!("`{}`", reason.as_str().unwrap())), "{reason}");
        }
    }
}
