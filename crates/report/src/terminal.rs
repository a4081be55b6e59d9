//! An audit for a person at a terminal: the answer, where it is not so, why, and what to do next.

pub(crate) mod brief;
mod numbers;

use super::audit_document::AuditDocument;
use super::colours::status;
use super::frameworks;
use super::headline::{counts, headline, subject_arn};
use super::inactive::inactive;
use super::page::{Align, Layout, Page, Span, Style};
use super::quantity::grouped;
use super::recorder_sentences;
use super::verdict_words;
use audit::answer::Conclusion;
use audit::finding::{Audit, ControlResult, Finding, Proof, Status, Weight};
use audit::inventory::GapKind;
use brief::{brief, is_of_required, repeated, repeats};
use numbers::Numbers;
use recording::State;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// How many lines of a proof, and groups of gaps, are shown where there is a limit.
const SHOWN: usize = 8;

/// Writes the audit as text. Nothing from outside reaches the terminal unescaped.
///
/// # Errors
/// What the writer says.
pub fn write_terminal(audit: &Audit<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
    write_terminal_since(audit, "", layout, out)
}

/// As [`write_terminal`], with what changed, made with the same layout.
///
/// # Errors
/// What the writer says.
pub fn write_terminal_since(
    audit: &Audit<'_>,
    drift: &str,
    layout: &Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::new(*layout);
    verdict(audit, &mut page);
    if layout.all {
        super::places::places(audit, page.rows(), false, &mut page);
        controls(audit, &mut page);
        frameworks::section(audit, &mut page);
        findings(audit, "Findings", |status| status != Status::Pass, &mut page);
        findings(audit, "Warnings", |status| status == Status::Pass, &mut page);
        inactive(audit, &mut page);
        gaps(audit, &mut page);
    } else {
        brief(audit, &mut page);
        frameworks::note(audit, &mut page);
    }
    page.append(drift);
    page.gap();
    verdict(audit, &mut page);
    out.write_all(page.into_text().as_bytes())
}

/// The answer and the counts: the first lines and the last.
fn verdict(audit: &Audit<'_>, page: &mut Page) {
    let style = match audit.answer().conclusion() {
        Conclusion::Yes | Conclusion::Nothing => Style::Good,
        Conclusion::No => Style::Bad,
        Conclusion::Undetermined => Style::Open,
    };
    page.paragraph(0, (Style::Strong, ""), (style, &headline(audit)));
    if audit.about_invocations() != Conclusion::Nothing {
        page.paragraph(0, (Style::Plain, ""), (Style::Plain, &counts(audit)));
    }
}

fn controls(audit: &Audit<'_>, page: &mut Page) {
    if audit.controls.is_empty() {
        return;
    }
    page.heading("Controls");
    let row = |control: &ControlResult| {
        let (style, word) = status(control.status);
        let advisory = match (control.weight, said_elsewhere(audit, control)) {
            (Weight::Required, _) => String::new(),
            (Weight::Advisory, None) => "advisory".to_owned(),
            (Weight::Advisory, Some(id)) => format!("advisory; see {id}"),
        };
        vec![(style, word.to_owned()), (Style::Control, control.id.to_owned()), (Style::Dim, advisory)]
    };
    let rows: Vec<Vec<Span>> = audit.controls.iter().map(row).collect();
    page.table(&[("", Align::Left); 3], &rows);
}

/// The control whose findings say all that this one says; `None` iff it has findings of its own, or none.
fn said_elsewhere(audit: &Audit<'_>, control: &ControlResult) -> Option<&'static str> {
    let mut open = control.findings.iter().filter(|one| one.status != Status::Pass).peekable();
    let first = repeated(audit, open.peek()?)?;
    open.all(|one| repeated(audit, one) == Some(first)).then_some(first)
}

/// What recorders did with the witnesses that were shown, with the number of the finding.
type ShownWitnesses = BTreeMap<Vec<String>, String>;

/// Findings whose status is wanted.
fn findings(audit: &Audit<'_>, heading: &str, wanted: impl Fn(Status) -> bool, page: &mut Page) {
    let mut shown = ShownWitnesses::new();
    let all =
        audit.controls.iter().flat_map(|control| control.findings.iter().map(move |one| (control, one)));
    let of_kind =
        |(control, one): &(&ControlResult, &Finding)| wanted(one.status) && !is_said(audit, control, one);
    let mut all = merged(all.filter(of_kind));
    let numbers = Numbers::of(audit);
    all.sort_by_key(|(control, finding)| (control.weight, numbers.cause(finding), finding.status));
    let mut numbers = numbers.of_all(&all);
    for (at, (control, finding)) in all.iter().take(page.rows()).enumerate() {
        if at == 0 {
            page.heading(heading);
        } else {
            page.gap();
        }
        let (style, word) = match finding.status {
            Status::Pass if audit.is_accepted(finding) => (Style::Open, "accepted"),
            Status::Pass => (Style::Dim, "warning"),
            other => status(other),
        };
        let number = std::mem::take(&mut numbers[at]);
        page.paragraph(2, (style, &format!("{number}. {word}: ")), (Style::Control, control.id));
        let proven = control.weight == Weight::Required && finding.status != Status::Pass;
        self::finding(audit, finding, proven.then_some((number, &mut shown)), page);
    }
    let more = all.len().saturating_sub(page.rows());
    if more > 0 {
        let told = format!("and {} more: see all with --format json", grouped(more));
        page.gap();
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &told));
    }
}

