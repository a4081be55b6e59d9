//! Whose folder a log file lies in: what a record does not say of itself, that folder says.

use crate::object_key::{Folder, ObjectKey, is_account, is_region};

/// The account and the Region of the folder that CloudTrail delivered a file to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// Twelve digits.
    pub account: String,
    /// As in the key.
    pub region: String,
}

impl Home {
    /// Of a log file under that key, or at a path that ends in one; `None` for all else.
    #[must_use]
    pub fn of(key: &str) -> Option<Home> {
        let key = ObjectKey::parse(key).filter(|key| key.folder == Folder::Logs)?;
        let known = is_account(key.account) && is_region(key.region);
        known.then(|| Home { account: key.account.to_owned(), region: key.region.to_owned() })
    }
}
