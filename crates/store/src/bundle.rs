//! The evidence bundle, `invoketrail.bundle/1`: what an audit was decided from, the audit in every format, and a manifest of hashes.
//!
//! A folder, or an archive of one (`.tar.zst`). Whoever has it decides the audit again without credentials.

mod answers_format;
mod archive;
mod error;
mod folder;
mod found;
mod kept_answers;
mod manifest;
mod parts;
mod read;
mod recalled;
mod write;

pub use error::BundleError;
pub use kept_answers::KeptAnswers;
pub use manifest::{Decided, FileEntry};
pub use parts::is_input;
pub use read::{Bundle, Damage, read_bundle};
pub use recalled::Answers;
pub use write::{Part, bundle_target, sum_of, write_bundle};

use std::path::Path;

/// What the name of an archive ends with.
const SUFFIX: &str = ".tar.zst";

/// The manifest's name.
pub const MANIFEST: &str = "manifest.json";

/// True iff the path names an archive.
#[must_use]
pub fn is_archive(path: &Path) -> bool {
    path.to_string_lossy().ends_with(SUFFIX)
}

#[cfg(test)]
mod tests;
