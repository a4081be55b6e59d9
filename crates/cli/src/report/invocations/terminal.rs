//! Invocations for a person: what was found, and behind it an account of everything that was read.

mod fit;

use super::super::page::{Align, Layout, Page, Span, Style};
use super::super::view::{grouped, quantity};
use super::{Invocations, Reading, size};
use crate::visible::visible;
use fit::{fit, names, shortened};
use logs::{Cell, Dimension, Group, Line, Timeline, text_of};
use std::collections::{BTreeMap, BTreeSet};

/// Troubles that are shown.
const TROUBLES: usize = 5;

/// The answer as text. Nothing from outside reaches the terminal unescaped.
#[must_use]
pub fn invocations_text(reading: &Reading<'_>, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    match reading.found {
        Invocations::Groups(answer) => {
            headline(&answer.total(), answer.groups.len(), &reading.question.by, &mut page);
            groups(reading, layout.width, &mut page);
        }
        Invocations::Timeline(timeline) => calls(timeline, &mut page),
    }
    account(reading, &mut page);
    page.into_text()
}

fn headline(total: &Cell, groups: usize, by: &[Dimension], page: &mut Page) {
    if total.records() == 0 {
        let none = "No record of an invocation was found that the question asks about.";
        page.paragraph(0, (Style::Strong, ""), (Style::Strong, none));
        return;
    }
    let by: Vec<&str> = by.iter().map(|one| one.as_str()).collect();
    let attempts = match total.attempts {
        0 => String::new(),
        n => format!(
            " and {} to run what was called asynchronously",
            quantity(size(n), ("attempt", "attempts"))
        ),
    };
    let told = format!(
        "{}{attempts}, in {} by {}, from {} to {}.",
        quantity(size(total.calls), ("call", "calls")),
        quantity(groups, ("group", "groups")),
        by.join(", "),
        text_of(total.first),
        text_of(total.last)
    );
    page.paragraph(0, (Style::Strong, ""), (Style::Strong, &told));
}

