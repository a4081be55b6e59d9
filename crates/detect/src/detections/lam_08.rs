//! LAM-08: a function gets a new source of events by whoever does not usually deploy.
//! What other services call it for is in `wired.rs`.

use super::deployers::Deployers;
use super::field::asked;
use super::incident::{done_or_tried, hourly, verb, who};
use super::policy::{Grant, Reach, Whom, account_in};
use super::wired;
use crate::arn::name_of;
use crate::change::Change;
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "LAM-08",
    title: "A new source of events by whoever does not usually deploy",
    severity: Severity::Low,
    attack: &["T1546"],
    fields: &[
        "requestParameters.eventSourceArn",
        "requestParameters.functionName",
        "requestParameters",
        "userIdentity",
    ],
    page: include_str!("lam_08.md"),
    thresholds: &[],
    find,
};

const NAMES: &[&str] = &["CreateEventSourceMapping", "UpdateEventSourceMapping"];

fn find(view: &View<'_>) -> Vec<Finding> {
    let deployers = Deployers::of(view);
    let changes = done_or_tried(view, "lambda", NAMES);
    let mapped = changes.filter_map(|change| of(view, &deployers, change));
    let granted = view.done("lambda", &["AddPermission"]);
    let triggered = granted.filter_map(|change| trigger(view, &deployers, change));
    hourly(mapped.chain(triggered).chain(wired::find(view, &deployers, &DETECTION)).collect())
}

fn of(view: &View<'_>, deployers: &Deployers<'_>, change: &Change) -> Option<Finding> {
    let request = change.asked();
    let retargeted = change.name == "UpdateEventSourceMapping"
        && crate::change::text_at(&request, "functionName").is_some()
        && crate::change::text_at(&request, "functionName") != crate::change::text_at(&request, "uuid");
    if change.name == "UpdateEventSourceMapping" && !retargeted {
        return None;
    }
    let standing = deployers.standing(change);
    let source = change.text(&["eventSourceArn"]).unwrap_or_default();
    let account = account_in(&source).filter(|account| !view.is_allowed(account));
    let known = account.as_deref().is_some_and(|account| mapped_before(view, deployers, change, account));
    let severity = match (&account, change.succeeded(), standing.is_unusual()) {
        (Some(_), true, true) => Severity::High,
        (Some(_), true, false) if !known => Severity::Low,
        (None, true, true) | (_, false, true) => DETECTION.severity,
        _ => return None,
    };
    let function = change.function();
    let name = function.as_deref().map_or("a function", name_of);
    let what = if source.is_empty() {
        "another source of events".to_owned()
    } else {
        format!("the source {source}")
    };
    let object = format!("{what} to the function {name}");
    let seen = format!("{} {}.", who(change), verb(change, "connected", "connect", &object));
    let found = Finding::of_change(DETECTION.id, severity, change, seen);
    let found = found.about(function).normally(standing.words().to_owned());
    Some(match account {
        Some(account) => found.remarked(format!("The source lies in account {account}, which is not yours.")),
        None => found,
    })
}

/// A service that may call the function from now on.
fn trigger(view: &View<'_>, deployers: &Deployers<'_>, change: &Change) -> Option<Finding> {
    let grant = Grant::asked(&change.asked())?;
    let Whom::Service(service) = &grant.whom else { return None };
    // What lies in an account that is not ours is LAM-02's.
    let foreign = matches!(grant.reach(view), Reach::Foreign(..));
    let standing = deployers.standing(change);
    if foreign || !standing.is_unusual() {
        return None;
    }
    let function = change.function();
    let name = function.as_deref().map_or("a function", name_of);
    let source = asked(change, "sourceArn").map(|arn| format!(" for {arn}")).unwrap_or_default();
    let seen = format!("{} let {service} call the function {name}{source}.", who(change));
    let found = Finding::of_change(DETECTION.id, DETECTION.severity, change, seen);
    Some(found.about(function).normally(standing.words().to_owned()))
}

fn mapped_before(view: &View<'_>, deployers: &Deployers<'_>, change: &Change, account: &str) -> bool {
    let day = change.time.div_euclid(DAY_MILLIS);
    view.done("lambda", NAMES).any(|other| {
        other.time.div_euclid(DAY_MILLIS) < day
            && other.text(&["eventSourceArn"]).and_then(|arn| account_in(&arn)).as_deref() == Some(account)
            && deployers.speaks_for_later(other)
    })
}
