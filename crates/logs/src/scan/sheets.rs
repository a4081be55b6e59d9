//! The sheet of invocations: one of the sinks that records can go to.

use super::{Account, File, FileSink, Known, Options, ReadFile, Source, scan};
use crate::record::Record;
use crate::sheet::{Columns, Sheet};
use crate::sink::Sink;

/// What becomes of the sheets: one for each thread.
pub trait Consumer: Send {
    /// What can go wrong.
    type Error: Send;

    /// A file was read: its sheet, and the inflated bytes that it was read from: none for a [`File::known`] one. Not called for
    /// files whose bytes could not be had. Of those that inflate to more than the limit the sheet is empty except for its account.
    ///
    /// # Errors
    /// Whatever ends the whole scan.
    fn sheet(&mut self, file: &File, sheet: &Sheet, inflated: &[u8]) -> Result<(), Self::Error>;

    /// As [`FileSink::wants_hash`].
    fn wants_hash(&self, _file: &File) -> bool {
        false
    }

    /// As [`FileSink::hashed`].
    ///
    /// # Errors
    /// Whatever ends the whole scan.
    fn hashed(&mut self, _file: &File, _hash: [u8; 32]) -> Result<(), Self::Error> {
        Ok(())
    }

    /// As [`FileSink::end`].
    ///
    /// # Errors
    /// Whatever ends the whole scan.
    fn end(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Which sheets a consumer is handed.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Which texts they hold.
    pub columns: Columns,
    /// Each sheet holds the texts of its own file alone, so that it can be kept. Otherwise texts are carried from file to file,
    /// which is faster.
    pub apart: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Layout { columns: Columns::ALL, apart: false }
    }
}

/// Makes a sheet of each file's invocations, and hands it to its consumer.
#[derive(Debug)]
pub struct Sheets<C> {
    sheet: Sheet,
    layout: Layout,
    consumer: C,
}

impl<C: Consumer> Sheets<C> {
    /// Sheets for this consumer.
    pub fn new(layout: Layout, consumer: C) -> Self {
        Sheets { sheet: Sheet::default(), layout, consumer }
    }

    /// The consumer, once all was read.
    pub fn into_consumer(self) -> C {
        self.consumer
    }
}

impl<C: Consumer> Sink for Sheets<C> {
    #[inline(always)]
    fn record(&mut self, record: &Record<'_>) {
        self.sheet.take(record, self.layout.columns);
    }
}

impl<C: Consumer> FileSink for Sheets<C> {
    type Error = C::Error;

    fn begin(&mut self, _: &File) {
        if self.layout.apart {
            self.sheet.clear();
        } else {
            self.sheet.carry_on();
        }
    }

    fn read(&mut self, file: &File, read: &ReadFile<'_>) -> Result<(), C::Error> {
        self.sheet.facts = read.facts.clone();
        self.consumer.sheet(file, &self.sheet, read.inflated)
    }

    fn known(&mut self, file: &File, known: &Known) -> Result<(), C::Error> {
        self.consumer.sheet(file, &known.sheet, &[])
    }

    fn wants_hash(&self, file: &File) -> bool {
        self.consumer.wants_hash(file)
    }

    fn hashed(&mut self, file: &File, hash: [u8; 32]) -> Result<(), C::Error> {
        self.consumer.hashed(file, hash)
    }

    fn end(&mut self) -> Result<(), C::Error> {
        self.consumer.end()
    }
}

/// As [`scan`], for those who want nothing but sheets.
///
/// # Errors
/// What a consumer says: the first thread's that failed.
pub fn scan_sheets<S: Source, C: Consumer>(
    source: &S,
    layout: Layout,
    consumers: Vec<C>,
) -> Result<(Vec<C>, Account), C::Error> {
    let sinks = consumers.into_iter().map(|consumer| Sheets::new(layout, consumer)).collect();
    let (sinks, account) = scan(source, Options::default(), sinks)?;
    Ok((sinks.into_iter().map(Sheets::into_consumer).collect(), account))
}
