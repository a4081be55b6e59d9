//! Backout: a declared reduction of the recording, for cost. Which functions to leave out, and why those.
//!
//! Exclusion is preferred over a list of the kept: functions created later stay recorded. Whoever is on the must-keep list
//! is never left out. What is not known of a function speaks for keeping it.

mod choose;
mod pattern;
mod risk;

pub use choose::{Choice, Chosen, Wanted, choose, invocations, strangers};
pub use pattern::{Pattern, PatternError};
pub use risk::{Risk, risk};
