//! TRL-01: a trail was stopped.

use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::{View, name_of};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "TRL-01",
    title: "A trail was stopped",
    severity: Severity::High,
    attack: &["T1685.002"],
    fields: &["eventName", "requestParameters.name", "userIdentity", "errorCode"],
    page: include_str!("trl_01.md"),
    thresholds: &[],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let stopped = view.done("cloudtrail", &["StopLogging"]);
    let found = stopped.map(|change| {
        let trail = change.text(&["name"]).unwrap_or_default();
        let seen = format!("Trail {} was stopped: it records nothing until it is started.", name_of(&trail));
        Finding::of_change(DETECTION.id, DETECTION.severity, change, seen)
    });
    found.collect()
}
