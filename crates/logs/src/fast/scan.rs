//! The structural pass: 64 bytes at a time to strings, depth, and the bounds of each record.

use super::RECORD;
use crate::plain::{past_space, spells_a_letter};
use crate::record::{CLOUDTRAIL, LAMBDA};

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

/// What differs between processors.
pub(super) trait Kernel {
    fn masks(window: &Window) -> Masks;
    /// Where backslashes stand, and bytes below 0x20.
    fn unusual(window: &Window) -> (u64, u64);
    /// Where an `S` or `D` stands behind a `t`.
    fn middles(window: &Window) -> u64;
    /// Bit n of the result is the parity of the bits 0 to n.
    fn prefix_xor(bits: u64) -> u64;
}

/// What stands between two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Separator {
    /// A comma: they are elements of an array.
    Comma,
    /// White space, and each begins as records do: there is one a line.
    Space,
}

/// The bounds of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// False only if no byte of it is a backslash or above 0x7f.
    pub(crate) unusual: bool,
}

/// Records of one pass: whatever holds more is none of CloudTrail's files, and is left to the plain path, which keeps none of them.
const MOST_SPANS: usize = 1 << 20;

/// Words of [`Found::quotes`] that are kept for the next file: those of 8 MiB.
const KEPT_QUOTES: usize = (8 << 20) / 64;

/// What one pass found.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Found {
    /// Records one after the other with nothing but separators between them.
    pub(crate) spans: Vec<Span>,
    /// Where something stands that makes an exact look at the record necessary, in order.
    pub(crate) hits: Vec<usize>,
    /// Where one of a record's own members says which other source it is of, in order: a record without it wants an exact look, too.
    pub(crate) named: Vec<usize>,
    /// Bit n of word m is set iff byte 64 m + n is a quote that opens or closes a string.
    quotes: Vec<u64>,
}

impl Found {
    /// Gives back memory that only a large file needed.
    pub(super) fn rest(&mut self) {
        if self.quotes.capacity() > KEPT_QUOTES {
            *self = Found::default();
        }
    }

    /// The first quote at byte `at` or behind it.
    #[inline(always)]
    pub(super) fn quote_from(&self, at: usize) -> Option<usize> {
        // Nearly every text is shorter than 128 bytes, so three words are looked at together, without a branch for each.
        let within = at % 64;
        if let Some([first, second, third, ..]) = self.quotes.get(at / 64..) {
            let low = u128::from(*second) << 64 | u128::from(*first);
            let bits = low >> within | u128::from(*third) << 64 << (64 - within);
            if bits != 0 {
                return Some(at + bits.trailing_zeros() as usize);
            }
        }
        self.far_quote_from(at)
    }

    #[cold]
    fn far_quote_from(&self, at: usize) -> Option<usize> {
        let (first, rest) = self.quotes.get(at / 64..)?.split_first()?;
        let first = first >> (at % 64);
        if first != 0 {
            return Some(at + first.trailing_zeros() as usize);
        }
        let (skipped, word) = rest.iter().enumerate().find(|(_, word)| **word != 0)?;
        Some((at / 64 + 1 + skipped) * 64 + word.trailing_zeros() as usize)
    }

    /// The quotes from byte `start` on, counted from there.
    pub(super) fn quotes_from(&self, start: usize) -> Quotes<'_> {
        let words = self.quotes.get(start / 64..).unwrap_or_default();
        let (current, words) = words.split_first().map_or((0, words), |(first, rest)| (*first, rest));
        let within = start % 64;
        Quotes {
            words: words.iter(),
            current: current >> within << within,
            base: 0_usize.wrapping_sub(within),
        }
    }
}

/// Places of quotes, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Quotes<'q> {
    words: std::slice::Iter<'q, u64>,
    current: u64,
    /// Where the current word begins, counted from the start: before it for the first.
    base: usize,
}

