//! TRL-02: a trail was deleted.

use super::deployers::is_machine;
use super::incident::{beside, done_or_tried, hourly, lower, verb, who};
use super::stores::{trail_name, trail_of};
use super::trl_01::{hours, made_by_same};
use crate::change::Change;
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Proof, Severity};
use crate::view::View;
use cloudtrail::time::HOUR_MILLIS;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "TRL-02",
    title: "A trail was deleted",
    severity: Severity::High,
    attack: &["T1685.002"],
    fields: &["eventName", "requestParameters.name", "userIdentity", "errorCode"],
    page: include_str!("trl_02.md"),
    thresholds: &[Threshold {
        key: "short-lived-hours",
        default: 24.0,
        meaning: "A trail that its own maker deletes within so many hours is a trial, and matters less.",
    }],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let short = hours(view, DETECTION.id, "short-lived-hours");
    let deleted = done_or_tried(view, "cloudtrail", &["DeleteTrail"]);
    hourly(deleted.map(|change| of(view, change, short)).collect())
}

fn of(view: &View<'_>, change: &Change, short: i64) -> Finding {
    let trail = trail_of(change);
    let object = format!("the trail {}", trail_name(&trail));
    let seen = format!("{} {}.", who(change), verb(change, "deleted", "delete", &object));
    if !change.succeeded() {
        return Finding::of_change(DETECTION.id, Severity::Medium, change, seen);
    }
    if let Some(made) = made_by_same(view, change, &trail, short) {
        let trial =
            Finding::of_change(DETECTION.id, Severity::Low, change, seen).with_proofs([Proof::from(made)]);
        return Finding { time: change.time, ..trial }
            .remarked("The same principal made this trail shortly before.");
    }
    let replaced = beside(view, change, HOUR_MILLIS, |other| other.did("cloudtrail", "CreateTrail"));
    let severity =
        if is_machine(change) || replaced { lower(DETECTION.severity) } else { DETECTION.severity };
    let found = Finding::of_change(DETECTION.id, severity, change, seen);
    if replaced {
        found.remarked(
            "The same principal made another trail within an hour. Look whether it records the same.",
        )
    } else {
        found
    }
}
