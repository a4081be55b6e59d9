//! Our own files: the inventory file, and the way in which every file is written.
//!
//! Nothing here decides anything. A format has a version in its first member and only ever grows.

mod atomic;
pub mod inventory_file;

pub use atomic::write_atomically;
pub use inventory_file::{InventoryFileError, read_inventory, write_inventory};
