//! The one call of libdeflate that tells how much of the input a gzip member took. `unsafe` stands here and nowhere near.

#![allow(unsafe_code, reason = "a C function: no wrapper on the registry returns what it consumed")]

use libdeflate_sys as sys;
use std::ptr::NonNull;

/// libdeflate's working memory, reused from member to member.
pub(super) struct Decompressor(NonNull<sys::libdeflate_decompressor>);

// SAFETY: a decompressor is plain memory without ties to a thread; all use goes through `&mut self`.
unsafe impl Send for Decompressor {}

/// What became of one member.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Member {
    /// Inflated whole; length and CRC-32 are as its trailer says.
    Whole { consumed: usize, produced: usize },
    /// It is longer than the room given.
    NoRoom,
    /// Cut off, damaged, or no gzip member.
    Bad,
}

impl Decompressor {
    /// `None` iff there is no memory for it.
    pub(super) fn new() -> Option<Self> {
        // SAFETY: takes nothing, returns null or a decompressor that is ours to free.
        NonNull::new(unsafe { sys::libdeflate_alloc_decompressor() }).map(Decompressor)
    }

    /// Inflates the gzip member at the beginning of `packed` to the beginning of `room`.
    pub(super) fn member(&mut self, packed: &[u8], room: &mut [u8]) -> Member {
        let (mut consumed, mut produced) = (0, 0);
        // SAFETY: pointers and lengths are those of live slices, `room` is borrowed mutably and overlaps nothing, and the
        // decompressor is alive until `drop`. The C code reads and writes within these lengths only.
        let result = unsafe {
            sys::libdeflate_gzip_decompress_ex(
                self.0.as_ptr(),
                packed.as_ptr().cast(),
                packed.len(),
                room.as_mut_ptr().cast(),
                room.len(),
                &raw mut consumed,
                &raw mut produced,
            )
        };
        match result {
            sys::libdeflate_result_LIBDEFLATE_SUCCESS => Member::Whole { consumed, produced },
            sys::libdeflate_result_LIBDEFLATE_INSUFFICIENT_SPACE => Member::NoRoom,
            _ => Member::Bad,
        }
    }
}

impl Drop for Decompressor {
    fn drop(&mut self) {
        // SAFETY: allocated in `new`, freed once.
        unsafe { sys::libdeflate_free_decompressor(self.0.as_ptr()) }
    }
}
