//! `recorder-logging`: where a recorder exists, at least one is active and delivers.

use super::recorder_exists::exists;
use super::{About, count};
use crate::finding::{Audit, ControlResult, Finding, Status, Weight};
use std::collections::BTreeSet;

const ABOUT: About = About {
    id: "recorder-logging",
    title: "Wherever a recorder exists, one is active and delivers",
    weight: Weight::Required,
};

/// Passes iff at every place that has a recorder, one certainly is active and delivers.
pub(super) fn control(audit: &Audit<'_>) -> ControlResult {
    let mut findings: Vec<Finding> = Vec::new();
    for (at, place) in audit.places.iter().enumerate().filter(|(_, place)| exists(place)) {
        if place.candidates.iter().any(|candidate| candidate.certain && candidate.recorder.is_some()) {
            continue;
        }
        let reasons: BTreeSet<String> = place
            .silent
            .iter()
            .map(|silent| format!("{} {}", audit.inventory.recorders[silent.recorder].name, silent.reason))
            .collect();
        let told: Vec<String> = reasons.into_iter().take(3).collect();
        let open = !place.candidates.is_empty();
        let (status, reason) = if open {
            (Status::Undetermined, "it cannot be told whether a recorder is active".to_owned())
        } else {
            (Status::Fail, format!("no recorder records: {}", told.join("; ")))
        };
        match findings.iter_mut().find(|finding| finding.reason == reason) {
            Some(finding) => finding.places.push(at),
            None => findings.push(Finding {
                status,
                reason,
                places: vec![at],
                resources: Vec::new(),
                recorders: place.silent.iter().map(|silent| silent.recorder).collect(),
                proof: None,
                gaps: place.candidates.iter().flat_map(|candidate| candidate.gaps.iter().copied()).collect(),
                help: None,
            }),
        }
    }
    let with = audit.places.iter().filter(|place| exists(place)).count();
    let otherwise = match with {
        0 => (Status::NotApplicable, "no recorder exists".to_owned()),
        n => (Status::Pass, format!("an active recorder delivers at {}", count(n, "place"))),
    };
    ABOUT.answer(findings, otherwise)
}