impl Quotes<'_> {
    #[inline(always)]
    pub(super) fn next(&mut self) -> Option<usize> {
        while self.current == 0 {
            self.current = *self.words.next()?;
            self.base = self.base.wrapping_add(64);
        }
        let bit = self.current.trailing_zeros() as usize;
        self.current &= self.current - 1;
        Some(self.base.wrapping_add(bit))
    }
}

/// What is carried from block to block.
struct State {
    separator: Separator,
    /// 1 iff the first byte of the block is escaped.
    escaped: u64,
    /// All ones iff the block begins within a string.
    string: u64,
    /// What was seen of the record so far, block by block.
    unusual: bool,
    depth: usize,
    start: usize,
    /// Behind the last record.
    end: usize,
}

/// Finds the records in `bytes`, of which the first begins at byte 0, until something else stands between two of them.
#[inline(always)]
pub(super) fn scan<K: Kernel>(bytes: &[u8], separator: Separator, found: &mut Found) {
    found.spans.clear();
    found.hits.clear();
    found.named.clear();
    let words = bytes.len().div_ceil(64);
    // What stands there from the file before is overwritten, or cut off below.
    found.quotes.resize(words, 0);
    let mut state = State { separator, escaped: 0, string: 0, unusual: false, depth: 0, start: 0, end: 0 };
    let Found { spans, hits, named, quotes } = found;
    let mut known = 0;
    for (at, word) in quotes.iter_mut().enumerate() {
        // The first block has no byte before it, and the last one is filled up.
        let within = (at * 64).checked_sub(1).and_then(|from| bytes.get(from..)?.first_chunk::<65>());
        let quote = match within {
            Some(window) => step::<K>(bytes, at * 64, window, &mut state, spans, hits, named),
            None => step::<K>(bytes, at * 64, &padded(bytes, at), &mut state, spans, hits, named),
        };
        let Some((quote, more)) = quote else { break };
        *word = quote;
        known = at + 1;
        if !more {
            break;
        }
    }
    quotes.truncate(known);
    // Escapes of a block are found before its keys.
    if !hits.is_sorted() {
        hits.sort_unstable();
    }
}

/// The window of a block at either end, spaces where there are no bytes.
#[cold]
#[inline(never)]
fn padded(bytes: &[u8], at: usize) -> Window {
    let mut window = [b' '; 65];
    let (skipped, from) = if at == 0 { (1, 0) } else { (0, at * 64 - 1) };
    let rest = bytes.get(from..).unwrap_or_default();
    window.iter_mut().skip(skipped).zip(rest).for_each(|(to, from)| *to = *from);
    window
}

/// The quotes of one block; `None` iff the records end in it.
#[inline(always)]
fn step<K: Kernel>(
    bytes: &[u8],
    base: usize,
    window: &Window,
    state: &mut State,
    spans: &mut Vec<Span>,
    hits: &mut Vec<usize>,
    named: &mut Vec<usize>,
) -> Option<(u64, bool)> {
    let masks = K::masks(window);
    let (mut quote, mut string) = (masks.quote, 0);
    let unusual = masks.unusual || state.escaped != 0;
    if unusual {
        (quote, string) = step_unusual::<K>(bytes, base, window, state, quote, hits)?;
    } else {
        string |= K::prefix_xor(quote) ^ state.string;
    }
    state.string = 0_u64.wrapping_sub(string >> 63);
    let (open, close) = (masks.open & !string, masks.close & !string);
    if masks.middle {
        each(K::middles(window), |at| match names_source(bytes, base + at) {
            Names::Nothing => {}
            Names::Exactly => hits.push(base + at),
            Names::Another => {
                // Another object's source within the record is not its own.
                let before = (1_u64 << at) - 1;
                let opened = state.depth + (open & before).count_ones() as usize;
                if opened == 1 + (close & before).count_ones() as usize {
                    named.push(base + at);
                }
            }
        });
    }
    let closing = close.count_ones() as usize;
    if state.depth > closing {
        state.depth = state.depth + open.count_ones() as usize - closing;
        return Some((quote, true));
    }
    Some((quote, bounds(bytes, base, unusual, open, close, state, spans)))
}

