//! TRL-11: other sources of records are taken away: telemetry rules, Security Lake, Insights, enrichment.

use super::deployers::Deployers;
use super::incident::{deed_sentence, done_or_tried, hourly, lower, who};
use crate::change::{Change, text_at};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;
use serde_json::Value;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "TRL-11",
    title: "Another source of records was taken away",
    severity: Severity::Medium,
    attack: &["T1685.002"],
    fields: &["eventSource", "eventName", "requestParameters", "userIdentity", "errorCode"],
    page: include_str!("trl_11.md"),
    thresholds: &[],
    find,
};

const TELEMETRY: &[&str] = &[
    "DeleteTelemetryRule",
    "UpdateTelemetryRule",
    "DeleteTelemetryRuleForOrganization",
    "UpdateTelemetryRuleForOrganization",
    "StopTelemetryEvaluation",
    "StopTelemetryEvaluationForOrganization",
];

const LAKE: &[&str] = &[
    "DeleteAwsLogSource",
    "DeleteDataLake",
    "DeleteDataLakeOrganizationConfiguration",
    "DeleteCustomLogSource",
    "DeleteSubscriber",
];

fn find(view: &View<'_>) -> Vec<Finding> {
    let deployers = Deployers::of(view);
    let changes = done_or_tried(view, "observabilityadmin", TELEMETRY)
        .chain(done_or_tried(view, "securitylake", LAKE))
        .chain(done_or_tried(view, "cloudtrail", &["PutInsightSelectors", "PutEventConfiguration"]));
    hourly(changes.filter_map(|change| of(view, &deployers, change)).collect())
}

fn of(view: &View<'_>, deployers: &Deployers<'_>, change: &Change) -> Option<Finding> {
    let trusted = deployers.is_trusted(change);
    let judged = judge(view, change);
    let stranger = !trusted && deployers.is_stranger(change);
    if judged.is_none() && stranger && change.succeeded() && is_in_vain(change) {
        let what = if change.name == "PutInsightSelectors" { "Insights" } else { "the context of events" };
        let seen = format!("{} switched off {what}.", who(change));
        let found = Finding::of_change(DETECTION.id, Severity::Low, change, seen);
        return Some(found.remarked("It was off before: the call changed nothing."));
    }
    let (severity, words) = judged?;
    // A pipeline that may not do what its template says tries again and again.
    if trusted && !change.succeeded() {
        return None;
    }
    let severity = match (change.succeeded(), trusted) {
        (true, true) if change.name.starts_with("Update") => return None,
        (false, _) => Severity::Low,
        (true, true) => lower(severity),
        (true, false) => severity,
    };
    Some(Finding::of_change(DETECTION.id, severity, change, deed_sentence(change, &words)))
}

fn judge(view: &View<'_>, change: &Change) -> Option<(Severity, String)> {
    let name = |members: &[&str]| change.text(members).unwrap_or_else(|| "(not named)".to_owned());
    let rule = || name(&["ruleIdentifier", "ruleName", "ruleArn"]);
    Some(match change.name.as_str() {
        "DeleteTelemetryRule" | "DeleteTelemetryRuleForOrganization" => {
            (Severity::Medium, format!("deleted the telemetry rule {}", rule()))
        }
        "UpdateTelemetryRule" | "UpdateTelemetryRuleForOrganization" => {
            (Severity::Low, format!("changed the telemetry rule {}", rule()))
        }
        "StopTelemetryEvaluation" | "StopTelemetryEvaluationForOrganization" => {
            (Severity::Medium, "stopped the evaluation of telemetry".to_owned())
        }
        "DeleteAwsLogSource" => {
            let lambda =
                change.request.contains("LAMBDA_EXECUTION") || change.request.contains("CLOUD_TRAIL");
            let severity = if lambda { Severity::High } else { Severity::Medium };
            let which = if lambda { "CloudTrail's records" } else { "a source" };
            (severity, format!("removed {which} from Security Lake"))
        }
        "DeleteDataLake" => (Severity::High, "deleted the data lake of Security Lake".to_owned()),
        "DeleteDataLakeOrganizationConfiguration" => {
            (Severity::Medium, "stopped Security Lake for new accounts of the organization".to_owned())
        }
        "DeleteCustomLogSource" => (Severity::Low, "deleted a custom source of Security Lake".to_owned()),
        "DeleteSubscriber" => (Severity::Low, "deleted a subscriber of Security Lake".to_owned()),
        "PutInsightSelectors" => {
            let (now, before) = (insights(change)?, earlier(view, change).and_then(insights));
            let fewer = now == 0 || before.is_some_and(|before| now < before);
            let nothing = before == Some(0);
            (fewer && !nothing).then(|| {
                (Severity::Medium, "switched off Insights, which see unusual numbers of calls".to_owned())
            })?
        }
        "PutEventConfiguration" => {
            let count = |change: &Change| counted(&change.asked(), "contextKeySelectors");
            let (now, before) = (count(change)?, earlier(view, change).and_then(count));
            let fewer = now < before.unwrap_or(1);
            fewer.then(|| (Severity::Low, "removed context that events were enriched with".to_owned()))?
        }
        _ => return None,
    })
}

/// True iff the call asks for none. A stranger has no reason for it, even where there was none before.
fn is_in_vain(change: &Change) -> bool {
    let member = match change.name.as_str() {
        "PutInsightSelectors" => "insightSelectors",
        "PutEventConfiguration" => "contextKeySelectors",
        _ => return false,
    };
    counted(&change.asked(), member) == Some(0)
}

fn insights(change: &Change) -> Option<usize> {
    counted(&change.asked(), "insightSelectors")
}

fn counted(value: &Value, member: &str) -> Option<usize> {
    value.get(member).and_then(Value::as_array).map(Vec::len)
}

/// The last call of the same name about the same before.
fn earlier<'v>(view: &'v View<'_>, change: &Change) -> Option<&'v Change> {
    let subject = |change: &Change| {
        let asked = change.asked();
        ["trailName", "eventDataStore", "insightsDestination"].iter().find_map(|name| text_at(&asked, name))
    };
    let of = subject(change);
    view.changes().iter().rev().copied().find(|other| {
        other.time < change.time && other.did("cloudtrail", &change.name) && subject(other) == of
    })
}
