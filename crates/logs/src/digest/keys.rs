//! The public keys with which digests are verified, by their fingerprints.

use crate::hash::{hex, unhex};
use crate::time::milliseconds;
use aws_lc_rs::rsa::PublicEncryptingKey;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaParameters};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;

/// Bits: CloudTrail's keys have 2048. The verifier takes from there to 8192 bits.
const BITS: std::ops::RangeInclusive<u32> = 2048..=8192;

/// Keys by fingerprint, and those that were refused. The order in which they came does not matter.
#[derive(Clone, Debug, Default)]
pub struct PublicKeys {
    keys: BTreeMap<String, Result<PublicKey, KeyRefusal>>,
}

/// A key that can be used.
#[derive(Clone, Debug)]
pub struct PublicKey {
    /// The DER bytes as `ListPublicKeys` returns them.
    pub der: Vec<u8>,
    /// When CloudTrail signed with it.
    ///
    /// Nothing is judged by it: backfill digests are signed long after the hour that they are about, and CloudTrail's own
    /// command only asks for keys by it.
    pub validity: Validity,
    parsed: ParsedPublicKey,
}

/// When CloudTrail signs with a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    /// From when on, milliseconds since 1970; `None` where that was not said in a form we read.
    pub from: Option<i64>,
    /// Until when.
    pub to: Option<i64>,
}

/// Why a key is not used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum KeyRefusal {
    /// Two keys have this fingerprint: it names neither.
    #[error("two different keys have this fingerprint")]
    Ambiguous,
    /// The fingerprint is not that of the value.
    #[error("the fingerprint of its value is {found}")]
    Fingerprint {
        /// That of the value.
        found: String,
    },
    /// Not base64.
    #[error("its value is not base64")]
    NotBase64,
    /// Neither of the two encodings.
    #[error("its value is neither a PKCS#1 nor an X.509 RSA public key in DER")]
    NotRsa,
    /// Not of 2048 to 8192 bits.
    #[error("it has {bits} bits, and 2048 to 8192 can be verified")]
    Size {
        /// Its size.
        bits: u32,
    },
}

/// Why a list of keys could not be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// Not the document that `aws cloudtrail list-public-keys` prints.
    #[error("not a list of public keys as `aws cloudtrail list-public-keys` prints it: {why}")]
    Form {
        /// The parser's words.
        why: String,
    },
}

#[derive(Deserialize)]
struct Listed {
    // The guide's sample writes it with a small letter, the command with a capital one.
    #[serde(rename = "PublicKeyList", alias = "publicKeyList")]
    keys: Vec<One>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct One {
    value: String,
    fingerprint: String,
    validity_start_time: Option<serde_json::Value>,
    validity_end_time: Option<serde_json::Value>,
}

impl PublicKeys {
    /// The keys in what `aws cloudtrail list-public-keys` prints.
    ///
    /// A key that cannot be used is kept as refused, so that what it signed is not assertable for that reason.
    ///
    /// # Errors
    ///
    /// [`KeysError`] iff the document is no such list.
    pub fn from_json(bytes: &[u8]) -> Result<Self, KeysError> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let listed: Listed =
            serde_json::from_slice(bytes).map_err(|error| KeysError::Form { why: error.to_string() })?;
        let mut keys = PublicKeys::default();
        for one in listed.keys {
            let validity = Validity { from: time(one.validity_start_time), to: time(one.validity_end_time) };
            match STANDARD.decode(one.value.trim()) {
                Ok(der) => keys.add(&one.fingerprint, der, validity),
                Err(_) => keys.hold(&one.fingerprint, Err(KeyRefusal::NotBase64)),
            }
        }
        Ok(keys)
    }

    /// Adds a key: its fingerprint, its DER bytes in either encoding, and when it is valid. It is held as refused iff
    /// [`PublicKeys::get`] then says why.
    pub fn add(&mut self, fingerprint: &str, der: Vec<u8>, validity: Validity) {
        let key = PublicKey::of(fingerprint, der, validity);
        self.hold(fingerprint, key);
    }

    /// Adds all keys of `other`.
    pub fn extend(&mut self, other: PublicKeys) {
        other.keys.into_iter().for_each(|(fingerprint, key)| self.hold(&fingerprint, key));
    }

    /// The key of a fingerprint, or why it is not used; `None` iff no such key was added.
    #[must_use]
    pub fn get(&self, fingerprint: &str) -> Option<&Result<PublicKey, KeyRefusal>> {
        self.keys.get(&fingerprint.to_ascii_lowercase())
    }

    /// The fingerprints of the keys that can be used, sorted.
    pub fn fingerprints(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().filter(|(_, key)| key.is_ok()).map(|(name, _)| name.as_str())
    }

    /// Fingerprints and why their keys are not used, sorted.
    pub fn refused(&self) -> impl Iterator<Item = (&str, &KeyRefusal)> {
        self.keys.iter().filter_map(|(name, key)| key.as_ref().err().map(|why| (name.as_str(), why)))
    }

