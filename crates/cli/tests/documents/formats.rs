//! Every format of an audit, by one hostile world: each can be read, and nothing in it acts.

use crate::reports::STAMP;
use crate::worlds;
use audit::exception::Exception;
use audit::finding::Audit;
use audit::inventory::{Inventory, Resource, Serving};
use report::{AuditDocument, AuditFormat, Layout};
use serde_json::Value;
use text::visible::acts;

/// What somebody may call anything: a formula, an escape of a terminal, the end of XML, of Markdown and of JSON.
const NASTY: &str = "=HYPERLINK(\"https://evil.example\");=1+1;@x]]><b a=\"1\" c='&x;'>|`\\\u{1b}[31m\u{0}\u{8}\u{85}\u{9b}\u{202e}\u{2028}\u{200b}\u{fffe}\u{ffff}\u{e0041}\r\n=2\t-1 \u{1f980}";

/// Acme, where every name and text that a person chose is nasty; and an exception that holds, and one that ended.
pub(crate) fn hostile() -> (Inventory, Vec<Exception>) {
    let mut inventory = worlds::acme();
    for account in &mut inventory.accounts {
        account.name = Some(NASTY.to_owned());
    }
    for recorder in &mut inventory.recorders {
        recorder.name = format!("{NASTY}{}", recorder.name);
    }
    for gap in &mut inventory.gaps {
        gap.error = NASTY.to_owned();
    }
    for place in &mut inventory.places {
        let arn = format!("arn:aws:lambda:{}:{}:function:z{NASTY}", place.region, place.account);
        place.functions.resources.push(Resource { arn: arn.into(), serving: Serving::Home });
        place.functions.resources.sort_by(|a, b| a.arn.cmp(&b.arn));
    }
    let exceptions = exceptions(&inventory);
    (inventory, exceptions)
}

/// Two functions that are not recorded: one is accepted until later, one was until earlier.
fn exceptions(inventory: &Inventory) -> Vec<Exception> {
    let audit = audit::audit(inventory, &audit::Options::default());
    let main = &audit.controls[0];
    let escaping = main.findings.iter().filter(|one| one.status == audit::finding::Status::Fail);
    let mut arns = escaping.flat_map(|one| &one.resources).map(|one| audit.row(*one).arn.to_owned());
    ["2026-12-31", "2026-01-31"]
        .into_iter()
        .map(|until| Exception {
            id: format!("{NASTY}{until}"),
            functions: arns.next().into_iter().collect(),
            owner: NASTY.to_owned(),
            reason: NASTY.to_owned(),
            until: until.to_owned(),
            declared_at: "2026-01-01T00:00:00Z".to_owned(),
            plan: None,
        })
        .collect()
}

pub(crate) fn judged<'a>(inventory: &'a Inventory, exceptions: &'a [Exception]) -> Audit<'a> {
    let options = audit::Options { exceptions, today: "2026-11-23", ..audit::Options::default() };
    audit::audit(inventory, &options)
}

pub(crate) fn written(audit: &Audit<'_>, name: &str) -> String {
    let format = AuditFormat::ALL.iter().find(|format| format.name() == name);
    let format = format.unwrap_or_else(|| panic!("no format {name}"));
    let document = AuditDocument { audit, stamp: STAMP, since: "" };
    let mut out = Vec::new();
    format.write(&document, &Layout { all: true, ..Layout::default() }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The rows of a table, its head first.
fn rows(table: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Reads it as what it is for would.
fn read(format: &str, text: &str) {
    match format {
        "terminal" | "markdown" => {
            assert!(format == "terminal" || !text.contains("<b a"), "{text}");
        }
        "json" => {
            serde_json::from_str::<Value>(text).unwrap();
        }
        "jsonl" => text.lines().for_each(|line| {
            serde_json::from_str::<Value>(line).unwrap();
        }),
        "csv" => {
            let rows = rows(text);
            assert!(rows.len() > 10);
            for cell in rows.iter().flatten().flat_map(|cell| cell.split(';')) {
                assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
            }
        }
        other => panic!("nobody reads {other} here"),
    }
}

#[test]
fn a_hostile_world_acts_in_no_format() {
    let (inventory, exceptions) = hostile();
    let audit = judged(&inventory, &exceptions);
    for format in AuditFormat::ALL {
        let text = written(&audit, format.name());
        let stays = |one: char| one == '\n' || (one == '\r' && format.name() == "csv");
        let acting: Vec<char> = text.chars().filter(|one| acts(*one) && !stays(*one)).collect();
        assert!(acting.is_empty(), "{}: {acting:?} in {text}", format.name());
        read(format.name(), &text);
    }
}

#[test]
fn a_table_has_a_row_for_each_resource_and_says_what_json_says() {
    let (inventory, exceptions) = hostile();
    for (inventory, exceptions) in [(inventory, exceptions), (worlds::empty(), Vec::new())] {
        let audit = judged(&inventory, &exceptions);
        let rows = rows(&written(&audit, "csv"));
        let column = |name: &str| rows[0].iter().position(|one| one == name).unwrap();
        let json: Value = serde_json::from_str(&written(&audit, "json")).unwrap();
        let resources = json["resources"].as_array().unwrap();
        assert_eq!(rows.len() - 1, resources.len());
        for (row, one) in rows[1..].iter().zip(resources) {
            for name in ["account", "region", "type", "verdict"] {
                assert_eq!(row[column(name)], one[name].as_str().unwrap(), "{name}");
            }
            let by: Vec<&str> =
                one["recorded_by"].as_array().unwrap().iter().map(|by| by.as_str().unwrap()).collect();
            assert_eq!(row[column("recorded_by")], by.join("; "));
            assert_eq!(row[column("remainder")].is_empty(), one["remainder"].is_null());
            assert_eq!(row[column("exception")].is_empty(), one["exception"].is_null());
            assert_eq!(row[column("served_in")].is_empty(), one["served_in"].is_null());
            assert_eq!(row[column("code")] == "all-recorded", one["verdict"] == "recorded");
        }
    }
}
