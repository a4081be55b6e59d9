//! Scratch files for what does not fit into memory: without a name, and gone with the program, however it ends.

use logs::{Scratch, Spill};
use std::io;

/// Makes scratch files in the system's folder for them.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScratchFiles;

impl Spill for ScratchFiles {
    fn create(&self) -> io::Result<Box<dyn Scratch>> {
        Ok(Box::new(tempfile::tempfile()?))
    }
}
