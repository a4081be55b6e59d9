//! `lambda-data-events-current` and `lambda-data-events-future`: the two boxes that the control's test plan ticks, *Read
//! events* and *Write events*, for the functions that exist and for those that will.
//!
//! Advisory: invoking is a write, so a write-only selector records every invocation and the main control passes, while
//! the page asks for both boxes.

use super::lambda_invocations_recorded::unlisted_places;
use super::new_functions::{reason_of_new, where_to};
use super::{About, about_places, accepting};
use crate::code::{Code, Coded};
use crate::count::count;
use crate::finding::{Audit, ControlResult, Finding, Proof, Status, Weight};
use crate::resource_ref::ResourceRef;
use cloudtrail::resource::ResourceType;
use recording::State;
use std::collections::BTreeMap;

const CURRENT: About = About {
    id: "lambda-data-events-current",
    title: "Lambda data events, read and write, are recorded for all current functions",
    weight: Weight::Advisory,
};
const FUTURE: About = About {
    id: "lambda-data-events-future",
    title: "Lambda data events, read and write, are recorded for all future functions",
    weight: Weight::Advisory,
};
const PLANE: usize = ResourceType::Function as usize;

/// Passes iff all data events of every function seen are recorded, and every function was seen or any would be.
pub(super) fn current(audit: &Audit<'_>) -> ControlResult {
    let states: Vec<State> = (0..audit.verdicts.len())
        .map(|verdict| audit.verdicts[audit.data_events.get(&verdict).copied().unwrap_or(verdict)].state)
        .collect();
    let state = |verdict: usize| states[verdict];
    let mut by_status = [(0_usize, Vec::new()), (0, Vec::new())];
    let mut gaps: Vec<usize> = Vec::new();
    // What the `match` of an exception is about.
    let mut under: BTreeMap<usize, Vec<ResourceRef>> = BTreeMap::new();
    for (at, place) in audit.places.iter().enumerate() {
        let plane = &place.planes[PLANE];
        for (position, row) in plane.rows.iter().enumerate().filter(|(_, row)| !audit.is_named(row)) {
            let slot = match state(row.verdict) {
                State::Recorded => continue,
                State::PartiallyRecorded | State::NotRecorded => 0,
                State::Undetermined => 1,
            };
            let here = ResourceRef { place: at, plane: PLANE, row: position };
            if slot == 0
                && let Some(exception) = accepting::of_resource(audit, CURRENT.id, here)
            {
                under.entry(exception).or_default().push(here);
                continue;
            }
            by_status[slot].0 += 1;
            by_status[slot].1.push(at);
        }
        if !plane.gaps.is_empty() && state(plane.any) != State::Recorded {
            by_status[1].1.push(at);
            gaps.extend(&plane.gaps);
        }
    }
    let [(failing, at_failing), (open, at_open)] = by_status;
    let mut findings: Vec<Finding> =
        under.into_iter().map(|(at, all)| of_exception(audit, at, all)).collect();
    if failing > 0 {
        findings.push(finding(Status::Fail, reason(failing), at_failing, Vec::new()));
    }
    if !at_open.is_empty() {
        let reason = match open {
            0 => Code::NotAllListed.says("not every function could be listed"),
            n => Code::DataEventsUnknown.says(format!(
                "it is unknown whether all data events of {} are recorded",
                count(n, "function")
            )),
        };
        findings.push(finding(Status::Undetermined, reason, at_open, gaps));
    }
    let seen: usize = audit.places.iter().map(|place| place.planes[PLANE].rows.len()).sum();
    let (otherwise, reason) = match seen {
        0 if unlisted_places(audit, PLANE) > 0 => {
            let reason = "not every function could be listed, but all data events of any are recorded";
            (Status::Pass, Code::AllUnlistedRecorded.says(reason))
        }
        0 => (Status::NotApplicable, Code::NoResources.says("there is no function")),
        n => (
            Status::Pass,
            Code::AllRecorded.says(format!("all data events of {} are recorded", count(n, "function"))),
        ),
    };
    CURRENT.answer(audit, findings, otherwise, reason)
}

fn reason(functions: usize) -> Coded {
    Code::DataEventsPartial
        .says(format!("not all data events of {} are recorded", count(functions, "function")))
}

/// The functions that an exception is about.
fn of_exception(audit: &Audit<'_>, exception: usize, resources: Vec<ResourceRef>) -> Finding {
    let places = resources.iter().map(|one| one.place).collect();
    let mut found = finding(Status::Fail, reason(resources.len()), places, Vec::new());
    found.resources = resources;
    accepting::under(audit, exception, &mut found);
    found
}

/// Passes iff all data events of any function that may ever exist at any place are recorded.
pub(super) fn future(audit: &Audit<'_>) -> ControlResult {
    let paired = |place: usize| {
        let any = audit.places[place].planes[PLANE].any_other;
        audit.data_events.get(&any).copied().unwrap_or(any)
    };
    let mut findings = Vec::new();
    for open in [false, true] {
        let wanted = |state: State| state != State::Recorded && (state == State::Undetermined) == open;
        let here = |place: &usize| wanted(audit.verdicts[paired(*place)].state);
        let places: Vec<usize> = (0..audit.places.len()).filter(here).collect();
        if places.is_empty() {
            continue;
        }
        let where_to = where_to(places.len());
        findings.push(if open {
            let gaps =
                places.iter().flat_map(|at| audit.deciding_gaps(Proof { place: *at, verdict: paired(*at) }));
            let gaps = gaps.collect();
            finding(
                Status::Undetermined,
                Code::NewDataEventsUnknown.says(format!(
                    "it is unknown whether all data events of new functions are recorded {where_to}"
                )),
                places,
                gaps,
            )
        } else {
            finding(Status::Fail, reason_of_new(places.len()), places, Vec::new())
        });
    }
    let (otherwise, reason) = if audit.places.is_empty() {
        (Status::NotApplicable, Code::NoPlaces.says("the inventory holds no account and Region"))
    } else {
        (Status::Pass, Code::AllRecorded.says("all data events of new functions are recorded"))
    };
    FUTURE.answer(audit, findings, otherwise, reason)
}

fn finding(status: Status, reason: Coded, places: Vec<usize>, gaps: Vec<usize>) -> Finding {
    let help = Some(Code::ProofElsewhere.says("see lambda-invocations-recorded for the proof"));
    let mut finding = Finding { places, gaps, help, ..about_places(status, reason) };
    finding.tidy();
    finding
}
