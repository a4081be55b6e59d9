//! Shapes of records learned from those parsed exactly: a record of a known shape needs no parsing, only comparing.
//!
//! Take the texts out of a record that stand as values, and what is left is its *shape*: braces, keys, `null`, `true`, numbers.
//! A record that differs from one parsed exactly in nothing but such texts has the same members in the same places, so what
//! was found out about the one holds for the other. Shapes are kept as a tree of the pieces between texts, because nearly all
//! records of CloudTrail share their beginning with others. What a *text* says is checked anew for each record.

use super::found::{Found, Quotes, Span};
use super::members::{Escapes, Facts, NOWHERE, PLACES, Texts, places, record, undo};
use super::parse::{Parsed, parse};
use super::walk::sound;
use crate::record::Record;

/// Bytes of a record that is learned: CloudTrail's have no more (user guide, quotas).
const LARGEST: usize = 256 << 10;
/// Pieces in the tree, blocks of all of them, and steps of all paths: beyond either it starts anew.
const MOST_PIECES: usize = 1 << 13;
const MOST_BLOCKS: usize = 1 << 15;
const MOST_STEPS: usize = 1 << 15;
/// Paths that are remembered by the number of their quotes: a power of two.
const GUESSES: usize = 64;
/// Ways on from one piece: they are tried one after the other.
const MOST_WAYS: usize = 12;
/// What learning a shape costs, what it may cost before any was met again, and the most that can be saved up: where shapes do
/// not return, as with a number that counts up, learning stops.
const PRICE: u32 = 8;
const BEGINNING: u32 = 1_024;
const SAVINGS: u32 = 8_192;

/// See the module.
pub(super) struct Learned {
    pieces: Vec<Piece>,
    /// The bytes of all pieces, each filled up with zeros to whole blocks.
    blocks: Vec<Block>,
    /// Each whole shape once more, from its first piece to its last.
    paths: Vec<Path>,
    steps: Vec<Step>,
    /// By the number of a record's quotes: the paths, counted from 1, of the last such records that were not of the same one. Most
    /// records are of these shapes, and are compared without looking for the way at each piece.
    guesses: [[u32; 2]; GUESSES],
    credit: u32,
}

/// A whole shape.
#[derive(Clone, Copy, Debug)]
struct Path {
    first: u32,
    steps: u32,
    facts: Facts,
}

/// A piece of a path, and where the text after it belongs.
#[derive(Clone, Copy, Debug)]
struct Step {
    start: u32,
    length: u32,
    place: u8,
}

/// Bytes are compared so many at once: most pieces are shorter.
const BLOCK: usize = 32;
type Block = [u8; BLOCK];

/// What stands between two texts.
#[derive(Clone, Copy, Debug, Default)]
struct Piece {
    /// Its first block.
    start: u32,
    /// In bytes.
    length: u32,
    /// The first piece that may follow, and the next that may stand here instead; 0 is none: that is the root.
    follows: u32,
    instead: u32,
    /// Where the text behind it belongs.
    place: u8,
    /// It ends the record: the path to it, counted from 1.
    end: Option<Facts>,
    path: u32,
}

impl Default for Learned {
    fn default() -> Self {
        Learned {
            pieces: vec![Piece::default()],
            blocks: Vec::new(),
            paths: Vec::new(),
            steps: Vec::new(),
            guesses: [[0; 2]; GUESSES],
            credit: BEGINNING,
        }
    }
}

impl Learned {
    /// Hands the record `text`, which was found at `span`, to `then`; `None` iff its shape is not known, or a text says something that
    /// only the exact parse can judge.
    #[inline(always)]
    pub(super) fn read<'a, T>(
        &mut self,
        text: &'a str,
        span: Span,
        offset: usize,
        found: &Found,
        escapes: Option<Escapes>,
        then: impl FnOnce(&Record<'a>) -> T,
    ) -> Option<T> {
        let mut texts: Texts<'a> = [None; PLACES];
        let guess = span.quotes as usize % GUESSES;
        let [last, before] = self.guesses.get(guess).copied().unwrap_or_default();
        let facts = match self.follow(last, text, span.start, found, escapes, &mut texts) {
            Some(facts) => facts,
            None => {
                texts = [None; PLACES];
                let (path, facts) = match self.follow(before, text, span.start, found, escapes, &mut texts) {
                    Some(facts) => (before, facts),
                    None => {
                        texts = [None; PLACES];
                        self.compare(text, span.start, found, escapes, &mut texts)?
                    }
                };
                *self.guesses.get_mut(guess)? = [path, last];
                facts
            }
        };
        let mut record = record(text.as_bytes(), offset, &texts, facts, escapes.is_some())?;
        if let Some(escapes) = escapes {
            undo(&mut record, escapes)?;
        }
        self.credit = (self.credit + 1).min(SAVINGS);
        Some(then(&record))
    }

