//! Delivered files: where they are, each read once and through the index, and what could not be seen, by the account and Region that it
//! may be about.
//!
//! What is asked of AWS goes through a [`Door`], how far it has come is told to a [`Watch`], and what went wrong is returned: nothing here
//! reads a clock or the environment, and nothing writes to a terminal.

mod control;
mod delivered;
mod detections;
mod door;
mod evidence;
mod invocations;
mod keeper;
#[cfg(feature = "lake")]
pub mod lake;
mod layout;
mod reader;
mod shown;
mod sources;
mod validation;
mod watch;

pub use control::{ControlCalls, control_calls};
pub use delivered::{Delivered, KeyFile, Keys, Proven, Renamed, Search, Unsigned, delivered, has_request};
pub use detections::{Learned, Lesson, learn};
pub use door::Door;
pub use evidence::{
    Counted, Counts, Evidence, Functions, Gathered, LateFiles, NoFunction, NotThere, OfFunction, Scope,
    Sought, asked, gather, pair,
};
pub use invocations::{Answered, AskError, Inquiry, LaterFiles, Located, ask, located};
pub use reader::Reader;
pub use shown::records_of;
pub use sources::{
    LogSource, NotASource, Refusal, Root, Trails, Unlisted, Window, delivered_by, log_sources,
};
pub use validation::{Proved, ToProve, prove};
pub use watch::{Watch, WorkUnderWay};
