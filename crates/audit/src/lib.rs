//! What was seen of accounts, judged: an inventory in, findings out.
//!
//! Pure: no clock (the time is an argument), no I/O, no SDK type, no wire format. Ignorance is data: what could not be
//! read is a [`inventory::Gap`], and a finding that rests on one is undetermined, never a pass.

pub mod finding;
pub mod inventory;
