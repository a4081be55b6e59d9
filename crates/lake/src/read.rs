//! Rows back out of Parquet: records as the log files had them, as far as columns hold them.

mod batch;
mod json;
mod records;

pub(crate) use json::record_of;

use crate::columns::Table;
use crate::manifest::SCHEMA;
use batch::Batch;
use bytes::Bytes;
use logs::{Event, Record};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Rows that are looked at together.
const BATCH: usize = 8_192;

/// A file is not one of this lake, or damaged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is no Parquet, cut, or damaged.
    #[error("it cannot be read as Parquet: {0}")]
    Parquet(String),
    /// A column is missing, or of another type.
    #[error("it has no column {0} of the type that a lake of invoketrail has")]
    Column(String),
    /// Another version wrote it.
    #[error("it has schema {0}; this version reads schema {SCHEMA}")]
    Schema(String),
}

/// A row: a record, and where it was found.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// Without its bytes, except `requestParameters.qualifier`, unless the row has them.
    pub record: Record<'a>,
    /// As `source_file` says.
    pub file: &'a str,
    /// Further records of the folder that said the same.
    pub copies: u64,
}

type Reading = ParquetRecordBatchReaderBuilder<Bytes>;

/// Does it, and takes a panic of the library for damage: it checks some of what a file says with assertions, and anybody may have made
/// the file.
fn guarded<T>(read: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    let done = catch_unwind(AssertUnwindSafe(read));
    done.unwrap_or_else(|_| Err(ReadError::Parquet("what it says of itself cannot be".to_owned())))
}

fn open(file: &Bytes, table: Table) -> Result<Reading, ReadError> {
    let parquet = |error: parquet::errors::ParquetError| ReadError::Parquet(error.to_string());
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let reading = Reading::try_new_with_options(file.clone(), options).map_err(parquet)?;
    let about = reading.metadata().file_metadata().key_value_metadata();
    let said = |key: &str| {
        let found = about.and_then(|all| all.iter().find(|one| one.key == key));
        found.and_then(|one| one.value.clone()).unwrap_or_default()
    };
    if said("invoketrail.table") != table.name() {
        return Err(ReadError::Column(table.name().to_owned()));
    }
    let schema = said("invoketrail.schema");
    if schema != SCHEMA.to_string() { Err(ReadError::Schema(schema)) } else { Ok(reading) }
}

