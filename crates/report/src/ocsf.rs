//! An audit as OCSF 1.8.0, class Compliance Finding (2003): JSON lines, an event for each control at each account and Region, and one
//! for each resource. What OCSF has no place for, such as the proof, stands in `unmapped`.

use super::audit_document::AuditDocument;
use super::entries::{self, Entry, Key, OfPlaces, Subject};
use super::frameworks;
use super::json::kind_word;
use super::member::{Json, Object, escape_into};
use super::page::Layout;
use super::proof;
use audit::finding::{Audit, Status, Weight, verdict_word};
use audit::framework::{Framework, Requirement};
use audit::inventory::Account;
use cloudtrail::recorder::RecorderKind;
use std::collections::BTreeMap;
use std::io::{self, Write};
use text::visible::visible;

/// The version of OCSF.
const VERSION: &str = "1.8.0";

/// How many bytes of events are gathered before they are written.
const CHUNK: usize = 1 << 17;

/// How many recorders of a finding are named.
const NAMED: usize = 100;

/// See [`super::AuditFormat`]. Resources of one place and verdict differ in their ARN alone, as in JSON.
pub(crate) fn document(document: &AuditDocument<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let audit = document.audit;
    let mut buffer: Vec<u8> = Vec::with_capacity(CHUNK + (1 << 16));
    let of_places = OfPlaces::new(audit);
    let mut escaped = String::new();
    for (at, place) in audit.places.iter().enumerate() {
        for entry in of_places.at(at) {
            event(document, &entry).fill("", &mut buffer);
            hand_on(&mut buffer, out)?;
        }
        for plane in &place.planes {
            let mut templates: BTreeMap<Key, Option<Json>> = BTreeMap::new();
            for (home, row) in audit.at_home(at, plane.kind) {
                let make = || entries::of_resource(audit, home).map(|entry| event(document, &entry));
                let template = templates.entry(entries::key(audit, home)).or_insert_with(make);
                if let Some(template) = template {
                    escaped.clear();
                    escape_into(&mut escaped, &visible(row.arn));
                    template.fill(&escaped, &mut buffer);
                    hand_on(&mut buffer, out)?;
                }
            }
        }
    }
    out.write_all(&buffer)
}

/// Ends a line, and writes what was gathered if it is enough.
fn hand_on(buffer: &mut Vec<u8>, out: &mut dyn Write) -> io::Result<()> {
    buffer.push(b'\n');
    if buffer.len() >= CHUNK {
        out.write_all(buffer)?;
        buffer.clear();
    }
    Ok(())
}

/// The numbers and captions of a status: of the check, and of the finding.
const fn statuses(entry: &Entry<'_>) -> ((usize, &'static str), (usize, &'static str)) {
    let check = match entry.status {
        Status::Fail => (3, "Fail"),
        // "The compliance check did not yield a result due to missing information."
        Status::Undetermined => (2, "Warning"),
        Status::Pass | Status::NotApplicable => (1, "Pass"),
    };
    let finding = match (entry.accepted.is_some(), entry.status) {
        (true, _) => (3, "Suppressed"),
        (false, Status::Fail | Status::Undetermined) => (1, "New"),
        (false, Status::Pass | Status::NotApplicable) => (4, "Resolved"),
    };
    (check, finding)
}

fn severity(entry: &Entry<'_>) -> (usize, &'static str) {
    match entry.weight() {
        Some(Weight::Required) => (3, "Medium"),
        Some(Weight::Advisory) => (2, "Low"),
        None => (1, "Informational"),
    }
}

fn event(document: &AuditDocument<'_>, entry: &Entry<'_>) -> Json {
    let audit = document.audit;
    let ((check_id, check), (status_id, status)) = statuses(entry);
    let (severity_id, severity) = severity(entry);
    let time = logs::milliseconds(document.stamp.generated_at).and_then(|time| usize::try_from(time).ok());
    let mut json = Json::default();
    json.object(|event| {
        event.number("activity_id", 1);
        event.text("activity_name", "Create");
        event.number("category_uid", 2);
        event.text("category_name", "Findings");
        event.number("class_uid", 2003);
        event.text("class_name", "Compliance Finding");
        event.number("type_uid", 200_301);
        event.text("type_name", "Compliance Finding: Create");
        event.number("time", time.unwrap_or_default());
        event.number("severity_id", severity_id);
        event.text("severity", severity);
        event.number("status_id", status_id);
        event.text("status", status);
        event.text_around("message", &entry.headline);
        if let Some(accepted) = entry.accepted {
            event.text("comment", &visible(&accepted.exception.why()));
        }
        event.object("metadata", |metadata| self::metadata(document, entry, metadata));
        event.object("cloud", |cloud| self::cloud(audit, entry, cloud));
        event.object("finding_info", |info| {
            info.text_around("uid", &uid(audit, entry));
            info.text("title", entry.control.title);
            info.text_around("desc", &entry.headline);
            info.texts("types", ["Software and Configuration Checks"]);
        });
        event.object("compliance", |compliance| {
            compliance.text("control", entry.control.id);
            compliance.text("desc", entry.control.title);
            let supported: Vec<_> = frameworks::supported(audit, entry.control.id).collect();
            if !supported.is_empty() {
                let mut standards: Vec<String> =
                    supported.iter().map(|(of, _)| format!("{} {}", of.name, of.version)).collect();
                standards.dedup();
                compliance.texts("standards", standards.iter().map(String::as_str));
                let named = |(of, one): &(&Framework, &Requirement)| format!("{} {}", of.name, one.id);
                let named: Vec<String> = supported.iter().map(named).collect();
                compliance.texts("requirements", named.iter().map(String::as_str));
            }
            compliance.number("status_id", check_id);
            compliance.text("status", check);
            if let Some(code) = entry.code {
                compliance.text("status_code", code.as_str());
            }
            let lines = entry.text.lines();
            let lines =
                lines.iter().filter(|line| !line.is_empty() && !entry.headline.ends_with(line.as_str()));
            compliance.list("status_details", lines, |json, line| json.around(line));
        });
        if let Some(fix) = &entry.text.fix {
            event.object("remediation", |remediation| remediation.text("desc", fix));
        }
        resources(audit, entry, event);
        unmapped(audit, entry, event);
    });
    json
}

