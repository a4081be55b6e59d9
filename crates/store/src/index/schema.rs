//! The tables of the index, and which version they are.

use super::IndexError;
use crate::database::{self, PATIENCE};
use logs::SHEET_VERSION;
use rusqlite::{Connection, TransactionBehavior};
use std::io::Read;
use std::path::Path;

/// Raised whenever a table, the encoding or the meaning of an answer changes.
const FORMAT: u32 = 2;
/// What stands in a file of this version. An earlier one is emptied, a later one left alone.
pub(super) const VERSION: u32 = FORMAT * 10_000 + SHEET_VERSION;
/// `ITix`: tells our files from other databases.
const APPLICATION: i32 = 0x4954_6978;

/// Bytes of a page. Sheets are long, and the log takes two calls for each page of them.
const PAGE: u32 = 16_384;

const TABLES: &str = "
CREATE TABLE files (path BLOB PRIMARY KEY, state BLOB NOT NULL, sum BLOB NOT NULL, sheet BLOB NOT NULL) STRICT;
CREATE TABLE answers (key BLOB PRIMARY KEY, sum BLOB NOT NULL, answer BLOB NOT NULL) STRICT;
";

/// Opens the file; makes the tables where there are none. What does not say that it is ours is never called damaged: whoever is told so
/// removes it.
pub(super) fn open(path: &Path) -> Result<Connection, IndexError> {
    opened(path).map_err(|error| match error {
        IndexError::Damaged(why) if !is_ours(path) => IndexError::Foreign(why),
        other => other,
    })
}

/// True iff the file begins as a database of SQLite with our mark.
fn is_ours(path: &Path) -> bool {
    let mut head = [0; 72];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head.starts_with(b"SQLite format 3\0") && head[68..] == APPLICATION.to_be_bytes()
}

fn opened(path: &Path) -> Result<Connection, IndexError> {
    database::make(path).map_err(|error| IndexError::Unreachable(error.to_string()))?;
    let mut connection = Connection::open(path).map_err(index_error)?;
    connection.busy_timeout(PATIENCE).map_err(index_error)?;
    // Of a file that is there already, nothing is changed by it.
    connection.pragma_update(None, "page_size", PAGE).map_err(index_error)?;
    let read = |connection: &Connection, name: &str| -> rusqlite::Result<i64> {
        connection.pragma_query_value(None, name, |row| row.get(0))
    };
    let version = read(&connection, "user_version").map_err(index_error)?;
    let application = read(&connection, "application_id").map_err(index_error)?;
    if version != i64::from(VERSION) || application != i64::from(APPLICATION) {
        begin(&mut connection)?;
    }
    connection.pragma_update(None, "journal_mode", "wal").map_err(index_error)?;
    connection.pragma_update(None, "synchronous", "normal").map_err(index_error)?;
    // A large part of a page cache is of no use: rows are read once.
    connection.pragma_update(None, "cache_size", -2_048).map_err(index_error)?;
    Ok(connection)
}

/// Makes an empty index of an empty file or of one of an earlier version.
fn begin(connection: &mut Connection) -> Result<(), IndexError> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(index_error)?;
    let read = |name: &str| -> Result<i64, IndexError> {
        transaction.pragma_query_value(None, name, |row| row.get(0)).map_err(index_error)
    };
    let (version, application) = (read("user_version")?, read("application_id")?);
    let tables: i64 = transaction
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(index_error)?;
    if application != i64::from(APPLICATION) && tables > 0 {
        return Err(IndexError::Foreign("it is a database of another program".to_owned()));
    }
    if version > i64::from(VERSION) {
        return Err(IndexError::Newer);
    }
    // Another process may have been faster.
    if version == i64::from(VERSION) && tables > 0 {
        return Ok(());
    }
    let script = format!(
        "DROP TABLE IF EXISTS files; DROP TABLE IF EXISTS answers; {TABLES}
         PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
    );
    transaction.execute_batch(&script).and_then(|()| transaction.commit()).map_err(index_error)
}

fn index_error(error: rusqlite::Error) -> IndexError {
    let said = error.to_string();
    if database::is_about_access(&error) { IndexError::Unreachable(said) } else { IndexError::Damaged(said) }
}
