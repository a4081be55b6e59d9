//! What the `match` of an exception accepts of a control's findings: the part of each that fails and that it is about.
//!
//! Nothing undetermined is accepted, and no verdict changes.

use super::{exceptions, is_about_invocations, log_file_validation, recorder_exists};
use crate::code::{Code, Coded};
use crate::exception::matching::Thing;
use crate::finding::{Audit, Finding, Proof, Status};
use crate::resource_ref::ResourceRef;
use std::collections::BTreeMap;

/// Controls whose findings about accounts and Regions are about the recorders that they name.
const OF_RECORDERS: [&str; 5] = [
    "recorder-logging",
    "delivery-healthy",
    "log-file-validation",
    "paid-copies",
    "selector-values-can-match",
];

/// A part of a finding that is accepted or not.
#[derive(Clone, Copy)]
enum Part {
    Resource(ResourceRef),
    Place(usize),
    Recorder(usize),
}

/// The findings, each taken apart by the exception that is about its parts.
pub(super) fn parted(audit: &Audit<'_>, control: &str, findings: Vec<Finding>) -> Vec<Finding> {
    let named =
        |at: &usize| audit.accepted[*at].exception.matched.as_ref().is_some_and(|one| one.names(control));
    let here: Vec<usize> = (0..audit.accepted.len()).filter(named).collect();
    if here.is_empty() {
        return findings;
    }
    findings.into_iter().flat_map(|finding| of_finding(audit, control, &here, finding)).collect()
}

fn of_finding(audit: &Audit<'_>, control: &str, here: &[usize], finding: Finding) -> Vec<Finding> {
    // Resources that are not recorded are marked where they are judged.
    let marked = is_about_invocations(control) && !finding.resources.is_empty();
    if finding.status != Status::Fail || finding.exception.is_some() || marked {
        return vec![finding];
    }
    let parts = parts(&finding);
    let mut by_exception: BTreeMap<Option<usize>, Vec<Part>> = BTreeMap::new();
    for part in &parts {
        by_exception.entry(exception(audit, control, here, &finding, *part)).or_default().push(*part);
    }
    let whole = by_exception.len() < 2;
    let told = by_exception.into_iter().map(|(exception, parts)| {
        let mut part = if whole { finding.clone() } else { only(audit, control, &finding, &parts) };
        if let Some(at) = exception {
            under(audit, at, &mut part);
        }
        part
    });
    let told: Vec<Finding> = told.collect();
    if told.is_empty() { vec![finding] } else { told }
}

fn parts(finding: &Finding) -> Vec<Part> {
    if !finding.resources.is_empty() {
        finding.resources.iter().copied().map(Part::Resource).collect()
    } else if !finding.places.is_empty() {
        finding.places.iter().copied().map(Part::Place).collect()
    } else {
        finding.recorders.iter().copied().map(Part::Recorder).collect()
    }
}

/// The first exception that holds and is about the part, else the first that is about it.
fn exception(
    audit: &Audit<'_>,
    control: &str,
    here: &[usize],
    finding: &Finding,
    part: Part,
) -> Option<usize> {
    let recorders = &audit.inventory.recorders;
    let at = |place: usize| (audit.places[place].account, audit.places[place].region);
    let ((account, region), arns) = match part {
        Part::Resource(one) => (at(one.place), vec![audit.row(one).arn]),
        Part::Recorder(one) => (
            (recorders[one].account.as_str(), recorders[one].home_region.as_str()),
            vec![&*recorders[one].arn],
        ),
        // A part of what fails there may be open, and nobody accepts what is open.
        Part::Place(place) if finding.proof.is_some() && in_doubt(audit, place) => return None,
        Part::Place(place) => {
            let about = finding.recorders.iter().filter(|_| OF_RECORDERS.contains(&control));
            (at(place), about.map(|one| recorders[*one].arn.as_str()).collect())
        }
    };
    let thing = Thing { arns, account, region };
    first(audit, here, &thing)
}

