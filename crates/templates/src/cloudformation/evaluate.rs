//! A node of a template becomes a value: functions are evaluated, and what cannot be known says why.

use super::error::TemplateError;
use super::options::Options;
use super::tree::{At, Node, Tree};
use super::types::Type;
use crate::value::{Value, Why};
use std::cell::Cell;
use std::collections::BTreeMap;

/// How deep references and functions may lead, through conditions and names of resources.
const DEPTH: usize = 300;
/// How much all values together may hold: a byte of text is one, a value is some.
pub(super) const WORK: usize = 64 << 20;
/// What a value costs beside its text.
const VALUE: usize = 16;

/// A value, or nothing where `AWS::NoValue` removes it.
pub(super) type Evaluated = Result<Option<Value>, TemplateError>;

/// What a template declares, and what of it was evaluated so far.
pub(super) struct Evaluator<'t> {
    pub(super) options: &'t Options,
    pub(super) parameters: &'t BTreeMap<String, Value>,
    pub(super) mappings: Option<&'t Node>,
    /// How the parameters are declared.
    pub(super) declared: Option<&'t Node>,
    pub(super) conditions: BTreeMap<&'t str, &'t Node>,
    pub(super) resources: BTreeMap<&'t str, &'t Node>,
    /// The types of the resources.
    pub(super) types: BTreeMap<&'t str, Type>,
    /// Conditions that are known or being asked for (`None`).
    pub(super) decided: BTreeMap<String, Option<Result<bool, Why>>>,
    /// Names and ARNs of resources that are known or being asked for (`None`).
    pub(super) named: BTreeMap<(String, bool), Option<Value>>,
    /// What the names of buckets are that are unknown, as far as that was asked for.
    pub(super) buckets: BTreeMap<String, String>,
    /// What is being asked for, for the error about a circle.
    pub(super) path: Vec<String>,
    /// Functions that we cannot evaluate, and where they are.
    pub(super) unsupported: Vec<(At, String)>,
    /// A macro may bring what the template refers to and does not declare.
    pub(super) rewritten: bool,
    /// How much work is left, for the template and for those inside it.
    pub(super) work: &'t Cell<usize>,
    depth: usize,
}

impl<'t> Evaluator<'t> {
    /// An evaluator that knows parameters and mappings alone.
    pub(super) fn new(
        options: &'t Options,
        parameters: &'t BTreeMap<String, Value>,
        mappings: Option<&'t Node>,
        work: &'t Cell<usize>,
    ) -> Self {
        Self {
            options,
            parameters,
            mappings,
            declared: None,
            conditions: BTreeMap::new(),
            resources: BTreeMap::new(),
            types: BTreeMap::new(),
            decided: BTreeMap::new(),
            named: BTreeMap::new(),
            buckets: BTreeMap::new(),
            path: Vec::new(),
            unsupported: Vec::new(),
            rewritten: false,
            work,
            depth: 0,
        }
    }

    /// Gives it the resources of a template.
    pub(super) fn declare(&mut self, resources: BTreeMap<&'t str, &'t Node>) {
        self.types = resources.iter().map(|(name, node)| (*name, Type::of(node))).collect();
        self.resources = resources;
    }

