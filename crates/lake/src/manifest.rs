//! What a folder of the lake was written from, and what came of it: `_manifest.json`, beside its files.

use crate::columns::Table;
use crate::partition::Partition;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the tables and of the manifest. A lake of another version is not read, and written anew.
pub const SCHEMA: u32 = 1;

/// What every manifest says it is.
const FORMAT: &str = "invoketrail-lake";

/// Bytes of a manifest at most: one of a million log files stays below.
const LARGEST: usize = 512 << 20;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: String,
    schema: u32,
    /// Whose folder.
    account: String,
    /// Of the folder.
    region: String,
    /// `YYYY-MM-DD`, of delivery.
    day: String,
    /// True iff `invocations` has the JSON of each record.
    pub raw: bool,
    /// Where inputs were read from: `s3://BUCKET/`, or a folder of this machine. Names of inputs begin there.
    pub sources: Vec<String>,
    /// The log files of the folder, by name.
    pub inputs: Vec<Input>,
    /// By table: its files, in order.
    pub tables: BTreeMap<String, Vec<Part>>,
    /// Invocations that are the same, byte for byte, as one that is a row.
    pub copies: u64,
    /// The same of management events.
    pub control_copies: u64,
    /// Management events of other services that are rows.
    pub other_services: u64,
    /// What digests prove; null iff that was not asked for.
    pub digests: Option<Proven>,
}

/// A log file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Which of the manifest's sources it is in.
    pub source: usize,
    /// The key, or the path from `AWSLogs/` on: `source_file` says so, unless `called` is there.
    pub name: String,
    /// What `source_file` says, where the folder has a file of that name from another source, too: `NAME#2` of the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
    /// Bytes, as it was delivered.
    pub bytes: u64,
    /// SHA-256 of these bytes; empty iff it could not be read.
    pub sha256: String,
    /// SHA-256 of its inflated bytes, which digests sign; null where no digest listed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// SHA-256 of the inflated bytes that a valid digest lists; null where none does, or where the file has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<String>,
    /// As S3 says; null for a local file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Why nothing could be had of it; null where it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// True iff not even its size was known, when the folder was listed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unlisted: bool,
    /// What was found in it.
    pub facts: logs::Facts,
    /// Records of invocations, copies included.
    pub invocations: u64,
    /// Records of Lambda and CloudTrail that are none.
    pub control: u64,
    /// Aggregated events, and the calls that they count.
    pub aggregated: (u64, u64),
}

/// A file of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name in the table's folder.
    pub file: String,
    /// Its rows.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: String,
}

/// What digests prove of a folder's log files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proven {
    /// Files that a valid digest lists with the hash that they have.
    pub proven: u64,
    /// Files that no valid digest lists, as rows call them.
    pub unproven: Vec<String>,
    /// Files that are not as a valid digest lists them, as rows call them.
    pub changed: Vec<String>,
    /// Files that a valid digest lists and that were not there: by their keys from `AWSLogs/` on the SHA-256 of their inflated bytes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing: BTreeMap<String, String>,
}

/// A text is not a manifest of a lake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is something else, cut, or damaged.
    #[error("it is not a manifest of a lake: {0}")]
    NotOurs(String),
    /// Another version wrote it.
    #[error("it has schema {0}; this version reads schema {SCHEMA}")]
    Schema(u32),
    /// It is that of another folder: it was copied or moved.
    #[error("it is the manifest of {0}, so the folder was copied or moved")]
    Elsewhere(String),
}

impl Input {
    /// What rows call it: no two inputs of a folder alike.
    #[must_use]
    pub fn row_name(&self) -> &str {
        self.called.as_deref().unwrap_or(&self.name)
    }
}

impl Manifest {
    /// The name of its file.
    pub const FILE: &'static str = "_manifest.json";

    /// Without inputs and files.
    #[must_use]
    pub fn new(partition: &Partition, raw: bool) -> Manifest {
        Manifest {
            format: FORMAT.to_owned(),
            schema: SCHEMA,
            account: partition.account().to_owned(),
            region: partition.region().to_owned(),
            day: partition.day().to_owned(),
            raw,
            sources: Vec::new(),
            inputs: Vec::new(),
            tables: Table::ALL.map(|table| (table.name().to_owned(), Vec::new())).into(),
            copies: 0,
            control_copies: 0,
            other_services: 0,
            digests: None,
        }
    }

    /// As it is written: the same for the same manifest.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// What [`Manifest::to_bytes`] wrote for that folder.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn parse(bytes: &[u8], partition: &Partition) -> Result<Manifest, ManifestError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            schema: u32,
        }
        if bytes.len() > LARGEST {
            return Err(ManifestError::NotOurs("it is too large".to_owned()));
        }
        let not_ours = |error: serde_json::Error| ManifestError::NotOurs(error.to_string());
        let head: Head = serde_json::from_slice(bytes).map_err(not_ours)?;
        if head.format != FORMAT {
            return Err(ManifestError::NotOurs(format!("its format is not {FORMAT}")));
        }
        if head.schema != SCHEMA {
            return Err(ManifestError::Schema(head.schema));
        }
        let manifest: Manifest = serde_json::from_slice(bytes).map_err(not_ours)?;
        let said = Partition::new(&manifest.account, &manifest.region, &manifest.day);
        if said.as_ref() != Some(partition) {
            let name = said.map_or_else(|| "another folder".to_owned(), |one| one.to_string());
            return Err(ManifestError::Elsewhere(name));
        }
        manifest.check()?;
        Ok(manifest)
    }

    /// Names of files lead nowhere else, and sources are there.
    fn check(&self) -> Result<(), ManifestError> {
        let plain = |name: &str| {
            name.starts_with("part-") && name.ends_with(".parquet") && !name.contains(['/', '\\'])
        };
        let parts = self.tables.values().flatten();
        if let Some(odd) = parts.into_iter().find(|part| !plain(&part.file)) {
            return Err(ManifestError::NotOurs(format!("it names the file `{}`", odd.file.escape_debug())));
        }
        if let Some(odd) =
            self.tables.keys().find(|name| Table::ALL.iter().all(|table| table.name() != *name))
        {
            return Err(ManifestError::NotOurs(format!("it names the table `{}`", odd.escape_debug())));
        }
        if self.inputs.iter().any(|input| input.source >= self.sources.len()) {
            return Err(ManifestError::NotOurs("an input has a source that it does not name".to_owned()));
        }
        Ok(())
    }

    /// The files of a table.
    #[must_use]
    pub fn parts(&self, table: Table) -> &[Part] {
        self.tables.get(table.name()).map_or(&[], Vec::as_slice)
    }

    /// The name of a table's file of that number, from 0 on.
    #[must_use]
    pub fn part_name(number: usize) -> String {
        format!("part-{number:05}.parquet")
    }

    /// Where an input lies: its source and its name.
    #[must_use]
    pub fn path_of(&self, input: &Input) -> String {
        let source = self.sources.get(input.source).map_or("", String::as_str);
        match input.name.strip_prefix("s3://") {
            Some(_) => input.name.clone(),
            None if source.is_empty() || source.ends_with('/') => format!("{source}{}", input.name),
            None => format!("{source}/{}", input.name),
        }
    }

    /// Rows of a table.
    #[must_use]
    pub fn rows(&self, table: Table) -> u64 {
        self.parts(table).iter().map(|part| part.rows).sum()
    }

    /// True iff every log file was read to its end.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let whole = |input: &Input| {
            input.unread.is_none() && input.facts.refusals == 0 && input.facts.trouble.is_none()
        };
        self.inputs.iter().all(whole)
    }
}

#[cfg(test)]
mod tests;
