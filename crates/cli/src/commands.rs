//! The commands, one file each.

pub(crate) mod audit;
pub(crate) mod backout;
pub(crate) mod bundle;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod detect;
pub(crate) mod diff;
pub(crate) mod exceptions;
pub(crate) mod explain;
pub(crate) mod frameworks;
mod fresh;
pub(crate) mod history;
pub(crate) mod inventory;
pub(crate) mod invocations;
#[cfg(feature = "lake")]
pub(crate) mod lake;
pub(crate) mod man;
mod notify;
pub(crate) mod permissions;
pub(crate) mod plan;
mod proofs;
pub(crate) mod report;
pub(crate) mod restore;
mod showing;
pub(crate) mod validate;
pub(crate) mod verify;
