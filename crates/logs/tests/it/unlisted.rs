//! What could not be listed is never said to be missing, and nothing is valid beside it.

use crate::digest_chain::{BUCKET, Bucket, DAY, HOUR, keys, signers};
use logs::digest::{Absent, Asked, Found, Reason, Seen, State, Unproven, Validation, Weighing};
use serde_json::{Value, json};

/// The chain without the files of these keys; where `listed` is false, they lie where nobody could list.
fn without(bucket: &Bucket, gone: &[&str], listed: bool) -> Validation {
    let mut found: Vec<Found> =
        bucket.digests.iter().filter(|one| !gone.contains(&&*one.key)).map(|one| one.found()).collect();
    found.reverse();
    let seen: Vec<Seen> = bucket.seen().into_iter().filter(|one| !gone.contains(&&*one.key)).collect();
    let folder = |key: &str| key.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let hidden = |key: &str| gone.iter().any(|one| folder(one) == folder(key));
    let unlisted = |one: &Absent<'_>| (!listed && hidden(one.key)).then(|| "refused".to_owned());
    Weighing::of(&found, &keys()).judge_listed(&seen, &Asked::default(), &unlisted)
}

fn reasons(validation: &Validation) -> Vec<&Reason> {
    let windows = validation.chains.iter().flat_map(|chain| &chain.windows);
    windows.flat_map(|window| &window.reasons).collect()
}

#[test]
fn each_file_that_is_gone_is_invalid_where_it_was_listed_and_not_assertable_where_it_was_not() {
    let bucket = Bucket::chain(0, &[2, 0, 1, 1]);
    // Of the newest digest, nothing but a trail that lists it would tell.
    let digests = bucket.digests.iter().rev().skip(1).map(|one| one.key.clone());
    for key in digests.chain(bucket.logs.keys().cloned()) {
        let first = bucket.digests[0].key == key;
        let gone = without(&bucket, &[&key], true);
        // The oldest one may lie before all that was read.
        let told = if first { State::NotAssertable } else { State::Invalid };
        assert!(gone.state() == told || first, "{key}: {gone:#?}");
        let unlisted = without(&bucket, &[&key], false);
        assert_eq!(unlisted.state(), State::NotAssertable, "{key}: {unlisted:#?}");
        assert_eq!((unlisted.totals.invalid, unlisted.totals.files.invalid), (0, 0), "{key}");
        assert!(
            unlisted.unproven.iter().all(|one| one.why != Unproven::Unreferenced),
            "{key}: {unlisted:#?}"
        );
        let files = unlisted.totals.files;
        assert_eq!(files.listed, files.proven + files.unproven + files.invalid + files.unread);
    }
}

#[test]
fn what_was_not_listed_is_named() {
    let bucket = Bucket::chain(0, &[1, 1, 1]);
    let log = bucket.logs.keys().next().unwrap();
    let validation = without(&bucket, &[log], false);
    assert_eq!(
        reasons(&validation),
        [&Reason::FileUnlisted { key: log.clone(), why: "refused".to_owned() }],
        "{validation:#?}"
    );
    let (second, third) = (bucket.digests[1].key.clone(), bucket.digests[2].key.clone());
    let validation = without(&bucket, &[&second], false);
    let expected = Reason::Unlisted { key: second, named_by: third, why: "refused".to_owned() };
    assert_eq!(reasons(&validation), [&expected], "{validation:#?}");
}

/// A trail that is pointed to another bucket names, in the first digest there, what it delivered to the one before.
#[test]
fn what_lies_in_a_bucket_that_nobody_read_is_not_missing() {
    const BEFORE: &str = "bucket-before";
    let mut old = Bucket::chain(0, &[1]);
    old.digests[0].edit("digestS3Bucket", json!(BEFORE));
    old.digests[0].sign(&signers()[0]);
    let mut bucket = Bucket::default();
    bucket.deliver(1, 1, Some(&old.digests[0]), "");
    let mut document: Value = serde_json::from_slice(&bucket.digests[0].bytes).unwrap();
    document["logFiles"][0]["s3Bucket"] = json!(BEFORE);
    let gone = document["logFiles"][0]["s3Object"].as_str().unwrap().to_owned();
    bucket.digests[0].bytes = document.to_string().into_bytes();
    bucket.digests[0].sign(&signers()[0]);
    bucket.deliver(2, 1, Some(&bucket.digests[0].clone()), "");
    bucket.logs.remove(&gone);
    // As a bucket is read, and as a copy is: another bucket is not there.
    let unlisted = |one: &Absent<'_>| {
        let is_read = one.bucket == Some(BUCKET) || one.is_of_what_was_read;
        (!is_read).then(|| "nobody named it".to_owned())
    };
    let judged = |found: &[Found], seen: &[Seen]| {
        Weighing::of(found, &keys()).judge_listed(seen, &Asked::delivered(DAY..DAY + 4 * HOUR), &unlisted)
    };
    let moved = judged(&bucket.found(), &bucket.seen());
    assert_eq!((moved.state(), moved.totals.invalid), (State::NotAssertable, 0), "{moved:#?}");
    let told = reasons(&moved);
    assert!(told.iter().any(|one| matches!(one, Reason::Unlisted { .. })), "{told:?}");
    assert!(
        told.iter().any(|one| matches!(one, Reason::FileUnlisted { key, .. } if *key == gone)),
        "{told:?}"
    );
    // Where a copy holds a digest of that bucket, it is a copy of it, too.
    let both = [old.found(), bucket.found()].concat();
    let copied = judged(&both, &[old.seen(), bucket.seen()].concat());
    assert_eq!(copied.state(), State::Invalid, "{copied:#?}");
    assert!(reasons(&copied).iter().any(|one| matches!(one, Reason::FileMissing { key } if *key == gone)));
}

#[test]
fn a_change_is_a_change_whatever_was_not_listed() {
    let mut bucket = Bucket::chain(0, &[1, 1]);
    bucket.logs.values_mut().for_each(|bytes| bytes.push(b' '));
    let everything = |_: &Absent<'_>| Some("refused".to_owned());
    let found = bucket.found();
    let validation =
        Weighing::of(&found, &keys()).judge_listed(&bucket.seen(), &Asked::default(), &everything);
    assert_eq!(validation.state(), State::Invalid);
    assert!(bucket.seen().iter().all(|one| one.bucket.as_deref() == Some(BUCKET)));
}

#[test]
fn nothing_is_valid_beside_what_could_not_be_listed() {
    let bucket = Bucket::chain(0, &[1, 1]);
    let mut validation = bucket.judge();
    assert_eq!(validation.state(), State::Valid);
    validation.unlisted.push("s3://b/AWSLogs/: refused".to_owned());
    assert_eq!(validation.state(), State::NotAssertable);
}
