//! The table of a history, and which version it is.

use super::HistoryError;
use crate::database::{self, Kind, Refused};
use rusqlite::{Connection, Transaction};
use std::path::Path;

const KIND: Kind = Kind {
    // `IThi`
    application: 0x4954_6869,
    version: 1,
    tables: "
CREATE TABLE audits (
    id INTEGER PRIMARY KEY AUTOINCREMENT, generated_at TEXT NOT NULL, collected_at TEXT NOT NULL, version TEXT NOT NULL,
    answer TEXT NOT NULL, accounts INTEGER NOT NULL, resources INTEGER NOT NULL, recorded INTEGER NOT NULL,
    partially_recorded INTEGER NOT NULL, not_recorded INTEGER NOT NULL, undetermined INTEGER NOT NULL, sum BLOB NOT NULL,
    inputs BLOB NOT NULL
) STRICT;
",
};

/// Makes an empty file with its folder, where there is none.
pub(super) fn make(path: &Path) -> Result<(), HistoryError> {
    database::make(path).map_err(|error| HistoryError::Unreachable(error.to_string()))
}

/// Opens a file that is there; makes the table where it is empty.
pub(super) fn open(path: &Path) -> Result<Connection, HistoryError> {
    KIND.open(path).map_err(HistoryError::from)
}

/// A transaction that waits for another process before it reads anything.
pub(super) fn writing(connection: &mut Connection) -> Result<Transaction<'_>, HistoryError> {
    database::writing(connection).map_err(history_error)
}

pub(super) fn history_error(error: rusqlite::Error) -> HistoryError {
    Refused::from(error).into()
}

impl From<Refused> for HistoryError {
    fn from(refused: Refused) -> HistoryError {
        match refused {
            Refused::Unreachable(why) => HistoryError::Unreachable(why),
            Refused::Damaged(why) => HistoryError::Damaged(why),
            Refused::Exposed(why) => HistoryError::Exposed(why),
            Refused::Foreign(why) => HistoryError::Foreign(why.to_owned()),
            Refused::Newer => HistoryError::Newer,
        }
    }
}
