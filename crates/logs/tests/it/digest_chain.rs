//! Chains of digests as CloudTrail delivers them, signed with keys of our own, for tests to damage.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use logs::digest::{Asked, Found, PublicKeys, Seen, State, Unread, Validation, Validity, Window, judge};
use logs::{hex, sha256};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

/// 2026-03-01T00:00:00Z, milliseconds since 1970.
pub(crate) const DAY: i64 = 1_772_323_200_000;
pub(crate) const HOUR: i64 = 3_600_000;
pub(crate) const BUCKET: &str = "trail-bucket";
pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const OTHER: &str = "444455556666";
const PLACE: &str = "AWSLogs/111122223333";

/// A key of CloudTrail's, and its public half as `ListPublicKeys` returns it.
pub(crate) struct Signer {
    pub(crate) pair: RsaKeyPair,
    pub(crate) der: Vec<u8>,
}

impl Signer {
    pub(crate) fn fingerprint(&self) -> String {
        hex(&Md5::digest(&self.der))
    }

    pub(crate) fn sign(&self, message: &str) -> String {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        hex(&signature)
    }
}

/// Two keys, the first in PKCS#1, the second in X.509: made once, because that takes a while.
pub(crate) fn signers() -> &'static [Signer; 2] {
    static SIGNERS: OnceLock<[Signer; 2]> = OnceLock::new();
    SIGNERS.get_or_init(|| {
        let make = || RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let (first, second) = (make(), make());
        let pkcs1 = first.public_key().as_ref().to_vec();
        let x509 = second.public_key().as_der().unwrap().as_ref().to_vec();
        [Signer { pair: first, der: pkcs1 }, Signer { pair: second, der: x509 }]
    })
}

/// Both keys.
pub(crate) fn keys() -> PublicKeys {
    let mut keys = PublicKeys::default();
    signers().iter().for_each(|one| keys.add(&one.fingerprint(), one.der.clone(), Validity::default()));
    keys
}

/// One digest file in the bucket.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) bucket: Option<String>,
    pub(crate) key: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) signature: Option<String>,
}

impl Made {
    pub(crate) fn found(&self) -> Found {
        Found::new(self.bucket.as_deref(), &self.key, Ok(&self.bytes), self.signature.as_deref())
    }

    /// The document, changed, under the old signature.
    pub(crate) fn edit(&mut self, member: &str, value: Value) {
        let mut document: Value = serde_json::from_slice(&self.bytes).unwrap();
        document[member] = value;
        self.bytes = document.to_string().into_bytes();
    }

    pub(crate) fn sign(&mut self, signer: &Signer) {
        let document: Value = serde_json::from_slice(&self.bytes).unwrap();
        let text = |member: &str| document[member].as_str().unwrap_or("null").to_owned();
        self.signature = Some(signer.sign(&format!(
            "{}\n{}/{}\n{}\n{}",
            text("digestEndTime"),
            text("digestS3Bucket"),
            text("digestS3Object"),
            hex(&sha256(&self.bytes)),
            text("previousDigestSignature")
        )));
    }
}

/// A bucket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bucket {
    pub(crate) digests: Vec<Made>,
    pub(crate) logs: BTreeMap<String, Vec<u8>>,
}

impl Bucket {
    /// The chain that begins at hour `from`: for each hour so many log files.
    pub(crate) fn chain(from: i64, files: &[usize]) -> Self {
        let mut bucket = Bucket::default();
        for (at, files) in files.iter().enumerate() {
            let previous = bucket.digests.last().cloned();
            bucket.deliver(from + i64::try_from(at).unwrap(), *files, previous.as_ref(), "");
        }
        bucket
    }

    /// Delivers the digest of `hour`, which ends 31 seconds past the next, and its log files.
    pub(crate) fn deliver(&mut self, hour: i64, files: usize, previous: Option<&Made>, suffix: &str) {
        let listed: Vec<Value> = (0..files).map(|file| self.log(hour, file, suffix)).collect();
        let (start, end) = (stamp(hour), stamp(hour + 1));
        let event = (files > 0).then(|| start.replace(":31Z", ":40Z"));
        let key = digest_key(hour + 1, suffix);
        let member = |name: &str| {
            previous.map(|made| serde_json::from_slice::<Value>(&made.bytes).unwrap()[name].clone())
        };
        let bytes = json!({
            "awsAccountId": "111122223333",
            "digestStartTime": start,
            "digestEndTime": end,
            "digestS3Bucket": BUCKET,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": signers()[0].fingerprint(),
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": event,
            "oldestEventTime": event,
            "previousDigestS3Bucket": member("digestS3Bucket"),
            "previousDigestS3Object": member("digestS3Object"),
            "previousDigestHashValue": previous.map(|made| hex(&sha256(&made.bytes))),
            "previousDigestHashAlgorithm": previous.map(|_| "SHA-256"),
            "previousDigestSignature": previous.map(|made| made.signature.clone()),
            "logFiles": listed,
            "aMemberOfTomorrow": {"x": [1, null]},
        });
        let bytes = bytes.to_string().into_bytes();
        let mut made = Made { bucket: Some(BUCKET.to_owned()), key, bytes, signature: None };
        made.sign(&signers()[0]);
        self.digests.push(made);
    }

