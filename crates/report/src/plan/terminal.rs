//! A plan for a person at a terminal: what it does, each change line by line, what it costs, what it does not do.

use super::super::page::{Layout, Page, Style};
use super::super::quantity::{grouped, quantity, size};
use super::lines::{Line, difference, difference_in_brief};
use super::{headline, money, owner, subject};
use audit::cost::CostTurn;
use audit::finding::Status;
use audit::plan::{Loss, Plan, Refusal, Step};
use std::collections::BTreeMap;

/// How many functions or places are named before they are counted.
const NAMED: usize = 10;

/// The plan for a person at a terminal.
#[must_use]
pub fn plan_text(plan: &Plan, hash: &str, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    page.answer(Style::Strong, &headline(plan));
    for (at, one) in plan.steps.iter().enumerate() {
        let same = at.checked_sub(1).and_then(|at| plan.steps.get(at));
        let same = same.is_some_and(|before| before.because == one.because);
        step(at + 1, one, same, &mut page);
    }
    gained(plan, &mut page);
    losses(&plan.losses, &mut page);
    refusals(&plan.refusals, &mut page);
    outlook(plan, &mut page);
    if let Some(cost) = &plan.cost {
        self::cost(cost, &mut page);
    }
    if !plan.steps.is_empty() {
        page.gap_and_answer();
        page.paragraph(0, (Style::Dim, "Plan hash: "), (Style::Plain, hash));
    }
    page.into_text()
}

/// One step; its reason is told unless it is that of the step before.
fn step(number: usize, step: &Step, same: bool, page: &mut Page) {
    page.heading(&format!("{number}. {}", subject(step)));
    if !same {
        page.paragraph(2, (Style::Dim, "Why: "), (Style::Plain, &step.because));
    }
    let lines = if page.is_all() { difference(&step.change) } else { difference_in_brief(&step.change) };
    for line in lines {
        let (style, text) = match line {
            Line::Same(text) => (Style::Dim, format!("  {text}")),
            Line::Before(text) => (Style::Bad, format!("- {text}")),
            Line::After(text) => (Style::Good, format!("+ {text}")),
            Line::Skipped(n) => {
                (Style::Dim, format!("  ... {}", quantity(n, ("line as before", "lines as before"))))
            }
        };
        if page.is_all() {
            page.line(4, style, &text);
            continue;
        }
        // The sign and the indent hang, so that a long line stays within its place.
        let bare = text[1..].trim_start();
        let (sign, bare) = text.split_at(text.len() - bare.len());
        page.paragraph(4, (style, sign), (style, bare));
    }
    for gained in &step.gained {
        page.paragraph(2, (Style::Good, "Newly recorded: "), (Style::Plain, gained));
    }
    for risk in &step.risks {
        page.paragraph(2, (Style::Open, "Could break: "), (Style::Plain, risk));
    }
    if let Some(told) = owner(&step.owner) {
        page.paragraph(2, (Style::Open, "Owner: "), (Style::Plain, &told));
    }
    page.paragraph(2, (Style::Dim, "Backout: "), (Style::Plain, &step.backout));
}

/// What the whole plan adds; a plan of one step has said it there.
fn gained(plan: &Plan, page: &mut Page) {
    if plan.gained.is_empty() || plan.steps.len() < 2 {
        return;
    }
    page.heading("Newly recorded, by the whole plan");
    for gained in &plan.gained {
        page.paragraph(2, (Style::Good, ""), (Style::Plain, gained));
    }
}

fn losses(losses: &[Loss], page: &mut Page) {
    if losses.is_empty() {
        return;
    }
    page.heading("No longer recorded");
    let mut by_reason: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for loss in losses {
        by_reason.entry((&loss.recorder, &loss.because)).or_default().push(&loss.function);
    }
    for ((recorder, because), functions) in by_reason {
        let what =
            format!("{} by {recorder}: {because}", quantity(functions.len(), ("function", "functions")));
        page.paragraph(2, (Style::Bad, ""), (Style::Plain, &what));
        for function in functions.iter().take(NAMED) {
            page.line(4, Style::Plain, function);
        }
        if functions.len() > NAMED {
            page.line(4, Style::Dim, &format!("... and {} more", grouped(functions.len() - NAMED)));
        }
    }
}

fn refusals(refusals: &[Refusal], page: &mut Page) {
    if refusals.is_empty() {
        return;
    }
    page.heading("Not planned");
    for refusal in refusals {
        let about = match (&refusal.recorder, refusal.places.as_slice()) {
            (Some(recorder), _) => format!("{recorder}: "),
            (None, [(account, region)]) => format!("{account} {region}: "),
            (None, []) => String::new(),
            (None, places) => {
                format!("{}: ", quantity(places.len(), super::super::recorder_sentences::PLACES))
            }
        };
        page.paragraph(2, (Style::Open, &about), (Style::Plain, &refusal.reason));
        page.paragraph(4, (Style::Dim, "To include it: "), (Style::Plain, &refusal.nearest));
    }
}

fn outlook(plan: &Plan, page: &mut Page) {
    let turned: Vec<_> = plan.outlook.iter().filter(|one| one.before != one.after).collect();
    let still = plan
        .outlook
        .iter()
        .filter(|one| one.before == one.after && matches!(one.after, Status::Fail | Status::Undetermined));
    let still: Vec<_> = still.collect();
    if plan.steps.is_empty() || turned.is_empty() && still.is_empty() {
        return;
    }
    page.heading("Controls afterwards");
    for one in turned {
        let label = format!("{}: ", one.control);
        let told = format!("{} becomes {}", one.before.as_str(), one.after.as_str());
        page.paragraph(2, (Style::Plain, &label), (style(one.after), &told));
    }
    for one in still {
        let label = format!("{}: ", one.control);
        let told = format!("stays {}{}: {}", one.after.as_str(), advisory(&one.control), one.reason);
        page.paragraph(2, (Style::Plain, &label), (style(one.after), &told));
    }
}

/// ` (advisory)` of a control that does not decide the answer.
fn advisory(control: &str) -> &'static str {
    if audit::controls::REQUIRED.contains(&control) { "" } else { " (advisory)" }
}

fn style(status: Status) -> Style {
    match status {
        Status::Pass => Style::Good,
        Status::Fail => Style::Bad,
        Status::Undetermined => Style::Open,
        Status::NotApplicable => Style::Plain,
    }
}

fn cost(cost: &CostTurn, page: &mut Page) {
    page.heading("Cost of recording Lambda");
    page.paragraph(2, (Style::Dim, "Today: "), (Style::Plain, &super::cost(cost.before, cost.is_least)));
    page.paragraph(2, (Style::Dim, "Then: "), (Style::Plain, &super::cost(cost.after, cost.is_least)));
    for copies in &cost.copies {
        let told = format!(
            "{} recorded by each of {}: the copies beyond the first cost {}",
            quantity(size(copies.invocations), ("invocation", "invocations")),
            copies.recorders.join(", "),
            money(copies.cost)
        );
        page.paragraph(2, (Style::Open, "Copies: "), (Style::Plain, &told));
    }
    for basis in &cost.basis {
        page.paragraph(2, (Style::Dim, "Basis: "), (Style::Plain, basis));
    }
}
