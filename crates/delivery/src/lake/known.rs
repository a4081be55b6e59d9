//! What statements over a lake have to know of it.

use super::catalogue::{Listed, catalogue};
use super::shelf::{LakeError, LakePlace, Shelf};
use crate::reader::Reader;
use crate::sources::Window;
use lake::{Known, Table};
use logs::Filter;
use std::collections::BTreeSet;

/// Manifests that are looked into.
const LOOKED_INTO: usize = 1_000;

/// Looks into the lake: its listing, and manifests, in a large lake not all of them. Nothing is known of a lake without folders.
///
/// # Errors
/// The lake cannot be listed, or one of these manifests cannot be read.
pub fn known(place: &LakePlace, reader: &Reader<'_>) -> Result<Known, LakeError> {
    let shelf = Shelf::new(place, reader.door);
    let found = catalogue(&shelf, &Window::of(&Filter::default()))?;
    let folders: Vec<&Listed> = found.folders.iter().filter(|folder| folder.has_manifest).collect();
    let (Some(first), Some(last)) = (folders.first(), folders.last()) else { return Ok(Known::default()) };
    let all = |of: &dyn Fn(&Listed) -> String| {
        let distinct: BTreeSet<String> = folders.iter().map(|folder| of(folder)).collect();
        distinct.into_iter().collect::<Vec<String>>()
    };
    // Of a large lake some: each is a request.
    let some = folders.iter().step_by((folders.len() / LOOKED_INTO).max(1)).chain([first, last]);
    let mut has_raw = true;
    for folder in some {
        has_raw = has_raw && folder.manifest(&shelf)?.raw;
    }
    let has = |table: &Table| {
        let files = found.folders.iter().flat_map(|folder| &folder.files);
        let prefix = format!("{}/", table.name());
        files.into_iter().any(|file| file.path.starts_with(&prefix) && file.path.ends_with(".parquet"))
    };
    Ok(Known {
        // A column that some files do not have cannot be asked for in every engine.
        raw: has_raw,
        accounts: all(&|folder| folder.partition.account().to_owned()),
        regions: all(&|folder| folder.partition.region().to_owned()),
        first_day: all(&|folder| folder.partition.day().to_owned()).into_iter().next(),
        empty: Table::ALL.into_iter().filter(|table| !has(table)).collect(),
    })
}