fn batches(
    reading: Reading,
    without: &[&str],
    take: &mut dyn FnMut(&Batch<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let names = reading.parquet_schema().columns().iter().map(|column| column.name().to_owned());
    let wanted = names.enumerate().filter(|(_, name)| !without.contains(&name.as_str())).map(|(at, _)| at);
    let mask = ProjectionMask::leaves(reading.parquet_schema(), wanted.collect::<Vec<_>>());
    let reader = reading.with_projection(mask).with_batch_size(BATCH).build();
    let reader = reader.map_err(|error| ReadError::Parquet(error.to_string()))?;
    for batch in reader {
        let batch = batch.map_err(|error| ReadError::Parquet(error.to_string()))?;
        take(&Batch::of(&batch)?)?;
    }
    Ok(())
}

fn each(
    reading: Reading,
    without: &[&str],
    take: &mut dyn FnMut(&Batch<'_>, usize) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    batches(reading, without, &mut |batch| (0..batch.rows()).try_for_each(|row| take(batch, row)))
}

/// Hands on each row of a file of invocations, those of one log file together as far as they lie near each other.
///
/// # Errors
/// [`ReadError`]; rows may have been handed on before.
pub fn invocation_rows(file: &Bytes, mut take: impl FnMut(&Found<'_>)) -> Result<(), ReadError> {
    guarded(|| {
        let (mut raw, reading) = (String::new(), open(file, Table::Invocations)?);
        batches(reading, &["raw", "record_sha256", "via"], &mut |batch| {
            let records = batch.records()?;
            for row in batch.rows_by_file()? {
                records.qualifier(row, &mut raw);
                take(&records.found(row, &raw)?);
            }
            Ok(())
        })
    })
}

/// Hands on each row of a file of management events: the record as it was delivered, its file, and its offset there.
///
/// # Errors
/// [`ReadError`]; rows may have been handed on before.
pub fn control_rows(file: &Bytes, mut take: impl FnMut(&str, &str, u64)) -> Result<(), ReadError> {
    guarded(|| {
        each(open(file, Table::ControlEvents)?, &[], &mut |batch, row| {
            let raw = batch.text("raw", row)?.unwrap_or_default();
            take(raw, batch.text("source_file", row)?.unwrap_or_default(), batch.offset(row)?);
            Ok(())
        })
    })
}

/// The rows of a file of that table, as it says itself.
///
/// # Errors
/// [`ReadError`].
pub fn row_count(file: &Bytes, table: Table) -> Result<u64, ReadError> {
    guarded(|| {
        let rows = open(file, table)?.metadata().file_metadata().num_rows();
        Ok(u64::try_from(rows).unwrap_or(0))
    })
}

/// The row of an event: where its record lies, and what it says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventRow {
    /// As `source_file` says.
    pub file: String,
    /// As `source_offset` says.
    pub offset: u64,
    /// As `record_sha256` says.
    pub sha256: String,
    /// What the row says of the event.
    pub event: EventTexts,
}

/// What a row and its record have to say alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventTexts {
    /// `eventname`, `eventtime`, `caller`, `errorcode`, `sourceipaddress`: empty where there is none.
    texts: [String; TEXTS.len()],
}

const TEXTS: [&str; 5] = ["eventname", "eventtime", "caller", "errorcode", "sourceipaddress"];

impl EventTexts {
    /// What a record says; `None` iff it is none.
    #[must_use]
    pub fn of(raw: &[u8]) -> Option<EventTexts> {
        let json = serde_json::from_slice(raw).ok()?;
        let record = record_of(&json, &Event { offset: 0, raw })?;
        let text = |text: &Option<logs::Text<'_>>| text.as_deref().unwrap_or_default().to_owned();
        let caller = record.caller().text().unwrap_or_default().to_owned();
        let (name, time) = (record.event_name.to_string(), record.event_time.to_string());
        Some(EventTexts {
            texts: [name, time, caller, text(&record.error_code), text(&record.source_address)],
        })
    }
}

/// The rows of that event in a file of either table of events. Groups whose bloom filter does not have the id are not read.
///
/// # Errors
/// [`ReadError`].
pub fn find(file: &Bytes, table: Table, event_id: &str) -> Result<Vec<EventRow>, ReadError> {
    guarded(|| found(file, table, event_id))
}

fn found(file: &Bytes, table: Table, event_id: &str) -> Result<Vec<EventRow>, ReadError> {
    let reading = open(file, table)?;
    let columns = reading.parquet_schema().columns();
    let Some(at) = columns.iter().position(|column| column.name() == "eventid") else {
        return Err(ReadError::Column("eventid".to_owned()));
    };
    let mut groups = Vec::new();
    for group in 0..reading.metadata().num_row_groups() {
        let filter = reading.get_row_group_column_bloom_filter(group, at);
        let filter = filter.map_err(|error| ReadError::Parquet(error.to_string()))?;
        if filter.is_none_or(|filter| filter.check(event_id)) {
            groups.push(group);
        }
    }
    let mut found = Vec::new();
    if groups.is_empty() {
        return Ok(found);
    }
    each(reading.with_row_groups(groups), &["raw"], &mut |batch, row| {
        if batch.text("eventid", row)? == Some(event_id) {
            let text = |name| Ok(batch.text(name, row)?.unwrap_or_default().to_owned());
            let (file, sha256) = (text("source_file")?, text("record_sha256")?);
            let mut event = EventTexts::default();
            for (slot, name) in event.texts.iter_mut().zip(TEXTS) {
                *slot = text(name)?;
            }
            found.push(EventRow { file, offset: batch.offset(row)?, sha256, event });
        }
        Ok(())
    })?;
    Ok(found)
}
