//! Law: files that are longer than one stretch of the fast path, and records of shapes that it has learned, are read as plainly.

use crate::agreement::{all_agree, files, told};
use crate::records::{ALL, near};
use logs::{Reader, Wanted, read_plainly};
use proptest::collection::vec;
use proptest::prelude::*;

/// The fast path reads records stretch by stretch, of 128 KiB each.
const LONG: usize = 300 << 10;

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// What was read of a document before it turned out to be no usual one is read once, wherever that is.
    #[test]
    fn a_long_file_is_read_as_plainly_whatever_ends_it(
        few in vec(near(), 1..4),
        at in 0..LONG,
        cut in prop::sample::select(vec![
            None,
            Some(""),
            Some("\\"),
            Some("\n\n,{"),
            Some("]}\n{\"Records\":["),
            Some("],\"Records\":["),
            Some("}}"),
        ]),
        (open, between, close) in prop::sample::select(vec![
            ("{\"Records\":[", ",", "]}"),
            ("{\"Records\":[", ",", "],\"Events\":[],\"more\":1}"),
            ("{\"Records\":[", ",", "]"),
            ("[", ",", "]"),
            ("[", ",", ",{}]"),
            ("", "\n", "\n"),
        ]),
    ) {
        let records: Vec<&str> = (0..LONG / 1_000).flat_map(|n| [ALL[n % ALL.len()], &few[n % few.len()]]).collect();
        let mut file = format!("{open}{}{close}", records.join(between));
        prop_assert!(file.len() > LONG);
        if let Some(cut) = cut {
            let at = (at..).find(|at| file.is_char_boundary(*at)).unwrap();
            file.insert_str(at, cut);
            if cut.is_empty() {
                file.truncate(at);
            }
        }
        all_agree(file.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_read_before_changes_nothing(several in vec(files(), 2..5)) {
        for mut reader in Reader::all() {
            for file in &several {
                let fast = told(|mut sink| reader.read(file, Wanted::LambdaAndCloudTrail, &mut sink));
                let plain = told(|mut sink| read_plainly(file, Wanted::LambdaAndCloudTrail, &mut sink));
                prop_assert_eq!(fast, plain);
            }
        }
    }
}

#[test]
fn a_source_in_what_was_cut_off_is_not_that_of_the_next_files_record() {
    let begin = r#"{"Records":[{"eventVersion":"1.08","eventID":"1","#;
    let cut = format!(r#"{begin}"eventSource":"ec2.amazonaws.com","x":{{"#);
    let without = format!(r#"{begin}"other":"{}"}}]}}"#, "x".repeat(200));
    for mut reader in Reader::all() {
        for file in [&cut, &without] {
            let fast = told(|mut sink| reader.read(file.as_bytes(), Wanted::LambdaAndCloudTrail, &mut sink));
            let plain =
                told(|mut sink| read_plainly(file.as_bytes(), Wanted::LambdaAndCloudTrail, &mut sink));
            assert_eq!(fast, plain);
            assert_eq!((fast.0.records, fast.0.refusals), (0, 1), "{file}");
        }
    }
}

/// Where the texts of a record begin that are values.
fn values(record: &str) -> Vec<usize> {
    record.match_indices(":\"").map(|(at, _)| at + 2).collect()
}

#[test]
fn escapes_in_any_text_of_a_known_shape_are_undone() {
    for record in ALL {
        let slashes = record.replace('/', "\\/");
        for at in values(record) {
            for escape in ["\\/", "\\\"", "\\\\", "\\n", "\\u0041", "\\u006c", "\\ud83d", "\\x"] {
                let mut other = record.to_owned();
                other.insert_str(at, escape);
                // The shape is learned of the first, be it with escapes or without.
                for first in [record, &slashes, &other] {
                    all_agree(
                        format!("{{\"Records\":[{first},{other},{slashes},{other},{record}]}}").as_bytes(),
                    );
                }
            }
        }
    }
}

#[test]
fn an_escape_in_a_key_makes_another_shape() {
    for record in ALL {
        for (at, _) in record.match_indices("\":") {
            let mut other = record.to_owned();
            other.insert_str(at, "\\u0078");
            let plain = other.replacen("\\u0078", "xx0078", 1);
            all_agree(format!("{{\"Records\":[{other},{plain},{other},{record},{plain}]}}").as_bytes());
        }
    }
}

#[test]
fn letters_of_other_alphabets_at_any_byte_of_a_block_are_read_as_plainly() {
    for record in ALL {
        let at = record.find("\"userAgent\":\"").map_or(1, |at| at + 13);
        for shift in 0..70 {
            for letter in ["é", "\u{10348}"] {
                let mut other = record.to_owned();
                other.insert_str(at, &format!("{}{letter}", "x".repeat(shift)));
                all_agree(format!("{{\"Records\":[{record},{other},{record}]}}").as_bytes());
            }
            let mut broken = record.as_bytes().to_vec();
            broken.splice(at..at, "x".repeat(shift).bytes().chain([0xe9]));
            all_agree(
                &[b"{\"Records\":[", record.as_bytes(), b",", &broken, b",", record.as_bytes(), b"]}"]
                    .concat(),
            );
        }
    }
}

/// On the processors that builds and tests run on there are more than one; elsewhere this says nothing.
#[test]
fn every_set_of_instructions_is_among_the_readers() {
    let wanted = 1 + if cfg!(target_arch = "x86_64") { special() } else { 0 };
    assert_eq!(Reader::all().len(), wanted);
}

#[cfg(target_arch = "x86_64")]
fn special() -> usize {
    let wide = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
    let carry_less = is_x86_feature_detected!("pclmulqdq") && is_x86_feature_detected!("bmi2");
    usize::from(wide && carry_less) + usize::from(is_x86_feature_detected!("avx2") && carry_less)
}

#[cfg(not(target_arch = "x86_64"))]
fn special() -> usize {
    0
}
