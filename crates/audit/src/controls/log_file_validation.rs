//! `log-file-validation`: the trails that record have log file validation on.

use super::{About, about_places, named};
use crate::code::{Code, Coded};
use crate::count::count;
use crate::finding::{Audit, ControlResult, Finding, Status, Weight};
use cloudtrail::recorder::{RecorderKind, Seen};
use std::collections::BTreeSet;

const ABOUT: About = About {
    id: "log-file-validation",
    title: "Log file validation is on for every trail that records",
    weight: Weight::Advisory,
};

/// Passes iff every trail that records somewhere, or may, has log file validation on.
pub(super) fn control(audit: &Audit<'_>) -> ControlResult {
    let active: BTreeSet<usize> = audit
        .places
        .iter()
        .flat_map(|place| &place.candidates)
        .filter_map(|candidate| candidate.recorder)
        .filter(|recorder| audit.inventory.recorders[*recorder].log_file_validation.is_some())
        .collect();
    let without: Vec<usize> = active
        .iter()
        .copied()
        .filter(|recorder| audit.inventory.recorders[*recorder].log_file_validation == Some(false))
        .collect();
    let mut findings = Vec::new();
    if !without.is_empty() {
        let reason = reason(audit, &without);
        let help =
            "turn on log file validation: without digests nobody can prove that log files are unchanged";
        findings.push(Finding {
            recorders: without,
            help: Some(Code::TurnOnValidation.says(help)),
            ..about_places(Status::Fail, reason)
        });
    }
    findings.extend(unread(audit));
    let (otherwise, reason) = match active.len() {
        0 => (Status::NotApplicable, Code::NoTrails.says("no trail records")),
        n => (Status::Pass, Code::ValidationOn.says(format!("on for {}", count(n, "trail")))),
    };
    ABOUT.answer(audit, findings, otherwise, reason)
}

/// That these are without.
pub(super) fn reason(audit: &Audit<'_>, without: &[usize]) -> Coded {
    let names: Vec<String> = without.iter().take(3).map(|recorder| named(audit, *recorder)).collect();
    let more = without.len().saturating_sub(names.len());
    let tail = if more == 0 { String::new() } else { format!(" and {more} more") };
    Code::ValidationOff.says(format!("log file validation is off: {}{tail}", names.join(", ")))
}

/// Trails that record and do not say, and places whose trails were not read.
fn unread(audit: &Audit<'_>) -> Option<Finding> {
    let mut finding = about_places(
        Status::Undetermined,
        Code::ValidationUnread.says("whether log file validation is on was not read everywhere"),
    );
    let recorders = &audit.inventory.recorders;
    for (at, place) in audit.places.iter().enumerate() {
        let silent = place.candidates.iter().filter_map(|one| one.recorder).filter(|at| {
            recorders[*at].kind == RecorderKind::Trail && recorders[*at].log_file_validation.is_none()
        });
        finding.recorders.extend(silent);
        if let Seen::Unread(gap) = &audit.inventory.places[at].trails {
            finding.places.push(at);
            finding.gaps.push(*gap);
        }
    }
    finding.tidy();
    (!finding.recorders.is_empty() || !finding.gaps.is_empty()).then_some(finding)
}
