//! The policy of IAM that grants what a job needs, and which of that a caller holds.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use text::visible::{json, visible};

/// A policy of IAM; its members have the order and the capitals that AWS gives them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

/// One statement of a policy.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: &'static str,
    effect: &'static str,
    action: BTreeSet<&'static str>,
    resource: String,
}

/// The policy as a document of JSON with its line end: one statement for each resource, which has the actions that are allowed on it.
///
/// # Errors
/// None that is known: what it is made of can be written.
pub fn policy_json(by_resource: &BTreeMap<String, BTreeSet<&'static str>>) -> serde_json::Result<String> {
    let statements = by_resource.iter().map(|(resource, action)| Statement {
        sid: sid(resource),
        effect: "Allow",
        action: action.clone(),
        resource: resource.clone(),
    });
    let policy = Policy { version: "2012-10-17", statement: statements.collect() };
    Ok(format!("{}\n", json(&serde_json::to_string_pretty(&policy)?)))
}

/// What a caller holds: a line for each action, with whether it is held, its name, and what it is for or what AWS said.
#[must_use]
pub fn held_text(held: &[(&str, &str, &str)]) -> String {
    let width = held.iter().map(|(_, name, _)| name.len()).max().unwrap_or(0);
    held.iter().map(|(word, name, why)| format!("{word:<12}  {name:<width$}  {}\n", visible(why))).collect()
}

/// What a statement is called: the kind of its resource. Letters and digits alone are allowed.
fn sid(resource: &str) -> &'static str {
    let kinds = [
        (":trail/", "Trails"),
        (":eventdatastore/", "EventDataStores"),
        (":channel/", "Channels"),
        (":web-function/", "WebFunctions"),
        (":role/aws-service-role/", "ServiceLinkedRole"),
        (":role/", "RolesToAssume"),
        (":s3:::invoketrail", "NewBuckets"),
        (":s3:::LOG-BUCKET/", "LogFiles"),
        (":s3:::LOG-BUCKET", "LogBucket"),
        (":s3:::LAKE-BUCKET/", "LakeFiles"),
        (":s3:::BUCKET/", "LogAndLakeFiles"),
        (":s3:::BUCKET", "LogAndLakeBuckets"),
        (":key/LAKE-KEY", "LakeKey"),
        (":key/", "LogKey"),
        (":sns:", "Topics"),
        (":event-bus/", "EventBuses"),
        (":securityhub:", "SecurityHub"),
        (":function:", "Functions"),
    ];
    kinds.iter().find(|(part, _)| resource.contains(part)).map_or("Everything", |(_, sid)| sid)
}
