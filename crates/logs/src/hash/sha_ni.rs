//! SHA-256 of several buffers in lockstep with the SHA instructions of x86-64. `unsafe` stands here and nowhere near.
//!
//! One buffer leaves the unit idle: each of its rounds waits for the one before. Rounds of other buffers fit in between.

#![allow(
    unsafe_code,
    reason = "vector instructions; the library says the same without them, and a test holds them together"
)]

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_loadu_si128, _mm_set_epi64x, _mm_setzero_si128,
    _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32,
    _mm_storeu_si128,
};

/// The hash of what came so far, as eight words.
pub(super) type Words = [u32; 8];

/// FIPS 180-4, section 4.2.2, four to a row.
const ROUNDS: [[u32; 4]; 16] = [
    [0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5],
    [0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5],
    [0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3],
    [0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174],
    [0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc],
    [0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da],
    [0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7],
    [0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967],
    [0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13],
    [0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85],
    [0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3],
    [0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070],
    [0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5],
    [0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3],
    [0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208],
    [0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2],
];

/// Adds the same number of blocks to each of `L` hashes.
pub(super) struct Lockstep(());

impl Lockstep {
    /// `Some` iff this processor has the instructions.
    pub(super) fn new() -> Option<Self> {
        let has = is_x86_feature_detected!("sha")
            && is_x86_feature_detected!("ssse3")
            && is_x86_feature_detected!("sse4.1");
        has.then_some(Lockstep(()))
    }

    /// Adds the blocks of each buffer, as many as the one with the fewest has, and returns how many those were.
    pub(super) fn add<const L: usize>(&self, words: &mut [Words; L], blocks: [&[[u8; 64]]; L]) -> usize {
        // SAFETY: `new` is the only way to a value, and found all features that `run` asks for.
        unsafe { run(words, blocks) }
    }
}

/// Four rounds of every lane with the words of message `$at`, and (with `more`) the words that come 16 rounds later.
macro_rules! four_rounds {
    ($lanes:ident, $round:expr, $at:literal $(, $more:ident)?) => {{
        let constants = load(&ROUNDS[$round]);
        for lane in $lanes.iter_mut() {
            let sum = _mm_add_epi32(lane.message[$at], constants);
            lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, sum);
            lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32::<0x0e>(sum));
            $(lane.$more::<$at, { ($at + 1) % 4 }, { ($at + 2) % 4 }, { ($at + 3) % 4 }>();)?
        }
    }};
}

#[derive(Clone, Copy)]
struct Lane {
    abef: __m128i,
    cdgh: __m128i,
    message: [__m128i; 4],
}

impl Lane {
    #[inline]
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn extend<const A: usize, const B: usize, const C: usize, const D: usize>(&mut self) {
        let [a, b, c, d] = [self.message[A], self.message[B], self.message[C], self.message[D]];
        let sum = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8::<4>(d, c));
        self.message[A] = _mm_sha256msg2_epu32(sum, d);
    }
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn run<const L: usize>(words: &mut [Words; L], blocks: [&[[u8; 64]]; L]) -> usize {
    let count = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
    let big_endian = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    let mut lanes =
        [Lane { abef: _mm_setzero_si128(), cdgh: _mm_setzero_si128(), message: [_mm_setzero_si128(); 4] }; L];
    for (lane, words) in lanes.iter_mut().zip(&*words) {
        let [a, b, c, d, e, f, g, h] = *words;
        (lane.abef, lane.cdgh) = (load(&[f, e, b, a]), load(&[h, g, d, c]));
    }
    for at in 0..count {
        let before = lanes.each_ref().map(|lane| (lane.abef, lane.cdgh));
        for (lane, blocks) in lanes.iter_mut().zip(&blocks) {
            let Some(block) = blocks.get(at) else { continue };
            for (message, part) in lane.message.iter_mut().zip(block.as_chunks::<16>().0) {
                *message = _mm_shuffle_epi8(load(part), big_endian);
            }
        }
        for round in [0, 4, 8] {
            four_rounds!(lanes, round, 0, extend);
            four_rounds!(lanes, round + 1, 1, extend);
            four_rounds!(lanes, round + 2, 2, extend);
            four_rounds!(lanes, round + 3, 3, extend);
        }
        four_rounds!(lanes, 12, 0);
        four_rounds!(lanes, 13, 1);
        four_rounds!(lanes, 14, 2);
        four_rounds!(lanes, 15, 3);
        for (lane, (abef, cdgh)) in lanes.iter_mut().zip(before) {
            lane.abef = _mm_add_epi32(lane.abef, abef);
            lane.cdgh = _mm_add_epi32(lane.cdgh, cdgh);
        }
    }
    for (lane, words) in lanes.iter().zip(words) {
        let ([f, e, b, a], [h, g, d, c]) = (store(lane.abef), store(lane.cdgh));
        *words = [a, b, c, d, e, f, g, h];
    }
    count
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn load<T>(from: &T) -> __m128i {
    const { assert!(size_of::<T>() == 16) };
    // SAFETY: `from` is 16 bytes that can be read, and the load asks for no alignment. `T` is bytes or words: no padding.
    unsafe { _mm_loadu_si128(std::ptr::from_ref(from).cast()) }
}

#[inline]
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn store(from: __m128i) -> [u32; 4] {
    let mut words = [0_u32; 4];
    // SAFETY: `words` is 16 bytes that can be written, and the store asks for no alignment.
    unsafe { _mm_storeu_si128((&raw mut words).cast(), from) };
    words
}
