//! `paid-copies`: no invocation is recorded by more than one recorder, because each copy is paid.

use super::{About, named};
use crate::finding::{Audit, ControlResult, Finding, Proof, ResourceRef, Status, Weight};
use std::collections::BTreeMap;

const ABOUT: About = About {
    id: "paid-copies",
    title: "No invocation is recorded, and paid for, more than once",
    weight: Weight::Advisory,
};

/// Passes iff for no resource there is an event that two recorders certainly record.
pub(super) fn control(audit: &Audit<'_>) -> ControlResult {
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
    let findings = groups.into_iter().map(|(recorders, (proof, resources))| {
        let names: Vec<String> = recorders.iter().map(|one| named(audit, *one)).collect();
        let mut places: Vec<usize> = resources.iter().map(|resource| resource.place).collect();
        places.dedup();
        Finding {
            status: Status::Fail,
            reason: format!(
                "the same invocations are recorded {} times: by {}",
                names.len(),
                names.join(" and ")
            ),
            places,
            resources,
            recorders,
            proof: Some(proof),
            gaps: Vec::new(),
            help: Some("data events are charged per copy, the first one included".to_owned()),
        }
    });
    let otherwise = match rows {
        0 => (Status::NotApplicable, "there is nothing to invoke".to_owned()),
        _ => (Status::Pass, "no invocation is certainly recorded twice".to_owned()),
    };
    ABOUT.answer(findings.collect(), otherwise)
}
