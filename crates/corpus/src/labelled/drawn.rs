//! Numbers and ids, drawn.

use crate::rng::{HEX, Rng};

/// What `Rng::pick` takes.
pub(super) fn refs(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}

/// A whole number below `end`.
pub(super) fn whole(rng: &mut Rng, end: i64) -> i64 {
    i64::try_from(rng.below(u64::try_from(end).unwrap_or(0))).unwrap_or(0)
}

/// Twelve digits.
pub(super) fn number(rng: &mut Rng) -> String {
    format!("{:012}", 100_000_000_000 + rng.below(899_999_999_999))
}

/// An id of a network interface or the like.
pub(super) fn hex(rng: &mut Rng, length: usize) -> String {
    rng.text(HEX, length)
}
