//! Digest validation: a whole chain is valid, and whatever is done to it shows where it was done.

use crate::digest_chain::*;
use State::{Invalid, NotAssertable, Valid};
use logs::digest::{
    Asked, Expected, Files, Found, Note, PublicKeys, Reason, Seen, State, Unproven, Unread, Validity, judge,
};
use logs::{hex, sha256};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// Five hours, one of them empty; the first is a starting digest.
fn whole() -> Bucket {
    Bucket::chain(0, &[2, 1, 0, 3, 1])
}

fn reasons(validation: &logs::digest::Validation, window: usize) -> Vec<Reason> {
    windows(validation)[window].reasons.clone()
}

#[test]
fn a_whole_chain_is_valid() {
    let bucket = whole();
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid; 5], "{validation:#?}");
    assert_eq!((validation.state(), validation.unproven.len()), (Valid, 0));
    let totals = validation.totals;
    assert_eq!((totals.chains, totals.digests, totals.valid, totals.invalid), (1, 5, 5, 0));
    assert_eq!(totals.files, Files { listed: 7, proven: 7, ..Files::default() });
    let chain = &validation.chains[0].chain;
    assert_eq!((chain.trail.as_str(), chain.region.as_str()), ("my_trail", "eu-west-1"));
    let first = &windows(&validation)[0];
    assert_eq!((first.from, first.to, first.notes.as_slice()), (at(0), at(1), &[Note::Starts][..]));
    let found = bucket.found();
    let expected = Expected::of(&found);
    assert_eq!(expected.iter().count(), 7);
    let claims = expected.claims(&format!("/backup/{}", log_key(1, "0")));
    assert_eq!(claims[0].file.hash, sha256(&bucket.logs[&log_key(1, "0")]));
    assert!(expected.claims(&log_key(2, "0")).is_empty());
}

#[test]
fn nothing_at_all_asserts_nothing() {
    let validation = judge(&[], &[], &keys(), &Asked::delivered(at(0)..at(1)));
    assert_eq!(validation.state(), NotAssertable);
}

#[test]
fn a_changed_log_file_is_named() {
    let mut bucket = whole();
    let key = log_key(3, "1");
    let before = sha256(&bucket.logs[&key]);
    bucket.logs.get_mut(&key).unwrap()[3] ^= 1;
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid, Valid, Valid, Invalid, Valid]);
    let found = hex(&sha256(&bucket.logs[&key]));
    assert_eq!(reasons(&validation, 3), [Reason::FileDiffers { key, expected: hex(&before), found }]);
    assert_eq!((validation.totals.files.proven, validation.totals.files.invalid), (6, 1));
}

#[test]
fn a_log_file_that_is_gone_damaged_or_unread_is_named() {
    let mut bucket = whole();
    let key = log_key(0, "1");
    bucket.logs.remove(&key);
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Invalid, Valid, Valid, Valid, Valid]);
    assert_eq!(reasons(&validation, 0), [Reason::FileMissing { key: key.clone() }]);

    let refused = Unread::Refused { why: "AccessDenied".to_owned() };
    for (content, state) in [
        (Unread::Missing, Invalid),
        (damaged(), Invalid),
        (refused, NotAssertable),
        (Unread::NotHashed, NotAssertable),
    ] {
        let mut seen = bucket.seen();
        seen.push(Seen {
            bucket: Some(BUCKET.to_owned()),
            key: key.clone(),
            content: Err(content.clone()),
            counted: false,
        });
        let validation = judge(&bucket.found(), &seen, &keys(), &Asked::default());
        assert_eq!(states(&validation), [state, Valid, Valid, Valid, Valid], "{content}");
        assert_eq!(validation.totals.files.proven, 6);
    }
}

#[test]
fn log_files_that_no_digest_lists_are_told() {
    let mut bucket = whole();
    for hour in [1, 4, 5] {
        bucket.logs.insert(log_key(hour, "forged"), b"{}".to_vec());
    }
    let validation = bucket.judge();
    // Every digest is good, and every window; what they say nothing of is no pass.
    assert_eq!(states(&validation), [Valid; 5]);
    assert_eq!(validation.state(), NotAssertable);
    let why: Vec<_> = validation.unproven.iter().map(|one| (one.key.clone(), one.why)).collect();
    let expected = [
        (log_key(1, "forged"), Unproven::Unreferenced),
        (log_key(4, "forged"), Unproven::Unreferenced),
        (log_key(5, "forged"), Unproven::Young),
    ];
    assert_eq!(why, expected);
    assert_eq!((validation.totals.unreferenced, validation.totals.young), (2, 1));
    let asked = bucket.asked(at(4)..at(5));
    assert_eq!(asked.unproven.iter().map(|one| one.key.clone()).collect::<Vec<_>>(), [log_key(4, "forged")]);
    assert_eq!(asked.state(), NotAssertable);
    // An hour without such a file is as good as its digests.
    assert_eq!(bucket.asked(at(2)..at(3)).state(), Valid);
}

