//! An audit that was saved, opened: as JSON, or as a bundle.

use crate::inputs::remember;
use crate::misread::misread;
use crate::named_file::called;
use crate::output::read_within;
use crate::problem::{Problem, io_problem};
use anyhow::Result;
use std::path::Path;
use store::{BundleError, Decided, FileKind, SavedAudit};

/// True iff the path is one of a bundle: a folder with its manifest, or an archive by its name.
pub(crate) fn is_bundle(path: &Path) -> bool {
    store::is_archive(path) || path.join(store::MANIFEST).is_file()
}

/// Opens it.
///
/// # Errors
/// [`Problem`] where the file cannot be read as such a thing.
pub fn open(path: &Path) -> Result<SavedAudit> {
    if path.is_dir() || is_bundle(path) {
        return of_bundle(path);
    }
    let bytes = read_within(path, &store::limits::AUDIT)?;
    read(path, &bytes)
}

fn of_bundle(path: &Path) -> Result<SavedAudit> {
    let bundle = open_bundle(path)?;
    let Decided { version, generated_at, collected_at, caller, answer, controls, .. } = bundle.decided;
    let Some(inputs) = bundle.inputs else {
        let line = format!("{}: its files are not those of its manifest", called(path));
        let verify = format!("`invoketrail bundle verify {}` says which", report::shell_file(path));
        return Err(Problem::new(line).help(verify).into());
    };
    if (collected_at, caller) != (inputs.inventory.collected_at.clone(), inputs.inventory.caller.clone()) {
        let line = format!("{}: its manifest names another collection than its inventory", called(path));
        let verify = format!("`invoketrail bundle verify {}` says which", report::shell_file(path));
        return Err(Problem::new(line).help(verify).into());
    }
    Ok(SavedAudit { version, generated_at, answer, controls, inputs })
}

/// A bundle that is as its manifest says.
///
/// # Errors
/// [`Problem`] iff it is none.
pub fn open_bundle(path: &Path) -> Result<store::Bundle> {
    remember(path);
    std::fs::metadata(path).map_err(|error| io_problem("read", &called(path), &error))?;
    store::read_bundle(path).map_err(|error| unread(path, &error))
}

/// The problem of what cannot be read as a bundle.
#[must_use]
pub fn unread(path: &Path, error: &BundleError) -> anyhow::Error {
    let line = format!("cannot read {} as a bundle: {error}", called(path));
    Problem::new(line).help(error.help()).into()
}

/// Reads its bytes.
///
/// # Errors
/// [`Problem`] where they are none.
pub fn read(path: &Path, bytes: &[u8]) -> Result<SavedAudit> {
    store::read_audit(bytes)
        .map_err(|error| misread(path, bytes, FileKind::Audit, "a saved audit", &error, error.help()).into())
}
