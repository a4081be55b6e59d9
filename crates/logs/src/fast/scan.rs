//! The structural pass: 64 bytes at a time to strings, depth, and the bounds of each record.

use super::RECORD;
use crate::plain::{past_space, spells_a_letter};
use crate::record::{CLOUDTRAIL, LAMBDA};

/// Where in a block of 64 bytes something stands: bit n is byte n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Masks {
    pub(super) quote: u64,
    pub(super) backslash: u64,
    /// Below 0x20.
    pub(super) control: u64,
    pub(super) open: u64,
    pub(super) close: u64,
    /// `t`, and `S` or `D`: the middle of `eventSource` and of `insightDetails`.
    pub(super) middle: (u64, u64),
    /// True iff no byte is above 0x7f.
    pub(super) ascii: bool,
}

/// What differs between processors.
pub(super) trait Kernel {
    fn masks(block: &[u8; 64]) -> Masks;
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
    /// True if a byte of it is a backslash; false only if none is.
    pub(crate) escapes: bool,
    /// True only if no byte of it is above 0x7f.
    pub(crate) ascii: bool,
}

/// What one pass found.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Found {
    /// Records one after the other with nothing but separators between them.
    pub(crate) spans: Vec<Span>,
    /// Where something stands that makes an exact look at the record necessary, in order.
    pub(crate) hits: Vec<usize>,
    /// Bit n of word m is set iff byte 64 m + n is a quote that opens or closes a string.
    quotes: Vec<u64>,
}

impl Found {
    /// The first quote at byte `at` or behind it.
    #[inline(always)]
    pub(super) fn quote_from(&self, at: usize) -> Option<usize> {
        let words = self.quotes.get(at / 64..)?;
        let (first, rest) = words.split_first()?;
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
    /// 1 iff the byte before the block is a `t`.
    middle: u64,
    /// What was seen of the record so far, block by block.
    escapes: bool,
    ascii: bool,
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
    let words = bytes.len().div_ceil(64);
    // What stands there from the file before is overwritten, or cut off below.
    found.quotes.resize(words, 0);
    let mut state = State {
        separator,
        escaped: 0,
        string: 0,
        middle: 0,
        escapes: false,
        ascii: true,
        depth: 0,
        start: 0,
        end: 0,
    };
    let Found { spans, hits, quotes } = found;
    let (blocks, rest) = bytes.as_chunks::<64>();
    let mut known = 0;
    for ((at, block), word) in blocks.iter().enumerate().zip(quotes.iter_mut()) {
        match step::<K>(bytes, (at * 64, block), &mut state, (spans, hits)) {
            Some(quote) => *word = quote,
            None => break,
        }
        known = at + 1;
    }
    if known == blocks.len() && !rest.is_empty() {
        let mut last = [b' '; 64];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        let quote = step::<K>(bytes, (blocks.len() * 64, &last), &mut state, (spans, hits));
        if let (Some(quote), Some(word)) = (quote, quotes.last_mut()) {
            *word = quote;
            known += 1;
        }
    }
    quotes.truncate(known);
}

/// The quotes of one block; `None` iff the records end in it.
#[inline(always)]
fn step<K: Kernel>(
    bytes: &[u8],
    (base, block): (usize, &[u8; 64]),
    state: &mut State,
    (spans, hits): (&mut Vec<Span>, &mut Vec<usize>),
) -> Option<u64> {
    let masks = K::masks(block);
    let mut escaped = std::mem::take(&mut state.escaped);
    // Most blocks have neither backslashes nor control characters.
    let unusual = masks.backslash | masks.control | escaped != 0;
    if unusual {
        state.escaped = escaped;
        escaped = escapes(masks.backslash, &mut state.escaped);
    }
    let quote = masks.quote & !escaped;
    let string = K::prefix_xor(quote) ^ state.string;
    state.string = 0_u64.wrapping_sub(string >> 63);
    // Neither stands in JSON: the plain path says what is to be done about it.
    if unusual && (masks.control & string) | (masks.backslash & !string) != 0 {
        return None;
    }
    let (first, second) = masks.middle;
    let middle = second & (first << 1 | state.middle);
    state.middle = first >> 63;
    if middle | escaped != 0 {
        self::hits(bytes, base, (middle, escaped), hits);
    }
    let backslash = masks.backslash != 0;
    state.escapes |= backslash;
    state.ascii &= masks.ascii;
    let (open, close) = (masks.open & !string, masks.close & !string);
    let closing = close.count_ones() as usize;
    if state.depth > closing {
        state.depth = state.depth + open.count_ones() as usize - closing;
        return Some(quote);
    }
    let seen = (backslash, masks.ascii);
    bounds(bytes, (base, seen), (open, close), state, spans).then_some(quote)
}

/// Follows the braces of one block one by one; false iff the records end in it.
#[inline(always)]
fn bounds(
    bytes: &[u8],
    (base, (escapes, ascii)): (usize, (bool, bool)),
    (open, close): (u64, u64),
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
                (state.escapes, state.ascii) = (escapes, ascii);
            }
            state.depth += 1;
        } else if state.depth == 0 {
            return false;
        } else {
            state.depth -= 1;
            if state.depth == 0 {
                state.end = at + 1;
                let State { start, end, escapes, ascii, .. } = *state;
                spans.push(Span { start, end, escapes, ascii });
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

/// Notes `"eventSource"` with one of our sources, `"insightDetails"`, and escapes that may spell either.
#[inline(never)]
fn hits(bytes: &[u8], base: usize, (middle, escaped): (u64, u64), hits: &mut Vec<usize>) {
    let mut looked = middle | escaped;
    while looked != 0 {
        let bit = looked & looked.wrapping_neg();
        let at = base + looked.trailing_zeros() as usize;
        looked ^= bit;
        let hit = if middle & bit != 0 {
            names_source(bytes, at)
        } else {
            bytes.get(at) == Some(&b'u')
                && at > 0
                && bytes.get(at + 1..at + 3) == Some(b"00")
                && spells_a_letter(bytes, at - 1)
        };
        if hit {
            hits.push(at);
        }
    }
}

/// True iff the `S` or `D` at `at` is in a key that asks for an exact look.
fn names_source(bytes: &[u8], at: usize) -> bool {
    const KEY: &[u8] = b"\"eventSource\"";
    let Some(rest) = bytes.get(at..) else { return false };
    if rest.starts_with(b"Details\"") {
        return true;
    }
    let Some(key) = at.checked_sub(6).and_then(|start| bytes.get(start..)) else { return false };
    let Some(value) = key.strip_prefix(KEY) else { return false };
    let value = match value {
        [b':', b'"', text @ ..] => text,
        _ => {
            let loose = |bytes: &[u8], at| past_control(bytes, at);
            let colon = loose(value, 0);
            let quote = loose(value, colon + 1);
            if value.get(colon) != Some(&b':') || value.get(quote) != Some(&b'"') {
                return false;
            }
            value.get(quote + 1..).unwrap_or_default()
        }
    };
    [LAMBDA, CLOUDTRAIL]
        .iter()
        .any(|source| value.strip_prefix(source.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'"')))
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
