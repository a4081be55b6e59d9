//! The inventory file, `invoketrail.inventory/1`: what one collection saw, to be audited elsewhere and later.
//!
//! The shape of the file is its own (`shape`), so that the core's types can change without it. What is read is checked
//! for everything that the audit relies upon (`check`), so that no file, however it was made, can bring the audit down.

mod check;
mod entry;
mod error;
mod extra_facts;
mod listing;
mod names;
mod parts;
mod plausible;
mod read;
mod shape;
mod write;

pub use error::InventoryFileError;
pub use read::read_inventory;
pub use write::write_inventory;

/// The format and its version: the first member of every inventory file.
pub const FORMAT: &str = "invoketrail.inventory/1";
