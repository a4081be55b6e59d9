//! The table of a history, and which version it is.

use super::HistoryError;
use crate::database::{self, PATIENCE};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::Path;

/// Raised whenever the table changes.
const VERSION: u32 = 1;
/// `IThi`: tells our files from other databases.
const APPLICATION: u32 = 0x4954_6869;

const TABLES: &str = "
CREATE TABLE audits (
    id INTEGER PRIMARY KEY AUTOINCREMENT, generated_at TEXT NOT NULL, collected_at TEXT NOT NULL, version TEXT NOT NULL,
    answer TEXT NOT NULL, accounts INTEGER NOT NULL, resources INTEGER NOT NULL, recorded INTEGER NOT NULL,
    partially_recorded INTEGER NOT NULL, not_recorded INTEGER NOT NULL, undetermined INTEGER NOT NULL, sum BLOB NOT NULL,
    inputs BLOB NOT NULL
) STRICT;
";

/// Makes an empty file with its folder, where there is none.
pub(super) fn make(path: &Path) -> Result<(), HistoryError> {
    database::make(path).map_err(|error| HistoryError::Unreachable(error.to_string()))
}

/// Opens a file that is there; makes the table where it is empty.
pub(super) fn open(path: &Path) -> Result<Connection, HistoryError> {
    if let Some(why) = database::foreign(path) {
        return Err(HistoryError::Exposed(why));
    }
    if let Some(error) = foreign(path) {
        return Err(error);
    }
    let mut connection = Connection::open(path).map_err(told)?;
    connection.busy_timeout(PATIENCE).map_err(told)?;
    let version = version(&connection)?;
    match version {
        0 => begin(&mut connection)?,
        version if version > VERSION => return Err(HistoryError::Newer),
        _ => {}
    }
    let check: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0)).map_err(told)?;
    if check == "ok" {
        Ok(connection)
    } else {
        Err(HistoryError::Damaged(check.lines().next().unwrap_or("").to_owned()))
    }
}

/// Why a file that is not empty is none of ours, by its head.
fn foreign(path: &Path) -> Option<HistoryError> {
    use std::io::Read;
    let mut head = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(72).read_to_end(&mut head));
    if let Err(error) = read {
        return Some(HistoryError::Unreachable(error.to_string()));
    }
    let other = |why: &str| Some(HistoryError::Foreign(why.to_owned()));
    match head.get(68..72) {
        None if head.is_empty() => None,
        _ if !head.starts_with(b"SQLite format 3\0") => other("it is not a database"),
        Some(mark) if mark == APPLICATION.to_be_bytes() => None,
        _ => other("it is a database of another program"),
    }
}

fn version(connection: &Connection) -> Result<u32, HistoryError> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(told)
}

fn begin(connection: &mut Connection) -> Result<(), HistoryError> {
    let transaction = writing(connection)?;
    // Another process may have been faster.
    if version(&transaction)? == 0 {
        let script =
            format!("{TABLES} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};");
        transaction.execute_batch(&script).map_err(told)?;
    }
    transaction.commit().map_err(told)
}

/// A transaction that waits for another process before it reads anything.
pub(super) fn writing(connection: &mut Connection) -> Result<Transaction<'_>, HistoryError> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(told)
}

pub(super) fn told(error: rusqlite::Error) -> HistoryError {
    let said = error.to_string();
    if database::is_about_access(&error) {
        HistoryError::Unreachable(said)
    } else {
        HistoryError::Damaged(said)
    }
}
