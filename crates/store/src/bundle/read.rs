//! A bundle that anybody may have made, read: every byte is hashed and compared with the manifest before anything is decided from it.

use super::manifest::{self, Decided, FileEntry};
use super::recalled::Answers;
use super::{MANIFEST, archive, folder, is_archive, parts};
use crate::document::DocumentError;
use audit::inputs::Inputs;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use text::visible::excerpt;

/// Files beyond those of the manifest that are named.
const NAMED: usize = 100;

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

/// Something cannot be read as a bundle. Nothing in it reaches a terminal unescaped.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// What the file system says.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Not a bundle at all.
    #[error("{0}")]
    NotABundle(String),
    /// It is named as an archive, and cannot be unpacked.
    #[error("it is damaged, cut off or not an archive: {0}")]
    Damaged(String),
    /// The manifest cannot be read.
    #[error("{MANIFEST}: {0}")]
    Manifest(DocumentError),
    /// Its bytes are as the manifest says, and still no audit can be decided from them.
    #[error("{file}: {problem}")]
    File {
        /// Its path in the bundle.
        file: String,
        /// What is wrong.
        problem: String,
    },
}

impl BundleError {
    /// What to do about it, in one line.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Manifest(error) => error.help(),
            Self::Io(_) | Self::NotABundle(_) => {
                "`invoketrail audit --bundle FILE.tar.zst` makes a bundle; one can also be a folder, with manifest.json in it"
            }
            Self::File { .. } | Self::Damaged(_) => "ask whoever made the bundle for another copy",
        }
    }
}

/// What a reader of folders or of archives found beside the manifest.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The hash of each file that the manifest names, and its size.
    pub(super) hashes: BTreeMap<String, (u64, String)>,
    /// The bytes of those from which the audit is decided.
    pub(super) kept: BTreeMap<String, Vec<u8>>,
    /// The answers of AWS.
    pub(super) answers: Option<Arc<File>>,
    /// What the manifest does not name.
    pub(super) added: Vec<String>,
}

impl Found {
    /// Notes a file that the manifest does not name.
    pub(super) fn add(&mut self, path: &str) {
        if self.added.len() < NAMED {
            self.added.push(excerpt(path, 200));
        }
    }
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

/// The manifest, read.
pub(super) type Manifest = (Decided, Vec<FileEntry>);

pub(super) fn manifest_of(bytes: &[u8]) -> Result<Manifest, BundleError> {
    manifest::read(bytes).map_err(BundleError::Manifest)
}
