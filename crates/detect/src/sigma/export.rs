//! Our own detections as Sigma rules, for tools of others. Every text is escaped to ASCII, so whatever it holds stays what it is.

use super::Level;
use super::pattern::escaped;
use std::fmt::Write;

/// A detection over single records, as Sigma says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// A UUID.
    pub id: String,
    /// At most 256 characters.
    pub title: String,
    /// What it finds.
    pub description: String,
    /// Who wrote it.
    pub author: String,
    /// Addresses to read more.
    pub references: Vec<String>,
    /// Tags such as `attack.t1685.002`, in lower case.
    pub tags: Vec<String>,
    /// How bad it is.
    pub level: Level,
    /// When a match means nothing.
    pub falsepositives: Vec<String>,
    /// Selections by name: fields with their modifiers, each with the values any of which will do.
    pub selections: Vec<(String, Fields)>,
    /// Over the names of the selections.
    pub condition: String,
}

/// Fields with their modifiers, and the values any of which will do.
pub type Fields = Vec<(String, Vec<Value>)>;

/// A value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// This text; wildcards in it stand for themselves.
    Text(String),
    /// As Sigma has it: a text with wildcards, a regular expression, a range of addresses.
    Pattern(String),
    /// A whole number.
    Number(i64),
    /// True or false.
    Bool(bool),
    /// Missing, or null.
    Null,
}

/// The rules as one YAML file, a document for each.
pub fn export(rules: &[Exported]) -> String {
    rules.iter().map(document).collect::<Vec<_>>().join("---\n")
}

fn document(rule: &Exported) -> String {
    let mut out = String::new();
    let mut line = |indent: usize, text: String| {
        out.extend(std::iter::repeat_n(' ', indent));
        out.push_str(&text);
        out.push('\n');
    };
    line(0, format!("title: {}", quoted(&rule.title)));
    line(0, format!("id: {}", quoted(&rule.id)));
    line(0, "status: test".to_owned());
    line(0, format!("description: {}", quoted(&rule.description)));
    list(&mut line, "references", &rule.references);
    line(0, format!("author: {}", quoted(&rule.author)));
    list(&mut line, "tags", &rule.tags);
    line(0, "logsource:".to_owned());
    line(4, "product: aws".to_owned());
    line(4, "service: cloudtrail".to_owned());
    line(0, "detection:".to_owned());
    for (name, fields) in &rule.selections {
        line(4, format!("{}:", quoted(name)));
        for (field, values) in fields {
            match values.as_slice() {
                [value] => line(8, format!("{}: {}", quoted(field), scalar(value))),
                values => {
                    line(8, format!("{}:", quoted(field)));
                    values.iter().for_each(|value| line(12, format!("- {}", scalar(value))));
                }
            }
        }
    }
    line(4, format!("condition: {}", quoted(&rule.condition)));
    list(&mut line, "falsepositives", &rule.falsepositives);
    let level = match rule.level {
        Level::Info => "informational",
        Level::Low => "low",
        Level::Medium => "medium",
        Level::High => "high",
        Level::Critical => "critical",
    };
    line(0, format!("level: {level}"));
    out
}

fn list(line: &mut dyn FnMut(usize, String), key: &str, texts: &[String]) {
    if !texts.is_empty() {
        line(0, format!("{key}:"));
        texts.iter().for_each(|text| line(4, format!("- {}", quoted(text))));
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(&escaped(text)),
        Value::Pattern(text) => quoted(text),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Null => "null".to_owned(),
    }
}

/// A YAML text in double quotes. Words of ours are left without, to read well.
fn quoted(text: &str) -> String {
    let mut chars = text.chars();
    let word = chars.next().is_some_and(|first| first.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '|'))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
    if word {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            c => {
                let number = u32::from(c);
                // Writing to a text cannot fail.
                let _ = if number > 0xffff {
                    write!(out, "\\U{number:08x}")
                } else {
                    write!(out, "\\u{number:04x}")
                };
            }
        }
    }
    out.push('"');
    out
}
