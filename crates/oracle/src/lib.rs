//! Tests only: the question of the decision procedure, answered slowly, and generators of small worlds to ask it of.
//!
//! Nothing here calls [`cloudtrail::records`] or the decision procedure: what they say is compared with what stands here,
//! which is written to be read beside the documentation of AWS, not to be fast.

// This crate is a test: it may stop on what cannot be.
#![allow(clippy::panic, reason = "a generator that contradicts itself must stop the test")]

pub mod enumerate;
pub mod naive;
pub mod translate;
pub mod worlds;
