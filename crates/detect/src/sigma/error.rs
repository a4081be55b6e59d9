//! Why a rule cannot run: one plain line that names the file, the rule and what it uses.

use std::fmt;

/// One thing in one rule that keeps it from running.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RuleError {
    /// The file's name as the caller gave it.
    pub file: String,
    /// Line in the file, from 1; none iff the whole file is meant.
    pub line: Option<usize>,
    /// Title of the rule, else its id; none iff the document has neither.
    pub rule: Option<String>,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file is longer than we read.
    #[error("the file has {0} bytes; at most {limit} are read", limit = super::MAX_FILE)]
    LongFile(usize),
    /// There are more rules than we run.
    #[error("more than {limit} rules were given", limit = super::MAX_RULES)]
    TooManyRules,
    /// The text is not the YAML that we read.
    #[error("not readable as YAML: {0}")]
    Yaml(String),
    /// A part that a rule must have is missing.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A part is not of the form that it must have.
    #[error("`{part}` must be {expected}, and it is {found}")]
    Form {
        /// The part, as the rule calls it.
        part: String,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// The rule uses something of Sigma that we do not run.
    #[error("{0} is not supported")]
    Unsupported(String),
    /// The condition cannot be read.
    #[error("condition `{condition}`: {why}")]
    Condition {
        /// The condition as it was written.
        condition: String,
        /// What is wrong with it.
        why: String,
    },
    /// A field's modifiers or values cannot be used.
    #[error("field `{field}`: {why}")]
    Field {
        /// The field with its modifiers.
        field: String,
        /// What is wrong with it.
        why: String,
    },
    /// A correlation cannot be used.
    #[error("correlation: {0}")]
    Correlation(String),
    /// Two rules have the same id or name.
    #[error("the {kind} `{text}` is also that of another rule, in {other}")]
    Twice {
        /// `id` or `name`.
        kind: &'static str,
        /// The id or name.
        text: String,
        /// The other rule's file.
        other: String,
    },
}

impl fmt::Display for RuleError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", plain(&self.file))?;
        if let Some(line) = self.line {
            write!(out, ":{line}")?;
        }
        if let Some(rule) = &self.rule {
            write!(out, ": rule \"{}\"", plain(rule))?;
        }
        // Words of the rule are in there, and one line is promised.
        write!(out, ": {}", line(&self.problem.to_string(), 600))
    }
}

/// A text of others as part of one line: at most 120 characters, no controls.
pub(crate) fn plain(text: &str) -> String {
    line(text, 120)
}

fn line(text: &str, most: usize) -> String {
    let mut short: String =
        text.chars().take(most).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(most).is_some() {
        short.push('…');
    }
    short
}
