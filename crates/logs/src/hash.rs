//! SHA-256, and hexadecimal as CloudTrail writes it.

use crate::uuid::hex_digit;

#[cfg(target_arch = "x86_64")]
mod many;
#[cfg(target_arch = "x86_64")]
mod sha_ni;

/// The SHA-256 of `bytes` (FIPS 180-4).
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    array(&aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes))
}

/// The SHA-256 of what is added bit by bit.
#[derive(Clone)]
pub struct Sha256(aws_lc_rs::digest::Context);

impl Default for Sha256 {
    fn default() -> Self {
        Sha256(aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256))
    }
}

impl Sha256 {
    /// Adds bytes.
    pub fn update(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.update(bytes.as_ref());
    }

    /// The hash of all of them.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        array(&self.0.finish())
    }
}

/// The library's value has 32 bytes, always; zipping cannot panic where copying could.
fn array(found: &aws_lc_rs::digest::Digest) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.iter_mut().zip(found.as_ref()).for_each(|(to, from)| *to = *from);
    hash
}

/// The SHA-256 of each buffer, faster than one after the other where the processor has SHA instructions: two buffers of about
/// equal length take little more time than one.
#[must_use]
pub fn sha256_many<const N: usize>(buffers: &[&[u8]; N]) -> [[u8; 32]; N] {
    #[cfg(target_arch = "x86_64")]
    if let Some(lockstep) = sha_ni::Lockstep::new() {
        return many::hash(&lockstep, buffers);
    }
    buffers.map(sha256)
}

/// `bytes` in lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    write_hex(bytes, &mut text);
    text
}

/// The same, at the end of a text.
pub fn write_hex(bytes: &[u8], text: &mut String) {
    for byte in bytes {
        text.push(hex_digit(byte >> 4));
        text.push(hex_digit(*byte));
    }
}

/// The bytes that `text` spells; `None` iff it is not pairs of hexadecimal digits of either case.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let value = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| if let [high, low] = pair { Some(value(high)? << 4 | value(low)?) } else { None })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{hex, sha256, unhex};

    #[test]
    fn known_hashes() {
        let known = [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ];
        for (text, expected) in known {
            assert_eq!(hex(&sha256(text.as_bytes())), expected);
        }
    }

    #[test]
    fn digits_are_read_as_they_are_written_and_nothing_else_is() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(unhex(&hex(&all)), Some(all.clone()));
        assert_eq!(unhex(&hex(&all).to_uppercase()), Some(all));
        for text in ["0", "0g", "+1", "é", "00 "] {
            assert_eq!(unhex(text), None, "{text}");
        }
    }
}
