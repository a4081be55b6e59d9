//! A check in its formats: as the schemas say, and the same in each.

use crate::formats::sarif_problems;
use crate::schemas::{problems, schema};
use audit::inventory::Inventory;
use report::{Check, CheckFormat, Layout};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use templates::cloudformation::{Options, read};
use templates::document::Document;
use templates::proposal::{Defaults, merge};

/// The document judged, in that format.
fn written(
    document: &Document,
    inventory: Option<&Inventory>,
    known: Option<&BTreeSet<String>>,
    name: &str,
) -> String {
    let proposal = merge(document, inventory, &Defaults::default());
    let options = audit::Options::default();
    let audits = (audit::audit(&proposal.before, &options), audit::audit(&proposal.after, &options));
    let prices = store::read_prices(None).unwrap();
    let gate = templates::gate::gate(document, &proposal, &audits.0, &audits.1, &options, Some(&prices));
    let check = Check {
        gate: &gate,
        document,
        proposal: &proposal,
        audits: (&audits.0, &audits.1),
        file: Some("dir with space/template.yaml"),
        inventory: inventory.map(|_| "acme.json"),
        baseline: known,
        version: "0.0.0",
        generated_at: "2026-11-23T17:00:00Z",
    };
    let format = CheckFormat::ALL.into_iter().find(|one| one.name() == name).unwrap();
    let mut out = Vec::new();
    format.write(&check.findings(), &Layout::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn example(name: &str) -> Vec<u8> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read(root.join("examples").join(name)).unwrap()
}

/// A plan, templates that leave something open or nothing, and nothing at all.
fn documents() -> Vec<Document> {
    let stack = Options {
        account: Some("444455556666".to_owned()),
        region: Some("eu-west-1".to_owned()),
        ..Options::default()
    };
    let template = example("cloudformation/template.yaml");
    let nested =
        b"Resources: {A: {Type: 'AWS::CloudFormation::Stack'}, B: {Type: 'AWS::Lambda::Function'}}\n";
    vec![
        templates::terraform::from_slice(&example("terraform/plan.json")).unwrap(),
        read(&template, &stack).unwrap(),
        read(&template, &Options::default()).unwrap(),
        read(&example("cloudformation/recorded.yaml"), &stack).unwrap(),
        read(nested, &stack).unwrap(),
        read(b"Resources: {}\n", &stack).unwrap(),
    ]
}

fn acme() -> Inventory {
    store::read_inventory(&example("acme.json")).unwrap()
}

#[test]
fn checks_as_json_are_as_the_schema_says() {
    let schema = schema("check-1.schema.json");
    let (acme, none) = (acme(), BTreeSet::new());
    for document in documents() {
        for (inventory, known) in [(None, None), (Some(&acme), None), (Some(&acme), Some(&none))] {
            let text = written(&document, inventory, known, "json");
            let told = serde_json::from_str(&text).unwrap();
            assert_eq!(problems(&schema, &told), Vec::<String>::new(), "{text}");
        }
    }
}

#[test]
fn checks_as_sarif_are_as_oasis_says() {
    let (acme, none) = (acme(), BTreeSet::new());
    for document in documents() {
        for known in [None, Some(&none)] {
            let sarif: Value =
                serde_json::from_str(&written(&document, Some(&acme), known, "sarif")).unwrap();
            assert_eq!(sarif_problems(&sarif), Vec::<String>::new());
            let run = &sarif["runs"][0];
            let json: Value = serde_json::from_str(&written(&document, Some(&acme), known, "json")).unwrap();
            let findings = json["findings"].as_array().unwrap();
            let results = run["results"].as_array().unwrap();
            assert_eq!(results.len(), findings.len());
            for (result, finding) in results.iter().zip(findings) {
                let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
                assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], finding["code"]);
                assert_eq!(result["partialFingerprints"]["invoketrailFinding/v1"], finding["id"]);
                let place = &result["locations"][0]["physicalLocation"];
                assert_eq!(place["artifactLocation"]["uri"], "dir%20with%20space/template.yaml");
                let line = finding["line"].as_u64().unwrap_or(1);
                assert_eq!(place["region"]["startLine"].as_u64(), Some(line));
            }
        }
    }
}

/// The answer is what its findings add up to, and every format says it.
#[test]
fn every_format_says_the_same_answer() {
    let acme = acme();
    for document in documents() {
        for inventory in [None, Some(&acme)] {
            let json: Value = serde_json::from_str(&written(&document, inventory, None, "json")).unwrap();
            let answers: BTreeSet<&str> = json["findings"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["answer"].as_str().unwrap())
                .collect();
            let answer = json["answer"].as_str().unwrap();
            let worst = ["no", "undetermined"].into_iter().find(|one| answers.contains(one));
            assert_eq!(
                worst,
                Some(answer).filter(|answer| ["no", "undetermined"].contains(answer)),
                "{json}"
            );
            let headline = json["headline"].as_str().unwrap();
            for format in ["terminal", "markdown", "sarif", "github"] {
                let text = written(&document, inventory, None, format);
                assert!(text.contains(headline), "{format}: {headline}\n{text}");
            }
        }
    }
}

#[test]
fn the_page_lists_every_code() {
    let page = std::fs::read_to_string(
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/check.md"),
    )
    .unwrap();
    let acme = acme();
    for document in documents() {
        for inventory in [None, Some(&acme)] {
            let json: Value = serde_json::from_str(&written(&document, inventory, None, "json")).unwrap();
            for finding in json["findings"].as_array().unwrap() {
                let code = finding["code"].as_str().unwrap();
                assert!(page.contains(&format!("`{code}`")), "{code}");
            }
        }
    }
}
