//! Hashing several buffers at once says what the library says of each.

use logs::{sha256, sha256_many};
use proptest::collection::vec;
use proptest::prelude::*;

fn agree<const N: usize>(buffers: &[Vec<u8>]) {
    let buffers: [&[u8]; N] = std::array::from_fn(|at| buffers[at].as_slice());
    assert_eq!(sha256_many(&buffers), buffers.map(sha256));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn many_hashes_are_those_of_the_library(buffers in vec(vec(any::<u8>(), 0..700), 7)) {
        agree::<0>(&buffers);
        agree::<1>(&buffers);
        agree::<2>(&buffers);
        agree::<3>(&buffers);
        agree::<4>(&buffers);
        agree::<7>(&buffers);
    }
}

#[test]
fn every_length_around_a_block_is_padded_right() {
    let bytes: Vec<u8> = (0..=255).collect();
    for length in 0..=200 {
        agree::<2>(&[bytes[..length].to_vec(), bytes[..200 - length].to_vec()]);
    }
}
