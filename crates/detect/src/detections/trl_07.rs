//! TRL-07: the key that logs are encrypted with is taken away.

use super::deployers::{Deployers, is_person};
use super::incident::{beside, deed_sentence, done_or_tried, hourly, lower};
use super::stores::{Held, Stores, key_id, lets_write};
use crate::change::Change;
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;
use cloudtrail::time::HOUR_MILLIS;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "TRL-07",
    title: "The key of a trail was taken away",
    severity: Severity::High,
    attack: &["T1685.002"],
    fields: &["requestParameters.keyId", "requestParameters.policy", "userIdentity", "errorCode"],
    page: include_str!("trl_07.md"),
    thresholds: &[],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let (stores, deployers) = (Stores::of(view), Deployers::of(view));
    let names = &["DisableKey", "ScheduleKeyDeletion", "PutKeyPolicy", "DeleteImportedKeyMaterial"];
    let changes = done_or_tried(view, "kms", names);
    hourly(changes.filter_map(|change| of(view, &stores, &deployers, change)).collect())
}

fn of(view: &View<'_>, stores: &Stores, deployers: &Deployers<'_>, change: &Change) -> Option<Finding> {
    // An answer names the key by its ARN, a request perhaps by an alias.
    let answered = crate::change::text_at(&change.answered(), "keyId");
    let asked = crate::change::text_at(&change.asked(), "keyId");
    let keys: Vec<String> = asked.into_iter().chain(answered).collect();
    let held = keys.iter().map(|key| stores.key(key, change.time)).max()?;
    let key = key_id(keys.last()?);
    let (severity, words) = match change.name.as_str() {
        "DisableKey" => (Severity::High, "disabled the key"),
        "ScheduleKeyDeletion" => (Severity::High, "scheduled the deletion of the key"),
        "DeleteImportedKeyMaterial" => (Severity::High, "deleted the material of the key"),
        _ if change.asked().get("policy").is_none()
            || lets_write(change, "policy", "kms:GenerateDataKey") =>
        {
            return None;
        }
        _ => (Severity::High, "put a policy that does not let CloudTrail use the key"),
    };
    let trusted = deployers.is_trusted(change);
    // A pipeline that may not do what its template says tries again and again.
    if trusted && !change.succeeded() {
        return None;
    }
    let severity = match (held, trusted) {
        (Held::No, _) => return None,
        // The end of a rotation.
        (Held::Former, _) if !is_person(&change.who) => return None,
        (Held::Sure, false) => severity,
        (Held::Sure, true) => lower(severity),
        (Held::Former, _) => Severity::Low,
        (Held::Named, trusted) if trusted => return None,
        (Held::Named, _) => lower(severity),
    };
    let severity = if change.succeeded() { severity } else { Severity::Low };
    let seen = deed_sentence(change, &format!("{words} {key}, which encrypts the logs of a trail"));
    let found = Finding::of_change(DETECTION.id, severity, change, seen);
    let again = ["EnableKey", "CancelKeyDeletion"];
    let undone = beside(view, change, HOUR_MILLIS, |other| {
        other.source == "kms" && again.contains(&other.name.as_str())
    });
    Some(match (held, undone) {
        (Held::Former, _) => found
            .remarked("The trail uses another key now. What was written before needs this one to be read."),
        (_, true) => found.remarked("The same principal enabled a key again within an hour."),
        _ => found,
    })
}
