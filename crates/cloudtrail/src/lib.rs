//! What AWS CloudTrail is, as values: ARNs, events, event selectors, recorders, and the definition of recording.
//!
//! The one question this crate answers is [`records`]: *does this selector record this event?* Everything above it
//! (covers, witnesses, findings, plans) is reasoning about that one definition. This crate never reads a clock, a file or
//! the network, and never decides whether an account is compliant.

pub mod arn;
pub mod asked;
pub mod event;
pub mod names;
pub mod recorder;
pub mod regions;
pub mod resource;
pub mod selector;
pub mod selector_json;
pub mod time;

mod records;

pub use records::{Answer, TurnedAway, basic_value, records};
