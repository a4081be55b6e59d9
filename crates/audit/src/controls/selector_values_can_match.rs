//! `selector-values-can-match`: every value that a selector lists for Lambda can match something, and is understood.

use super::{About, about_places, named};
use crate::code::{Code, Coded};
use crate::count::count;
use crate::finding::{Audit, ControlResult, Finding, Status, Weight};
use crate::lint::{Lint, lint};
use std::collections::BTreeSet;

const ABOUT: About = About {
    id: "selector-values-can-match",
    title: "Every value that selectors list for Lambda can match an invocation, and is understood",
    weight: Weight::Advisory,
};

/// Passes iff no recorder of the inventory lists a value that can never match, a Lambda resource type we do not know, or
/// something we do not understand.
pub(super) fn control(audit: &Audit<'_>) -> ControlResult {
    let mut findings = Vec::new();
    let mut looked_at = 0;
    let mut unread = (Vec::new(), Vec::new());
    for (position, recorder) in audit.inventory.recorders.iter().enumerate() {
        let Some(selectors) = recorder.selectors.known() else {
            unread.0.push(position);
            unread.1.extend(recorder.selectors.gap());
            continue;
        };
        looked_at += 1;
        let finding = |status, reason| Finding { recorders: vec![position], ..about_places(status, reason) };
        let lints = lint(selectors, &audit.inventory.partition);
        findings.extend(
            grouped(&lints).into_iter().map(|why| {
                finding(Status::Fail, why.code.says(format!("{}: {why}", named(audit, position))))
            }),
        );
        let doubts: BTreeSet<String> =
            selectors.list.iter().flat_map(|selector| selector.doubts()).map(ToString::to_string).collect();
        findings.extend(doubts.into_iter().map(|doubt| {
            let told = format!("{}: {doubt}", named(audit, position));
            finding(Status::Undetermined, Code::SelectorNotUnderstood.says(told))
        }));
    }
    if !unread.0.is_empty() {
        let reason = Code::SelectorsUnreadable
            .says(format!("the selectors of {} were not read", count(unread.0.len(), "recorder")));
        let mut finding =
            Finding { recorders: unread.0, gaps: unread.1, ..about_places(Status::Undetermined, reason) };
        finding.tidy();
        findings.push(finding);
    }
    let (otherwise, reason) = match looked_at {
        0 => (Status::NotApplicable, Code::SelectorsUnreadable.says("no selectors were read")),
        n => (
            Status::Pass,
            Code::ValuesMatch.says(format!("all values of {} can match", count(n, "recorder"))),
        ),
    };
    ABOUT.answer(audit, findings, otherwise, reason)
}

/// One sentence for each selector and kind of problem, however many values share it.
fn grouped(lints: &[Lint]) -> Vec<Coded> {
    let mut groups: Vec<(usize, std::mem::Discriminant<crate::lint::Problem>, &Lint, usize)> = Vec::new();
    for lint in lints {
        let kind = std::mem::discriminant(&lint.why);
        match groups.iter_mut().find(|(selector, other, ..)| *selector == lint.selector && *other == kind) {
            Some((.., n)) => *n += 1,
            None => groups.push((lint.selector, kind, lint, 0)),
        }
    }
    let told = groups.into_iter().map(|(selector, _, lint, more)| {
        let more = if more == 0 {
            String::new()
        } else {
            format!(" and {}", count(more, "value") + " more like it")
        };
        lint.why
            .code()
            .says(format!("selector {selector}, {} `{}`{more}: {}", lint.operator, lint.value, lint.why))
    });
    told.collect()
}
