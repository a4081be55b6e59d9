//! A manifest is read as it was written, and nothing else is taken for one.

use super::{Input, Manifest, ManifestError, Part, SCHEMA};
use crate::partition::Partition;

fn partition() -> Partition {
    "011122223333/eu-west-1/2026-11-17".parse().unwrap()
}

fn manifest() -> Manifest {
    let mut manifest = Manifest::new(&partition(), false);
    manifest.sources.push("/logs".to_owned());
    manifest.inputs.push(Input { name: "AWSLogs/a.json.gz".to_owned(), ..Input::default() });
    let part = Part { file: Manifest::part_name(0), rows: 3, bytes: 9, sha256: "00".to_owned() };
    manifest.tables.get_mut("invocations").unwrap().push(part);
    manifest
}

#[test]
fn what_is_written_is_read() {
    let bytes = manifest().to_bytes();
    assert_eq!(Manifest::parse(&bytes, &partition()).unwrap(), manifest());
    assert_eq!(manifest().path_of(&manifest().inputs[0]), "/logs/AWSLogs/a.json.gz");
}

#[test]
fn what_is_not_a_manifest_of_that_folder_is_refused() {
    let text = String::from_utf8(manifest().to_bytes()).unwrap();
    let parse = |text: &str| Manifest::parse(text.as_bytes(), &partition()).unwrap_err();
    for odd in [
        "",
        "{}",
        "[]",
        &text[..text.len() / 2],
        &text.replace("part-00000", "../x"),
        &text.replace("\"source\": 0", "\"source\": 1"),
    ] {
        assert!(matches!(parse(odd), ManifestError::NotOurs(_)), "{odd}");
    }
    let newer = text.replace(&format!("\"schema\": {SCHEMA}"), "\"schema\": 99");
    assert_eq!(parse(&newer), ManifestError::Schema(99));
    let moved = parse(&text.replace("2026-11-17", "2026-11-18"));
    assert_eq!(moved, ManifestError::Elsewhere("011122223333/eu-west-1/2026-11-18".to_owned()));
}
