//! What a template proposes to change, judged before it is applied.
//!
//! Pure: bytes of a file in, values out; no clock, no I/O, no sentence that a user reads but errors. A value that is known only after the
//! change is applied stays unknown: it becomes a gap of the inventory, so that no answer rests on a guess.
//!
//! ```text
//! terraform show -json --terraform--\
//!                                    > Document --merge, over an inventory--> Proposal (before, after) --gate--> Gate
//! a CloudFormation template ---------/
//! two documents of selectors -pair--/
//! ```

pub mod cloudformation;
pub mod document;
pub mod gate;
pub mod pair;
pub mod proposal;
pub mod selectors;
pub mod terraform;
pub mod value;
