//! A timeline for a person: one line for each call, attempts below it.

use super::super::super::page::{Page, Style};
use super::super::super::quantity::{grouped, quantity};
use super::fit::shortened;
use super::{NONE, short_time};
use crate::quantity::size;
use logs::{Dimension, Line, Timeline};

/// The calls, the newest last.
pub(super) fn calls(timeline: &Timeline, page: &mut Page) {
    if timeline.lines.is_empty() {
        page.answer(Style::Strong, NONE);
        return;
    }
    let shown = quantity(timeline.lines.len(), ("call", "calls"));
    let told = match timeline.more {
        0 => format!("{shown}, oldest first."),
        n => format!(
            "The newest {shown}; {} earlier: see them with --limit, or with --until.",
            grouped(size(n))
        ),
    };
    page.answer(Style::Strong, &told);
    page.gap();
    let at = |dimension| Timeline::DIMENSIONS.iter().position(|one| *one == dimension);
    let label = |labels: &[String], dimension| {
        at(dimension).and_then(|at| labels.get(at)).map_or("-", String::as_str).to_owned()
    };
    let names = shortened(timeline.lines.iter().filter_map(|line| line.labels.first().map(String::as_str)));
    for line in &timeline.lines {
        let function = label(&line.labels, Dimension::Function);
        let function = names.get(&function).unwrap_or(&function);
        let mut told = format!("{function} by {}", label(&line.labels, Dimension::Principal));
        let account = label(&line.labels, Dimension::CallerAccount);
        if account != "-" {
            told.push_str(&format!(" of account {account}"));
        }
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
    let mut told = format!(" ({})", label(Dimension::Via));
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