/// True iff a recorder there may or may not record, or its selectors hold what we do not understand.
fn in_doubt(audit: &Audit<'_>, place: usize) -> bool {
    audit.places[place].candidates.iter().any(|one| {
        let selectors = one.recorder.and_then(|at| audit.inventory.recorders[at].selectors.known());
        !one.certain || selectors.is_none_or(|all| all.list.iter().any(|one| !one.doubts().is_empty()))
    })
}

/// As [`exception`], of a resource that a control says nothing of by itself.
pub(super) fn of_resource(audit: &Audit<'_>, control: &str, resource: ResourceRef) -> Option<usize> {
    let place = &audit.places[resource.place];
    let thing = Thing { arns: vec![audit.row(resource).arn], account: place.account, region: place.region };
    let named =
        |at: &usize| audit.accepted[*at].exception.matched.as_ref().is_some_and(|one| one.names(control));
    let here: Vec<usize> = (0..audit.accepted.len()).filter(named).collect();
    first(audit, &here, &thing)
}

fn first(audit: &Audit<'_>, here: &[usize], thing: &Thing<'_>) -> Option<usize> {
    let accepts = |at: &&usize| {
        let matched = audit.accepted[**at].exception.matched.as_ref();
        matched.is_some_and(|one| one.accepts(thing, audit.inventory))
    };
    here.iter().filter(accepts).min_by_key(|at| (!audit.accepted[**at].holds, **at)).copied()
}

/// The finding about these parts alone.
fn only(audit: &Audit<'_>, control: &str, finding: &Finding, parts: &[Part]) -> Finding {
    let mut part = finding.clone();
    (part.places, part.resources) = (Vec::new(), Vec::new());
    for one in parts {
        match one {
            Part::Resource(one) => {
                part.places.push(one.place);
                part.resources.push(*one);
            }
            Part::Place(place) => part.places.push(*place),
            Part::Recorder(_) => {}
        }
    }
    if parts.iter().any(|one| matches!(one, Part::Recorder(_))) {
        let recorder = |one: &Part| if let Part::Recorder(at) = one { Some(*at) } else { None };
        part.recorders = parts.iter().filter_map(recorder).collect();
    }
    part.tidy();
    let first = part.resources.first().map(|one| one.place).or(part.places.first().copied());
    part.proof = part.proof.zip(first).map(|(proof, place)| Proof { place, ..proof });
    // Where the words count or name the parts.
    match part.reason.code {
        Code::NoRecorder => part.reason = recorder_exists::reason(part.places.len()),
        Code::ValidationOff => part.reason = log_file_validation::reason(audit, &part.recorders),
        _ if control == "lambda-data-events-future" => {
            part.reason = super::new_functions::reason_of_new(part.places.len());
        }
        _ => {}
    }
    part
}

/// Says that the exception is about the finding: accepted while it holds, failing since when it does not.
pub(super) fn under(audit: &Audit<'_>, at: usize, finding: &mut Finding) {
    let (accepted, exception) = (&audit.accepted[at], audit.accepted[at].exception);
    finding.exception = Some(at);
    if accepted.holds {
        finding.status = Status::Pass;
        finding.reason = Code::ExceptionHolds.says(format!(
            "{}; accepted under exception {} by {} until {}: {}",
            finding.reason,
            exception.id,
            exception.owner,
            exception.until,
            exception.why()
        ));
        finding.help =
            Some(Code::MendByDay.says(format!("the exception ends on {}: mend it by then", exception.until)));
    } else {
        finding.reason.words = format!("{}; {}", finding.reason, exception.why_not());
    }
}

/// What a control says where all that fails is accepted.
pub(super) fn otherwise(
    audit: &Audit<'_>,
    control: &str,
    findings: &[Finding],
    status: Status,
    reason: Coded,
) -> (Status, Coded) {
    let accepted =
        findings.iter().filter(|one| audit.is_accepted(one) && exceptions::is_by_match(audit, one));
    match (status, accepted.count()) {
        (Status::Pass, n) if n > 0 && !is_about_invocations(control) => {
            let accepted = "all that fails is accepted under exceptions";
            (status, Code::AllAccepted.says(accepted))
        }
        _ => (status, reason),
    }
}
