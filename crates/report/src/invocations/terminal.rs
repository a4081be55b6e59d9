//! Invocations for a person: what was found, and behind it an account of everything that was read.

mod account;
mod calls;
mod fit;

use super::super::page::{Align, Layout, Page, Span, Style};
use super::super::quantity::{grouped, quantity, size};
use super::Reading;
use account::account;
use calls::calls;
use fit::{fit, names};
use logs::{Cell, Dimension, Invocations, Table, TableRow, text_of};
use std::collections::{BTreeMap, BTreeSet};
use text::visible::visible;

/// What a column counts that its head does not say.
const ATTEMPTS: &str = "Attempts: runs of asynchronous calls, each with a record of its own. Lambda tries again where a run fails.";

/// What is said where nothing was found.
const NONE: &str = "No record of an invocation matches the question.";

/// The answer as text. Nothing from outside reaches the terminal unescaped.
#[must_use]
pub fn invocations_text(reading: &Reading<'_>, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    match reading.found {
        Invocations::Groups(table) => {
            headline(&table.total(), table.len(), by(reading), &mut page);
            groups(reading, table, layout, &mut page);
        }
        Invocations::Timeline(timeline) => calls(timeline, &mut page),
    }
    account(reading, &mut page);
    page.into_text()
}

/// The dimensions that have a column of their own.
fn by<'a>(reading: &Reading<'a>) -> &'a [Dimension] {
    let by = &reading.question.by;
    by.get(..by.len() - usize::from(reading.account_beside && !by.is_empty())).unwrap_or_default()
}

fn headline(total: &Cell, groups: usize, by: &[Dimension], page: &mut Page) {
    if total.records() == 0 {
        page.answer(Style::Strong, NONE);
        return;
    }
    let by: Vec<&str> = by.iter().map(|one| one.as_str()).collect();
    let attempts = match total.attempts {
        0 => String::new(),
        n => format!(" and {} to run asynchronous calls", quantity(size(n), ("attempt", "attempts"))),
    };
    let told = format!(
        "{}{attempts}, in {} by {}, from {} to {}.",
        quantity(size(total.calls), ("call", "calls")),
        quantity(groups, ("group", "groups")),
        by.join(", "),
        text_of(total.first),
        text_of(total.last)
    );
    page.answer(Style::Strong, &told);
}

/// Columns before a table.
const INDENT: usize = 2;

