//! An audit in one screen: the answer, each cause of it once with its remedy, and how much more `--all` shows.

use super::undeciding;
use crate::cause::{Cause, causes};
use crate::colours::status;
use crate::finding_text;
use crate::gaps;
use crate::inactive::inactive;
use crate::page::{Page, Style};
use crate::quantity::{grouped, quantity};
use crate::recorder_sentences;
use crate::selectors;
use crate::verdict_words;
use audit::code::Code;
use audit::controls::is_about_invocations;
use audit::finding::{Audit, ControlResult, Finding, Proof, Status, Weight};
use audit::inventory::GapKind;
use audit::remedy::{Nearest, nearest, stopped};
use cloudtrail::resource::ResourceType;
use recording::Why;
use std::collections::BTreeSet;

/// How many accounts and Regions with functions are shown.
const PLACES: usize = 8;

/// No further cause is begun below this line.
const CAUSES_END: usize = 34;

/// How many kinds of gap are shown.
const GAPS: usize = 2;

/// How many accounts that were not seen are named.
const NAMED: usize = 3;

/// Lines of one paragraph.
const LINES: usize = 3;

/// Everything between the verdict that begins the page and the one that ends it.
pub(crate) fn brief(audit: &Audit<'_>, page: &mut Page) {
    crate::places::places(audit, PLACES, true, page);
    let causes = causes(audit);
    let mut control = "";
    for (at, cause) in causes.iter().enumerate() {
        // One at least of each control is shown, while there is room.
        if page.lines() >= CAUSES_END {
            page.paragraph_within(
                2,
                (Style::Dim, ""),
                (Style::Dim, &left_out(audit, &causes, at, control)),
                LINES,
            );
            break;
        }
        if cause.control.id != control {
            control = cause.control.id;
            if at == 0 {
                page.gap();
            }
            let (style, word) = status(cause.control.status);
            page.paragraph(0, (style, &format!("{word}: ")), (Style::Control, control));
        }
        tell(audit, at + 1, cause, page);
    }
    page.gap();
    others(audit, page);
    if !recorder_sentences::inactive(audit).is_empty() {
        inactive(audit, page);
    }
    gaps(audit, page);
}

/// The causes from `at` on, for which there is no room: `4. archive and export: undetermined; 5. intranet: not recorded (--all)`. Each
/// control that fails is named, also where there is no room for its causes.
fn left_out(audit: &Audit<'_>, causes: &[Cause<'_>], at: usize, control: &str) -> String {
    let name = |(nth, cause): (usize, &Cause<'_>)| {
        let resources = || cause.findings.iter().flat_map(|one| &one.resources);
        let first = cause.findings.iter().find(|one| !one.resources.is_empty());
        let state = first.and_then(|one| Some(audit.verdicts[one.proof?.verdict].state));
        let word = state.map_or_else(|| status(cause.status).1, verdict_words::state);
        let names = if first.is_some() {
            recorder_sentences::names_of(audit, resources())
        } else {
            cause.control.id.to_owned()
        };
        format!("{}. {names}: {word}", nth + 1)
    };
    let mut told: Vec<String> = causes.iter().enumerate().skip(at).take(NAMED).map(name).collect();
    let more = causes.len().saturating_sub(at + NAMED);
    if more > 0 {
        told.push(format!("and {}", quantity(more, ("more cause", "more causes"))));
    }
    let others: BTreeSet<&str> =
        causes[at..].iter().map(|one| one.control.id).filter(|id| *id != control).collect();
    let also = if others.is_empty() { String::new() } else { format!(", also of {}", joined(others)) };
    format!("{}{also} (--all)", told.join("; "))
}

