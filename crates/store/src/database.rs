//! What all files of SQLite share: how long another process is waited for, which errors pass, who may write them, how they are made,
//! and how one that can never be made again is opened.

use super::ours;
use rusqlite::{Connection, Transaction, TransactionBehavior};
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
        ours::make_private_folder(folder)?;
    }
    not_waited_for(path)?;
    ours::private().append(true).create(true).open(path).map(drop)
}

/// A pipe that lies at the path would be waited for without end.
fn not_waited_for(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(told) if !told.is_file() => Err(io::Error::other("it is not a regular file")),
        _ => Ok(()),
    }
}

/// A file that is nobody's cache: nothing in it can be made again, so one that is damaged, later or another program's is refused, and
/// nothing in it is touched.
pub(super) struct Kind {
    /// Tells our files from other databases.
    pub(super) application: u32,
    /// Raised whenever the tables or their meaning change.
    pub(super) version: u32,
    /// Statements that make them.
    pub(super) tables: &'static str,
}

/// Such a file cannot be used.
#[derive(Debug)]
pub(super) enum Refused {
    /// It cannot be opened or not be written.
    Unreachable(String),
    /// It is ours, and broken.
    Damaged(String),
    /// Others own it or can write it.
    Exposed(String),
    /// It does not say that it is ours, and why.
    Foreign(&'static str),
    /// A later version of this program wrote it.
    Newer,
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Refused {
        let said = error.to_string();
        if is_about_access(&error) { Refused::Unreachable(said) } else { Refused::Damaged(said) }
    }
}

impl Kind {
    /// Opens a file that is there; makes the tables where it is empty.
    pub(super) fn open(&self, path: &Path) -> Result<Connection, Refused> {
        if let Some(why) = foreign(path) {
            return Err(Refused::Exposed(why));
        }
        self.head(path)?;
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        match version(&connection)? {
            0 => self.begin(&mut connection)?,
            version if version > self.version => return Err(Refused::Newer),
            _ => {}
        }
        let check: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
        if check == "ok" {
            Ok(connection)
        } else {
            Err(Refused::Damaged(check.lines().next().unwrap_or("").to_owned()))
        }
    }

    /// A file that is not empty says by its head whose it is.
    fn head(&self, path: &Path) -> Result<(), Refused> {
        use std::io::Read;
        not_waited_for(path).map_err(|error| Refused::Unreachable(error.to_string()))?;
        let mut head = Vec::new();
        let read = std::fs::File::open(path).and_then(|file| file.take(72).read_to_end(&mut head));
        read.map_err(|error| Refused::Unreachable(error.to_string()))?;
        match head.get(68..72) {
            None if head.is_empty() => Ok(()),
            _ if !head.starts_with(b"SQLite format 3\0") => Err(Refused::Foreign("it is not a database")),
            Some(mark) if mark == self.application.to_be_bytes() => Ok(()),
            _ => Err(Refused::Foreign("it is a database of another program")),
        }
    }

    fn begin(&self, connection: &mut Connection) -> Result<(), Refused> {
        let transaction = writing(connection)?;
        // Another process may have been faster.
        if version(&transaction)? == 0 {
            let Kind { application, version, tables } = self;
            let script =
                format!("{tables} PRAGMA application_id = {application}; PRAGMA user_version = {version};");
            transaction.execute_batch(&script)?;
        }
        Ok(transaction.commit()?)
    }
}

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// A transaction that waits for another process before it reads anything.
pub(super) fn writing(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}
