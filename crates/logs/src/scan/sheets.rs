//! The sheet of invocations: one of the sinks that records can go to.

use super::{Account, File, FileSink, Known, Options, ReadFile, Receiver, Source, scan};
use crate::home::Home;
use crate::inflate::Trouble;
use crate::record::Record;
use crate::sheet::{Columns, Sheet};
use crate::sink::Sink;

/// What becomes of the sheets: one for each thread.
pub trait Consumer: Receiver {
    /// A file was read: its sheet, and what is wrong with its wrapping; of a [`File::known`] one only its sheet says that. Not called
    /// for files whose bytes could not be had. Of those that inflate to more than the limit the sheet is empty except for its account.
    ///
    /// # Errors
    /// Whatever ends the whole scan.
    fn sheet(&mut self, file: &File, sheet: &Sheet, trouble: Option<&Trouble>) -> Result<(), Self::Error>;
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
    /// Of the file whose records come.
    home: Option<Home>,
    layout: Layout,
    consumer: C,
}

impl<C: Consumer> Sheets<C> {
    /// Sheets for this consumer.
    pub fn new(layout: Layout, consumer: C) -> Self {
        Sheets { sheet: Sheet::default(), home: None, layout, consumer }
    }

    /// The consumer, once all was read.
    pub fn into_consumer(self) -> C {
        self.consumer
    }
}

impl<C: Consumer> Sink for Sheets<C> {
    #[inline(always)]
    fn record(&mut self, record: &Record<'_>) {
        self.sheet.take_from(record, self.layout.columns, self.home.as_ref());
    }
}

impl<C: Consumer> Receiver for Sheets<C> {
    type Error = C::Error;

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

impl<C: Consumer> FileSink for Sheets<C> {
    fn begin(&mut self, file: &File) {
        self.home.clone_from(&file.home);
        if self.layout.apart {
            self.sheet.clear();
        } else {
            self.sheet.carry_on();
        }
    }

    fn read(&mut self, file: &File, read: &ReadFile<'_>) -> Result<(), C::Error> {
        self.sheet.settle();
        self.sheet.facts = read.facts.clone();
        self.consumer.sheet(file, &self.sheet, read.trouble)
    }

    fn known(&mut self, file: &File, known: &Known) -> Result<(), C::Error> {
        self.consumer.sheet(file, &known.sheet, None)
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
