//! Selectors in the form that CloudTrail's API takes: CloudFormation makes texts of numbers and booleans, and booleans of texts.

use super::evaluate::scalar;
use crate::value::{Value, Why};
use std::collections::BTreeMap;

/// True or false, which may be written as a text.
pub(super) fn boolean(value: Value) -> Value {
    match value {
        Value::Bool(flag) => Value::Bool(flag),
        Value::Text(text) if text == "true" => Value::Bool(true),
        Value::Text(text) if text == "false" => Value::Bool(false),
        Value::Unknown(why) => Value::Unknown(why),
        _ => Value::Unknown(Why::WrongType("true or false")),
    }
}

/// Every scalar as a text.
fn texts(value: Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.into_iter().map(texts).collect()),
        Value::Map(members) => {
            Value::Map(members.into_iter().map(|(name, value)| (name, texts(value))).collect())
        }
        Value::Bool(_) | Value::Number(_) => scalar(&value).map_or_else(Value::Unknown, Value::Text),
        other => other,
    }
}

/// Advanced selectors: nothing in them is a number or a boolean.
pub(super) fn advanced(value: Value) -> Value {
    texts(value)
}

/// Basic selectors: one member is a boolean.
pub(super) fn basic(value: Value) -> Value {
    let Value::List(items) = value else { return value };
    let each = items.into_iter().map(|item| match item {
        Value::Map(members) => {
            let each = members.into_iter().map(|(name, value)| {
                let value = if name == "IncludeManagementEvents" { boolean(value) } else { texts(value) };
                (name, value)
            });
            Value::Map(each.collect())
        }
        other => other,
    });
    Value::List(each.collect())
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>())
}

/// What a trail without selectors records: all management events.
pub(super) fn default_of_trails() -> Value {
    Value::List(vec![map([("ReadWriteType", "All".into()), ("IncludeManagementEvents", true.into())])])
}

/// What an event data store without selectors records: all management events.
pub(super) fn default_of_stores() -> Value {
    let equals = Value::List(vec!["Management".into()]);
    let field = map([("Field", "eventCategory".into()), ("Equals", equals)]);
    Value::List(vec![map([
        ("Name", "Default management events".into()),
        ("FieldSelectors", Value::List(vec![field])),
    ])])
}
