//! TRL-08: the log group that a trail delivers to is taken away, or what listens to it.

use super::deployers::Deployers;
use super::incident::{beside, deed_sentence, done_or_tried, hourly, lower};
use super::policy::account_in;
use super::stores::{Held, Stores, group_name};
use crate::change::Change;
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Severity};
use crate::view::View;
use cloudtrail::time::HOUR_MILLIS;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "TRL-08",
    title: "The log group of a trail was weakened",
    severity: Severity::Medium,
    attack: &["T1685.002"],
    fields: &[
        "requestParameters.logGroupName",
        "requestParameters.retentionInDays",
        "userIdentity",
        "errorCode",
    ],
    page: include_str!("trl_08.md"),
    thresholds: &[Threshold {
        key: "days",
        default: 30.0,
        meaning: "A retention below so many days is short where the one before is not known.",
    }],
    find,
};

const NAMES: &[&str] = &[
    "DeleteLogGroup",
    "DeleteLogStream",
    "PutRetentionPolicy",
    "DeleteSubscriptionFilter",
    "PutSubscriptionFilter",
    "DeleteMetricFilter",
];

fn find(view: &View<'_>) -> Vec<Finding> {
    let (stores, deployers) = (Stores::of(view), Deployers::of(view));
    let changes = done_or_tried(view, "logs", NAMES);
    hourly(changes.filter_map(|change| of(view, &stores, &deployers, change)).collect())
}

fn of(view: &View<'_>, stores: &Stores, deployers: &Deployers<'_>, change: &Change) -> Option<Finding> {
    let group = group_of(change)?;
    let held = stores.group(&group, change.time);
    let trusted = deployers.is_trusted(change);
    // A pipeline that may not do what its template says tries again and again.
    if trusted && !change.succeeded() {
        return None;
    }
    if held == Held::No || (held != Held::Sure && trusted) {
        return None;
    }
    let (severity, words) = judge(view, change, &group, trusted)?;
    let severity = match (change.succeeded(), held == Held::Sure && !trusted) {
        (false, _) => Severity::Low,
        (true, true) => severity,
        (true, false) => lower(severity),
    };
    let seen = deed_sentence(change, &format!("{words} the log group {group}, which a trail delivers to"));
    let found = Finding::of_change(DETECTION.id, severity, change, seen);
    Some(match held {
        Held::Named => found.remarked(
            "No trail is known to deliver to this log group. Only its name suggests that one does.",
        ),
        _ => found,
    })
}

fn group_of(change: &Change) -> Option<String> {
    change.text(&["logGroupName", "logGroupIdentifier", "logGroupArn"]).map(|name| group_name(&name))
}

fn judge(view: &View<'_>, change: &Change, group: &str, trusted: bool) -> Option<(Severity, String)> {
    let replaced = |name: &str| {
        beside(view, change, HOUR_MILLIS, |other| {
            other.did("logs", name) && group_of(other).as_deref() == Some(group)
        })
    };
    match change.name.as_str() {
        "DeleteLogGroup" => Some((Severity::High, "deleted".to_owned())),
        // A trail writes all events of an account and Region to one stream.
        "DeleteLogStream" => Some((Severity::High, "deleted a log stream of".to_owned())),
        "PutRetentionPolicy" => retention(view, change, group, trusted),
        "DeleteSubscriptionFilter" if replaced("PutSubscriptionFilter") => None,
        "DeleteSubscriptionFilter" => Some((Severity::Medium, "removed what listens to".to_owned())),
        "DeleteMetricFilter" if replaced("PutMetricFilter") => None,
        "DeleteMetricFilter" => {
            Some((Severity::Medium, "removed a metric filter (an alarm may rest on it) of".to_owned()))
        }
        _ => {
            let account =
                account_in(&change.text(&["destinationArn"])?).filter(|one| !view.is_allowed(one))?;
            Some((Severity::Medium, format!("subscribed account {account}, which is not yours, to")))
        }
    }
}

fn days(change: &Change) -> Option<f64> {
    let asked = change.asked();
    let said = asked.get("retentionInDays")?;
    said.as_f64().or_else(|| said.as_str()?.parse().ok())
}

fn retention(view: &View<'_>, change: &Change, group: &str, trusted: bool) -> Option<(Severity, String)> {
    let now = days(change)?;
    let earlier = view.done("logs", &["PutRetentionPolicy", "DeleteRetentionPolicy"]);
    let before =
        earlier.filter(|other| other.time < change.time && group_of(other).as_deref() == Some(group)).last();
    let least = view.settings.threshold(DETECTION.id, "days");
    match before.map(|other| days(other).unwrap_or(f64::INFINITY)) {
        Some(before) if now < before && before.is_finite() => {
            Some((Severity::Medium, format!("cut the retention from {before} to {now} days of")))
        }
        // The first retention of a group is how pipelines make it.
        None if trusted => None,
        Some(before) if now >= before => None,
        _ => (now < least).then(|| (Severity::Medium, format!("set the retention to {now} days of"))),
    }
}
