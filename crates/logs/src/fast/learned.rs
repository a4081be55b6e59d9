//! Shapes of records learned from those parsed exactly: a record of a known shape needs no parsing, only comparing.
//!
//! Take the texts out of a record that stand as values, and what is left is its *shape*: braces, keys, `null`, `true`, numbers.
//! A record that differs from one parsed exactly in nothing but such texts has the same members in the same places, so what
//! was found out about the one holds for the other. Shapes are kept as a tree of the pieces between texts, because nearly all
//! records of CloudTrail share their beginning with others. What a *text* says is checked anew for each record.

use super::scan::{Found, Quotes};
use super::walk::{decoded, sound};
use crate::record::{CLOUDTRAIL, Function, Identity, LAMBDA, Record, Requested, Text, is_nearly_invocation};
use crate::time::milliseconds;
use std::borrow::Cow;

/// Texts of a record that have a place in [`Record`]; see [`places`].
const PLACES: usize = 36;
/// The place of texts that nobody asks for.
const NOWHERE: u8 = 0;
/// Texts that often hold escapes.
const USER_AGENT: u8 = 13;
const ERROR_MESSAGE: u8 = 15;
/// Bytes of a record that is learned: CloudTrail's have no more (user guide, quotas).
const LARGEST: usize = 256 << 10;
/// Pieces in the tree, and blocks of all of them: beyond either it starts anew.
const MOST_PIECES: usize = 1 << 13;
const MOST_BLOCKS: usize = 1 << 15;
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
    credit: u32,
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
    /// It ends the record.
    end: Option<Facts>,
}

/// What a shape says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Facts {
    management: Option<bool>,
    read_only: Option<bool>,
    requested: bool,
}

impl Default for Learned {
    fn default() -> Self {
        Learned { pieces: vec![Piece::default()], blocks: Vec::new(), credit: BEGINNING }
    }
}

/// The texts of one record, by place.
type Texts<'a> = [Option<&'a str>; PLACES];

impl Learned {
    /// Hands the record `text`, which begins at `start` of what was scanned, to `then`; `None` iff its shape is not known, or
    /// a text says something that only the exact parse can judge.
    #[inline(always)]
    pub(super) fn read<'a, T>(
        &mut self,
        text: &'a str,
        (start, offset): (usize, usize),
        (found, escapes): (&Found, bool),
        then: impl FnOnce(&Record<'a>) -> T,
    ) -> Option<T> {
        let mut texts: Texts<'a> = [None; PLACES];
        let facts = self.compare(text, start, found, escapes, &mut texts)?;
        let mut record = record(text.as_bytes(), offset, &texts, facts)?;
        if escapes {
            for text in [&mut record.user_agent, &mut record.error_message].into_iter().flatten() {
                if has_escapes(text) {
                    *text = decoded(&format!("\"{text}\""))?;
                }
            }
        }
        self.credit = (self.credit + 1).min(SAVINGS);
        Some(then(&record))
    }

    #[inline(always)]
    fn compare<'a>(
        &mut self,
        text: &'a str,
        start: usize,
        found: &Found,
        escapes: bool,
        texts: &mut Texts<'a>,
    ) -> Option<Facts> {
        let raw = text.as_bytes();
        let (mut at, mut before) = (0, 0);
        loop {
            let piece = self.way_on(before, raw.get(at..)?)?;
            let Piece { length, place, end, .. } = *self.pieces.get(piece as usize)?;
            at += length as usize;
            if end.is_some() {
                return end.filter(|_| at == raw.len());
            }
            let close = found.quote_from(start + at)? - start;
            let value = text.get(at..close)?;
            if escapes && has_escapes(value) {
                // Two texts are undone in the end; of those that nobody asks for it is enough that they can be.
                match place {
                    USER_AGENT | ERROR_MESSAGE => {}
                    NOWHERE => sound(value)?,
                    _ => return None,
                }
            }
            *texts.get_mut(place as usize)? = Some(value);
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
        let blocks = self.blocks.get(start as usize..)?;
        let length = length as usize;
        if length <= BLOCK
            && let (Some(rest), Some(block)) = (rest.first_chunk::<BLOCK>(), blocks.first())
        {
            return Some(same(rest, block, length));
        }
        let whole = rest.get(..length);
        Some(whole.is_some_and(|whole| whole.chunks(BLOCK).zip(blocks).all(|(a, b)| b.starts_with(a))))
    }

    /// Learns the shape of a record that was parsed exactly, that has no escapes, and of whose resources there is one.
    pub(super) fn learn(&mut self, record: &Record<'_>, quotes: Quotes<'_>) {
        if self.credit < PRICE || record.raw.len() > LARGEST {
            return;
        }
        self.credit -= PRICE;
        if self.pieces.len() > MOST_PIECES || self.blocks.len() > MOST_BLOCKS {
            (self.pieces, self.blocks) = (vec![Piece::default()], Vec::new());
        }
        // Half a shape is no harm: nothing but an end leads to a record.
        let _ = self.add(record, quotes);
    }

    fn add(&mut self, record: &Record<'_>, mut quotes: Quotes<'_>) -> Option<()> {
        let raw = record.raw;
        let places = places(record);
        let (mut before, mut from) = (0, 0);
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
            from = close;
        }
        let facts = Facts {
            management: record.management,
            read_only: record.read_only,
            requested: record.requested.is_some(),
        };
        self.grow(before, raw.get(from..)?, NOWHERE, Some(facts)).map(|_| ())
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
        self.pieces.push(Piece { start, length, follows: 0, instead: first, place, end });
        self.pieces.get_mut(before as usize)?.follows = new;
        Some(new)
    }
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

