//! The structural pass: 64 bytes at a time to strings, depth, and the bounds of each record.

use super::RECORD;
use super::found::{Found, MOST_SPANS, STRETCH, Seen, Separator, Span, State};
use super::source::{Names, names_source};
use crate::plain::{past_space, spells_a_letter};

/// A block of 64 bytes behind the byte before it.
pub(super) type Window = [u8; 65];

/// Where in the 64 bytes of a window something stands: bit n is byte n of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    pub(super) quote: u64,
    pub(super) open: u64,
    pub(super) close: u64,
    /// True iff there is a `t` with an `S` or `D` behind it, which may be the middle of `eventSource` or `insightDetails`.
    pub(super) middle: bool,
    /// True iff there is a backslash, a byte below 0x20 or a byte above 0x7f: most blocks have none.
    pub(super) unusual: bool,
}

/// Where in a block braces open and close that stand in no text.
#[derive(Clone, Copy, Debug)]
struct Braces {
    open: u64,
    close: u64,
}

/// What is asked of a block that has something unusual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unusual {
    pub(super) backslash: u64,
    /// Bytes below 0x20.
    pub(super) control: u64,
    /// Each `u`: after a backslash it may spell a letter.
    pub(super) u: u64,
    /// True iff there is a byte above 0x7f.
    pub(super) foreign: bool,
}

/// What differs between processors.
pub(super) trait Kernel {
    fn masks(window: &Window) -> Masks;
    fn unusual(window: &Window) -> Unusual;
    /// Where an `S` or `D` stands behind a `t`.
    fn middles(window: &Window) -> u64;
    /// Bit n of the result is the parity of the bits 0 to n.
    fn prefix_xor(bits: u64) -> u64;
}

/// Finds the next records in `bytes`, of which the first of all begins at byte 0, until something else stands between two of them.
///
/// What most blocks need is written out here, and all else is a call: so the loop keeps what it carries in registers.
#[inline(always)]
pub(super) fn scan<K: Kernel>(bytes: &[u8], found: &mut Found) {
    let Found { spans, hits, named, quotes, state } = found;
    let State { mut base, mut escaped, mut string, mut depth, quotes: mut counted, .. } = *state;
    let words = bytes.len().div_ceil(64);
    let first = base / 64;
    quotes.resize(words.min(first + STRETCH / 64), 0);
    state.ended = quotes.len() == words;
    // The first block has no byte before it, and the last one is filled up.
    let mut ahead = bytes.get(base.max(64) - 1..).unwrap_or_default();
    for word in quotes.iter_mut().skip(first) {
        let filled;
        let window = match ahead.first_chunk::<65>() {
            Some(window) if base != 0 => {
                ahead = ahead.get(64..).unwrap_or_default();
                window
            }
            _ => {
                filled = padded(bytes, base);
                &filled
            }
        };
        let masks = K::masks(window);
        let (mut quote, mut seen) = (masks.quote, Seen::default());
        let inside = if masks.unusual || escaped != 0 {
            let unusual = K::unusual(window);
            let behind = escapes(unusual.backslash, &mut escaped);
            quote &= !behind;
            let inside = K::prefix_xor(quote) ^ string;
            // Neither stands in JSON: the plain path says what is to be done about it.
            if (unusual.control & inside) | (unusual.backslash & !inside) != 0 {
                state.ended = true;
                break;
            }
            if behind & unusual.u != 0 {
                spelled(bytes, base, behind & unusual.u, hits);
            }
            seen = Seen { escapes: unusual.backslash != 0, foreign: unusual.foreign };
            state.seen.add(seen);
            inside
        } else {
            K::prefix_xor(quote) ^ string
        };
        *word = quote;
        string = 0_u64.wrapping_sub(inside >> 63);
        let (open, close) = (masks.open & !inside, masks.close & !inside);
        if masks.middle {
            sources(bytes, base, K::middles(window), Braces { open, close }, depth, hits, named);
        }
        let closing = close.count_ones() as usize;
        let opening = open.count_ones() as usize;
        if depth > closing {
            depth = depth + opening - closing;
        } else {
            (state.depth, state.quotes) = (depth, counted);
            let more = bounds(bytes, base, seen, quote, Braces { open, close }, state, spans);
            depth = state.depth;
            if !more {
                state.ended = true;
                break;
            }
        }
        counted = counted.wrapping_add(quote.count_ones());
        base += 64;
    }
    state.quotes = counted;
    (state.base, state.escaped, state.string, state.depth) = (base, escaped, string, depth);
    // Escapes of a block are found before its keys.
    if !hits.is_sorted() {
        hits.sort_unstable();
    }
}

/// The window of a block at either end, spaces where there are no bytes.
#[cold]
#[inline(never)]
fn padded(bytes: &[u8], base: usize) -> Window {
    let mut window = [b' '; 65];
    let (skipped, from) = if base == 0 { (1, 0) } else { (0, base - 1) };
    let rest = bytes.get(from..).unwrap_or_default();
    window.iter_mut().skip(skipped).zip(rest).for_each(|(to, from)| *to = *from);
    window
}

