//! The collector: reads accounts of AWS into an inventory, and asks which permissions the caller holds.
//!
//! It is the only crate that names the SDK of AWS, and nothing of the SDK leaves it. Only `carry_out` calls operations that
//! write. Whatever could not be read becomes a gap of the inventory; an error is only what makes everything impossible.

mod beside;
mod body;
mod carry_out;
mod collect;
mod error;
mod gap;
mod options;
mod pace;
pub mod permissions;
mod raw;
mod session;
mod stop;
mod wire;

pub use beside::{Wants, enrich};
pub use carry_out::{Carried, Entry, Journal, Mark, Orders, Stopped, carry_out, look};
pub use collect::{Collected, Progress, collect};
pub use error::CollectError;
pub use options::{Accounts, Keys, Limits, Options, Pace};
pub use stop::Stop;
