//! The structural pass without special instructions: the twin that every processor can run, and the judge of the others.

use super::found::Found;
use super::scan::{Kernel, Masks, Unusual, Window};

/// Plain arithmetic.
pub(super) struct Portable;

impl Kernel for Portable {
    fn masks(window: &Window) -> Masks {
        let mut masks = Masks::default();
        for (at, pair) in window.windows(2).enumerate() {
            let &[before, byte] = pair else { continue };
            masks.quote |= u64::from(byte == b'"') << at;
            masks.open |= u64::from(byte == b'{') << at;
            masks.close |= u64::from(byte == b'}') << at;
            masks.middle |= before == b't' && matches!(byte, b'S' | b'D');
            masks.unusual |= byte == b'\\' || !(0x20..0x80).contains(&byte);
        }
        masks
    }

    fn unusual(window: &Window) -> Unusual {
        let mut unusual = Unusual::default();
        for (at, byte) in window.iter().skip(1).enumerate() {
            unusual.backslash |= u64::from(*byte == b'\\') << at;
            unusual.control |= u64::from(*byte < 0x20) << at;
            unusual.u |= u64::from(*byte == b'u') << at;
            unusual.foreign |= !byte.is_ascii();
        }
        unusual
    }

    fn middles(window: &Window) -> u64 {
        let pairs = window.windows(2).enumerate();
        pairs.fold(0, |bits, (at, pair)| bits | u64::from(matches!(pair, [b't', b'S' | b'D'])) << at)
    }

    fn prefix_xor(bits: u64) -> u64 {
        [1, 2, 4, 8, 16, 32].iter().fold(bits, |bits, shift| bits ^ bits << shift)
    }
}

/// Finds records.
pub(super) fn scan(bytes: &[u8], found: &mut Found) {
    super::scan::scan::<Portable>(bytes, found);
}
