//! The account of everything that was read, for a person.

use super::super::super::left_out;
use super::super::super::page::{Page, Style};
use super::super::super::quantity::{grouped, quantity};
use super::super::super::shortfall::shortfall;
use super::super::Reading;
use crate::quantity::size;

/// Troubles that are shown.
const TROUBLES: usize = 5;

/// What was read, what was not, and why not.
pub(super) fn account(reading: &Reading<'_>, page: &mut Page) {
    let of = reading.account;
    let count = |n: u64| grouped(size(n));
    page.gap();
    let told = format!(
        "Read {} ({} bytes, {} after unpacking): {} records, {} of invocations; {} duplicates ignored, {} unreadable.",
        quantity(size(of.files - of.unread), ("file", "files")),
        count(of.packed),
        count(of.bytes),
        count(of.records),
        count(of.invocations),
        count(reading.copies()),
        count(of.refusals)
    );
    page.paragraph(0, (Style::Dim, ""), (Style::Plain, &told));
    left_out::line(reading.left_out, page);
    if let Some(looked) = &reading.looked_until {
        page.paragraph(0, (Style::Dim, ""), (Style::Plain, &looked.sentence()));
    }
    if of.aggregated.0 > 0 {
        let told = format!(
            "{} stand for {} that are not counted above: they prove a number of calls, not single ones.",
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
    page.heading(&format!("{}: calls may be missing", shortfall(of)));
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
