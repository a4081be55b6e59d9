//! What digests say of a file's content, before any log file is judged.

use crate::digest_chain::{Bucket, keys, log_key, signers};
use logs::digest::{Expected, PublicKeys, Standing, Weighing};
use logs::sha256;

#[test]
fn only_a_digest_that_is_to_be_trusted_proves_a_content_under_its_key() {
    let mut bucket = Bucket::chain(0, &[1, 1, 1]);
    let hash = |bucket: &Bucket, hour| Some(sha256(&bucket.logs[&log_key(hour, "0")]));
    let of = |bucket: &Bucket, keys: &PublicKeys, hour| {
        let found = bucket.found();
        let expected = Weighing::of(&found, keys).expected();
        let key = log_key(hour, "0");
        let moved = format!("copy/{key}");
        let (content, other) = (hash(bucket, hour), hash(bucket, hour + 1));
        assert_eq!(expected.standing("AWSLogs/111122223333/x", content), Standing::Unlisted);
        assert_eq!(expected.standing(&moved, content), expected.standing(&key, content));
        // As content of another file it proves nothing, and neither does what could not be read.
        [content, other, None].map(|content| expected.standing(&key, content))
    };
    assert_eq!(of(&bucket, &keys(), 1), [Standing::Proven, Standing::Differs, Standing::Differs]);
    assert_eq!(of(&bucket, &PublicKeys::default(), 1), [Standing::Unverified; 3]);
    // Signed anew by whoever has a key: its successor holds another hash of it.
    bucket.digests[1].edit("aMemberOfTomorrow", serde_json::Value::Null);
    bucket.digests[1].sign(&signers()[0]);
    assert_eq!(of(&bucket, &keys(), 1), [Standing::Unverified; 3]);
    assert_eq!(of(&bucket, &keys(), 0), [Standing::Proven, Standing::Differs, Standing::Differs]);
    let found = bucket.found();
    let unweighed = Expected::of(&found);
    assert_eq!(unweighed.standing(&log_key(0, "0"), hash(&bucket, 0)), Standing::Unverified);
}
