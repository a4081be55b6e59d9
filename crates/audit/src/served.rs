//! Which rows are about one web function that several Regions serve.

use crate::resource_ref::ResourceRef;
use std::collections::BTreeMap;

/// Which rows are about one web function.
#[derive(Clone, Debug, Default)]
pub struct Served {
    /// By the row where it is at home: the rows of the other Regions that serve it, ascending.
    elsewhere: BTreeMap<ResourceRef, Vec<ResourceRef>>,
    /// The way back.
    homes: BTreeMap<ResourceRef, ResourceRef>,
}

impl Served {
    /// `guest` is the row of a Region that serves what is at home in the row `home`.
    pub(crate) fn add(&mut self, home: ResourceRef, guest: ResourceRef) {
        self.elsewhere.entry(home).or_default().push(guest);
        self.homes.insert(guest, home);
    }

    /// The row where the resource is at home.
    #[must_use]
    pub fn home(&self, row: ResourceRef) -> ResourceRef {
        self.homes.get(&row).copied().unwrap_or(row)
    }

    /// The rows of the other Regions that serve what is at home in that row.
    #[must_use]
    pub fn elsewhere(&self, home: ResourceRef) -> &[ResourceRef] {
        self.elsewhere.get(&home).map_or(&[], Vec::as_slice)
    }
}
