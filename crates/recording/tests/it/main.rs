//! What holds the decision procedure: the oracle, and the laws.

mod agreement;
mod alphabet;
mod common;
mod decider;
mod laws;
