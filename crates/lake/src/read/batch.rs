//! Some rows of a file as columns in memory.

use super::ReadError;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMillisecondType};
use arrow_array::{Array, BooleanArray, Int64Array, PrimitiveArray, RecordBatch, StringArray};
use std::collections::HashMap;

/// One column.
#[derive(Clone, Copy)]
enum Values<'a> {
    Text(&'a StringArray),
    Integer(&'a Int64Array),
    Time(&'a PrimitiveArray<TimestampMillisecondType>),
    Boolean(&'a BooleanArray),
}

/// See the module.
pub(super) struct Batch<'a> {
    columns: HashMap<&'a str, Values<'a>>,
    rows: usize,
}

impl<'a> Batch<'a> {
    /// # Errors
    /// Iff a column is of a type that no table has.
    pub(super) fn of(batch: &'a RecordBatch) -> Result<Batch<'a>, ReadError> {
        let schema = batch.schema_ref();
        let mut columns = HashMap::new();
        for (field, values) in schema.fields().iter().zip(batch.columns()) {
            let typed = if let Some(texts) = values.as_string_opt::<i32>() {
                Values::Text(texts)
            } else if let Some(numbers) = values.as_primitive_opt::<Int64Type>() {
                Values::Integer(numbers)
            } else if let Some(times) = values.as_primitive_opt::<TimestampMillisecondType>() {
                Values::Time(times)
            } else if let Some(said) = values.as_boolean_opt() {
                Values::Boolean(said)
            } else {
                return Err(ReadError::Column(field.name().clone()));
            };
            columns.insert(field.name().as_str(), typed);
        }
        Ok(Batch { columns, rows: batch.num_rows() })
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// # Errors
    /// Iff there is no such column of texts.
    pub(super) fn texts(&self, name: &str) -> Result<&'a StringArray, ReadError> {
        match self.columns.get(name) {
            Some(Values::Text(texts)) => Ok(texts),
            _ => Err(ReadError::Column(name.to_owned())),
        }
    }

    /// # Errors
    /// Iff there is no such column of integers.
    pub(super) fn integers(&self, name: &str) -> Result<&'a Int64Array, ReadError> {
        match self.columns.get(name) {
            Some(Values::Integer(numbers)) => Ok(numbers),
            _ => Err(ReadError::Column(name.to_owned())),
        }
    }

    /// # Errors
    /// Iff there is no such column of times.
    pub(super) fn times(
        &self,
        name: &str,
    ) -> Result<&'a PrimitiveArray<TimestampMillisecondType>, ReadError> {
        match self.columns.get(name) {
            Some(Values::Time(times)) => Ok(times),
            _ => Err(ReadError::Column(name.to_owned())),
        }
    }

    /// # Errors
    /// Iff there is no such column of yes and no.
    pub(super) fn booleans(&self, name: &str) -> Result<&'a BooleanArray, ReadError> {
        match self.columns.get(name) {
            Some(Values::Boolean(said)) => Ok(said),
            _ => Err(ReadError::Column(name.to_owned())),
        }
    }

    /// # Errors
    /// As [`Batch::texts`].
    pub(super) fn text(&self, name: &str, row: usize) -> Result<Option<&'a str>, ReadError> {
        Ok(text(self.texts(name)?, row))
    }

    /// Where the record begins in its file.
    pub(super) fn offset(&self, row: usize) -> Result<u64, ReadError> {
        let offsets = self.integers("source_offset")?;
        let offset = if row < offsets.len() { offsets.value(row) } else { 0 };
        Ok(u64::try_from(offset).unwrap_or(0))
    }

    /// The rows, those of one log file together.
    pub(super) fn rows_by_file(&self) -> Result<Vec<usize>, ReadError> {
        let files = self.texts("source_file")?;
        let mut rows: Vec<(Option<&str>, usize)> =
            (0..self.rows).map(|row| (text(files, row), row)).collect();
        rows.sort_unstable();
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }
}

/// The text of that row; `None` iff there is none.
pub(super) fn text(texts: &StringArray, row: usize) -> Option<&str> {
    (row < texts.len() && texts.is_valid(row)).then(|| texts.value(row))
}
