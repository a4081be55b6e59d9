//! A check of a file of exceptions: text for a terminal, and JSON `invoketrail.exceptions-check/1`.

use super::Stamp;
use super::member::{Json, Object};
use super::page::{Align, Layout, Page, Span, Style};
use super::quantity::{quantity, size};
use super::recorder_sentences;
use audit::answer::Conclusion;
use audit::exception::Exception;
use audit::exception::check::{Check, Checked, SOON, State};
use audit::exception::matching::Match;
use std::collections::BTreeSet;
use text::nearest::nearest;

/// The format of a check of exceptions as JSON, and its version.
pub const EXCEPTIONS_CHECK_FORMAT: &str = "invoketrail.exceptions-check/1";

/// How a count of them reads.
const EXCEPTION: (&str, &str) = ("exception", "exceptions");
const FUNCTION: (&str, &str) = ("function", "functions");
const DAY: (&str, &str) = ("day", "days");

/// The check as text for a terminal.
#[must_use]
pub fn exceptions_text(check: &Check<'_>, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    let style = if check.answer() == Conclusion::No { Style::Bad } else { Style::Good };
    page.paragraph(0, (Style::Strong, ""), (style, &headline(check)));
    if !check.exceptions.is_empty() {
        page.gap();
        table(check, &mut page);
    }
    let said = sentences(check);
    if !said.is_empty() {
        page.gap();
    }
    for (label, style, sentence) in said {
        page.paragraph(0, (style, label), (Style::Plain, &sentence));
    }
    page.into_text()
}

/// The answer in one sentence, or one for each reason of a no.
fn headline(check: &Check<'_>) -> String {
    let (all, ended) = (check.exceptions.len(), check.count(State::Ended));
    let mut said = match (all, ended) {
        (0, _) => "The file holds no exception.".to_owned(),
        (1, 0) => "The exception holds.".to_owned(),
        (_, 0) => format!("All {} hold.", quantity(all, EXCEPTION)),
        _ => format!("{ended} of {} ended.", quantity(all, EXCEPTION)),
    };
    let too_long = check.count(State::TooLong);
    let do_not = if too_long == 1 {
        "does not hold because it ends too late."
    } else {
        "do not hold because they end too late."
    };
    match (too_long, ended) {
        (0, _) => {}
        (n, 0) => said = format!("{n} of {} {do_not}", quantity(all, EXCEPTION)),
        (n, _) => said.push_str(&format!(" {n} {do_not}")),
    }
    match check.duplicates.len() {
        0 => {}
        1 => said.push_str(" 1 function is named by several exceptions."),
        n => said.push_str(&format!(" {} are named by several exceptions.", quantity(n, FUNCTION))),
    }
    said
}

