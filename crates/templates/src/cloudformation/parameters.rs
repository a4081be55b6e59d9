//! The parameters of a template: what each is worth, or why that is unknown.

use super::error::TemplateError;
use super::json::is_number;
use super::options::Options;
use super::tree::{Node, Tree};
use crate::value::{Value, Why};
use std::collections::BTreeMap;

/// The values of all declared parameters, by name.
pub(super) fn read(
    section: Option<&Node>,
    options: &Options,
) -> Result<BTreeMap<String, Value>, TemplateError> {
    let mut values = BTreeMap::new();
    for entry in section.map(|node| map(node, "Parameters")).transpose()?.into_iter().flatten() {
        let given = options.parameters.get(&entry.key).map(String::as_str);
        values.insert(entry.key.clone(), parameter(&entry.key, &entry.node, given)?);
    }
    Ok(values)
}

/// The entries of a node that must be a mapping.
pub(super) fn map<'n>(node: &'n Node, part: &str) -> Result<&'n [super::tree::Entry], TemplateError> {
    node.entries().ok_or_else(|| TemplateError::Form {
        at: node.at.location(),
        part: part.to_owned(),
        wanted: "a mapping",
        found: node.kind(),
    })
}

fn parameter(name: &str, node: &Node, given: Option<&str>) -> Result<Value, TemplateError> {
    map(node, name)?;
    let kind = node.get("Type").and_then(Node::text).unwrap_or("String");
    let secret =
        matches!(
            node.get("NoEcho").map(|node| &node.tree),
            Some(Tree::Bool(true) | Tree::Ambiguous(_, Some(true)))
        ) || node.get("NoEcho").and_then(Node::text).is_some_and(|text| text.eq_ignore_ascii_case("true"));
    if secret {
        return Ok(Value::Unknown(Why::Sensitive));
    }
    // A name in Systems Manager's parameter store: what is there is not in the file.
    if kind.starts_with("AWS::SSM::Parameter::Value") {
        return Ok(Value::Unknown(Why::Elsewhere(name.to_owned())));
    }
    let text = match (given, node.get("Default")) {
        (Some(text), _) => text,
        (None, Some(Node { tree: Tree::Ambiguous(..), .. })) => {
            return Ok(Value::Unknown(Why::WrongType("a text in quotes")));
        }
        (None, Some(default)) => default.text().ok_or_else(|| TemplateError::Form {
            at: default.at.location(),
            part: format!("{name}.Default"),
            wanted: "a text",
            found: default.kind(),
        })?,
        (None, None) => return Ok(Value::Unknown(Why::NoParameter(name.to_owned()))),
    };
    let wrong = |wanted| TemplateError::NotAllowed { at: node.at.location(), name: name.to_owned(), wanted };
    let list = kind == "CommaDelimitedList" || kind.starts_with("List<");
    let items: Vec<&str> = if list { text.split(',').map(str::trim).collect() } else { vec![text] };
    if matches!(kind, "Number" | "List<Number>") && !items.iter().all(|item| is_number(item)) {
        return Err(wrong(if list { "a list of numbers" } else { "a number" }));
    }
    if let Some(allowed) = node.get("AllowedValues").and_then(Node::items) {
        // A word that YAML reads as something else may be allowed in both forms.
        let fits = |item: &str| {
            allowed.iter().any(|one| match &one.tree {
                Tree::Ambiguous(written, flag) => {
                    written == item || flag.is_some_and(|flag| flag.to_string() == item)
                }
                _ => one.text().is_none_or(|text| text == item),
            })
        };
        if !items.iter().all(|item| fits(item)) {
            return Err(wrong("one of its AllowedValues"));
        }
    }
    Ok(if list { Value::List(items.into_iter().map(Value::from).collect()) } else { Value::from(text) })
}
