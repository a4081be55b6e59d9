//! An audit as SARIF 2.1.0, for code scanning: a rule for each control, a result for each finding.

use super::audit_document::AuditDocument;
use super::colours;
use super::finding_text;
use super::fingerprint::{Fingerprints, first_place};
use super::frameworks;
use super::headline::headline;
use super::member::{Json, Object};
use super::page::{Layout, page_of_control};
use super::recorder_sentences;
use audit::finding::{Audit, ControlResult, Finding, Status, Weight};
use audit::inventory::GapKind;
use std::collections::BTreeSet;
use std::io::{self, Write};
use text::visible::visible;

/// How many tags of a rule GitHub takes.
const TAGS: usize = 20;

/// The schema that the document keeps to.
pub(crate) const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// How many resources of a result are named, and how many remedies of a rule.
const NAMED: usize = 100;

/// GitHub takes 25,000 results of one run, and refuses a file with more.
pub(crate) const RESULTS: usize = 25_000;

/// See [`super::AuditFormat`].
pub(crate) fn document(document: &AuditDocument<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut json = Json::default();
    json.object(|log| {
        log.text("$schema", SCHEMA);
        log.text("version", "2.1.0");
        log.list("runs", [()], |json, ()| json.object(|run| self::run(document, run)));
    });
    out.write_all(json.as_str().as_bytes())?;
    out.write_all(b"\n")
}

fn run(document: &AuditDocument<'_>, run: &mut Object<'_>) {
    let audit = document.audit;
    run.object("tool", |tool| {
        tool.object("driver", |driver| {
            driver.text("name", "InvokeTrail");
            driver.text("semanticVersion", document.stamp.version);
            driver.text("informationUri", "https://invoketrail.dev");
            driver.list("rules", &audit.controls, |json, one| json.object(|object| rule(audit, one, object)));
        });
    });
    run.object("automationDetails", |details| details.text("id", "invoketrail/audit/"));
    run.list("invocations", [()], |json, ()| json.object(|object| invocation(document, object)));
    let mut prints = Fingerprints::default();
    let all = audit.controls.iter().enumerate();
    let all = all.flat_map(|(at, control)| control.findings.iter().map(move |one| (at, control, one)));
    run.list("results", all.take(RESULTS), |json, (at, control, one)| {
        json.object(|object| result(audit, at, control, one, &mut prints, object));
    });
    run.text("columnKind", "unicodeCodePoints");
}

/// What could not be read is told as a notification of the run.
fn invocation(document: &AuditDocument<'_>, object: &mut Object<'_>) {
    let audit = document.audit;
    object.flag("executionSuccessful", true);
    object.text("endTimeUtc", document.stamp.generated_at);
    let groups =
        recorder_sentences::gap_groups(audit.gaps.iter().filter(|gap| gap.kind != GapKind::NotOffered));
    object.list("toolExecutionNotifications", &groups, |json, group| {
        json.object(|object| {
            let kind = super::gaps::kind(group.gap.kind);
            let told = format!("{} {} x {}: {}", kind, group.count, group.gap.call, group.gap.error);
            object.text("level", "warning");
            message("message", &told, object);
        });
    });
    object.object("properties", |properties| {
        properties.text("answer", audit.answer().conclusion().as_str());
        properties.text("headline", &visible(&headline(audit)));
        properties.text("collected_at", &audit.inventory.collected_at);
        properties.maybe("frameworks", frameworks::sentence(audit).as_deref());
    });
}

pub(crate) fn message(name: &str, text: &str, object: &mut Object<'_>) {
    object.object(name, |message| {
        // Lines of ours stay lines; what comes from outside is visible.
        let lines: Vec<_> = text.split('\n').map(visible).collect();
        message.text("text", &lines.join("\n"));
    });
}

fn rule(audit: &Audit<'_>, control: &ControlResult, object: &mut Object<'_>) {
    object.text("id", control.id);
    object.text("name", control.id);
    message("shortDescription", control.title, object);
    message("fullDescription", &format!("{}.", control.title), object);
    object.text("helpUri", &page_of_control(control.id));
    message("help", &help(control), object);
    object.object("defaultConfiguration", |one| {
        one.text("level", if control.weight == Weight::Required { "error" } else { "note" });
    });
    object.object("properties", |properties| {
        let supported = frameworks::supported(audit, control.id);
        let supported: Vec<String> = supported.map(|(of, one)| format!("{}/{}", of.id, one.id)).collect();
        let tags = ["security", "aws", "cloudtrail", "lambda"].into_iter();
        properties.texts("tags", tags.chain(supported.iter().map(String::as_str)).take(TAGS));
        properties.text("precision", "very-high");
        properties.text("status", control.status.as_str());
        properties.text("reason", &visible(&recorder_sentences::sentence(&control.reason)));
    });
}

