//! Every format of an audit, by one hostile world: each can be read, and nothing in it acts.

use crate::assessment::{assessed, looked_at};
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
            ..Exception::default()
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
    let flags = report::NextFlags { source: "", caller: "", of_audit: "" };
    let document = AuditDocument { audit, stamp: STAMP, since: "", flags, inputs: None };
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
        "junit" => {
            let mut reader = quick_xml::Reader::from_str(text);
            while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
        }
        "sarif" => {
            let document = serde_json::from_str::<Value>(text).unwrap();
            let problems = sarif_problems(&document);
            assert_eq!(problems, Vec::<String>::new());
        }
        "ocsf" | "asff" => text.lines().for_each(|line| {
            let document = serde_json::from_str::<Value>(line).unwrap();
            strings(&document, &mut |name, text| {
                let shown = ["message", "desc", "Description", "Title", "Text"].contains(&name);
                assert!(!shown || !text.chars().any(|one| one != '\n' && acts(one)), "{text:?}");
            });
        }),
        "oscal" => {
            let document = serde_json::from_str::<Value>(text).unwrap();
            strings(&document, &mut |name, text| {
                assert!(!text.chars().any(|one| one != '\n' && acts(one)), "{text:?}");
                // What is Markdown there means nothing.
                let is_prose = ["description", "remarks", "statement", "prose"].contains(&name);
                assert!(!is_prose || !text.contains("<b a") && !text.contains("https://evil"), "{text:?}");
            });
        }
        // Read by a parser and a browser in `page` and `browser`.
        "html" => assert!(text.starts_with("<!DOCTYPE html>") && !text.contains("<b a"), "{text}"),
        other => panic!("nobody reads {other} here"),
    }
}

/// Every string that is a member, with its name.
fn strings(document: &Value, look: &mut impl FnMut(&str, &str)) {
    match document {
        Value::Array(all) => all.iter().for_each(|one| strings(one, look)),
        Value::Object(all) => all.iter().for_each(|(name, one)| match one {
            Value::String(text) => look(name, text),
            other => strings(other, look),
        }),
        _ => {}
    }
}

/// The schema of OASIS, as the crate serde-sarif 0.8.0 (MIT) ships it.
const SARIF: &str = include_str!("sarif-2.1.0.schema.json");

/// What the schema of SARIF says against a document.
pub(crate) fn sarif_problems(document: &Value) -> Vec<String> {
    // An expression that is none: it has a bracket too many. No document of ours has the member.
    let schema: Value = serde_json::from_str(&SARIF.replace("{2}]?$", "{2}$")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
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

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The findings of all batches.
fn imported(text: &str) -> Vec<Value> {
    lines(text).iter().flat_map(|batch| batch["Findings"].as_array().unwrap().clone()).collect()
}

fn run_of(audit: &Audit<'_>) -> Value {
    serde_json::from_str::<Value>(&written(audit, "sarif")).unwrap()["runs"][0].clone()
}

/// The texts at that path in each.
fn each<'a>(all: &'a [Value], path: &str) -> Vec<&'a str> {
    all.iter().map(|one| one.pointer(path).unwrap().as_str().unwrap()).collect()
}

const PRINT: &str = "/partialFingerprints/invoketrailFinding~1v1";

#[test]
fn code_scanning_finds_what_it_needs() {
    let (inventory, exceptions) = hostile();
    for (inventory, exceptions) in [(inventory, exceptions), (worlds::empty(), Vec::new())] {
        let run = run_of(&judged(&inventory, &exceptions));
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert!(rules.iter().all(|rule| !rule["help"]["text"].as_str().unwrap().is_empty()), "{rules:?}");
        let results = run["results"].as_array().unwrap();
        for result in results {
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
            let path =
                result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            assert!(path.starts_with("aws/") && path.is_ascii(), "{path}");
        }
        let prints: std::collections::BTreeSet<&str> = each(results, PRINT).into_iter().collect();
        assert_eq!(prints.len(), results.len(), "two results with one fingerprint");
    }
}

