//! Rows to the bytes of a Parquet file.

use crate::columns::{Column, Kind, Table, Variety};
use crate::manifest::SCHEMA;
use crate::rows::{Cell, Rows};
use arrow_array::builder::{BooleanBuilder, Int64Builder, StringBuilder, TimestampMillisecondBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{
    EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterVersion,
};
use parquet::schema::types::ColumnPath;
use std::sync::Arc;

/// Rows of a group: engines read a group at a time, and a bloom filter is of one group.
const GROUP: usize = 200_000;
/// Rows of a page: with the index of pages, an engine reads only those that may hold what it looks for.
const PAGE: usize = 20_000;
/// Rows that are turned into columns at a time.
const BATCH: usize = 16_384;

/// Rows cannot be packed. They are ours, so that is a defect, or there is no memory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rows cannot be packed as Parquet: {0}")]
pub struct PackError(String);

/// The file of these rows in that order.
pub(crate) fn pack(table: Table, rows: &Rows, order: &[u32]) -> Result<Vec<u8>, PackError> {
    let schema = schema(&rows.columns);
    let options =
        ArrowWriterOptions::new().with_properties(properties(table, rows)).with_skip_arrow_metadata(true);
    let failed = |error: &dyn std::fmt::Display| PackError(error.to_string());
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), Arc::clone(&schema), options)
        .map_err(|error| failed(&error))?;
    for some in order.chunks(BATCH) {
        let columns = rows.columns.iter().enumerate().map(|(at, column)| array(column, rows, at, some));
        let batch =
            RecordBatch::try_new(Arc::clone(&schema), columns.collect()).map_err(|error| failed(&error))?;
        writer.write(&batch).map_err(|error| failed(&error))?;
    }
    writer.into_inner().map_err(|error| failed(&error))
}

/// The columns, as Arrow names them.
pub(crate) fn schema(columns: &[&'static Column]) -> Arc<Schema> {
    let field = |column: &&Column| {
        let kind = match column.kind {
            Kind::Text => DataType::Utf8,
            Kind::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Kind::Integer => DataType::Int64,
            Kind::Boolean => DataType::Boolean,
        };
        Field::new(column.name, kind, !column.required)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

fn properties(table: Table, rows: &Rows) -> WriterProperties {
    let said = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
    let about =
        vec![said("invoketrail.table", table.name()), said("invoketrail.schema", &SCHEMA.to_string())];
    let mut properties = WriterProperties::builder()
        .set_created_by("invoketrail".to_owned())
        .set_writer_version(WriterVersion::PARQUET_1_0)
        // Level 1 packs these columns as well as 3 does, and is the cheapest.
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP))
        .set_data_page_row_count_limit(PAGE)
        .set_write_batch_size(1024)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_key_value_metadata(Some(about));
    for (at, column) in rows.columns.iter().enumerate() {
        properties = of_column(properties, column, || rows.distinct(at));
    }
    properties.build()
}

fn of_column(
    properties: WriterPropertiesBuilder,
    column: &Column,
    distinct: impl Fn() -> usize,
) -> WriterPropertiesBuilder {
    let path = || ColumnPath::from(column.name);
    let filtered = |properties: WriterPropertiesBuilder| {
        let count = u64::try_from(distinct().clamp(1, GROUP)).unwrap_or(1);
        properties
            .set_column_bloom_filter_enabled(path(), true)
            .set_column_bloom_filter_fpp(path(), 0.02)
            .set_column_bloom_filter_max_ndv(path(), count)
    };
    // Each value is there once: a dictionary would only be written in vain, and lengths that are all the same cost nothing apart.
    let plain = |properties: WriterPropertiesBuilder| {
        let properties = properties.set_column_dictionary_enabled(path(), false);
        match column.kind {
            Kind::Text if column.name == "eventtime" => {
                properties.set_column_encoding(path(), Encoding::DELTA_BYTE_ARRAY)
            }
            Kind::Text => properties.set_column_encoding(path(), Encoding::DELTA_LENGTH_BYTE_ARRAY),
            Kind::Time | Kind::Integer => {
                properties.set_column_encoding(path(), Encoding::DELTA_BINARY_PACKED)
            }
            Kind::Boolean => properties,
        }
    };
    match column.variety {
        Variety::Few => properties,
        Variety::Sought => filtered(properties),
        Variety::Many => plain(properties),
        Variety::Id => filtered(plain(properties)),
        Variety::Long => plain(properties).set_column_statistics_enabled(path(), EnabledStatistics::None),
    }
}

fn array(column: &Column, rows: &Rows, at: usize, some: &[u32]) -> ArrayRef {
    let cells = some.iter().map(|row| rows.cell(at, *row as usize));
    match column.kind {
        Kind::Text => {
            let long = column.variety == Variety::Long;
            let bytes = if long { rows.long_bytes_of(at, some) } else { some.len() * 64 };
            let mut texts = StringBuilder::with_capacity(some.len(), bytes);
            let mut digits = String::with_capacity(64);
            for cell in cells {
                match cell {
                    Cell::Text(text) => {
                        texts.append_value(text);
                        continue;
                    }
                    Cell::Uuid(bits) => logs::write_uuid(bits, &mut digits),
                    Cell::Hash(hash) => logs::write_hex(hash, &mut digits),
                    _ => {
                        texts.append_null();
                        continue;
                    }
                }
                texts.append_value(&digits);
                digits.clear();
            }
            Arc::new(texts.finish())
        }
        Kind::Time => {
            let mut times = TimestampMillisecondBuilder::with_capacity(some.len()).with_timezone("UTC");
            cells.for_each(|cell| times.append_option(integer(&cell)));
            Arc::new(times.finish())
        }
        Kind::Integer => {
            let mut numbers = Int64Builder::with_capacity(some.len());
            cells.for_each(|cell| numbers.append_option(integer(&cell)));
            Arc::new(numbers.finish())
        }
        Kind::Boolean => {
            let mut said = BooleanBuilder::with_capacity(some.len());
            cells.for_each(|cell| {
                said.append_option(if let Cell::Boolean(one) = cell { Some(one) } else { None })
            });
            Arc::new(said.finish())
        }
    }
}

fn integer(cell: &Cell<'_>) -> Option<i64> {
    if let Cell::Integer(number) = cell { Some(*number) } else { None }
}
