//! Invocations for a person: what was found, and behind it an account of everything that was read.

use super::super::page::{Align, Layout, Page, Span, Style};
use super::super::view::{grouped, quantity};
use super::{Invocations, Reading, size};
use crate::visible::visible;
use logs::{Cell, Dimension, Group, Line, Timeline, text_of};
use std::collections::{BTreeMap, BTreeSet};

/// Troubles that are shown.
const TROUBLES: usize = 5;
/// Columns that a label keeps, however narrow the terminal.
const NARROWEST: usize = 12;

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

const COUNTS: [Count; 5] = [
    ("Attempts", |cell| cell.attempts, Style::Plain),
    ("No call read", |cell| cell.orphans, Style::Open),
    ("Errors", |cell| cell.errors, Style::Bad),
    ("Dry runs", |cell| cell.dry_runs, Style::Plain),
    ("Cross-account", |cell| cell.foreign, Style::Open),
];

fn groups(reading: &Reading<'_>, width: usize, page: &mut Page) {
    let groups = reading.groups();
    let shown = &groups[..groups.len().min(reading.limit)];
    if shown.is_empty() {
        return;
    }
    let by = &reading.question.by;
    let counts: Vec<&Count> =
        COUNTS.iter().filter(|(_, of, _)| shown.iter().any(|group| of(&group.cell) > 0)).collect();
    let names = names(shown, by);
    let mut labels: Vec<Vec<String>> = shown.iter().map(|group| words(group, by, &names)).collect();
    // Numbers and times are as wide as they are; the rest is for labels.
    let numbers: usize = counts.iter().map(|(head, ..)| head.len() + 2).sum();
    let fixed = numbers + "  Calls ".len() + 2 * "  2026-11-21 13:00:05".len() + 4;
    fit(&mut labels, width.clamp(40, 200).saturating_sub(fixed));
    let mut heads: Vec<(String, Align)> = by.iter().map(|one| (head(*one), Align::Left)).collect();
    heads.push(("Calls".to_owned(), Align::Right));
    heads.extend(counts.iter().map(|(head, ..)| ((*head).to_owned(), Align::Right)));
    heads.extend(["First (UTC)", "Last"].map(|head| (head.to_owned(), Align::Left)));
    let heads: Vec<(&str, Align)> = heads.iter().map(|(head, align)| (head.as_str(), *align)).collect();
    let rows: Vec<Vec<Span>> = shown
        .iter()
        .zip(labels)
        .map(|(group, labels)| {
            let cell = &group.cell;
            let mut row: Vec<Span> = labels.into_iter().map(|label| (Style::Plain, label)).collect();
            row.push((Style::Strong, grouped(size(cell.calls))));
            row.extend(counts.iter().map(|(_, of, style)| match of(cell) {
                0 => (Style::Dim, "0".to_owned()),
                n => (*style, grouped(size(n))),
            }));
            row.extend([cell.first, cell.last].map(|at| (Style::Plain, short_time(at))));
            row
        })
        .collect();
    page.gap();
    page.table(&heads, &rows);
    let more = groups.len() - shown.len();
    if more > 0 {
        let told = format!("and {} more: see them with --limit, or all with --format csv", grouped(more));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
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

/// Names of functions by their ARN: alone where only one function among those shown is called that.
fn names(groups: &[&Group], by: &[Dimension]) -> BTreeMap<String, String> {
    let Some(at) = by.iter().position(|one| *one == Dimension::Function) else { return BTreeMap::new() };
    shortened(groups.iter().filter_map(|group| group.labels.get(at).map(String::as_str)))
}

fn shortened<'a>(arns: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let arns: BTreeSet<&str> = arns.collect();
    let parts = |arn: &str| {
        let parsed = cloudtrail::arn::Arn::parse(arn)?;
        let (_, name) = parsed.resource.split_once(':')?;
        Some((name.to_owned(), parsed.account.to_owned(), parsed.region.to_owned()))
    };
    let mut called: BTreeMap<String, usize> = BTreeMap::new();
    for (name, ..) in arns.iter().filter_map(|arn| parts(arn)) {
        *called.entry(name).or_default() += 1;
    }
    let short = |arn: &str| match parts(arn) {
        Some((name, ..)) if called.get(&name) == Some(&1) => name,
        Some((name, account, region)) => format!("{name} ({account} {region})"),
        None => arn.to_owned(),
    };
    arns.iter().map(|arn| ((*arn).to_owned(), short(arn))).collect()
}

fn words(group: &Group, by: &[Dimension], names: &BTreeMap<String, String>) -> Vec<String> {
    let word = |(dimension, label): (&Dimension, &String)| {
        let label = names.get(label).filter(|_| *dimension == Dimension::Function).unwrap_or(label);
        visible(label).into_owned()
    };
    by.iter().zip(&group.labels).map(word).collect()
}

/// Cuts the widest columns down until all fit into `room`.
fn fit(labels: &mut [Vec<String>], room: usize) {
    let columns = labels.first().map_or(0, Vec::len);
    let length = |text: &String| text.chars().count();
    let mut widths: Vec<usize> = (0..columns)
        .map(|at| labels.iter().filter_map(|row| row.get(at).map(length)).max().unwrap_or(0))
        .collect();
    let room = room.saturating_sub(2 * columns);
    while widths.iter().sum::<usize>() > room {
        let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > NARROWEST) else { break };
        *widest -= 1;
    }
    for row in labels {
        for (label, width) in row.iter_mut().zip(&widths) {
            *label = cut(label, *width);
        }
    }
}

/// The beginning and the end of a text that is too long: both tell names apart.
fn cut(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let kept = most.saturating_sub(3);
    let (front, back) = (kept.div_ceil(2), kept / 2);
    let head: String = text.chars().take(front).collect();
    let tail: String = text.chars().skip(length - back).collect();
    format!("{head}...{tail}")
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
