//! What makes a finding the same in the next run.

use super::finding_text;
use audit::finding::{Audit, ControlResult, Finding};
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_128;

/// Gives each finding of an audit a name of its own.
#[derive(Default)]
pub(super) struct Fingerprints {
    seen: BTreeMap<String, usize>,
}

impl Fingerprints {
    /// The name of the finding; of a second one with the same name, with its number.
    pub(super) fn next(&mut self, audit: &Audit<'_>, control: &ControlResult, finding: &Finding) -> String {
        let exception = finding_text::accepted(audit, finding).map(|one| one.exception.id.as_str());
        let key = fingerprint(audit, control, finding, exception);
        let times = self.seen.entry(key.clone()).or_default();
        *times += 1;
        if *times == 1 { key } else { format!("{key}:{times}") }
    }
}

/// The place where it begins, as a position in [`Audit::places`].
pub(super) fn first_place(finding: &Finding) -> Option<usize> {
    finding.resources.first().map(|one| one.place).or_else(|| finding.places.first().copied())
}

/// Its control, the code of its reason, where it begins and the exception that it is about. Neither words nor the number of resources
/// count.
fn fingerprint(
    audit: &Audit<'_>,
    control: &ControlResult,
    finding: &Finding,
    exception: Option<&str>,
) -> String {
    let place = first_place(finding).and_then(|at| audit.places.get(at));
    let recorder = match (place, finding.recorders.first()) {
        (None, Some(at)) => audit.inventory.recorders[*at].arn.as_str(),
        _ => "",
    };
    let parts = [
        control.id,
        finding.reason.code.as_str(),
        place.map_or("", |one| one.account),
        place.map_or("", |one| one.region),
        recorder,
        exception.unwrap_or_default(),
    ];
    format!("{:032x}", xxh3_128(parts.join("\u{0}").as_bytes()))
}