/// What to do about the findings of a control, each remedy once; why it passes where there is nothing to do.
fn help(control: &ControlResult) -> String {
    let fixes: BTreeSet<String> = control
        .findings
        .iter()
        .filter_map(|finding| finding.help.as_ref())
        .map(|help| visible(&recorder_sentences::sentence(help)).into_owned())
        .collect();
    if fixes.is_empty() {
        return recorder_sentences::sentence(&control.reason);
    }
    fixes.into_iter().take(NAMED).map(|fix| format!("Fix: {fix}")).collect::<Vec<_>>().join("\n")
}

fn result(
    audit: &Audit<'_>,
    at: usize,
    control: &ControlResult,
    finding: &Finding,
    prints: &mut Fingerprints,
    object: &mut Object<'_>,
) {
    let accepted = finding_text::accepted(audit, finding);
    let held = accepted.filter(|one| one.holds);
    object.text("ruleId", control.id);
    object.number("ruleIndex", at);
    object.text("level", level(control, finding));
    let word = match (held, finding.status) {
        (Some(_), _) => "Accepted: ",
        (None, Status::Undetermined) => "Undetermined: ",
        (None, Status::Pass) => "Warning: ",
        (None, _) => "",
    };
    let lines: Vec<String> = finding_text::of_finding(audit, finding)
        .lines()
        .iter()
        .map(|line| visible(line).into_owned())
        .collect();
    message("message", &format!("{word}{}", lines.join("\n")), object);
    locations(audit, finding, object);
    let print = prints.next(audit, control, finding);
    object.object("partialFingerprints", |prints| prints.text("invoketrailFinding/v1", &print));
    if let Some(one) = held {
        object.list("suppressions", [one], |json, one| {
            json.object(|suppression| {
                suppression.text("kind", "external");
                suppression.text("status", "accepted");
                suppression.text("justification", &visible(&one.exception.why()));
            });
        });
    }
    object.object("properties", |properties| {
        properties.text("status", colours::status(finding.status).1);
        properties.text("code", finding.reason.code.as_str());
        properties.number("resource_count", finding.resources.len());
        properties.maybe("help_code", finding.help.as_ref().map(|help| help.code.as_str()));
    });
}

/// An unknown is a warning, because whoever looks at levels alone must see it; the message says that it is unknown.
fn level(control: &ControlResult, finding: &Finding) -> &'static str {
    match (control.weight, finding.status) {
        (Weight::Required, Status::Fail) => "error",
        (Weight::Required, Status::Undetermined) => "warning",
        _ => "note",
    }
}

/// A path that exists in no repository, made of the first account and Region, which is the same in each run.
fn locations(audit: &Audit<'_>, finding: &Finding, object: &mut Object<'_>) {
    let place = first_place(finding).and_then(|at| audit.places.get(at));
    let path = match place {
        Some(place) => format!("aws/{}/{}", encoded(place.account), encoded(place.region)),
        None => "aws/audit".to_owned(),
    };
    object.list("locations", [path], |json, path| {
        json.object(|location| {
            location.object("physicalLocation", |physical| {
                physical.object("artifactLocation", |artifact| artifact.text("uri", &path));
                physical.object("region", |region| region.number("startLine", 1));
            });
            let resources = finding.resources.iter().map(|one| audit.row(*one).arn);
            let recorders = finding.recorders.iter().map(|at| audit.inventory.recorders[*at].arn.as_str());
            let named = if finding.resources.is_empty() {
                recorders.take(NAMED).collect::<Vec<_>>()
            } else {
                resources.take(NAMED).collect()
            };
            if !named.is_empty() {
                location.list("logicalLocations", named, |json, arn| {
                    json.object(|logical| {
                        logical.text("fullyQualifiedName", arn);
                        logical.text("kind", "resource");
                    });
                });
            }
        });
    });
}

/// A relative reference that any text becomes; `otherwise` where nothing is left of it.
pub(crate) fn uri(file: &str, otherwise: &str) -> String {
    let mut out = String::new();
    for byte in file.trim_start_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => out.push(byte as char),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    if out.is_empty() { otherwise.to_owned() } else { out }
}

/// A part of a path, as URIs write it.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
