//! Law: the fast path and the plain path agree on every input, with and without the processor's special instructions.

use crate::records::{ALL, near};
use crate::sink::every_record_is_handed_on;
use logs::{Accounted, Reader, Record, Wanted, read_plainly};
use proptest::collection::vec;
use proptest::prelude::*;

/// The account, and everything that was handed on, told in full.
pub(crate) fn told(read: impl FnOnce(&mut dyn FnMut(&Record<'_>)) -> Accounted) -> (Accounted, Vec<String>) {
    let mut records = Vec::new();
    let accounted = read(&mut |record: &Record<'_>| records.push(format!("{record:?} {:?}", record.key())));
    (accounted, records)
}

pub(crate) fn all_agree(bytes: &[u8]) -> (Accounted, Vec<String>) {
    let plain = told(|mut sink| read_plainly(bytes, Wanted::LambdaAndCloudTrail, &mut sink));
    for mut reader in Reader::all() {
        let fast = told(|mut sink| reader.read(bytes, Wanted::LambdaAndCloudTrail, &mut sink));
        assert_eq!(fast, plain, "{}", String::from_utf8_lossy(bytes));
    }
    plain
}

/// Files of CloudTrail, records a line, bare arrays and the like, whole or with a piece cut out of them.
pub(crate) fn files() -> impl Strategy<Value = Vec<u8>> {
    let records = vec(near(), 0..6);
    let forms = prop::sample::select(vec![
        (r#"{"Records":["#, ",", "]}"),
        ("{ \"Records\" :\n[ ", "\n , ", " ] }\n"),
        (r#"{"Records":["#, ",", r#"],"more":{"Records":[]}}"#),
        ("[", ",", "]"),
        ("", "\n", ""),
        ("\u{feff}", " ", "\n"),
        (r#"{"detail":"#, r#"}{"detail":"#, "}"),
        (r#"{"Records":["#, "", "]}"),
        (r#"{"Records":[7,"a{",null,"#, ",", ",[]]}"),
    ]);
    (records, forms).prop_flat_map(|(records, (open, between, close))| {
        let whole = format!("{open}{}{close}", records.join(between)).into_bytes();
        let length = whole.len();
        let cut = (0..=length, 0..=length, 0..4_u8);
        cut.prop_map(move |(a, b, how)| match how {
            0 => whole[..a].to_vec(),
            1 => [&whole[..a.min(b)], &whole[a.max(b)..]].concat(),
            _ => whole.clone(),
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_fast_path_says_what_the_plain_path_says(file in files()) {
        all_agree(&file);
        every_record_is_handed_on(&file);
    }

    #[test]
    fn anything_at_all_is_accounted_for(bytes in prop_oneof![
        vec(any::<u8>(), 0..200),
        "[\\[\\]{}\",:\\\\ \n0a]{0,120}".prop_map(String::into_bytes),
    ]) {
        let (accounted, _) = all_agree(&bytes);
        prop_assert_eq!(accounted.bytes, bytes.len() as u64);
        let something = bytes.iter().any(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
        if !something {
            prop_assert_eq!(accounted.records + accounted.not_events + accounted.refusals, 0);
        }
    }

    /// Records read and records refused are all that are there.
    #[test]
    fn records_read_and_refused_are_all_that_are_present(
        which in vec(0..ALL.len(), 0..20),
        broken in vec(any::<bool>(), 20),
    ) {
        // Broken such that its braces still close.
        let one = |(at, kind): (usize, &usize)| {
            if broken[at] { ALL[*kind].replacen("\"awsRegion\":", "\"awsRegion\":tru,\"x\":", 1) } else { ALL[*kind].to_owned() }
        };
        let records: Vec<String> = which.iter().enumerate().map(one).collect();
        let (accounted, told) = all_agree(format!("{{\"Records\":[{}]}}", records.join(",")).as_bytes());
        prop_assert_eq!(accounted.records + accounted.refusals, which.len() as u64);
        // The last kind is nothing of ours: nobody asks for its inside.
        let refused = which.iter().zip(&broken).filter(|(kind, broken)| **broken && **kind < 4).count();
        prop_assert_eq!(accounted.refusals, refused as u64);
        let ours = which.iter().zip(&broken).filter(|(kind, broken)| !**broken && **kind < 4).count();
        prop_assert_eq!(told.len(), ours);
    }
}
