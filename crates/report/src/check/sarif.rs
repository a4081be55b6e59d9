//! A check as SARIF 2.1.0: a rule for each kind of finding, a result for each finding, at its line in the file.

use super::Checked;
use super::finding::{Code, Finding};
use crate::member::{Json, Object};
use crate::page::{Layout, page_of_check};
use crate::sarif::{RESULTS, SCHEMA, message, uri};
use std::collections::BTreeMap;
use std::io::{self, Write};
use text::visible::visible;

/// See [`super::CheckFormat`].
pub(super) fn document(checked: &Checked<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut json = Json::default();
    json.object(|log| {
        log.text("$schema", SCHEMA);
        log.text("version", "2.1.0");
        log.list("runs", [()], |json, ()| json.object(|object| run(checked, object)));
    });
    writeln!(out, "{}", json.as_str())
}

fn run(checked: &Checked<'_>, run: &mut Object<'_>) {
    let rules: BTreeMap<&str, Code> =
        checked.findings.iter().map(|one| (one.code.as_str(), one.code)).collect();
    let at = |code: Code| rules.keys().position(|id| *id == code.as_str()).unwrap_or_default();
    run.object("tool", |tool| {
        tool.object("driver", |driver| {
            driver.text("name", "InvokeTrail");
            driver.text("semanticVersion", checked.check.version);
            driver.text("informationUri", "https://invoketrail.dev");
            driver.list("rules", &rules, |json, (id, code)| json.object(|object| rule(id, *code, object)));
        });
    });
    run.object("automationDetails", |details| details.text("id", "invoketrail/check/"));
    run.list("invocations", [()], |json, ()| {
        json.object(|object| {
            object.flag("executionSuccessful", true);
            object.text("endTimeUtc", checked.check.generated_at);
            object.object("properties", |properties| {
                properties.text("answer", checked.check.gate.conclusion.as_str());
                properties.text("headline", &visible(&checked.headline()));
            });
        });
    });
    run.list("results", checked.findings.iter().take(RESULTS), |json, one| {
        json.object(|object| result(checked, at(one.code), one, object));
    });
    run.text("columnKind", "unicodeCodePoints");
}

fn rule(id: &str, code: Code, object: &mut Object<'_>) {
    object.text("id", id);
    object.text("name", id);
    message("shortDescription", code.title(), object);
    object.text("helpUri", &page_of_check());
    object.object("properties", |properties| {
        properties.texts("tags", ["security", "aws", "cloudtrail", "lambda"]);
    });
}

fn result(checked: &Checked<'_>, rule: usize, one: &Finding, object: &mut Object<'_>) {
    object.text("ruleId", one.code.as_str());
    object.number("ruleIndex", rule);
    object.text("level", one.level());
    message("message", &one.whole(), object);
    object.list("locations", [()], |json, ()| {
        json.object(|location| {
            location.object("physicalLocation", |physical| {
                physical.object("artifactLocation", |artifact| {
                    artifact.text("uri", &uri(checked.check.file(), "stdin"));
                });
                physical.object("region", |region| {
                    // GitHub shows a result only at a line.
                    region.number("startLine", one.at.map_or(1, |at| at.line.max(1)));
                    if let Some(at) = one.at {
                        region.number("startColumn", at.column.max(1));
                    }
                });
            });
            let names = one.address.as_deref().or(one.arn.as_deref()).unwrap_or(&one.name);
            location.list("logicalLocations", [names], |json, name| {
                json.object(|logical| {
                    logical.text("fullyQualifiedName", &visible(name));
                    logical.text("kind", "resource");
                });
            });
        });
    });
    object.object("partialFingerprints", |prints| prints.text("invoketrailFinding/v1", &one.id));
    if let Some(is_new) = one.is_new {
        object.text("baselineState", if is_new { "new" } else { "unchanged" });
    }
}
