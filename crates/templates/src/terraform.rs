//! Plans of Terraform and OpenTofu, as `terraform show -json FILE` and `tofu show -json FILE` write them.
//!
//! The file is read once, front to back. Only the attributes that [`crate::document::property`] has a name for are kept, of resources
//! whose type matters; all others are skipped unread, so that no secret of the plan is ever in memory longer than its own bytes. An
//! error names places and never holds a value.

mod change;
mod configuration;
mod properties;
mod read;
mod shape;

use crate::document::{About, Document, Doubt, Incomplete, Language, Proposed};
use crate::value::Value;
use configuration::Configuration;
use read::Kept;
use std::io::Read;

/// A plan cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TerraformError {
    /// It is not JSON.
    #[error("not JSON: line {line}, column {column}, in `{path}`")]
    NotJson {
        /// Where in the file.
        line: usize,
        /// Where in the line.
        column: usize,
        /// Path into the document.
        path: String,
    },
    /// The file ends too early.
    #[error("the file is cut off: it ends in line {line}, column {column}, in `{path}`")]
    Cut {
        /// Where in the file.
        line: usize,
        /// Where in the line.
        column: usize,
        /// Path into the document.
        path: String,
    },
    /// It could not be read to its end.
    #[error("cannot read the file: {0}")]
    Unreadable(String),
    /// It is nested too deeply.
    #[error("`{path}` is nested deeper than 128 levels")]
    TooDeep {
        /// Path into the document.
        path: String,
    },
    /// It holds too much of what matters.
    #[error("`{path}`: the plan holds more than {limit} values of resources that matter")]
    TooLarge {
        /// Path into the document.
        path: String,
        /// How many are read.
        limit: usize,
    },
    /// JSON of the wrong type.
    #[error("`{path}` is not {wanted}")]
    WrongType {
        /// Path into the document.
        path: String,
        /// What should be there.
        wanted: &'static str,
    },
    /// One member twice in one object.
    #[error("`{path}` is there twice")]
    Twice {
        /// Path into the document: the second of them.
        path: String,
    },
    /// An action that we do not know.
    #[error("`{path}` holds actions that this version does not know")]
    Action {
        /// Path into the document.
        path: String,
    },
    /// A format of another major version.
    #[error("`$.format_version` is not 1.x, the only format that this version reads{}", found.as_ref().map(|found| format!(": it is {found}")).unwrap_or_default())]
    Version {
        /// The version, iff it looks like one.
        found: Option<String>,
    },
    /// Another file: what it looks like, and what to give.
    #[error("{0}")]
    NotAPlan(&'static str),
}

const SHOW: &str = "it is not a plan as JSON";
const BINARY: &str = "this is a saved plan: give the output of `terraform show -json PLANFILE`";
const UTF_16: &str =
    "this is UTF-16, as PowerShell writes it: give the output of `terraform show -json PLANFILE` as UTF-8";
const STATE: &str = "this is a state, and not a plan: run `terraform plan -out PLANFILE`, and give the output of `terraform show -json PLANFILE`";
const LOG: &str = "this is the log of `terraform plan -json`: run `terraform plan -out PLANFILE`, and give the output of `terraform show -json PLANFILE`";

/// Reads a plan.
///
/// # Errors
/// [`TerraformError`] iff it is not a plan in format 1.x, or a part that matters cannot be read.
pub fn from_slice(bytes: &[u8]) -> Result<Document, TerraformError> {
    if let Some(other) = looks_like(bytes) {
        return Err(TerraformError::NotAPlan(other));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    document(read::read(serde_json::Deserializer::from_slice(bytes))?)
}

/// Reads a plan of any length, of which little is in memory at a time.
///
/// # Errors
/// As [`from_slice`], and [`TerraformError::Unreadable`] iff the source fails.
pub fn from_reader(mut source: impl Read) -> Result<Document, TerraformError> {
    let mut first = Vec::new();
    let unreadable = |error: std::io::Error| TerraformError::Unreadable(error.kind().to_string());
    source.by_ref().take(4).read_to_end(&mut first).map_err(unreadable)?;
    if let Some(other) = looks_like(&first) {
        return Err(TerraformError::NotAPlan(other));
    }
    let start = if first.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let whole = first.get(start..).unwrap_or_default().chain(source);
    let buffered = std::io::BufReader::with_capacity(1 << 16, whole);
    document(read::read(serde_json::Deserializer::from_reader(buffered))?)
}

/// What a file is by its first bytes, if it is not JSON.
fn looks_like(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"PK") {
        return Some(BINARY);
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Some(UTF_16);
    }
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    first.is_some_and(|byte| *byte != b'{').then_some(SHOW)
}

fn document(kept: Kept) -> Result<Document, TerraformError> {
    let Kept { top, found } = kept;
    check_version(&top)?;
    let configuration = Configuration::of(&top, &found)?;
    let mut resources = Vec::new();
    let mut doubts = incomplete(&top);
    for one in &found.changes {
        change::read(one, &mut resources)?;
    }
    configuration.place(&mut resources, &mut doubts);
    doubts.extend(resources.iter().filter_map(Proposed::not_looked_into));
    Ok(Document { language: Language::Terraform, resources, doubts })
}

/// That this is a plan of a format that we know.
fn check_version(top: &Value) -> Result<(), TerraformError> {
    let version = match top.get("format_version") {
        Some(Value::Text(version)) => version,
        Some(_) => return Err(TerraformError::Version { found: None }),
        None if top.get("@level").is_some() => return Err(TerraformError::NotAPlan(LOG)),
        None => return Err(TerraformError::NotAPlan(SHOW)),
    };
    let major = version.split('.').next().unwrap_or_default();
    if major != "1" {
        let looks = version.len() <= 16 && version.chars().all(|c| c.is_ascii_digit() || c == '.');
        return Err(TerraformError::Version { found: looks.then(|| version.clone()) });
    }
    match top.get("resource_changes") {
        Some(Value::List(_)) => Ok(()),
        Some(_) => Err(TerraformError::WrongType { path: "$.resource_changes".to_owned(), wanted: "a list" }),
        None if top.get("values").is_some() => Err(TerraformError::NotAPlan(STATE)),
        // A plan that changes nothing and holds nothing has no list at all; it has `planned_values`.
        None if top.get("planned_values").is_some() => Ok(()),
        None => Err(TerraformError::NotAPlan(SHOW)),
    }
}

/// Why the plan is not the whole change.
fn incomplete(top: &Value) -> Vec<Doubt> {
    let is = |name: &str, flag: bool| top.get(name) == Some(&Value::Bool(flag));
    let deferred = top.get("deferred_changes").is_some_and(|all| *all != Value::List(Vec::new()));
    let reasons = [
        (is("errored", true), Incomplete::Errored),
        (is("complete", false) && !is("errored", true) && !deferred, Incomplete::Targeted),
        (deferred, Incomplete::Deferred),
    ];
    let so = reasons.into_iter().filter(|(is_so, _)| *is_so);
    so.map(|(_, why)| Doubt::of_file(About::Incomplete(why))).collect()
}
