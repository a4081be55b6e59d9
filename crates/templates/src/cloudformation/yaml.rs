//! YAML as a tree, as CloudFormation reads it: short forms become their functions, aliases are written out within bounds,
//! no key is there twice, and what YAML 1.1 reads as something else than it says is marked.

use super::json;
use super::syntax_error::{SyntaxError, SyntaxProblem};
use super::tree::{At, Budget, DEPTH, Entry, Node, Tree};
use granit_parser::{Event, Options, Parser, ScalarStyle, Tag};
use std::collections::{HashMap, HashSet};

/// A collection that is not closed yet.
struct Open {
    at: At,
    tag: Option<String>,
    anchor: usize,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    Map(Box<Map>),
}

#[derive(Default)]
struct Map {
    entries: Vec<Entry>,
    seen: HashSet<String>,
    /// The key that waits for its value.
    waiting: Option<(At, String)>,
    /// What `<<` brings: entries that the mapping's own replace.
    merged: Vec<Entry>,
}

fn error(at: At, problem: SyntaxProblem) -> SyntaxError {
    SyntaxError { line: at.line, column: at.column, problem }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The one document of the text.
pub(super) fn read(text: &str) -> Result<Node, SyntaxError> {
    let mut options = Options::default();
    options.emit_comments = false;
    let mut reader = Reader { open: Vec::new(), anchors: HashMap::new(), budget: Budget::new(), root: None };
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|failed| {
            let marker = failed.marker();
            let at = At { line: small(marker.line()).max(1), column: small(marker.col()).saturating_add(1) };
            error(at, SyntaxProblem::Yaml(failed.info().to_string()))
        })?;
        let at =
            At { line: small(span.start.line()).max(1), column: small(span.start.col()).saturating_add(1) };
        reader.event(event, at)?;
    }
    reader.root.ok_or_else(|| error(At::START, SyntaxProblem::Empty))
}

struct Reader {
    open: Vec<Open>,
    /// What anchors name.
    anchors: HashMap<usize, Node>,
    budget: Budget,
    root: Option<Node>,
}