/// Enters each escaped `u` that spells a letter: what is written so may be one of the names that are looked for.
#[cold]
#[inline(never)]
fn spelled(bytes: &[u8], base: usize, escaped: u64, hits: &mut Vec<usize>) {
    each(escaped, |at| {
        let at = base + at;
        if at > 0 && bytes.get(at + 1..at + 3) == Some(b"00") && spells_a_letter(bytes, at - 1) {
            hits.push(at);
        }
    });
}

/// Enters what the keys say in whose middle the `S` and `D` of `middles` stand. `depth` is that before the block, in which braces
/// open and close.
#[inline(never)]
fn sources(
    bytes: &[u8],
    base: usize,
    middles: u64,
    Braces { open, close }: Braces,
    depth: usize,
    hits: &mut Vec<usize>,
    named: &mut Vec<usize>,
) {
    each(middles, |at| match names_source(bytes, base + at) {
        Names::Nothing => {}
        Names::Exactly => hits.push(base + at),
        Names::Another => {
            // Another object's source within the record is not its own.
            let before = (1_u64 << at) - 1;
            let opened = depth + (open & before).count_ones() as usize;
            if opened == 1 + (close & before).count_ones() as usize {
                named.push(base + at);
            }
        }
    });
}

/// Calls with the place of each bit.
#[inline(always)]
fn each(mut bits: u64, mut then: impl FnMut(usize)) {
    while bits != 0 {
        then(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

/// Follows the braces of one block one by one; false iff the records end in it. `seen` is what was seen in the block.
#[inline(never)]
fn bounds(
    bytes: &[u8],
    base: usize,
    seen: Seen,
    quote: u64,
    Braces { open, close }: Braces,
    state: &mut State,
    spans: &mut Vec<Span>,
) -> bool {
    let mut braces = open | close;
    while braces != 0 {
        let bit = braces & braces.wrapping_neg();
        let at = base + braces.trailing_zeros() as usize;
        braces ^= bit;
        let counted = || state.quotes.wrapping_add((quote & (bit - 1)).count_ones());
        if open & bit != 0 {
            if state.depth == 0 {
                if !follows(bytes, state.end, at, state.separator) {
                    return false;
                }
                (state.start, state.quotes_before, state.seen) = (at, counted(), seen);
            }
            state.depth += 1;
        } else if state.depth == 0 {
            return false;
        } else {
            state.depth -= 1;
            if state.depth == 0 {
                state.end = at + 1;
                if spans.len() >= MOST_SPANS {
                    return false;
                }
                let quotes = counted().wrapping_sub(state.quotes_before);
                let State { start, end, seen, .. } = *state;
                spans.push(Span { start, end, quotes, seen });
            }
        }
    }
    true
}

/// True iff between the record that ends at `end` and the brace at `at` stands what separates records.
#[inline(always)]
fn follows(bytes: &[u8], end: usize, at: usize, separator: Separator) -> bool {
    match separator {
        Separator::Comma if at == 0 => true,
        Separator::Comma if at == end + 1 => bytes.get(end) == Some(&b','),
        Separator::Comma => {
            let comma = past_space(bytes, end);
            bytes.get(comma) == Some(&b',') && past_space(bytes, comma + 1) == at
        }
        Separator::Space => {
            past_space(bytes, end) == at && bytes.get(at..).is_some_and(|rest| rest.starts_with(RECORD))
        }
    }
}

/// Which bytes a run of backslashes escapes (the method of Langdale and Lemire, "Parsing gigabytes of JSON per second").
fn escapes(backslash: u64, carry: &mut u64) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let backslash = backslash & !*carry;
    let follows = backslash << 1 | *carry;
    let odd_starts = backslash & !EVEN & !follows;
    let (sequences, overflow) = odd_starts.overflowing_add(backslash);
    *carry = u64::from(overflow);
    (EVEN ^ (sequences << 1)) & follows
}

#[cfg(test)]
mod tests {
    use super::escapes;

    #[test]
    fn a_run_of_backslashes_escapes_what_follows_an_odd_one_across_blocks() {
        let texts =
            [r#"a\"b\\"c\\\"d"#.repeat(40), "\\".repeat(130), "x".repeat(63) + "\\\\\\\"" + &"y".repeat(70)];
        for text in texts {
            let mut expected = vec![false; text.len()];
            let mut at = 0;
            while at < text.len() {
                let backslash = text.as_bytes()[at] == b'\\';
                if backslash && at + 1 < text.len() {
                    expected[at + 1] = true;
                }
                at += if backslash { 2 } else { 1 };
            }
            let mut carry = 0;
            for (block, expected) in text.as_bytes().chunks(64).zip(expected.chunks(64)) {
                let bits = |set: &dyn Fn(usize) -> bool| {
                    (0..block.len()).fold(0, |bits, at| bits | u64::from(set(at)) << at)
                };
                let found = escapes(bits(&|at| block[at] == b'\\'), &mut carry);
                let inside = if block.len() == 64 { u64::MAX } else { (1 << block.len()) - 1 };
                assert_eq!(found & inside, bits(&|at| expected[at]), "{text}");
            }
        }
    }
}
