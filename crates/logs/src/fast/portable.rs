//! The structural pass without special instructions: the twin that every processor can run, and the judge of the others.

use super::scan::{Found, Kernel, Masks, Separator};

/// Plain arithmetic.
pub(super) struct Portable;

impl Kernel for Portable {
    fn masks(block: &[u8; 64]) -> Masks {
        let mask = |set: fn(u8) -> bool| {
            block.iter().enumerate().fold(0_u64, |bits, (at, byte)| bits | u64::from(set(*byte)) << at)
        };
        Masks {
            quote: mask(|byte| byte == b'"'),
            backslash: mask(|byte| byte == b'\\'),
            control: mask(|byte| byte < 0x20),
            open: mask(|byte| byte == b'{'),
            close: mask(|byte| byte == b'}'),
            ascii: block.is_ascii(),
            middle: (mask(|byte| byte == b't'), mask(|byte| byte == b'S' || byte == b'D')),
        }
    }

    fn prefix_xor(bits: u64) -> u64 {
        [1, 2, 4, 8, 16, 32].iter().fold(bits, |bits, shift| bits ^ bits << shift)
    }
}

/// Finds records.
pub(super) fn scan(bytes: &[u8], separator: Separator, found: &mut Found) {
    super::scan::scan::<Portable>(bytes, separator, found);
}
