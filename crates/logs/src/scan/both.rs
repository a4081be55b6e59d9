//! Two sinks side by side: one pass over the files serves both.

use super::{File, FileSink, Known, ReadFile, Receiver};
use crate::record::Record;
use crate::sink::{Event, Sink};

impl<A: Sink, B: Sink> Sink for (A, B) {
    const EVERY: bool = A::EVERY || B::EVERY;

    fn event(&mut self, event: &Event<'_>) {
        if A::EVERY {
            self.0.event(event);
        }
        if B::EVERY {
            self.1.event(event);
        }
    }

    fn record(&mut self, record: &Record<'_>) {
        self.0.record(record);
        self.1.record(record);
    }
}

impl<A: Receiver, B: Receiver<Error = A::Error>> Receiver for (A, B) {
    type Error = A::Error;

    fn wants_hash(&self, file: &File) -> bool {
        self.0.wants_hash(file) || self.1.wants_hash(file)
    }

    fn hashed(&mut self, file: &File, hash: [u8; 32]) -> Result<(), A::Error> {
        if self.0.wants_hash(file) {
            self.0.hashed(file, hash)?;
        }
        if self.1.wants_hash(file) {
            self.1.hashed(file, hash)?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), A::Error> {
        self.0.end()?;
        self.1.end()
    }
}

impl<A: FileSink, B: FileSink<Error = A::Error>> FileSink for (A, B) {
    fn begin(&mut self, file: &File) {
        self.0.begin(file);
        self.1.begin(file);
    }

    fn read(&mut self, file: &File, read: &ReadFile<'_>) -> Result<(), A::Error> {
        self.0.read(file, read)?;
        self.1.read(file, read)
    }

    fn known(&mut self, file: &File, known: &Known) -> Result<(), A::Error> {
        self.0.known(file, known)?;
        self.1.known(file, known)
    }
}
