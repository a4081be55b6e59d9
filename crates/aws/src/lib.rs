//! The collector: reads accounts of AWS into an inventory, and asks which permissions the caller holds.
//!
//! It is the only crate that names the SDK of AWS, and nothing of the SDK leaves it. Only `carry_out` calls operations that
//! write, and only [`Evidence::invoke`], at the user's word, invokes a function; neither is called by anything here. Whatever could not be read becomes a gap of the inventory; an error is only what makes everything impossible.

mod beside;
mod body;
mod bounded;
mod carry_out;
mod collect;
mod error;
mod evidence;
mod gap;
mod objects;
mod options;
mod pace;
pub mod permissions;
mod raw;
mod series;
mod session;
mod stop;
mod wire;

pub use beside::{Wants, enrich};
pub use carry_out::{Carried, Orders, Site, Stopped, carry_out, look, sites};
pub use collect::{Collected, Progress, collect};
pub use error::CollectError;
pub use evidence::{Aim, CanaryError, CanaryTrouble, Evidence, Hours, Location, Locations, PublicKey, Sent};
pub use objects::{Listed, Metadata, Object, ObjectError, ObjectTrouble, Objects, Page, Pages};
pub use options::{Accounts, Keys, Limits, Options, Pace};
pub use stop::Stop;
