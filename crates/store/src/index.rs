//! The index of log files that were read before: what each holds of invocations, and answers over sets of files.
//!
//! It can be thrown away at any time. Whatever is taken out of it is checked by a hash first: a damaged index is slow, never
//! wrong. Files are told by their path and their state; one whose state differs in anything is read again.

mod batch;
mod schema;

pub use batch::Batch;

use logs::Sheet;
use logs::scan::{Known, Tag};
use rusqlite::{Connection, OptionalExtension, params};
use schema::VERSION;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use xxhash_rust::xxh3::Xxh3;

/// Answers that are kept: of more, the oldest go.
const ANSWERS: u32 = 200;
/// Bytes of one answer that is kept.
const LARGEST: usize = 32 << 20;

/// See the module.
#[derive(Debug)]
pub struct Index {
    connection: Mutex<Connection>,
    /// Something in it was not as it was written.
    damaged: AtomicBool,
}

/// An index cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Its folder cannot be made, or the file not be opened.
    #[error("{0}")]
    Unreachable(String),
    /// It is an index of ours, and broken.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// Others own it or can write it: what stands in it is not to be believed.
    #[error("{0}")]
    Exposed(String),
    /// It does not say that it is ours: it may be anything, and be of worth.
    #[error("it is not an index of invoketrail: {0}")]
    Foreign(String),
    /// A later version of this program wrote it.
    #[error("a later version of invoketrail wrote it")]
    Newer,
}

impl IndexError {
    /// What to do about it, in one line.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unreachable(_) | Self::Foreign(_) => {
                "name another file with --index, or go without: --no-index"
            }
            Self::Damaged(_) => "remove the file. It is made again from the logs",
            Self::Exposed(_) => {
                "name a file in a folder that only you may write to with --index (chmod 600, chmod 700), or use none: --no-index"
            }
            Self::Newer => "update invoketrail, or remove the file. It is made again from the logs",
        }
    }
}

impl Index {
    /// Opens the index, and makes it where there is none. One of an earlier version is emptied.
    ///
    /// # Errors
    /// [`IndexError`]; nothing was changed then.
    pub fn open(path: &Path) -> Result<Index, IndexError> {
        // Sums beside its rows are against accidents: who can write it can write answers.
        if let Some(why) = crate::database::foreign(path) {
            return Err(IndexError::Exposed(why));
        }
        let connection = schema::open(path)?;
        Ok(Index { connection: Mutex::new(connection), damaged: AtomicBool::new(false) })
    }

    /// True iff something in it was not as it was written: it was passed over.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    /// What the file holds, if it was read before in the very same state.
    #[must_use]
    pub fn sheet(&self, tag: &Tag, packed: u64) -> Option<Known> {
        let (which, state) = tag.split_at(16);
        let row =
            self.row("SELECT sum, sheet FROM files WHERE path = ?1 AND state = ?2", params![which, state])?;
        let sheet: Sheet = self.decoded(tag, &row.0, &row.1)?;
        Some(Known { sheet, packed })
    }

    /// The answer to a question over a set of files, if it was given before.
    #[must_use]
    pub fn answer<T: DeserializeOwned>(&self, key: &[u8; 32]) -> Option<T> {
        let connection = self.lock();
        let taken = connection.prepare_cached("SELECT sum, answer FROM answers WHERE key = ?1");
        let taken = taken.and_then(|mut statement| {
            let mut rows = statement.query(params![key.as_slice()])?;
            // Megabytes may be read where they are.
            let decoded = |row: &rusqlite::Row<'_>| {
                Ok(self.decoded(key, row.get_ref(0)?.as_blob()?, row.get_ref(1)?.as_blob()?))
            };
            rows.next()?.map(decoded).transpose()
        });
        taken.unwrap_or_else(|error| self.note(&error)).flatten()
    }

    /// Keeps the answer. It is no loss where that fails.
    pub fn keep_answer(&self, key: &[u8; 32], answer: &impl Serialize) {
        let Ok(bytes) = postcard::to_stdvec(answer) else { return };
        if bytes.len() > LARGEST {
            return;
        }
        let sum = sum(key, &bytes);
        let connection = self.lock();
        let kept = connection.execute(
            "INSERT OR REPLACE INTO answers (key, sum, answer) VALUES (?1, ?2, ?3)",
            params![key.as_slice(), sum.as_slice(), bytes],
        );
        let trimmed = kept.and_then(|_| {
            let oldest = "DELETE FROM answers WHERE rowid <= (SELECT max(rowid) FROM answers) - ?1";
            connection.execute(oldest, params![ANSWERS])
        });
        trimmed.map_or_else(|error| self.note(&error), Some);
    }

    fn row(&self, query: &str, parameters: impl rusqlite::Params) -> Option<(Vec<u8>, Vec<u8>)> {
        let connection = self.lock();
        let row = connection.prepare_cached(query).and_then(|mut statement| {
            let both = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            statement.query_row(parameters, both).optional()
        });
        row.unwrap_or_else(|error| self.note(&error))
    }

    fn decoded<T: DeserializeOwned>(&self, key: &[u8], said: &[u8], bytes: &[u8]) -> Option<T> {
        let decoded = (said == sum(key, bytes)).then(|| postcard::from_bytes(bytes).ok()).flatten();
        if decoded.is_none() {
            self.damaged.store(true, Ordering::Relaxed);
        }
        decoded
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what an error tells of the index. Another process at work is no damage. Gives nothing.
    fn note<T>(&self, error: &rusqlite::Error) -> Option<T> {
        let damage = [rusqlite::ErrorCode::DatabaseCorrupt, rusqlite::ErrorCode::NotADatabase];
        if error.sqlite_error_code().is_some_and(|code| damage.contains(&code)) {
            self.damaged.store(true, Ordering::Relaxed);
        }
        None
    }
}

/// What is kept beside bytes to notice that they changed; of another version of them it is another. Against accidents alone:
/// whoever may write the index may write sums, too.
fn sum(key: &[u8], bytes: &[u8]) -> [u8; 16] {
    let mut hasher = Xxh3::with_seed(u64::from(VERSION));
    hasher.update(key);
    hasher.update(bytes);
    hasher.digest128().to_le_bytes()
}

#[cfg(test)]
mod tests;
