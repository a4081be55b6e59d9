//! Invocations as JSON, `invoketrail.invocations/1`, and as JSON lines.

use super::super::Stamp;
use super::super::left_out;
use super::super::member::{Json, Object};
use super::{INVOCATIONS_FORMAT, Reading, Sort};
use crate::quantity::size;
use logs::scan::Account;
use logs::{
    Attempt, Cell, Dimension, Invocations, LeftOut, Line, Question, TableRow, Timeline, Way, text_of,
};
use std::io::{self, Write};

/// Writes them as one document: every group or call on a line of its own.
///
/// # Errors
/// What the writer says.
pub fn invocations_json(reading: &Reading<'_>, stamp: &Stamp<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", INVOCATIONS_FORMAT);
        head(reading, stamp, object);
    });
    let head = json.as_str();
    out.write_all(head.strip_suffix('}').unwrap_or(head).as_bytes())?;
    let name = if matches!(reading.found, Invocations::Groups(_)) { "groups" } else { "timeline" };
    write!(out, ",\n\"{name}\":[")?;
    let mut separator = "\n";
    entries(reading, |entry| {
        json.clear();
        json.object(|object| entry.members(reading.question, object));
        out.write_all(separator.as_bytes())?;
        separator = ",\n";
        out.write_all(json.as_str().as_bytes())
    })?;
    out.write_all(b"]}\n")
}

/// Writes them as JSON lines: first what was read (`"record":"reading"`), then each group or call.
///
/// # Errors
/// What the writer says.
pub fn invocations_jsonl(reading: &Reading<'_>, stamp: &Stamp<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", INVOCATIONS_FORMAT);
        object.text("record", "reading");
        head(reading, stamp, object);
    });
    writeln!(out, "{}", json.as_str())?;
    entries(reading, |entry| {
        json.clear();
        json.object(|object| {
            object.text("format", INVOCATIONS_FORMAT);
            object.text("record", if matches!(entry, Entry::Group(_)) { "group" } else { "call" });
            entry.members(reading.question, object);
        });
        writeln!(out, "{}", json.as_str())
    })
}

/// One line of an answer.
enum Entry<'a> {
    Group(TableRow<'a>),
    Call(&'a Line),
}

impl Entry<'_> {
    fn members(&self, question: &Question, object: &mut Object<'_>) {
        match self {
            Entry::Group(group) => {
                object.object("labels", |object| labels(&question.by, group.labels(), object));
                cell(&group.cell, object);
            }
            Entry::Call(line) => call(line, object),
        }
    }
}

fn entries(reading: &Reading<'_>, mut each: impl FnMut(Entry<'_>) -> io::Result<()>) -> io::Result<()> {
    match reading.found {
        Invocations::Groups(_) => reading.groups().try_for_each(|group| each(Entry::Group(group))),
        Invocations::Timeline(timeline) => timeline.lines.iter().try_for_each(|line| each(Entry::Call(line))),
    }
}

fn head(reading: &Reading<'_>, stamp: &Stamp<'_>, object: &mut Object<'_>) {
    object.text("generated_at", stamp.generated_at);
    object.object("tool", |object| {
        object.text("name", "invoketrail");
        object.text("version", stamp.version);
    });
    object.object("question", |object| question(reading, object));
    object.object("reading", |object| {
        account(reading.account, reading.left_out, object);
        object.number("copies", size(reading.copies()));
        if let Some(looked) = &reading.looked_until {
            object.text("delivered_until", &text_of(looked.delivered));
            object.number("later_files", size(looked.later));
            if looked.digests_unread > 0 {
                object.number("later_digests_unread", size(looked.digests_unread));
            }
        }
    });
    match reading.found {
        Invocations::Groups(table) => object.object("total", |object| {
            object.number("groups", table.len());
            cell(&table.total(), object);
        }),
        Invocations::Timeline(timeline) => object.object("total", |object| {
            object.number("shown", timeline.lines.len());
            object.number("earlier", size(timeline.more));
        }),
    }
}

