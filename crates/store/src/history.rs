//! Audits that were kept: when, what they answered, and what they were decided from, in a file of SQLite.
//!
//! It is nobody's cache: nothing in it can be made again. So a file that is damaged, of a later version or of another program is refused
//! in words, and nothing in it is touched.

mod schema;

use crate::bundle::Decided;
use crate::saved_audit::{read_inputs, write_inputs};
use audit::finding::Audit;
use audit::inputs::Inputs;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::io::Read;
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

/// Bytes of JSON that the inputs of one audit may unpack to.
const LARGEST: u64 = 1 << 30;

/// See the module.
#[derive(Debug)]
pub struct History {
    connection: Connection,
}

/// An audit that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its number, never given twice.
    pub id: i64,
    /// When it was made: RFC 3339, UTC.
    pub generated_at: String,
    /// When its facts were collected: RFC 3339, UTC.
    pub collected_at: String,
    /// The version that made it.
    pub version: String,
    /// `yes`, `no`, `undetermined`.
    pub answer: String,
    /// Audited accounts.
    pub accounts: u64,
    /// Resources, by verdict.
    pub resources: u64,
    /// Those that are recorded.
    pub recorded: u64,
    /// Those that are partially recorded.
    pub partially_recorded: u64,
    /// Those that are not.
    pub not_recorded: u64,
    /// Those of which it is unknown.
    pub undetermined: u64,
}

/// A history cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// There is none.
    #[error("there is no such file")]
    None,
    /// Its folder cannot be made, the file not be opened, or not be written.
    #[error("{0}")]
    Unreachable(String),
    /// It is ours, and broken.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// Others own it or can write it.
    #[error("{0}")]
    Exposed(String),
    /// It does not say that it is ours.
    #[error("it is not a history of invoketrail: {0}")]
    Foreign(String),
    /// A later version of this program wrote it.
    #[error("a later version of invoketrail wrote it")]
    Newer,
    /// There is no audit of that number.
    #[error("it holds no audit {0}")]
    NoAudit(i64),
}

impl HistoryError {
    /// What to do about it, in one line.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::None => "`invoketrail audit --keep` begins one",
            Self::Unreachable(_) | Self::Foreign(_) => "name another file with --history",
            Self::Damaged(_) => {
                "nothing in it was changed: restore a copy of the file, or name a new one with --history"
            }
            Self::Exposed(_) => "use a file in a folder that only you may write to (chmod 600, chmod 700)",
            Self::Newer => "update invoketrail, or name another file with --history",
            Self::NoAudit(_) => "`invoketrail history` lists the audits that it holds",
        }
    }
}

impl History {
    /// Opens one that is there.
    ///
    /// # Errors
    /// [`HistoryError`]; nothing was changed then.
    pub fn open(path: &Path) -> Result<History, HistoryError> {
        if !path.exists() {
            return Err(HistoryError::None);
        }
        Ok(History { connection: schema::open(path)? })
    }

    /// Opens it, and begins one where there is none.
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn begin(path: &Path) -> Result<History, HistoryError> {
        schema::make(path)?;
        History::open(path)
    }

