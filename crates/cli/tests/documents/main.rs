//! The documents: inventory files and reports, against their schemas, their promises and hostile input.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod agreement;
mod answers;
mod assessment;
mod brief;
#[cfg(feature = "emulator")]
mod browser;
mod checks;
mod codes;
mod detections;
mod detections_page;
mod exceptions;
mod explanations;
#[cfg(feature = "emulator")]
mod foreign;
mod formats;
mod frameworks;
mod inventory_errors;
mod inventory_file;
mod invocations;
mod page;
mod plan_file;
mod renderings;
mod reports;
mod schemas;
mod states;
mod trust;
mod verifications;
mod worlds;
