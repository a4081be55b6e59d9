//! Conditions of a template: true, false, or unknown for a reason.

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::functions::wrong;
use super::tree::{At, Node, Tree};
use crate::value::{Value, Why};

/// A condition, or why it is unknown.
pub(super) type Decided = Result<Result<bool, Why>, TemplateError>;

impl Evaluator<'_> {
    /// The condition of that name, asked for at `at`.
    pub(super) fn condition(&mut self, name: &str, at: At) -> Decided {
        match self.decided.get(name) {
            Some(Some(decided)) => return Ok(decided.clone()),
            Some(None) => return Err(self.circle(name, at)),
            None => {}
        }
        let Some(node) = self.conditions.get(name).copied() else {
            if self.rewritten {
                return Ok(Err(Why::Unsupported("Fn::Transform".to_owned())));
            }
            return Err(TemplateError::NoCondition { at: at.location(), name: name.to_owned() });
        };
        self.decided.insert(name.to_owned(), None);
        self.path.push(name.to_owned());
        let decided = self.deeper(at, |this| this.decide(node))?;
        self.path.pop();
        self.decided.insert(name.to_owned(), Some(decided.clone()));
        Ok(decided)
    }

    /// The error about a circle that comes back to `name`.
    pub(super) fn circle(&self, name: &str, at: At) -> TemplateError {
        let from = self.path.iter().position(|one| one == name).unwrap_or(0);
        let mut path: Vec<String> = self.path.get(from..).unwrap_or_default().to_vec();
        path.push(name.to_owned());
        TemplateError::Cycle { at: at.location(), path }
    }

    /// Whether a condition holds.
    pub(super) fn decide(&mut self, node: &Node) -> Decided {
        if let Some([one]) = node.entries() {
            if one.key == "Condition" {
                return match one.node.text() {
                    Some(name) => self.condition(name, one.node.at),
                    None => wrong(node.at, "Condition", "the name of a condition"),
                };
            }
            if matches!(one.key.as_str(), "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not") {
                return self.deeper(node.at, |this| this.decide_function(&one.key, &one.node, node.at));
            }
        }
        Ok(match self.value_or_null(node)? {
            Value::Bool(flag) => Ok(flag),
            Value::Text(text) if text == "true" => Ok(true),
            Value::Text(text) if text == "false" => Ok(false),
            Value::Unknown(why) => Err(why),
            _ => return wrong(node.at, "a condition", "Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition"),
        })
    }

    /// What one of the functions of conditions says.
    pub(super) fn decide_function(&mut self, name: &str, of: &Node, at: At) -> Decided {
        match (name, of.items()) {
            ("Fn::Equals", Some([left, right])) => {
                let (left, right) = (self.value_or_null(left)?, self.value_or_null(right)?);
                Ok(equals(&left, &right))
            }
            ("Fn::Not", Some([one])) => Ok(self.decide(one)?.map(|flag| !flag)),
            ("Fn::And" | "Fn::Or", Some(items @ [_, ..])) => {
                let ends = name == "Fn::Or";
                let mut unknown = None;
                for item in items {
                    match self.decide(item)? {
                        Ok(flag) if flag == ends => return Ok(Ok(ends)),
                        Ok(_) => {}
                        Err(why) => unknown = unknown.or(Some(why)),
                    }
                }
                Ok(unknown.map_or(Ok(!ends), Err))
            }
            ("Fn::Equals", _) => wrong(at, name, "a list of two values"),
            ("Fn::Not", _) => wrong(at, name, "a list of one condition"),
            _ => wrong(at, name, "a list of conditions"),
        }
    }

    /// The condition of a resource: `Ok(true)` iff it has none or it holds.
    pub(super) fn exists(&mut self, resource: &Node) -> Decided {
        match resource.get("Condition") {
            None => Ok(Ok(true)),
            Some(Node { tree: Tree::Text(name), at }) => self.condition(name, *at),
            Some(node) => Err(TemplateError::Form {
                at: node.at.location(),
                part: "Condition".to_owned(),
                wanted: "the name of a condition",
                found: node.kind(),
            }),
        }
    }
}

/// Whether two values are equal; scalars are compared as texts.
fn equals(left: &Value, right: &Value) -> Result<bool, Why> {
    for side in [left, right] {
        if let Some((_, why)) = side.first_unknown("$") {
            return Err(why);
        }
    }
    let text = super::evaluate::scalar;
    match (text(left), text(right)) {
        (Ok(left), Ok(right)) => Ok(left == right),
        _ => Ok(left == right),
    }
}
