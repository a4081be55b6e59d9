//! A template as it was written: nodes that know line and column, whether they came from JSON or YAML.

use super::syntax_error::SyntaxProblem;
use crate::document::Location;

/// How deep a template may nest, short forms included.
pub(super) const DEPTH: usize = 100;
/// How many nodes a template may have, aliases written out.
pub(super) const NODES: usize = 1_000_000;
/// How many bytes of text a template may have, aliases written out.
pub(super) const TEXT: usize = 32 << 20;

/// A place in a file, both from 1. Columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl At {
    /// Where a document begins.
    pub(super) const START: At = At { line: 1, column: 1 };

    /// The same, for whoever is outside.
    pub(super) fn location(self) -> Location {
        Location { line: self.line as usize, column: self.column as usize }
    }
}

/// One node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) at: At,
    pub(super) tree: Tree,
}

/// One entry of a mapping.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) at: At,
    pub(super) key: String,
    pub(super) node: Node,
}

/// What a node holds. A short form (`!Ref x`) is the mapping that it stands for.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    /// A number of JSON, as it was written.
    Number(String),
    Text(String),
    /// A word without quotes that YAML 1.1 reads as something else than it says (`yes`, `012`), and the boolean iff that is it.
    Ambiguous(String, Option<bool>),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

impl Node {
    /// The entries of a mapping; `None` iff it is something else.
    pub(super) fn entries(&self) -> Option<&[Entry]> {
        match &self.tree {
            Tree::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items of a list; `None` iff it is something else.
    pub(super) fn items(&self) -> Option<&[Node]> {
        match &self.tree {
            Tree::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entry of a mapping with that key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The text of a scalar iff its form is certain.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.tree {
            Tree::Text(text) | Tree::Number(text) => Some(text),
            Tree::Bool(true) => Some("true"),
            Tree::Bool(false) => Some("false"),
            Tree::Null | Tree::Ambiguous(..) | Tree::List(_) | Tree::Map(_) => None,
        }
    }

    /// What the node is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self.tree {
            Tree::Null => "null",
            Tree::Bool(_) => "true or false",
            Tree::Number(_) => "a number",
            Tree::Text(_) => "a text",
            Tree::Ambiguous(..) => "a word without quotes",
            Tree::List(_) => "a list",
            Tree::Map(_) => "a mapping",
        }
    }
}

/// How much of a document may still be kept.
pub(super) struct Budget {
    nodes: usize,
    text: usize,
}

impl Budget {
    pub(super) const fn new() -> Self {
        Self { nodes: NODES, text: TEXT }
    }

    /// Takes one node with so many bytes of text; false iff the document is too large.
    pub(super) fn take(&mut self, text: usize) -> bool {
        match (self.nodes.checked_sub(1), self.text.checked_sub(text)) {
            (Some(nodes), Some(left)) => {
                self.nodes = nodes;
                self.text = left;
                true
            }
            _ => false,
        }
    }

    /// Takes a copy of a node and all in it, before it is made, and says how deep it is.
    pub(super) fn copy(&mut self, node: &Node, depth: usize) -> Result<usize, SyntaxProblem> {
        if depth > DEPTH {
            return Err(SyntaxProblem::TooDeep { levels: DEPTH });
        }
        let text = match &node.tree {
            Tree::Text(text) | Tree::Number(text) | Tree::Ambiguous(text, _) => text.len(),
            _ => 0,
        };
        if !self.take(text) {
            return Err(SyntaxProblem::TooLarge);
        }
        let mut deepest = depth;
        for item in node.items().unwrap_or_default() {
            deepest = deepest.max(self.copy(item, depth + 1)?);
        }
        for entry in node.entries().unwrap_or_default() {
            if !self.take(entry.key.len()) {
                return Err(SyntaxProblem::TooLarge);
            }
            deepest = deepest.max(self.copy(&entry.node, depth + 1)?);
        }
        Ok(deepest)
    }
}
