//! The text of a record whose bytes were seen to be ASCII's needs no second look. `unsafe` is used here and nowhere near.

#![allow(unsafe_code, reason = "the structural pass looked at every byte already; debug builds look again")]

use super::found::Seen;

/// The bytes of a record as a text; `None` iff they are none. `seen` is what the structural pass saw in these bytes.
#[inline(always)]
pub(super) fn text(raw: &[u8], seen: Seen) -> Option<&str> {
    if seen.foreign {
        return simdutf8::basic::from_utf8(raw).ok();
    }
    debug_assert!(raw.is_ascii());
    // SAFETY: the pass sets `foreign` where a block of the record has a byte above 0x7f, and clears it only at the first brace of the
    // next record, to what it saw in that brace's block. So no byte here is above 0x7f, and ASCII is UTF-8.
    Some(unsafe { std::str::from_utf8_unchecked(raw) })
}
