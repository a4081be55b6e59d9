//! Findings as OCSF 1.8.0, class Detection Finding (2004): JSON lines, an event for each. What OCSF has no place for stands in
//! `unmapped`.

use super::Detections;
use crate::member::{Json, Object};
use crate::page::Layout;
use crate::quantity::size;
use detect::arn::{name_of, region_of};
use detect::finding::{Finding, Severity};
use logs::text_of;
use std::io::{self, Write};
use text::visible::visible;

/// See [`super::DetectionsFormat`].
pub(super) fn document(found: &Detections<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut json = Json::default();
    for (at, one) in found.findings.iter().enumerate() {
        json.clear();
        json.object(|event| self::event(found, at, one, event));
        writeln!(out, "{}", json.as_str())?;
    }
    Ok(())
}

const fn severity(severity: Severity) -> (usize, &'static str) {
    match severity {
        Severity::Note => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

fn number(time: i64) -> usize {
    usize::try_from(time).unwrap_or_default()
}

fn event(found: &Detections<'_>, at: usize, one: &Finding, event: &mut Object<'_>) {
    let (severity_id, severity) = severity(one.severity);
    let (status_id, status) = if found.by(at).is_some() { (3, "Suppressed") } else { (1, "New") };
    event.number("activity_id", 1);
    event.text("activity_name", "Create");
    event.number("category_uid", 2);
    event.text("category_name", "Findings");
    event.number("class_uid", 2004);
    event.text("class_name", "Detection Finding");
    event.number("type_uid", 200_401);
    event.text("type_name", "Detection Finding: Create");
    event.number("time", number(one.time));
    event.number("start_time", number(one.time));
    event.number("end_time", number(one.until));
    event.number("count", size(one.events).max(1));
    event.number("severity_id", severity_id);
    event.text("severity", severity);
    event.number("status_id", status_id);
    event.text("status", status);
    event.text("message", &visible(&one.seen));
    if let Some(exception) = found.by(at) {
        let why = format!("{} ({}), until {}", exception.reason, exception.owner, exception.expires);
        event.text("comment", &visible(&why));
    }
    event.object("metadata", |metadata| {
        metadata.text("version", "1.8.0");
        metadata.texts("profiles", ["cloud"]);
        metadata.text("event_code", &one.detection);
        metadata.object("product", |product| {
            product.text("name", "InvokeTrail");
            product.text("vendor_name", "InvokeTrail");
            product.text("version", found.version);
        });
    });
    event.object("cloud", |cloud| {
        cloud.text("provider", "AWS");
        cloud.text("region", &visible(&one.region));
        cloud.object("account", |account| {
            account.text("uid", &visible(&one.account));
            account.number("type_id", 10);
            account.text("type", "AWS Account");
        });
    });
    event.object("finding_info", |info| finding_info(found, one, info));
    evidences(one, event);
    if let Some(function) = &one.function {
        event.list("resources", [function], |json, function| {
            json.object(|object| {
                object.text("uid", &visible(function));
                object.text("name", &visible(name_of(function)));
                object.text("type", "AWS::Lambda::Function");
                object.text("region", &visible(region_of(function)));
            });
        });
    }
    event.object("unmapped", |object| {
        object.maybe("normal", one.normal.as_deref());
        object.maybe("remark", one.remark.as_deref());
        let story = found.stories.iter().find(|story| story.findings.contains(&at));
        object.maybe("story", story.map(|story| story.id.as_str()));
    });
}

fn finding_info(found: &Detections<'_>, one: &Finding, info: &mut Object<'_>) {
    let (title, attack) = found.told_of(&one.detection);
    info.text("uid", &one.id);
    info.text("title", &visible(if title.is_empty() { &one.detection } else { title }));
    info.text("desc", &visible(&one.seen));
    info.number("first_seen_time", number(one.time));
    info.number("last_seen_time", number(one.until));
    info.object("analytic", |analytic| {
        analytic.text("uid", &one.detection);
        analytic.text("name", &visible(if title.is_empty() { &one.detection } else { title }));
        let (id, kind) = if one.normal.is_some() { (2, "Behavioral") } else { (1, "Rule") };
        analytic.number("type_id", id);
        analytic.text("type", kind);
    });
    info.list("attacks", attack, |json, id| {
        json.object(|object| {
            object.text("version", "19");
            let (technique, sub) =
                id.split_once('.').map_or((id, None), |(technique, _)| (technique, Some(id)));
            object.object("technique", |object| object.text("uid", technique));
            if let Some(sub) = sub {
                object.object("sub_technique", |object| object.text("uid", sub));
            }
        });
    });
}

fn evidences(one: &Finding, event: &mut Object<'_>) {
    event.list("evidences", &one.proofs, |json, proof| {
        json.object(|object| {
            object.text("uid", &visible(&proof.event_id));
            if let Some(principal) = &one.principal {
                object.object("actor", |actor| {
                    actor.object("user", |user| {
                        user.text("uid", &visible(principal));
                        user.text("name", &visible(name_of(principal)));
                    });
                });
            }
            object.object("data", |data| {
                data.text("event_id", &proof.event_id);
                data.text("time", &text_of(proof.time));
                data.text("file", &proof.file);
                data.number("offset", size(proof.offset));
            });
        });
    });
}
