//! What a lake has: its folders and their manifests.

use super::shelf::{Entry, LakeError, Shelf};
use crate::sources::{Kind, Window};
use lake::{Manifest, Partition, Table};
use logs::ObjectKey;
use std::collections::BTreeMap;

/// A folder of a lake.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) partition: Partition,
    /// Its files by their path below the lake, those of all tables.
    pub(super) files: Vec<Entry>,
    /// True iff there is a manifest.
    pub(super) has_manifest: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    pub(super) folders: Vec<Listed>,
    /// Files that are in no folder of a table.
    pub(super) foreign: Vec<String>,
    /// Links to folders, which are not followed.
    pub(super) links: Vec<String>,
}

/// Lists the folders that the window concerns.
///
/// # Errors
/// A folder of the lake cannot be listed.
pub(super) fn catalogue(shelf: &Shelf<'_>, window: &Window) -> Result<Catalogue, LakeError> {
    let mut by: BTreeMap<Partition, Listed> = BTreeMap::new();
    let (mut foreign, mut links) = (Vec::new(), Vec::new());
    for entry in shelf.list("")? {
        if entry.is_link {
            links.push(entry.path);
            continue;
        }
        let Some(partition) = partition_of(&entry.path) else {
            foreign.push(entry.path);
            continue;
        };
        if !concerns(window, &partition) {
            continue;
        }
        let fresh = || Listed { partition: partition.clone(), files: Vec::new(), has_manifest: false };
        let listed = by.entry(partition.clone()).or_insert_with(fresh);
        listed.has_manifest |= entry.path == manifest_of(&partition);
        listed.files.push(entry);
    }
    Ok(Catalogue { folders: by.into_values().collect(), foreign, links })
}

/// Where the manifest of a folder is.
pub(super) fn manifest_of(partition: &Partition) -> String {
    format!("{}/{}/{}", Table::Invocations.name(), partition.path(), Manifest::FILE)
}

/// The folder that a file of a table lies in; `None` for any other file.
fn partition_of(path: &str) -> Option<Partition> {
    let (table, rest) = path.split_once('/')?;
    let (folder, _) = rest.rsplit_once('/')?;
    Table::ALL.iter().find(|one| one.name() == table).and_then(|_| Partition::of_path(folder))
}

fn concerns(window: &Window, partition: &Partition) -> bool {
    let (account, region) = (partition.account(), partition.region());
    let day = partition.day().replace('-', "/");
    let key = format!("AWSLogs/{account}/CloudTrail/{region}/{day}/x");
    ObjectKey::parse(&key).is_some_and(|key| window.kind(&key) == Kind::Wanted)
}

impl Listed {
    /// Its manifest.
    ///
    /// # Errors
    /// There is none, it cannot be read, or is none of ours.
    pub(super) fn manifest(&self, shelf: &Shelf<'_>) -> Result<Manifest, LakeError> {
        let path = manifest_of(&self.partition);
        let wrong = |why: &str| LakeError::new(shelf.name(&path), why);
        if !self.has_manifest {
            return Err(wrong("there is none, so the folder was not written to its end"));
        }
        let bytes = shelf.read(&path)?.ok_or_else(|| wrong("it is gone"))?;
        Manifest::parse(&bytes, &self.partition).map_err(|error| wrong(&error.to_string()))
    }
}
