//! `recorder-logging`: where a recorder exists, at least one is active and delivers.

use super::recorder_exists::{Existence, existence};
use super::{About, about_places, named};
use crate::code::Code;
use crate::count::count;
use crate::finding::{Audit, ControlResult, Finding, PlaceAudit, Silent, Status, Weight};
use std::collections::BTreeSet;

const UNTOLD: &str = "it is unknown whether a recorder is active";

const ABOUT: About = About {
    id: "recorder-logging",
    title: "Wherever a recorder exists, one is active and delivers",
    weight: Weight::Required,
};

/// Passes iff at every place that has or may have a recorder, one certainly is active and delivers.
pub(super) fn control(audit: &Audit<'_>) -> ControlResult {
    let mut findings: Vec<Finding> = Vec::new();
    let mut with = 0;
    for (at, place) in audit.places.iter().enumerate() {
        let existence = existence(audit, at);
        with += usize::from(existence == Existence::Yes);
        let active =
            place.candidates.iter().any(|candidate| candidate.certain && candidate.recorder.is_some());
        let mut gaps: Vec<usize> =
            place.candidates.iter().flat_map(|candidate| candidate.gaps.clone()).collect();
        let (status, reason) = match existence {
            _ if active => continue,
            Existence::No => continue,
            Existence::Yes if place.candidates.is_empty() => {
                (Status::Fail, Code::NoneActive.says(silence(audit, place)))
            }
            Existence::Yes => (Status::Undetermined, Code::ActivityUnknown.says(UNTOLD)),
            Existence::Maybe(hanging) => {
                gaps.extend(hanging);
                (Status::Undetermined, Code::ActivityUnknown.says(UNTOLD))
            }
        };
        let shared = match findings.iter().position(|finding| finding.reason == reason) {
            Some(shared) => shared,
            None => {
                findings.push(about_places(status, reason));
                findings.len() - 1
            }
        };
        let shared = &mut findings[shared];
        shared.places.push(at);
        shared.gaps.extend(gaps);
        shared.recorders.extend(place.silent.iter().map(|silent| silent.recorder));
    }
    for finding in &mut findings {
        finding.tidy();
    }
    let (otherwise, reason) = match with {
        0 => (Status::NotApplicable, Code::NoRecorder.says("no recorder exists")),
        n => (
            Status::Pass,
            Code::RecorderActive.says(format!("an active recorder delivers at {}", count(n, "place"))),
        ),
    };
    ABOUT.answer(audit, findings, otherwise, reason)
}

/// Why no recorder that is here records.
fn silence(audit: &Audit<'_>, place: &PlaceAudit<'_>) -> String {
    let told = |silent: &Silent| format!("{}: {}", named(audit, silent.recorder), silent.reason);
    let reasons: BTreeSet<String> = place.silent.iter().map(told).collect();
    let told: Vec<String> = reasons.into_iter().take(3).collect();
    format!("no recorder records: {}", told.join("; "))
}
