//! A verification as JSON, `invoketrail.verify/1`, and as JSON lines.

use super::super::Stamp;
use super::super::left_out;
use super::super::member::{Json, Object};
use super::super::validation::validation_members;
use super::{NOT_PROVEN, ReadOn, VERIFY_FORMAT, Verification, VerifiedFunction, WHY_MISSING, word};
use crate::quantity::size;
use audit::evidence::{Doubt, Looked, Metric, Note, Origin, Outcome};
use logs::scan::Account;
use logs::text_of;
use std::io::{self, Write};

/// Writes it as one document: every function on a line of its own.
///
/// # Errors
/// What the writer says.
pub fn verification_json(
    verification: &Verification,
    stamp: &Stamp<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", VERIFY_FORMAT);
        head(verification, stamp, object);
        if let Some(validation) = &verification.digests {
            object.object("digests", |object| {
                validation_members(validation, &verification.keys, object);
                let unseen = verification.unproven_because.iter().map(String::as_str);
                object.texts("unseen", unseen);
            });
        }
    });
    let head = json.as_str();
    out.write_all(head.strip_suffix('}').unwrap_or(head).as_bytes())?;
    write!(out, ",\n\"functions\":[")?;
    let mut separator = "\n";
    for one in &verification.functions {
        json.clear();
        json.object(|object| function(one, object));
        out.write_all(separator.as_bytes())?;
        separator = ",\n";
        out.write_all(json.as_str().as_bytes())?;
    }
    out.write_all(b"]}\n")
}

/// Writes it as JSON lines: first what was read (`"record":"verification"`), then each function.
///
/// # Errors
/// What the writer says.
pub fn verification_jsonl(
    verification: &Verification,
    stamp: &Stamp<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", VERIFY_FORMAT);
        object.text("record", "verification");
        head(verification, stamp, object);
    });
    writeln!(out, "{}", json.as_str())?;
    for one in &verification.functions {
        json.clear();
        json.object(|object| {
            object.text("format", VERIFY_FORMAT);
            object.text("record", "function");
            function(one, object);
        });
        writeln!(out, "{}", json.as_str())?;
    }
    Ok(())
}

fn head(verification: &Verification, stamp: &Stamp<'_>, object: &mut Object<'_>) {
    object.text("generated_at", stamp.generated_at);
    object.text("answer", verification.answer().as_str());
    object.object("tool", |object| {
        object.text("name", "invoketrail");
        object.text("version", stamp.version);
    });
    object.text("since", &text_of(verification.window.start));
    object.text("until", &text_of(verification.window.end));
    object.texts("places", verification.places.iter().map(String::as_str));
    object.text("metrics", verification.metrics);
    let sums = verification.sums();
    object.object("summary", |object| {
        object.number("functions", sums.all());
        object.number("evidenced", sums.evidenced);
        object.number("idle", sums.idle);
        object.number("missing", sums.missing);
        object.number("undetermined", sums.undetermined);
    });
    object.object("reading", |object| {
        account(&verification.account, object);
        left_out::member(&verification.left_out, object);
    });
    if let Some(ReadOn { until, functions, files, spared }) = &verification.read_on {
        object.object("read_on", |object| {
            object.text("until", &text_of(*until));
            object.number("functions", *functions);
            object.number("files", size(*files));
            object.number("files_spared_by_digests", size(*spared));
        });
    }
    object.number("copies", size(verification.copies));
    object.number("records_of_foreign_functions", size(verification.foreign));
    object.number("other_resources", verification.others);
    object.texts("unseen", verification.unseen.iter().map(String::as_str));
    object.text("not_proven", NOT_PROVEN);
}

