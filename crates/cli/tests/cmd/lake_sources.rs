//! Lakes and the log files that they were written from: damaged ones, ones that changed, and two sources with files of one name.

use crate::lake::{ONE, World};
use crate::log_files::{gzip, record};
use crate::run::{Finished, command, root, run};
use serde_json::Value;
use std::path::{Path, PathBuf};

pub(crate) const DAY: &str = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/20";

/// A log file of that minute with these records, below `root`.
pub(crate) fn put(root: &Path, minute: usize, records: &[String]) -> PathBuf {
    let name =
        format!("111122223333_CloudTrail_eu-west-1_20261120T{:02}{:02}Z_a.json.gz", minute / 60, minute % 60);
    let path = root.join(DAY).join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, gzip(format!("{{\"Records\":[{}]}}", records.join(",")).as_bytes())).unwrap();
    path
}

pub(crate) fn write(sources: &[&Path], lake: &Path) -> Finished {
    let mut all = vec!["lake", "write", "--to", lake.to_str().unwrap()];
    all.extend(sources.iter().map(|source| source.to_str().unwrap()));
    // Without trying what it advises.
    said(&all)
}

pub(crate) fn said(arguments: &[&str]) -> Finished {
    let output = command(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

fn calls(lake: &Path) -> u64 {
    let said = said(&["invocations", "--lake", lake.to_str().unwrap(), "--format", "json"]);
    let answer: Value = serde_json::from_str(&said.stdout).unwrap();
    answer["total"]["calls"].as_u64().unwrap()
}

#[test]
fn a_log_file_that_was_damaged_makes_no_function_missing() {
    let folder = tempfile::tempdir().unwrap();
    let example = root().join("examples/logs/AWSLogs");
    for damage in
        ["", "not gzip", "{}", r#"{"Records":[{"eventTime":5,"eventSource":"lambda.amazonaws.com"}]}"#]
    {
        let logs = folder.path().join("logs");
        let _ = std::fs::remove_dir_all(folder.path().join("lake"));
        let _ = std::fs::remove_dir_all(&logs);
        copy(&example, &logs.join("AWSLogs"));
        let day = logs.join(DAY);
        for entry in std::fs::read_dir(&day).unwrap().flatten() {
            let bytes =
                if damage.starts_with('{') { gzip(damage.as_bytes()) } else { damage.as_bytes().to_vec() };
            std::fs::write(entry.path(), bytes).unwrap();
        }
        let lake = folder.path().join("lake");
        let keys = ["--digests", "--public-keys", "examples/logs/public-keys.json"];
        let (from, to) = (logs.to_str().unwrap(), lake.to_str().unwrap());
        let written = said(&[&["lake", "write", from, "--to", to], &keys[..]].concat());
        assert_eq!(written.code, Some(4), "{damage}");
        let verified = |source: &[&str]| {
            let about = [
                "--inventory",
                "examples/acme.json",
                "--metrics",
                "examples/metrics.json",
                "--format",
                "json",
            ];
            let when = ["--since", "2026-11-20", "--until", "2026-11-20"];
            let said = said(&[&["verify"], source, &about[..], &when[..]].concat());
            let answer: Value = serde_json::from_str(&said.stdout).unwrap();
            (said.code, answer["functions"].clone())
        };
        let of_logs = verified(&[logs.to_str().unwrap(), "--no-index"]);
        assert_eq!(of_logs, verified(&["--lake", lake.to_str().unwrap()]), "{damage}");
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).map(drop).unwrap();
        }
    }
}

#[test]
fn a_correction_that_is_delivered_again_decides_as_it_does_in_the_log_files() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, lake) = (folder.path().join("logs"), folder.path().join("lake"));
    let original = record(1);
    let correction = |error: &str| {
        let id = "00000000-0000-4000-8000-000000000001";
        let more = format!(r#"{{"addendum":{{"originalEventID":"{id}"}},"errorCode":"{error}","#);
        original.replacen('{', &more, 1).replacen(
            &format!("\"eventID\":\"{id}\""),
            &format!("\"eventID\":\"{error}\""),
            1,
        )
    };
    put(&logs, 601, std::slice::from_ref(&original));
    for (minute, error) in [(661, "X1"), (721, "X2"), (781, "X1")] {
        put(&logs, minute, &[correction(error)]);
    }
    assert_eq!(write(&[&logs], &lake).code, Some(0));
    let by = |source: &[&str]| {
        said(&[&["invocations", "--by", "error", "--format", "csv"], source].concat()).stdout
    };
    assert_eq!(by(&[logs.to_str().unwrap(), "--no-index"]), by(&["--lake", lake.to_str().unwrap()]));
}