#[test]
fn a_digest_that_is_gone_is_missed_by_its_successor() {
    let mut bucket = whole();
    bucket.digests.remove(2);
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid, Valid, Invalid, Valid, Valid]);
    let missing = Reason::Missing { key: digest_key(3, ""), named_by: Some(digest_key(4, "")) };
    assert_eq!(reasons(&validation, 2), [missing]);
    let window = &windows(&validation)[2];
    assert_eq!((window.from, window.to, &window.digest), (at(2), at(3), &None));
}

#[test]
fn two_digests_in_a_row_that_are_gone_are_missed() {
    let mut bucket = whole();
    bucket.digests.drain(1..3);
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid, Invalid, Valid, Valid]);
    let window = &windows(&validation)[1];
    assert_eq!((window.from, window.to), (at(1), at(3)));
    // The log file that only a missing digest lists is proven by nothing.
    assert_eq!(validation.unproven[0].key, log_key(1, "0"));
}

#[test]
fn a_digest_that_was_changed_is_invalid_and_proves_nothing() {
    let mut bucket = whole();
    bucket.digests[3].edit("logFiles", json!([]));
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid, Valid, Valid, Invalid, Valid]);
    let expected =
        [Reason::Signature { held_by: None }, Reason::PredecessorHash { successor: digest_key(5, "") }];
    assert_eq!(reasons(&validation, 3), expected);
    assert_eq!(validation.totals.unreferenced, 3);

    let mut bucket = whole();
    bucket.digests[4].edit("newestEventTime", Value::Null);
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid, Valid, Valid, Valid, Invalid]);
    assert_eq!((validation.totals.files.proven, validation.totals.files.unproven), (6, 1));
    assert_eq!(validation.unproven[0].why, Unproven::Unverified);
}

#[test]
fn a_signature_of_another_key_is_none() {
    let mut bucket = whole();
    bucket.digests[4].sign(&signers()[1]);
    assert_eq!(reasons(&bucket.judge(), 4), [Reason::Signature { held_by: None }]);
    bucket.digests[4].edit("digestPublicKeyFingerprint", json!(signers()[1].fingerprint()));
    bucket.digests[4].sign(&signers()[1]);
    assert_eq!(states(&bucket.judge()), [Valid; 5], "with both encodings of keys");
}

#[test]
fn a_digest_that_was_signed_again_is_not_what_its_successor_holds() {
    let mut bucket = whole();
    bucket.digests[1].edit("logFiles", json!([]));
    bucket.digests[1].sign(&signers()[0]);
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid, Invalid, Valid, Valid, Valid]);
    let successor = digest_key(3, "");
    let expected = [
        Reason::PredecessorHash { successor: successor.clone() },
        Reason::PredecessorSignature { successor },
    ];
    assert_eq!(reasons(&validation, 1), expected);
    assert_eq!(validation.unproven[0].why, Unproven::Unreferenced);
}

#[test]
fn a_signature_that_the_successor_does_not_hold_is_told() {
    let mut bucket = whole();
    bucket.digests[4].edit("previousDigestSignature", json!("00"));
    bucket.digests[4].sign(&signers()[0]);
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid, Valid, Valid, Invalid, Valid]);
    let successor = digest_key(5, "");
    assert_eq!(reasons(&validation, 3), [Reason::PredecessorSignature { successor }]);
}

#[test]
fn what_was_signed_again_proves_no_log_file_though_its_signature_is_good() {
    let mut bucket = whole();
    bucket.digests[1].edit("newestEventTime", json!(stamp(2)));
    bucket.digests[1].sign(&signers()[0]);
    let validation = bucket.judge();
    assert_eq!(windows(&validation)[1].files, Files { listed: 1, unproven: 1, ..Files::default() });
    assert_eq!(validation.unproven[0].why, Unproven::Unverified);
}

#[test]
fn an_unverified_successor_does_not_spoil_a_verified_predecessor() {
    let mut bucket = whole();
    bucket.digests[4].edit("previousDigestHashValue", json!(hex(&[0; 32])));
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid, Valid, Valid, Valid, Invalid]);
    let expected =
        [Reason::Signature { held_by: None }, Reason::NotItsPredecessor { predecessor: digest_key(4, "") }];
    assert_eq!(reasons(&validation, 4), expected);
}

#[test]
fn a_chain_that_starts_again_leaves_a_gap() {
    let mut bucket = whole();
    bucket.deliver(8, 1, None, "");
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid, Valid, Valid, Valid, Valid, NotAssertable, Valid]);
    let gap = &windows(&validation)[5];
    assert_eq!((gap.from, gap.to, gap.reasons.as_slice()), (at(5), at(8), &[Reason::Restarted][..]));
    assert_eq!(windows(&validation)[6].notes, [Note::Starts]);
}

#[test]
fn time_between_linked_digests_is_a_gap() {
    let mut bucket = Bucket::chain(0, &[1]);
    let previous = bucket.digests[0].clone();
    bucket.deliver(2, 1, Some(&previous), "");
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid, NotAssertable, Valid]);
    assert_eq!(reasons(&validation, 1), [Reason::Between]);
}

