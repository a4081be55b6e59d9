//! The files of a bundle from which its audit is decided again.

use super::answers_format::ANSWERS_FILE;
use crate::document::{self, DocumentError};
use crate::exceptions_file::{read_exceptions, write_exceptions};
use crate::inventory_file::{read_inventory, write_inventory};
use crate::limits::{DOCUMENT, INVENTORY, Limit};
use crate::saved_audit::{CHOICES_FORMAT, Choices};
use audit::inputs::Inputs;
use audit::inventory::Inventory;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Write};

pub(super) const INVENTORY_FILE: &str = "inventory.json";
pub(super) const BASELINE_FILE: &str = "baseline.json";
pub(super) const EXCEPTIONS_FILE: &str = "exceptions.json";
pub(super) const CHOICES_FILE: &str = "choices.json";

/// How much is read of each; `None` iff the file is none of them.
pub(super) fn limit_of(path: &str) -> Option<Limit> {
    match path {
        INVENTORY_FILE | BASELINE_FILE => Some(INVENTORY),
        EXCEPTIONS_FILE | CHOICES_FILE => Some(DOCUMENT),
        _ => None,
    }
}

/// True iff an audit is decided from the file of that path in a bundle.
#[must_use]
pub fn is_input(path: &str) -> bool {
    path == ANSWERS_FILE || limit_of(path).is_some()
}

#[derive(Serialize, Deserialize)]
struct ChoicesShape {
    format: String,
    #[serde(flatten)]
    choices: Choices,
}

/// Those that the inputs need.
pub(super) fn names(inputs: &Inputs) -> Vec<&'static str> {
    let baseline = inputs.baseline.as_ref().map(|_| BASELINE_FILE);
    let exceptions = (!inputs.exceptions.is_empty()).then_some(EXCEPTIONS_FILE);
    [Some(INVENTORY_FILE), baseline, exceptions, Some(CHOICES_FILE)].into_iter().flatten().collect()
}

/// Writes one of them.
pub(super) fn write(inputs: &Inputs, name: &str, out: &mut dyn Write) -> io::Result<()> {
    match (name, &inputs.baseline) {
        (BASELINE_FILE, Some(baseline)) => write_inventory(baseline, out),
        (EXCEPTIONS_FILE, _) => out.write_all(write_exceptions(&inputs.exceptions).as_bytes()),
        (CHOICES_FILE, _) => {
            let shape = ChoicesShape { format: CHOICES_FORMAT.tag(), choices: Choices::of(inputs) };
            let text = serde_json::to_string_pretty(&shape)?;
            writeln!(out, "{}", text::visible::json(&text))
        }
        _ => write_inventory(&inputs.inventory, out),
    }
}

/// The inputs out of these files; the file that is wrong, and why.
pub(super) fn read(files: &BTreeMap<String, Vec<u8>>) -> Result<Inputs, (String, String)> {
    let file = |name: &str| files.get(name).map(Vec::as_slice);
    let missing = |name: &str| (name.to_owned(), "it is missing".to_owned());
    let inventory = |name: &'static str, bytes: &[u8]| -> Result<Inventory, (String, String)> {
        read_inventory(bytes).map_err(|error| (name.to_owned(), error.to_string()))
    };
    let document = |name: &'static str| move |error: DocumentError| (name.to_owned(), error.to_string());
    let mut inputs = Inputs {
        inventory: inventory(INVENTORY_FILE, file(INVENTORY_FILE).ok_or_else(|| missing(INVENTORY_FILE))?)?,
        ..Inputs::default()
    };
    if let Some(bytes) = file(BASELINE_FILE) {
        inputs.baseline = Some(inventory(BASELINE_FILE, bytes)?);
    }
    if let Some(bytes) = file(EXCEPTIONS_FILE) {
        inputs.exceptions = read_exceptions(bytes).map_err(document(EXCEPTIONS_FILE))?;
    }
    let choices = file(CHOICES_FILE).ok_or_else(|| missing(CHOICES_FILE))?;
    let shape: ChoicesShape = document::read(choices, CHOICES_FORMAT).map_err(document(CHOICES_FILE))?;
    shape.choices.put_into(&mut inputs, "").map_err(document(CHOICES_FILE))?;
    Ok(inputs)
}
