//! LAM-03: the resource policy of a function is replaced or deleted, or the guard against public ones is lowered.

use super::deployers::{Deployers, Standing};
use super::incident::{Habits, done_or_tried, hourly, verb, who};
use super::policy::{Reach, document, grants};
use crate::arn::name_of;
use crate::change::Change;
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;
use serde_json::Value;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "LAM-03",
    title: "The policy of a function was replaced or deleted",
    severity: Severity::High,
    attack: &["T1546", "T1578.005"],
    fields: &["requestParameters.resourceArn", "requestParameters.policy", "userIdentity"],
    page: include_str!("lam_03.md"),
    thresholds: &[],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let deployers = Deployers::of(view);
    let names = &["PutResourcePolicy", "DeleteResourcePolicy", "PutPublicAccessBlockConfig"];
    let changes = || done_or_tried(view, "lambda", names);
    let habits = Habits::of(view, changes(), |change| change.name.clone());
    hourly(changes().filter_map(|change| of(view, &deployers, &habits, change)).collect())
}

fn of(view: &View<'_>, deployers: &Deployers<'_>, habits: &Habits<'_>, change: &Change) -> Option<Finding> {
    let standing = deployers.standing(change);
    let function = change.function();
    let name = function.as_deref().map_or("a function", name_of);
    let (worst, words) = judge(view, change, name)?;
    let severity = match (change.succeeded(), standing.is_unusual()) {
        (false, true) => Severity::Low,
        (false, false) => return None,
        (true, true) => worst.max(Severity::Medium),
        (true, false) if worst < Severity::Medium || habits.hold(change, change.name.clone()) => return None,
        (true, false) if standing == Standing::Unknown => Severity::Low,
        (true, false) => Severity::Medium,
    };
    let seen = format!("{} {}.", who(change), words);
    Some(
        Finding::of_change(DETECTION.id, severity, change, seen)
            .about(function)
            .normally(standing.words().to_owned()),
    )
}

/// How much it matters whoever did it, and what was done.
fn judge(view: &View<'_>, change: &Change, name: &str) -> Option<(Severity, String)> {
    let asked = change.asked();
    match change.name.as_str() {
        "DeleteResourcePolicy" => {
            let words = verb(
                change,
                "deleted",
                "delete",
                &format!("the policy of {name}, with all grants and denials in it"),
            );
            Some((Severity::Low, words))
        }
        "PutResourcePolicy" => {
            let policy = document(asked.get("policy").or_else(|| asked.get("resourcePolicy")));
            let reaches = grants(&policy).into_iter().map(|grant| (grant.url, grant.reach(view)));
            let mut worst = (Severity::Low, String::new());
            for (url, reach) in reaches {
                let (severity, to) = match reach {
                    Reach::Open if url => (Severity::Medium, "everybody who knows its URL".to_owned()),
                    Reach::Open => (Severity::High, "everybody".to_owned()),
                    Reach::Foreign(account, _) => (Severity::High, format!("{account}, which is not yours")),
                    Reach::AnyOfService(_) | Reach::Own => continue,
                };
                if severity > worst.0 {
                    worst = (severity, format!(", which opens it to {to}"));
                }
            }
            let object = format!("the whole policy of {name}{}", worst.1);
            Some((worst.0, verb(change, "replaced", "replace", &object)))
        }
        _ => {
            let off = has_false(&asked);
            off.then(|| {
                let object = format!("the block of public access of {name}");
                (Severity::High, verb(change, "opened", "open", &object))
            })
        }
    }
}

/// True iff a flag in it is off.
fn has_false(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => !flag,
        Value::Object(members) => members.values().any(has_false),
        _ => false,
    }
}
