//! What a reader of folders or of archives found, and the manifest that it is compared with.

use super::BundleError;
use super::manifest::{self, Decided, FileEntry};
use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;
use text::visible::excerpt;

/// Files beyond those of the manifest that are named.
const NAMED: usize = 100;

/// The manifest, read.
pub(super) type Manifest = (Decided, Vec<FileEntry>);

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

pub(super) fn manifest_of(bytes: &[u8]) -> Result<Manifest, BundleError> {
    manifest::read(bytes).map_err(BundleError::Manifest)
}
