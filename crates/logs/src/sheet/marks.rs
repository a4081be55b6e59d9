//! Facts of a row that are yes or no.

use serde::{Deserialize, Serialize};

/// Facts of a row that are yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Marks(u16);

impl Marks {
    /// An attempt to run an event that was accepted before: `InvokeExecution`.
    pub const EXECUTION: Marks = Marks(1);
    /// `invocationType` is `Event`: the answer came before the function ran.
    pub const ASYNC: Marks = Marks(1 << 1);
    /// `invocationType` is `DryRun`: nothing ran.
    pub const DRY_RUN: Marks = Marks(1 << 2);
    /// There is an `errorCode`.
    pub const ERROR: Marks = Marks(1 << 3);
    /// `sessionCredentialFromConsole` is `"true"`.
    pub const CONSOLE: Marks = Marks(1 << 4);
    /// A service called, by itself or for a principal.
    pub const SERVICE: Marks = Marks(1 << 5);
    /// Called through an HTTP endpoint of the function, as the event's name says.
    pub const URL: Marks = Marks(1 << 6);
    /// The caller belongs to another account than the function.
    pub const FOREIGN: Marks = Marks(1 << 7);
    /// `invocationType` is `RequestResponse`: no execution record follows.
    pub const SYNC: Marks = Marks(1 << 8);
    /// Starts or steers a MicroVM.
    pub const MICROVM: Marks = Marks(1 << 9);
    /// [`super::Row::event`] is the UUID itself.
    pub const EVENT_UUID: Marks = Marks(1 << 10);
    /// [`super::Row::request`] is the UUID itself.
    pub const REQUEST_UUID: Marks = Marks(1 << 11);
    /// It corrects the record of an event that was delivered before: [`super::Row::event`] is the id of that one.
    pub const CORRECTS: Marks = Marks(1 << 12);
    /// Not, or not for certain, of a plain function: see [`crate::record::Record::is_of_function`].
    pub const OTHER_KIND: Marks = Marks(1 << 13);
    /// Of a web function, as the event's name says.
    pub const WEB: Marks = Marks(1 << 14);

    /// True iff one of `marks` is set.
    #[must_use]
    pub const fn any(self, marks: Marks) -> bool {
        self.0 & marks.0 != 0
    }

    /// Both.
    #[must_use]
    pub const fn and(self, marks: Marks) -> Marks {
        Marks(self.0 | marks.0)
    }

    pub(super) fn set(&mut self, marks: Marks, when: bool) {
        if when {
            self.0 |= marks.0;
        }
    }
}