fn question(reading: &Reading<'_>, object: &mut Object<'_>) {
    let Question { by, filter } = reading.question;
    let timeline = matches!(reading.found, Invocations::Timeline(_));
    object.flag("timeline", timeline);
    object.texts("by", by.iter().filter(|_| !timeline).map(|one| one.as_str()));
    object.text("sort", sort_word(reading.sort));
    object.texts("functions", filter.functions.iter().map(logs::Pattern::as_str));
    object.texts("principals", filter.principals.iter().map(logs::Pattern::as_str));
    object.texts("accounts", filter.accounts.iter().map(String::as_str));
    object.texts("regions", filter.regions.iter().map(String::as_str));
    object.texts("event_names", filter.names.iter().map(String::as_str));
    object.maybe("since", filter.since.map(text_of).as_deref());
    object.maybe("until", filter.until.map(text_of).as_deref());
    object.texts("via", filter.ways.iter().map(|way| way_word(*way)));
    object.flag("errors", filter.errors);
    object.texts("error_codes", filter.error_codes.iter().map(logs::Pattern::as_str));
    let addresses: Vec<String> = filter.addresses.iter().map(ToString::to_string).collect();
    object.texts("addresses", addresses.iter().map(String::as_str));
    object.texts("agents", filter.agents.iter().map(logs::Pattern::as_str));
    object.texts("access_keys", filter.access_keys.iter().map(logs::Pattern::as_str));
    object.texts("caller_accounts", filter.caller_accounts.iter().map(String::as_str));
}

const fn sort_word(sort: Sort) -> &'static str {
    match sort {
        Sort::Calls => "calls",
        Sort::Label => "label",
        Sort::Last => "last",
    }
}

const fn way_word(way: Way) -> &'static str {
    match way {
        Way::Via(via) => via.as_str(),
        Way::Async => "async",
    }
}

fn account(account: &Account, left_out: &LeftOut, object: &mut Object<'_>) {
    object.object("files", |object| {
        object.number("read", size(account.files - account.unread - account.damaged));
        object.number("damaged", size(account.damaged));
        object.number("unread", size(account.unread));
    });
    left_out::member(left_out, object);
    object.number("packed_bytes", size(account.packed));
    object.number("bytes", size(account.bytes));
    object.number("records", size(account.records));
    object.number("invocations", size(account.invocations));
    object.number("control_plane", size(account.control));
    object.number("not_events", size(account.not_events));
    object.number("refused", size(account.refusals));
    object.number("corrections_apart", size(account.corrections_apart));
    object.object("aggregated", |object| {
        object.number("events", size(account.aggregated.0));
        object.number("calls", size(account.aggregated.1));
    });
    object.list("troubles", &account.troubles, |json, trouble| {
        json.object(|object| {
            object.text("file", &trouble.file);
            match trouble.offset {
                Some(offset) => object.number("offset", size(offset)),
                None => object.null("offset"),
            }
            object.text("reason", &trouble.why);
        });
    });
}

fn labels<'a>(by: &[Dimension], labels: impl Iterator<Item = &'a str>, object: &mut Object<'_>) {
    for (dimension, label) in by.iter().zip(labels) {
        object.text(&dimension.as_str().replace('-', "_"), label);
    }
}

fn texts(labels: &[String]) -> impl Iterator<Item = &str> {
    labels.iter().map(String::as_str)
}

fn cell(cell: &Cell, object: &mut Object<'_>) {
    object.number("calls", size(cell.calls));
    object.number("attempts", size(cell.attempts));
    object.number("orphans", size(cell.orphans));
    object.number("ran", size(cell.ran));
    object.number("async", size(cell.later));
    object.number("errors", size(cell.errors));
    object.number("dry_runs", size(cell.dry_runs));
    object.number("cross_account", size(cell.foreign));
    let some = cell.records() > 0;
    object.maybe("first", some.then(|| text_of(cell.first)).as_deref());
    object.maybe("last", some.then(|| text_of(cell.last)).as_deref());
}

fn call(line: &Line, object: &mut Object<'_>) {
    object.text("time", &text_of(line.milliseconds));
    object.maybe("event_id", line.event.as_deref());
    object.maybe("request_id", line.request.as_deref());
    object.object("labels", |object| labels(&Timeline::DIMENSIONS, texts(&line.labels), object));
    object.flag("orphan", line.orphan);
    object.flag("async", line.later);
    object.flag("dry_run", line.dry_run);
    object.flag("cross_account", line.foreign);
    object.list("attempts", &line.attempts, |json, attempt| {
        json.object(|object| self::attempt(attempt, object))
    });
}

fn attempt(attempt: &Attempt, object: &mut Object<'_>) {
    object.text("time", &text_of(attempt.milliseconds));
    object.maybe("event_id", attempt.event.as_deref());
    object.object("labels", |object| labels(&Timeline::DIMENSIONS, texts(&attempt.labels), object));
}
