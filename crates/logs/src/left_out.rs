//! Files that were found and not read: how many of which kind, and a few names.

use crate::object_key::Folder;
use std::collections::BTreeSet;
use std::ops::AddAssign;

/// Names that are kept of the files that CloudTrail did not deliver.
const KEPT: usize = 5;

/// Files that were not read, and why not: known by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Digest files.
    pub digests: u64,
    /// Files of Insights events.
    pub insights: u64,
    /// Files of network activity events.
    pub network_activity: u64,
    /// Files beside those that CloudTrail delivered, or without the suffix of a log file.
    pub other: u64,
    /// The first names of [`LeftOut::other`].
    pub names: BTreeSet<String>,
}

impl LeftOut {
    /// Counts one file of that folder; those of folders that are read are none.
    pub const fn add(&mut self, folder: Folder) {
        match folder {
            Folder::Digests => self.digests += 1,
            Folder::Insights => self.insights += 1,
            Folder::NetworkActivity => self.network_activity += 1,
            Folder::Logs | Folder::Aggregated => {}
        }
    }

    /// Counts one file that CloudTrail did not deliver.
    pub fn add_other(&mut self, name: String) {
        self.other += 1;
        self.names.insert(name);
        if self.names.len() > KEPT {
            self.names.pop_last();
        }
    }
}

impl AddAssign for LeftOut {
    fn add_assign(&mut self, more: LeftOut) {
        self.digests += more.digests;
        self.insights += more.insights;
        self.network_activity += more.network_activity;
        self.other += more.other;
        self.names.extend(more.names);
        while self.names.len() > KEPT {
            self.names.pop_last();
        }
    }
}