#[test]
fn backfill_is_a_chain_of_its_own() {
    let mut bucket = whole();
    bucket.deliver(1, 1, None, "_backfill");
    let previous = bucket.digests[5].clone();
    bucket.deliver(4, 1, Some(&previous), "_backfill");
    let validation = bucket.judge();
    assert_eq!((validation.chains.len(), validation.state()), (2, Valid), "{validation:#?}");
    assert!(!validation.chains[0].chain.backfill && validation.chains[1].chain.backfill);
    assert_eq!((validation.chains[1].windows.len(), validation.totals.files.proven), (2, 9));
    // A backfill digest says nothing of how far the other chain has come.
    bucket.deliver(7, 0, None, "_backfill");
    bucket.logs.insert(log_key(6, "new"), Vec::new());
    assert_eq!(bucket.judge().unproven[0].why, Unproven::Young);
    bucket.digests.pop();
    // Without its start, the second names what is not there: the window asked for begins before it.
    bucket.digests.remove(5);
    let validation = bucket.asked(at(0)..at(5));
    assert_eq!(validation.chains[1].windows[0].state, Invalid, "{validation:#?}");
    assert_eq!(validation.chains[0].windows.len(), 5);
}

/// Whoever deletes the chain of each hour leaves that of backfill, which proves a part.
#[test]
fn backfill_alone_proves_no_hour() {
    let mut bucket = Bucket::chain(0, &[]);
    bucket.deliver(2, 1, None, "_backfill");
    let validation = bucket.asked(at(0)..at(5));
    assert_eq!(validation.state(), NotAssertable, "{validation:#?}");
    assert!(validation.chains[0].windows.iter().any(|one| one.reasons == [Reason::OnlyBackfill]));
}

#[test]
fn late_and_overlapping_digests_are_valid_and_noted() {
    let mut bucket = whole();
    let previous = bucket.digests[4].clone();
    bucket.deliver(5, 1, Some(&previous), "");
    bucket.digests[5].edit("oldestEventTime", json!(stamp(3)));
    bucket.digests[5].edit("digestStartTime", json!(stamp(4)));
    bucket.digests[5].sign(&signers()[0]);
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid; 6]);
    let last = windows(&validation).last().unwrap();
    assert_eq!(last.notes, [Note::Late, Note::Overlaps]);
}

#[test]
fn a_digest_found_twice_is_one_and_must_be_one() {
    let mut bucket = whole();
    bucket.digests.push(bucket.digests[2].clone());
    assert_eq!(bucket.judge(), whole().judge());
    bucket.digests[5].bucket = Some("copy-bucket".to_owned());
    assert_eq!(bucket.judge(), whole().judge());
    bucket.digests[5].signature = Some("00".to_owned());
    assert!(reasons(&bucket.judge(), 2).contains(&Reason::SignaturesDiffer));
    bucket.digests[5].signature = None;
    bucket.digests[5].edit("newestEventTime", json!(stamp(2)));
    assert_eq!(reasons(&bucket.judge(), 2), [Reason::CopiesDiffer]);
}

#[test]
fn a_copy_is_valid_and_said_to_be_one() {
    let mut bucket = whole();
    let place = |one: &mut Made| one.bucket = Some("copy-bucket".to_owned());
    bucket.digests.iter_mut().for_each(place);
    let mut seen = bucket.seen();
    seen.iter_mut().for_each(|one| one.bucket = Some("copy-bucket".to_owned()));
    let validation = judge(&bucket.found(), &seen, &keys(), &Asked::default());
    assert_eq!(states(&validation), [Valid; 5]);
    let moved = Note::Moved { bucket: BUCKET.to_owned(), key: digest_key(3, "") };
    assert_eq!(windows(&validation)[2].notes, [moved]);
    assert_eq!(validation.totals.files.moved, 7);
    // What lies in the very place counts, and no copy can stand in for it.
    let mut forged = bucket.seen();
    forged[0].content = Ok([0; 32]);
    forged.extend(seen);
    assert_eq!(judge(&bucket.found(), &forged, &keys(), &Asked::default()).state(), Invalid);
}

