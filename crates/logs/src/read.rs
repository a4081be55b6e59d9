//! The bytes of one file to records: the fast path where it can answer, the plain path for all else.

use crate::accounted::Accounted;
use crate::fast::Fast;
use crate::plain::Plain;
use crate::sink::{Sink, Wanted};

/// Reads inflated bytes; its working memory is used again from file to file.
#[derive(Default)]
pub struct Reader {
    fast: Fast,
}

impl Reader {
    /// A reader that uses the widest instructions this processor has.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One for each set of instructions that this processor has, and the one without. All say the same.
    #[must_use]
    pub fn all() -> Vec<Self> {
        Fast::all().map(|fast| Reader { fast }).collect()
    }

    /// Reads all of `bytes`, hands the wanted records to `sink`, and accounts for every byte.
    pub fn read(&mut self, bytes: &[u8], wanted: Wanted, sink: &mut impl Sink) -> Accounted {
        let mut accounted = Accounted { bytes: bytes.len() as u64, ..Accounted::default() };
        let mut plain = Plain { bytes, wanted, accounted: &mut accounted, sink, restarts: 0, done: 0 };
        let mut at = begin(bytes);
        while at < bytes.len() {
            at = self.fast.documents(&mut plain, at).unwrap_or_else(|| plain.document(at));
            at = next(bytes, at);
        }
        self.fast.rest();
        accounted
    }
}

/// As [`Reader::read`], by the plain path alone: slower by far, and the judge of what is true. Both must always agree.
pub fn read_plainly(bytes: &[u8], wanted: Wanted, sink: &mut impl Sink) -> Accounted {
    let mut accounted = Accounted { bytes: bytes.len() as u64, ..Accounted::default() };
    let mut plain = Plain { bytes, wanted, accounted: &mut accounted, sink, restarts: 0, done: 0 };
    let mut at = begin(bytes);
    while at < bytes.len() {
        at = plain.document(at);
        at = next(bytes, at);
    }
    accounted
}

/// Where the first document begins: a byte order mark is passed over.
fn begin(bytes: &[u8]) -> usize {
    next(bytes, if bytes.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 })
}

/// White space, and the marks that some tools put between records, are no document.
fn next(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x1e)).count()
}