#[test]
fn a_finding_keeps_its_name_when_a_resource_joins_it() {
    let before = worlds::of_file();
    let mut after = before.clone();
    let (account, region) = {
        let audit = judged(&before, &[]);
        let worst = &audit.controls[0].findings[0];
        let place = &audit.places[worst.places[0]];
        (place.account.to_owned(), place.region.to_owned())
    };
    let place = after.places.iter_mut().find(|one| one.account == account && one.region == region).unwrap();
    let arn = format!("arn:aws:lambda:{region}:{account}:function:zzz");
    place.functions.resources.push(Resource { arn: arn.into(), serving: Serving::Home });
    let (before, after) = (judged(&before, &[]), judged(&after, &[]));
    let of = |audit: &Audit<'_>| run_of(audit)["results"].as_array().unwrap().clone();
    assert_eq!(each(&of(&before), PRINT), each(&of(&after), PRINT));
    let joined = |name: &str, path: &str, all: fn(&str) -> Vec<Value>| {
        let (old, new) = (all(&written(&before, name)), all(&written(&after, name)));
        let (old, new) = (each(&old, path), each(&new, path));
        let unique: std::collections::BTreeSet<&&str> = new.iter().collect();
        assert_eq!(unique.len(), new.len(), "{name}: two findings of one name");
        let added: Vec<&&str> = new.iter().filter(|one| !old.contains(one)).collect();
        assert_eq!(added.len(), 1, "{name}: {added:?}");
        assert_eq!(new.len(), old.len() + 1, "{name}");
    };
    joined("ocsf", "/finding_info/uid", lines);
    joined("asff", "/Id", imported);
    joined("oscal", "/uuid", looked_at);
    for list in ["/observations", "/risks", "/findings"] {
        let (old, new) =
            (assessed(&written(&before, "oscal"), list), assessed(&written(&after, "oscal"), list));
        assert_eq!(each(&old, "/uuid"), each(&new, "/uuid"), "{list}");
        assert!(!old.is_empty(), "{list}");
    }
}

#[test]
fn what_is_accepted_stays_visible_as_accepted() {
    let (inventory, exceptions) = hostile();
    let audit = judged(&inventory, &exceptions);
    let count = |all: &[Value], path: &str, word: &str| {
        all.iter().filter(|one| one.pointer(path) == Some(&Value::from(word))).count()
    };
    let run = run_of(&audit);
    assert_eq!(count(run["results"].as_array().unwrap(), "/suppressions/0/status", "accepted"), 1);
    assert_eq!(count(&lines(&written(&audit, "ocsf")), "/status", "Suppressed"), 1);
    let imported = imported(&written(&audit, "asff"));
    assert_eq!(count(&imported, "/Workflow/Status", "SUPPRESSED"), 1);
    let accepted = imported.iter().find(|one| one["Workflow"]["Status"] == "SUPPRESSED").unwrap();
    assert_eq!(accepted["Compliance"]["Status"], "FAILED", "an exception never turns a verdict");
    assert!(accepted["Note"]["Text"].as_str().unwrap().contains("accepted by"), "{accepted}");
    let risks = assessed(&written(&audit, "oscal"), "/risks");
    assert_eq!(count(&risks, "/status", "deviation-approved"), 1);
    let accepted = risks.iter().find(|one| one["status"] == "deviation-approved").unwrap();
    assert_eq!(accepted["deadline"], "2026-12-31T23:59:59Z");
    assert!(risks.iter().any(|one| one["status"] == "open" && one["deadline"].is_null()));
    let junit = written(&audit, "junit");
    assert_eq!(junit.matches("accepted: ").count(), 1, "{junit}");
    assert!(junit.contains("exception-ended") || junit.contains("still not recorded"), "{junit}");
}

/// A build server sees a failure iff the answer is no, an error iff it is unknown; a security lake counts what JSON counts.
#[test]
fn all_formats_give_one_answer() {
    let (hostile, exceptions) = hostile();
    let mut unread = worlds::healthy();
    unread.recorders[0].selectors = cloudtrail::recorder::Seen::Unread(0);
    for (inventory, exceptions) in [
        (hostile, exceptions),
        (worlds::healthy(), Vec::new()),
        (unread, Vec::new()),
        (worlds::empty(), Vec::new()),
    ] {
        let audit = judged(&inventory, &exceptions);
        let answer = audit.answer().conclusion().as_str();
        let junit = written(&audit, "junit");
        let number = |name: &str| -> usize {
            let after = junit.split_once(&format!(" {name}=\"")).unwrap().1;
            after.split_once('"').unwrap().0.parse().unwrap()
        };
        assert_eq!(number("failures") > 0, answer == "no", "{answer}");
        assert_eq!(number("failures") == 0 && number("errors") > 0, answer == "undetermined", "{answer}");
        assert_eq!(number("failures"), junit.matches("<failure").count());
        assert_eq!(number("skipped"), junit.matches("<skipped").count());
        let json: Value = serde_json::from_str(&written(&audit, "json")).unwrap();
        for (name, all, path) in [
            ("ocsf", lines(&written(&audit, "ocsf")), "/unmapped/verdict"),
            ("asff", imported(&written(&audit, "asff")), "/ProductFields/invoketrail~1verdict"),
            ("oscal", looked_at(&written(&audit, "oscal")), "/props/4/value"),
        ] {
            for verdict in ["recorded", "partially_recorded", "not_recorded", "undetermined"] {
                let found = all.iter().filter(|one| one.pointer(path) == Some(&Value::from(verdict))).count();
                assert_eq!(json["summary"][verdict], found, "{name} {verdict}");
            }
        }
    }
}