#[test]
fn a_copy_of_other_content_is_told_wherever_it_lies() {
    let bucket = whole();
    let key = log_key(3, "1");
    let copy = |at: Option<&str>, key: String, content| Seen {
        bucket: at.map(str::to_owned),
        key,
        content,
        counted: true,
    };
    let right = Ok(sha256(&bucket.logs[&key]));
    let forged = || Ok([0; 32]);
    for (at, name, content, state) in [
        (Some(BUCKET), format!("copy/{key}"), right.clone(), Valid),
        (Some("other"), key.clone(), right, Valid),
        (None, key.clone(), Err(Unread::Missing), Valid),
        (Some(BUCKET), format!("forged/{key}"), forged(), Invalid),
        (Some(BUCKET), format!("AWSLogs/{key}"), forged(), Invalid),
        (Some("other"), key.clone(), forged(), Invalid),
        (None, format!("/tmp/{key}"), forged(), Invalid),
        (Some("other"), key.clone(), Err(damaged()), Invalid),
        (Some("other"), key.clone(), Err(Unread::NotHashed), NotAssertable),
    ] {
        for asked in [Asked::default(), Asked::delivered(at_hours(3..4)), Asked::delivered(at_hours(0..1))] {
            let mut seen = bucket.seen();
            seen.push(copy(at, name.clone(), content.clone()));
            let validation = judge(&bucket.found(), &seen, &keys(), &asked);
            assert_eq!(validation.state(), state, "{at:?} {name} {content:?} {asked:?}: {validation:#?}");
        }
    }
    let mut seen = bucket.seen();
    seen.push(copy(Some("other"), key.clone(), forged()));
    let validation = judge(&bucket.found(), &seen, &keys(), &Asked::default());
    let named = format!("other/{key}");
    assert!(matches!(&reasons(&validation, 3)[..], [Reason::FileDiffers { key, .. }] if *key == named));
}

fn at_hours(hours: std::ops::Range<i64>) -> std::ops::Range<i64> {
    at(hours.start)..at(hours.end)
}

/// What was forged into the bucket, under whatever name.
fn with(key: &str, counted: bool) -> Vec<Seen> {
    let mut seen = whole().seen();
    let content = Err(Unread::NotHashed);
    seen.push(Seen { bucket: Some(BUCKET.to_owned()), key: key.to_owned(), content, counted });
    seen
}

#[test]
fn what_an_answer_rests_on_is_judged_whatever_it_is_called_and_whenever_it_came() {
    let logs = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01";
    let aggregated = "AWSLogs/111122223333/CloudTrail-Aggregated/eu-west-1/2026/03/01/a.json.gz";
    let elsewhere = log_key(0, "x").replace("111122223333", "444455556666");
    let asked = Asked::events(at(1)..at(3));
    for (key, why, expected) in [
        (log_key(2, "forged"), Unproven::Unreferenced, true),
        (format!("{logs}/events.json.gz"), Unproven::Unreferenced, true),
        ("notes/events.json.gz".to_owned(), Unproven::Unreferenced, true),
        (log_key(0, "early"), Unproven::Unreferenced, false),
        (log_key(4, "late"), Unproven::Unreferenced, false),
        (log_key(9, "young"), Unproven::Young, false),
        (log_key(30, "tomorrow"), Unproven::Young, false),
        (format!("{}/x.json.gz", logs.replace("03/01", "03/05")), Unproven::Unreferenced, false),
        (elsewhere, Unproven::Unreferenced, false),
        (aggregated.to_owned(), Unproven::Unreferenced, false),
    ] {
        for counted in [true, false] {
            let validation = judge(&whole().found(), &with(&key, counted), &keys(), &asked);
            let told: Vec<_> = validation.unproven.iter().map(|one| (one.key.clone(), one.why)).collect();
            let wanted = if counted || expected { vec![(key.clone(), why)] } else { Vec::new() };
            assert_eq!(told, wanted, "{counted}");
            let state = if counted || expected { NotAssertable } else { Valid };
            assert_eq!(validation.state(), state, "{key} {counted}");
        }
    }
    // A file of another time that was counted is as good as the digest that lists it.
    let mut bucket = whole();
    let counted = |bucket: &Bucket| {
        let mut seen = bucket.seen();
        seen.iter_mut().filter(|one| one.key == log_key(4, "0")).for_each(|one| one.counted = true);
        judge(&bucket.found(), &seen, &keys(), &asked)
    };
    assert_eq!((counted(&bucket).state(), counted(&bucket).totals.files.proven), (Valid, 2));
    bucket.logs.insert(log_key(4, "0"), b"forged".to_vec());
    assert_eq!(counted(&bucket).state(), Invalid);
}

#[test]
fn a_digest_in_the_place_of_another_is_invalid() {
    let mut bucket = whole();
    let key = bucket.digests[3].key.clone();
    bucket.digests[3] = Made { key, ..bucket.digests[2].clone() };
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid, Valid, Valid, Invalid, Valid]);
    assert!(
        reasons(&validation, 3)
            .contains(&Reason::Place { bucket: BUCKET.to_owned(), key: digest_key(3, "") })
    );
    let mut bucket = whole();
    bucket.digests[4].edit("awsAccountId", json!("444455556666"));
    bucket.digests[4].sign(&signers()[0]);
    assert_eq!(reasons(&bucket.judge(), 4), [Reason::Account { account: "444455556666".to_owned() }]);
}

