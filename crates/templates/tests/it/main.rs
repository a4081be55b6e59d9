//! What templates propose, from plans in the documented format to the answer.
//!
//! The AWS provider is not at hand where these tests run: plans of its resources are written by hand, from Terraform's documented format
//! and the provider's schemas. The files `terraform-1.11-*.json` are what Terraform 1.11.4 wrote for resources of type `terraform_data`.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod buckets;
mod cloudformation;
mod cloudformation_between;
mod cloudformation_buckets;
mod cloudformation_change_sets;
mod cloudformation_functions;
mod cloudformation_gate;
mod cloudformation_hostile;
mod cloudformation_laws;
mod cloudformation_lint;
mod cloudformation_made;
mod cloudformation_resources;
mod cloudformation_sets;
mod elsewhere;
mod gate;
mod handed_over;
mod homes;
mod hostile;
mod in_doubt;
mod pair;
mod plan;
mod proposal;
mod reading;
mod unknown;
mod unknown_changes;
mod unread;
