//! `apply` and `undo`: how a plan is carried out and taken back. Only here do commands change what is recorded.

pub mod apply;
pub mod sites;
pub mod undo;