#[test]
fn a_local_copy_is_verified_by_the_signatures_that_successors_hold() {
    let mut bucket = whole();
    for one in &mut bucket.digests {
        *one = Made {
            bucket: None,
            key: format!("/backup/2026/{}", one.key),
            signature: None,
            bytes: one.bytes.clone(),
        };
    }
    let seen: Vec<Seen> = bucket
        .seen()
        .into_iter()
        .map(|one| Seen { bucket: None, key: format!("/backup/2026/{}", one.key), ..one })
        .collect();
    let validation = judge(&bucket.found(), &seen, &keys(), &Asked::default());
    assert_eq!(states(&validation), [Valid, Valid, Valid, Valid, NotAssertable], "{validation:#?}");
    assert_eq!(windows(&validation)[1].notes, [Note::SignedBySuccessor]);
    assert_eq!(reasons(&validation, 4), [Reason::NoSignature]);
    assert_eq!((validation.totals.files.moved, validation.totals.unverified), (0, 1));
    // Another content than the one that was signed.
    bucket.digests[3].edit("logFiles", json!([]));
    let validation = judge(&bucket.found(), &seen, &keys(), &Asked::default());
    assert_eq!(states(&validation)[3..], [Invalid, Invalid], "{validation:#?}");
}

#[test]
fn without_keys_nothing_is_asserted() {
    let bucket = whole();
    let validation = judge(&bucket.found(), &bucket.seen(), &PublicKeys::default(), &Asked::default());
    assert_eq!(states(&validation), [NotAssertable; 5]);
    let fingerprint = signers()[0].fingerprint();
    assert_eq!(reasons(&validation, 0), [Reason::KeyUnknown { fingerprint }]);
    assert_eq!((validation.totals.files.proven, validation.totals.files.unproven), (0, 7));
}

#[test]
fn a_digest_that_was_not_read_is_no_proof() {
    let bucket = whole();
    let refused = Unread::Refused { why: "AccessDenied".to_owned() };
    for (why, state) in [(refused, NotAssertable), (damaged(), Invalid), (Unread::Missing, Invalid)] {
        let mut found = bucket.found();
        found[2] = Found::new(Some(BUCKET), &digest_key(3, ""), Err(why), None);
        let validation = judge(&found, &bucket.seen(), &keys(), &Asked::default());
        assert_eq!(states(&validation), [Valid, Valid, state, Valid, Valid]);
        let window = &windows(&validation)[2];
        assert_eq!((window.from, window.to), (at(2), at(3)));
    }
    let mut found = bucket.found();
    found[4] = Found::new(Some(BUCKET), &digest_key(5, ""), Ok(b"{}"), None);
    found.push(Found::new(Some(BUCKET), "AWSLogs/notes.txt", Ok(b"hello"), None));
    let validation = judge(&found, &bucket.seen(), &keys(), &Asked::default());
    assert_eq!(states(&validation)[4], Invalid);
    assert_eq!(validation.strangers, ["AWSLogs/notes.txt"]);
}

#[test]
fn time_that_was_asked_for_is_covered_or_told() {
    let bucket = whole();
    let validation = bucket.asked(at(-1)..at(7));
    let expected = [NotAssertable, Valid, Valid, Valid, Valid, Valid, NotAssertable];
    assert_eq!(states(&validation), expected);
    let last = windows(&validation).last().unwrap();
    assert_eq!((last.from, last.to, last.reasons.as_slice()), (at(5), at(7), &[Reason::After][..]));
    assert_eq!(reasons(&validation, 0), [Reason::Before]);
    // Digests beside the time asked for verify others, and are not told.
    assert_eq!(states(&bucket.asked(at(2)..at(4))), [Valid, Valid]);
    assert_eq!(states(&bucket.asked(at(9)..at(10))), [NotAssertable]);
}

#[test]
fn an_open_end_says_nothing_of_what_lies_beyond_the_chain() {
    let bucket = whole();
    let asked =
        |from, to| judge(&bucket.found(), &bucket.seen(), &keys(), &Asked { from, to, events: false });
    assert_eq!(states(&asked(None, Some(at(3)))), [Valid; 3]);
    assert_eq!(states(&asked(None, Some(at(6)))), [Valid, Valid, Valid, Valid, Valid, NotAssertable]);
    assert_eq!(states(&asked(Some(at(2)), None)), [Valid; 3]);
    assert_eq!(states(&asked(Some(at(-1)), None))[..2], [NotAssertable, Valid]);
    let mut bucket = whole();
    bucket.digests.drain(0..2);
    let validation =
        judge(&bucket.found(), &bucket.seen(), &keys(), &Asked { to: Some(at(5)), ..Asked::default() });
    assert_eq!(states(&validation), [Valid; 3]);
    assert_eq!(validation.totals.unreferenced, 3, "what only the digests before list");
}

