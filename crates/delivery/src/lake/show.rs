//! From a row back to the record that CloudTrail delivered.

use super::catalogue::{Listed, catalogue};
use super::scan::read_part;
use super::shelf::{LakeError, LakePlace, Shelf};
use crate::reader::Reader;
use crate::shown::{bytes_of, record_at};
use crate::sources::Window;
use lake::{Manifest, Place, Table, find, record_hash};
use logs::Filter;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A row of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The table that has it.
    pub table: Table,
    /// The log file that its record lies in.
    pub file: String,
    /// Where it begins there.
    pub offset: u64,
    /// Of the record, as the row says.
    pub sha256: String,
    /// The record as it lies there now, and true iff it is the one that the row was made of; or why it cannot be had.
    pub record: Result<(String, bool), String>,
}

/// The rows of that event, in all tables, with their records. `source` is where local log files are now; as the manifests say if it is
/// not given. What could not be looked into comes beside them: its name and why.
///
/// # Errors
/// The lake cannot be listed.
pub fn show(
    place: &LakePlace,
    event_id: &str,
    source: Option<&str>,
    reader: &Reader<'_>,
) -> Result<(Vec<Shown>, Unseen), LakeError> {
    let shelf = Shelf::new(place, reader.door);
    let found = catalogue(&shelf, &Window::of(&Filter::default()))?;
    if found.folders.is_empty() {
        return Err(LakeError::new(shelf.name(""), "there is no lake: no folder of it has a manifest"));
    }
    let (next, all) = (AtomicUsize::new(0), Mutex::new((Rows::new(), Unseen::new())));
    std::thread::scope(|scope| {
        for _ in 0..reader.threads.max(1) {
            scope.spawn(|| {
                while let Some(folder) = found.folders.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (rows, unread) = in_folder(folder, &shelf, event_id, source);
                    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                    all.0.extend(rows);
                    all.1.extend(unread);
                }
            });
        }
    });
    let (mut rows, mut unread) = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    rows.sort();
    unread.sort();
    let shown = rows.into_iter().map(|(table, row, path)| {
        let read = bytes_of(&path, reader.door);
        let record = read.and_then(|bytes| {
            let raw =
                record_at(&bytes, row.offset).ok_or_else(|| "the file has no record there".to_owned())?;
            let same = record_hash(&raw) == row.sha256;
            Ok((String::from_utf8_lossy(&raw).into_owned(), same))
        });
        Shown { table, file: path, offset: row.offset, sha256: row.sha256, record }
    });
    Ok((shown.collect(), unread))
}

type Rows = Vec<(Table, Place, String)>;

/// What could not be looked into: its name, and why.
pub type Unseen = Vec<(String, String)>;

fn in_folder(folder: &Listed, shelf: &Shelf<'_>, event_id: &str, source: Option<&str>) -> (Rows, Unseen) {
    let (mut rows, mut unread) = (Vec::new(), Vec::new());
    let manifest = match folder.manifest(shelf) {
        Ok(manifest) => manifest,
        Err(error) => return (rows, vec![(error.name, error.why)]),
    };
    for table in [Table::Invocations, Table::ControlEvents] {
        for part in manifest.parts(table) {
            let path = format!("{}/{}/{}", table.name(), folder.partition.path(), part.file);
            let found = read_part(shelf, &path, part)
                .and_then(|bytes| find(&bytes, table, event_id).map_err(|error| error.to_string()));
            match found {
                Err(why) => unread.push((shelf.name(&path), why)),
                Ok(found) => rows.extend(found.into_iter().map(|row| {
                    let path = path_of(&manifest, &row.file, source);
                    (table, row, path)
                })),
            }
        }
    }
    (rows, unread)
}

/// Where the log file is.
fn path_of(manifest: &Manifest, file: &str, source: Option<&str>) -> String {
    match source {
        Some(source) if !file.starts_with("s3://") => format!("{}/{file}", source.trim_end_matches('/')),
        _ => {
            let input = manifest.inputs.iter().find(|input| input.name == file);
            input.map_or_else(|| file.to_owned(), |input| manifest.path_of(input))
        }
    }
}
