//! `management-events-recorded`: management events are recorded, read and write, of every service.

use super::{About, about_places, group};
use crate::code::{Code, Coded};
use crate::exclusion;
use crate::finding::{Audit, ControlResult, Finding, PlaceAudit, PlaceCandidate, Status, Weight};
use cloudtrail::recorder::RecorderKind;
use recording::{Candidate, State, decide_space, management_events};

const ABOUT: About = About {
    id: "management-events-recorded",
    title: "Management events are recorded, read and write, at every account and Region",
    weight: Weight::Required,
};

/// Passes iff at every place no management event of any service escapes all recorders.
pub(super) fn control(audit: &Audit<'_>) -> ControlResult {
    let mut findings =
        group::places(audit, |place| audit.places[place].management, |_, state| state != State::Recorded);
    for finding in findings.iter_mut().filter(|finding| finding.status == Status::Fail) {
        finding.help = on_purpose(audit, finding).or(finding.help.take());
    }
    findings.extend(without_global_services(audit));
    let (otherwise, reason) = if audit.places.is_empty() {
        (Status::NotApplicable, Code::NoPlaces.says("the inventory holds no account and Region"))
    } else {
        (Status::Pass, Code::AllRecorded.says("all management events are recorded, read and write"))
    };
    ABOUT.answer(audit, findings, otherwise, reason)
}

/// What recorders leave out on purpose, in words.
fn on_purpose(audit: &Audit<'_>, finding: &Finding) -> Option<Coded> {
    let told = finding.recorders.iter().filter_map(|at| {
        let recorder = &audit.inventory.recorders[*at];
        let sources = exclusion::sources(&recorder.selectors.known()?.list);
        (!sources.is_empty()).then(|| {
            format!(
                "{} {} leaves out events of {} on purpose",
                recorder.kind,
                recorder.name,
                sources.join(" and ")
            )
        })
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| {
        Code::KeepExclusions.says(format!(
            "{}; invoketrail plan keeps that unless you say --all-management-events",
            told.join("; ")
        ))
    })
}

/// What is said of events of global services that are not recorded, or may not be.
fn global_services(fails: bool) -> Coded {
    if fails {
        return Code::GlobalServicesOff.says(
            "events of global services (IAM, STS, CloudFront) are not recorded, because the only trails that record \
             management events here are without them",
        );
    }
    Code::GlobalServicesUnknown.says(
        "unknown whether events of global services (IAM, STS, CloudFront) are recorded, because a trail without them records \
         management events here, and another recorder was not read in full",
    )
}

/// Events of global services (IAM, STS, CloudFront) happen in one Region of the partition, and only trails with
/// `IncludeGlobalServiceEvents` record them there; only a trail for one Region can be without.
fn without_global_services(audit: &Audit<'_>) -> Option<Finding> {
    let global = match audit.inventory.partition.as_str() {
        "aws" => "us-east-1",
        "aws-cn" => "cn-northwest-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => return None,
    };
    let recorders = &audit.inventory.recorders;
    // A trail for several Regions always has them; one that does not say is not certain to.
    let said = |one: &PlaceCandidate| {
        let recorder = &recorders[one.recorder?];
        let is_trail = recorder.kind == RecorderKind::Trail && !recorder.multi_region;
        recorder.global_service_events.or((!is_trail).then_some(true))
    };
    let without = |one: &PlaceCandidate| one.recorder.is_some() && said(one) == Some(false);
    let open = |one: &PlaceCandidate| one.recorder.is_some() && said(one).is_none();
    let lacks = |place: &PlaceAudit<'_>| {
        let recorded = audit.verdicts[place.management].state == State::Recorded;
        let any = place.candidates.iter().any(|one| without(one) || open(one));
        if place.region != global || !recorded || !any {
            return None;
        }
        let rest: Vec<Candidate<'_>> = place
            .candidates
            .iter()
            .filter(|one| !without(one))
            .map(|one| {
                let selectors = one.recorder.and_then(|at| recorders[at].selectors.known());
                let certain = one.certain && !open(one);
                Candidate { selectors: selectors.map(|all| all.list.as_slice()), certain }
            })
            .collect();
        match decide_space(&rest, &[management_events()], "management events").state {
            State::Recorded => None,
            State::PartiallyRecorded | State::NotRecorded => Some(Status::Fail),
            State::Undetermined => Some(Status::Undetermined),
        }
    };
    let lacking: Vec<(usize, Status)> =
        audit.places.iter().enumerate().filter_map(|(at, place)| Some((at, lacks(place)?))).collect();
    let fails = lacking.iter().any(|(_, status)| *status == Status::Fail);
    let status = if fails { Status::Fail } else { Status::Undetermined };
    let places: Vec<usize> = lacking.iter().filter(|(_, one)| *one == status).map(|(at, _)| *at).collect();
    if places.is_empty() {
        return None;
    }
    let gaps: Vec<usize> = match fails {
        true => Vec::new(),
        false => places
            .iter()
            .flat_map(|at| &audit.places[*at].candidates)
            .flat_map(|one| one.gaps.clone())
            .collect(),
    };
    let mut silent: Vec<usize> = places
        .iter()
        .flat_map(|at| audit.places[*at].candidates.iter().filter(|one| without(one)))
        .filter_map(|one| one.recorder)
        .collect();
    silent.sort_unstable();
    let help =
        Some(Code::SetGlobalServices.says("set IncludeGlobalServiceEvents, or make the trail multi-Region"));
    let mut finding =
        Finding { places, recorders: silent, help, gaps, ..about_places(status, global_services(fails)) };
    finding.tidy();
    Some(finding)
}
