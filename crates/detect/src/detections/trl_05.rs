//! TRL-05: an event data store or a channel was stopped, deleted or changed.

use crate::arn::name_of;
use crate::change::Change;
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::recorders::Kind;
use crate::view::View;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "TRL-05",
    title: "An event data store or a channel was weakened",
    severity: Severity::High,
    attack: &["T1685.002"],
    fields: &[
        "eventName",
        "requestParameters.eventDataStore",
        "requestParameters.advancedEventSelectors",
        "requestParameters.channel",
    ],
    page: include_str!("trl_05.md"),
    thresholds: &[],
    find,
};

const NAMES: &[&str] = &[
    "DeleteEventDataStore",
    "StopEventDataStoreIngestion",
    "UpdateEventDataStore",
    "DeleteChannel",
    "UpdateChannel",
    "DeleteServiceLinkedChannel",
    "UpdateServiceLinkedChannel",
];

fn find(view: &View<'_>) -> Vec<Finding> {
    view.done("cloudtrail", NAMES).filter_map(|change| of(view, change)).collect()
}

fn of(view: &View<'_>, change: &Change) -> Option<Finding> {
    let said =
        change.text(&["eventDataStore", "eventDataStoreArn", "channel", "channelArn", "channelName", "name"]);
    let said = said.unwrap_or_default();
    let name = name_of(&said);
    let found = |severity, seen| Some(Finding::of_change(DETECTION.id, severity, change, seen));
    match change.name.as_str() {
        "DeleteEventDataStore" => found(
            Severity::High,
            format!(
                "Event data store {name} was deleted. It records nothing, and its events go in seven days."
            ),
        ),
        "StopEventDataStoreIngestion" => found(
            Severity::High,
            format!("Event data store {name} was stopped. It records nothing until it is started."),
        ),
        "DeleteChannel" | "DeleteServiceLinkedChannel" => found(
            Severity::Medium,
            format!("Channel {name} was deleted: who listened to it gets no events any more."),
        ),
        "UpdateChannel" | "UpdateServiceLinkedChannel" => {
            found(Severity::Note, format!("Channel {name} was changed."))
        }
        _ => updated(view, change, name),
    }
}

/// An update of an event data store, which may be of its name alone.
fn updated(view: &View<'_>, change: &Change, name: &str) -> Option<Finding> {
    let judged = view.judgements().get(&(change.time, change.id.clone()))?;
    let loss = judged.losses.iter().min_by_key(|loss| (loss.kind, !loss.known));
    if let Some(loss) = loss {
        let severity = if loss.kind == Kind::Other { Severity::Low } else { Severity::High };
        let seen = format!("Event data store {name} was changed: {}", loss.sentence());
        return Some(Finding::of_change(DETECTION.id, severity, change, seen));
    }
    let asked = change.asked();
    let off = asked.get("terminationProtectionEnabled") == Some(&serde_json::Value::Bool(false));
    if off {
        let seen = format!("Event data store {name} lost its protection against being deleted.");
        return Some(Finding::of_change(DETECTION.id, Severity::Medium, change, seen));
    }
    if !judged.narrows {
        return None;
    }
    let (severity, seen) = match judged.others_record() {
        Some(other) => (
            Severity::Note,
            format!("Event data store {name} records less than before; {other} what it left out."),
        ),
        None => (
            Severity::Low,
            format!("Event data store {name} has other selectors; whether something is lost is not known."),
        ),
    };
    Some(Finding::of_change(DETECTION.id, severity, change, seen))
}
