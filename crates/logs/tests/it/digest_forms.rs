//! The documents of digest validation: digests and lists of keys, whole and broken.

use crate::digest_chain::{Bucket, signers};
use logs::digest::{Digest, KeyRefusal, PublicKeys, Refusal, Validity};
use serde_json::{Value, json};

/// The three sample keys of the user guide ("Custom implementations of CloudTrail log file integrity validation").
const SAMPLES: [(&str, &str); 3] = [
    (
        "8eba5db5bea9b640d1c96a77256fe7f2",
        "MIIBCgKCAQEAn11L2YZ9h7onug2ILi1MWyHiMRsTQjfWE+pHVRLk1QjfWhirG+lpOa8NrwQ/r7Ah5bNL6HepznOU9XTDSfmmnP97mqyc7z/upfZdS/AHhYcGaz7n6Wc/RRBU6VmiPCrAUojuSk6/GjvA8iOPFsYDuBtviXarvuLPlrT9kAd4Lb+rFfR5peEgBEkhlzc5HuWO7S0y+KunqxX6jQBnXGMtxmPBPP0FylgWGNdFtks/4YSKcgqwH0YDcawP9GGGDAeCIqPWIXDLG1jOjRRzWfCmD0iJUkz8vTsn4hq/5ZxRFE7UBAUiVcGbdnDdvVfhF9C3dQiDq3k7adQIziLT0cShgQIDAQAB",
    ),
    (
        "8933b39ddc64d26d8e14ffbf6566fee4",
        "MIIBCgKCAQEApfYL2FiZhpN74LNWVUzhR+VheYhwhYm8w0n5Gf6i95ylW5kBAWKVEmnAQG7BvS5g9SMqFDQx52fW7NWV44IvfJ2xGXT+wT+DgR6ZQ+6yxskQNqV5YcXj4Aa5Zz4jJfsYjDuO2MDTZNIzNvBNzaBJ+r2WIWAJ/Xq54kyF63B6WE38vKuDE7nSd1FqQuEoNBFLPInvgggYe2Ym1Refe2z71wNcJ2kY+q0h1BSHrSM8RWuJIw7MXwF9iQncg9jYzUlNJomozQzAG5wSRfbplcCYNY40xvGd/aAmO0m+Y+XFMrKwtLCwseHPvj843qVno6x4BJN9bpWnoPo9sdsbGoiK3QIDAQAB",
    ),
    (
        "31e8b5433410dfb61a9dc45cc65b22ff",
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqlzPJbvZJ42UdcmLfPUqXYNfOs6I8lCfao/tOs8CmzPOEdtLWugB9xoIUz78qVHdKIqxbaG4jWHfJBiOSSFBM0lt8cdVo4TnRa7oG9io5pysS6DJhBBAeXsicufsiFJR+wrUNh8RSLxL4k6G1+BhLX20tJkZ/erT97tDGBujAelqseGg3vPZbTx9SMfOLN65PdLFudLP7Gat0Z9p5jw/rjpclKfo9Bfc3heeBxWGKwBBOKnFAaN9V57pOaosCvPKmHd9bg7jsQkI9Xp22IzGLsTFJZYVA3KiTAElDMu80iFXPHEq9hKNbt9e4URFam+1utKVEiLkR2disdCmPTK0VQIDAQAB",
    ),
];

fn sample(value: usize, fingerprint: usize) -> Value {
    json!({
        "ValidityStartTime": "1436317441.0", "ValidityEndTime": 1_438_909_441.5,
        "Value": SAMPLES[value].1, "Fingerprint": SAMPLES[fingerprint].0,
    })
}

fn list(name: &str, keys: &[Value]) -> PublicKeys {
    PublicKeys::from_json(json!({name: keys, "NextToken": null}).to_string().as_bytes()).unwrap()
}

#[test]
fn the_guides_sample_keys_are_read_in_both_encodings() {
    for name in ["PublicKeyList", "publicKeyList"] {
        let keys = list(name, &[sample(0, 0), sample(1, 1), sample(2, 2)]);
        assert_eq!(keys.refused().count(), 0);
        for (fingerprint, _) in SAMPLES {
            let key = keys.get(fingerprint).unwrap().as_ref().unwrap();
            assert_eq!(
                (key.validity.from, key.validity.to),
                (Some(1_436_317_441_000), Some(1_438_909_441_000))
            );
        }
        assert!(keys.get("00").is_none());
    }
}

