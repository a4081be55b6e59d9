//! TRL-04: a trail records less, or elsewhere, than before.

use super::deployers::{Deployers, is_person};
use super::field::flag;
use super::incident::{done_or_tried, hourly, who};
use super::policy::account_in;
use super::stores::{Setup, Stores, key_id, trail_name, trail_of};
use crate::arn::account_of;
use crate::change::Change;
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;
use serde_json::Value;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "TRL-04",
    title: "A trail was weakened",
    severity: Severity::High,
    attack: &["T1685.002", "T1565.001"],
    fields: &["requestParameters", "responseElements", "userIdentity", "errorCode"],
    page: include_str!("trl_04.md"),
    thresholds: &[],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let (stores, deployers) = (Stores::of(view), Deployers::of(view));
    let updated = done_or_tried(view, "cloudtrail", &["UpdateTrail"]);
    hourly(updated.filter_map(|change| of(view, &stores, &deployers, change)).collect())
}

/// What became weaker, how much it matters, and in what words.
type Weaker = (Severity, String);

fn of(view: &View<'_>, stores: &Stores, deployers: &Deployers<'_>, change: &Change) -> Option<Finding> {
    let trail = trail_of(change);
    let unknown = Setup::default();
    let known = stores.before(&trail, change.time);
    let before = known.unwrap_or(&unknown);
    // What was refused has no answer: what was asked for is judged.
    let after = before.after(change);
    let trusted = deployers.is_trusted(change);
    let mut weaker = flags(before, &after, &change.asked());
    weaker.extend(places(view, stores, change, before, &after, trusted));
    let Some(worst) = weaker.iter().map(|(severity, _)| *severity).max() else {
        let stranger = !trusted && deployers.is_stranger(change);
        let tried = stranger && change.succeeded() && asks_for_less(before, &change.asked());
        return tried.then(|| in_vain(change, &trail));
    };
    let words: Vec<&str> = weaker.iter().map(|(_, words)| words.as_str()).collect();
    let severity = match (change.succeeded(), trusted) {
        (false, _) => Severity::Low,
        // Templates repeat all settings: without the state before, that says nothing.
        (true, true) if known.is_none() => Severity::Note,
        (true, _) => worst,
    };
    let did = if change.succeeded() { "changed" } else { "tried to change" };
    let seen = format!("{} {did} the trail {}: {}.", who(change), trail_name(&trail), words.join("; "));
    let found = Finding::of_change(DETECTION.id, severity, change, seen);
    Some(match known {
        Some(_) => found,
        None => found.remarked("The records do not show how the trail was set up before."),
    })
}

/// True iff the request asks for nothing but what weakens a trail, and all of it was so before. Who repeats all settings, as consoles and
/// templates do, asks for more.
fn asks_for_less(before: &Setup, asked: &Value) -> bool {
    let off = |known: Option<bool>, value: &Value| {
        known == Some(false) && (*value == false || value.as_str() == Some("false"))
    };
    let none = |known: &Option<String>, value: &Value| {
        known.as_deref().is_none_or(str::is_empty) && value.as_str() == Some("")
    };
    let Some(members) = asked.as_object() else { return false };
    let mut rest =
        members.iter().filter(|(name, _)| !matches!(name.as_str(), "name" | "trailName")).peekable();
    rest.peek().is_some()
        && rest.all(|(name, value)| match name.as_str() {
            "isMultiRegionTrail" => off(before.multi_region, value),
            "isOrganizationTrail" => off(before.organization, value),
            "includeGlobalServiceEvents" => off(before.global, value),
            "enableLogFileValidation" => off(before.validation, value),
            "kmsKeyId" => none(&before.key, value),
            "cloudWatchLogsLogGroupArn" => none(&before.group, value),
            "snsTopicName" => none(&before.topic, value),
            _ => false,
        })
}

/// A stranger asked for less, and there was no more.
fn in_vain(change: &Change, trail: &str) -> Finding {
    let seen =
        format!("{} asked that the trail {} records less than it might.", who(change), trail_name(trail));
    Finding::of_change(DETECTION.id, Severity::Low, change, seen)
        .remarked("The trail was set up so before: the call changed nothing.")
}

