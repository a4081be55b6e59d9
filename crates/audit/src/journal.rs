//! What is written down while changes are carried out: the words that whoever carries out and whoever keeps the journal share.

use std::io;

/// How far each change has come, by the journal of an earlier run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// Not begun.
    #[default]
    Fresh,
    /// It was about to be set: it may or may not be.
    Intended,
    /// Set and read back.
    Done,
    /// It was there before as it is wanted, so nothing was set: it is never taken back.
    Found,
}

impl Mark {
    /// True iff the account may have been changed.
    #[must_use]
    pub fn is_begun(self) -> bool {
        matches!(self, Self::Intended | Self::Done)
    }

    /// True iff there is nothing left to do.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Found)
    }
}

/// Where what is done is written down before and after it is done.
pub trait Journal {
    /// Writes the entry such that it is still there after the machine lost its power.
    ///
    /// # Errors
    /// What the file system says; then nothing more is changed.
    fn write(&mut self, entry: &Entry) -> io::Result<()>;
}

/// A line of the journal; numbers are positions among the changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The change is about to be set.
    Intent(usize),
    /// It was set and read back.
    Done(usize),
    /// It was there before as it is wanted: nothing was set, and nothing is to be taken back.
    Found(usize),
    /// It was to be deleted and is kept, because AWS says that something is in it: there is nothing more to do.
    Kept(usize),
    /// It was not set, or not as wanted: what was found or said, in one line.
    Failed(usize, String),
}
