//! The frameworks that come with the program, and what a broken file of a user's gets to hear.

use super::{BUILT_IN, among, built_in_frameworks, chosen, read_framework};
use audit::controls::{ADVISORY, REQUIRED};
use audit::framework::Strength;
use std::collections::BTreeSet;

#[test]
fn every_framework_is_read_and_each_requirement_has_controls_that_there_are() {
    let all = built_in_frameworks().unwrap();
    let controls: BTreeSet<&str> = REQUIRED.into_iter().chain(ADVISORY).collect();
    assert_eq!(controls.len(), 12);
    for (framework, (name, _)) in all.iter().zip(BUILT_IN) {
        assert_eq!(framework.id, name, "a file is named as its framework");
        let ids: BTreeSet<&str> = framework.requirements.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids.len(), framework.requirements.len());
        for one in &framework.requirements {
            assert!(!one.controls.is_empty());
            assert!(one.controls.iter().all(|id| controls.contains(id.as_str())), "{one:?}");
            assert!(!one.unconfirmed || one.strength == Strength::Supporting, "{one:?}");
        }
    }
    let ids: BTreeSet<&str> = all.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids.len(), all.len());
}

#[test]
fn every_file_of_the_folder_comes_with_the_program() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../frameworks");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let known: BTreeSet<String> = BUILT_IN.iter().map(|(name, _)| format!("{name}.toml")).collect();
    assert_eq!(files, known);
}

const OWN: &str = r#"
format = "invoketrail.framework/1"
id = "own"
name = "Own rules"
version = "1"
source = "the handbook"

[[requirement]]
id = "A-1"
title = "Record it"
strength = "primary"
controls = ["recorder-exists"]

[[requirement]]
id = "A-2"
title = "Keep it"
strength = "supporting"
controls = ["log-file-validation"]
"#;

#[test]
fn a_broken_file_is_refused_with_its_row_and_member() {
    let own = read_framework(OWN).unwrap();
    assert_eq!(own.requirements[1].source, "the handbook");
    for (from, to, line) in [
        ("id = \"A-2\"", "id = \"A-1\"", "requirement 2 (A-1): `id` is that of an earlier row"),
        (
            "\"supporting\"",
            "\"strong\"",
            "requirement 2 (A-2): `strength` is `strong`, not primary or supporting",
        ),
        ("[\"log-file-validation\"]", "[]", "requirement 2 (A-2): `controls` is empty"),
        (
            "[\"log-file-validation\"]",
            "[\"log-file-validaton\"]",
            "requirement 2 (A-2): `controls` names `log-file-validaton`, which is not a control",
        ),
        (
            "[\"recorder-exists\"]",
            "[\"recorder-exists\", \"recorder-exists\"]",
            "requirement 1 (A-1): `controls` names `recorder-exists` twice",
        ),
        ("title = \"Keep it\"", "", "requirement 2 (A-2): missing field `title`"),
        ("\"Keep it\"", "\" \"", "requirement 2 (A-2): `title` is empty"),
        ("\"Keep it\"", "\"\\u202E\"", "requirement 2 (A-2): `title` holds the invisible character U+202E"),
        ("id = \"own\"", "id = \"Own\"", "`id` may hold a-z, 0-9 and - only"),
        ("framework/1", "framework/2", "`format` is invoketrail.framework/2, not invoketrail.framework/1"),
        ("name = \"Own rules\"", "", "missing field `name`"),
    ] {
        assert!(OWN.contains(from), "{from}");
        assert_eq!(read_framework(&OWN.replacen(from, to, 1)).unwrap_err().line, line);
    }
    let misspelled = OWN.replacen("title = \"Keep it\"", "titel = \"Keep it\"", 1);
    let line = read_framework(&misspelled).unwrap_err().line;
    assert!(line.starts_with("requirement 2 (A-2): unknown field `titel`"), "{line}");
    let cut = read_framework("format = \"invoketrail.framework/1\"\nid = [").unwrap_err().line;
    assert!(cut.starts_with("line 2: "), "{cut}");
}

#[test]
fn an_unknown_name_gets_the_nearest_and_an_id_is_taken_once() {
    let all = built_in_frameworks().unwrap();
    let asked = |name: &str| chosen(all.clone(), &[name.to_owned()]);
    assert_eq!(asked("soc2").unwrap().len(), 1);
    let error = asked("SOC-2").unwrap_err();
    assert_eq!(error.line, "no framework is called `SOC-2`");
    assert_eq!(error.help.as_deref(), Some("did you mean `soc2`?"));
    let own = read_framework(OWN).unwrap();
    let with = among(all.clone(), own.clone()).unwrap();
    assert_eq!(chosen(with.clone(), &["own".to_owned()]).unwrap(), std::slice::from_ref(&own));
    assert!(among(with, own).is_err());
}
