//! The reader: the fast path says what the plain path says, every byte is accounted for, and questions are answered as a naive count does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

mod agreement;
mod ask;
mod asked;
mod corrections;
mod digest_chain;
mod digest_forms;
mod digests;
mod forms;
mod hashes;
mod inflate;
mod live_trails;
mod packed;
mod records;
mod reviewed;
mod scan;
mod shapes;
mod sink;
mod standing;
mod unlisted;
mod worlds;