/// A column of numbers that is shown iff one of them is not 0.
type Count = (&'static str, fn(&Cell) -> u64, Style);

const COUNTS: [Count; 2] =
    [("Attempts", |cell| cell.attempts, Style::Plain), ("Errors", |cell| cell.errors, Style::Bad)];

fn groups(reading: &Reading<'_>, table: &Table, layout: &Layout, page: &mut Page) {
    let shown: &[TableRow<'_>] = &reading.groups().take(reading.limit).collect::<Vec<_>>();
    if shown.is_empty() {
        return;
    }
    let (all, by) = (table.len(), by(reading));
    let counts: Vec<&Count> =
        COUNTS.iter().filter(|(_, of, _)| shown.iter().any(|group| of(&group.cell) > 0)).collect();
    let when = When::of(shown);
    let names = names(shown, by);
    let apart = if reading.account_beside { Apart::of(shown, table, by) } else { Apart::default() };
    let labels: Vec<Vec<String>> = shown.iter().map(|group| words(group, by, &names, &apart)).collect();
    // Numbers, times and notes are as wide as they are; the rest is for labels.
    let numbers: usize = counts.iter().map(|(head, ..)| head.len() + 2).sum();
    let fixed = INDENT + numbers + "  Calls".len() + 2 * (when.width() + 2);
    let room = if layout.whole { usize::MAX } else { layout.width.clamp(40, 200).saturating_sub(fixed) };
    let told = |short| -> Vec<String> { shown.iter().map(|group| notes(&group.cell, short)).collect() };
    let widest = |notes: &[String]| notes.iter().map(|note| note.len() + 2).max().unwrap_or(0);
    let long = told(false);
    let short = room < fit::wanted(&labels) + widest(&long);
    let notes = if short { told(true) } else { long };
    let labels = fit(&labels, room.saturating_sub(widest(&notes)));
    let mut heads: Vec<(String, Align)> = by.iter().map(|one| (head(*one), Align::Left)).collect();
    heads.push(("Calls".to_owned(), Align::Right));
    heads.extend(counts.iter().map(|(head, ..)| ((*head).to_owned(), Align::Right)));
    heads.extend(["First (UTC)", "Last (UTC)", ""].map(|head| (head.to_owned(), Align::Left)));
    let heads: Vec<(&str, Align)> = heads.iter().map(|(head, align)| (head.as_str(), *align)).collect();
    let rows = shown.iter().zip(labels).zip(notes).flat_map(|((group, labels), note)| {
        let cell = &group.cell;
        let line = |at: usize| -> Vec<Span> {
            labels.iter().map(|lines| (Style::Plain, lines.get(at).cloned().unwrap_or_default())).collect()
        };
        let mut row = line(0);
        row.push((Style::Strong, grouped(size(cell.calls))));
        row.extend(counts.iter().map(|(_, of, style)| match of(cell) {
            0 => (Style::Dim, "0".to_owned()),
            n => (*style, grouped(size(n))),
        }));
        row.extend([cell.first, cell.last].map(|at| (Style::Plain, when.to_text(at))));
        row.push((Style::Open, note));
        let more = (1..labels.iter().map(Vec::len).max().unwrap_or(0)).map(line).collect::<Vec<_>>();
        std::iter::once(row).chain(more)
    });
    let rows: Vec<Vec<Span>> = rows.collect();
    page.gap();
    // The headline tells the whole time; errors are the last that may go.
    let calls = by.len();
    let times = [1, 2].map(|nth| calls + counts.len() + nth);
    let order: Vec<usize> = times.into_iter().chain((1..=counts.len()).map(|nth| calls + nth)).collect();
    page.table_dropping(&heads, &rows, &order);
    if shown.iter().any(|group| group.cell.attempts > 0) {
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, ATTEMPTS));
    }
    if short {
        legend(shown, page);
    }
    let more = all - shown.len();
    if more > 0 {
        let told = format!("and {} more: see them with --limit, or all with --format csv", grouped(more));
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}

/// What is remarkable about a group beside its numbers: how many, a letter, and words for one, for several and for all.
type Remark = (fn(&Cell) -> u64, char, [&'static str; 3]);

const REMARKS: [Remark; 3] = [
    (|cell| cell.foreign, 'x', ["cross-account", "cross-account", "cross-account"]),
    (|cell| cell.dry_runs, 'd', ["dry run", "dry runs", "all dry runs"]),
    (|cell| cell.orphans, 'a', ["attempt without its call", "attempts without their calls", ""]),
];

/// In words or, where there is no room, by a letter that [`legend`] explains; without a number where it is all calls.
fn notes(cell: &Cell, short: bool) -> String {
    let note = |(of, letter, [one, many, all]): &Remark| match (of(cell), short) {
        (0, _) => None,
        (n, true) if n == cell.calls => Some(letter.to_string()),
        (n, true) => Some(format!("{letter}{n}")),
        (n, false) if n == cell.calls && !all.is_empty() => Some(if n > 1 { *all } else { *one }.to_owned()),
        (n, false) => Some(quantity(size(n), (*one, *many))),
    };
    let separator = if short { " " } else { ", " };
    REMARKS.iter().filter_map(note).collect::<Vec<_>>().join(separator)
}

/// What the letters of [`notes`] mean.
fn legend(groups: &[TableRow<'_>], page: &mut Page) {
    let there = REMARKS.iter().filter(|(of, ..)| groups.iter().any(|group| of(&group.cell) > 0));
    let letters: Vec<String> = there.map(|(_, letter, [_, many, _])| format!("{letter}: {many}")).collect();
    if !letters.is_empty() {
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &letters.join("; ")));
    }
}

/// How times are told: without the year where all are of one, which the headline names. A time is one word, so that no line breaks in it.
struct When {
    years: bool,
}

impl When {
    fn of(groups: &[TableRow<'_>]) -> When {
        let year = |at: i64| text_of(at)[..4].to_owned();
        let years: BTreeSet<String> =
            groups.iter().flat_map(|group| [group.cell.first, group.cell.last]).map(year).collect();
        When { years: years.len() > 1 }
    }

    fn width(&self) -> usize {
        if self.years { "2026-11-21T13:00".len() } else { "11-21T13:00".len() }
    }

    fn to_text(&self, at: i64) -> String {
        text_of(at).get(if self.years { 0 } else { 5 }..16).unwrap_or_default().to_owned()
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

fn words(
    group: &TableRow<'_>,
    by: &[Dimension],
    names: &BTreeMap<String, String>,
    apart: &Apart,
) -> Vec<String> {
    let account = group.label(by.len()).unwrap_or_default();
    let word = |(dimension, label): (&Dimension, &str)| {
        match dimension {
            Dimension::Function => visible(names.get(label).map_or(label, String::as_str)).into_owned(),
            // Everybody knows whose services they are.
            Dimension::Principal | Dimension::Role => {
                let name = visible(label).replace(".amazonaws.com", "");
                if apart.0.contains(label) { format!("{name} ({account})") } else { name }
            }
            _ => visible(label).into_owned(),
        }
    };
    by.iter().zip(group.labels()).map(word).collect()
}

/// Names of principals that callers of several accounts have.
#[derive(Default)]
struct Apart(BTreeSet<String>);

impl Apart {
    /// Of the groups that are shown, whose names are looked for among all groups. The account is the label after the others.
    fn of(shown: &[TableRow<'_>], table: &Table, by: &[Dimension]) -> Apart {
        let people = |one: &Dimension| matches!(one, Dimension::Principal | Dimension::Role);
        let mut several = BTreeSet::new();
        for at in by.iter().enumerate().filter(|(_, one)| people(one)).map(|(at, _)| at) {
            let mut accounts: BTreeMap<&str, Option<&str>> =
                shown.iter().filter_map(|group| group.label(at)).map(|name| (name, None)).collect();
            for group in table.rows() {
                let (Some(name), Some(account)) = (group.label(at), group.label(by.len())) else { continue };
                if let Some(known) = accounts.get_mut(name)
                    && *known.get_or_insert(account) != account
                {
                    several.insert(name.to_owned());
                }
            }
        }
        Apart(several)
    }
}