    /// Compares with one whole shape; `None` iff the record is of another.
    #[inline(never)]
    fn follow<'a>(
        &self,
        path: u32,
        text: &'a str,
        start: usize,
        found: &Found,
        escapes: Option<Escapes>,
        texts: &mut Texts<'a>,
    ) -> Option<Facts> {
        let Path { first, steps, facts } = *self.paths.get((path as usize).checked_sub(1)?)?;
        let steps = self.steps.get(first as usize..)?.get(..steps as usize)?;
        let (last, steps) = steps.split_last()?;
        let raw = text.as_bytes();
        let mut at = 0;
        for step in steps {
            if !begins(raw.get(at..)?, self.blocks.get(step.start as usize..)?, step.length as usize) {
                return None;
            }
            at += step.length as usize;
            let close = found.quote_from(start + at)? - start;
            put(at, text.get(at..close)?, step.place, escapes, texts)?;
            at = close;
        }
        let whole = at + last.length as usize == raw.len();
        let same = begins(raw.get(at..)?, self.blocks.get(last.start as usize..)?, last.length as usize);
        (whole && same).then_some(facts)
    }

    /// Looks for the shape, piece by piece: its path, and what it says.
    #[inline(never)]
    fn compare<'a>(
        &mut self,
        text: &'a str,
        start: usize,
        found: &Found,
        escapes: Option<Escapes>,
        texts: &mut Texts<'a>,
    ) -> Option<(u32, Facts)> {
        let raw = text.as_bytes();
        let (mut at, mut before) = (0, 0);
        loop {
            let piece = self.way_on(before, raw.get(at..)?)?;
            let Piece { length, place, end, path, .. } = *self.pieces.get(piece as usize)?;
            at += length as usize;
            if let Some(facts) = end {
                return (at == raw.len()).then_some((path, facts));
            }
            let close = found.quote_from(start + at)? - start;
            put(at, text.get(at..close)?, place, escapes, texts)?;
            (at, before) = (close, piece);
        }
    }

    /// The piece behind `before` with which `rest` begins. It is tried first the next time.
    #[inline(always)]
    fn way_on(&mut self, before: u32, rest: &[u8]) -> Option<u32> {
        let first = self.pieces.get(before as usize)?.follows;
        if first != 0 && self.begins(rest, first)? {
            return Some(first);
        }
        self.other_way(before, first, rest)
    }

    fn other_way(&mut self, before: u32, first: u32, rest: &[u8]) -> Option<u32> {
        let mut last = first;
        while last != 0 {
            let here = self.pieces.get(last as usize)?.instead;
            if here != 0 && self.begins(rest, here)? {
                let after = std::mem::replace(&mut self.pieces.get_mut(here as usize)?.instead, first);
                self.pieces.get_mut(last as usize)?.instead = after;
                self.pieces.get_mut(before as usize)?.follows = here;
                return Some(here);
            }
            last = here;
        }
        None
    }

    #[inline(always)]
    fn begins(&self, rest: &[u8], piece: u32) -> Option<bool> {
        let Piece { start, length, .. } = *self.pieces.get(piece as usize)?;
        Some(begins(rest, self.blocks.get(start as usize..)?, length as usize))
    }

    /// Learns the shape of a record that was parsed exactly, and whose one resource is Lambda's.
    pub(super) fn learn(&mut self, record: &Record<'_>, quotes: Quotes<'_>, escapes: bool) {
        if self.credit < PRICE || record.raw.len() > LARGEST {
            return;
        }
        self.credit -= PRICE;
        if self.pieces.len() > MOST_PIECES || self.blocks.len() > MOST_BLOCKS || self.steps.len() > MOST_STEPS
        {
            *self = Learned { credit: self.credit, ..Learned::default() };
        }
        // Half a shape is no harm: nothing but an end leads to a record.
        let _ = if escapes { self.add_without_escapes(record.raw, quotes) } else { self.add(record, quotes) };
    }

    /// Learns the shape of the same record without its escapes: letters stand for them, so that each text is where it was. That is a
    /// record, too, and what is learned of one is true of all of its shape.
    #[cold]
    fn add_without_escapes(&mut self, raw: &[u8], quotes: Quotes<'_>) -> Option<()> {
        let mut copy = raw.to_vec();
        let mut at = 0;
        while let Some(escape) = memchr::memchr(b'\\', copy.get(at..)?) {
            at += escape + 2;
            copy.get_mut(at - 2..at)?.fill(b'x');
        }
        let text = std::str::from_utf8(&copy).ok()?;
        match parse(text, 0, quotes.clone(), false) {
            Some(Parsed::OfInterest(record, true)) => self.add(&record, quotes),
            _ => None,
        }
    }

    fn add(&mut self, record: &Record<'_>, mut quotes: Quotes<'_>) -> Option<()> {
        let raw = record.raw;
        let places = places(record);
        let (mut before, mut from) = (0, 0);
        let mut way = Vec::new();
        while let Some(open) = quotes.next() {
            if open >= raw.len() {
                break;
            }
            let close = quotes.next()?;
            let after = crate::plain::past_space(raw, close + 1);
            if raw.get(after) == Some(&b':') {
                continue;
            }
            let text = raw.get(open + 1..close)?.as_ptr();
            let place = places.iter().position(|place| place.is_some_and(|place| place == text));
            let place = place.map_or(NOWHERE, |place| u8::try_from(place + 1).unwrap_or(NOWHERE));
            before = self.grow(before, raw.get(from..=open)?, place, None)?;
            way.push(before);
            from = close;
        }
        let facts = Facts {
            management: record.management,
            read_only: record.read_only,
            requested: record.requested.is_some(),
        };
        let end = self.grow(before, raw.get(from..)?, NOWHERE, Some(facts))?;
        way.push(end);
        if self.pieces.get(end as usize)?.path == 0 {
            let first = u32::try_from(self.steps.len()).ok()?;
            for piece in &way {
                let Piece { start, length, place, .. } = *self.pieces.get(*piece as usize)?;
                self.steps.push(Step { start, length, place });
            }
            self.paths.push(Path { first, steps: u32::try_from(way.len()).ok()?, facts });
            self.pieces.get_mut(end as usize)?.path = u32::try_from(self.paths.len()).ok()?;
        }
        Some(())
    }

    /// The piece behind `before`, there already or new; `None` iff there are too many.
    fn grow(&mut self, before: u32, bytes: &[u8], place: u8, end: Option<Facts>) -> Option<u32> {
        let first = self.pieces.get(before as usize)?.follows;
        let (mut here, mut ways) = (first, 0);
        while here != 0 {
            let piece = *self.pieces.get(here as usize)?;
            if piece.length as usize == bytes.len() && self.begins(bytes, here)? {
                return (piece.place == place && piece.end == end).then_some(here);
            }
            (here, ways) = (piece.instead, ways + 1);
        }
        if ways >= MOST_WAYS {
            return None;
        }
        let start = u32::try_from(self.blocks.len()).ok()?;
        let length = u32::try_from(bytes.len()).ok()?;
        self.blocks.extend(bytes.chunks(BLOCK).map(|chunk| {
            let mut block = [0; BLOCK];
            block.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            block
        }));
        let new = u32::try_from(self.pieces.len()).ok()?;
        self.pieces.push(Piece { start, length, follows: 0, instead: first, place, end, path: 0 });
        self.pieces.get_mut(before as usize)?.follows = new;
        Some(new)
    }
}

