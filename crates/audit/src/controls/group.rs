//! Rows and places that share a reason, brought together so that each reason is told once.

use crate::cause;
use crate::code::Code;
use crate::finding::{Audit, Finding, Proof, Silent, Status};
use crate::resource_ref::ResourceRef;
use recording::{Open, State};
use std::collections::BTreeMap;

/// What makes two verdicts one reason: the same proof against the same silent recorders.
type Key<'a> = (State, usize, &'a [Silent]);

/// As [`Key`], where verdicts differ from place to place in nothing but the place: what they say instead of which.
type Worded<'a> = (State, String, &'a [Silent]);

/// The findings about rows of one plane, one for each distinct reason, in the order of first appearance.
/// Resources that an exception excuses are left out.
pub(super) fn rows(audit: &Audit<'_>, plane: usize, wanted: impl Fn(State) -> bool) -> Vec<Finding> {
    let mut groups: BTreeMap<Key<'_>, (Vec<usize>, Vec<ResourceRef>)> = BTreeMap::new();
    for (at, place) in audit.places.iter().enumerate() {
        for (position, row) in place.planes[plane].rows.iter().enumerate() {
            let state = audit.verdicts[row.verdict].state;
            if wanted(state) && !audit.is_excused(row) {
                let here = ResourceRef { place: at, plane, row: position };
                let (places, resources) = groups.entry((state, row.verdict, &place.silent)).or_default();
                places.push(at);
                // A web function that several Regions serve alike is one.
                let home = audit.served.home(here);
                if home == here || !resources.iter().any(|one| audit.served.home(*one) == home) {
                    resources.push(here);
                }
            }
        }
    }
    let findings = groups.into_iter().filter_map(|((_, verdict, _), (mut places, resources))| {
        let proof = Proof { place: resources.first()?.place, verdict };
        places.dedup();
        let mut finding = of_verdict(audit, proof, places);
        finding.resources = resources;
        Some(finding)
    });
    findings.collect()
}

/// The findings about a verdict that each place has, such as that on any function: one for each distinct reason.
pub(super) fn places(
    audit: &Audit<'_>,
    verdict_of: impl Fn(usize) -> usize,
    wanted: impl Fn(usize, State) -> bool,
) -> Vec<Finding> {
    let mut groups: BTreeMap<Worded<'_>, (Proof, Vec<usize>)> = BTreeMap::new();
    for (at, place) in audit.places.iter().enumerate() {
        let position = verdict_of(at);
        let verdict = &audit.verdicts[position];
        if wanted(at, verdict.state) {
            let words = words(audit, position);
            let proof = Proof { place: at, verdict: position };
            groups.entry((verdict.state, words, &place.silent)).or_insert((proof, Vec::new())).1.push(at);
        }
    }
    groups.into_values().map(|(proof, places)| of_verdict(audit, proof, places)).collect()
}

/// What a verdict says escapes, or may escape, and that the work limit was reached where it was.
fn words(audit: &Audit<'_>, position: usize) -> String {
    let verdict = &audit.verdicts[position];
    let remainder = audit.remainder(position).map(str::to_owned);
    let limit = verdict.open.filter(|open| *open == Open::Work).and_then(|_| verdict.open_reason());
    remainder.into_iter().chain(limit).collect::<Vec<_>>().join("; ")
}

/// A finding that says what a verdict says.
pub(super) fn of_verdict(audit: &Audit<'_>, proof: Proof, places: Vec<usize>) -> Finding {
    let verdict = &audit.verdicts[proof.verdict];
    let (status, reason) = match verdict.state {
        State::Recorded => (Status::Pass, Code::AllRecorded.says("all are recorded")),
        State::PartiallyRecorded | State::NotRecorded => {
            (Status::Fail, cause::of_verdict(audit, proof).says(words(audit, proof.verdict)))
        }
        State::Undetermined => {
            (Status::Undetermined, cause::of_verdict(audit, proof).says(words(audit, proof.verdict)))
        }
    };
    let mut gaps: Vec<usize> =
        places.iter().flat_map(|place| audit.deciding_gaps(Proof { place: *place, ..proof })).collect();
    gaps.sort_unstable();
    gaps.dedup();
    let recorders =
        audit.places[proof.place].candidates.iter().filter_map(|candidate| candidate.recorder).collect();
    Finding { places, recorders, proof: Some(proof), gaps, ..super::about_places(status, reason) }
}
