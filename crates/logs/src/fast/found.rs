//! What the structural pass found: records, what in them wants an exact look, and all quotes of strings.

/// What stands between two records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Separator {
    /// A comma: they are elements of an array.
    #[default]
    Comma,
    /// White space, and each begins as records do: there is one a line.
    Space,
}

/// The bounds of one record, and what was seen between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// How many quotes open and close its strings.
    pub(super) quotes: u32,
    pub(super) seen: Seen,
}

/// What is in the blocks of a record: of one that it shares with its neighbour, each takes all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// False only if none of its bytes is a backslash.
    pub(super) escapes: bool,
    /// False only if all of its bytes are ASCII's.
    pub(super) foreign: bool,
}

/// Records of one pass: whatever holds more is none of CloudTrail's files, and is left to the plain path, which keeps none of them.
pub(super) const MOST_SPANS: usize = 1 << 20;

/// Words of [`Found::quotes`] that are kept for the next file: those of 16 MiB.
const KEPT_QUOTES: usize = (16 << 20) / 64;

/// Bytes of one pass: they are still in a near cache when the records in them are read.
pub(super) const STRETCH: usize = 128 << 10;

/// What the passes found so far.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Found {
    /// Records one after the other with nothing but separators between them.
    pub(crate) spans: Vec<Span>,
    /// Where something stands that makes an exact look at the record necessary, in order.
    pub(crate) hits: Vec<usize>,
    /// Where one of a record's own members says which other source it is of, in order: a record without it wants an exact look, too.
    pub(crate) named: Vec<usize>,
    /// Bit n of word m is set iff byte 64 m + n is a quote that opens or closes a string.
    pub(super) quotes: Vec<u64>,
    pub(super) state: State,
}

impl Found {
    /// Begins with other bytes.
    pub(super) fn begin(&mut self, separator: Separator) {
        self.spans.clear();
        self.hits.clear();
        self.named.clear();
        self.quotes.clear();
        self.state = State { separator, ..State::default() };
    }

    /// Forgets the records found so far, and what was found in them: what was found behind them may belong to the next.
    pub(super) fn forget(&mut self) {
        self.spans.clear();
        let end = self.state.end;
        self.hits.retain(|at| *at >= end);
        self.named.retain(|at| *at >= end);
    }

    /// Behind the last record; `None` iff there was none so far.
    pub(super) fn end(&self) -> Option<usize> {
        Some(self.state.end).filter(|end| *end > 0)
    }

    /// True iff no more records follow: the bytes are at an end, or something else stands there.
    pub(super) fn ended(&self) -> bool {
        self.state.ended
    }

    /// Gives back memory that only a large file needed.
    pub(super) fn rest(&mut self) {
        if self.quotes.capacity() > KEPT_QUOTES {
            *self = Found::default();
        }
    }

    /// The first quote at byte `at` or after it.
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

/// What is carried from one pass to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) separator: Separator,
    /// Where the next block begins.
    pub(super) base: usize,
    /// 1 iff its first byte is escaped.
    pub(super) escaped: u64,
    /// All ones iff it begins within a string.
    pub(super) string: u64,
    pub(super) depth: usize,
    /// What was seen of the record so far, block by block.
    pub(super) seen: Seen,
    pub(super) start: usize,
    /// Quotes before the block, and before the record.
    pub(super) quotes: u32,
    pub(super) quotes_before: u32,
    /// Behind the last record.
    pub(super) end: usize,
    pub(super) ended: bool,
}

impl Seen {
    #[inline(always)]
    pub(super) fn add(&mut self, more: Seen) {
        self.escapes |= more.escapes;
        self.foreign |= more.foreign;
    }
}
