//! Several buffers hashed side by side: which of them go together, and how each is padded.

use super::sha_ni::{Lockstep, Words};

/// FIPS 180-4, section 5.3.3.
const START: Words =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A buffer on its way: what is left of it, then its padding.
struct Job<'b> {
    words: Words,
    blocks: &'b [[u8; 64]],
    padding: Option<&'b [[u8; 64]]>,
}

/// The SHA-256 of each buffer. Two go in lockstep as long as there are two, then the one that is left.
///
/// Measured on an AMD EPYC: one buffer 1.55 GB/s, two 2.85, three 2.5, four 2.4: sixteen vector registers hold two lanes.
pub(super) fn hash<const N: usize>(lockstep: &Lockstep, buffers: &[&[u8]; N]) -> [[u8; 32]; N] {
    let padded = buffers.map(padding);
    let mut jobs: Vec<Job<'_>> = buffers
        .iter()
        .zip(&padded)
        .map(|(buffer, (padding, blocks))| Job {
            words: START,
            blocks: buffer.as_chunks().0,
            padding: padding.get(..*blocks),
        })
        .collect();
    loop {
        for job in jobs.iter_mut().filter(|job| job.blocks.is_empty()) {
            job.blocks = job.padding.take().unwrap_or_default();
        }
        let mut left: Vec<&mut Job<'_>> = jobs.iter_mut().filter(|job| !job.blocks.is_empty()).collect();
        match left.as_mut_slice() {
            [] => break,
            [a, b, ..] => together(lockstep, [a, b]),
            [a] => together(lockstep, [a]),
        }
    }
    let mut hashes = [[0; 32]; N];
    for (hash, job) in hashes.iter_mut().zip(&jobs) {
        let bytes = job.words.iter().flat_map(|word| word.to_be_bytes());
        hash.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    }
    hashes
}

fn together<const L: usize>(lockstep: &Lockstep, jobs: [&mut &mut Job<'_>; L]) {
    let mut words = jobs.each_ref().map(|job| job.words);
    let count = lockstep.add(&mut words, jobs.each_ref().map(|job| job.blocks));
    for (job, words) in jobs.into_iter().zip(words) {
        job.words = words;
        job.blocks = job.blocks.get(count..).unwrap_or_default();
    }
}

/// What is left behind the whole blocks, a one bit, zeros and the length in bits: one block or two (FIPS 180-4, 5.1.1).
fn padding(buffer: &[u8]) -> ([[u8; 64]; 2], usize) {
    let rest = buffer.as_chunks::<64>().1;
    let blocks = if rest.len() < 56 { 1 } else { 2 };
    let bits = (buffer.len() as u64).wrapping_mul(8).to_be_bytes();
    let mut padding = [[0; 64]; 2];
    let flat = padding.as_flattened_mut();
    flat.iter_mut().zip(rest.iter().chain(&[0x80])).for_each(|(to, from)| *to = *from);
    flat.iter_mut().skip(blocks * 64 - 8).zip(bits).for_each(|(to, from)| *to = from);
    (padding, blocks)
}
