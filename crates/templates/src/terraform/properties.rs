//! Attributes of the AWS provider as properties of CloudTrail's and Lambda's API.
//!
//! Names and defaults are those of the provider's schemas (`internal/service/cloudtrail/trail.go` and `event_data_store.go`, versions 5
//! and 6): `enable_logging` and `include_global_service_events` are true, `is_multi_region_trail`, `is_organization_trail` and
//! `enable_log_file_validation` are false, `multi_region_enabled` of a store is true; a trail without selectors has those that AWS gives
//! to a new trail. `suspend` of a store is never read back, so that a plan without it says nothing of a store that is there.

use crate::document::{Kind, property};
use crate::value::{Value, Why};
use std::collections::BTreeMap;

/// The properties of a resource by its attributes; `made` iff the plan makes it.
pub(super) fn of(kind: &Kind, attributes: &Value, made: bool) -> Value {
    let read = Attributes { attributes };
    let all: Vec<(&str, Value)> = match kind {
        Kind::Trail => vec![
            (property::NAME, read.text("name")),
            (property::ARN, read.text("arn")),
            (property::BUCKET, read.text("s3_bucket_name")),
            (property::MULTI_REGION_TRAIL, read.flag("is_multi_region_trail", false)),
            (property::ORGANIZATION_TRAIL, read.flag("is_organization_trail", false)),
            (property::VALIDATION, read.flag("enable_log_file_validation", false)),
            (property::GLOBAL_EVENTS, read.flag("include_global_service_events", true)),
            (property::LOGGING, read.flag("enable_logging", true)),
            (property::SELECTORS, read.selectors("event_selector")),
            (property::ADVANCED_SELECTORS, read.selectors("advanced_event_selector")),
        ],
        Kind::EventDataStore => vec![
            (property::NAME, read.text("name")),
            (property::ARN, read.text("arn")),
            (property::MULTI_REGION_STORE, read.flag("multi_region_enabled", true)),
            (property::ORGANIZATION_STORE, read.flag("organization_enabled", false)),
            (property::INGESTION, read.ingestion(made)),
            (property::ADVANCED_SELECTORS, read.selectors("advanced_event_selector")),
        ],
        Kind::Function => {
            vec![(property::FUNCTION_NAME, read.text("function_name")), (property::ARN, read.text("arn"))]
        }
        // Before version 4 of the provider a bucket had its policy as an argument of its own; later ones read it back.
        Kind::Bucket | Kind::BucketPolicy => {
            vec![(property::BUCKET_NAME, read.text("bucket")), (property::POLICY, read.text("policy"))]
        }
        other if other.is_bucket() => vec![(property::BUCKET_NAME, read.text("bucket_name"))],
        other if other.is_bucket_policy() => vec![(property::BUCKET_NAME, read.text("bucket"))],
        Kind::Other(_) => Vec::new(),
    };
    Value::Map(all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The attributes that decide what a recorder records, with their properties.
const DECIDING: [(&str, &str); 9] = [
    ("is_multi_region_trail", property::MULTI_REGION_TRAIL),
    ("is_organization_trail", property::ORGANIZATION_TRAIL),
    ("include_global_service_events", property::GLOBAL_EVENTS),
    ("enable_logging", property::LOGGING),
    ("event_selector", property::SELECTORS),
    ("advanced_event_selector", property::ADVANCED_SELECTORS),
    ("multi_region_enabled", property::MULTI_REGION_STORE),
    ("organization_enabled", property::ORGANIZATION_STORE),
    ("suspend", property::INGESTION),
];

/// Which properties certainly stay as they are, also those that are marked as sensitive: the plan holds the values of both sides beside the marks.
pub(super) fn that_stay(before: &Value, after: &Value, unknown: Option<&Value>) -> Value {
    let is_unknown = |name: &str| match unknown {
        Some(Value::Bool(all)) => *all,
        Some(all) => all.get(name).is_some_and(holds_a_mark),
        None => false,
    };
    let stays = |(name, _): &&(&str, &str)| !is_unknown(name) && before.get(name) == after.get(name);
    let all = DECIDING.iter().filter(stays).map(|(_, name)| ((*name).to_owned(), "as it was".into()));
    Value::Map(all.collect())
}

/// True iff some part is marked.
fn holds_a_mark(mark: &Value) -> bool {
    match mark {
        Value::Bool(marked) => *marked,
        Value::List(items) => items.iter().any(holds_a_mark),
        Value::Map(members) => members.values().any(holds_a_mark),
        _ => false,
    }
}

struct Attributes<'a> {
    attributes: &'a Value,
}

impl Attributes<'_> {
    /// An attribute; all that is unknown iff the whole resource is.
    fn get(&self, name: &str) -> Option<&Value> {
        match self.attributes {
            Value::Unknown(_) => Some(self.attributes),
            known => known.get(name),
        }
    }

    fn text(&self, name: &str) -> Value {
        match self.get(name) {
            None => Value::Null,
            Some(value @ (Value::Text(_) | Value::Unknown(_))) => value.clone(),
            Some(_) => Value::Unknown(Why::WrongType("a string")),
        }
    }

    fn flag(&self, name: &str, default: bool) -> Value {
        match self.get(name) {
            None => Value::Bool(default),
            Some(value @ (Value::Bool(_) | Value::Unknown(_))) => value.clone(),
            Some(Value::Text(word)) if word == "true" => Value::Bool(true),
            Some(Value::Text(word)) if word == "false" => Value::Bool(false),
            Some(_) => Value::Unknown(Why::WrongType("true or false")),
        }
    }

    /// `suspend` turned around: a text of the provider, which may be empty.
    fn ingestion(&self, made: bool) -> Value {
        let unsaid = if made { Value::Bool(true) } else { Value::Unknown(Why::NotSaid) };
        match self.get("suspend") {
            None => unsaid,
            Some(Value::Text(word)) if word.is_empty() => unsaid,
            Some(_) => match self.flag("suspend", false) {
                Value::Bool(suspended) => Value::Bool(!suspended),
                other => other,
            },
        }
    }

    fn selectors(&self, name: &str) -> Value {
        match self.get(name) {
            None => Value::List(Vec::new()),
            Some(value) => named(value),
        }
    }
}

/// A part of selectors with the names that the API has: `data_resource` as `DataResources`. What is null or an empty list is left out,
/// as the provider leaves it out of its request.
fn named(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(named).collect()),
        Value::Map(members) => {
            let said = members.iter().filter(|(_, member)| !is_nothing(member));
            let each: BTreeMap<String, Value> =
                said.map(|(name, member)| (api_name(name), named(member))).collect();
            Value::Map(each)
        }
        other => other.clone(),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(items) => items.is_empty(),
        _ => false,
    }
}

fn api_name(name: &str) -> String {
    match name {
        "data_resource" => "DataResources".to_owned(),
        "field_selector" => "FieldSelectors".to_owned(),
        other => other
            .split('_')
            .flat_map(|word| {
                let mut letters = word.chars();
                letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
            })
            .collect(),
    }
}