fn tell(audit: &Audit<'_>, number: usize, cause: &Cause<'_>, page: &mut Page) {
    let first = cause.findings.iter().find(|one| !one.resources.is_empty()).or(cause.findings.first());
    let Some(first) = first else { return };
    let (style, _) = status(cause.status);
    let word = if cause.status == Status::Undetermined { "undetermined: " } else { "" };
    let label = format!("{number}. {word}");
    page.paragraph_within(2, (style, &label), (Style::Strong, &about(audit, cause, first)), LINES);
    page.paragraph_within(
        5,
        (Style::Plain, ""),
        (Style::Plain, &recorder_sentences::sentence(&first.reason)),
        LINES,
    );
    if let Some(why) = first.proof.and_then(|proof| why(audit, proof, cause)) {
        page.paragraph_within(
            5,
            (Style::Dim, "Why: "),
            (Style::Plain, &recorder_sentences::sentence(&why)),
            LINES,
        );
    }
    if !cause.also.is_empty() {
        page.paragraph_within(5, (Style::Dim, "Also: "), (Style::Plain, &cause.also.join(", ")), LINES);
    }
    if let Some(help) = &first.help {
        page.paragraph_within(
            5,
            (Style::Dim, "Fix: "),
            (Style::Plain, &recorder_sentences::sentence(help)),
            LINES,
        );
    }
}

/// `2 of 14 functions (orders and stock) in 444455556666 eu-west-1, and new ones`
pub(crate) fn about(audit: &Audit<'_>, cause: &Cause<'_>, first: &Finding) -> String {
    let new: BTreeSet<usize> = cause
        .findings
        .iter()
        .filter(|one| speaks_of_new(one))
        .flat_map(|one| one.places.iter().copied())
        .collect();
    let of_new = |at: &[usize]| {
        let at = recorder_sentences::places(audit, at).unwrap_or_default();
        if new.is_empty() { String::new() } else { format!("new functions in {at}") }
    };
    let new: Vec<usize> = new.iter().copied().collect();
    let Some(one) = first.resources.first() else {
        let of = recorder_sentences::places(audit, &first.places).or_else(|| unread(audit, &first.gaps));
        let of = of.unwrap_or_else(|| "the whole audit".to_owned());
        return if new.is_empty() { of } else { of_new(&new) };
    };
    let kind = ResourceType::ALL.get(one.plane).map_or("resource", |kind| kind.noun());
    let all: usize = audit.places.iter().map(|place| place.planes[one.plane].own).sum();
    let of = quantity(all, (kind, &format!("{kind}s")));
    let seen = cause.findings.iter().flat_map(|one| &one.resources).map(|one| one.place);
    // Where a web function escapes may be more Regions than the one named first.
    let served =
        cause.findings.iter().filter(|one| !speaks_of_new(one)).flat_map(|one| one.places.iter().copied());
    let mut at: Vec<usize> = seen.chain(served).collect();
    at.sort_unstable();
    at.dedup();
    let place = recorder_sentences::places(audit, &at).unwrap_or_default();
    let names = recorder_sentences::names_of(audit, cause.findings.iter().flat_map(|one| &one.resources));
    let told = format!("{} of {of} ({names}) in {place}", grouped(cause.resources(audit)));
    if new == at {
        format!("{told}, and new ones")
    } else if new.is_empty() {
        told
    } else {
        format!("{told}, and {}", of_new(&new))
    }
}

/// `account 777788889999`: where the gaps are; `None` iff they name no account.
fn unread(audit: &Audit<'_>, gaps: &[usize]) -> Option<String> {
    let gaps: Vec<_> = gaps.iter().filter_map(|at| audit.gaps.get(*at)).collect();
    // The account is that which was asked for the others.
    if gaps.iter().any(|gap| gap.call == "organizations:ListAccounts") {
        return Some("other accounts of the organization".to_owned());
    }
    let at: BTreeSet<(&str, Option<&str>)> =
        gaps.iter().filter_map(|gap| Some((gap.account.as_deref()?, gap.region.as_deref()))).collect();
    let names: Vec<String> = at
        .iter()
        .take(NAMED)
        .map(|(account, region)| match region {
            Some(region) => format!("{account} {region}"),
            None => format!("account {account}"),
        })
        .collect();
    let more = at.len().saturating_sub(NAMED);
    let tail = if more > 0 { format!(" and {} more", grouped(more)) } else { String::new() };
    (!names.is_empty()).then(|| format!("{}{tail}", names.join(", ")))
}

