//! What keeps required controls from passing, each cause once.

use crate::recorder_sentences;
use audit::finding::{Audit, ControlResult, Finding, Status, Weight};
use std::collections::BTreeSet;

/// Findings of one required control that come of the same.
pub(crate) struct Cause<'a> {
    pub(crate) control: &'a ControlResult,
    pub(crate) status: Status,
    pub(crate) findings: Vec<&'a Finding>,
    /// Other required controls that the same keeps from passing.
    pub(crate) also: Vec<&'static str>,
    /// What the recorders did, or what the finding says where it rests on no verdict.
    pub(crate) because: Vec<String>,
}

impl Cause<'_> {
    /// How many resources it is about: a web function that escapes in several Regions is one.
    pub(crate) fn resources(&self, audit: &Audit<'_>) -> usize {
        let all = || self.findings.iter().flat_map(|finding| &finding.resources);
        let guests = all().filter(|one| audit.served.home(**one) != **one);
        let served: BTreeSet<_> = guests.map(|one| audit.served.home(*one)).collect();
        let at_home = all().filter(|one| audit.served.home(**one) == **one && !served.contains(one));
        at_home.count() + served.len()
    }
}

/// The findings of required controls, each cause once: of a control, what is so before what is unknown, and the largest first.
pub(crate) fn causes<'a>(audit: &'a Audit<'_>) -> Vec<Cause<'a>> {
    let mut all: Vec<Cause<'a>> = Vec::new();
    for control in audit.every_control().filter(|control| control.weight == Weight::Required) {
        let mut of: Vec<Cause<'a>> = Vec::new();
        for finding in control.findings.iter().filter(|finding| finding.status != Status::Pass) {
            let because = because(audit, finding);
            if let Some(same) = all.iter_mut().find(|one| is_same(one, finding)) {
                same.also.push(control.id);
                continue;
            }
            // What is mended otherwise is another cause.
            let same = |one: &Cause<'_>| {
                one.status == finding.status
                    && one.because == because
                    && one.findings.first().is_none_or(|first| first.help == finding.help)
            };
            match of.iter_mut().find(|one| same(one)) {
                Some(cause) => cause.findings.push(finding),
                None => {
                    let (status, findings) = (finding.status, vec![finding]);
                    of.push(Cause { control, status, findings, also: Vec::new(), because });
                }
            }
        }
        of.sort_by_key(|cause| (cause.status, std::cmp::Reverse(cause.resources(audit))));
        all.extend(of);
    }
    all
}

/// True iff the finding of another control is about nothing else, and rests on no proof of its own.
fn is_same(cause: &Cause<'_>, finding: &Finding) -> bool {
    let alone = finding.proof.is_none() && finding.resources.is_empty();
    let like = |one: &Finding| {
        (one.status, &one.reason, &one.places, &one.recorders, &one.gaps)
            == (finding.status, &finding.reason, &finding.places, &finding.recorders, &finding.gaps)
    };
    alone && cause.findings.iter().all(|one| one.proof.is_none() && like(one))
}

fn because(audit: &Audit<'_>, finding: &Finding) -> Vec<String> {
    let Some(proof) = finding.proof else { return vec![finding.reason.words.clone()] };
    let escape = audit.verdicts[proof.verdict].escape.as_ref();
    escape.map_or_else(
        || vec![finding.reason.words.clone()],
        |escape| recorder_sentences::turned_away(audit, &audit.places[proof.place], escape),
    )
}
