//! Where a rule's field is in a record: `userIdentity.type`, `resources.ARN` in any of the resources.

use serde_json::Value;
use std::borrow::Cow;

/// Calls `look` with each value at `path` until it says true; says whether it did. Lists on the way are looked through, a list at the
/// end gives each of its values, and a key with dots in it is found as well.
pub(crate) fn any(record: &Value, path: &str, look: &mut dyn FnMut(&Value) -> bool) -> bool {
    match record {
        Value::Array(items) => items.iter().any(|item| any(item, path, look)),
        Value::Object(entries) => {
            if entries.get(path).is_some_and(|value| each(value, look)) {
                return true;
            }
            path.match_indices('.').any(|(dot, _)| {
                let (Some(key), Some(rest)) = (path.get(..dot), path.get(dot + 1..)) else { return false };
                entries.get(key).is_some_and(|inner| any(inner, rest, look))
            })
        }
        _ => false,
    }
}

fn each(value: &Value, look: &mut dyn FnMut(&Value) -> bool) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| each(item, look)),
        value => look(value),
    }
}

/// True iff the record has the field, whatever its value.
pub(crate) fn exists(record: &Value, path: &str) -> bool {
    match record {
        Value::Array(items) => items.iter().any(|item| exists(item, path)),
        Value::Object(entries) => {
            entries.contains_key(path)
                || path.match_indices('.').any(|(dot, _)| {
                    let (Some(key), Some(rest)) = (path.get(..dot), path.get(dot + 1..)) else {
                        return false;
                    };
                    entries.get(key).is_some_and(|inner| exists(inner, rest))
                })
        }
        _ => false,
    }
}

/// Calls `look` with each key and each value of the record until it says true; says whether it did.
pub(crate) fn anywhere(value: &Value, look: &mut dyn FnMut(&str) -> bool) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => items.iter().any(|item| anywhere(item, look)),
        Value::Object(entries) => entries.iter().any(|(key, value)| look(key) || anywhere(value, look)),
        value => text(value).is_some_and(|text| look(&text)),
    }
}

/// The text that rules compare with; an object's is its JSON. None iff the value is null.
pub(crate) fn text(value: &Value) -> Option<Cow<'_, str>> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        Value::String(text) => Cow::Borrowed(text),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Array(_) | Value::Object(_) => Cow::Owned(value.to_string()),
    })
}

/// The JSON of a value, but what is in its texts is not escaped.
pub(crate) fn readable(value: &Value) -> String {
    fn add(out: &mut String, value: &Value) {
        match value {
            Value::String(text) => quoted(out, text),
            Value::Array(items) => {
                out.push('[');
                for (number, item) in items.iter().enumerate() {
                    out.push_str(if number > 0 { "," } else { "" });
                    add(out, item);
                }
                out.push(']');
            }
            Value::Object(entries) => {
                out.push('{');
                for (number, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if number > 0 { "," } else { "" });
                    quoted(out, key);
                    out.push(':');
                    add(out, value);
                }
                out.push('}');
            }
            value => out.push_str(&value.to_string()),
        }
    }
    fn quoted(out: &mut String, text: &str) {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
    let mut out = String::new();
    add(&mut out, value);
    out
}

/// What groups and counts go by: the field's text; several values together, in their order. None iff there is none.
pub(crate) fn value(record: &Value, path: &str) -> Option<String> {
    let mut texts = Vec::new();
    any(record, path, &mut |value| {
        texts.extend(text(value).map(Cow::into_owned));
        false
    });
    match texts.len() {
        0 => None,
        1 => texts.pop(),
        _ => Some(Value::from(texts).to_string()),
    }
}
