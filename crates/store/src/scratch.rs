//! Scratch files for what does not fit into memory: without a name, and gone with the program, however it ends. And scratch folders.

use logs::{Scratch, Spill};
use std::io;
use std::path::Path;

/// Makes scratch files in the system's folder for them.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScratchFiles;

impl Spill for ScratchFiles {
    fn create(&self) -> io::Result<Box<dyn Scratch>> {
        Ok(Box::new(tempfile::tempfile()?))
    }
}

/// A folder that goes when this value does.
#[derive(Debug)]
pub struct ScratchFolder(tempfile::TempDir);

impl ScratchFolder {
    /// Makes one in the system's folder for them, whose name begins so, and that only its owner may look into.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn new(prefix: &str) -> io::Result<Self> {
        tempfile::Builder::new().prefix(prefix).tempdir().map(Self)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}