/// The quotes and the strings of a block with escapes, control characters or other letters than ASCII's; `None` as [`step`].
#[inline(always)]
fn step_unusual<K: Kernel>(
    bytes: &[u8],
    base: usize,
    window: &Window,
    state: &mut State,
    quote: u64,
    hits: &mut Vec<usize>,
) -> Option<(u64, u64)> {
    let (backslash, control) = K::unusual(window);
    state.unusual = true;
    let escaped = escapes(backslash, &mut state.escaped);
    let quote = quote & !escaped;
    let string = K::prefix_xor(quote) ^ state.string;
    // Neither stands in JSON: the plain path says what is to be done about it.
    if (control & string) | (backslash & !string) != 0 {
        return None;
    }
    each(escaped, |at| {
        let at = base + at;
        let letter = bytes.get(at) == Some(&b'u')
            && at > 0
            && bytes.get(at + 1..at + 3) == Some(b"00")
            && spells_a_letter(bytes, at - 1);
        if letter {
            hits.push(at);
        }
    });
    Some((quote, string))
}

/// Calls with the place of each bit.
#[inline(always)]
fn each(mut bits: u64, mut then: impl FnMut(usize)) {
    while bits != 0 {
        then(bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}

/// Follows the braces of one block one by one; false iff the records end in it.
#[inline(always)]
fn bounds(
    bytes: &[u8],
    base: usize,
    unusual: bool,
    open: u64,
    close: u64,
    state: &mut State,
    spans: &mut Vec<Span>,
) -> bool {
    let mut braces = open | close;
    while braces != 0 {
        let bit = braces & braces.wrapping_neg();
        let at = base + braces.trailing_zeros() as usize;
        braces ^= bit;
        if open & bit != 0 {
            if state.depth == 0 {
                if !follows(bytes, state.end, at, state.separator) {
                    return false;
                }
                state.start = at;
                // Of a block that it shares with the record before, each takes all.
                state.unusual = unusual;
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
                let State { start, end, unusual, .. } = *state;
                spans.push(Span { start, end, unusual });
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

/// What the key says in which an `S` or `D` stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// Nothing of a record's source.
    Nothing,
    /// It asks for an exact look.
    Exactly,
    /// A source that is none of ours.
    Another,
}

/// Of the key around the `S` or `D` at `at`.
fn names_source(bytes: &[u8], at: usize) -> Names {
    const KEY: &[u8] = b"\"eventSource\"";
    let Some(rest) = bytes.get(at..) else { return Names::Nothing };
    if rest.starts_with(b"Details\"") {
        return Names::Exactly;
    }
    let Some(key) = at.checked_sub(6).and_then(|start| bytes.get(start..)) else { return Names::Nothing };
    let Some(value) = key.strip_prefix(KEY) else { return Names::Nothing };
    let value = match value {
        [b':', b'"', text @ ..] => text,
        _ => {
            let loose = |bytes: &[u8], at| past_control(bytes, at);
            let colon = loose(value, 0);
            let quote = loose(value, colon + 1);
            if value.get(colon) != Some(&b':') || value.get(quote) != Some(&b'"') {
                return Names::Nothing;
            }
            value.get(quote + 1..).unwrap_or_default()
        }
    };
    // What is not a letter around it is looked at exactly.
    let is = |source: &&str| {
        let said = value.get(..source.len()).unwrap_or_default();
        let ends = |byte: &u8| !byte.is_ascii_alphanumeric();
        said.eq_ignore_ascii_case(source.as_bytes()) && value.get(source.len()).is_some_and(ends)
    };
    let strange = value.first().is_none_or(|first| !first.is_ascii_alphanumeric());
    if strange || [LAMBDA, CLOUDTRAIL].iter().any(is) { Names::Exactly } else { Names::Another }
}

/// Past white space, and past what only looks like it: this may find too much, never too little.
fn past_control(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| **byte <= b' ').count()
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
