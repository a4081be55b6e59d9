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
    /// It was to be taken back, and stays because others use it: looked at again when they no longer do.
    Used,
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
        matches!(self, Self::Done | Self::Found | Self::Used)
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
    /// It was to be taken back and stays, because others use it by now.
    Used(usize),
    /// It was not set, or not as wanted: what was found or said, in one line.
    Failed(usize, String),
    /// AWS refused it, and it was read back as it was before: it is certainly not set by us. What was said, in one line.
    Refused(usize, String),
}

/// What a journal is: by its own marks, and by the journal of its undo, which is a journal like any other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was changed: there is none, or nothing in it was begun.
    #[default]
    Fresh,
    /// It was stopped before its end.
    Begun,
    /// Every step is done.
    Finished,
    /// Its undo was stopped before its end.
    TakingBack,
    /// Its undo is finished.
    TakenBack,
}

/// What asks for a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Applying the plan that it would be the journal of.
    Apply,
    /// Going on with it.
    Resume,
    /// Taking it back.
    Undo,
}

/// What is to be done then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As asked. A journal of an earlier run that has not ended is never overwritten; one that did nothing makes way for another plan.
    Go,
    /// There is nothing left to do where the account is still as the journal left it, and that is compared.
    Compare,
    /// It makes way for a new one, and is kept under another name.
    MakeWay,
    /// The undo that was begun goes on.
    GoOnWithUndo,
    /// Refused: the undo that was begun has to end first.
    UndoFirst,
    /// Refused: nothing of it is left.
    Gone,
}

impl Standing {
    /// From its own marks, and what the journal of its undo is.
    #[must_use]
    pub fn of(marks: &[Mark], undo: Standing) -> Self {
        match undo {
            Self::Finished => Self::TakenBack,
            Self::Begun | Self::TakingBack => Self::TakingBack,
            // An undo that was taken back itself has put everything again.
            Self::Fresh | Self::TakenBack => match marks {
                [] => Self::Fresh,
                all if all.iter().all(|mark| mark.is_over()) => Self::Finished,
                some if some.iter().any(|mark| mark.is_begun()) => Self::Begun,
                _ => Self::Fresh,
            },
        }
    }

    /// What each command may do with it.
    #[must_use]
    pub fn way(self, deed: Deed) -> Way {
        match (self, deed) {
            (Self::Fresh | Self::Begun, _) | (Self::Finished, Deed::Undo) => Way::Go,
            (Self::Finished, Deed::Apply | Deed::Resume) | (Self::TakenBack, Deed::Undo) => Way::Compare,
            (Self::TakingBack, Deed::Apply | Deed::Resume) => Way::UndoFirst,
            (Self::TakingBack, Deed::Undo) => Way::GoOnWithUndo,
            (Self::TakenBack, Deed::Apply) => Way::MakeWay,
            (Self::TakenBack, Deed::Resume) => Way::Gone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Deed, Mark, Standing, Way};

    #[test]
    fn what_a_journal_is_follows_from_it_and_its_undo() {
        use Standing::{Begun, Finished, Fresh, TakenBack, TakingBack};
        let done = [Mark::Done, Mark::Found];
        let half = [Mark::Done, Mark::Fresh];
        for (marks, undo, standing) in [
            (&[][..], Fresh, Fresh),
            (&[Mark::Fresh], Fresh, Fresh),
            (&[Mark::Intended], Fresh, Begun),
            (&half, Fresh, Begun),
            (&done, Fresh, Finished),
            (&[Mark::Found], Fresh, Finished),
            (&half, Begun, TakingBack),
            (&done, Begun, TakingBack),
            (&half, Finished, TakenBack),
            (&done, Finished, TakenBack),
            // The undo was undone: half, and to its end.
            (&done, TakingBack, TakingBack),
            (&done, TakenBack, Finished),
            (&half, TakenBack, Begun),
        ] {
            assert_eq!(Standing::of(marks, undo), standing, "{marks:?} {undo:?}");
        }
    }

    #[test]
    fn what_each_command_may_do_with_each_journal() {
        for (standing, [apply, resume, undo]) in [
            (Standing::Fresh, [Way::Go, Way::Go, Way::Go]),
            (Standing::Begun, [Way::Go, Way::Go, Way::Go]),
            (Standing::Finished, [Way::Compare, Way::Compare, Way::Go]),
            (Standing::TakingBack, [Way::UndoFirst, Way::UndoFirst, Way::GoOnWithUndo]),
            (Standing::TakenBack, [Way::MakeWay, Way::Gone, Way::Compare]),
        ] {
            let found = [Deed::Apply, Deed::Resume, Deed::Undo].map(|deed| standing.way(deed));
            assert_eq!(found, [apply, resume, undo], "{standing:?}");
        }
    }
}