fn flags(before: &Setup, after: &Setup, asked: &Value) -> Vec<Weaker> {
    let off = |name| flag(asked, name) == Some(false);
    let flags = [
        (
            before.multi_region,
            after.multi_region,
            off("isMultiRegionTrail"),
            Severity::High,
            "it records one Region alone",
        ),
        (
            before.organization,
            after.organization,
            off("isOrganizationTrail"),
            Severity::High,
            "it records one account alone",
        ),
        (
            before.global,
            after.global,
            off("includeGlobalServiceEvents"),
            Severity::High,
            "it does not record global services such as IAM",
        ),
        (
            before.validation,
            after.validation,
            off("enableLogFileValidation"),
            Severity::Medium,
            "it writes no digests, so nobody can prove its files whole",
        ),
    ];
    // Of a flag that was not known before, only being asked to be off tells.
    let lowered = flags.into_iter().filter(|(before, after, off, ..)| {
        *after == Some(false) && (*before == Some(true) || (before.is_none() && *off))
    });
    lowered.map(|(.., severity, words)| (severity, words.to_owned())).collect()
}

fn places(
    view: &View<'_>,
    stores: &Stores,
    change: &Change,
    before: &Setup,
    after: &Setup,
    trusted: bool,
) -> Vec<Weaker> {
    let mut weaker = Vec::new();
    let asked = change.asked();
    let moved = |before: &Option<String>, after: &Option<String>, member: &str| {
        let (old, new) = (before.as_deref(), after.as_deref()?);
        let changed = match old {
            Some(old) => old != new,
            None => asked.get(member).is_some(),
        };
        changed.then(|| (old.map(str::to_owned), new.to_owned()))
    };
    if let Some((old, new)) = moved(&before.bucket, &after.bucket, "s3BucketName") {
        let known = stores.delivered_before(view, &new, change.time);
        let severity = match (&old, known, trusted) {
            (_, true, true) => Some(Severity::Note),
            (Some(_), true, false) | (None, false, _) => Some(Severity::Medium),
            (Some(_), false, true) => Some(Severity::Medium),
            (Some(_), false, false) => Some(Severity::High),
            (None, true, false) => None,
        };
        let from = old.map(|old| format!(" instead of {old}")).unwrap_or_default();
        weaker.extend(severity.map(|severity| (severity, format!("it delivers to the bucket {new}{from}"))));
    }
    weaker.extend(key(view, change, moved(&before.key, &after.key, "kmsKeyId")));
    let gone = |moved: Option<(Option<String>, String)>| moved.is_some_and(|(_, new)| new.is_empty());
    if gone(moved(&before.group, &after.group, "cloudWatchLogsLogGroupArn")) {
        weaker.push((Severity::Medium, "it delivers to no log group any more".to_owned()));
    }
    if gone(moved(&before.topic, &after.topic, "snsTopicName")) {
        weaker.push((Severity::Low, "it notifies no topic any more".to_owned()));
    }
    if let Some((Some(old), new)) = moved(&before.group, &after.group, "cloudWatchLogsLogGroupArn")
        && !old.is_empty()
        && !new.is_empty()
    {
        let foreign = !view.is_allowed(account_of(&new));
        let severity = if foreign {
            Severity::High
        } else if trusted {
            Severity::Note
        } else {
            Severity::Medium
        };
        weaker.push((severity, format!("it delivers to another log group, {new}")));
    }
    weaker
}

fn key(view: &View<'_>, change: &Change, moved: Option<(Option<String>, String)>) -> Option<Weaker> {
    let (old, new) = moved?;
    if new.is_empty() {
        let severity = if old.is_some() { Severity::Medium } else { Severity::Low };
        return Some((severity, "it encrypts with no key of yours any more".to_owned()));
    }
    let same = old.as_deref().is_some_and(|old| key_id(old) == key_id(&new) || new.contains("alias/"));
    if let Some(account) = account_in(&new).filter(|account| !view.is_allowed(account)) {
        return Some((
            Severity::High,
            format!("it encrypts with a key of account {account}, which is not yours"),
        ));
    }
    // A key that comes where there was none is stronger; another one is how keys are rotated.
    let rotated = old.as_deref().is_some_and(|old| !old.is_empty()) && !same;
    rotated.then(|| {
        // It is how keys are rotated: TRL-07 sees if the new one is taken away.
        let severity = if is_person(&change.who) { Severity::Low } else { Severity::Note };
        (severity, format!("it encrypts with another key, {}", key_id(&new)))
    })
}
