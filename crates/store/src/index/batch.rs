//! Sheets on their way into the index: gathered by one thread, written in one transaction.

use super::{Index, sum};
use logs::Sheet;
use logs::scan::Tag;
use postcard::ser_flavors::Flavor;
use rusqlite::{TransactionBehavior, params};
use std::ops::Range;

/// Bytes, and sheets, that are gathered before they are written.
const BYTES: usize = 1 << 20;
const SHEETS: usize = 2_000;

/// See the module. A kill loses what is gathered, and nothing else.
#[derive(Debug, Default)]
pub struct Batch {
    /// All sheets, encoded, in memory that is used again and again.
    bytes: Vec<u8>,
    sheets: Vec<(Tag, Range<usize>)>,
}

/// Encodes behind what is there.
struct Behind<'b>(&'b mut Vec<u8>);

impl Flavor for Behind<'_> {
    type Output = ();

    fn try_extend(&mut self, data: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(data);
        Ok(())
    }

    fn try_push(&mut self, data: u8) -> postcard::Result<()> {
        self.0.push(data);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

impl Batch {
    /// Takes a sheet in; writes all of them where there are enough.
    pub fn keep(&mut self, index: &Index, tag: Tag, sheet: &Sheet) {
        if self.bytes.capacity() == 0 {
            // Doubling would take more, and copy.
            self.bytes.reserve_exact(BYTES + BYTES / 4);
        }
        let from = self.bytes.len();
        if postcard::serialize_with_flavor(sheet, Behind(&mut self.bytes)).is_err() {
            // What cannot be encoded is read again next time.
            self.bytes.truncate(from);
            return;
        }
        self.sheets.push((tag, from..self.bytes.len()));
        if self.bytes.len() >= BYTES || self.sheets.len() >= SHEETS {
            self.write(index);
        }
    }

    /// Writes what was gathered. Where that fails, it is read again next time.
    pub fn write(&mut self, index: &Index) {
        if self.sheets.is_empty() {
            return;
        }
        // Neighbours in the index are written together.
        self.sheets.sort_unstable_by_key(|(tag, _)| *tag);
        let written = {
            let mut connection = index.lock();
            connection.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
                {
                    let insert =
                        "INSERT OR REPLACE INTO files (path, state, sum, sheet) VALUES (?1, ?2, ?3, ?4)";
                    let mut statement = transaction.prepare_cached(insert)?;
                    for (tag, range) in &self.sheets {
                        let (which, state) = tag.split_at(16);
                        let bytes = self.bytes.get(range.clone()).unwrap_or_default();
                        statement.execute(params![which, state, sum(tag, bytes).as_slice(), bytes])?;
                    }
                    // The statement is kept, and would keep a copy of the last sheet.
                    statement.clear_bindings();
                }
                transaction.commit()
            })
        };
        written.map_or_else(|error| index.note(&error), Some);
        self.sheets.clear();
        self.bytes.clear();
        if self.bytes.capacity() > 2 * BYTES {
            // One sheet was larger than all that is gathered otherwise.
            self.bytes = Vec::new();
        }
    }
}