    /// True iff there is no key that can be used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.values().all(Result::is_err)
    }

    /// What counts of two keys does not hang on which came first: an ambiguity, else a good key, else the lesser refusal.
    fn hold(&mut self, fingerprint: &str, key: Result<PublicKey, KeyRefusal>) {
        let name = fingerprint.to_ascii_lowercase();
        let held = match (self.keys.remove(&name), key) {
            (None, new) => new,
            (Some(Err(KeyRefusal::Ambiguous)), _) | (_, Err(KeyRefusal::Ambiguous)) => {
                Err(KeyRefusal::Ambiguous)
            }
            (Some(Ok(old)), Ok(new)) if old.der == new.der => Ok(old.and(&new)),
            (Some(Ok(_)), Ok(_)) => Err(KeyRefusal::Ambiguous),
            (Some(Ok(good)), Err(_)) | (Some(Err(_)), Ok(good)) => Ok(good),
            (Some(Err(old)), Err(new)) => Err(old.min(new)),
        };
        self.keys.insert(name, held);
    }
}

impl PublicKey {
    /// The fingerprint is the MD5 of the value as returned, in lower-case hexadecimal. The guide does not say so; it is so for
    /// its three sample keys. A digest names its key by fingerprint, so a value under a fingerprint of another would verify
    /// what CloudTrail did not sign with that key: a list that was put together or damaged by hand is not to decide.
    fn of(fingerprint: &str, der: Vec<u8>, validity: Validity) -> Result<Self, KeyRefusal> {
        let found = hex(&Md5::digest(&der));
        if !found.eq_ignore_ascii_case(fingerprint) {
            return Err(KeyRefusal::Fingerprint { found });
        }
        // The guide warns that the encoding may change; two of its samples are PKCS#1, the third is X.509. This reads both.
        let parsed =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &der).map_err(|_| KeyRefusal::NotRsa)?;
        let bits = RsaParameters::public_modulus_len(&der)
            .ok()
            .or_else(|| u32::try_from(PublicEncryptingKey::from_der(&der).ok()?.key_size_bits()).ok());
        match bits {
            Some(bits) if BITS.contains(&bits) => Ok(PublicKey { der, validity, parsed }),
            Some(bits) => Err(KeyRefusal::Size { bits }),
            None => Err(KeyRefusal::NotRsa),
        }
    }

    /// True iff none of the time lies in its validity, as far as that was said.
    #[must_use]
    pub fn is_of_another_time(&self, time: &Range<i64>) -> bool {
        let Validity { from, to } = self.validity;
        from.is_some_and(|from| time.end < from) || to.is_some_and(|to| to < time.start)
    }

    /// The same key with the widest validity that was said.
    fn and(self, other: &PublicKey) -> Self {
        let from = self.validity.from.into_iter().chain(other.validity.from).min();
        let to = self.validity.to.into_iter().chain(other.validity.to).max();
        PublicKey { validity: Validity { from, to }, ..self }
    }

    /// True iff `signature`, hexadecimal, is one of `message` by this key: RSASSA-PKCS1-v1_5 with SHA-256.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &str) -> bool {
        unhex(signature).is_some_and(|signature| self.parsed.verify_sig(message, &signature).is_ok())
    }
}

/// Seconds since 1970 as number or text (version 1 of the command, the guide), or a time with an offset (version 2).
fn time(value: Option<serde_json::Value>) -> Option<i64> {
    let text = match value? {
        serde_json::Value::String(text) => text,
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let (head, tail) = text.split_once('.').unwrap_or((&text, ""));
    if let Ok(seconds) = head.parse::<i64>() {
        let digits = tail.bytes().all(|byte| byte.is_ascii_digit());
        return digits.then(|| seconds.checked_mul(1_000)).flatten();
    }
    if text.ends_with('Z') {
        return milliseconds(&text);
    }
    let at = text.len().checked_sub(6)?;
    let (local, offset) = (text.get(..at)?, text.get(at..)?);
    let minutes = offset.get(1..3)?.parse::<i64>().ok()? * 60 + offset.get(4..)?.parse::<i64>().ok()?;
    let shift = match offset.get(..1)? {
        "+" => minutes,
        "-" => -minutes,
        _ => return None,
    };
    Some(milliseconds(&format!("{local}Z"))? - shift * 60_000)
}

/// Where public keys were taken from: what they verify is as good as that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySource {
    /// The file, as it was named; `None` iff AWS was asked.
    pub file: Option<String>,
    /// The Region in which AWS was asked.
    pub region: Option<String>,
    /// Those of its keys that digests name, by fingerprint, sorted.
    pub fingerprints: Vec<String>,
    /// True iff the file lies below what was read: whoever can write there can write keys, too.
    pub in_source: bool,
}

#[cfg(test)]
mod tests {
    use super::time;
    use serde_json::json;

    #[test]
    fn times_of_every_version_of_the_command() {
        for (value, expected) in [
            (json!("1436317441.0"), Some(1_436_317_441_000)),
            (json!(1_436_317_441.25), Some(1_436_317_441_000)),
            (json!(1_436_317_441), Some(1_436_317_441_000)),
            (json!("2015-07-08T01:04:01Z"), Some(1_436_317_441_000)),
            (json!("2015-07-08T01:04:01+00:00"), Some(1_436_317_441_000)),
            (json!("2015-07-07T18:04:01.000000-07:00"), Some(1_436_317_441_000)),
            (json!("2015-07-08T06:34:01+05:30"), Some(1_436_317_441_000)),
            (json!("yesterday"), None),
            (json!("é:é:éé"), None),
            (json!(true), None),
            (json!(1e300), None),
        ] {
            assert_eq!(time(Some(value.clone())), expected, "{value}");
        }
    }
}
