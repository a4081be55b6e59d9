//! Digests say what AWS's say: their signatures hold, each names the one before, together they name every log file.

use crate::tree;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use corpus::Plan;
use corpus::digests::Signer;
use corpus::hash::hex_sha256;
use logs::{Inflater, ObjectKey};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Verifies every chain below `root`; the numbers of digests and of log files in them.
pub(crate) fn verify(root: &Path, keys: &Value) -> (usize, BTreeSet<String>) {
    let files = tree(root);
    let (mut digests, mut named) = (0, BTreeSet::new());
    let mut before: BTreeMap<(String, String), (Value, String, String)> = BTreeMap::new();
    for (key, bytes) in
        files.iter().filter(|(key, _)| key.contains("/CloudTrail-Digest/") && key.ends_with(".gz"))
    {
        let parsed = ObjectKey::parse(key).unwrap();
        let content = Inflater::new(1 << 20).inflate(bytes).bytes.to_vec();
        let digest: Value = serde_json::from_slice(&content).unwrap();
        let head: Value = serde_json::from_slice(&files[&format!("{key}.head.json")]).unwrap();
        let signature = head["Metadata"]["signature"].as_str().unwrap().to_owned();
        let text = |member: &str| digest[member].as_str().unwrap_or("null").to_owned();
        let hash = hex_sha256(&content);
        let signed = format!(
            "{}\n{}/{}\n{hash}\n{}",
            text("digestEndTime"),
            text("digestS3Bucket"),
            text("digestS3Object"),
            text("previousDigestSignature")
        );
        holds(keys, &text("digestPublicKeyFingerprint"), signed.as_bytes(), &signature);
        assert_eq!(text("digestS3Object"), *key);
        let place = (parsed.account.to_owned(), parsed.region.to_owned());
        match before.insert(place, (digest.clone(), hash, signature)) {
            None => assert!(
                digest["previousDigestS3Object"].is_null() && digest["previousDigestSignature"].is_null()
            ),
            Some((previous, hash, signature)) => {
                assert_eq!(previous["digestEndTime"], digest["digestStartTime"]);
                assert_eq!(previous["digestS3Object"], digest["previousDigestS3Object"]);
                assert_eq!(
                    (text("previousDigestHashValue"), text("previousDigestSignature")),
                    (hash, signature)
                );
            }
        }
        let listed = digest["logFiles"].as_array().unwrap();
        assert_eq!(digest["newestEventTime"].is_null(), listed.is_empty());
        for file in listed {
            let name = file["s3Object"].as_str().unwrap();
            let mut inflater = Inflater::new(1 << 26);
            assert_eq!(hex_sha256(inflater.inflate(&files[name]).bytes), file["hashValue"].as_str().unwrap());
            assert!(named.insert(name.to_owned()), "{name} stands in two digests");
        }
        digests += 1;
    }
    (digests, named)
}

fn holds(keys: &Value, fingerprint: &str, message: &[u8], signature: &str) {
    let keys = keys["PublicKeyList"].as_array().unwrap();
    let key = keys.iter().find(|key| key["Fingerprint"] == fingerprint).expect("the key of the digest");
    let key = base64::engine::general_purpose::STANDARD.decode(key["Value"].as_str().unwrap()).unwrap();
    let bytes: Vec<u8> = (0..signature.len() / 2)
        .map(|at| u8::from_str_radix(&signature[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key);
    key.verify(message, &bytes).expect("a signature that holds");
}

#[test]
fn every_log_file_stands_in_one_digest_of_an_unbroken_chain() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { bytes: 2_000_000, files: Some(30), digests: true, days: 1, ..Plan::default() };
    corpus::write(&plan, folder.path()).unwrap();
    let keys = Signer::new().unwrap().public_keys(plan.from, plan.to());
    let keys = serde_json::from_str(&keys).unwrap();
    let (digests, named) = verify(folder.path(), &keys);
    assert_eq!(digests, 3 * 2 * 24);
    let logs = tree(folder.path()).into_keys().filter(|key| key.contains("/CloudTrail/"));
    assert_eq!(logs.collect::<BTreeSet<_>>(), named);
}