impl Reader {
    fn event(&mut self, event: Event<'_>, at: At) -> Result<(), SyntaxError> {
        match event {
            Event::DocumentStart(..) if self.root.is_some() => Err(error(at, SyntaxProblem::Documents)),
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.as_deref().map(|tag| form(tag, at)).transpose()?.flatten();
                let typed = style == ScalarStyle::Plain && tag.is_none();
                let tree = match tag.as_deref() {
                    Some("!!null") => Tree::Null,
                    Some("!!bool" | "!!int" | "!!float") => plain(&text),
                    _ if typed => plain(&text),
                    _ => Tree::Text(text.into_owned()),
                };
                let node = wrapped(tag.as_deref(), Node { at, tree });
                self.done(node, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(at, anchor, tag.as_deref(), Inside::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.begin(at, anchor, tag.as_deref(), Inside::Map(Box::default()))
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(open) => {
                    let tree = match open.inside {
                        Inside::List(items) => Tree::List(items),
                        Inside::Map(map) => Tree::Map(map.closed()),
                    };
                    let node = wrapped(open.tag.as_deref(), Node { at: open.at, tree });
                    self.done(node, open.anchor)
                }
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn begin(&mut self, at: At, anchor: usize, tag: Option<&Tag>, inside: Inside) -> Result<(), SyntaxError> {
        let tag = tag.map(|tag| form(tag, at)).transpose()?.flatten();
        self.open.push(Open { at, tag, anchor, inside });
        // A short form is a level of its own.
        let levels = self.open.iter().map(|open| 1 + usize::from(open.tag.is_some())).sum::<usize>();
        if levels > DEPTH { Err(error(at, SyntaxProblem::TooDeep { levels: DEPTH })) } else { Ok(()) }
    }

    fn alias(&mut self, anchor: usize, at: At) -> Result<(), SyntaxError> {
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(error(at, SyntaxProblem::AliasOfItself));
        };
        // Counted before it is copied, so that a bomb costs no memory.
        let deep = self.open.len() + self.budget.copy(node, 0).map_err(|problem| error(at, problem))?;
        if deep > DEPTH {
            return Err(error(at, SyntaxProblem::TooDeep { levels: DEPTH }));
        }
        let mut node = node.clone();
        node.at = at;
        self.put(node)
    }

    /// A node is complete.
    fn done(&mut self, node: Node, anchor: usize) -> Result<(), SyntaxError> {
        let text = match &node.tree {
            Tree::Text(text) | Tree::Number(text) | Tree::Ambiguous(text, _) => text.len(),
            _ => 0,
        };
        if !self.budget.take(text) {
            return Err(error(node.at, SyntaxProblem::TooLarge));
        }
        if anchor != 0 {
            self.budget.copy(&node, 0).map_err(|problem| error(node.at, problem))?;
            self.anchors.insert(anchor, node.clone());
        }
        self.put(node)
    }

    fn put(&mut self, node: Node) -> Result<(), SyntaxError> {
        match self.open.last_mut().map(|open| &mut open.inside) {
            None => self.root = Some(node),
            Some(Inside::List(items)) => items.push(node),
            Some(Inside::Map(map)) => map.put(node)?,
        }
        Ok(())
    }
}

impl Map {
    fn put(&mut self, node: Node) -> Result<(), SyntaxError> {
        match self.waiting.take() {
            Some((_, key)) if key == "<<" => self.merge(node),
            Some((at, key)) => {
                self.entries.push(Entry { at, key, node });
                Ok(())
            }
            None => {
                let at = node.at;
                let key = match node.tree {
                    Tree::Text(text) | Tree::Number(text) | Tree::Ambiguous(text, _) => text,
                    Tree::Bool(value) => value.to_string(),
                    _ => return Err(error(at, SyntaxProblem::Key { found: node.kind() })),
                };
                if !self.seen.insert(key.clone()) {
                    return Err(error(at, SyntaxProblem::Twice { key }));
                }
                self.waiting = Some((at, key));
                Ok(())
            }
        }
    }

    fn merge(&mut self, node: Node) -> Result<(), SyntaxError> {
        let at = node.at;
        let kind = node.kind();
        match node.tree {
            Tree::Map(entries) => self.merged.extend(entries),
            Tree::List(items) => {
                for item in items {
                    let (at, kind) = (item.at, item.kind());
                    let Tree::Map(entries) = item.tree else {
                        return Err(error(at, SyntaxProblem::Merge { found: kind }));
                    };
                    self.merged.extend(entries);
                }
            }
            _ => return Err(error(at, SyntaxProblem::Merge { found: kind })),
        }
        Ok(())
    }

    /// Its own entries, then merged ones that it has not: the first of each name.
    fn closed(mut self) -> Vec<Entry> {
        for entry in self.merged {
            if self.seen.insert(entry.key.clone()) {
                self.entries.push(entry);
            }
        }
        self.entries
    }
}

/// The function that a tag stands for, `!!name` for a type of YAML that decides how a scalar is read, or nothing.
fn form(tag: &Tag, at: At) -> Result<Option<String>, SyntaxError> {
    let whole = format!("{}{}", tag.handle(), tag.suffix());
    if let Some(core) = whole.strip_prefix("tag:yaml.org,2002:") {
        return match core {
            "str" => Ok(Some("!!str".to_owned())),
            "null" | "bool" | "int" | "float" => Ok(Some(format!("!!{core}"))),
            "map" | "seq" => Ok(None),
            _ => Err(error(at, SyntaxProblem::Tag(format!("!!{core}")))),
        };
    }
    match whole.strip_prefix('!') {
        Some("") => Ok(Some("!!str".to_owned())),
        Some(name @ ("Ref" | "Condition")) => Ok(Some(name.to_owned())),
        Some(name) if name.starts_with("Fn::") => Ok(Some(name.to_owned())),
        Some(name) => Ok(Some(format!("Fn::{name}"))),
        None => Err(error(at, SyntaxProblem::Tag(whole))),
    }
}

/// The node in the function that its tag stands for.
fn wrapped(tag: Option<&str>, node: Node) -> Node {
    match tag {
        Some(tag) if !tag.starts_with("!!") => {
            let at = node.at;
            let entry = Entry { at, key: tag.to_owned(), node };
            Node { at, tree: Tree::Map(vec![entry]) }
        }
        _ => node,
    }
}

/// A scalar without quotes, as YAML 1.1 reads it.
fn plain(text: &str) -> Tree {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Tree::Null,
        "true" | "True" | "TRUE" => return Tree::Bool(true),
        "false" | "False" | "FALSE" => return Tree::Bool(false),
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" => {
            return Tree::Ambiguous(text.to_owned(), Some(true));
        }
        "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            return Tree::Ambiguous(text.to_owned(), Some(false));
        }
        _ => {}
    }
    if json::is_number(text) {
        json::number(text)
    } else if is_number_of_yaml(text) {
        Tree::Ambiguous(text.to_owned(), None)
    } else {
        Tree::Text(text.to_owned())
    }
}

/// True iff YAML 1.1 reads a number out of the text and may write it otherwise: octal, hexadecimal, binary, base 60, `_`, `.5`, `.inf`.
fn is_number_of_yaml(text: &str) -> bool {
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let all = |part: &str, fits: fn(u8) -> bool| {
        !part.is_empty() && part.bytes().all(|one| fits(one) || one == b'_')
    };
    let digits = |part: &str| all(part, |one| one.is_ascii_digit());
    if matches!(bare.to_ascii_lowercase().as_str(), ".inf" | ".nan") {
        return true;
    }
    if let Some(rest) = bare.strip_prefix("0x") {
        return all(rest, |one| one.is_ascii_hexdigit());
    }
    if let Some(rest) = bare.strip_prefix("0b") {
        return all(rest, |one| matches!(one, b'0' | b'1'));
    }
    if let Some(rest) =
        bare.strip_prefix('0').filter(|rest| !rest.is_empty() && !rest.contains(['.', ':', 'e', 'E']))
    {
        return all(rest, |one| matches!(one, b'0'..=b'7'));
    }
    if bare.contains(':') {
        return bare.starts_with(|one: char| one.is_ascii_digit())
            && bare
                .split(':')
                .all(|part| digits(part) || part.split('.').all(|part| part.is_empty() || digits(part)));
    }
    let (mantissa, exponent) = match bare.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (bare, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    (digits(whole) || whole.is_empty())
        && (digits(fraction) || fraction.is_empty())
        && !(whole.is_empty() && fraction.is_empty())
        && bare.starts_with(|one: char| one.is_ascii_digit() || one == '.')
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}