    /// Delivers a log file 5 minutes into the hour, and returns what a digest says of it.
    fn log(&mut self, hour: i64, file: usize, suffix: &str) -> Value {
        let key = log_key(hour, &format!("{file}{suffix}"));
        let bytes = format!(r#"{{"Records":[{{"hour":{hour},"file":{file}}}]}}"#).into_bytes();
        let hash = hex(&sha256(&bytes));
        self.logs.insert(key.clone(), bytes);
        json!({
            "s3Bucket": BUCKET, "s3Object": key, "hashValue": hash, "hashAlgorithm": "SHA-256",
            "newestEventTime": stamp(hour), "oldestEventTime": stamp(hour),
        })
    }

    /// The same chain of digests without log files, of account 444455556666, signed anew.
    pub(crate) fn of_other_account(&self) -> Self {
        let mut bucket = Bucket::default();
        for made in &self.digests {
            let text = String::from_utf8(made.bytes.clone()).unwrap();
            let (key, text) = (made.key.replace(ACCOUNT, OTHER), text.replace(ACCOUNT, OTHER));
            let mut other = Made { key, bytes: text.into_bytes(), ..made.clone() };
            let document: Value = serde_json::from_slice(&other.bytes).unwrap();
            if let (Some(previous), false) =
                (bucket.digests.last(), document["previousDigestS3Object"].is_null())
            {
                let (hash, signature) = (hex(&sha256(&previous.bytes)), previous.signature.clone());
                other.edit("previousDigestHashValue", json!(hash));
                other.edit("previousDigestSignature", json!(signature));
            }
            other.sign(&signers()[0]);
            bucket.digests.push(other);
        }
        bucket
    }

    pub(crate) fn found(&self) -> Vec<Found> {
        self.digests.iter().map(Made::found).collect()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        let seen = |(key, bytes): (&String, &Vec<u8>)| Seen {
            bucket: Some(BUCKET.to_owned()),
            key: key.clone(),
            content: Ok(sha256(bytes)),
            counted: false,
        };
        self.logs.iter().map(seen).collect()
    }

    pub(crate) fn judge(&self) -> Validation {
        judge(&self.found(), &self.seen(), &keys(), &Asked::default())
    }

    pub(crate) fn asked(&self, asked: Range<i64>) -> Validation {
        judge(&self.found(), &self.seen(), &keys(), &Asked::delivered(asked))
    }
}

/// The time 31 seconds past `hour`, as CloudTrail writes it.
pub(crate) fn stamp(hour: i64) -> String {
    format!("2026-03-{:02}T{:02}:00:31Z", 1 + hour / 24, hour % 24)
}

/// The same in milliseconds since 1970.
pub(crate) fn at(hour: i64) -> i64 {
    DAY + hour * HOUR + 31_000
}

pub(crate) fn digest_key(hour: i64, suffix: &str) -> String {
    let (day, hour) = (1 + hour / 24, hour % 24);
    format!(
        "{PLACE}/CloudTrail-Digest/eu-west-1/2026/03/{day:02}/111122223333_CloudTrail-Digest_eu-west-1_my_trail_eu-west-1_\
         202603{day:02}T{hour:02}0031Z{suffix}.json.gz"
    )
}

pub(crate) fn log_key(hour: i64, file: &str) -> String {
    let (day, hour) = (1 + hour / 24, hour % 24);
    format!(
        "{PLACE}/CloudTrail/eu-west-1/2026/03/{day:02}/111122223333_CloudTrail_eu-west-1_202603{day:02}T{hour:02}05Z_{file}.json.gz"
    )
}

/// The windows of the only chain.
pub(crate) fn windows(validation: &Validation) -> &[Window] {
    assert_eq!(validation.chains.len(), 1, "{validation:#?}");
    &validation.chains[0].windows
}

pub(crate) fn states(validation: &Validation) -> Vec<State> {
    windows(validation).iter().map(|window| window.state).collect()
}

pub(crate) fn damaged() -> Unread {
    Unread::Damaged { why: "the gzip data ends early".to_owned() }
}
