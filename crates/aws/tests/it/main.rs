//! The collector against a scripted endpoint that models a world of accounts, Regions and recorders.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

mod absent;
mod acme;
mod answers;
mod beside;
mod canary;
mod carry;
mod delegated;
mod errors;
mod evidence;
mod facts;
mod failing;
mod half;
mod hostile;
mod listing;
mod objects;
mod op;
mod organization;
mod permissions;
mod raw_answers;
mod scale;
mod seen;
mod server;
mod signature;
mod stopping;
mod world;
