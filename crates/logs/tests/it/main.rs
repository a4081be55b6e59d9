//! The reader: the fast path says what the plain path says, and every byte is accounted for.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

mod agreement;
mod digest_chain;
mod digest_forms;
mod digests;
mod forms;
mod hashes;
mod inflate;
mod records;
