//! The modifiers behind a field's name: `eventName|contains|all`.

use super::error::{Problem, plain};
use super::matcher::{Compare, How};

/// How a value is rewritten before it is compared, in the order of the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rewrite {
    Windash,
    Base64,
    Base64Offset,
    Utf16Le,
    Utf16Be,
    Utf16,
}

/// With what a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Text(How),
    Regex,
    Cidr,
    Exists,
    Compare(Compare),
}

/// A field with its modifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Modified {
    /// None iff keywords are meant.
    pub(crate) field: Option<String>,
    pub(crate) rewrites: Vec<Rewrite>,
    pub(crate) mode: Mode,
    pub(crate) fieldref: bool,
    pub(crate) every: bool,
    pub(crate) cased: bool,
    pub(crate) negated: bool,
    pub(crate) flags: Flags,
}

/// Flags of a regular expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Flags {
    pub(crate) insensitive: bool,
    pub(crate) multi_line: bool,
    pub(crate) dot_all: bool,
}

/// Reads a key of a selection.
pub(crate) fn read(key: &str) -> Result<Modified, Problem> {
    let mut words = key.split('|');
    let field = words.next().unwrap_or_default().trim();
    if field.contains(['[', ']', '{', '}', '*']) {
        return Err(Problem::Unsupported(format!(
            "`{}` as a field's name: write a path such as `resources.ARN`; it",
            plain(field)
        )));
    }
    let mut modified = Modified {
        field: (!field.is_empty()).then(|| field.to_owned()),
        rewrites: Vec::new(),
        mode: Mode::Text(How::Whole),
        fieldref: false,
        every: false,
        cased: false,
        negated: false,
        flags: Flags::default(),
    };
    for word in words {
        modified.add(word.trim()).map_err(|problem| match problem {
            Wrong::Unknown => Problem::Unsupported(format!(
                "the modifier `{}` of the field `{}`",
                plain(word),
                plain(field)
            )),
            Wrong::Here(why) => Problem::Field { field: plain(key), why },
        })?;
    }
    modified.check().map_err(|why| Problem::Field { field: plain(key), why: why.to_owned() })?;
    Ok(modified)
}

enum Wrong {
    Unknown,
    Here(String),
}

impl Modified {
    fn add(&mut self, word: &str) -> Result<(), Wrong> {
        match word {
            "contains" => self.set(Mode::Text(How::Contains), word)?,
            "startswith" => self.set(Mode::Text(How::Starts), word)?,
            "endswith" => self.set(Mode::Text(How::Ends), word)?,
            "re" => self.set(Mode::Regex, word)?,
            "cidr" => self.set(Mode::Cidr, word)?,
            "exists" => self.set(Mode::Exists, word)?,
            "lt" => self.set(Mode::Compare(Compare::Less), word)?,
            "lte" => self.set(Mode::Compare(Compare::AtMost), word)?,
            "gt" => self.set(Mode::Compare(Compare::More), word)?,
            "gte" => self.set(Mode::Compare(Compare::AtLeast), word)?,
            "i" | "m" | "s" if self.mode != Mode::Regex => {
                return Err(Wrong::Here(format!("`{word}` must follow `re`")));
            }
            "i" => self.flags.insensitive = true,
            "m" => self.flags.multi_line = true,
            "s" => self.flags.dot_all = true,
            "all" => self.every = true,
            "cased" => self.cased = true,
            "neq" => self.negated = true,
            "fieldref" => self.fieldref = true,
            "windash" => self.rewrites.push(Rewrite::Windash),
            "base64" => self.rewrites.push(Rewrite::Base64),
            "base64offset" => self.rewrites.push(Rewrite::Base64Offset),
            "wide" | "utf16le" => self.rewrites.push(Rewrite::Utf16Le),
            "utf16be" => self.rewrites.push(Rewrite::Utf16Be),
            "utf16" => self.rewrites.push(Rewrite::Utf16),
            // `expand` needs lists that only a pipeline of another tool has; the times need a time zone.
            _ => return Err(Wrong::Unknown),
        }
        Ok(())
    }

    fn set(&mut self, mode: Mode, word: &str) -> Result<(), Wrong> {
        if self.mode != Mode::Text(How::Whole) {
            return Err(Wrong::Here(format!("`{word}` and the modifier before it exclude each other")));
        }
        self.mode = mode;
        Ok(())
    }

    /// Why the modifiers cannot be meant together.
    fn check(&self) -> Result<(), &'static str> {
        let text = matches!(self.mode, Mode::Text(_));
        if self.fieldref && (!text || !self.rewrites.is_empty()) {
            return Err(
                "`fieldref` goes with `contains`, `startswith`, `endswith`, `cased`, `neq` and `all` only",
            );
        }
        if !text && !self.rewrites.is_empty() {
            return Err("a value that is rewritten must be compared as a text");
        }
        if self.cased && !text {
            return Err("`cased` goes with texts only; a regular expression minds case already");
        }
        if self.field.is_none() && (self.fieldref || matches!(self.mode, Mode::Exists)) {
            return Err("the modifier needs a field's name before it");
        }
        Ok(())
    }
}