#[test]
fn what_was_asked_about_by_name_and_has_no_digest_is_told() {
    let told = |accounts: &[&str], regions: &[&str]| {
        let owned = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<String>>();
        let mut validation = whole().judge();
        validation.expect(&owned(accounts), &owned(regions));
        let name = |one: &Option<String>| one.clone().unwrap_or_else(|| "*".to_owned());
        let without: Vec<String> = validation
            .without
            .iter()
            .map(|one| format!("{} {}", name(&one.account), name(&one.region)))
            .collect();
        assert_eq!(validation.state(), if without.is_empty() { Valid } else { NotAssertable });
        without
    };
    let (one, other) = ("111122223333", "444455556666");
    assert!(told(&[], &[]).is_empty());
    assert!(told(&[one], &["eu-west-1"]).is_empty());
    assert!(told(&[], &["eu-west-1"]).is_empty());
    assert_eq!(told(&[], &["eu-west-1", "us-east-1"]), ["* us-east-1"]);
    assert_eq!(told(&[one, other], &["eu-west-1"]), ["444455556666 *"]);
    assert_eq!(told(&[one, other], &["us-east-1"]), ["* us-east-1", "444455556666 *"]);
    assert_eq!(told(&[other], &[]), ["444455556666 *"]);
    let mut validation = judge(&[], &[], &keys(), &Asked::default());
    validation.expect(&[], &["us-east-1".to_owned()]);
    assert_eq!(validation.without.len(), 1);
    // Each account that has digests is held against each Region that was named.
    let mut validation = whole().judge();
    let mut second = validation.chains[0].clone();
    (second.chain.account, second.chain.region) = (other.to_owned(), "us-east-1".to_owned());
    validation.chains.push(second);
    validation.expect(&[], &["us-east-1".to_owned(), "eu-west-1".to_owned()]);
    let without = |account: &str, region: &str| logs::digest::Without {
        account: Some(account.to_owned()),
        region: Some(region.to_owned()),
    };
    assert_eq!(validation.without, [without(one, "us-east-1"), without(other, "eu-west-1")]);
}

#[test]
fn a_key_of_another_time_is_noted() {
    let mut bucket = whole();
    bucket.deliver(1, 1, None, "_backfill");
    let judged = |from: i64, to: i64| {
        let mut keys = PublicKeys::default();
        let signer = &signers()[0];
        keys.add(
            &signer.fingerprint(),
            signer.der.clone(),
            Validity { from: Some(at(from)), to: Some(at(to)) },
        );
        assert_eq!(keys.fingerprints().collect::<Vec<_>>(), [signer.fingerprint()]);
        let validation = judge(&bucket.found(), &bucket.seen(), &keys, &Asked::default());
        assert!(validation.chains.iter().flat_map(|one| &one.windows).all(|one| one.state == Valid));
        let noted = |note: &&Note| matches!(note, Note::KeyOfAnotherTime { .. });
        let windows = || validation.chains.iter().flat_map(|one| &one.windows);
        windows().map(|window| window.notes.iter().filter(noted).count()).sum::<usize>()
    };
    assert_eq!((judged(0, 5), judged(1, 4), judged(2, 3), judged(8, 9), judged(-9, -8)), (0, 0, 2, 5, 5));
}

/// Two hours, and a third whose digest lists a file of the last minute before it, and one of its own.
fn late() -> (Bucket, String) {
    let mut bucket = Bucket::chain(0, &[1, 1]);
    let previous = bucket.digests[1].clone();
    bucket.deliver(2, 1, Some(&previous), "");
    let key = log_key(1, "late").replace("T0105Z", "T0159Z");
    bucket.logs.insert(key.clone(), b"late".to_vec());
    let listed = json!({
        "s3Bucket": BUCKET, "s3Object": key, "hashValue": hex(&sha256(b"late")), "hashAlgorithm": "SHA-256",
        "newestEventTime": stamp(1), "oldestEventTime": stamp(1),
    });
    let document: Value = serde_json::from_slice(&bucket.digests[2].bytes).unwrap();
    let mut files = document["logFiles"].as_array().unwrap().clone();
    files.push(listed);
    bucket.digests[2].edit("logFiles", json!(files));
    bucket.digests[2].sign(&signers()[0]);
    let previous = bucket.digests[2].clone();
    bucket.deliver(3, 0, Some(&previous), "");
    (bucket, key)
}

#[test]
fn a_file_of_the_time_asked_for_is_judged_by_the_digest_behind_it() {
    let (mut bucket, key) = late();
    let whole = bucket.asked(at(0)..at(2));
    assert_eq!((states(&whole), whole.state()), (vec![Valid; 3], Valid), "{whole:#?}");
    // Of that digest, only the file that was asked about counts.
    assert_eq!(whole.totals.files, Files { listed: 3, proven: 3, ..Files::default() });
    bucket.logs.remove(&log_key(2, "0"));
    assert_eq!(bucket.asked(at(0)..at(2)).state(), Valid);
    bucket.logs.insert(key.clone(), b"forged".to_vec());
    let validation = bucket.asked(at(0)..at(2));
    assert_eq!(states(&validation), [Valid, Valid, Invalid]);
    assert!(matches!(&reasons(&validation, 2)[..], [Reason::FileDiffers { key: of, .. }] if *of == key));
    bucket.logs.remove(&key);
    let validation = bucket.asked(at(0)..at(2));
    assert_eq!(reasons(&validation, 2), [Reason::FileMissing { key }]);
}

