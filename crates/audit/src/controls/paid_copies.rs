//! `paid-copies`: no invocation is recorded by more than one recorder, because each copy is paid.

use super::{About, about_places, named};
use crate::code::{Code, Coded};
use crate::cost::Prices;
use crate::finding::{Audit, ControlResult, Finding, Proof, Status, Weight};
use crate::resource_ref::ResourceRef;
use recording::State;
use std::collections::BTreeMap;

const ABOUT: About = About {
    id: "paid-copies",
    title: "No invocation and no management event is paid for more than once",
    weight: Weight::Advisory,
};

/// Passes iff for no resource there is an event that two recorders record; one that was not read may be the second.
pub(super) fn control(audit: &Audit<'_>, prices: Option<&Prices>) -> ControlResult {
    let mut groups: BTreeMap<Vec<usize>, (Proof, Vec<ResourceRef>)> = BTreeMap::new();
    let mut rows = 0;
    for (at, place) in audit.places.iter().enumerate() {
        for (plane, of) in place.planes.iter().enumerate() {
            for (position, row) in of.rows.iter().enumerate() {
                rows += 1;
                let copies = &audit.verdicts[row.verdict].copies;
                if copies.is_empty() {
                    continue;
                }
                let recorders = copies.iter().filter_map(|copy| place.candidates[*copy].recorder).collect();
                let proof = Proof { place: at, verdict: row.verdict };
                let here = ResourceRef { place: at, plane, row: position };
                groups.entry(recorders).or_insert((proof, Vec::new())).1.push(here);
            }
        }
    }
    let management = management(audit, prices);
    let open =
        open(audit).into_iter().chain(given_up(audit)).chain((rows == 0).then(|| unlisted(audit)).flatten());
    let findings = groups.into_iter().map(|(recorders, (proof, resources))| {
        let names: Vec<String> = recorders.iter().map(|one| named(audit, *one)).collect();
        let mut places: Vec<usize> = resources.iter().map(|resource| resource.place).collect();
        places.dedup();
        Finding {
            status: Status::Fail,
            reason: Code::PaidTwice.says(format!(
                "the same invocations are recorded {} times: by {}",
                names.len(),
                names.join(" and ")
            )),
            places,
            resources,
            recorders,
            proof: Some(proof),
            gaps: Vec::new(),
            help: Some(
                Code::CopiesOfData
                    .says("drop a copy (`invoketrail plan --drop-copies`): data events are charged per copy"),
            ),
            exception: None,
        }
    });
    let (otherwise, reason) = match rows {
        0 => (Status::NotApplicable, Code::NoResources.says("there is nothing to invoke")),
        _ => (Status::Pass, Code::NothingTwice.says("no invocation is certainly recorded twice")),
    };
    ABOUT.answer(audit, findings.chain(management).chain(open).collect(), otherwise, reason)
}

/// Management events that two recorders record: one finding for each group of recorders.
fn management(audit: &Audit<'_>, prices: Option<&Prices>) -> Vec<Finding> {
    let mut groups: BTreeMap<Vec<usize>, (Proof, Vec<usize>)> = BTreeMap::new();
    for (at, place) in audit.places.iter().enumerate() {
        let copies = &audit.verdicts[place.management].copies;
        let recorders: Vec<usize> =
            copies.iter().filter_map(|copy| place.candidates[*copy].recorder).collect();
        if recorders.len() > 1 {
            let proof = Proof { place: at, verdict: place.management };
            groups.entry(recorders).or_insert((proof, Vec::new())).1.push(at);
        }
    }
    let told = groups.into_iter().map(|(recorders, (proof, places))| {
        let names: Vec<String> = recorders.iter().map(|one| named(audit, *one)).collect();
        Finding {
            status: Status::Fail,
            reason: Code::ManagementPaidTwice.says(format!(
                "the same management events are recorded {} times: by {}",
                names.len(),
                names.join(" and ")
            )),
            places,
            resources: Vec::new(),
            recorders,
            proof: Some(proof),
            gaps: Vec::new(),
            help: Some(price(prices)),
            exception: None,
        }
    });
    told.collect()
}

/// What a copy of management events costs.
fn price(prices: Option<&Prices>) -> Coded {
    let of_store = "an event data store is paid by volume";
    let free = "the first copy of management events that a trail delivers is free";
    Code::CopiesOfManagement.says(match prices {
        None => format!("{free}, each further one is paid; {of_store}"),
        Some(prices) => format!(
            "{free}, each further one costs ${:.2} for 100,000 events (price of {}); {of_store}",
            prices.management_copies_per_100k, prices.as_of
        ),
    })
}

/// Resources of which it was not looked to the end whether two recorders record the same, because that takes too much work.
fn given_up(audit: &Audit<'_>) -> Option<Finding> {
    let reason = Code::CopiesWorkLimit
        .says("whether two recorders record the same takes more steps to find than the work limit");
    let mut shared = about_places(Status::Undetermined, reason);
    for (at, place) in audit.places.iter().enumerate() {
        let management = &audit.verdicts[place.management];
        if management.given_up.copies && management.copies.is_empty() {
            shared.places.push(at);
        }
        for (plane, of) in place.planes.iter().enumerate() {
            for (row, one) in of.rows.iter().enumerate() {
                let verdict = &audit.verdicts[one.verdict];
                if verdict.given_up.copies && verdict.copies.is_empty() {
                    shared.places.push(at);
                    shared.resources.push(ResourceRef { place: at, plane, row });
                }
            }
        }
    }
    shared.tidy();
    (!shared.places.is_empty()).then_some(shared)
}

/// Places whose resources could not be listed: there may be something to invoke, and two that record it.
fn unlisted(audit: &Audit<'_>) -> Option<Finding> {
    let reason = Code::CopiesUnlisted
        .says("the resources could not be listed, so what is recorded of them is unknown");
    let mut shared = about_places(Status::Undetermined, reason);
    for (at, place) in audit.places.iter().enumerate() {
        let gaps: Vec<usize> = place.planes.iter().flat_map(|plane| plane.gaps.iter().copied()).collect();
        if !gaps.is_empty() {
            shared.places.push(at);
            shared.gaps.extend(gaps);
        }
    }
    shared.tidy();
    (!shared.places.is_empty()).then_some(shared)
}

/// Recorders that may record a second time what another one does, for all that was read.
fn open(audit: &Audit<'_>) -> Option<Finding> {
    let mut shared = about_places(
        Status::Undetermined,
        Code::CopiesUnknown
            .says("it is unknown whether a recorder that was not read records the same a second time"),
    );
    for (at, place) in audit.places.iter().enumerate() {
        // Something may be recorded here, and by two.
        let may_be = |verdict: usize| audit.verdicts[verdict].state != State::NotRecorded;
        let some = may_be(place.management)
            || place.planes.iter().flat_map(|plane| &plane.rows).any(|row| may_be(row.verdict));
        // A listing that was not read may hold two by itself.
        let two = place.candidates.len() > 1 || place.candidates.iter().any(|one| one.recorder.is_none());
        if !some || !two {
            continue;
        }
        for candidate in place.candidates.iter().filter(|one| !one.gaps.is_empty()) {
            shared.places.push(at);
            shared.recorders.extend(candidate.recorder);
            shared.gaps.extend(&candidate.gaps);
        }
    }
    shared.tidy();
    (!shared.gaps.is_empty()).then_some(shared)
}
