//! One finding or story with all that it rests on: the records, and the commands that go on from there.

use super::{Detections, moment, terminal};
use crate::page::{Layout, Page, Style};
use crate::shell::{shell, shell_flag};
use cloudtrail::time::DAY_MILLIS;
use detect::call::Caller;
use detect::finding::{Finding, Proof};
use std::collections::BTreeMap;

/// The record of an event, as it was delivered; or why it cannot be shown.
pub type Shown = BTreeMap<String, Result<String, String>>;

/// What the commands that go on from a finding need to be typed with, each flag with a space before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Again<'a> {
    /// The sources of records, and how they are reached.
    pub logs: &'a str,
    /// How the account is reached, or the inventory that stands for it.
    pub account: &'a str,
}

/// What has that id: a finding, or a story with its findings. `None` iff nothing has.
#[must_use]
pub fn show_text(
    found: &Detections<'_>,
    id: &str,
    records: &Shown,
    again: Again<'_>,
    layout: &Layout,
) -> Option<String> {
    let of_story = found.stories.iter().find(|story| story.id == id);
    let findings: Vec<&Finding> = match of_story {
        Some(story) => story.findings.iter().filter_map(|at| found.findings.get(*at)).collect(),
        None => found.findings.iter().filter(|one| one.id == id).collect(),
    };
    if findings.is_empty() {
        return None;
    }
    let mut page = Page::new(*layout);
    for finding in findings {
        show(found, finding, records, again, &mut page);
    }
    Some(page.into_text())
}

fn show(found: &Detections<'_>, one: &Finding, records: &Shown, again: Again<'_>, page: &mut Page) {
    let (title, attack) = found.told_of(&one.detection);
    let head = format!("{}: {title}", one.id);
    let label = format!("{}  ", one.severity.as_str().to_uppercase());
    page.paragraph(0, (terminal::style(one.severity), &label), (Style::Strong, &head));
    page.paragraph(2, (Style::Plain, ""), (Style::Plain, &one.seen));
    let texts = [
        ("Compared with: ", one.normal.clone()),
        ("Note: ", one.remark.clone()),
        ("Function: ", one.function.clone()),
        ("Principal: ", one.principal.clone()),
        ("From: ", one.address.clone()),
        ("ATT&CK: ", Some(attack.join(", ")).filter(|text| !text.is_empty())),
        ("Time: ", Some(format!("{} to {}", moment(one.time), moment(one.until)))),
    ];
    for (label, text) in texts {
        if let Some(text) = text {
            page.paragraph(2, (Style::Dim, label), (Style::Plain, &text));
        }
    }
    page.heading("Records");
    for proof in &one.proofs {
        record(proof, records, page);
    }
    page.heading("Go on with");
    for command in commands(found, one, again) {
        page.line(2, Style::Plain, &command);
    }
    page.gap();
}

fn record(proof: &Proof, records: &Shown, page: &mut Page) {
    let text = format!("{} in {}, byte {}", proof.event_id, proof.file, proof.offset);
    page.paragraph(2, (Style::Dim, &format!("{}  ", moment(proof.time))), (Style::Plain, &text));
    match records.get(&proof.event_id) {
        Some(Ok(record)) => page.line(4, Style::Plain, record),
        Some(Err(why)) => page.paragraph(4, (Style::Open, ""), (Style::Plain, why)),
        None => {}
    }
}

/// True iff the records hold a call of a function by that principal, on the day of that time or later.
fn has_called(found: &Detections<'_>, principal: &str, time: i64) -> bool {
    let day = time.div_euclid(DAY_MILLIS);
    let by = |caller| Caller::of(found.facts.names.text(caller)).name == principal;
    found.facts.cells.keys().any(|key| i64::from(key.day) >= day && by(key.caller))
}

/// Commands that go on from a finding, as they are to be typed.
fn commands(found: &Detections<'_>, one: &Finding, again: Again<'_>) -> Vec<String> {
    let Again { logs, account } = again;
    let mut commands = Vec::new();
    let day = moment(one.time);
    let day = day.get(..10).unwrap_or_default();
    match (&one.function, &one.principal) {
        (Some(function), _) => {
            let name = shell_flag("function", function);
            commands.push(format!("invoketrail invocations{logs} --timeline{name} --since {day}"));
            commands.push(format!("invoketrail explain{account} {}", shell(function)));
        }
        (None, Some(principal)) if has_called(found, principal, one.time) => {
            let name = shell_flag("principal", principal);
            commands.push(format!("invoketrail invocations{logs} --timeline{name} --since {day}"));
        }
        (None, _) => {}
    }
    if one.detection.starts_with("TRL") {
        commands.push(format!("invoketrail audit{account}"));
        commands.push(format!("invoketrail plan{account} --output plan.json"));
    }
    commands
}
