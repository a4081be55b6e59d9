//! The fast path: one pass over the structure finds the records, one exact parse reads those that may be of interest.
//!
//! It answers for the usual forms only: `{"Records":[...]}`, a bare array, one record a line, white space or not. Whatever
//! else it meets it leaves to the plain path, which is also asked about each record that the exact parse does not
//! understand. So it may refuse, and never guesses.

mod ascii;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod found;
mod learned;
mod members;
mod parse;
mod portable;
mod scan;
mod source;
mod walk;

use crate::plain::{LARGEST_RECORD, Plain, RECORD, others};
use crate::sink::Sink;
use found::{Found, Separator, Span};
use learned::Learned;
use members::Escapes;
use parse::{Parsed, parse};

/// Finds the next records: see [`scan::scan`].
type Scanner = fn(&[u8], &mut Found);

/// Working memory of the fast path, and the scanner for this processor.
pub(crate) struct Fast {
    scan: Scanner,
    found: Found,
    learned: Learned,
}

impl Default for Fast {
    fn default() -> Self {
        Fast::with(scanners().next().unwrap_or(portable::scan))
    }
}

/// The scanners that this processor can run, the fastest first.
fn scanners() -> impl Iterator<Item = Scanner> {
    #[cfg(target_arch = "x86_64")]
    let special = [avx512::scanner(), avx2::scanner()].into_iter().flatten();
    #[cfg(not(target_arch = "x86_64"))]
    let special = std::iter::empty();
    special.chain([portable::scan as Scanner])
}

impl Fast {
    fn with(scan: Scanner) -> Self {
        Fast { scan, found: Found::default(), learned: Learned::default() }
    }

    /// One for each scanner that this processor can run.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        scanners().map(Fast::with)
    }

    /// Gives back memory that only a large file needed.
    pub(crate) fn rest(&mut self) {
        self.found.rest();
    }

    /// Reads what it can from `at` on and returns where it stopped; `None` iff the plain path has to read the document at `at`, save
    /// for the records before [`Plain::done`].
    pub(crate) fn documents<S: Sink>(&mut self, plain: &mut Plain<'_, '_, S>, at: usize) -> Option<usize> {
        let bytes = plain.bytes;
        let rest = bytes.get(at..)?;
        if rest.starts_with(RECORD) {
            // A record that may hold others is left to the plain path.
            let alone = rest.get(..others(rest).unwrap_or(rest.len()))?;
            return Some(at + self.records(plain, at, alone, Separator::Space)?);
        }
        let (first, closing) = opening(rest)?;
        let elements = rest.get(first..)?;
        if closing == b"]" {
            return Some(at + first + self.bare(plain, at + first, elements)?);
        }
        let end = self.records(plain, at + first, elements, Separator::Comma)?;
        let closed = closed(elements, end, closing);
        if closed.is_none() {
            plain.done = at + first + end;
        }
        Some(at + first + closed?)
    }

    /// Reads records as they are found, stretch by stretch: where they end, `None` iff there is none.
    fn records<S: Sink>(
        &mut self,
        plain: &mut Plain<'_, '_, S>,
        base: usize,
        bytes: &[u8],
        separator: Separator,
    ) -> Option<usize> {
        self.found.begin(separator);
        while !self.found.ended() {
            (self.scan)(bytes, &mut self.found);
            self.read(plain, base, bytes);
            self.found.forget();
        }
        self.found.end()
    }

    /// Reads the elements of a bare array, which may be envelopes, each of them: then it is `None`, and none is read.
    fn bare<S: Sink>(&mut self, plain: &mut Plain<'_, '_, S>, base: usize, bytes: &[u8]) -> Option<usize> {
        self.found.begin(Separator::Comma);
        while !self.found.ended() {
            (self.scan)(bytes, &mut self.found);
        }
        let end = closed(bytes, self.found.end()?, b"]")?;
        let is_record = |span: &Span| bytes.get(span.start..).is_some_and(|one| one.starts_with(RECORD));
        let alone = || bytes.get(..end).and_then(others).is_none();
        if !(self.found.spans.iter().all(is_record) && alone()) {
            return None;
        }
        self.read(plain, base, bytes);
        Some(end)
    }

    /// Accounts for the records found, and hands on those of interest.
    fn read<S: Sink>(&mut self, plain: &mut Plain<'_, '_, S>, base: usize, bytes: &[u8]) {
        let Fast { found, learned, .. } = self;
        let (mut hits, mut named) = (found.hits.iter().peekable(), found.named.iter().peekable());
        for span in &found.spans {
            let raw = bytes.get(span.start..span.end).unwrap_or_default();
            let mut flagged = true;
            while named.next_if(|at| **at < span.end).is_some() {
                flagged = false;
            }
            while hits.next_if(|hit| **hit < span.end).is_some() {
                flagged = true;
            }
            if flagged {
                one(plain, found, learned, base, *span, raw);
            } else {
                plain.other(raw, base + span.start);
            }
        }
    }
}

/// Reads one record that may be of interest: by its shape, else exactly, else plainly.
fn one<S: Sink>(
    plain: &mut Plain<'_, '_, S>,
    found: &Found,
    learned: &mut Learned,
    base: usize,
    span: Span,
    raw: &[u8],
) {
    let (start, offset) = (span.start, base + span.start);
    let text = ascii::text(raw, span.seen).filter(|text| text.len() <= LARGEST_RECORD);
    let escapes = if span.seen.escapes { Escapes::of(raw) } else { None };
    if let Some(text) = text {
        let known = learned.read(text, span, offset, found, escapes, |record| plain.hand_on(record));
        if known.is_some() {
            return;
        }
    }
    let escapes = escapes.is_some();
    match text.and_then(|text| parse(text, offset, found.quotes_from(start), escapes)) {
        Some(Parsed::OfInterest(record, usual)) => {
            plain.hand_on(&record);
            if usual {
                learned.learn(&record, found.quotes_from(start), escapes);
            }
        }
        Some(Parsed::Other) => plain.other(raw, offset),
        None => plain.deliver(raw, offset, raw.len()),
    }
}

/// Where the first element of `{"Records":[` or of `[` begins, and what closes the document; `None` where it is no object, or
/// where a bare array does not begin with a record.
fn opening(rest: &[u8]) -> Option<(usize, &'static [u8])> {
    let after = |at: usize, wanted: &[u8]| {
        let at = crate::plain::past_space(rest, at);
        rest.get(at..)?.starts_with(wanted).then_some(at + wanted.len())
    };
    if let Some(inside) = after(0, b"{") {
        let array = after(after(after(inside, b"\"Records\"")?, b":")?, b"[")?;
        return Some((after(array, b"{")? - 1, b"]}"));
    }
    let array = after(0, b"[")?;
    Some((after(array, RECORD)? - RECORD.len(), b"]"))
}

/// Behind the `closing` brackets that follow the last element, white space between them or not.
fn closed(elements: &[u8], end: usize, closing: &[u8]) -> Option<usize> {
    closing.iter().try_fold(end, |at, bracket| {
        let at = crate::plain::past_space(elements, at);
        (elements.get(at) == Some(bracket)).then_some(at + 1)
    })
}
