//! Calls that make another service call a function from now on: a rule's target, a schedule, a bucket's notification, a subscription.

use super::deployers::{Deployers, Standing, is_away};
use super::incident::{Habits, done_or_tried, verb, who};
use crate::arn::name_of;
use crate::baseline::habit;
use crate::change::{Change, function_arn};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;
use serde_json::Value;
use std::collections::BTreeSet;

/// By service, the calls, and what of the service calls the function then.
const WIRING: [(&str, &[&str], &str); 9] = [
    ("events", &["PutTargets"], "a rule of EventBridge"),
    ("scheduler", &["CreateSchedule", "UpdateSchedule"], "a schedule of EventBridge"),
    ("pipes", &["CreatePipe", "UpdatePipe"], "a pipe of EventBridge"),
    ("s3", &["PutBucketNotification", "PutBucketNotificationConfiguration"], "a bucket of S3"),
    ("sns", &["Subscribe"], "a topic of SNS"),
    ("logs", &["PutSubscriptionFilter"], "a log group"),
    ("iot", &["CreateTopicRule", "ReplaceTopicRule"], "a rule of IoT"),
    ("cognito-idp", &["CreateUserPool", "UpdateUserPool"], "a user pool of Cognito"),
    ("apigateway", &["PutIntegration", "UpdateIntegration", "CreateIntegration"], "an API of API Gateway"),
];

/// Such calls by whoever does not usually deploy, and does not do the same on other days.
pub(super) fn find(view: &View<'_>, deployers: &Deployers<'_>, detection: &Detection) -> Vec<Finding> {
    let mut found = Vec::new();
    for (service, names, what) in WIRING {
        let wired = || done_or_tried(view, service, names).filter(|change| !functions(change).is_empty());
        // An application may make schedules or subscriptions all day: that is its work, as long as it does it as it always does.
        // The work of one of the people that share a role is not the work of another.
        let word = |one: &Change| format!("{} {}", one.name, habit::person(&one.who).unwrap_or_default());
        let own = |one: &&Change| !view.book().works.has_foreign(one) && !is_away(view, one);
        let habits = Habits::of(view, wired().filter(own), word);
        for change in wired() {
            let standing = deployers.standing(change);
            let habit = standing != Standing::Altered && habits.hold(change, word(change));
            if standing.is_unusual() && !habit {
                found.push(of(detection, change, standing, what));
            }
        }
    }
    found
}

fn of(detection: &Detection, change: &Change, standing: Standing, what: &str) -> Finding {
    let functions = functions(change);
    let first = functions.first().cloned().unwrap_or_default();
    let object = format!("{what} call the function {}", name_of(&first));
    let seen = format!("{} {}.", who(change), verb(change, "let", "let", &object));
    // Who comes from elsewhere with another program is rather not the one who may.
    let severity = match (change.succeeded(), standing) {
        (true, Standing::Altered) => Severity::Medium,
        _ => detection.severity,
    };
    let function = (functions.len() == 1).then_some(first).filter(|arn| arn.starts_with("arn:"));
    Finding::of_change(detection.id, severity, change, seen)
        .about(function)
        .normally(standing.words().to_owned())
}

/// The functions that were asked for, wherever in the request they are named; empty iff none is.
fn functions(change: &Change) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(&change.asked(), change, &mut found);
    // SNS hides the address of who subscribes.
    if change.source == "sns" && found.is_empty() && change.text(&["protocol"]).as_deref() == Some("lambda") {
        found.insert("(hidden)".to_owned());
    }
    found
}

fn collect(value: &Value, change: &Change, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|value| collect(value, change, found)),
        Value::Array(all) => all.iter().for_each(|value| collect(value, change, found)),
        // An API names the function inside a path: `arn:aws:apigateway:...:lambda:path/.../functions/ARN/invocations`.
        Value::String(text) => {
            let inner = text.split_once("/functions/").map_or(text.as_str(), |(_, arn)| arn);
            let inner = inner.strip_suffix("/invocations").unwrap_or(inner);
            let of_lambda = inner.starts_with("arn:") && inner.contains(":lambda:");
            found.extend(of_lambda.then(|| function_arn(inner, &change.region, &change.account)).flatten());
        }
        _ => {}
    }
}
