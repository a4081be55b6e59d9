//! Gzip: several members, damage, bombs and what is no gzip at all.

use libdeflater::{CompressionLvl, Compressor};
use logs::{Inflater, Trouble};
use proptest::collection::vec;
use proptest::prelude::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::new(6).unwrap());
    let mut out = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let length = compressor.gzip_compress(bytes, &mut out).unwrap();
    out.truncate(length);
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_members_are_inflated_one_after_the_other(parts in vec(vec(0..4_u8, 0..3_000), 0..5), padding in 0..9_usize) {
        let mut file: Vec<u8> = parts.iter().flat_map(|part| gzip(part)).collect();
        if !file.is_empty() {
            file.extend(vec![0; padding]);
        }
        let mut inflater = Inflater::new(1 << 20);
        // The buffer of the file before must not shine through.
        inflater.inflate(&gzip(&[7; 5_000]));
        let inflated = inflater.inflate(&file);
        prop_assert_eq!(inflated.bytes, parts.concat());
        prop_assert_eq!(inflated.trouble, None);
    }

    #[test]
    fn no_damage_goes_unseen(bytes in vec(0..4_u8, 100..3_000), at in 10..100_usize, flip in 1..=255_u8) {
        let mut file = gzip(&bytes);
        let at = at % file.len();
        let at = at.max(10);
        file[at] ^= flip;
        let mut inflater = Inflater::new(1 << 20);
        let inflated = inflater.inflate(&file);
        prop_assert!(inflated.trouble.is_some() || inflated.bytes == bytes);
    }
}

#[test]
fn a_file_that_is_cut_off_keeps_what_came_before() {
    let bytes: Vec<u8> = (0..100_000_u32).flat_map(|n| n.to_string().into_bytes()).collect();
    let (first, second) = (gzip(b"whole "), gzip(&bytes));
    let file = [first.as_slice(), &second[..second.len() / 2]].concat();
    let mut inflater = Inflater::new(1 << 30);
    let inflated = inflater.inflate(&file);
    assert_eq!(inflated.trouble, Some(Trouble::Truncated { member: first.len() }));
    assert!(inflated.bytes.starts_with(b"whole 0123456789") && inflated.bytes.len() > 100_000);
}

#[test]
fn a_bomb_is_named_and_something_else_behind_is_too() {
    let bomb = gzip(&vec![b' '; 40 << 20]);
    let mut inflater = Inflater::new(1 << 20);
    assert_eq!(inflater.inflate(&bomb).trouble, Some(Trouble::TooLarge { limit: 1 << 20 }));
    let mut file = gzip(b"{}");
    let at = file.len();
    file.extend(b"and more");
    let inflated = inflater.inflate(&file);
    assert_eq!((inflated.bytes, inflated.trouble), (&b"{}"[..], Some(Trouble::Trailing { at, length: 8 })));
    let inflated = inflater.inflate(b"{\"Records\":[]}");
    assert_eq!((inflated.bytes, inflated.trouble), (&b"{\"Records\":[]}"[..], None));
}
