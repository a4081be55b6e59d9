//! The functions of CloudFormation's template language.

use super::encode;
use super::error::TemplateError;
use super::evaluate::{Evaluated, Evaluator, scalar};
use super::sub::{Piece, pieces};
use super::tree::{At, Node, Tree};
use crate::value::{Value, Why};

impl Evaluator<'_> {
    /// What a function gives; `at` is where it is in the template.
    pub(super) fn function(&mut self, name: &str, of: &Node, at: At) -> Evaluated {
        match name {
            "Ref" => match of.text() {
                Some(target) => self.reference(target, of.at),
                None => wrong(at, name, "the name of a parameter or a resource"),
            },
            "Fn::GetAtt" => self.get_att(of, at),
            "Fn::Sub" => self.sub(of, at),
            "Fn::Join" => self.join(of, at),
            "Fn::Select" => self.select(of, at),
            "Fn::Split" => self.split(of, at),
            "Fn::FindInMap" => self.find_in_map(of, at),
            "Fn::If" => self.choose(of, at),
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => {
                Ok(Some(self.decide_function(name, of, at)?.map_or_else(Value::Unknown, Value::Bool)))
            }
            "Fn::Base64" => {
                let value = self.value_or_null(of)?;
                self.made(at, scalar(&value).map(|text| encode::base64(text.as_bytes())))
            }
            "Fn::Length" => Ok(Some(match self.value_or_null(of)? {
                Value::List(items) => Value::Number(items.len().to_string()),
                Value::Unknown(why) => Value::Unknown(why),
                _ => return wrong(at, name, "a list"),
            })),
            "Fn::ToJsonString" => {
                let value = self.value_or_null(of)?;
                let unknown = || value.first_unknown("$").map_or(Why::TooLarge, |(_, why)| why);
                let text = value.to_json().map(|json| json.to_string()).ok_or_else(unknown);
                self.made(at, text)
            }
            "Fn::ImportValue" => Ok(Some(match self.value_or_null(of)? {
                Value::Text(export) => Value::Unknown(Why::Elsewhere(export)),
                Value::Unknown(why) => Value::Unknown(why),
                _ => return wrong(at, name, "the name of an export"),
            })),
            _ => {
                let name = name.split("::").take(2).collect::<Vec<_>>().join("::");
                Ok(Some(self.cannot(at, &name)))
            }
        }
    }

    /// A text that was made, or why it is unknown.
    pub(super) fn made(&mut self, at: At, text: Result<String, Why>) -> Evaluated {
        match text {
            Ok(text) => self.text(at, text),
            Err(why) => Ok(Some(Value::Unknown(why))),
        }
    }

    fn get_att(&mut self, of: &Node, at: At) -> Evaluated {
        const WANTED: &str = "a resource and an attribute: `Resource.Attribute` or a list of both";
        match &of.tree {
            Tree::Text(text) => match text.split_once('.') {
                Some((resource, attribute)) => self.attribute(resource, attribute, at),
                None => wrong(at, "Fn::GetAtt", WANTED),
            },
            Tree::List(items) => match items.as_slice() {
                [resource, attribute] => match (resource.text(), self.value_or_null(attribute)?) {
                    (Some(resource), Value::Text(attribute)) => self.attribute(resource, &attribute, at),
                    (Some(_), Value::Unknown(why)) => Ok(Some(Value::Unknown(why))),
                    _ => wrong(at, "Fn::GetAtt", WANTED),
                },
                _ => wrong(at, "Fn::GetAtt", WANTED),
            },
            _ => wrong(at, "Fn::GetAtt", WANTED),
        }
    }

    fn sub(&mut self, of: &Node, at: At) -> Evaluated {
        const WANTED: &str = "a text, or a list of a text and a mapping of variables";
        let (text, variables) = match &of.tree {
            Tree::Text(text) => (text, None),
            Tree::Ambiguous(..) => return Ok(Some(Value::Unknown(Why::WrongType("a text in quotes")))),
            Tree::List(items) => match items.as_slice() {
                [Node { tree: Tree::Text(text), .. }, variables] if variables.entries().is_some() => {
                    (text, Some(variables))
                }
                _ => return wrong(at, "Fn::Sub", WANTED),
            },
            _ => return wrong(at, "Fn::Sub", WANTED),
        };
        let mut made = String::new();
        let mut unknown = None;
        for piece in pieces(text) {
            let value = match piece {
                Piece::Text(text) => {
                    made.push_str(text);
                    continue;
                }
                Piece::Name(name) => {
                    match variables.map(|node| self.entry(node, name)).transpose()?.flatten() {
                        Some(variable) => self.value_or_null(variable)?,
                        None => match name.split_once('.') {
                            Some((resource, attribute)) => {
                                self.attribute(resource, attribute, of.at)?.unwrap_or(Value::Null)
                            }
                            None => self.reference(name, of.at)?.unwrap_or(Value::Null),
                        },
                    }
                }
            };
            match scalar(&value) {
                Ok(text) => {
                    self.spend(at, text.len())?;
                    made.push_str(&text);
                }
                Err(why) => unknown = unknown.or(Some(why)),
            }
        }
        let why = super::evaluate::dynamic_reference(&made).or(unknown);
        self.made(at, why.map_or(Ok(made), Err))
    }

    fn join(&mut self, of: &Node, at: At) -> Evaluated {
        const WANTED: &str = "a list of a delimiter and a list";
        let Some([delimiter, list]) = of.items() else { return wrong(at, "Fn::Join", WANTED) };
        let Some(delimiter) = delimiter.text() else { return wrong(at, "Fn::Join", WANTED) };
        let items = match self.value_or_null(list)? {
            Value::List(items) => items,
            Value::Unknown(why) => return Ok(Some(Value::Unknown(why))),
            _ => return wrong(at, "Fn::Join", WANTED),
        };
        let parts: Result<Vec<String>, Why> = items.iter().map(scalar).collect();
        let joined = parts.map(|parts| parts.join(delimiter));
        let joined = joined.and_then(|text| super::evaluate::dynamic_reference(&text).map_or(Ok(text), Err));
        self.made(at, joined)
    }

    fn select(&mut self, of: &Node, at: At) -> Evaluated {
        const WANTED: &str = "a list of an index and a list that is long enough";
        let Some([index, list]) = of.items() else { return wrong(at, "Fn::Select", WANTED) };
        let index = match scalar(&self.value_or_null(index)?) {
            Ok(text) => match text.trim().parse::<usize>() {
                Ok(index) => index,
                Err(_) => return wrong(at, "Fn::Select", WANTED),
            },
            Err(why) => return Ok(Some(Value::Unknown(why))),
        };
        match self.value_or_null(list)? {
            Value::List(items) => match items.into_iter().nth(index) {
                Some(item) => Ok(Some(item)),
                None => wrong(at, "Fn::Select", WANTED),
            },
            Value::Unknown(why) => Ok(Some(Value::Unknown(why))),
            _ => wrong(at, "Fn::Select", WANTED),
        }
    }

    fn split(&mut self, of: &Node, at: At) -> Evaluated {
        const WANTED: &str = "a list of a delimiter and a text";
        let Some([delimiter, source]) = of.items() else { return wrong(at, "Fn::Split", WANTED) };
        let Some(delimiter) = delimiter.text().filter(|text| !text.is_empty()) else {
            return wrong(at, "Fn::Split", WANTED);
        };
        let source = match scalar(&self.value_or_null(source)?) {
            Ok(text) => text,
            Err(why) => return Ok(Some(Value::Unknown(why))),
        };
        let mut items = Vec::new();
        for part in source.split(delimiter) {
            self.spend(at, part.len())?;
            items.push(Value::from(part));
        }
        Ok(Some(Value::List(items)))
    }

    fn find_in_map(&mut self, of: &Node, at: At) -> Evaluated {
        const WANTED: &str = "a list of a mapping, a key and a second key";
        let (keys, default) = match of.items() {
            Some([map, top, second]) => ([map, top, second], None),
            Some([map, top, second, options]) => match options.get("DefaultValue") {
                Some(default) => ([map, top, second], Some(default)),
                None => return wrong(at, "Fn::FindInMap", WANTED),
            },
            _ => return wrong(at, "Fn::FindInMap", WANTED),
        };
        let mut names = Vec::new();
        for key in keys {
            match scalar(&self.value_or_null(key)?) {
                Ok(name) => names.push(name),
                Err(why) => return Ok(Some(Value::Unknown(why))),
            }
        }
        let mut found = self.mappings;
        for name in &names {
            found = found.map(|node| self.entry(node, name)).transpose()?.flatten();
        }
        match (found, default) {
            (Some(node), _) => self.value(node),
            // A macro may bring any key.
            (None, _) if self.rewritten => Ok(Some(self.cannot(at, "Fn::Transform"))),
            (None, Some(default)) => self.value(default),
            (None, None) => Err(TemplateError::NoMapping { at: at.location(), name: names.join(".") }),
        }
    }

    /// `Fn::If`: the branch that counts, or what both are iff they are the same.
    fn choose(&mut self, of: &Node, at: At) -> Evaluated {
        const WANTED: &str = "a list of a condition and two values";
        let Some([condition, yes, no]) = of.items() else { return wrong(at, "Fn::If", WANTED) };
        let decided = match &condition.tree {
            Tree::Text(name) => self.condition(name, condition.at)?,
            Tree::Map(_) => self.decide(condition)?,
            _ => return wrong(at, "Fn::If", WANTED),
        };
        match decided {
            Ok(true) => self.value(yes),
            Ok(false) => self.value(no),
            Err(why) => {
                let (yes, no) = (self.value(yes)?, self.value(no)?);
                let known = |value: &Option<Value>| {
                    value.as_ref().is_none_or(|value| value.first_unknown("$").is_none())
                };
                Ok(if yes == no && known(&yes) { yes } else { Some(Value::Unknown(why)) })
            }
        }
    }
}

/// The error about a function's arguments.
pub(super) fn wrong<T>(at: At, function: &str, wanted: &'static str) -> Result<T, TemplateError> {
    Err(TemplateError::Arguments { at: at.location(), function: function.to_owned(), wanted })
}