fn table(check: &Check<'_>, page: &mut Page) {
    let matched = check.exceptions.iter().any(|one| one.found.is_some() || one.matched.is_some());
    let mut heads = vec![
        ("Exception", Align::Left),
        ("Last day", Align::Left),
        ("State", Align::Left),
        ("Accepts", Align::Left),
    ];
    if matched {
        heads.push(("In the inventory", Align::Right));
    }
    heads.push(("Owner", Align::Left));
    // What ended or ends first comes first, so that a table that is cut shows it.
    let mut sorted: Vec<&Checked<'_>> = check.exceptions.iter().collect();
    sorted.sort_by(|a, b| a.exception.until.cmp(&b.exception.until));
    let shown = sorted.len().min(page.rows().max(1));
    let rows: Vec<Vec<Span>> = sorted[..shown].iter().map(|one| row(one, matched)).collect();
    page.table(&heads, &rows);
    if sorted.len() > shown {
        let told = format!("and {} more: all are in --format json", sorted.len() - shown);
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}

/// What it is about, in a few words.
fn accepts(exception: &Exception) -> String {
    match &exception.matched {
        Some(one) => quantity(one.controls.len(), ("control", "controls")),
        None => quantity(exception.functions.len(), FUNCTION),
    }
}

/// What a `match` asks for, in one line.
pub(super) fn described(one: &Match) -> String {
    let tags: Vec<String> = one.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let asked = [
        ("", &one.controls),
        ("of ", &one.arns),
        ("in ", &one.accounts),
        ("in ", &one.regions),
        ("with ", &tags),
    ];
    let told: Vec<String> = asked
        .into_iter()
        .filter(|(_, all)| !all.is_empty())
        .map(|(word, all)| format!("{word}{}", all.join(", ")))
        .collect();
    told.join(" ")
}

/// A `match` as its members.
pub(super) fn matching(one: &Match, object: &mut Object<'_>) {
    object.texts("controls", one.controls.iter().map(String::as_str));
    for (name, all) in [("arns", &one.arns), ("accounts", &one.accounts), ("regions", &one.regions)] {
        if !all.is_empty() {
            object.texts(name, all.iter().map(String::as_str));
        }
    }
    if !one.tags.is_empty() {
        object.object("tags", |object| one.tags.iter().for_each(|(key, value)| object.text(key, value)));
    }
}

fn row(one: &Checked<'_>, matched: bool) -> Vec<Span> {
    let exception = one.exception;
    let (style, word) = match one.state {
        State::Holds => (Style::Good, "holds"),
        State::EndsSoon => (Style::Open, "ends soon"),
        State::Ended => (Style::Bad, "ended"),
        State::TooLong => (Style::Bad, "too long"),
    };
    let mut row = vec![
        (Style::Plain, exception.id.clone()),
        (Style::Plain, exception.until.clone()),
        (style, word.to_owned()),
        (Style::Plain, accepts(exception)),
    ];
    match (&one.found, one.matched) {
        (Some(found), _) => row.push((Style::Plain, found.seen.len().to_string())),
        (None, Some(true)) if one.only_later && !one.unlisted.is_empty() => {
            row.push((Style::Open, "nothing yet".to_owned()))
        }
        (None, Some(true)) => row.push((Style::Plain, "matches".to_owned())),
        (None, Some(false)) => row.push((Style::Open, "nothing".to_owned())),
        (None, None) if matched => row.push((Style::Dim, "unknown".to_owned())),
        (None, None) => {}
    }
    row.push((Style::Plain, exception.owner.clone()));
    row
}

/// What is to be done or known, the worst first: a label and a sentence each.
fn sentences(check: &Check<'_>) -> Vec<(&'static str, Style, String)> {
    let mut said = Vec::new();
    let of = |state| check.exceptions.iter().filter(move |one| one.state == state);
    said.extend(of(State::Ended).map(|one| ("Ended: ", Style::Bad, ended(one))));
    said.extend(of(State::TooLong).map(|one| {
        let sentence =
            format!("{}.", recorder_sentences::sentence(&one.exception.why_not()).trim_end_matches('.'));
        ("Too long: ", Style::Bad, sentence)
    }));
    said.extend(check.duplicates.iter().map(|one| {
        let named = one.exceptions.join(", ");
        let sentence = format!("{} is named by {named}. An audit takes the first of them.", one.function);
        ("Duplicate: ", Style::Bad, sentence)
    }));
    said.extend(of(State::EndsSoon).map(|one| ("Ends soon: ", Style::Open, ends_soon(one))));
    for one in &check.exceptions {
        said.extend(unmatched(one, &check.names).map(|sentence| ("Warning: ", Style::Open, sentence)));
    }
    said
}

fn ended(one: &Checked<'_>) -> String {
    let exception = one.exception;
    let again = match exception.matched {
        Some(_) => "Since then what it matches fails again.",
        None => "Since then its functions fail again if they are not recorded.",
    };
    let ago = one.days_left.map(|left| format!(", {} ago", days(left))).unwrap_or_default();
    format!("{} of {} ended on {}{ago}. {again}", exception.id, exception.owner, exception.until)
}

fn ends_soon(one: &Checked<'_>) -> String {
    let exception = one.exception;
    let left = match one.days_left {
        Some(0) | None => "today, at the end of the day (UTC)".to_owned(),
        Some(left) => format!("on {}, in {}", exception.until, days(left)),
    };
    format!("{} of {} ends {left}.", exception.id, exception.owner)
}

fn days(left: i64) -> String {
    quantity(size(left.unsigned_abs()), DAY)
}

/// What an exception names that the inventory does not list.
fn unmatched(one: &Checked<'_>, names: &BTreeSet<&str>) -> Option<String> {
    if one.exception.matched.is_some() {
        let id = &one.exception.id;
        if one.matches_nothing() == Some(true) {
            return Some(format!("{id} matches no failing finding of its controls."));
        }
        let holds = matches!(one.state, State::Holds | State::EndsSoon);
        return (holds && !one.unlisted.is_empty()).then(|| unlisted(one, names));
    }
    let found = one.found.as_ref()?;
    let (id, all) = (&one.exception.id, one.exception.functions.len());
    if all == 0 {
        return Some(format!("{id} names no function."));
    }
    let places: BTreeSet<String> = found.unknown.iter().map(|arn| place(arn)).collect();
    let places = places.into_iter().collect::<Vec<_>>().join(", ");
    match (one.matches_nothing(), found.missing.len(), found.unknown.len()) {
        (Some(true), _, _) => Some(format!("{id} matches no function of the inventory.")),
        (None, _, _) => Some(format!(
            "Unknown whether {id} matches a function, because the inventory has no complete list for {places}."
        )),
        (Some(false), 0, 0) => None,
        (Some(false), 0, unknown) => Some(format!(
            "Unknown for {unknown} of {} of {id}, because the inventory has no complete list for {places}.",
            quantity(all, FUNCTION)
        )),
        (Some(false), missing, _) => {
            let named = found.missing.join(", ");
            let are = if missing == 1 { "is" } else { "are" };
            let all = quantity(all, FUNCTION);
            Some(format!("{missing} of {all} of {id} {are} not in the inventory: {named}."))
        }
    }
}

/// What the `match` of one names and the inventory does not list: the nearest names, and what it still accepts.
fn unlisted(one: &Checked<'_>, names: &BTreeSet<&str>) -> String {
    let near = |wrong: &&&str| nearest(wrong.rsplit(':').next().unwrap_or_default(), names.iter().copied());
    let meant: BTreeSet<&str> = one.unlisted.iter().filter_map(|wrong| near(&wrong)).collect();
    let spelled = match (one.unlisted.len(), meant.is_empty()) {
        (1, true) => "It may be misspelled".to_owned(),
        (_, true) => "They may be misspelled".to_owned(),
        (1, false) => format!("It may be misspelled: did you mean {}?", joined(&meant)),
        (_, false) => format!("They may be misspelled: did you mean {}?", joined(&meant)),
    };
    let end = if spelled.ends_with('?') { "" } else { "." };
    let later =
        if one.only_later { " It accepts nothing before something of that name is created." } else { "" };
    let named = one.unlisted.join(", ");
    format!("{} names {named}, which the inventory does not list. {spelled}{end}{later}", one.exception.id)
}

fn joined(all: &BTreeSet<&str>) -> String {
    all.iter().copied().collect::<Vec<_>>().join(", ")
}

/// The account and Region of an ARN, for people.
fn place(arn: &str) -> String {
    let mut parts = arn.split(':').skip(3);
    let region = parts.next().unwrap_or_default();
    format!("{} {region}", parts.next().unwrap_or_default())
}

/// The check as one JSON document.
#[must_use]
pub fn exceptions_json(check: &Check<'_>, today: &str, stamp: &Stamp<'_>) -> String {
    let mut json = Json::default();
    json.object(|object| {
        object.text("format", EXCEPTIONS_CHECK_FORMAT);
        object.text("generated_at", stamp.generated_at);
        object.text("answer", check.answer().as_str());
        object.object("tool", |object| {
            object.text("name", "invoketrail");
            object.text("version", stamp.version);
        });
        object.text("today", today);
        object.object("summary", |object| {
            object.number("exceptions", check.exceptions.len());
            for state in [State::Holds, State::EndsSoon, State::Ended, State::TooLong] {
                object.number(state.as_str(), check.count(state));
            }
            object.number("ends_soon_days", usize::try_from(SOON).unwrap_or_default());
            object.number("duplicates", check.duplicates.len());
            let nothing = |one: &&Checked<'_>| one.matches_nothing() == Some(true);
            object.number("match_nothing", check.exceptions.iter().filter(nothing).count());
        });
        object.list("exceptions", &check.exceptions, |json, one| json.object(|object| members(one, object)));
        object.list("duplicates", &check.duplicates, |json, one| {
            json.object(|object| {
                object.text("function", one.function);
                object.texts("exceptions", one.exceptions.iter().copied());
            });
        });
    });
    format!("{}\n", json.as_str())
}

fn members(one: &Checked<'_>, object: &mut Object<'_>) {
    let exception = one.exception;
    object.text("id", &exception.id);
    object.text("owner", &exception.owner);
    object.text("reason", &exception.reason);
    object.text("until", &exception.until);
    object.text("state", one.state.as_str());
    object.member("days_left", |json| match one.days_left {
        Some(left) => json.integer(left),
        None => json.null(),
    });
    object.number("functions", exception.functions.len());
    object.maybe_flag("matches_nothing", one.matches_nothing());
    if let Some(ticket) = &exception.ticket {
        object.text("ticket", ticket);
    }
    if let Some(matched) = &exception.matched {
        object.object("match", |object| matching(matched, object));
    }
    if !one.unlisted.is_empty() {
        object.texts("unlisted", one.unlisted.iter().copied());
    }
    match &one.found {
        None => object.null("found"),
        Some(found) => object.object("found", |object| {
            object.texts("seen", found.seen.iter().copied());
            object.texts("missing", found.missing.iter().copied());
            object.texts("unknown", found.unknown.iter().copied());
        }),
    }
}