#[test]
fn two_sources_with_files_of_one_name_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    put(&one, 1, &[record(1)]);
    put(&two, 1, &[record(2), record(3)]);
    let lake = folder.path().join("lake");
    assert_eq!(write(&[&one], &lake).code, Some(0));
    assert_eq!(write(&[&two], &lake).code, Some(4), "the call of the first would be lost");
    assert_eq!(calls(&lake), 1);
    assert_eq!(write(&[&one, &two], &lake).code, Some(0));
    assert_eq!((calls(&lake), write(&[&one], &lake).code, calls(&lake)), (3, Some(4), 3));
    let against = [one.to_str().unwrap(), two.to_str().unwrap()];
    let check = ["lake", "verify", lake.to_str().unwrap(), "--against", against[0], "--against", against[1]];
    assert_eq!(said(&check).code, Some(0));
    for number in 1..=3 {
        let id = format!("00000000-0000-4000-8000-{number:012}");
        let shown = said(&["lake", "show", &id, "--lake", lake.to_str().unwrap()]);
        assert_eq!(shown.code, Some(0), "{shown:?}");
    }
    // The same tree at another place is the same source.
    let moved = folder.path().join("moved");
    std::fs::rename(&one, &moved).unwrap();
    assert_eq!(write(&[&moved, &two], &lake).code, Some(0));
}

#[test]
fn a_log_file_that_changed_without_its_length_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, lake) = (folder.path().join("logs"), folder.path().join("lake"));
    let path = put(&logs, 1, &[record(1)]);
    assert_eq!(write(&[&logs], &lake).code, Some(0));
    let check =
        ["lake", "verify", lake.to_str().unwrap(), "--against", logs.to_str().unwrap(), "--format", "json"];
    assert_eq!(said(&check).code, Some(0));
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
    let checked = said(&check);
    assert!(
        checked.code == Some(4) && checked.stdout.contains("and 1 that are not as they were"),
        "{checked:?}"
    );
}

#[test]
fn only_the_folders_that_are_asked_for_are_checked_and_an_empty_source_is_none() {
    let world = World::new(1, 3);
    assert_eq!(world.write("lake", &[]).code, Some(0));
    let lake = world.lake("lake");
    std::fs::write(lake.join(crate::lake::one("invocations")), "x").unwrap();
    let check = |more: &[&str]| said(&[&["lake", "verify", lake.to_str().unwrap()], more].concat());
    assert_eq!(check(&[]).code, Some(3));
    assert_eq!(check(&["--accounts", ONE[0]]).code, Some(3));
    assert_eq!(check(&["--since", "2026-11-21"]).code, Some(0));
    assert_eq!(check(&["--accounts", "111122223333"]).code, Some(0));
    assert_eq!(check(&["--accounts", "999999999999"]).code, Some(1));
    let logs = world.logs();
    let against = check(&["--against", logs.to_str().unwrap(), "--since", "2026-11-21"]);
    assert!(against.code == Some(0) && !against.stdout.contains("Kept"), "{against:?}");
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(check(&["--against", empty.path().to_str().unwrap()]).code, Some(1));
}

#[cfg(unix)]
#[test]
fn a_link_within_a_lake_is_foreign() {
    let world = World::new(1, 3);
    assert_eq!(world.write("lake", &[]).code, Some(0));
    let day = world.lake("lake").join(crate::lake::one("invocations"));
    let day = day.parent().unwrap();
    std::os::unix::fs::symlink(day, day.with_file_name("day=2026-11-01")).unwrap();
    let (code, checked) = world.verify("lake", &[]);
    assert_eq!((code, &checked["faults"][0]["code"]), (Some(3), &"lake-file-foreign".into()));
}

#[test]
fn a_plain_writing_keeps_what_an_earlier_one_had_beyond_it() {
    let world = World::new(1, 3);
    assert_eq!(world.write("lake", &["--raw"]).code, Some(0));
    let before = world.bytes("lake");
    assert_eq!(world.write("lake", &[]).code, Some(0));
    assert!(world.bytes("lake") == before);
    let said = run(&["lake", "write", "examples/logs", "--to", ""]);
    assert!(said.code == Some(2) && said.stderr.contains("the place of the lake is empty"), "{said:?}");
    let said = run(&["lake", "write", "examples/logs", "--to", "README.md"]);
    assert!(said.code == Some(2) && said.stderr.contains("README.md is a file"), "{said:?}");
}

/// Functions that are said to be missing.
fn missing(source: &[&str]) -> usize {
    let about =
        ["--inventory", "examples/acme.json", "--metrics", "examples/metrics.json", "--format", "json"];
    let when = ["--since", "2026-11-20", "--until", "2026-11-20"];
    let said = said(&[&["verify"], source, &about[..], &when[..]].concat());
    let answer: Value = serde_json::from_str(&said.stdout).unwrap();
    answer["functions"].as_array().unwrap().iter().filter(|one| one["result"] == "missing").count()
}

/// A digest may name the file that held the record, and be all that is left of it.
#[test]
fn a_lake_that_knows_no_digests_accuses_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let example = root().join("examples/logs");
    let (with, without) = (folder.path().join("with"), folder.path().join("without"));
    let (with, without) = (with.to_str().unwrap(), without.to_str().unwrap());
    let logs = example.to_str().unwrap();
    let keys = ["--digests", "--public-keys", "examples/logs/public-keys.json"];
    assert_eq!(said(&[&["lake", "write", logs, "--to", with], &keys[..]].concat()).code, Some(0));
    assert_eq!(said(&["lake", "write", logs, "--to", without]).code, Some(0));
    assert_eq!(missing(&[logs, "--no-index"]), 1);
    assert_eq!((missing(&["--lake", with]), missing(&["--lake", without])), (1, 0));
}