    /// The entry of a mapping, which is looked for among all of them.
    pub(super) fn entry<'n>(&mut self, node: &'n Node, key: &str) -> Result<Option<&'n Node>, TemplateError> {
        self.spend(node.at, node.entries().map_or(0, |entries| entries.len()))?;
        Ok(node.get(key))
    }

    /// The value of a node; `None` iff it is `AWS::NoValue`.
    pub(super) fn value(&mut self, node: &Node) -> Evaluated {
        self.deeper(node.at, |this| this.value_here(node))
    }

    /// The value of a node; null where it is `AWS::NoValue`.
    pub(super) fn value_or_null(&mut self, node: &Node) -> Result<Value, TemplateError> {
        Ok(self.value(node)?.unwrap_or(Value::Null))
    }

    /// Does something one level deeper.
    pub(super) fn deeper<T>(
        &mut self,
        at: At,
        then: impl FnOnce(&mut Self) -> Result<T, TemplateError>,
    ) -> Result<T, TemplateError> {
        if self.depth >= DEPTH {
            return Err(TemplateError::TooLarge { at: at.location() });
        }
        self.depth += 1;
        let done = then(self);
        self.depth -= 1;
        done
    }

    /// Takes note of what a new value costs.
    pub(super) fn spend(&mut self, at: At, text: usize) -> Result<(), TemplateError> {
        match self.work.get().checked_sub(text.saturating_add(VALUE)) {
            Some(left) => {
                self.work.set(left);
                Ok(())
            }
            None => Err(TemplateError::TooLarge { at: at.location() }),
        }
    }

    /// A new text.
    pub(super) fn text(&mut self, at: At, text: String) -> Evaluated {
        self.spend(at, text.len())?;
        Ok(Some(Value::Text(text)))
    }

    /// A copy of a value that is there already.
    pub(super) fn copy(&mut self, at: At, value: &Value) -> Result<Value, TemplateError> {
        match value {
            Value::List(items) => {
                for item in items {
                    self.spend(at, item.as_text().map_or(0, str::len))?;
                }
            }
            Value::Text(text) => self.spend(at, text.len())?,
            _ => self.spend(at, 0)?,
        }
        Ok(value.clone())
    }

    /// Unknown, because we cannot evaluate the function.
    pub(super) fn cannot(&mut self, at: At, function: &str) -> Value {
        let entry = (at, function.to_owned());
        if !self.unsupported.contains(&entry) && self.unsupported.len() < 1000 {
            self.unsupported.push(entry);
        }
        Value::Unknown(Why::Unsupported(function.to_owned()))
    }

    fn value_here(&mut self, node: &Node) -> Evaluated {
        match &node.tree {
            Tree::Null => Ok(Some(Value::Null)),
            Tree::Bool(flag) => {
                self.spend(node.at, 0)?;
                Ok(Some(Value::Bool(*flag)))
            }
            Tree::Number(number) => {
                self.spend(node.at, number.len())?;
                Ok(Some(Value::Number(number.clone())))
            }
            Tree::Text(text) => match dynamic_reference(text) {
                Some(why) => Ok(Some(Value::Unknown(why))),
                None => self.text(node.at, text.clone()),
            },
            Tree::Ambiguous(..) => Ok(Some(Value::Unknown(Why::WrongType("a text in quotes")))),
            Tree::List(items) => {
                self.spend(node.at, 0)?;
                let mut values = Vec::new();
                for item in items {
                    values.extend(self.value(item)?);
                }
                Ok(Some(Value::List(values)))
            }
            Tree::Map(entries) => {
                if let [one] = entries.as_slice()
                    && (one.key == "Ref" || one.key.starts_with("Fn::"))
                {
                    return self.function(&one.key, &one.node, node.at);
                }
                // A macro beside other entries may change any of them.
                if let Some(entry) = entries.iter().find(|entry| entry.key.starts_with("Fn::")) {
                    let name = entry.key.split("::").take(2).collect::<Vec<_>>().join("::");
                    return Ok(Some(self.cannot(entry.at, &name)));
                }
                self.spend(node.at, 0)?;
                let mut values = BTreeMap::new();
                for entry in entries {
                    self.spend(entry.at, entry.key.len())?;
                    if let Some(value) = self.value(&entry.node)? {
                        values.insert(entry.key.clone(), value);
                    }
                }
                Ok(Some(Value::Map(values)))
            }
        }
    }
}

/// Why a text is unknown that names a value kept elsewhere (`{{resolve:...}}`). Only the service is named: the rest may lead to a secret.
pub(super) fn dynamic_reference(text: &str) -> Option<Why> {
    let (_, rest) = text.split_once("{{resolve:")?;
    let service: String =
        rest.chars().take_while(|one| one.is_ascii_alphanumeric() || *one == '-').take(32).collect();
    Some(match service.as_str() {
        "ssm" => Why::Elsewhere("{{resolve:ssm}}".to_owned()),
        _ => Why::Sensitive,
    })
}

/// The text of a scalar, as CloudFormation puts it into another text.
pub(super) fn scalar(value: &Value) -> Result<String, Why> {
    match value {
        Value::Text(text) | Value::Number(text) => Ok(text.clone()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Unknown(why) => Err(why.clone()),
        Value::Null | Value::List(_) | Value::Map(_) => Err(Why::WrongType("a text")),
    }
}
