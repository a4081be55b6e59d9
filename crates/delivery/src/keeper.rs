//! What was read of a file, on its way into the index.

use crate::sources::NO_TAG;
use logs::scan::File;
use logs::{Sheet, Trouble};
use store::{Batch, Index};

/// One thread's way into the index.
pub(crate) struct Keeper<'a> {
    index: Option<&'a Index>,
    batch: Batch,
}

impl<'a> Keeper<'a> {
    /// Without an index nothing is kept.
    pub(crate) fn into(index: Option<&'a Index>) -> Self {
        Keeper { index, batch: Batch::default() }
    }

    /// Keeps what was found in a file; not of one that came out of the index, or that may change without a trace, or that only
    /// this machine at this moment could not hold.
    pub(crate) fn keep(&mut self, file: &File, sheet: &Sheet) {
        let Some(index) = self.index.filter(|_| file.known.is_none() && file.tag != NO_TAG) else { return };
        if sheet.facts.trouble.as_ref().is_some_and(|why| *why == Trouble::NoMemory.to_string()) {
            return;
        }
        self.batch.keep(index, file.tag, sheet);
    }

    /// Writes what waits.
    pub(crate) fn end(&mut self) {
        if let Some(index) = self.index {
            self.batch.write(index);
        }
    }
}
