//! `recorder-exists`: a trail (or event data store) exists for every account and Region.

use super::{About, count};
use crate::finding::{Audit, ControlResult, Finding, PlaceAudit, SilentReason, Status, Weight};

const ABOUT: About = About {
    id: "recorder-exists",
    title: "A recorder exists for the organization or for every account and Region",
    weight: Weight::Required,
};

/// True iff some recorder surely reaches the place, be it active or not.
pub(super) fn exists(place: &PlaceAudit<'_>) -> bool {
    let inactive = |reason: &SilentReason| {
        matches!(reason, SilentReason::NotLogging | SilentReason::CannotDeliver(_) | SilentReason::Idle(_))
    };
    place.candidates.iter().any(|candidate| candidate.recorder.is_some())
        || place.silent.iter().any(|silent| inactive(&silent.reason))
}

/// Passes iff some recorder reaches every place, logging or not.
pub(super) fn control(audit: &Audit<'_>) -> ControlResult {
    let without: Vec<usize> = (0..audit.places.len()).filter(|at| !exists(&audit.places[*at])).collect();
    let (open, none): (Vec<usize>, Vec<usize>) =
        without.into_iter().partition(|at| !audit.places[*at].candidates.is_empty());
    let mut findings = Vec::new();
    let finding = |status, reason: String, places: Vec<usize>, gaps| Finding {
        status,
        reason,
        places,
        resources: Vec::new(),
        recorders: Vec::new(),
        proof: None,
        gaps,
        help: Some(
            "create a multi-Region trail, or an organization trail in the management account".to_owned(),
        ),
    };
    if !none.is_empty() {
        let reason = format!("no recorder exists at {} of account and Region", count(none.len(), "place"));
        findings.push(finding(Status::Fail, reason, none, Vec::new()));
    }
    if !open.is_empty() {
        let candidates = open.iter().flat_map(|at| &audit.places[*at].candidates);
        let mut gaps: Vec<usize> = candidates.flat_map(|candidate| candidate.gaps.iter().copied()).collect();
        gaps.sort_unstable();
        gaps.dedup();
        let reason =
            format!("no recorder was seen at {}, but not all could be listed", count(open.len(), "place"));
        findings.push(finding(Status::Undetermined, reason, open, gaps));
    }
    let otherwise = if audit.places.is_empty() {
        (Status::NotApplicable, "the inventory holds no account and Region".to_owned())
    } else {
        (Status::Pass, "a recorder exists at every account and Region".to_owned())
    };
    ABOUT.answer(findings, otherwise)
}