/// Puts a text where it belongs; of those that nobody asks for it is enough that their escapes can be undone.
#[inline(always)]
fn put<'a>(
    at: usize,
    value: &'a str,
    place: u8,
    escapes: Option<Escapes>,
    texts: &mut Texts<'a>,
) -> Option<()> {
    if place == NOWHERE && escapes.is_some_and(|escapes| escapes.within(at, value)) {
        sound(value)?;
    }
    *texts.get_mut(place as usize)? = Some(value);
    Some(())
}

/// True iff `rest` begins with the `length` bytes of these blocks.
#[inline(always)]
fn begins(rest: &[u8], blocks: &[Block], length: usize) -> bool {
    if length <= BLOCK
        && let (Some(rest), Some(block)) = (rest.first_chunk::<BLOCK>(), blocks.first())
    {
        return same(rest, block, length);
    }
    begins_far(rest, blocks, length)
}

/// The same of more than one block, or near the end of all bytes.
#[inline(never)]
fn begins_far(rest: &[u8], blocks: &[Block], length: usize) -> bool {
    let Some(whole) = rest.get(..length) else { return false };
    whole.chunks(BLOCK).zip(blocks).all(|(bytes, block)| match bytes.first_chunk::<BLOCK>() {
        Some(bytes) => same(bytes, block, BLOCK),
        None => block.starts_with(bytes),
    })
}

/// True iff the first `length` bytes are equal: without a branch that depends on the length.
#[inline(always)]
fn same(a: &Block, b: &Block, length: usize) -> bool {
    let halves = |block: &Block| {
        let (low, high) = block.split_at(BLOCK / 2);
        let half = |bytes: &[u8]| u128::from_le_bytes(bytes.try_into().unwrap_or([0; BLOCK / 2]));
        (half(low), half(high))
    };
    let ((a_low, a_high), (b_low, b_high)) = (halves(a), halves(b));
    let mask = MASKS[length % (BLOCK + 1)];
    (a_low ^ b_low) & mask.0 | (a_high ^ b_high) & mask.1 == 0
}

/// For each length the bits of that many bytes.
const MASKS: [(u128, u128); BLOCK + 1] = {
    let mut masks = [(0, 0); BLOCK + 1];
    let mut length = 1;
    while length <= BLOCK {
        let (low, high): (u128, u128) = masks[length - 1];
        masks[length] = if length <= BLOCK / 2 { (low << 8 | 0xff, 0) } else { (low, high << 8 | 0xff) };
        length += 1;
    }
    masks
};
