//! The list of detections, what thresholds would have given, and what is normal for a function.

use super::moment;
use crate::page::{Align, Layout, Page, Span, Style};
use crate::quantity::{grouped, quantity, size};
use cloudtrail::time::DAY_MILLIS;
use detect::detection::Detection;
use detect::tuning::{Baseline, Replayed};
use logs::text_of;

/// Every detection, with its thresholds.
#[must_use]
pub fn detections_list(layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    let plain = |text: &str| (Style::Plain, text.to_owned());
    let row = |one: &&Detection| -> Vec<Span> {
        let thresholds: Vec<String> =
            one.thresholds.iter().map(|one| format!("{} = {}", one.key, one.default)).collect();
        vec![
            (Style::Strong, one.id.to_owned()),
            (super::terminal::style(one.severity), one.severity.to_string()),
            plain(one.title),
            plain(&one.attack.join(" ")),
            plain(&thresholds.join(", ")),
        ]
    };
    let rows: Vec<Vec<Span>> = detect::detections::ALL.iter().map(row).collect();
    let left = |head| (head, Align::Left);
    let heads = [left("Id"), left("Severity"), left("Title"), left("ATT&CK"), left("Thresholds")];
    page.table_without(&heads, &rows, 2);
    page.into_text()
}

/// How many findings each value would have given.
#[must_use]
pub fn replay_text(detection: &Detection, key: &str, replayed: &[Replayed], layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    let days = replayed.first().map_or(0, |one| one.days);
    let days = usize::try_from(days).unwrap_or_default();
    let head =
        format!("{} with other values of {key}, over {}:", detection.id, quantity(days, ("day", "days")));
    page.paragraph(0, (Style::Strong, ""), (Style::Strong, &head));
    let row = |one: &Replayed| -> Vec<Span> {
        let most = one.by_day.iter().max_by_key(|(day, count)| (**count, -**day));
        let worst = most.map(|(day, count)| format!("{} ({count})", &text_of(day * DAY_MILLIS)[..10]));
        // Counts of findings are far below where floats lose them.
        let a_day = one.total() as f64 / one.days.max(1) as f64;
        vec![
            (Style::Plain, one.value.to_string()),
            (Style::Plain, grouped(one.total())),
            (Style::Plain, format!("{a_day:.2}")),
            (Style::Plain, worst.unwrap_or_else(|| "-".to_owned())),
            (Style::Dim, if one.counts { "in force".to_owned() } else { String::new() }),
        ]
    };
    let (left, right) = (|head| (head, Align::Left), |head| (head, Align::Right));
    let heads = [right("Value"), right("Findings"), right("A day"), left("Worst day"), left("")];
    page.table(&heads, &replayed.iter().map(row).collect::<Vec<_>>());
    page.into_text()
}

/// What is normal for a function, and what a detection makes of it.
#[must_use]
pub fn baseline_text(detection: &Detection, function: &str, of: &Baseline, layout: &Layout) -> String {
    let mut page = Page::new(*layout);
    let found = match of.findings {
        0 => format!("{} finds nothing about {function}.", detection.id),
        many => format!("{} has {} about {function}.", detection.id, quantity(many, ("finding", "findings"))),
    };
    page.paragraph(0, (Style::Strong, ""), (Style::Strong, &found));
    if let Some(first) = of.first_seen {
        page.paragraph(2, (Style::Dim, "First seen: "), (Style::Plain, &moment(first)));
    }
    let at = |part: usize| of.hours.get(of.hours.len().saturating_sub(1) * part / 100).copied().unwrap_or(0);
    let hours = format!(
        "{} with calls; calls an hour: median {}, 95th percentile {}, most {}",
        quantity(of.hours.len(), ("hour", "hours")),
        grouped(size(at(50))),
        grouped(size(at(95))),
        grouped(size(at(100)))
    );
    page.paragraph(2, (Style::Dim, "Hours: "), (Style::Plain, &hours));
    for (label, list) in [("From: ", &of.addresses), ("Versions: ", &of.qualifiers)] {
        let told: Vec<String> =
            list.iter().take(8).map(|(name, calls)| format!("{name} ({})", grouped(size(*calls)))).collect();
        if !told.is_empty() {
            page.paragraph(2, (Style::Dim, label), (Style::Plain, &told.join(", ")));
        }
    }
    page.heading("Callers");
    let (left, right) = (|head| (head, Align::Left), |head| (head, Align::Right));
    let heads = [left("Caller"), right("Days"), right("Calls"), left("First"), left("Last")];
    let row = |(name, days, calls, first, last): &(String, usize, u64, i64, i64)| -> Vec<Span> {
        let cells = [name.clone(), grouped(*days), grouped(size(*calls)), moment(*first), moment(*last)];
        cells.into_iter().map(|cell| (Style::Plain, cell)).collect()
    };
    page.table_without(&heads, &of.callers.iter().take(20).map(row).collect::<Vec<_>>(), 2);
    if !of.distances.is_empty() {
        page.heading("Thresholds");
    }
    for (key, counts, at) in &of.distances {
        let told = match at {
            Some(at) if at == counts => format!("reported with the value in force, which is {counts}"),
            Some(at) => {
                format!("not reported with the value in force, which is {counts}; it would be with {at}")
            }
            None => {
                format!("not reported with the value in force, which is {counts}, nor with any lower one")
            }
        };
        page.paragraph(2, (Style::Dim, &format!("{key}: ")), (Style::Plain, &told));
    }
    page.into_text()
}
