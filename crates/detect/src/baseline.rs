//! What is usual: who calls what, since when, how much, from where; asked by detections that need a past to judge by.
//!
//! What is asked about a moment rests only on what was before it, except for the day that follows a first call: whether a role that
//! was just rolled out calls steadily shows in its first day.

mod book;
mod deploys;
mod excuses;
pub(crate) mod habit;
mod names;
mod novel;
mod places;
mod robust;
mod tools;
mod uses;
mod works;

pub(crate) use book::Book;
pub(crate) use excuses::{EXPLORES, NEW_FUNCTION};
pub(crate) use names::{count, few, is_break_glass, is_of_people, when};
pub(crate) use novel::{Novel, novel};
pub(crate) use places::{CallOrigin, of_address, place};
pub(crate) use robust::{Hours, Usual, incidents};
pub(crate) use tools::{OFFENSIVE, family, is_interactive, offensive, plain};
pub(crate) use uses::{Kind, Known, Principal, Use};
pub(crate) use works::Session;
