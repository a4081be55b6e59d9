//! The structural pass with AVX2 and carry-less multiplication. `unsafe` is used here and nowhere near.

#![allow(
    unsafe_code,
    reason = "vector instructions; `portable` says the same without them, and a test holds them together"
)]

use super::found::Found;
use super::scan::{Kernel, Masks, Unusual, Window, scan};
use std::arch::x86_64::{
    __m256i, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_set1_epi8, _mm256_and_si256,
    _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256,
    _mm256_set1_epi8,
};

/// Vectors of 32 bytes, two for a block. Its functions may only run where [`scanner`] found the instructions.
struct Avx2;

impl Kernel for Avx2 {
    #[inline(always)]
    fn masks(window: &Window) -> Masks {
        // SAFETY: only `run` calls this, which has the feature; the loads read bytes 0 to 31, 1 to 32, 32 to 63 and 33 to 64 of
        // the 65 of the window. No closures here: they would be functions of their own, without the feature, and a call for
        // each instruction.
        unsafe {
            let start = window.as_ptr();
            let (before_low, before_high) = (load(start), load(start.add(32)));
            let (low, high) = (load(start.add(1)), load(start.add(33)));
            let least = _mm256_set1_epi8(0x1f);
            let control_low = _mm256_cmpeq_epi8(_mm256_min_epu8(low, least), low);
            let control_high = _mm256_cmpeq_epi8(_mm256_min_epu8(high, least), high);
            let control = _mm256_or_si256(control_low, control_high);
            let backslash = _mm256_or_si256(equal(low, b'\\'), equal(high, b'\\'));
            // The highest bit of each byte is all that is asked of it.
            let foreign = _mm256_or_si256(low, high);
            let unusual = _mm256_or_si256(_mm256_or_si256(control, backslash), foreign);
            let second_low = _mm256_or_si256(equal(low, b'S'), equal(low, b'D'));
            let second_high = _mm256_or_si256(equal(high, b'S'), equal(high, b'D'));
            let middle = _mm256_or_si256(
                _mm256_and_si256(equal(before_low, b't'), second_low),
                _mm256_and_si256(equal(before_high, b't'), second_high),
            );
            Masks {
                quote: join(equal(low, b'"'), equal(high, b'"')),
                open: join(equal(low, b'{'), equal(high, b'{')),
                close: join(equal(low, b'}'), equal(high, b'}')),
                middle: _mm256_movemask_epi8(middle) != 0,
                unusual: _mm256_movemask_epi8(unusual) != 0,
            }
        }
    }

    #[inline(always)]
    fn unusual(window: &Window) -> Unusual {
        // SAFETY: as above.
        unsafe {
            let (low, high) = (load(window.as_ptr().add(1)), load(window.as_ptr().add(33)));
            let least = _mm256_set1_epi8(0x1f);
            let control_low = _mm256_cmpeq_epi8(_mm256_min_epu8(low, least), low);
            let control_high = _mm256_cmpeq_epi8(_mm256_min_epu8(high, least), high);
            Unusual {
                backslash: join(equal(low, b'\\'), equal(high, b'\\')),
                control: join(control_low, control_high),
                u: join(equal(low, b'u'), equal(high, b'u')),
                foreign: _mm256_movemask_epi8(_mm256_or_si256(low, high)) != 0,
            }
        }
    }

    #[inline(always)]
    fn middles(window: &Window) -> u64 {
        // SAFETY: as above.
        unsafe {
            let start = window.as_ptr();
            let (low, high) = (load(start.add(1)), load(start.add(33)));
            let first = join(equal(load(start), b't'), equal(load(start.add(32)), b't'));
            let second_low = _mm256_or_si256(equal(low, b'S'), equal(low, b'D'));
            first & join(second_low, _mm256_or_si256(equal(high, b'S'), equal(high, b'D')))
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
unsafe fn load(from: *const u8) -> __m256i {
    // SAFETY: the caller has the feature, and may read 32 bytes from there.
    unsafe { _mm256_loadu_si256(from.cast()) }
}

#[inline(always)]
unsafe fn equal(half: __m256i, byte: u8) -> __m256i {
    // SAFETY: the caller has the feature.
    unsafe { _mm256_cmpeq_epi8(half, _mm256_set1_epi8(byte.cast_signed())) }
}

#[inline(always)]
unsafe fn join(low: __m256i, high: __m256i) -> u64 {
    // SAFETY: the caller has the feature.
    unsafe {
        let (low, high) = (_mm256_movemask_epi8(low), _mm256_movemask_epi8(high));
        low.cast_unsigned() as u64 | (high.cast_unsigned() as u64) << 32
    }
}

#[target_feature(enable = "avx2,pclmulqdq,bmi1,bmi2,popcnt,lzcnt")]
fn run(bytes: &[u8], found: &mut Found) {
    scan::<Avx2>(bytes, found);
}

/// The scanner, iff this processor has the instructions.
pub(super) fn scanner() -> Option<fn(&[u8], &mut Found)> {
    let has = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("pclmulqdq")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt")
        && is_x86_feature_detected!("lzcnt");
    // SAFETY: all features that `run` asks for were found just now.
    has.then_some(|bytes, found| unsafe { run(bytes, found) })
}
