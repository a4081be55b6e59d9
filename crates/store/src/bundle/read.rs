//! A bundle that anybody may have made, read: every byte is hashed and compared with the manifest before anything is decided from it.

use super::manifest::{Decided, FileEntry};
use super::recalled::Answers;
use super::{BundleError, archive, folder, is_archive, parts};
use audit::inputs::Inputs;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// A bundle.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// What its manifest says was decided.
    pub decided: Decided,
    /// What its manifest says of its files.
    pub files: Vec<FileEntry>,
    /// Where its files differ from the manifest; empty iff they do not.
    pub damage: Vec<Damage>,
    /// What the audit is decided from; `None` iff there is damage.
    pub inputs: Option<Inputs>,
    /// What AWS answered, where it holds that and there is no damage.
    answers: Option<Arc<File>>,
}

impl Bundle {
    /// What AWS answered, as it answered; `None` iff the bundle holds none of it, or there is damage.
    ///
    /// # Errors
    /// [`BundleError::File`] iff the file of answers cannot be read as such.
    pub fn answers(&self) -> Result<Option<Answers>, BundleError> {
        self.answers.clone().map(Answers::open).transpose()
    }
}

/// A file that is not as the manifest says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Damage {
    /// Its bytes are others.
    Changed(String),
    /// It is not there.
    Missing(String),
    /// The manifest does not name it.
    Added(String),
}

/// Reads a folder or an archive. No more is read of any file than its manifest says, and no link is followed.
///
/// # Errors
/// [`BundleError`] iff it is no bundle, or none of this version.
pub fn read_bundle(path: &Path) -> Result<Bundle, BundleError> {
    let (manifest, found) =
        if path.is_dir() || !is_archive(path) { folder::read(path)? } else { archive::read(path)? };
    let (decided, files) = manifest;
    let mut damage: Vec<Damage> = found.added.into_iter().map(Damage::Added).collect();
    for file in &files {
        match found.hashes.get(&file.path) {
            None => damage.push(Damage::Missing(file.path.clone())),
            Some((size, sha256)) if *size != file.size || !file.sha256.eq_ignore_ascii_case(sha256) => {
                damage.push(Damage::Changed(file.path.clone()));
            }
            Some(_) => {}
        }
    }
    damage.sort_unstable();
    let inputs = if damage.is_empty() {
        let read = parts::read(&found.kept);
        Some(read.map_err(|(file, problem)| BundleError::File { file, problem })?)
    } else {
        None
    };
    let answers = found.answers.filter(|_| damage.is_empty());
    Ok(Bundle { decided, files, damage, inputs, answers })
}
