//! YAML documents as small trees: no aliases, no tags, no key twice, nothing deep, and every node knows its line.

use granit_parser::{Event, Options, Parser, ScalarStyle};

/// How deep a document may nest.
const DEPTH: usize = 32;

/// One node of a document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// Line in the file, from 1.
    pub(crate) line: usize,
    pub(crate) value: Value,
}

/// What a node holds. Plain scalars are typed as YAML 1.2 does, so `no` is a text and `012` is one as well.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// A number, as it was written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The entry of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The text of a scalar that is not null.
    pub(crate) fn text(&self) -> Option<String> {
        match &self.value {
            Value::Bool(value) => Some(value.to_string()),
            Value::Number(text) | Value::Text(text) => Some(text.clone()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// What the node is, in a word.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// Why a file is no YAML that we read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) line: usize,
    pub(crate) why: String,
}

/// A collection that is not closed yet.
enum Open {
    List(usize, Vec<Node>),
    Map(usize, Vec<(String, Node)>, std::collections::HashSet<String>, Option<String>),
}

/// The documents of `text`, the first `most` of them; empty documents are left out.
pub(crate) fn documents(text: &str, most: usize) -> Result<Vec<Node>, Refused> {
    let mut options = Options::default();
    options.emit_comments = false;
    let mut documents = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) =
            next.map_err(|error| Refused { line: error.marker().line(), why: error.info().to_string() })?;
        let line = span.start.line();
        let done = match event {
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return Err(Refused {
                    line,
                    why: "a YAML alias (`*name`) is not supported: write the value out".to_owned(),
                });
            }
            Event::Scalar(text, style, _, tag) => {
                if tag.is_some() {
                    return Err(Refused { line, why: "a YAML tag (`!name`) is not supported".to_owned() });
                }
                let value =
                    if style == ScalarStyle::Plain { plain(&text) } else { Value::Text(text.into_owned()) };
                Some(Node { line, value })
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(line, Vec::new()));
                None
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(line, Vec::new(), std::collections::HashSet::new(), None));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(closed),
            _ => None,
        };
        if open.len() > DEPTH {
            return Err(Refused { line, why: format!("nested more than {DEPTH} levels deep") });
        }
        let Some(node) = done else { continue };
        match open.last_mut() {
            None if node.value == Value::Null => {}
            None if documents.len() == most => return Ok(documents),
            None => documents.push(node),
            Some(parent) => put(parent, node)?,
        }
    }
    Ok(documents)
}

fn closed(open: Open) -> Node {
    match open {
        Open::List(line, items) => Node { line, value: Value::List(items) },
        Open::Map(line, entries, _, _) => Node { line, value: Value::Map(entries) },
    }
}

fn put(parent: &mut Open, node: Node) -> Result<(), Refused> {
    match parent {
        Open::List(_, items) => items.push(node),
        Open::Map(_, entries, seen, waiting) => match waiting.take() {
            Some(key) => entries.push((key, node)),
            None => {
                let Some(key) = node.text() else {
                    return Err(Refused {
                        line: node.line,
                        why: format!("a key must be a text, and this one is {}", node.kind()),
                    });
                };
                if !seen.insert(key.clone()) {
                    return Err(Refused {
                        line: node.line,
                        why: format!("the key `{}` is there twice", super::error::plain(&key)),
                    });
                }
                *waiting = Some(key);
            }
        },
    }
    Ok(())
}

/// The value of a scalar without quotes.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if number(text) => Value::Number(text.to_owned()),
        _ => Value::Text(text.to_owned()),
    }
}

/// True iff the text is a decimal number. A leading zero makes it a text: account numbers must not lose it.
fn number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let mut parts = digits.splitn(2, '.');
    let whole = parts.next().unwrap_or_default();
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && (whole == "0" || !whole.starts_with('0')) && parts.next().is_none_or(all_digits)
}