/// A column of numbers that is shown iff one of them is not 0.
type Count = (&'static str, fn(&Cell) -> u64, Style);

const COUNTS: [Count; 2] =
    [("Attempts", |cell| cell.attempts, Style::Plain), ("Errors", |cell| cell.errors, Style::Bad)];

fn groups(reading: &Reading<'_>, width: usize, page: &mut Page) {
    let groups = reading.groups();
    let shown = &groups[..groups.len().min(reading.limit)];
    if shown.is_empty() {
        return;
    }
    let by = &reading.question.by;
    let counts: Vec<&Count> =
        COUNTS.iter().filter(|(_, of, _)| shown.iter().any(|group| of(&group.cell) > 0)).collect();
    let when = When::of(shown);
    let notes: Vec<String> = shown.iter().map(|group| notes(&group.cell)).collect();
    let widest_note = notes.iter().map(String::len).max().unwrap_or(0);
    let names = names(shown, by);
    let mut labels: Vec<Vec<String>> = shown.iter().map(|group| words(group, by, &names)).collect();
    // Numbers, times and notes are as wide as they are; the rest is for labels.
    let numbers: usize = counts.iter().map(|(head, ..)| head.len() + 2).sum();
    let tail = if widest_note == 0 { 0 } else { widest_note + 2 };
    let fixed = numbers + tail + "  Calls ".len() + 2 * (when.width() + 2);
    fit(&mut labels, width.clamp(40, 200).saturating_sub(fixed));
    let mut heads: Vec<(String, Align)> = by.iter().map(|one| (head(*one), Align::Left)).collect();
    heads.push(("Calls".to_owned(), Align::Right));
    heads.extend(counts.iter().map(|(head, ..)| ((*head).to_owned(), Align::Right)));
    heads.extend(["First (UTC)", "Last", ""].map(|head| (head.to_owned(), Align::Left)));
    let heads: Vec<(&str, Align)> = heads.iter().map(|(head, align)| (head.as_str(), *align)).collect();
    let rows = shown.iter().zip(labels).zip(notes).map(|((group, labels), note)| {
        let cell = &group.cell;
        let mut row: Vec<Span> = labels.into_iter().map(|label| (Style::Plain, label)).collect();
        row.push((Style::Strong, grouped(size(cell.calls))));
        row.extend(counts.iter().map(|(_, of, style)| match of(cell) {
            0 => (Style::Dim, "0".to_owned()),
            n => (*style, grouped(size(n))),
        }));
        row.extend([cell.first, cell.last].map(|at| (Style::Plain, when.told(at))));
        row.push((Style::Open, note));
        row
    });
    let rows: Vec<Vec<Span>> = rows.collect();
    page.gap();
    page.table(&heads, &rows);
    let more = groups.len() - shown.len();
    if more > 0 {
        let told = format!("and {} more: see them with --limit, or all with --format csv", grouped(more));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}

/// What is remarkable about a group beside its numbers.
fn notes(cell: &Cell) -> String {
    let some = |n: u64, all: &str, one: &str, many: &str| match n {
        0 => None,
        n if n == cell.calls && !all.is_empty() => Some(all.to_owned()),
        n => Some(quantity(size(n), (one, many))),
    };
    let notes = [
        some(cell.foreign, "cross-account", "cross-account", "cross-account"),
        some(cell.dry_runs, "dry runs", "dry run", "dry runs"),
        some(cell.orphans, "", "attempt without its call", "attempts without their calls"),
    ];
    notes.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// How times are told: without the year where all are of one, which the headline names.
struct When {
    years: bool,
}

impl When {
    fn of(groups: &[&Group]) -> When {
        let year = |at: i64| text_of(at)[..4].to_owned();
        let years: BTreeSet<String> =
            groups.iter().flat_map(|group| [group.cell.first, group.cell.last]).map(year).collect();
        When { years: years.len() > 1 }
    }

    fn width(&self) -> usize {
        if self.years { "2026-11-21 13:00".len() } else { "11-21 13:00".len() }
    }

    fn told(&self, at: i64) -> String {
        let text = text_of(at).replacen('T', " ", 1);
        text.get(if self.years { 0 } else { 5 }..16).unwrap_or_default().to_owned()
    }
}

fn head(dimension: Dimension) -> String {
    let word = dimension.as_str();
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_ascii_uppercase())
}

/// `2026-11-21 13:00:05`
fn short_time(at: i64) -> String {
    text_of(at).get(..19).unwrap_or_default().replacen('T', " ", 1)
}

fn words(group: &Group, by: &[Dimension], names: &BTreeMap<String, String>) -> Vec<String> {
    let word = |(dimension, label): (&Dimension, &String)| {
        let label = names.get(label).filter(|_| *dimension == Dimension::Function).unwrap_or(label);
        visible(label).into_owned()
    };
    by.iter().zip(&group.labels).map(word).collect()
}

fn calls(timeline: &Timeline, page: &mut Page) {
    if timeline.lines.is_empty() {
        let none = "No record of an invocation was found that the question asks about.";
        page.paragraph(0, (Style::Strong, ""), (Style::Strong, none));
        return;
    }
    let shown = quantity(timeline.lines.len(), ("call", "calls"));
    let told = match timeline.more {
        0 => format!("{shown}, in the order of time."),
        n => format!(
            "The newest {shown}; {} earlier: see them with --limit, or with --until.",
            grouped(size(n))
        ),
    };
    page.paragraph(0, (Style::Strong, ""), (Style::Strong, &told));
    page.gap();
    let at = |dimension| Timeline::DIMENSIONS.iter().position(|one| *one == dimension);
    let label = |labels: &[String], dimension| {
        at(dimension).and_then(|at| labels.get(at)).map_or("-", String::as_str).to_owned()
    };
    let names = shortened(timeline.lines.iter().filter_map(|line| line.labels.first().map(String::as_str)));
    for line in &timeline.lines {
        let function = label(&line.labels, Dimension::Function);
        let function = names.get(&function).unwrap_or(&function);
        let mut told = format!("{function}  {}", label(&line.labels, Dimension::Principal));
        told.push_str(&remarks(line, |dimension| label(&line.labels, dimension)));
        page.paragraph(
            0,
            (Style::Dim, &format!("{}  ", short_time(line.milliseconds))),
            (Style::Plain, &told),
        );
        for attempt in &line.attempts {
            let error = label(&attempt.labels, Dimension::Error);
            let error = if error == "-" { String::new() } else { format!(", {error}") };
            let version = label(&attempt.labels, Dimension::Version);
            let version = version.rsplit(':').next().unwrap_or_default();
            let told = format!("attempt to run it, version {version}{error}");
            page.paragraph(
                2,
                (Style::Dim, &format!("{}  ", short_time(attempt.milliseconds))),
                (Style::Dim, &told),
            );
        }
    }
}

/// What is said of a call behind its names.
fn remarks(line: &Line, label: impl Fn(Dimension) -> String) -> String {
    let mut told = format!(", {}", label(Dimension::Via));
    let from = label(Dimension::Source);
    if from != "-" {
        told.push_str(&format!(", from {from}"));
    }
    let name = label(Dimension::Name);
    if !matches!(name.as_str(), "Invoke" | "InvokeExecution") {
        told.push_str(&format!(", {name}"));
    }
    let error = label(Dimension::Error);
    for (when, what) in [
        (line.orphan, "an attempt to run it, whose call was not read"),
        (line.dry_run, "dry run"),
        (line.foreign, "cross-account"),
        (error != "-", error.as_str()),
    ] {
        if when {
            told.push_str(&format!(", {what}"));
        }
    }
    told
}

fn account(reading: &Reading<'_>, page: &mut Page) {
    let of = reading.account;
    let count = |n: u64| grouped(size(n));
    page.gap();
    let told = format!(
        "Read {} ({} bytes, inflated {}): {} records, {} of invocations, {} counted once that were there more than once, {} refused.",
        quantity(size(of.files - of.unread), ("file", "files")),
        count(of.packed),
        count(of.bytes),
        count(of.records),
        count(of.invocations),
        count(reading.copies()),
        count(of.refusals)
    );
    page.paragraph(0, (Style::Dim, ""), (Style::Plain, &told));
    let left = &reading.left_out;
    let kinds = [
        (left.digests, "of digests"),
        (left.insights, "of Insights"),
        (left.network_activity, "of network activity"),
        (left.other, "that CloudTrail did not deliver"),
    ];
    let kinds: Vec<String> =
        kinds.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", count(*n))).collect();
    if !kinds.is_empty() {
        page.paragraph(
            0,
            (Style::Dim, ""),
            (Style::Plain, &format!("Files left out: {}.", kinds.join(", "))),
        );
    }
    if of.aggregated.0 > 0 {
        let told = format!(
            "{} stand for {} that are not counted above: evidence of a number of calls, not of single ones.",
            quantity(size(of.aggregated.0), ("aggregated event", "aggregated events")),
            quantity(size(of.aggregated.1), ("call", "calls"))
        );
        page.paragraph(0, (Style::Dim, ""), (Style::Plain, &told));
    }
    troubles(reading, page);
}

fn troubles(reading: &Reading<'_>, page: &mut Page) {
    let of = reading.account;
    if of.is_whole() {
        return;
    }
    let heading = format!(
        "{} damaged, {} unread: the answer may lack calls",
        quantity(size(of.damaged), ("file is", "files are")),
        grouped(size(of.unread))
    );
    page.heading(&heading);
    for trouble in of.troubles.iter().take(TROUBLES) {
        let at = trouble.offset.map(|offset| format!(", byte {offset}")).unwrap_or_default();
        page.paragraph(2, (Style::Open, &format!("{}{at}: ", trouble.file)), (Style::Plain, &trouble.why));
    }
    let more = of.troubles.len().saturating_sub(TROUBLES);
    if more > 0 {
        let told = format!("and {} more: see them with --format json", grouped(more));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}
