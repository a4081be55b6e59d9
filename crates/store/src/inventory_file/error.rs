//! Why a file cannot be read as an inventory.

use super::FORMAT;

/// A file cannot be read as an inventory. Nothing in it reaches a terminal unescaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InventoryFileError {
    /// Not text.
    #[error("it is not UTF-8 text (byte {offset})")]
    NotText {
        /// The first byte that is not.
        offset: usize,
    },
    /// Nothing but white space.
    #[error("it is empty")]
    Empty,
    /// JSON that breaks off.
    #[error("it is cut off: {problem}")]
    Truncated {
        /// What the JSON reader said, with line and column.
        problem: String,
    },
    /// Not JSON.
    #[error("it is not JSON: {problem}")]
    NotJson {
        /// What the JSON reader said, with line and column.
        problem: String,
    },
    /// JSON, but another format.
    #[error("it is not an inventory: {found}, and `\"format\": \"invoketrail.inventory/1\"` was expected")]
    NotAnInventory {
        /// What stands there.
        found: String,
    },
    /// An inventory of a later version.
    #[error("its format is {found}, and this version reads {FORMAT}")]
    FutureVersion {
        /// The format it names.
        found: String,
    },
    /// JSON of the wrong shape.
    #[error("`{path}`: {problem}")]
    WrongShape {
        /// Path into the document.
        path: String,
        /// What is wrong, with line and column.
        problem: String,
    },
    /// Selectors that cannot be read.
    #[error("`recorders[{recorder}].selectors`: {problem}")]
    Selectors {
        /// Position in the file.
        recorder: usize,
        /// What is wrong.
        problem: String,
    },
    /// Of the right shape, but not a possible inventory.
    #[error("`{path}`: {problem}")]
    Impossible {
        /// Path into the inventory.
        path: String,
        /// What is wrong.
        problem: String,
    },
}

impl InventoryFileError {
    /// What to do about it, in one line.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::FutureVersion { .. } => "update invoketrail",
            Self::Empty | Self::Truncated { .. } => {
                "collect it again with `invoketrail inventory --output FILE`"
            }
            Self::NotText { .. } | Self::NotJson { .. } | Self::NotAnInventory { .. } => {
                "make an inventory with `invoketrail inventory --output FILE`"
            }
            Self::WrongShape { .. } | Self::Selectors { .. } | Self::Impossible { .. } => {
                "the format is described in docs/reference/formats.md and inventory-1.schema.json"
            }
        }
    }
}
