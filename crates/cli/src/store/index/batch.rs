//! Sheets on their way into the index: gathered by one thread, written in one transaction.

use super::{Index, sum};
use logs::Sheet;
use logs::scan::Tag;
use rusqlite::{TransactionBehavior, params};

/// Bytes, and sheets, that are gathered before they are written.
const BYTES: usize = 1 << 20;
const SHEETS: usize = 2_000;

/// See the module. A kill loses what is gathered, and nothing else.
#[derive(Debug, Default)]
pub struct Batch {
    sheets: Vec<(Tag, Vec<u8>)>,
    bytes: usize,
}

impl Batch {
    /// Takes a sheet in; writes all of them where there are enough.
    pub fn keep(&mut self, index: &Index, tag: Tag, sheet: &Sheet) {
        // What cannot be encoded is read again next time.
        let Ok(bytes) = postcard::to_stdvec(sheet) else { return };
        self.bytes += bytes.len();
        self.sheets.push((tag, bytes));
        if self.bytes >= BYTES || self.sheets.len() >= SHEETS {
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
                    for (tag, bytes) in &self.sheets {
                        let (which, state) = tag.split_at(16);
                        statement.execute(params![which, state, sum(tag, bytes).as_slice(), bytes])?;
                    }
                }
                transaction.commit()
            })
        };
        if let Err(error) = written {
            index.note(&error);
        }
        self.sheets.clear();
        self.bytes = 0;
    }
}
