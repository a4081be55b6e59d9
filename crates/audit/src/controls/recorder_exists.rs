//! `recorder-exists`: a trail (or event data store) exists for every account and Region.

use super::{About, about_places};
use crate::code::{Code, Coded};
use crate::count::count;
use crate::finding::{Audit, ControlResult, Finding, SilentReason, Status, Weight};
use cloudtrail::recorder::RecorderKind;

const ABOUT: About = About {
    id: "recorder-exists",
    title: "A recorder exists for the organization or for every account and Region",
    weight: Weight::Required,
};

/// Whether a recorder reaches a place, be it active or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Existence {
    /// One surely does.
    Yes,
    /// Whether one does hangs on these gaps.
    Maybe(Vec<usize>),
    /// None does.
    No,
}

/// Whether a recorder reaches the place at that position.
pub(super) fn existence(audit: &Audit<'_>, at: usize) -> Existence {
    let place = &audit.places[at];
    let mut gaps: Vec<usize> = Vec::new();
    for candidate in &place.candidates {
        if candidate.recorder.is_some_and(|one| candidate.certain || is_here(audit, at, one)) {
            return Existence::Yes;
        }
        gaps.extend(&candidate.gaps);
    }
    let mut strangers = false;
    for silent in &place.silent {
        match silent.reason {
            SilentReason::NotLogging | SilentReason::CannotDeliver(_) => return Existence::Yes,
            SilentReason::Idle(_) if is_here(audit, at, silent.recorder) => return Existence::Yes,
            // It certainly records nothing, but whether this account is one of its organization's is not known.
            SilentReason::Idle(_) => {
                strangers = true;
                gaps.extend(membership_gaps(
                    audit,
                    [place.account, &audit.inventory.recorders[silent.recorder].account],
                ));
            }
            _ => {}
        }
    }
    gaps.sort_unstable();
    gaps.dedup();
    if place.candidates.is_empty() && !strangers { Existence::No } else { Existence::Maybe(gaps) }
}

/// True iff the recorder surely reaches the place: a trail sighted there, a store of the account itself, or a store of an
/// organization of which both accounts are known to be. What is not certain of it then is its status.
fn is_here(audit: &Audit<'_>, at: usize, recorder: usize) -> bool {
    let (place, recorder) = (&audit.inventory.places[at], &audit.inventory.recorders[recorder]);
    let sightings = place.trails.known().map_or(&[][..], Vec::as_slice);
    sightings.iter().any(|sighting| sighting.trail == recorder.arn)
        || (recorder.kind == RecorderKind::EventDataStore
            && (recorder.account == place.account
                || membership_gaps(audit, [&place.account, &recorder.account]).is_empty()))
}

fn membership_gaps(audit: &Audit<'_>, accounts: [&str; 2]) -> Vec<usize> {
    let of = |id: &&str| audit.inventory.account(id).and_then(|account| account.organization.gap());
    accounts.iter().filter_map(of).collect()
}

/// Passes iff some recorder reaches every place, logging or not.
pub(super) fn control(audit: &Audit<'_>) -> ControlResult {
    let (mut none, mut open, mut gaps) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..audit.places.len() {
        match existence(audit, at) {
            Existence::Yes => {}
            Existence::No => none.push(at),
            Existence::Maybe(hanging) => {
                open.push(at);
                gaps.extend(hanging);
            }
        }
    }
    gaps.sort_unstable();
    gaps.dedup();
    let mut findings = Vec::new();
    let finding = |status, reason: Coded, places: Vec<usize>, gaps| Finding {
        places,
        gaps,
        help: Some(
            Code::CreateTrail
                .says("create a multi-Region trail, or an organization trail in the management account"),
        ),
        ..about_places(status, reason)
    };
    if !none.is_empty() {
        findings.push(finding(Status::Fail, reason(none.len()), none, Vec::new()));
    }
    if !open.is_empty() {
        let reason = Code::NoRecorderSeen.says(format!(
            "no recorder was seen at {}, but not all could be listed",
            count(open.len(), "place")
        ));
        findings.push(finding(Status::Undetermined, reason, open, gaps));
    }
    let (otherwise, reason) = if audit.places.is_empty() {
        (Status::NotApplicable, Code::NoPlaces.says("the inventory holds no account and Region"))
    } else {
        (Status::Pass, Code::RecorderExists.says("a recorder exists at every account and Region"))
    };
    ABOUT.answer(audit, findings, otherwise, reason)
}

/// That so many places have none.
pub(super) fn reason(places: usize) -> Coded {
    Code::NoRecorder.says(format!("no recorder exists at {} of account and Region", count(places, "place")))
}
