//! From a row back to the record that CloudTrail delivered.

use super::catalogue::{Listed, catalogue};
use super::scan::read_part;
use super::shelf::{LakeError, LakePlace, Shelf};
use crate::reader::Reader;
use crate::shown::{bytes_of, record_at};
use crate::sources::Window;
use lake::{EventRow, EventTexts, Manifest, Table, find, record_hash};
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
        return Err(shelf.no_lake());
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
    let shown = rows.into_iter().map(|(table, row, paths)| {
        let (file, record) = record_of(&row, &paths, reader);
        Shown { table, file, offset: row.offset, sha256: row.sha256, record }
    });
    Ok((shown.collect(), unread))
}

/// The record of a row: in the first of these files that has it, else in the first that can be read.
fn record_of(
    row: &EventRow,
    paths: &[String],
    reader: &Reader<'_>,
) -> (String, Result<(String, bool), String>) {
    let mut other = None;
    for path in paths {
        let read = bytes_of(path, reader.door).and_then(|bytes| {
            record_at(&bytes, row.offset).ok_or_else(|| "the file has no record there".to_owned())
        });
        let record = read.map(|raw| {
            let same = record_hash(&raw) == row.sha256 && EventTexts::of(&raw).as_ref() == Some(&row.event);
            (String::from_utf8_lossy(&raw).into_owned(), same)
        });
        match (&record, &other) {
            (Ok((_, true)), _) => return (path.clone(), record),
            (Ok(_), None | Some((_, Err(_)))) | (Err(_), None) => other = Some((path.clone(), record)),
            _ => {}
        }
    }
    other.unwrap_or_else(|| {
        let why = "the manifest does not name this log file, so it is not opened".to_owned();
        (row.file.clone(), Err(why))
    })
}

/// Rows, and the log files that may hold their records.
type Rows = Vec<(Table, EventRow, Vec<String>)>;

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
                    let paths = paths_of(&manifest, &row.file, source);
                    (table, row, paths)
                })),
            }
        }
    }
    (rows, unread)
}

/// Where the log file may be: below `source`, or where it was read. Of two sources a folder may have files of one name: then it is not
/// known which of them is below `source`.
fn paths_of(manifest: &Manifest, file: &str, source: Option<&str>) -> Vec<String> {
    let Some(input) = manifest.inputs.iter().find(|input| input.row_name() == file) else {
        return Vec::new();
    };
    let moved = source.filter(|_| !input.name.starts_with("s3://"));
    let moved = moved.map(|source| format!("{}/{}", source.trim_end_matches('/'), input.name));
    let alone = manifest.inputs.iter().filter(|other| other.name == input.name).count() == 1;
    let there = Some(manifest.path_of(input)).filter(|_| moved.is_none() || !alone);
    moved.into_iter().chain(there).collect()
}
