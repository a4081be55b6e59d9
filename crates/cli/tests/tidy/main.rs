//! The house rules as tests: what `ARCHITECTURE.md` and `CONTRIBUTING.md` say, held against the code.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod circles;
mod dependencies;
mod house;
mod invariants;
mod offers;
mod pages;
mod tree;
