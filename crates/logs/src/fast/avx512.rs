//! The structural pass with AVX-512 and carry-less multiplication. `unsafe` is used here and nowhere near.

#![allow(
    unsafe_code,
    reason = "vector instructions; `portable` says the same without them, and a test holds them together"
)]

use super::found::Found;
use super::scan::{Kernel, Masks, Unusual, Window, scan};
use std::arch::x86_64::{
    __m512i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8, _mm512_cmpeq_epi8_mask,
    _mm512_cmplt_epi8_mask, _mm512_cmplt_epu8_mask, _mm512_loadu_si512, _mm512_movepi8_mask,
    _mm512_set1_epi8,
};

/// One vector of 64 bytes for a block. Its functions may only run where [`scanner`] found the instructions.
struct Avx512;

impl Kernel for Avx512 {
    #[inline(always)]
    fn masks(window: &Window) -> Masks {
        // SAFETY: only `run` calls this, which has the feature; the loads read bytes 0 to 63 and 1 to 64 of the 65 of the window.
        // No closures here: they would be functions of their own, without the feature, and a call for each instruction.
        unsafe {
            let (before, block) = (load(window.as_ptr()), load(window.as_ptr().add(1)));
            // As signed numbers, bytes above 0x7f are below zero.
            let strange = _mm512_cmplt_epi8_mask(block, _mm512_set1_epi8(0x20));
            let second = equal(block, b'S') | equal(block, b'D');
            Masks {
                quote: equal(block, b'"'),
                open: equal(block, b'{'),
                close: equal(block, b'}'),
                middle: equal(before, b't') & second != 0,
                unusual: strange | equal(block, b'\\') != 0,
            }
        }
    }

    #[inline(always)]
    fn unusual(window: &Window) -> Unusual {
        // SAFETY: as above.
        unsafe {
            let block = load(window.as_ptr().add(1));
            Unusual {
                backslash: equal(block, b'\\'),
                control: _mm512_cmplt_epu8_mask(block, _mm512_set1_epi8(0x20)),
                u: equal(block, b'u'),
                foreign: _mm512_movepi8_mask(block) != 0,
            }
        }
    }

    #[inline(always)]
    fn middles(window: &Window) -> u64 {
        // SAFETY: as above.
        unsafe {
            let (before, block) = (load(window.as_ptr()), load(window.as_ptr().add(1)));
            equal(before, b't') & (equal(block, b'S') | equal(block, b'D'))
        }
    }

    #[inline(always)]
    fn prefix_xor(bits: u64) -> u64 {
        // SAFETY: only `run` calls this, which has the feature. Multiplying by all ones without carries is the prefix parity.
        unsafe {
            let product = _mm_clmulepi64_si128::<0>(_mm_set_epi64x(0, bits.cast_signed()), _mm_set1_epi8(-1));
            _mm_cvtsi128_si64(product).cast_unsigned()
        }
    }
}

#[inline(always)]
unsafe fn load(from: *const u8) -> __m512i {
    // SAFETY: the caller has the feature, and may read 64 bytes from there.
    unsafe { _mm512_loadu_si512(from.cast()) }
}

#[inline(always)]
unsafe fn equal(block: __m512i, byte: u8) -> u64 {
    // SAFETY: the caller has the feature.
    unsafe { _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(byte.cast_signed())) }
}

#[target_feature(enable = "avx512f,avx512bw,pclmulqdq,bmi1,bmi2,popcnt,lzcnt")]
fn run(bytes: &[u8], found: &mut Found) {
    scan::<Avx512>(bytes, found);
}

/// The scanner, iff this processor has the instructions.
pub(super) fn scanner() -> Option<fn(&[u8], &mut Found)> {
    let has = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("pclmulqdq")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("lzcnt");
    // SAFETY: all features that `run` asks for were found just now.
    has.then_some(|bytes, found| unsafe { run(bytes, found) })
}