#[test]
fn keys_that_cannot_be_used_are_kept_as_refused() {
    let garbage = json!({"Value": "!", "Fingerprint": "aa"});
    let empty = json!({"Value": "", "Fingerprint": "d41d8cd98f00b204e9800998ecf8427e"});
    let keys = list("PublicKeyList", &[sample(0, 1), garbage, empty]);
    let refused: Vec<_> = keys.refused().map(|(name, why)| (name.to_owned(), why.clone())).collect();
    let found = SAMPLES[0].0.to_owned();
    let expected = [
        (SAMPLES[1].0.to_owned(), KeyRefusal::Fingerprint { found }),
        ("aa".to_owned(), KeyRefusal::NotBase64),
        ("d41d8cd98f00b204e9800998ecf8427e".to_owned(), KeyRefusal::NotRsa),
    ];
    assert_eq!(refused, expected);
    assert!(keys.is_empty());
    for order in [[sample(0, 1), sample(1, 1)], [sample(1, 1), sample(0, 1)]] {
        assert!(list("PublicKeyList", &order).get(SAMPLES[1].0).unwrap().is_ok(), "a good key counts");
    }
    for text in ["", "[]", "{}", r#"{"PublicKeyList":[{"Value":"AA=="}]}"#] {
        assert!(PublicKeys::from_json(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn short_keys_are_refused() {
    // RSA of 1024 bits, PKCS#1: the modulus is 2^1023 + 1.
    let mut modulus = [0; 129];
    (modulus[1], modulus[128]) = (0x80, 1);
    let der = [&[0x30, 0x81, 0x89, 0x02, 0x81, 0x81][..], &modulus, &[0x02, 0x03, 0x01, 0x00, 0x01]].concat();
    let mut keys = PublicKeys::default();
    keys.add("00", der.clone(), Validity::default());
    let Some(Err(KeyRefusal::Fingerprint { found })) = keys.get("00").cloned() else { panic!("{keys:?}") };
    keys.add(&found, der, Validity::default());
    assert_eq!(keys.get(&found).unwrap().as_ref().unwrap_err(), &KeyRefusal::Size { bits: 1024 });
}

fn document() -> Value {
    serde_json::from_slice(&Bucket::chain(0, &[1, 2]).digests[1].bytes).unwrap()
}

fn parse(document: &Value) -> Result<Digest, Refusal> {
    Digest::parse(document.to_string().as_bytes())
}

#[test]
fn a_digest_says_what_it_lists() {
    let digest = parse(&document()).unwrap();
    assert_eq!((digest.log_files.len(), digest.end - digest.start), (2, 3_600_000));
    assert_eq!((digest.end_text.as_str(), digest.account.as_str()), ("2026-03-01T02:00:31Z", "111122223333"));
    assert_eq!(digest.fingerprint, signers()[0].fingerprint());
    assert!(digest.previous.is_some() && digest.log_files[0].newest_event.is_some());
    let first = Digest::parse(&Bucket::chain(0, &[0]).digests[0].bytes).unwrap();
    assert!(first.previous.is_none() && first.log_files.is_empty() && first.newest_event.is_none());
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let optional = ["newestEventTime", "oldestEventTime", "aMemberOfTomorrow"];
    for member in document().as_object().unwrap().keys().filter(|name| !optional.contains(&name.as_str())) {
        let mut without = document();
        without.as_object_mut().unwrap().remove(member);
        assert_eq!(parse(&without), Err(Refusal::Missing { member: member.clone() }));
        let mut wrong = document();
        wrong[member] = json!(7);
        assert_eq!(parse(&wrong), Err(Refusal::Type { member: member.clone() }));
    }
    for member in ["s3Bucket", "s3Object", "hashValue", "hashAlgorithm"] {
        let mut without = document();
        without["logFiles"][1].as_object_mut().unwrap().remove(member);
        assert_eq!(parse(&without), Err(Refusal::Missing { member: format!("logFiles[1].{member}") }));
    }
    let with = |member: &str, value: Value| {
        let mut other = document();
        other[member] = value;
        parse(&other).unwrap_err().to_string()
    };
    assert_eq!(with("digestEndTime", json!("soon")), "`digestEndTime` is `soon`");
    assert_eq!(
        with("digestEndTime", json!("2020-01-01T00:00:00Z")),
        "`digestEndTime` lies before `digestStartTime`"
    );
    assert_eq!(
        with("digestSignatureAlgorithm", json!("none")),
        "`digestSignatureAlgorithm` names the algorithm `none`, which is not known"
    );
    assert_eq!(with("previousDigestHashValue", json!("00")), "`previousDigestHashValue` is `00`");
    assert!(with("previousDigestSignature", Value::Null).contains("is null, and other members"));
    let twice = document().to_string().replacen('{', r#"{"awsAccountId":"444455556666","#, 1);
    let refusal = Refusal::Twice { member: "awsAccountId".to_owned() };
    assert_eq!(Digest::parse(twice.as_bytes()), Err(refusal));
    for text in ["", "[", "7", "\"\u{1}\"", &"[".repeat(100_000)] {
        assert!(Digest::parse(text.as_bytes()).is_err());
    }
}
