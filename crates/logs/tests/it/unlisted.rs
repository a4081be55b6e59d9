//! What could not be listed is never said to be missing, and nothing is valid beside it.

use crate::digest_chain::{BUCKET, Bucket, keys};
use logs::digest::{Asked, Found, Reason, Seen, State, Unproven, Validation, Weighing};

/// The chain without the files of these keys; where `listed` is false, they lie where nobody could list.
fn without(bucket: &Bucket, gone: &[&str], listed: bool) -> Validation {
    let mut found: Vec<Found> =
        bucket.digests.iter().filter(|one| !gone.contains(&&*one.key)).map(|one| one.found()).collect();
    found.reverse();
    let seen: Vec<Seen> = bucket.seen().into_iter().filter(|one| !gone.contains(&&*one.key)).collect();
    let folder = |key: &str| key.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let hidden = |key: &str| gone.iter().any(|one| folder(one) == folder(key));
    let unlisted = |key: &str| (!listed && hidden(key)).then(|| "refused".to_owned());
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

#[test]
fn a_change_is_a_change_whatever_was_not_listed() {
    let mut bucket = Bucket::chain(0, &[1, 1]);
    bucket.logs.values_mut().for_each(|bytes| bytes.push(b' '));
    let everything = |_: &str| Some("refused".to_owned());
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
