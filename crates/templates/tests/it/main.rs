//! Templates of every language: what they declare, and what cannot be known of them.

mod cloudformation;
mod cloudformation_between;
mod cloudformation_change_sets;
mod cloudformation_functions;
mod cloudformation_hostile;
mod cloudformation_laws;
mod cloudformation_lint;
mod cloudformation_resources;
mod cloudformation_sets;