/// A finding that says which names escape is about functions with these names, not about new ones.
fn speaks_of_new(finding: &Finding) -> bool {
    finding.reason.contains("new functions") && !finding.reason.contains("whose ARN is `")
}

/// What the nearest recorder does instead, and how many others do not record it either.
pub(crate) fn why(audit: &Audit<'_>, proof: Proof, cause: &Cause<'_>) -> Option<String> {
    let stopped = stopped(audit, proof).filter(|_| cause.status != Status::Undetermined);
    if let Some(stopped) = stopped {
        let recorder = &audit.inventory.recorders[stopped];
        return Some(format!("{} {} would record it, and its logging is off", recorder.kind, recorder.name));
    }
    let Some(near) = nearest(audit, proof) else {
        let told: Vec<&str> = cause.because.iter().map(String::as_str).collect();
        // What the reason says already is not said again.
        let is_reason = |told: &&&str| cause.findings.iter().any(|one| one.reason.words == **told);
        return match told.first() {
            None => Some("no trail or event data store exists here".to_owned()),
            Some(_) => told.first().filter(|one| !is_reason(one)).map(|one| (*one).to_owned()),
        };
    };
    if cause.status == Status::Undetermined {
        return None;
    }
    let Nearest { recorder, selector, turned } = near;
    let recorder = &audit.inventory.recorders[recorder];
    let escape = audit.verdicts[proof.verdict].escape.as_ref()?;
    let known = recorder.selectors.known().and_then(|one| one.list.get(selector));
    let deed = selectors::deed(known, &Why::Field(turned), &escape.witness);
    Some(format!("selector {selector} of {} {} {deed}", recorder.kind, recorder.name))
}

/// What passes, and how much advice there is.
fn others(audit: &Audit<'_>, page: &mut Page) {
    let required = audit.controls.iter().filter(|one| one.weight == Weight::Required);
    let passing: Vec<&str> = required.filter(|one| one.status == Status::Pass).map(|one| one.id).collect();
    if !passing.is_empty() {
        page.paragraph_within(0, (Style::Good, "pass: "), (Style::Plain, &passing.join(", ")), LINES);
    }
    accepted(audit, page);
    let undeciding = undeciding(audit);
    let shown = |one: &Finding| one.status == Status::Pass && !is_warning(audit, one);
    let told = advice_counted(undeciding.iter().map(|(_, one)| one.as_ref()).filter(|one| !shown(one)));
    if !told.is_empty() {
        page.paragraph_within(0, (Style::Dim, ""), (Style::Plain, &format!("{told}: --all")), LINES);
    }
}

