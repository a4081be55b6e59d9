//! A value of a template: known, or unknown for a reason.
//!
//! `Debug` shows what a value is and never what it holds: names and selectors are not secrets, and no one can tell them from those.

use std::collections::BTreeMap;
use std::fmt;

/// A value as JSON and YAML have it, or the reason why it is unknown.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing: the same as a member that is not there.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, as it was written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// An object.
    Map(BTreeMap<String, Value>),
    /// Unknown before the change is applied, or to us.
    Unknown(Why),
}

/// Why a value is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    #[default]
    /// Known only after the change is applied: AWS or another resource gives it.
    AfterApply,
    /// Marked sensitive: it is there and was not kept.
    Sensitive,
    /// A parameter without a value: its name.
    NoParameter(String),
    /// A function of the template language that we cannot evaluate: its name.
    Unsupported(String),
    /// It refers to something that is not in the file: the name.
    Elsewhere(String),
    /// It refers to itself, through others: the name.
    Cycle(String),
    /// It is too large to be evaluated, or nested too deeply.
    TooLarge,
    /// It is not of the type that it should be: what was expected.
    WrongType(&'static str),
    /// The file does not say it, and what is there stays as it is.
    NotSaid,
}

impl Why {
    /// The stable code of it in documents.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AfterApply => "known_after_apply",
            Self::Sensitive => "sensitive",
            Self::NoParameter(_) => "parameter_without_value",
            Self::Unsupported(_) => "unsupported_function",
            Self::Elsewhere(_) => "not_in_the_file",
            Self::Cycle(_) => "cycle",
            Self::TooLarge => "too_large",
            Self::WrongType(_) => "wrong_type",
            Self::NotSaid => "not_said",
        }
    }

    /// The member that stands for an unknown part in a document of selectors.
    #[must_use]
    pub const fn member(&self) -> &'static str {
        match self {
            Self::AfterApply => "KnownAfterApply",
            Self::Sensitive => "Sensitive",
            Self::NoParameter(_) => "ParameterWithoutValue",
            Self::Unsupported(_) => "UnsupportedFunction",
            Self::Elsewhere(_) => "NotInTheFile",
            Self::Cycle(_) => "Cycle",
            Self::TooLarge => "TooLarge",
            Self::WrongType(_) => "WrongType",
            Self::NotSaid => "NotSaid",
        }
    }

    /// True iff a document of selectors has a member of that name for an unknown part alone.
    #[must_use]
    pub fn is_member(name: &str) -> bool {
        let names = [
            Self::AfterApply,
            Self::Sensitive,
            Self::NoParameter(String::new()),
            Self::Unsupported(String::new()),
            Self::Elsewhere(String::new()),
            Self::Cycle(String::new()),
            Self::TooLarge,
            Self::WrongType(""),
            Self::NotSaid,
        ];
        names.iter().any(|why| why.member() == name)
    }

    /// The name that it is about: a parameter, a function, a reference.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::NoParameter(name) | Self::Unsupported(name) | Self::Elsewhere(name) | Self::Cycle(name) => {
                Some(name)
            }
            Self::WrongType(wanted) => Some(wanted),
            Self::AfterApply | Self::Sensitive | Self::TooLarge | Self::NotSaid => None,
        }
    }
}

impl Value {
    /// The member of that name; `None` iff this is not a map or has no such member, or it is null.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Map(members) => members.get(name).filter(|value| **value != Value::Null),
            _ => None,
        }
    }

    /// The text iff it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The reason iff the value itself is unknown; parts of it may be unknown all the same.
    #[must_use]
    pub fn why(&self) -> Option<&Why> {
        match self {
            Self::Unknown(why) => Some(why),
            _ => None,
        }
    }

    /// The first part of it that is unknown, with its path below `path`: `$.EventSelectors[0].DataResources`.
    #[must_use]
    pub fn first_unknown(&self, path: &str) -> Option<(String, Why)> {
        match self {
            Self::Unknown(why) => Some((path.to_owned(), why.clone())),
            Self::List(items) => {
                let each = items.iter().enumerate();
                each.into_iter().find_map(|(at, item)| item.first_unknown(&format!("{path}[{at}]")))
            }
            Self::Map(members) => {
                members.iter().find_map(|(name, member)| member.first_unknown(&format!("{path}.{name}")))
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => None,
        }
    }

    /// The same as JSON; `None` iff some part of it is unknown.
    #[must_use]
    pub fn to_json(&self) -> Option<serde_json::Value> {
        Some(match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Number(number) => serde_json::from_str::<serde_json::Number>(number)
                .map_or_else(|_| number.clone().into(), serde_json::Value::Number),
            Self::Text(text) => text.clone().into(),
            Self::List(items) => items.iter().map(Value::to_json).collect::<Option<Vec<_>>>()?.into(),
            Self::Map(members) => {
                let each = members.iter().map(|(name, value)| Some((name.clone(), value.to_json()?)));
                serde_json::Value::Object(each.collect::<Option<_>>()?)
            }
            Self::Unknown(_) => return None,
        })
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(_) => f.write_str("a boolean"),
            Self::Number(_) => f.write_str("a number"),
            Self::Text(_) => f.write_str("a text"),
            Self::List(items) => f.debug_list().entries(items).finish(),
            Self::Map(members) => f.debug_map().entries(members).finish(),
            Self::Unknown(why) => f.debug_tuple("Unknown").field(why).finish(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Bool(flag)
    }
}
