//! Why something cannot be read as a bundle.

use super::MANIFEST;
use crate::document::DocumentError;
use std::io;

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
