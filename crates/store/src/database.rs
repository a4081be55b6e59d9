//! What all files of SQLite share: how long another process is waited for, which errors pass, who may write them, how they are made.

use super::ours;
use std::io;
use std::path::Path;
use std::time::Duration;

/// How long another process may be at work before we give up.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// True iff the error is about reaching or writing the file, and says nothing against what it holds.
pub(super) fn is_about_access(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{
        CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, PermissionDenied, ReadOnly, SystemIoFailure,
    };
    let access =
        [CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, PermissionDenied, ReadOnly, SystemIoFailure];
    error.sqlite_error_code().is_some_and(|code| access.contains(&code))
}

/// Why the database or a file that SQLite keeps beside it cannot be relied upon as our own; `None` iff they can.
pub(super) fn foreign(path: &Path) -> Option<String> {
    ["", "-wal", "-shm", "-journal"].into_iter().find_map(|beside| {
        let mut name = path.as_os_str().to_owned();
        name.push(beside);
        ours::foreign(Path::new(&name))
    })
}

/// Makes the folder and an empty file where there is none, for their owner alone; SQLite gives its other files the same mode.
pub(super) fn make(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        ours::make_folder(folder)?;
    }
    ours::private().append(true).create(true).open(path).map(drop)
}
