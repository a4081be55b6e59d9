//! What holds the decision procedure: the oracle, the laws, and the pages of `spec/`, which run.

mod agreement;
mod alphabet;
mod anywhere;
mod callers;
mod common;
mod decider;
mod inclusion;
mod laws;
mod principals;
mod size;
mod spec;
