//! Laws of digest validation: nothing is valid but what was signed, as it was signed.

use logs::digest::{Asked, Digest, Expected, Found, PublicKeys, Seen, State, Unread, Validation, judge};
use logs::sha256;
use serde_json::Value;

/// Three digests, their log files and the public key, which were signed once; the private key was thrown away.
const CHAIN: &str = include_str!("chain.json");

/// The hours of the chain: 2026-03-01T00:00:31Z to 03:00:31Z.
const ASKED: std::ops::Range<i64> = 1_772_323_231_000..1_772_334_031_000;

struct Chain {
    keys: Vec<u8>,
    bucket: String,
    /// Key, content, signature.
    digests: Vec<[Vec<u8>; 3]>,
    /// Key, content.
    logs: Vec<[Vec<u8>; 2]>,
}

impl Chain {
    fn read() -> Self {
        let chain: Value = serde_json::from_str(CHAIN).expect("the chain is JSON");
        let text = |one: &Value, member: &str| one[member].as_str().expect("a text").as_bytes().to_vec();
        let list = |member: &str| chain[member].as_array().expect("a list").iter();
        Chain {
            keys: chain["keys"].to_string().into_bytes(),
            bucket: chain["bucket"].as_str().expect("a text").to_owned(),
            digests: list("digests")
                .map(|one| ["key", "text", "signature"].map(|member| text(one, member)))
                .collect(),
            logs: list("logs").map(|one| ["key", "text"].map(|member| text(one, member))).collect(),
        }
    }

    fn judge(&self) -> Validation {
        let found = |[key, content, signature]: &[Vec<u8>; 3]| {
            let signature = String::from_utf8_lossy(signature);
            Found::new(Some(&self.bucket), &String::from_utf8_lossy(key), Ok(content), Some(&signature))
        };
        let seen = |[key, content]: &[Vec<u8>; 2]| Seen {
            bucket: Some(self.bucket.clone()),
            key: String::from_utf8_lossy(key).into_owned(),
            content: Ok(sha256(content)),
            counted: true,
        };
        let keys = PublicKeys::from_json(&self.keys).unwrap_or_default();
        let found: Vec<Found> = self.digests.iter().map(found).collect();
        judge(&found, &self.logs.iter().map(seen).collect::<Vec<_>>(), &keys, &Asked::delivered(ASKED))
    }
}

/// Any bytes as digest, signature, name or keys are survived, and no window of such a digest is valid.
pub fn no_digest_is_valid_without_its_signature(bytes: &[u8]) {
    let mut chain = Chain::read();
    drop(Digest::parse(bytes));
    drop(PublicKeys::from_json(bytes));
    let which = usize::from(bytes.first().copied().unwrap_or(0));
    let (at, member) = (which % chain.digests.len(), which / 3 % 5);
    let place = chain.digests[at][0].clone();
    match member {
        // Most bytes are no digest: the same as an unknown member of one, too.
        0 => chain.digests[at][1] = bytes.to_vec(),
        1 => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let mut document: Value = serde_json::from_slice(&chain.digests[at][1]).expect("a document");
            document["unknown"] = Value::String(text);
            chain.digests[at][1] = document.to_string().into_bytes();
        }
        2 => chain.digests[at][2] = bytes.to_vec(),
        3 => chain.digests[at][0] = [b"AWSLogs/", bytes].concat(),
        _ => chain.keys = bytes.to_vec(),
    }
    let validation = chain.judge();
    assert!(validation.state() > State::Valid, "{member} of digest {at}: {validation:#?}");
    let place = String::from_utf8_lossy(&place);
    for window in validation.chains.iter().flat_map(|chain| &chain.windows) {
        let is_it = window.digest.as_ref().is_some_and(|(_, key)| *key == place);
        assert!(!(is_it && window.state == State::Valid), "{member} of digest {at}: {window:#?}");
    }
    // What cannot be read asserts nothing, and what it would have listed is not expected.
    let unread = [Found::new(None, &place, Err(Unread::Damaged { why: "so".to_owned() }), None)];
    assert_eq!(Expected::of(&unread).iter().count(), 0);
}

/// One bit, anywhere in a chain that is valid: in a digest, a signature, a log file or the name of one.
pub fn one_flipped_bit_is_never_valid(bytes: &[u8]) {
    let mut chain = Chain::read();
    assert_eq!(chain.judge().state(), State::Valid, "the chain as it was signed");
    let mut numbers = bytes.iter().map(|byte| usize::from(*byte)).chain(std::iter::repeat(0));
    let mut next = || numbers.next().unwrap_or(0);
    let (which, high, low, bit) = (next(), next(), next(), next());
    let digests = chain.digests.iter_mut().flatten();
    let mut files: Vec<&mut Vec<u8>> = digests.chain(chain.logs.iter_mut().flatten()).collect();
    let count = files.len();
    let file = &mut files[which % count];
    let before = file.to_ascii_lowercase();
    let at = (high * 256 + low) % file.len();
    file[at] ^= 1 << (bit % 8);
    // Hexadecimal digits are the same in both cases.
    let signature = which % count < 9 && which % count % 3 == 2;
    if signature && file.to_ascii_lowercase() == before {
        return;
    }
    let validation = chain.judge();
    assert!(validation.state() > State::Valid, "bit {bit} of byte {at} of file {which}: {validation:#?}");
}