    /// Keeps an audit; its number.
    ///
    /// # Errors
    /// [`HistoryError`]; nothing was kept then.
    pub fn keep(
        &mut self,
        audit: &Audit<'_>,
        inputs: &Inputs,
        version: &str,
        now: &str,
    ) -> Result<i64, HistoryError> {
        let unreachable = |error: std::io::Error| HistoryError::Unreachable(error.to_string());
        let mut packed = zstd::Encoder::new(Vec::new(), 3).map_err(unreachable)?;
        write_inputs(inputs, &mut packed).map_err(unreachable)?;
        let packed = packed.finish().map_err(unreachable)?;
        let mut kept = Kept::of(audit, version, now);
        let transaction = schema::writing(&mut self.connection)?;
        let next = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audits'), 0) + 1";
        kept.id = transaction.query_row(next, [], |row| row.get(0)).map_err(schema::history_error)?;
        let insert = "INSERT INTO audits (id, generated_at, collected_at, version, answer, accounts, resources, recorded,
            partially_recorded, not_recorded, undetermined, sum, inputs) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)";
        let figures = [
            kept.accounts,
            kept.resources,
            kept.recorded,
            kept.partially_recorded,
            kept.not_recorded,
            kept.undetermined,
        ];
        let [accounts, resources, recorded, partial, not, open] = figures.map(u64::cast_signed);
        let (sum, id) = (kept.sum(&packed), kept.id);
        let Kept { generated_at, collected_at, version, answer, .. } = &kept;
        let row = params![
            id,
            generated_at,
            collected_at,
            version,
            answer,
            accounts,
            resources,
            recorded,
            partial,
            not,
            open,
            sum,
            packed
        ];
        transaction.execute(insert, row).map_err(schema::history_error)?;
        transaction.commit().map_err(schema::history_error)?;
        Ok(id)
    }

    /// All that it holds, the oldest first.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`] iff one is not as it was kept.
    pub fn list(&self) -> Result<Vec<Kept>, HistoryError> {
        let query = format!("SELECT {COLUMNS} FROM audits ORDER BY id");
        let mut statement = self.connection.prepare(&query).map_err(schema::history_error)?;
        let rows = statement.query_map([], |row| Ok((kept(row)?, row.get(11)?, row.get(12)?)));
        rows.map_err(schema::history_error)?
            .map(|row| checked(row.map_err(schema::history_error)?).map(|(kept, _)| kept))
            .collect()
    }

    /// One audit with its inputs; the newest where no number is given.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub fn audit(&self, id: Option<i64>) -> Result<(Kept, Inputs), HistoryError> {
        let query =
            format!("SELECT {COLUMNS} FROM audits WHERE id = coalesce(?1, (SELECT max(id) FROM audits))");
        let row = self.connection.query_row(&query, [id], |row| Ok((kept(row)?, row.get(11)?, row.get(12)?)));
        let row =
            row.optional().map_err(schema::history_error)?.ok_or(HistoryError::NoAudit(id.unwrap_or(1)))?;
        let (kept, packed) = checked(row)?;
        let damaged = |why: String| HistoryError::Damaged(format!("audit {}: {why}", kept.id));
        let mut bytes = Vec::new();
        let unpacked =
            zstd::Decoder::new(&packed[..]).and_then(|from| from.take(LARGEST).read_to_end(&mut bytes));
        unpacked.map_err(|error| damaged(error.to_string()))?;
        let inputs = read_inputs(&bytes).map_err(|error| damaged(error.to_string()))?;
        Ok((kept, inputs))
    }

    /// Forgets what was made before that day (`YYYY-MM-DD`, UTC); how many.
    ///
    /// # Errors
    /// [`HistoryError`]
    pub fn forget_before(&mut self, day: &str) -> Result<usize, HistoryError> {
        let transaction = schema::writing(&mut self.connection)?;
        let forgotten = transaction.execute("DELETE FROM audits WHERE generated_at < ?1", [day]);
        let forgotten = forgotten.map_err(schema::history_error)?;
        transaction.commit().map_err(schema::history_error)?;
        Ok(forgotten)
    }
}

const COLUMNS: &str =
    "id, generated_at, collected_at, version, answer, accounts, resources, recorded, partially_recorded,
    not_recorded, undetermined, sum, inputs";

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let number = |at: usize| row.get::<_, i64>(at).map(i64::cast_unsigned);
    Ok(Kept {
        id: row.get(0)?,
        generated_at: row.get(1)?,
        collected_at: row.get(2)?,
        version: row.get(3)?,
        answer: row.get(4)?,
        accounts: number(5)?,
        resources: number(6)?,
        recorded: number(7)?,
        partially_recorded: number(8)?,
        not_recorded: number(9)?,
        undetermined: number(10)?,
    })
}

/// The row, iff it is as it was kept.
fn checked((kept, sum, packed): (Kept, Vec<u8>, Vec<u8>)) -> Result<(Kept, Vec<u8>), HistoryError> {
    if kept.sum(&packed) == sum {
        return Ok((kept, packed));
    }
    Err(HistoryError::Damaged(format!("audit {} is not as it was kept", kept.id)))
}

impl Kept {
    fn of(audit: &Audit<'_>, version: &str, now: &str) -> Self {
        let Decided { collected_at, answer, .. } = Decided::of(audit, version, now);
        let size = |n: usize| n as u64;
        let summary = &audit.summary;
        Kept {
            id: 0,
            generated_at: now.to_owned(),
            collected_at,
            version: version.to_owned(),
            answer,
            accounts: size(audit.inventory.accounts.iter().filter(|account| account.audited).count()),
            resources: size(summary.resources),
            recorded: size(summary.recorded),
            partially_recorded: size(summary.partially_recorded),
            not_recorded: size(summary.not_recorded),
            undetermined: size(summary.undetermined),
        }
    }

    /// Over all of the row, against accidents.
    fn sum(&self, packed: &[u8]) -> Vec<u8> {
        let mut sum = Xxh3::new();
        for text in [&self.generated_at, &self.collected_at, &self.version, &self.answer] {
            sum.update(text.as_bytes());
            sum.update(&[0xff]);
        }
        let figures = [self.accounts, self.resources, self.recorded, self.partially_recorded];
        for figure in
            figures.into_iter().chain([self.not_recorded, self.undetermined, self.id.cast_unsigned()])
        {
            sum.update(&figure.to_be_bytes());
        }
        sum.update(packed);
        sum.digest128().to_be_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests;
