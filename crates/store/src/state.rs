//! What detections know from run to run, in a file of SQLite.
//!
//! What was learned of logs that are gone cannot be learned again. So a file that is damaged, of a later version or of another program is
//! refused in words, and nothing in it is touched. Two runs at once lose nothing: facts are joined as sets are.

use crate::database::{self, Kind, Refused, writing};
use detect::facts::{Bounds, Facts};
use rusqlite::{Connection, OptionalExtension, params};
use std::io::Read;
use std::path::Path;
use xxhash_rust::xxh3::xxh3_128;

const KIND: Kind = Kind {
    // `ITdt`
    application: 0x4954_6474,
    version: 1,
    tables: "CREATE TABLE facts (id INTEGER PRIMARY KEY CHECK (id = 1), generation INTEGER NOT NULL, sum BLOB NOT NULL,
    facts BLOB NOT NULL) STRICT;",
};

/// Bytes that facts may unpack to.
const LARGEST: u64 = 1 << 30;

/// See the module.
#[derive(Debug)]
pub struct State {
    connection: Connection,
    /// Counted up by every run that keeps something.
    generation: i64,
}

/// A state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
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
    #[error("it is not a state of invoketrail: {0}")]
    Foreign(String),
    /// A later version of this program wrote it.
    #[error("a later version of invoketrail wrote it")]
    Newer,
    /// It knows another organization than the files are of.
    #[error("it knows organization {known}, and the log files are of {given}")]
    Other {
        /// The one that the state knows.
        known: String,
        /// That of the files.
        given: String,
    },
}

impl From<Refused> for StateError {
    fn from(refused: Refused) -> StateError {
        match refused {
            Refused::Unreachable(why) => StateError::Unreachable(why),
            Refused::Damaged(why) => StateError::Damaged(why),
            Refused::Exposed(why) => StateError::Exposed(why),
            Refused::Foreign(why) => StateError::Foreign(why.to_owned()),
            Refused::Newer => StateError::Newer,
        }
    }
}

impl From<rusqlite::Error> for StateError {
    fn from(error: rusqlite::Error) -> StateError {
        Refused::from(error).into()
    }
}

impl StateError {
    /// What to do about it, in one line.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unreachable(_) | Self::Foreign(_) => "name another file with --state",
            Self::Damaged(_) => {
                "nothing in it was changed: restore a copy of the file, or name a new one with --state and read the logs again"
            }
            Self::Exposed(_) => "use a file in a folder that only you may write to (chmod 600, chmod 700)",
            Self::Newer => "update invoketrail, or name another file with --state",
            Self::Other { .. } => "keep a state for each organization: name another file with --state",
        }
    }
}

impl State {
    /// Opens it, and begins one where there is none; what it knows.
    ///
    /// # Errors
    /// [`StateError`]; nothing was changed then.
    pub fn open(path: &Path) -> Result<(State, Facts), StateError> {
        database::make(path).map_err(|error| StateError::Unreachable(error.to_string()))?;
        let connection = KIND.open(path)?;
        let known = read(&connection)?;
        let (generation, facts) = known.unwrap_or_default();
        Ok((State { connection, generation }, facts))
    }

    /// Keeps all of it, joined with what other runs kept since this one was opened; what is kept now.
    ///
    /// # Errors
    /// [`StateError`]; what was kept before is kept then.
    pub fn keep(&mut self, facts: Facts, bounds: &Bounds) -> Result<Facts, StateError> {
        let transaction = writing(&mut self.connection)?;
        let generation: Option<i64> =
            transaction.query_row("SELECT generation FROM facts", [], |row| row.get(0)).optional()?;
        let mut facts = facts;
        if generation.is_some_and(|now| now != self.generation)
            && let Some((_, mut others)) = read(&transaction)?
        {
            same_organization(&others, &facts)?;
            facts.join(&mut others);
            facts.forget(bounds);
            facts = facts.tidied();
        }
        let next = generation.unwrap_or(0).max(self.generation) + 1;
        let packed = pack(&facts).map_err(StateError::Unreachable)?;
        let sum = xxh3_128(&packed).to_be_bytes();
        let insert = "INSERT OR REPLACE INTO facts (id, generation, sum, facts) VALUES (1, ?1, ?2, ?3)";
        transaction.execute(insert, params![next, sum.as_slice(), packed])?;
        transaction.commit()?;
        self.generation = next;
        Ok(facts)
    }
}

/// # Errors
/// [`StateError::Other`] iff both are of organizations, and of different ones.
pub fn same_organization(known: &Facts, given: &Facts) -> Result<(), StateError> {
    let other = |organization: &&String| !known.organizations.contains(*organization);
    match (known.organizations.first(), given.organizations.iter().find(other)) {
        (Some(known), Some(given)) => Err(StateError::Other { known: known.clone(), given: given.clone() }),
        _ => Ok(()),
    }
}

fn pack(facts: &Facts) -> Result<Vec<u8>, String> {
    let mut packed = zstd::Encoder::new(Vec::new(), 3).map_err(|error| error.to_string())?;
    postcard::to_io(facts, &mut packed).map_err(|error| error.to_string())?;
    packed.finish().map_err(|error| error.to_string())
}

fn read(connection: &Connection) -> Result<Option<(i64, Facts)>, StateError> {
    let query = "SELECT generation, sum, facts FROM facts";
    let row = connection.query_row(query, [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, Vec<u8>>(2)?))
    });
    let Some((generation, sum, packed)) = row.optional()? else { return Ok(None) };
    let damaged = |why: &str| StateError::Damaged(why.to_owned());
    if sum != xxh3_128(&packed).to_be_bytes() {
        return Err(damaged("what is in it is not as it was kept"));
    }
    let mut bytes = Vec::new();
    let unpacked =
        zstd::Decoder::new(&packed[..]).and_then(|from| from.take(LARGEST).read_to_end(&mut bytes));
    unpacked.map_err(|error| damaged(&error.to_string()))?;
    let facts = postcard::from_bytes(&bytes).map_err(|error| damaged(&error.to_string()))?;
    Ok(Some((generation, facts)))
}

#[cfg(test)]
mod tests;
