//! `invoketrail.framework/1`: which requirements of a framework our controls support. Some come with the program, users add theirs.

use audit::controls::{ADVISORY, REQUIRED};
use audit::framework::{Framework, Requirement, Strength};
use serde::Deserialize;
use std::fmt;
use text::nearest::nearest;
use text::shape::in_everyday_words;
use text::visible::{acts, excerpt};
use toml::Value;

const FORMAT: &str = "invoketrail.framework/1";

/// How many characters an id and a text may have.
const ID: usize = 64;
const TEXT: usize = 300;

macro_rules! built_in {
    ($($name:literal)*) => { [$(($name, include_str!(concat!("../../../frameworks/", $name, ".toml")))),*] };
}

/// Those that come with the program: name and text.
const BUILT_IN: [(&str, &str); 11] = built_in! {
    "nist-800-53" "iso-27001" "soc2" "pci-dss" "hipaa" "fedramp" "nis2" "csa-ccm" "cis-controls" "aws-well-architected" "mitre-attack"
};

/// What is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameworkError {
    /// In one line, with the row and the member.
    pub line: String,
    /// What to do.
    pub help: Option<String>,
}

impl fmt::Display for FrameworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.line.fmt(f)
    }
}

fn wrong<T>(line: String) -> Result<T, FrameworkError> {
    Err(FrameworkError { line, help: None })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileShape {
    id: String,
    name: String,
    version: String,
    source: String,
    requirement: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowShape {
    id: String,
    title: String,
    strength: String,
    note: Option<String>,
    source: Option<String>,
    #[serde(default)]
    unconfirmed: bool,
    controls: Vec<String>,
}

/// The frameworks that come with the program.
///
/// # Errors
/// None: a test reads them all.
pub fn built_in_frameworks() -> Result<Vec<Framework>, FrameworkError> {
    let read = |(name, text): &(&str, &str)| {
        let in_file = |error: FrameworkError| FrameworkError { line: format!("{name}: {error}"), ..error };
        read_framework(text).map_err(in_file)
    };
    BUILT_IN.iter().map(read).collect()
}

/// Reads a framework.
///
/// # Errors
/// What is no TOML, with its line; what is missing, unknown or impossible, with the row and the member.
pub fn read_framework(text: &str) -> Result<Framework, FrameworkError> {
    let table: toml::Table = text.parse().or_else(|error: toml::de::Error| {
        let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let at = line.map(|line| format!("line {line}: ")).unwrap_or_default();
        wrong(format!("{at}{}", in_one_line(&error)))
    })?;
    framework(table)
}

/// Reads a framework out of a table, which may come from another document.
///
/// # Errors
/// As [`read_framework`].
pub(crate) fn framework(mut table: toml::Table) -> Result<Framework, FrameworkError> {
    match table.remove("format").as_ref().and_then(Value::as_str) {
        Some(FORMAT) => {}
        Some(other) => return wrong(format!("`format` is {}, not {FORMAT}", excerpt(other, 60))),
        None => return wrong(format!("`format` is missing: expected `format = \"{FORMAT}\"`")),
    }
    let file: FileShape = table.try_into().or_else(|error| wrong(in_one_line(&error)))?;
    let typed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !file.id.bytes().all(typed) {
        return wrong("`id` may hold a-z, 0-9 and - only".to_owned());
    }
    for (member, value, most) in [
        ("id", &file.id, ID),
        ("name", &file.name, ID),
        ("version", &file.version, TEXT),
        ("source", &file.source, TEXT),
    ] {
        plain(member, value, most)?;
    }
    if file.requirement.is_empty() {
        return wrong("`requirement` has no row".to_owned());
    }
    let mut requirements: Vec<Requirement> = Vec::new();
    for (at, row) in file.requirement.into_iter().enumerate() {
        let id = row.get("id").and_then(Value::as_str).map(|id| format!(" ({})", excerpt(id, ID)));
        let in_row = |error: FrameworkError| {
            let line = format!("requirement {}{}: {error}", at + 1, id.as_deref().unwrap_or_default());
            FrameworkError { line, ..error }
        };
        let one = requirement(row, &file.source).map_err(in_row)?;
        if requirements.iter().any(|other| other.id == one.id) {
            return wrong("`id` is that of an earlier row".to_owned()).map_err(in_row);
        }
        requirements.push(one);
    }
    Ok(Framework { id: file.id, name: file.name, version: file.version, requirements })
}

fn in_one_line(error: &toml::de::Error) -> String {
    let said = error.message().lines().collect::<Vec<_>>().join(" ");
    excerpt(&in_everyday_words(&said), 200)
}

/// No text may be empty, longer than documents take, or act on whoever looks at it.
fn plain(member: &str, value: &str, most: usize) -> Result<(), FrameworkError> {
    if value.trim().is_empty() {
        return wrong(format!("`{member}` is empty"));
    }
    if value.chars().count() > most {
        return wrong(format!("`{member}` has more than {most} characters"));
    }
    match value.chars().find(|one| acts(*one)) {
        Some(one) => wrong(format!("`{member}` holds the invisible character U+{:04X}", u32::from(one))),
        None => Ok(()),
    }
}

fn requirement(row: Value, source: &str) -> Result<Requirement, FrameworkError> {
    let row: RowShape = row.try_into().or_else(|error| wrong(in_one_line(&error)))?;
    let source = row.source.unwrap_or_else(|| source.to_owned());
    let members = [("id", &row.id, ID), ("title", &row.title, TEXT), ("source", &source, TEXT)];
    let note = row.note.as_ref().map(|note| ("note", note, TEXT));
    for (member, value, most) in members.into_iter().chain(note) {
        plain(member, value, most)?;
    }
    let Some(strength) = Strength::ALL.into_iter().find(|one| one.as_str() == row.strength) else {
        let typed = excerpt(&row.strength, ID);
        return wrong(format!("`strength` is `{typed}`, not primary or supporting"));
    };
    if row.controls.is_empty() {
        return wrong("`controls` is empty".to_owned());
    }
    for (at, control) in row.controls.iter().enumerate() {
        let known = || REQUIRED.into_iter().chain(ADVISORY);
        if !known().any(|one| one == control) {
            let help = near(control, &known().collect::<Vec<_>>(), "the controls are");
            let line = format!("`controls` names `{}`, which is not a control", excerpt(control, ID));
            return Err(FrameworkError { line, help: Some(help) });
        }
        if row.controls[..at].contains(control) {
            return wrong(format!("`controls` names `{control}` twice"));
        }
    }
    let (id, title, note) = (row.id, row.title, row.note);
    Ok(Requirement {
        id,
        title,
        strength,
        note,
        source,
        unconfirmed: row.unconfirmed,
        controls: row.controls,
    })
}

fn near(typed: &str, known: &[&str], all: &str) -> String {
    let begun = known
        .iter()
        .copied()
        .filter(|one| !typed.is_empty() && one.starts_with(typed))
        .min_by_key(|one| one.len());
    match begun.or_else(|| nearest(typed, known.iter().copied())) {
        Some(one) => format!("did you mean `{one}`?"),
        None => format!("{all}: {}", known.join(", ")),
    }
}

/// The table of a framework, from which [`framework`] makes the same.
pub(crate) fn table_of(framework: &Framework) -> Value {
    let text = |value: &str| Value::String(value.to_owned());
    let row = |one: &Requirement| {
        let mut row = toml::Table::new();
        let members = [
            ("id", one.id.as_str()),
            ("title", &one.title),
            ("strength", one.strength.as_str()),
            ("source", &one.source),
        ];
        for (member, value) in members.into_iter().chain(one.note.as_deref().map(|note| ("note", note))) {
            row.insert(member.to_owned(), text(value));
        }
        row.insert("unconfirmed".to_owned(), Value::Boolean(one.unconfirmed));
        let controls = one.controls.iter().map(|control| text(control)).collect();
        row.insert("controls".to_owned(), Value::Array(controls));
        Value::Table(row)
    };
    let source = framework.requirements.first().map_or("", |one| one.source.as_str());
    let mut table = toml::Table::new();
    for (member, value) in [
        ("format", FORMAT),
        ("id", &framework.id),
        ("name", &framework.name),
        ("version", &framework.version),
        ("source", source),
    ] {
        table.insert(member.to_owned(), text(value));
    }
    let rows = framework.requirements.iter().map(row).collect();
    table.insert("requirement".to_owned(), Value::Array(rows));
    Value::Table(table)
}

/// Adds a framework of the user's.
///
/// # Errors
/// Where its id is taken.
pub fn among(mut all: Vec<Framework>, own: Framework) -> Result<Vec<Framework>, FrameworkError> {
    if all.iter().any(|one| one.id == own.id) {
        let line = format!("`id`: another framework is called {}", own.id);
        return Err(FrameworkError { line, help: Some("choose another id".to_owned()) });
    }
    all.push(own);
    Ok(all)
}

/// Those that were asked for, each once.
///
/// # Errors
/// That there is none of a name, with the nearest.
pub fn chosen(all: Vec<Framework>, asked: &[String]) -> Result<Vec<Framework>, FrameworkError> {
    let known: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
    if let Some(unknown) = asked.iter().find(|asked| !known.contains(&asked.as_str())) {
        let help = near(&unknown.to_lowercase(), &known, "frameworks are");
        let line = format!("no framework is called `{}`", excerpt(unknown, ID));
        return Err(FrameworkError { line, help: Some(help) });
    }
    Ok(all.into_iter().filter(|one| asked.contains(&one.id)).collect())
}

#[cfg(test)]
mod tests;