/// What decides nothing, as it is counted and numbered everywhere: findings of advisory controls, and warnings.
pub(super) fn undeciding<'a>(audit: &'a Audit<'_>) -> Vec<(&'a ControlResult, Cow<'a, Finding>)> {
    let all =
        audit.controls.iter().flat_map(|control| control.findings.iter().map(move |one| (control, one)));
    let decides = |control: &ControlResult, one: &Finding| {
        control.weight == Weight::Required && one.status != Status::Pass
    };
    merged(all.filter(|(control, one)| !decides(control, one) && !is_said(audit, control, one)))
}

/// True iff another finding that is shown says the same.
fn is_said(audit: &Audit<'_>, control: &ControlResult, one: &Finding) -> bool {
    let advisory = control.weight == Weight::Advisory && one.status != Status::Pass;
    repeats(audit, one) || advisory && is_of_required(audit, one)
}

/// Warnings of one control that say the same of several places, told once.
pub(super) fn merged<'a>(
    all: impl Iterator<Item = (&'a ControlResult, &'a Finding)>,
) -> Vec<(&'a ControlResult, Cow<'a, Finding>)> {
    let mut merged: Vec<(&ControlResult, Cow<'_, Finding>)> = Vec::new();
    for (control, finding) in all {
        let same = |(other, told): &&mut (&ControlResult, Cow<'_, Finding>)| {
            finding.status == Status::Pass
                && (other.id, &told.reason, &told.help) == (control.id, &finding.reason, &finding.help)
        };
        match merged.iter_mut().find(same) {
            Some((_, told)) => {
                let told = told.to_mut();
                told.places.extend(&finding.places);
                told.places.sort_unstable();
                told.places.dedup();
                told.resources.extend(&finding.resources);
            }
            None => merged.push((control, Cow::Borrowed(finding))),
        }
    }
    merged
}

/// One finding. The witness stands there iff `proof` gives it a number and the witnesses told before: a warning and what is
/// advisory need none.
fn finding(
    audit: &Audit<'_>,
    finding: &Finding,
    proof: Option<(String, &mut ShownWitnesses)>,
    page: &mut Page,
) {
    let plain = (Style::Plain, "");
    page.paragraph(5, plain, (Style::Plain, &recorder_sentences::sentence(&finding.reason)));
    if let Some(about) = recorder_sentences::about(audit, finding) {
        page.paragraph(5, plain, (Style::Plain, &about));
    }
    let lines = finding.proof.and_then(|proof| witness(audit, finding, proof));
    if let (Some((event, recorders)), Some((number, shown))) = (lines, proof) {
        let of = finding.proof.map_or(State::Undetermined, |proof| audit.verdicts[proof.verdict].state);
        let example = verdict_words::of_example(of);
        page.paragraph(5, (Style::Dim, example), (Style::Plain, &event));
        match shown.get(&recorders) {
            Some(first) => {
                page.paragraph(
                    7,
                    (Style::Dim, "- "),
                    (Style::Dim, &format!("for the same reasons as in {first}")),
                );
            }
            None => {
                show_recorders(&recorders, page);
                shown.insert(recorders, number);
            }
        }
    }
    if let Some(help) = &finding.help {
        page.paragraph(5, (Style::Dim, "Fix: "), (Style::Plain, &recorder_sentences::sentence(help)));
    }
}

/// The witness of a finding, and what each recorder did with it.
fn witness(audit: &Audit<'_>, finding: &Finding, proof: Proof) -> Option<(String, Vec<String>)> {
    let escape = audit.verdicts[proof.verdict].escape.as_ref()?;
    let place = &audit.places[proof.place];
    let arn = subject_arn(audit, finding, proof);
    let mut recorders = recorder_sentences::turned_away(audit, place, escape);
    if recorders.is_empty() {
        recorders.push("no trail or event data store exists here".to_owned());
    }
    Some((verdict_words::example(audit, place, escape, arn.as_deref()), recorders))
}

fn show_recorders(recorders: &[String], page: &mut Page) {
    let few = page.few(SHOWN);
    for line in recorders.iter().take(few) {
        page.paragraph(7, (Style::Dim, "- "), (Style::Plain, line));
    }
    let more = recorders.len().saturating_sub(few);
    if more > 0 {
        page.paragraph(7, (Style::Dim, "- "), (Style::Dim, &format!("and {more} more")));
    }
}

fn gaps(audit: &Audit<'_>, page: &mut Page) {
    let real = audit.gaps.iter().filter(|gap| gap.kind != GapKind::NotOffered);
    let groups = recorder_sentences::gap_groups(real);
    if groups.is_empty() {
        return;
    }
    page.heading(&format!("Gaps: {}", super::gaps::title(&groups)));
    let few = page.few(SHOWN);
    for group in groups.iter().take(few) {
        let head =
            format!("{} {} x {}: ", super::gaps::kind(group.gap.kind), grouped(group.count), group.gap.call);
        page.paragraph(2, (Style::Open, &head), (Style::Plain, &group.gap.error));
        let more = group.count.saturating_sub(group.about.len());
        let tail = if more == 0 { String::new() } else { format!("; and {} more", grouped(more)) };
        if !group.about.is_empty() {
            page.paragraph(4, (Style::Dim, ""), (Style::Dim, &format!("{}{tail}", group.about.join("; "))));
        }
    }
    if groups.len() > few {
        let more = format!("and {} more kinds of gap: see all with --format json", groups.len() - few);
        page.paragraph(2, (Style::Dim, ""), (Style::Dim, &more));
    }
}

/// See [`super::AuditFormat`].
pub(crate) fn document(document: &AuditDocument<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
    write_terminal_since(document.audit, &document.drift_text(layout), layout, out)
}
