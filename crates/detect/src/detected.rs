//! All detections, run: their findings, each with what a change did to the recording.

use crate::finding::{Finding, Severity};
use crate::recorders::Kind;
use crate::view::View;
use std::collections::BTreeSet;

/// All findings, in order of time; the same facts give the same.
#[must_use]
pub fn detect(view: &View<'_>) -> Vec<Finding> {
    let wanted = crate::detections::ALL.iter().filter(|one| view.settings.is_on(one.id));
    let found = wanted.flat_map(|one| (one.find)(view)).map(|one| judged(one, view));
    let mut found: Vec<Finding> = crate::signs::joined(found.collect());
    found = found.into_iter().map(Finding::identified).collect();
    found.sort_by(|one, other| (one.time, &one.id).cmp(&(other.time, &other.id)));
    found.dedup_by(|one, other| one.id == other.id);
    found
}

/// A finding about a recorder that was stopped, deleted or changed, with what that does to the recording: a note where another recorder
/// records the same.
fn judged(finding: Finding, view: &View<'_>) -> Finding {
    if !matches!(finding.detection.as_str(), "TRL-01" | "TRL-02" | "TRL-05") {
        return finding;
    }
    let key = |proof: &crate::finding::Proof| (proof.time, proof.event_id.clone());
    let known: Vec<_> =
        finding.proofs.iter().filter_map(|proof| view.judgements().get(&key(proof))).collect();
    let losses: Vec<String> = known
        .iter()
        .flat_map(|one| &one.losses)
        .filter(|loss| loss.kind != Kind::Other)
        .map(crate::recorders::Loss::sentence)
        .collect();
    if let Some(first) = losses.first() {
        let first = first.clone();
        return finding.remarked(first);
    }
    // Each of them has to be covered for all of them to be; one that another covered and that was stopped afterwards has others for it.
    let ended: Vec<&str> = known.iter().map(|one| one.recorder.as_str()).collect();
    let others: BTreeSet<&str> = known
        .iter()
        .flat_map(|one| &one.covered_by)
        .map(String::as_str)
        .filter(|one| !ended.contains(one))
        .collect();
    let whole = !others.is_empty() && known.iter().all(|one| !one.covered_by.is_empty());
    match whole.then(|| crate::recorders::recording(&others, &ended)) {
        // What it does is one question, who does it another.
        Some(others) => Finding {
            severity: if crate::detections::are_trusted(view, &finding.proofs) {
                Severity::Note
            } else {
                Severity::Low.min(finding.severity)
            },
            remark: Some(format!("Nothing is lost: {others} the same.")),
            ..finding
        },
        None => finding,
    }
}