#[test]
fn a_file_of_the_last_minutes_is_not_deleted_unseen_together_with_the_digest_behind() {
    let (mut bucket, key) = late();
    bucket.logs.remove(&key);
    bucket.digests.remove(2);
    let validation = bucket.asked(at(0)..at(2));
    assert_eq!(states(&validation), [Valid, Valid, Invalid]);
    let last = &windows(&validation)[2];
    assert_eq!((last.from, last.to, &last.digest), (at(2), at(3), &None));
    // Later ones are none of its business.
    assert_eq!(bucket.asked(at(0)..at(1)).state(), Valid);
}

#[test]
fn a_file_delivered_later_is_judged_where_events_of_the_time_matter() {
    let (mut bucket, _) = late();
    // Delivered at 02:05 with an event of 02:00:31.
    bucket.logs.remove(&log_key(2, "0"));
    assert_eq!(bucket.asked(at(0)..at(2)).state(), Valid);
    let events = |end| judge(&bucket.found(), &bucket.seen(), &keys(), &Asked::events(at(0)..end));
    assert_eq!(events(at(2)).state(), Valid, "its event is behind");
    assert_eq!(events(at(2) + 1).state(), Invalid);
}

#[test]
fn the_beginning_of_what_was_read_is_a_note_unless_more_was_asked_for() {
    let mut bucket = whole();
    bucket.digests.drain(0..2);
    let validation = bucket.judge();
    assert_eq!(states(&validation), [Valid; 3]);
    assert_eq!(windows(&validation)[0].notes, [Note::BeginsBefore { predecessor: digest_key(2, "") }]);
    assert_eq!(states(&bucket.asked(at(2)..at(5))), [Valid; 3]);
    let validation = bucket.asked(at(0)..at(5));
    assert_eq!(states(&validation), [Invalid, Valid, Valid, Valid]);
    let window = &windows(&validation)[0];
    assert_eq!((window.from, window.to), (at(0), at(2)));
    assert!(matches!(window.reasons[0], Reason::Missing { .. }));
}

/// What is asked about ends there, and has no beginning.
fn until(hour: i64) -> Asked {
    Asked { to: Some(at(hour)), ..Asked::default() }
}

#[test]
fn a_chain_of_which_only_later_digests_are_left_is_no_pass() {
    let mut bucket = Bucket::chain(0, &[0; 8]);
    let mut left = bucket.of_other_account();
    left.digests.drain(..6);
    bucket.digests.extend(left.digests.clone());
    let mut validation = judge(&bucket.found(), &[], &keys(), &until(5));
    assert_eq!(validation.totals.valid, 5);
    assert_eq!(validation.state(), NotAssertable, "only later digests are left of one account");
    let gap = &validation.chains[1].windows[..];
    assert_eq!(gap.len(), 1, "{gap:#?}");
    assert_eq!((gap[0].from, gap[0].to, &gap[0].digest), (at(4), at(5), &None));
    assert_eq!(gap[0].reasons, [Reason::Before]);
    // And it is none that has digests of that time.
    let names = [ACCOUNT.to_owned(), OTHER.to_owned()];
    validation.expect(&names, &[]);
    let without = logs::digest::Without { account: Some(OTHER.to_owned()), region: None };
    assert_eq!(validation.without, [without]);
    // What begins with the very end is of no time that was asked about; what begins before it is.
    for (hour, from) in [(6, at(5)), (7, at(6))] {
        let validation = judge(&left.found(), &[], &keys(), &until(hour));
        let (state, at) = if hour == 6 { (NotAssertable, from) } else { (Valid, from) };
        assert_eq!((states(&validation), windows(&validation)[0].from), (vec![state], at), "{hour}");
    }
    // What cannot be read, or is not signed, may be anything.
    let refused = Unread::Refused { why: "AccessDenied".to_owned() };
    let unread = [Found::new(Some(BUCKET), &digest_key(8, ""), Err(refused), None)];
    let mut forged = Bucket::chain(7, &[0]);
    forged.digests[0].signature = Some("00".to_owned());
    for found in [&unread[..], &forged.found()] {
        let validation = judge(found, &[], &keys(), &until(5));
        assert_eq!(windows(&validation)[0].reasons, [Reason::Before]);
    }
}

