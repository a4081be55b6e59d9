//! TRL-01: a trail was stopped.

use super::deployers::is_machine;
use super::incident::{done_or_tried, hourly, lower, verb, who};
use super::stores::{trail_name, trail_of};
use crate::change::Change;
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Proof, Severity};
use crate::view::View;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "TRL-01",
    title: "A trail was stopped",
    severity: Severity::High,
    attack: &["T1685.002"],
    fields: &["eventName", "requestParameters.name", "userIdentity", "errorCode"],
    page: include_str!("trl_01.md"),
    thresholds: &[Threshold {
        key: "short-lived-hours",
        default: 24.0,
        meaning: "A trail that its own maker stops within so many hours is a trial, and matters less.",
    }],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let short = hours(view, DETECTION.id, "short-lived-hours");
    let stopped = done_or_tried(view, "cloudtrail", &["StopLogging"]);
    hourly(stopped.map(|change| of(view, change, short)).collect())
}

fn of(view: &View<'_>, change: &Change, short: i64) -> Finding {
    let trail = trail_of(change);
    let object = format!("the trail {}", trail_name(&trail));
    let done = verb(change, "stopped", "stop", &object);
    if !change.succeeded() {
        return Finding::of_change(
            DETECTION.id,
            Severity::Medium,
            change,
            format!("{} {done}.", who(change)),
        );
    }
    let seen = format!("{} {done}. It records nothing until it is started.", who(change));
    if let Some(made) = made_by_same(view, change, &trail, short) {
        let trial =
            Finding::of_change(DETECTION.id, Severity::Low, change, seen).with_proofs([Proof::from(made)]);
        return Finding { time: change.time, ..trial }
            .remarked("The same principal made this trail shortly before.");
    }
    let severity = if is_machine(change) { lower(DETECTION.severity) } else { DETECTION.severity };
    let found = Finding::of_change(DETECTION.id, severity, change, seen);
    let started = view.done("cloudtrail", &["StartLogging"]);
    let again =
        started.filter(|start| start.time >= change.time && trail_of(start) == trail).min_by_key(|s| s.time);
    match again.filter(|start| start.time - change.time <= DAY_MILLIS) {
        Some(start) => {
            let minutes = (start.time - change.time) / 60_000;
            let remark = format!(
                "The trail was started again after {minutes} minutes. What happened between is not recorded by it."
            );
            found.with_proofs([Proof::from(start)]).remarked(remark)
        }
        None => found,
    }
}

/// The making of the trail, iff the same principal made it no longer ago than that.
pub(super) fn made_by_same<'v>(
    view: &'v View<'_>,
    change: &Change,
    trail: &str,
    within: i64,
) -> Option<&'v Change> {
    let same = |made: &&Change| {
        made.who.name == change.who.name
            && (0..=within).contains(&(change.time - made.time))
            && trail_of(made) == trail
    };
    view.done("cloudtrail", &["CreateTrail"]).find(same)
}

/// A threshold in hours, as milliseconds.
pub(super) fn hours(view: &View<'_>, detection: &str, key: &str) -> i64 {
    let set = view.settings.threshold(detection, key).clamp(0.0, 87_600.0);
    // No time worth asking about has more hours than ten years.
    (set * HOUR_MILLIS as f64) as i64
}
