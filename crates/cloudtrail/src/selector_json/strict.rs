//! JSON without repeated members: `serde_json` keeps the last one of two, unseen, and neither may win in silence.

use super::SelectorsError;
use super::walk::Path;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::RefCell;
use std::fmt;

/// Reads a JSON document in which no object holds a member twice.
///
/// # Errors
/// [`SelectorsError::NotJson`] iff it is no JSON (or nested deeper than 128 levels), [`SelectorsError::Twice`] iff a member
/// stands twice in one object.
pub fn value_from_str(text: &str) -> Result<Value, SelectorsError> {
    let twice = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let root = Path::root();
    let seed = Strict { path: &root, twice: &twice };
    let read = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| match twice.take() {
        Some(path) => SelectorsError::Twice { path },
        None => SelectorsError::NotJson { guess: looks_like(text), problem: error.to_string() },
    })
}

/// Reads one value; a member that stands twice is left in `twice`.
#[derive(Clone, Copy)]
struct Strict<'p> {
    path: &'p Path<'p>,
    twice: &'p RefCell<Option<String>>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let path = self.path.item(list.len());
            match items.next_element_seed(Strict { path: &path, twice: self.twice })? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let path = self.path.member(&name);
            if object.contains_key(&name) {
                *self.twice.borrow_mut() = Some(path.to_string());
                return Err(A::Error::custom("a member appears twice"));
            }
            let value = members.next_value_seed(Strict { path: &path, twice: self.twice })?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// True iff the text looks like Terraform's language.
#[must_use]
pub fn is_hcl(text: &str) -> bool {
    const WORDS: [&str; 9] = [
        "resource ",
        "module ",
        "terraform ",
        "provider ",
        "advanced_event_selector",
        "event_selector",
        "data ",
        "variable ",
        "locals ",
    ];
    first_line(text).is_some_and(|first| WORDS.iter().any(|word| first.starts_with(word)))
}

/// The first line that is neither empty nor a comment.
fn first_line(text: &str) -> Option<&str> {
    text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(['#', '/']))
}

/// What a text that is not JSON looks like, and how to get JSON of it; `None` iff like nothing that holds selectors.
fn looks_like(text: &str) -> Option<&'static str> {
    let first = first_line(text)?;
    let opens = |words: &[&str]| words.iter().any(|word| first.starts_with(word));
    if is_hcl(text) {
        return Some(
            "it looks like Terraform HCL: give the JSON of `terraform show -json`, or of `aws cloudtrail get-event-selectors`; ",
        );
    }
    let yaml = opens(&["---", "AWSTemplateFormatVersion", "Resources:", "Parameters:", "Description:", "- "])
        || text.contains("\nResources:");
    yaml.then_some("it looks like YAML: give the template as JSON, or the JSON of `aws cloudtrail get-event-selectors`; ")
}