#[test]
fn a_chain_that_starts_behind_the_time_asked_about_is_missed_where_it_was_named() {
    let mut bucket = Bucket::chain(0, &[0; 8]);
    bucket.digests.extend(Bucket::chain(6, &[0; 2]).of_other_account().digests);
    let mut validation = judge(&bucket.found(), &[], &keys(), &until(5));
    assert_eq!(validation.chains[1].windows, []);
    assert_eq!(validation.state(), Valid, "nothing was asked that it could concern");
    validation.expect(&[], &["eu-west-1".to_owned()]);
    assert_eq!((validation.without.len(), validation.state()), (0, Valid));
    validation.expect(&[OTHER.to_owned()], &[]);
    assert_eq!((validation.without.len(), validation.state()), (1, NotAssertable));
    validation.expect(&[], &["us-east-1".to_owned()]);
    assert_eq!((validation.without.len(), validation.state()), (1, NotAssertable));
    // Backfill comes when there is something to fill in.
    let mut bucket = Bucket::chain(0, &[0; 8]);
    let previous = bucket.digests[0].clone();
    bucket.deliver(6, 0, Some(&previous), "_backfill");
    let validation = judge(&bucket.found(), &[], &keys(), &until(5));
    assert_eq!((validation.chains.len(), validation.state()), (2, Valid));
}

#[test]
fn a_chain_that_was_another_before_is_no_gap() {
    // The trail became another one's behind the time asked about: the digests before are those of the other chain.
    let mut bucket = Bucket::chain(0, &[0; 5]);
    let previous = bucket.digests[4].clone();
    bucket.deliver(5, 0, Some(&previous), "");
    let last = &mut bucket.digests[5];
    last.key = last.key.replace("my_trail", "its_trail");
    let key = last.key.clone();
    last.edit("digestS3Object", json!(key));
    last.sign(&signers()[0]);
    let judged = |bucket: &Bucket| judge(&bucket.found(), &[], &keys(), &until(4));
    assert_eq!((judged(&bucket).chains.len(), judged(&bucket).state()), (2, Valid));
    // Unless they are gone there, too.
    bucket.digests.drain(..4);
    assert_eq!(judged(&bucket).state(), NotAssertable);
}

#[test]
fn a_starting_digest_that_lists_a_file_from_before_it_is_no_proof_of_that_time() {
    let (mut bucket, _) = late();
    bucket.digests.drain(..2);
    for member in ["Bucket", "Object"].map(|name| format!("previousDigestS3{name}")) {
        bucket.digests[0].edit(&member, Value::Null);
    }
    for member in ["previousDigestHashValue", "previousDigestSignature"] {
        bucket.digests[0].edit(member, Value::Null);
    }
    bucket.digests[0].sign(&signers()[0]);
    bucket.digests.truncate(1);
    bucket.logs.retain(|key, _| key.contains("late") || key.contains("T02"));
    let mut validation = judge(&bucket.found(), &bucket.seen(), &keys(), &until(2));
    validation.expect(&[ACCOUNT.to_owned()], &[]);
    assert_eq!(validation.state(), NotAssertable, "{validation:#?}");
    assert_eq!(reasons(&validation, 0), [Reason::Before]);
}

#[test]
fn a_chain_that_ended_before_the_time_asked_about_is_no_pass() {
    let mut bucket = Bucket::chain(0, &[0; 8]);
    let mut left = bucket.of_other_account();
    left.digests.truncate(3);
    bucket.digests.extend(left.digests);
    let asked = Asked { from: Some(at(5)), ..Asked::default() };
    let mut validation = judge(&bucket.found(), &[], &keys(), &asked);
    assert_eq!(validation.totals.valid, 3);
    assert_eq!(validation.state(), NotAssertable);
    let gap = &validation.chains[1].windows[0];
    assert_eq!((gap.from, gap.to, &gap.reasons[..]), (at(5), at(6), &[Reason::After][..]));
    validation.expect(&[OTHER.to_owned()], &[]);
    assert_eq!(validation.without.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_does_not_matter(swaps in proptest::collection::vec(any::<(Index, Index)>(), 30), harm in 0..5_usize) {
        let mut bucket = Bucket::chain(0, &[2, 1, 0, 3]);
        bucket.deliver(7, 1, None, "");
        bucket.deliver(1, 1, None, "_backfill");
        bucket.digests.push(Made { bucket: None, signature: None, ..bucket.digests[harm].clone() });
        bucket.digests[harm].edit("newestEventTime", json!(stamp(1)));
        bucket.logs.insert(log_key(8, "forged"), Vec::new());
        let (mut found, mut seen) = (bucket.found(), bucket.seen());
        let expected = judge(&found, &seen, &keys(), &Asked::delivered(at(0)..at(9)));
        for (a, b) in &swaps {
            let (a, b) = (a, b);
            found.swap(a.index(bucket.digests.len()), b.index(bucket.digests.len()));
            seen.swap(a.index(bucket.logs.len()), b.index(bucket.logs.len()));
        }
        prop_assert_eq!(judge(&found, &seen, &keys(), &Asked::delivered(at(0)..at(9))), expected);
    }

    #[test]
    fn a_flipped_bit_is_never_valid(digest in any::<Index>(), at in any::<Index>(), bit in 0..8_u32) {
        let mut bucket = Bucket::chain(0, &[1, 0, 2]);
        let digest = digest.index(3);
        let bytes = &mut bucket.digests[digest].bytes;
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let validation = bucket.judge();
        prop_assert!(validation.state() > Valid);
        prop_assert!(validation.totals.valid < 3);
    }
}
