//! Findings as JSON, `invoketrail.detections/1`, and as JSON lines.

use super::{DETECTIONS_FORMAT, Detections};
use crate::left_out;
use crate::member::{Json, Object};
use crate::page::Layout;
use crate::quantity::size;
use detect::exception::Exception;
use detect::finding::{Finding, Proof};
use detect::story::Story;
use logs::text_of;
use std::io::{self, Write};

/// See [`super::DetectionsFormat`].
pub(super) fn json(found: &Detections<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", DETECTIONS_FORMAT);
        head(found, object);
        object.list("stories", found.stories, |json, one| json.object(|object| story(found, one, object)));
        let findings = found.findings.iter().enumerate();
        object.list("findings", findings, |json, (at, one)| {
            json.object(|object| finding(found, at, one, object));
        });
    });
    writeln!(out, "{}", json.as_str())
}

/// See [`super::DetectionsFormat`].
pub(super) fn jsonl(found: &Detections<'_>, _: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", DETECTIONS_FORMAT);
        object.text("record", "detections");
        head(found, object);
    });
    writeln!(out, "{}", json.as_str())?;
    for one in found.stories {
        json.clear();
        json.object(|object| {
            object.text("record", "story");
            story(found, one, object);
        });
        writeln!(out, "{}", json.as_str())?;
    }
    for (at, one) in found.findings.iter().enumerate() {
        json.clear();
        json.object(|object| {
            object.text("record", "finding");
            finding(found, at, one, object);
        });
        writeln!(out, "{}", json.as_str())?;
    }
    Ok(())
}

fn head(found: &Detections<'_>, object: &mut Object<'_>) {
    object.text("generated_at", &text_of(found.now));
    object.object("tool", |object| {
        object.text("name", "invoketrail");
        object.text("version", found.version);
    });
    object.text("headline", &found.headline());
    object.number("open_findings", found.open().count());
    object.texts("limits", found.limits().iter().map(String::as_str));
    object.object("reading", |object| {
        object.number("files", size(found.known.1));
        object.number("files_known", size(found.known.0));
        object.number("records", size(found.account.records));
        object.number("damaged", size(found.account.damaged));
        object.number("unread", size(found.account.unread));
        object.list("troubles", &found.account.troubles, |json, one| {
            json.object(|object| {
                object.text("file", &one.file);
                match one.offset {
                    Some(offset) => object.number("offset", size(offset)),
                    None => object.null("offset"),
                }
                object.text("reason", &one.why);
            });
        });
        left_out::member(found.left_out, object);
    });
    object.list("accounts", &found.facts.accounts, |json, (id, span)| {
        json.object(|object| {
            object.text("id", id);
            object.text("first", &text_of(span.first));
            object.text("last", &text_of(span.last));
            object.flag("learned", found.has_learned(span));
        });
    });
}

fn story(found: &Detections<'_>, one: &Story, object: &mut Object<'_>) {
    object.text("id", &one.id);
    object.text("severity", one.severity.as_str());
    object.text("from", &text_of(one.time));
    object.text("until", &text_of(one.until));
    object.flag("open", found.is_open(one));
    object.texts("principals", one.principals.iter().map(String::as_str));
    object.texts("functions", one.functions.iter().map(String::as_str));
    let ids = one.findings.iter().filter_map(|at| found.findings.get(*at));
    object.texts("findings", ids.map(|one| one.id.as_str()));
}

/// The members of a finding.
pub(super) fn finding(found: &Detections<'_>, at: usize, one: &Finding, object: &mut Object<'_>) {
    let (title, attack) = found.told_of(&one.detection);
    object.text("id", &one.id);
    object.text("detection", &one.detection);
    object.text("title", title);
    object.text("severity", one.severity.as_str());
    object.texts("attack", attack);
    object.text("time", &text_of(one.time));
    object.text("until", &text_of(one.until));
    object.text("account", &one.account);
    object.text("region", &one.region);
    object.maybe("function", one.function.as_deref());
    object.maybe("principal", one.principal.as_deref());
    object.maybe("address", one.address.as_deref());
    object.texts("more_addresses", one.more_addresses.iter().map(String::as_str));
    object.text("seen", &one.seen);
    object.maybe("normal", one.normal.as_deref());
    object.maybe("remark", one.remark.as_deref());
    object.number("records", size(one.events));
    object.list("events", &one.proofs, |json, one| json.object(|object| proof(one, object)));
    object.member("accepted", |json| exception(found.by(at), json));
    object.member("accepted_until_it_ended", |json| exception(found.ended(at), json));
}

fn proof(one: &Proof, object: &mut Object<'_>) {
    object.text("id", &one.event_id);
    object.text("time", &text_of(one.time));
    object.text("file", &one.file);
    object.number("offset", size(one.offset));
}

fn exception(one: Option<&Exception>, json: &mut Json) {
    let Some(one) = one else { return json.null() };
    json.object(|object| {
        object.text("id", &one.id);
        object.text("owner", &one.owner);
        object.text("reason", &one.reason);
        object.maybe("ticket", one.ticket.as_deref());
        object.text("expires", &one.expires);
    });
}