fn account(account: &Account, object: &mut Object<'_>) {
    for (name, count) in [
        ("files", account.files),
        ("unread", account.unread),
        ("damaged", account.damaged),
        ("records", account.records),
        ("invocations", account.invocations),
        ("refusals", account.refusals),
        ("corrections_apart", account.corrections_apart),
    ] {
        object.number(name, size(count));
    }
    object.list("troubles", &account.troubles, |json, one| {
        json.object(|object| {
            object.text("file", &one.file);
            if let Some(offset) = one.offset {
                object.number("offset", size(offset));
            }
            object.text("why", &one.why);
        });
    });
}

fn function(one: &VerifiedFunction, object: &mut Object<'_>) {
    let records = &one.known.records;
    object.text("function", &one.arn);
    object.flag("listed", one.listed);
    object.text("result", word(one.decided.outcome));
    object.number("records", size(records.records));
    object.number("calls", size(records.calls));
    object.number("executions", size(records.executions));
    if records.records > 0 {
        object.text("first", &text_of(records.first));
        object.text("last", &text_of(records.last));
    }
    if let (Some(p50), Some(p99)) = (records.lag_p50, records.lag_p99) {
        object.object("lag_seconds", |object| {
            object.number("p50", size(p50));
            object.number("p99", size(p99));
        });
    }
    match &one.known.metric {
        Metric::Known(count) => object.number("invocations", size(*count)),
        Metric::Unknown(why) => {
            object.null("invocations");
            object.text("invocations_unknown", why);
        }
    }
    object.object("looked", |object| looked(&one.known.looked, object));
    object.text(
        "place_named_by",
        match one.known.origin {
            Origin::Trail => "trail",
            Origin::ByHand => "hand",
        },
    );
    if one.decided.outcome == Outcome::Missing {
        object.text("why", WHY_MISSING);
    }
    object.list("doubts", &one.decided.doubts, |json, doubt| {
        json.object(|object| {
            object.text("reason", doubt_word(doubt));
            object.text("text", &doubt.to_string());
        });
    });
    object.list("notes", &one.decided.notes, |json, note| {
        json.object(|object| {
            object.text("reason", note_word(note));
            object.text("text", &note.to_string());
        });
    });
}

fn looked(looked: &Looked, object: &mut Object<'_>) {
    match looked {
        Looked::Whole { files } => {
            object.text("state", "whole");
            object.number("files", size(*files));
        }
        Looked::Partly { unread, first } => {
            object.text("state", "partly");
            object.number("unread", size(*unread));
            object.text("why", first);
        }
        Looked::CutOff { files, newest } => {
            object.text("state", "cut_off");
            object.number("files", size(*files));
            object.text("newest", newest);
        }
        Looked::Lacking { files, why } => {
            object.text("state", "lacking");
            object.number("files", size(*files));
            object.text("why", why);
        }
        Looked::Late { files, unread, first } => {
            object.text("state", "late_unread");
            object.number("files", size(*files));
            object.number("unread", size(*unread));
            object.text("why", first);
        }
        Looked::NoFile => object.text("state", "no_file"),
        Looked::Corrected => object.text("state", "corrected"),
        Looked::NotLooked { why } => {
            object.text("state", "not_looked");
            object.text("why", why);
        }
    }
}

fn doubt_word(doubt: &Doubt) -> &'static str {
    match doubt {
        Doubt::Unread { .. } => "unread",
        Doubt::Unproven { .. } => "unproven",
        Doubt::NotLooked { .. } => "not_looked",
        Doubt::Elsewhere | Doubt::Unrecorded => "elsewhere",
        Doubt::Corrected => "corrected",
        Doubt::CutOff { .. } => "cut_off",
        Doubt::Lacking { .. } => "lacking",
        Doubt::Late { .. } => "late_unread",
        Doubt::JustOutside { .. } => "just_outside",
        Doubt::Unsettled => "unsettled",
        Doubt::NoMetric { .. } => "no_metric",
    }
}

fn note_word(note: &Note) -> &'static str {
    match note {
        Note::FarFewer { .. } => "far_fewer",
        Note::NotAllProven { .. } => "not_all_proven",
        Note::Unread { .. } => "unread",
        Note::Unsettled => "unsettled",
    }
}
