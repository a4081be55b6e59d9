//! `Fn::ForEach`, written out before anything else is evaluated, as the transform `AWS::LanguageExtensions` does.

use super::error::TemplateError;
use super::evaluate::{Evaluator, scalar};
use super::functions::wrong;
use super::tree::{Budget, Entry, Node, Tree};
use crate::value::Value;
use std::collections::HashSet;

const PREFIX: &str = "Fn::ForEach::";

/// True iff a loop is somewhere in the node.
pub(super) fn has_loop(node: &Node) -> bool {
    match &node.tree {
        Tree::List(items) => items.iter().any(has_loop),
        Tree::Map(entries) => {
            entries.iter().any(|entry| entry.key.starts_with(PREFIX) || has_loop(&entry.node))
        }
        _ => false,
    }
}

/// The node with its loops written out. A loop over what is unknown stays as it is.
pub(super) fn written_out(
    node: &Node,
    evaluator: &mut Evaluator<'_>,
    budget: &mut Budget,
) -> Result<Node, TemplateError> {
    evaluator.deeper(node.at, |evaluator| written_out_here(node, evaluator, budget))
}

fn written_out_here(
    node: &Node,
    evaluator: &mut Evaluator<'_>,
    budget: &mut Budget,
) -> Result<Node, TemplateError> {
    let too_large = || TemplateError::TooLarge { at: node.at.location() };
    if !budget.take(node.text().map_or(0, str::len)) {
        return Err(too_large());
    }
    evaluator.spend(node.at, 0)?;
    let tree = match &node.tree {
        Tree::List(items) => {
            let each = items.iter().map(|item| written_out(item, evaluator, budget));
            Tree::List(each.collect::<Result<_, _>>()?)
        }
        Tree::Map(entries) => {
            let (mut made, mut seen) = (Vec::new(), HashSet::new());
            for entry in entries {
                let new = match iterations(entry, evaluator)? {
                    Some(iterations) => {
                        let mut new = Vec::new();
                        for iteration in &iterations {
                            let fragment =
                                replaced(iteration.fragment, iteration, budget).ok_or_else(too_large)?;
                            let fragment = written_out(&fragment, evaluator, budget)?;
                            if let Tree::Map(entries) = fragment.tree {
                                new.extend(entries);
                            }
                        }
                        new
                    }
                    None if entry.key.starts_with(PREFIX) => vec![entry.clone()],
                    None => {
                        let node = written_out(&entry.node, evaluator, budget)?;
                        vec![Entry { at: entry.at, key: entry.key.clone(), node }]
                    }
                };
                for entry in new {
                    if !seen.insert(entry.key.clone()) {
                        return wrong(
                            entry.at,
                            "Fn::ForEach",
                            "a fragment whose entries differ from all others",
                        );
                    }
                    made.push(entry);
                }
            }
            Tree::Map(made)
        }
        other => other.clone(),
    };
    Ok(Node { at: node.at, tree })
}

/// One iteration of a loop: what is replaced by what, and where.
struct Iteration<'n> {
    identifier: &'n str,
    /// `${identifier}`
    plain: String,
    /// `&{identifier}`: letters and digits alone.
    bare: String,
    value: String,
    fragment: &'n Node,
}

/// The iterations of a loop; `None` iff the entry is not a loop, or what it goes over is unknown.
fn iterations<'n>(
    entry: &'n Entry,
    evaluator: &mut Evaluator<'_>,
) -> Result<Option<Vec<Iteration<'n>>>, TemplateError> {
    const WANTED: &str = "a list of an identifier, a list and a mapping";
    if !entry.key.starts_with(PREFIX) {
        return Ok(None);
    }
    let Some([identifier, collection, fragment]) = entry.node.items() else {
        return wrong(entry.at, "Fn::ForEach", WANTED);
    };
    let (Some(identifier), Some(_)) = (identifier.text(), fragment.entries()) else {
        return wrong(entry.at, "Fn::ForEach", WANTED);
    };
    let items = match evaluator.value_or_null(collection)? {
        Value::List(items) => items,
        Value::Unknown(_) => return Ok(None),
        _ => return wrong(entry.at, "Fn::ForEach", WANTED),
    };
    let mut iterations = Vec::new();
    for item in &items {
        let Ok(value) = scalar(item) else { return Ok(None) };
        let (plain, bare) = (format!("${{{identifier}}}"), format!("&{{{identifier}}}"));
        iterations.push(Iteration { identifier, plain, bare, value, fragment });
    }
    Ok(Some(iterations))
}

/// A copy of the node with the identifier replaced; `None` iff it is too large.
fn replaced(node: &Node, iteration: &Iteration<'_>, budget: &mut Budget) -> Option<Node> {
    let mut text = |text: &str| {
        let letters = |value: &str| value.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        let times = text.matches(&iteration.plain).count() + text.matches(&iteration.bare).count();
        // Counted before it is made.
        let most = text.len().saturating_add(times.saturating_mul(iteration.value.len()));
        budget.take(most).then(|| {
            if times == 0 {
                return text.to_owned();
            }
            text.replace(&iteration.plain, &iteration.value)
                .replace(&iteration.bare, &letters(&iteration.value))
        })
    };
    let tree = match &node.tree {
        Tree::Text(old) => Tree::Text(text(old)?),
        Tree::List(items) => {
            Tree::List(items.iter().map(|item| replaced(item, iteration, budget)).collect::<Option<_>>()?)
        }
        Tree::Map(entries) => match entries.as_slice() {
            [one] if one.key == "Ref" && one.node.text() == Some(iteration.identifier) => {
                Tree::Text(iteration.value.clone())
            }
            _ => {
                let mut made = Vec::new();
                for entry in entries {
                    let key = text_of_key(&entry.key, iteration, budget)?;
                    made.push(Entry { at: entry.at, key, node: replaced(&entry.node, iteration, budget)? });
                }
                Tree::Map(made)
            }
        },
        other => other.clone(),
    };
    Some(Node { at: node.at, tree })
}

fn text_of_key(key: &str, iteration: &Iteration<'_>, budget: &mut Budget) -> Option<String> {
    let node = Node { at: super::tree::At::START, tree: Tree::Text(key.to_owned()) };
    match replaced(&node, iteration, budget)?.tree {
        Tree::Text(key) => Some(key),
        _ => None,
    }
}