fn has_escapes(text: &str) -> bool {
    memchr::memchr(b'\\', text.as_bytes()).is_some()
}

/// Where the texts of a record stand: the order is that in which [`record`] takes them.
fn places(record: &Record<'_>) -> [Option<*const u8>; PLACES - 1] {
    let some = |text: Option<&Text<'_>>| text.map(|text| text.as_bytes().as_ptr());
    let identity = &record.identity;
    let function = record.function.as_ref();
    let requested = record.requested.as_ref();
    [
        some(Some(&record.event_id)),
        some(Some(&record.event_time)),
        some(Some(&record.event_name)),
        some(Some(&record.event_source)),
        some(record.event_version.as_ref()),
        some(record.event_type.as_ref()),
        some(record.category.as_ref()),
        some(record.region.as_ref()),
        some(record.recipient_account_id.as_ref()),
        some(record.request_id.as_ref()),
        some(record.shared_event_id.as_ref()),
        some(record.source_address.as_ref()),
        some(record.user_agent.as_ref()),
        some(record.error_code.as_ref()),
        some(record.error_message.as_ref()),
        some(record.vpc_endpoint.as_ref()),
        some(record.console.as_ref()),
        some(identity.kind.as_ref()),
        some(identity.principal_id.as_ref()),
        some(identity.arn.as_ref()),
        some(identity.account.as_ref()),
        some(identity.user_name.as_ref()),
        some(identity.invoked_by.as_ref()),
        some(identity.issuer_arn.as_ref()),
        some(identity.access_key.as_ref()),
        some(identity.on_behalf_of.as_ref()),
        some(function.and_then(|function| function.arn.as_ref())),
        some(function.map(|function| &function.kind)),
        some(function.and_then(|function| function.account.as_ref())),
        some(requested.and_then(|requested| requested.function_name.as_ref())),
        some(requested.and_then(|requested| requested.invocation_type.as_ref())),
        some(requested.and_then(|requested| requested.source_arn.as_ref())),
        some(requested.and_then(|requested| requested.source_account.as_ref())),
        some(record.executed.as_ref()),
        some(record.corrects.as_ref()),
    ]
}

/// The record that these texts make; `None` iff the exact parse has to judge.
#[expect(clippy::too_many_lines, reason = "one line for each member: a list, and nothing to follow")]
#[inline(always)]
fn record<'a>(raw: &'a [u8], offset: usize, texts: &Texts<'a>, facts: Facts) -> Option<Record<'a>> {
    let [
        _,
        event_id,
        event_time,
        event_name,
        event_source,
        event_version,
        event_type,
        category,
        region,
        account,
        request_id,
        shared_event_id,
        source_address,
        user_agent,
        error_code,
        error_message,
        vpc_endpoint,
        console,
        kind,
        principal_id,
        arn,
        caller_account,
        user_name,
        invoked_by,
        issuer_arn,
        access_key,
        on_behalf_of,
        function_arn,
        function_kind,
        owner,
        function_name,
        invocation_type,
        source_arn,
        source_account,
        executed,
        corrects,
    ] = *texts;
    let (source, function_kind, event_time) = (event_source?, function_kind?, event_time?);
    let usual = matches!(source, LAMBDA | CLOUDTRAIL)
        && function_kind.starts_with("AWS::Lambda::")
        && event_version.is_none_or(|version| version.starts_with("1."))
        && category != Some("Aggregated")
        && !event_name.is_some_and(is_nearly_invocation);
    if !usual {
        return None;
    }
    let text = |text: Option<&'a str>| text.map(Cow::Borrowed);
    Some(Record {
        offset: offset as u64,
        raw,
        event_id: Cow::Borrowed(event_id?),
        event_time: Cow::Borrowed(event_time),
        milliseconds: milliseconds(event_time)?,
        event_name: Cow::Borrowed(event_name?),
        event_source: Cow::Borrowed(source),
        event_version: text(event_version),
        event_type: text(event_type),
        category: text(category),
        management: facts.management,
        read_only: facts.read_only,
        region: text(region),
        recipient_account_id: text(account),
        request_id: text(request_id),
        shared_event_id: text(shared_event_id),
        source_address: text(source_address),
        user_agent: text(user_agent),
        error_code: text(error_code),
        error_message: text(error_message),
        vpc_endpoint: text(vpc_endpoint),
        console: text(console),
        identity: Identity {
            kind: text(kind),
            principal_id: text(principal_id),
            arn: text(arn),
            account: text(caller_account),
            user_name: text(user_name),
            invoked_by: text(invoked_by),
            issuer_arn: text(issuer_arn),
            access_key: text(access_key),
            on_behalf_of: text(on_behalf_of),
        },
        function: Some(Function {
            arn: text(function_arn),
            kind: Cow::Borrowed(function_kind),
            account: text(owner),
        }),
        requested: facts.requested.then(|| Requested {
            function_name: text(function_name),
            invocation_type: text(invocation_type),
            source_arn: text(source_arn),
            source_account: text(source_account),
        }),
        executed: text(executed),
        corrects: text(corrects),
        aggregated: None,
    })
}
