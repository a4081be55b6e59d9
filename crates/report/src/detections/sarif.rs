//! Findings as SARIF 2.1.0: a rule for each detection, a result for each finding.

use super::Detections;
use crate::member::{Json, Object};
use crate::page::Layout;
use crate::sarif::{RESULTS, SCHEMA, uri};
use detect::finding::{Finding, Severity};
use logs::text_of;
use std::io::{self, Write};
use text::visible::visible;

/// See [`super::DetectionsFormat`].
pub(super) fn document(found: &Detections<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut rules: Vec<&str> = found.findings.iter().map(|one| one.detection.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    let mut json = Json::default();
    json.object(|log| {
        log.text("$schema", SCHEMA);
        log.text("version", "2.1.0");
        log.list("runs", [()], |json, ()| json.object(|object| run(found, &rules, object)));
    });
    writeln!(out, "{}", json.as_str())
}

fn run(found: &Detections<'_>, rules: &[&str], run: &mut Object<'_>) {
    run.object("tool", |tool| {
        tool.object("driver", |driver| {
            driver.text("name", "InvokeTrail");
            driver.text("semanticVersion", found.version);
            driver.text("informationUri", "https://invoketrail.dev");
            driver.list("rules", rules, |json, id| json.object(|object| rule(found, id, object)));
        });
    });
    run.object("automationDetails", |details| details.text("id", "invoketrail/detect/"));
    run.list("invocations", [()], |json, ()| {
        json.object(|object| {
            object.flag("executionSuccessful", true);
            object.text("endTimeUtc", &text_of(found.now));
            object.list("toolExecutionNotifications", found.limits(), |json, limit| {
                json.object(|object| {
                    object.text("level", "warning");
                    message("message", &limit, object);
                });
            });
        });
    });
    let results = found.findings.iter().enumerate().take(RESULTS);
    run.list("results", results, |json, (at, one)| {
        json.object(|object| result(found, rules, at, one, object));
    });
    run.text("columnKind", "unicodeCodePoints");
}

fn message(name: &str, text: &str, object: &mut Object<'_>) {
    object.object(name, |message| message.text("text", &visible(text)));
}

fn rule(found: &Detections<'_>, id: &str, object: &mut Object<'_>) {
    let (title, attack) = found.told_of(id);
    object.text("id", id);
    object.text("name", id);
    message("shortDescription", if title.is_empty() { id } else { title }, object);
    let page = super::detection(id).map_or(title, |one| one.page);
    object.object("help", |help| {
        help.text("text", &lines(page));
        help.text("markdown", &lines(page));
    });
    let severity = super::detection(id).map_or(Severity::Medium, |one| one.severity);
    object.object("defaultConfiguration", |one| one.text("level", level(severity)));
    object.object("properties", |properties| {
        let tags = ["security", "aws", "cloudtrail", "lambda"].into_iter();
        properties.texts("tags", tags.chain(attack));
        properties.text("security-severity", score(severity));
    });
}

/// Lines of ours stay lines; what comes from outside is visible.
fn lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(visible).collect();
    let joined = lines.join("\n");
    if joined.trim().is_empty() { "A rule of the user's own.".to_owned() } else { joined }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Low => "warning",
        Severity::Note => "note",
    }
}

/// What GitHub sorts by: critical from 9.0, high from 7.0, medium from 4.0.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.0",
        Severity::Low => "2.0",
        Severity::Note => "0.0",
    }
}

fn result(found: &Detections<'_>, rules: &[&str], at: usize, one: &Finding, object: &mut Object<'_>) {
    object.text("ruleId", &one.detection);
    object.number("ruleIndex", rules.binary_search(&one.detection.as_str()).unwrap_or_default());
    object.text("level", level(one.severity));
    let normal = one.normal.as_deref().map(|normal| format!(" Compared with: {normal}")).unwrap_or_default();
    message("message", &format!("{}{normal}", one.seen), object);
    object.list("locations", [()], |json, ()| {
        json.object(|object| {
            object.object("physicalLocation", |physical| {
                physical.object("artifactLocation", |artifact| {
                    // GitHub shows a result only where a file of the repository is named.
                    let file = one.proofs.first().map_or("cloudtrail", |proof| &proof.file);
                    artifact.text("uri", &uri(file, "cloudtrail"));
                });
            });
            object.list("logicalLocations", one.function.as_deref().or(Some(&one.account)), |json, name| {
                json.object(|object| object.text("fullyQualifiedName", &visible(name)));
            });
        });
    });
    object.object("partialFingerprints", |prints| prints.text("invoketrail/v1", &one.id));
    if let Some(exception) = found.by(at) {
        object.list("suppressions", [exception], |json, exception| {
            json.object(|object| {
                object.text("kind", "external");
                object.text("status", "accepted");
                let why = format!("{} ({}), until {}", exception.reason, exception.owner, exception.expires);
                object.text("justification", &visible(&why));
            });
        });
    }
    object.object("properties", |properties| super::documents::finding(found, at, one, properties));
}
