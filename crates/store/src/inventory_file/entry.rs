//! What one entry may hold, and how an entry is refused.

use super::InventoryFileError;
use cloudtrail::names::{AccountId, Region};
use text::visible::excerpt;

pub(super) type Result<T = ()> = std::result::Result<T, InventoryFileError>;

pub(super) fn wrong<T>(path: impl Into<String>, problem: String) -> Result<T> {
    Err(InventoryFileError::Impossible { path: path.into(), problem })
}

pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", excerpt(text, 200))
}

pub(super) fn account_id(path: String, id: &str) -> Result {
    if AccountId::parse(id).is_ok() {
        return Ok(());
    }
    wrong(path, format!("{} is not an account id: expected twelve digits", quoted(id)))
}

pub(super) fn region(path: String, region: &str) -> Result {
    if Region::parse(region).is_ok() {
        return Ok(());
    }
    wrong(path, format!("{} is not a Region", quoted(region)))
}

pub(super) fn gap(path: String, gap: Option<usize>, gaps: usize) -> Result {
    match gap {
        Some(at) if at >= gaps => {
            wrong(path, format!("there is no gap {at}: the file holds {gaps} (from 0)"))
        }
        _ => Ok(()),
    }
}
