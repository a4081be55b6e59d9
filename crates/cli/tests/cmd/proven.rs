//! Evidence where digests were asked for: a record counts only in a file that one of them proves.

use crate::evidence::Copy;
use crate::run::{root, run};
use std::io::{Read, Write};
use std::path::Path;

const FOLDER: &str = "AWSLogs/444455556666/CloudTrail/us-east-1/2026/11/21";

/// The result of the function `cart` over a day of its account's own trail, and why.
fn cart(tree: &Copy, more: &[&str]) -> (String, String) {
    let function = asked(tree, more);
    assert!(function["records"].as_u64().unwrap() > 0, "{function}");
    (function["result"].as_str().unwrap().to_owned(), function["doubts"].to_string())
}

fn records_of_cart(tree: &Copy, more: &[&str]) -> u64 {
    asked(tree, more)["records"].as_u64().unwrap()
}

fn asked(tree: &Copy, more: &[&str]) -> serde_json::Value {
    let source = tree.folder.path().join("AWSLogs/444455556666");
    let inventory = ["--inventory", "examples/acme.json", "--metrics", "examples/metrics.json"];
    let day = ["--since", "2026-11-21", "--until", "2026-11-21", "--function", "cart", "--format", "json"];
    let said = run(&[&["verify", source.to_str().unwrap()], &inventory[..], &day[..], more].concat());
    let document: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    document["functions"][0].clone()
}

fn digests(tree: &Copy) -> (String, String) {
    let keys = root().join("examples/logs/public-keys.json");
    cart(tree, &["--digests", "--public-keys", keys.to_str().unwrap()])
}

fn rewrite(path: &Path, records: &str) {
    let file = std::fs::File::create(path).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    gzip.write_all(records.as_bytes()).unwrap();
    gzip.finish().unwrap();
}

const FORGED: &str = r#"{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"AWSService","invokedBy":"s3.amazonaws.com"},"eventTime":"2026-11-21T13:00:00Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"us-east-1","eventID":"0e121f48-d685-44a8-a9b8-1698cc39f22b","recipientAccountId":"444455556666","resources":[{"accountId":"444455556666","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:us-east-1:444455556666:function:cart"}]}]}"#;

#[test]
fn a_forged_file_is_no_evidence_and_one_that_is_proven_is_enough() {
    let tree = Copy::below("");
    let forged = "444455556666_CloudTrail_us-east-1_20261121T1305Z_0000000000000000.json.gz";
    let path = tree.folder.path().join(FOLDER).join(forged);
    rewrite(&path, FORGED);
    // Beside genuine records it changes no result of the function, though the digests say of the file what they say.
    assert_eq!(digests(&tree).0, "evidenced");
    for file in tree.files(FOLDER, ".json.gz").into_iter().filter(|file| *file != path) {
        std::fs::remove_file(file).unwrap();
    }
    let (result, doubts) = digests(&tree);
    assert_eq!(result, "undetermined");
    let told = format!("{forged}: no digest lists it");
    assert!(doubts.contains("unproven") && doubts.contains(&told), "{doubts}");
    // Whoever asks for no digests takes it for what it says.
    assert_eq!(cart(&tree, &[]), ("evidenced".to_owned(), "[]".to_owned()));
}

/// Says that it corrects a record of `cart`, which then were one of `other`.
fn correction(of: &str, other: &str, number: usize) -> String {
    let correction = FORGED
        .replace("0e121f48-d685-44a8-a9b8-1698cc39f22b", &format!("0e121f48-d685-44a8-a9b8-{number:012x}"));
    let addendum =
        format!(r#"{{"addendum":{{"reason":"UPDATED_DATA","originalEventID":"{of}"}},"eventVersion""#);
    correction.replace("{\"eventVersion\"", &addendum).replace("function:cart", &format!("function:{other}"))
}

#[test]
fn a_correction_that_no_digest_proves_neither_takes_evidence_away_nor_gives_any() {
    let tree = Copy::below("");
    let mut events = Vec::new();
    for file in tree.files(FOLDER, ".json.gz") {
        let mut text = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let records = document["Records"].as_array().unwrap().iter();
        let of_cart = records.filter(|record| record.to_string().contains("function:cart"));
        events.extend(of_cart.map(|record| record["eventID"].as_str().unwrap().to_owned()));
    }
    assert!(!events.is_empty());
    let honest = digests(&tree);
    let forged = "444455556666_CloudTrail_us-east-1_20261121T2305Z_0000000000000000.json.gz";
    let corrections = events.iter().enumerate().map(|(number, event)| correction(event, "bogus", number));
    let lines: Vec<String> = corrections.collect();
    rewrite(&tree.folder.path().join(FOLDER).join(forged), &lines.join("\n"));
    assert_eq!((digests(&tree), honest.0.as_str()), (honest.clone(), "evidenced"));
    // Without digests they are taken for what they say, and nothing is left of the function.
    assert_eq!(records_of_cart(&tree, &[]), 0);
}

#[test]
fn a_file_that_was_changed_is_no_evidence_of_what_it_says() {
    let tree = Copy::below("");
    for file in tree.files(FOLDER, ".json.gz") {
        rewrite(&file, FORGED);
    }
    let (result, doubts) = digests(&tree);
    assert_eq!(result, "undetermined");
    assert!(doubts.contains("it is not what the digest lists"), "{doubts}");
}

#[test]
fn digests_that_nobody_signed_prove_no_record() {
    let tree = Copy::below("");
    for digest in tree.files("AWSLogs/444455556666/CloudTrail-Digest", ".head.json") {
        std::fs::remove_file(digest).unwrap();
    }
    let none = tree.folder.path().join("keys.json");
    std::fs::write(&none, r#"{"PublicKeyList":[]}"#).unwrap();
    let (result, doubts) = cart(&tree, &["--digests", "--public-keys", none.to_str().unwrap()]);
    assert_eq!(result, "undetermined");
    assert!(doubts.contains("only digests list it that are not to be trusted"), "{doubts}");
}
