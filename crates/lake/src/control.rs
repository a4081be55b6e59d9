//! Management events as rows. There are few of them, so each keeps its record.

use crate::columns::Table;
use crate::invocations::{beside_names, unqualified};
use crate::parquet_file::{PackError, pack};
use crate::rows::{Rows, Value};
use logs::{Event, Home, Record, hex, sha256};
use serde_json::Value as Json;
use std::collections::HashSet;

/// The rows of one folder.
#[derive(Debug)]
pub struct ControlEvents {
    rows: Rows,
    known: HashSet<[u8; 32]>,
    copies: u64,
}

impl Default for ControlEvents {
    fn default() -> Self {
        ControlEvents { rows: Rows::of(Table::ControlEvents, true), known: HashSet::new(), copies: 0 }
    }
}

impl ControlEvents {
    /// Forgets all; memory is kept.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.known.clear();
        self.copies = 0;
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Copies that are no rows.
    #[must_use]
    pub fn copies(&self) -> u64 {
        self.copies
    }

    /// Takes a record of Lambda or CloudTrail in.
    pub fn take(&mut self, record: &Record<'_>, home: Option<&Home>, file: &str) {
        let Some(hash) = self.is_new(record.raw) else { return };
        let json: Json = serde_json::from_slice(record.raw).unwrap_or(Json::Null);
        self.push(record, &json, home, file, hash);
    }

    /// Takes a record of another service in: what it says is read out of its JSON, which is given beside its bytes. What cannot be read as a record is not taken, and
    /// false is returned.
    pub fn take_event(&mut self, event: &Event<'_>, json: &Json, home: Option<&Home>, file: &str) -> bool {
        let Some(record) = crate::read::record_of(json, event) else { return false };
        if let Some(hash) = self.is_new(event.raw) {
            self.push(&record, json, home, file, hash);
        }
        true
    }

    fn is_new(&mut self, raw: &[u8]) -> Option<[u8; 32]> {
        let hash = sha256(raw);
        let new = self.known.insert(hash);
        self.copies += u64::from(!new);
        new.then_some(hash)
    }

    fn push(&mut self, record: &Record<'_>, json: &Json, home: Option<&Home>, file: &str, hash: [u8; 32]) {
        let function = record.function_arn(home);
        let part = |member: &str| json.get(member).filter(|one| !one.is_null()).map(Json::to_string);
        let parts = ["requestParameters", "responseElements", "additionalEventData"].map(part);
        let own = [
            Value::Text(Some(&record.event_source)),
            Value::Text(Some(&record.event_name)),
            Value::Integer(record.milliseconds),
            Value::Text(function.as_deref().map(unqualified)),
            Value::Text(record.caller().text()),
            Value::Text(record.caller_account()),
            Value::Text(Some(&record.event_time)),
        ];
        let [requested, answered, beside] = &parts;
        let last = [
            Value::Text(requested.as_deref()),
            Value::Text(answered.as_deref()),
            Value::Text(beside.as_deref()),
            Value::Text(Some(file)),
            Value::Integer(i64::try_from(record.offset).unwrap_or(i64::MAX)),
            Value::Hash(hash),
            Value::Text(std::str::from_utf8(record.raw).ok()),
        ];
        self.rows.push(own.into_iter().chain(beside_names(record)).chain(last));
    }

    /// The file of all rows; `None` iff there are none.
    ///
    /// # Errors
    /// [`PackError`].
    pub fn pack(&self) -> Result<Option<Vec<u8>>, PackError> {
        if self.rows.len() == 0 {
            return Ok(None);
        }
        let by = ["eventsource", "eventname", "time", "eventid", "source_file", "source_offset"];
        pack(Table::ControlEvents, &self.rows, &self.rows.sorted(&by)).map(Some)
    }
}

/// The hash of a record as the tables have it.
#[must_use]
pub fn record_hash(raw: &[u8]) -> String {
    hex(&sha256(raw))
}
