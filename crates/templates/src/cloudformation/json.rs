//! JSON as a tree whose nodes know where they are. It is strict: no comments, no trailing commas, no member twice.

use super::syntax_error::{SyntaxError, SyntaxProblem};
use super::tree::{At, Budget, DEPTH, Entry, Node, Tree};
use std::collections::HashSet;

/// The document, all of it.
pub(super) fn read(text: &str) -> Result<Node, SyntaxError> {
    let mut reader = Reader { text, offset: 0, at: At::START, budget: Budget::new() };
    let node = reader.value(0)?;
    reader.space();
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.wrong("the end of the file")),
    }
}

struct Reader<'t> {
    text: &'t str,
    offset: usize,
    at: At,
    budget: Budget,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    /// Goes on by one byte that is a character of its own.
    fn step(&mut self) {
        if self.peek() == Some(b'\n') {
            self.at = At { line: self.at.line.saturating_add(1), column: 1 };
        } else {
            self.at.column = self.at.column.saturating_add(1);
        }
        self.offset += 1;
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.step();
        }
    }

    fn error(&self, at: At, problem: SyntaxProblem) -> SyntaxError {
        SyntaxError { line: at.line, column: at.column, problem }
    }

    fn wrong(&self, wanted: &'static str) -> SyntaxError {
        let problem = match self.peek() {
            None => SyntaxProblem::Cut { wanted },
            Some(_) => SyntaxProblem::Json { wanted },
        };
        self.error(self.at, problem)
    }

    fn take(&mut self, text: usize) -> Result<(), SyntaxError> {
        if self.budget.take(text) { Ok(()) } else { Err(self.error(self.at, SyntaxProblem::TooLarge)) }
    }

    fn value(&mut self, depth: usize) -> Result<Node, SyntaxError> {
        self.space();
        let at = self.at;
        if depth > DEPTH {
            return Err(self.error(at, SyntaxProblem::TooDeep { levels: DEPTH }));
        }
        let tree = match self.peek() {
            Some(b'{') => self.map(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Tree::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Tree::Bool(true))?,
            Some(b'f') => self.word("false", Tree::Bool(false))?,
            Some(b'n') => self.word("null", Tree::Null)?,
            _ => return Err(self.wrong("a value")),
        };
        let text = if let Tree::Text(text) = &tree { text.len() } else { 0 };
        self.take(text)?;
        Ok(Node { at, tree })
    }

    fn map(&mut self, depth: usize) -> Result<Tree, SyntaxError> {
        self.step();
        let (mut entries, mut seen) = (Vec::new(), HashSet::new());
        self.space();
        if self.peek() == Some(b'}') {
            self.step();
            return Ok(Tree::Map(entries));
        }
        loop {
            self.space();
            let at = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a member's name in double quotes"));
            }
            let key = self.string()?;
            self.take(key.len())?;
            if !seen.insert(key.clone()) {
                return Err(self.error(at, SyntaxProblem::Twice { key }));
            }
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.wrong("`:`"));
            }
            self.step();
            let node = self.value(depth + 1)?;
            entries.push(Entry { at, key, node });
            self.space();
            match self.peek() {
                Some(b',') => self.step(),
                Some(b'}') => {
                    self.step();
                    return Ok(Tree::Map(entries));
                }
                _ => return Err(self.wrong("`,` or `}`")),
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Tree, SyntaxError> {
        self.step();
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.step();
            return Ok(Tree::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            match self.peek() {
                Some(b',') => self.step(),
                Some(b']') => {
                    self.step();
                    return Ok(Tree::List(items));
                }
                _ => return Err(self.wrong("`,` or `]`")),
            }
        }
    }

    /// A string; what its escapes mean is left to `serde_json`.
    fn string(&mut self) -> Result<String, SyntaxError> {
        let (at, rest) = (self.at, self.rest());
        let mut escaped = false;
        for (length, one) in rest.bytes().enumerate().skip(1) {
            match one {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    let token = rest.get(..=length).unwrap_or_default();
                    let text: String = serde_json::from_str(token)
                        .map_err(|_| self.error(at, SyntaxProblem::Json { wanted: "a valid string" }))?;
                    self.offset += token.len();
                    let characters = u32::try_from(token.chars().count()).unwrap_or(u32::MAX);
                    self.at.column = self.at.column.saturating_add(characters);
                    return Ok(text);
                }
                // A line break ends a string that nobody closed: the place is known best here.
                b'\n' | b'\r' => break,
                _ => {}
            }
        }
        Err(self.error(at, SyntaxProblem::Cut { wanted: "the closing `\"` of this string" }))
    }

    fn number(&mut self) -> Result<Tree, SyntaxError> {
        let rest = self.rest();
        let end = rest
            .bytes()
            .position(|one| !matches!(one, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'))
            .unwrap_or(rest.len());
        let token = rest.get(..end).unwrap_or_default();
        if !is_number(token) {
            return Err(self.wrong("a number"));
        }
        for _ in 0..end {
            self.step();
        }
        Ok(number(token))
    }

    fn word(&mut self, word: &str, tree: Tree) -> Result<Tree, SyntaxError> {
        if !self.rest().starts_with(word) {
            return Err(self.wrong("a value"));
        }
        for _ in 0..word.len() {
            self.step();
        }
        Ok(tree)
    }
}

/// A number of JSON. CloudFormation may write a fraction or an exponent in another form when it makes a text of it.
pub(super) fn number(token: &str) -> Tree {
    if token.bytes().all(|one| one == b'-' || one.is_ascii_digit()) {
        Tree::Number(token.to_owned())
    } else {
        Tree::Ambiguous(token.to_owned(), None)
    }
}

/// True iff the text is a number of JSON.
pub(super) fn is_number(text: &str) -> bool {
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|one| one.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    all_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(all_digits)
        && exponent.is_none_or(|text| all_digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}
