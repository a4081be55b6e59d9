//! What templates propose, from plans in the documented format to the answer.
//!
//! The AWS provider is not at hand where these tests run: plans of its resources are written by hand, from Terraform's documented format
//! and the provider's schemas. The files `terraform-1.11-*.json` are what Terraform 1.11.4 wrote for resources of type `terraform_data`.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod gate;
mod homes;
mod hostile;
mod merge;
mod pair;
mod plan;
mod reading;
mod unknown;