/// `7 advisory findings and 4 warnings`; empty where there are none.
pub(crate) fn advice_counted<'a>(all: impl Iterator<Item = &'a Finding>) -> String {
    let (warnings, advice): (Vec<&Finding>, Vec<&Finding>) = all.partition(|one| one.status == Status::Pass);
    let counted = |n: usize, noun: (&str, &str)| (n > 0).then(|| quantity(n, noun));
    let told = [
        counted(advice.len(), ("advisory finding", "advisory findings")),
        counted(warnings.len(), ("warning", "warnings")),
    ];
    told.into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

/// True iff it is a warning that is not shown here.
fn is_warning(audit: &Audit<'_>, finding: &Finding) -> bool {
    let by_match = finding_text::accepted(audit, finding).is_some_and(|one| one.exception.matched.is_some());
    finding.status == Status::Pass && !by_match && finding.reason.code != Code::ExceptionUnmatched
}

/// What exceptions with a `match` accept, and those that match nothing.
fn accepted(audit: &Audit<'_>, page: &mut Page) {
    let all =
        || audit.controls.iter().flat_map(|control| control.findings.iter().map(move |one| (control, one)));
    let by_match = |one: &Finding| {
        audit.is_accepted(one)
            && finding_text::accepted(audit, one).is_some_and(|by| by.exception.matched.is_some())
    };
    let ids: BTreeSet<&str> = all()
        .filter(|(_, one)| by_match(one))
        .filter_map(|(_, one)| Some(finding_text::accepted(audit, one)?.exception.id.as_str()))
        .collect();
    if !ids.is_empty() {
        let told = accepted_counted(all().filter(|(_, one)| by_match(one)));
        let told = format!("{told} under {} (--all)", joined(ids));
        page.paragraph_within(0, (Style::Open, "accepted: "), (Style::Plain, &told), LINES);
    }
    for (_, one) in all().filter(|(_, one)| one.reason.code == Code::ExceptionUnmatched).take(LINES) {
        let told = recorder_sentences::sentence(&one.reason);
        page.paragraph_within(0, (Style::Open, "warning: "), (Style::Plain, &told), LINES);
    }
}

/// `1 function, new functions and 2 findings of log-file-validation`: what is not recorded by its own count, as the headline counts it.
fn accepted_counted<'a>(all: impl Iterator<Item = (&'a ControlResult, &'a Finding)>) -> String {
    let (of_invocations, others): (Vec<_>, Vec<_>) =
        all.partition(|(control, _)| is_about_invocations(control.id));
    let mut parts = Vec::new();
    for kind in ResourceType::ALL {
        let here = of_invocations.iter().flat_map(|(_, one)| &one.resources);
        let n = here.filter(|one| one.plane == kind as usize).count();
        parts.extend((n > 0).then(|| quantity(n, (kind.noun(), &format!("{}s", kind.noun())))));
    }
    if of_invocations.iter().any(|(_, one)| one.resources.is_empty()) {
        parts.push("new functions".to_owned());
    }
    if !others.is_empty() {
        let controls: BTreeSet<&str> = others.iter().map(|(control, _)| control.id).collect();
        let findings = quantity(others.len(), ("finding", "findings"));
        parts.push(format!("{findings} of {}", joined(controls)));
    }
    match parts.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        some => some.concat(),
    }
}

fn joined(all: BTreeSet<&str>) -> String {
    all.into_iter().collect::<Vec<_>>().join(", ")
}

/// True iff a required control has the very same finding.
pub(crate) fn is_of_required(audit: &Audit<'_>, finding: &Finding) -> bool {
    let mut required = audit.every_control().filter(|one| one.weight == Weight::Required);
    required.any(|one| one.findings.contains(finding))
}

/// True iff the finding says once more what a required control says with its proof.
pub(crate) fn repeats(audit: &Audit<'_>, finding: &Finding) -> bool {
    repeated(audit, finding).is_some()
}

/// The control that says it with its proof; `None` iff the finding repeats none.
pub(crate) fn repeated(audit: &Audit<'_>, finding: &Finding) -> Option<&'static str> {
    let id = finding.help.as_deref()?.strip_prefix("see ")?.split(' ').next()?;
    let named = audit.controls.iter().find(|control| control.id == id)?;
    named.findings.iter().any(|one| one.status == finding.status).then_some(named.id)
}

fn gaps(audit: &Audit<'_>, page: &mut Page) {
    let groups =
        recorder_sentences::gap_groups(audit.gaps.iter().filter(|gap| gap.kind != GapKind::NotOffered));
    if groups.is_empty() {
        return;
    }
    let label = format!("Gaps: {}: ", gaps::title(&groups));
    let mut told: Vec<String> = groups
        .iter()
        .take(GAPS)
        .map(|group| format!("{} {} ({})", group.gap.call, gaps::kind(group.gap.kind), grouped(group.count)))
        .collect();
    let more = groups.len().saturating_sub(GAPS);
    if more > 0 {
        told.push(format!("... and {} more kinds (--all)", grouped(more)));
    }
    page.paragraph_within(0, (Style::Open, &label), (Style::Plain, &told.join(", ")), LINES);
}
