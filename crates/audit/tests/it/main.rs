//! What an audit answers, over small worlds built by hand and by chance.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod answer;
mod backout_choice;
mod controls;
mod cost;
mod drift;
mod edit;
mod evidence;
mod exceptions;
mod exceptions_match;
mod gaps;
mod hostile;
mod keepers;
mod laws;
mod narrowing;
mod plan;
mod plan_laws;
mod plan_organization;
mod plan_reduce;
mod plan_unseen;
mod planes;
mod reference;
mod remedies;
mod standing;
mod world;
