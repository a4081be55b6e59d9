//! The selections of a rule: mappings of fields, lists of mappings, keywords.

use super::error::{Problem, plain};
use super::matcher::Item;
use super::modifiers;
use super::values::{self, Budget};
use super::yaml::{Node, Value};

/// Any of these, each of which is items that must all fit.
#[derive(Debug, Clone)]
pub(crate) struct Selection(pub(crate) Vec<Vec<Item>>);

impl Selection {
    /// True iff the record is as the selection says.
    pub(crate) fn fits(&self, record: &serde_json::Value) -> bool {
        self.0.iter().any(|items| items.iter().all(|item| item.fits(record)))
    }
}

/// Reads the selection called `name`.
pub(crate) fn read(name: &str, node: &Node, budget: &mut Budget) -> Result<Selection, Problem> {
    let groups = match &node.value {
        Value::Map(entries) => vec![group(name, entries, budget)?],
        Value::List(nodes) => {
            let mut groups = Vec::new();
            for node in nodes {
                groups.push(match &node.value {
                    Value::Map(entries) => group(name, entries, budget)?,
                    _ => keyword(name, node, budget)?,
                });
            }
            groups
        }
        _ => vec![keyword(name, node, budget)?],
    };
    match groups.is_empty() {
        true => Err(form(name, node)),
        false => Ok(Selection(groups)),
    }
}

fn form(name: &str, node: &Node) -> Problem {
    Problem::Form {
        part: plain(name),
        expected: "a mapping of fields, or a list of mappings or keywords, that is not empty",
        found: match &node.value {
            Value::List(_) => "an empty list".to_owned(),
            Value::Map(_) => "an empty mapping".to_owned(),
            _ => node.kind().to_owned(),
        },
    }
}

fn group(name: &str, entries: &[(String, Node)], budget: &mut Budget) -> Result<Vec<Item>, Problem> {
    if entries.is_empty() {
        return Err(form(name, &Node { line: 0, value: Value::Map(Vec::new()) }));
    }
    entries.iter().map(|(key, node)| values::item(key, &modifiers::read(key)?, node, budget)).collect()
}

fn keyword(name: &str, node: &Node, budget: &mut Budget) -> Result<Vec<Item>, Problem> {
    match node.text() {
        Some(_) => Ok(vec![values::item(name, &modifiers::read("")?, node, budget)?]),
        None => Err(form(name, node)),
    }
}
