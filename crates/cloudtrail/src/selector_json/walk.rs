//! Walking a JSON document with the path always at hand.

use super::SelectorsError;
use serde_json::Value;
use std::collections::HashSet;
use std::fmt;

/// Where we are in the document, as `EventSelectors[0].DataResources[1].Values`.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Member(&'a str),
    Item(usize),
}

impl<'a> Path<'a> {
    pub(super) const fn root() -> Self {
        Path { parent: None, step: Step::Root }
    }

    pub(super) fn member(&'a self, name: &'a str) -> Self {
        Path { parent: Some(self), step: Step::Member(name) }
    }

    pub(super) fn item(&'a self, index: usize) -> Self {
        Path { parent: Some(self), step: Step::Item(index) }
    }

    pub(super) fn wrong(&self, found: &Value, wanted: &'static str) -> SelectorsError {
        let found = match found {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        SelectorsError::WrongType { path: self.to_string(), found, wanted }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Root => write!(f, "$"),
            Step::Member(name) => write!(f, ".{name}"),
            Step::Item(index) => write!(f, "[{index}]"),
        }
    }
}

/// A member name without case and underscores.
pub(super) fn plain(key: &str) -> String {
    key.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// The members of an object, each with its path and its name as written; `null` members are absent ones. One member in
/// two spellings is an error.
pub(super) fn entries<'a>(
    path: &'a Path<'a>,
    value: &'a Value,
) -> Result<Vec<(Path<'a>, &'a str, &'a Value)>, SelectorsError> {
    let Value::Object(members) = value else { return Err(path.wrong(value, "an object")) };
    let mut seen = HashSet::new();
    let mut present = Vec::new();
    for (key, member) in members.iter().filter(|(_, member)| !member.is_null()) {
        let at = path.member(key);
        if !seen.insert(plain(key)) {
            return Err(SelectorsError::Twice { path: at.to_string() });
        }
        present.push((at, key.as_str(), member));
    }
    Ok(present)
}

/// The items of a list, each with its path; a single object stands for a list of one, as in Terraform blocks.
pub(super) fn list<'a>(
    path: &'a Path<'a>,
    value: &'a Value,
) -> Result<impl Iterator<Item = (Path<'a>, &'a Value)>, SelectorsError> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        Value::Object(_) => std::slice::from_ref(value),
        other => return Err(path.wrong(other, "a list")),
    };
    Ok(items.iter().enumerate().map(|(index, item)| (path.item(index), item)))
}

/// A list of strings; a single string stands for a list of one.
pub(super) fn strings(path: &Path<'_>, value: &Value) -> Result<Vec<String>, SelectorsError> {
    match value {
        Value::String(one) => Ok(vec![one.clone()]),
        Value::Array(items) => {
            let read = |(index, item): (usize, &Value)| string(&path.item(index), item).map(str::to_owned);
            items.iter().enumerate().map(read).collect()
        }
        other => Err(path.wrong(other, "a list of strings")),
    }
}

/// A string.
pub(super) fn string<'v>(path: &Path<'_>, value: &'v Value) -> Result<&'v str, SelectorsError> {
    value.as_str().ok_or_else(|| path.wrong(value, "a string"))
}