fn metadata(document: &AuditDocument<'_>, entry: &Entry<'_>, metadata: &mut Object<'_>) {
    metadata.text("version", VERSION);
    metadata.texts("profiles", ["cloud"]);
    metadata.text("event_code", entry.control.id);
    metadata.text("original_time", &visible(&document.audit.inventory.collected_at));
    metadata.object("product", |product| {
        product.text("name", "InvokeTrail");
        product.text("vendor_name", "InvokeTrail");
        product.text("version", document.stamp.version);
    });
}

fn cloud(audit: &Audit<'_>, entry: &Entry<'_>, cloud: &mut Object<'_>) {
    let place = &audit.places[entry.place];
    cloud.text("provider", "AWS");
    cloud.text("cloud_partition", &audit.inventory.partition);
    cloud.text("region", place.region);
    let account = audit.inventory.accounts.iter().find(|one| one.id == place.account);
    cloud.object("account", |object| {
        object.text("uid", place.account);
        if let Some(name) = account.and_then(|one: &Account| one.name.as_deref()) {
            object.text("name", &visible(name));
        }
        object.number("type_id", 10);
        object.text("type", "AWS Account");
    });
}

/// The same in each audit: the control, and what it is about.
fn uid(audit: &Audit<'_>, entry: &Entry<'_>) -> String {
    let place = &audit.places[entry.place];
    match entry.subject {
        Subject::Resource { .. } => format!("{}/{}", entry.control.id, entries::ARN),
        Subject::Place { .. } => format!("{}/{}/{}", entry.control.id, place.account, place.region),
    }
}

fn resources(audit: &Audit<'_>, entry: &Entry<'_>, event: &mut Object<'_>) {
    let region = audit.places[entry.place].region;
    let partition = &audit.inventory.partition;
    match &entry.subject {
        Subject::Resource { kind, .. } => event.list("resources", [kind], |json, kind| {
            json.object(|object| {
                object.text_or_hole("uid", None);
                object.text("type", kind.as_str());
                object.text("region", region);
                object.text("cloud_partition", partition);
            });
        }),
        Subject::Place { recorders } => {
            let account = Some((audit.places[entry.place].account, "AWS::::Account"));
            let recorders = recorders.iter().take(NAMED).map(|at| &audit.inventory.recorders[*at]);
            let recorders = recorders.map(|one| (one.arn.as_str(), type_of(one.kind)));
            event.list("resources", account.into_iter().chain(recorders), |json, (uid, kind)| {
                json.object(|object| {
                    object.text("uid", uid);
                    object.text("type", kind);
                    object.text("cloud_partition", partition);
                });
            });
        }
    }
}

const fn type_of(kind: RecorderKind) -> &'static str {
    match kind {
        RecorderKind::Trail => "AWS::CloudTrail::Trail",
        RecorderKind::EventDataStore => "AWS::CloudTrail::EventDataStore",
        RecorderKind::Channel => "AWS::CloudTrail::Channel",
    }
}

fn unmapped(audit: &Audit<'_>, entry: &Entry<'_>, event: &mut Object<'_>) {
    event.object("unmapped", |unmapped| {
        unmapped.text("invoketrail_status", entry.status.as_str());
        let weight = if entry.control.weight == Weight::Required { "required" } else { "advisory" };
        unmapped.text("weight", weight);
        if let Some(accepted) = entry.accepted {
            unmapped.object("exception", |exception| {
                exception.text("id", &accepted.exception.id);
                exception.text("owner", &accepted.exception.owner);
                exception.text("until", &accepted.exception.until);
                exception.maybe("ticket", accepted.exception.ticket.as_deref());
            });
        }
        match &entry.subject {
            Subject::Resource { state, proof, .. } => {
                unmapped.text("verdict", verdict_word(*state));
                unmapped.object("proof", |object| proof::members(audit, *proof, None, object));
            }
            Subject::Place { recorders } => {
                let recorders = recorders.iter().take(NAMED).map(|at| &audit.inventory.recorders[*at]);
                unmapped.list("recorders", recorders, |json, one| {
                    json.object(|object| {
                        object.text("arn", &one.arn);
                        object.text("kind", kind_word(one.kind));
                    });
                });
            }
        }
    });
}
