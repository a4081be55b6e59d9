//! What an earlier `check` found, for `--fail-on new`.

use super::document::{self, DocumentError, Format};
use serde::Deserialize;
use std::collections::BTreeSet;

const CHECK: Format = Format { name: "invoketrail.check", version: 1, noun: "a check as JSON" };

/// An earlier check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckBaseline {
    /// The language of its file.
    pub language: String,
    /// The accounts that it was about, as far as they were known.
    pub accounts: Vec<String>,
    /// The ids of its findings.
    pub ids: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Shape {
    language: String,
    accounts: Vec<String>,
    findings: Vec<FindingShape>,
}

#[derive(Deserialize)]
struct FindingShape {
    id: String,
}

/// What `check --format json` told.
///
/// # Errors
/// [`DocumentError`], in one line, with the place in the file.
pub fn read_check(bytes: &[u8]) -> Result<CheckBaseline, DocumentError> {
    let shape: Shape = document::read(bytes, CHECK)?;
    let ids = shape.findings.into_iter().map(|one| one.id).collect();
    Ok(CheckBaseline { language: shape.language, accounts: shape.accounts, ids })
}
