//! Several writers of one lake at the same time, with other flags or from other sources; and files that no manifest names.

use crate::lake_sources::{put, said};
use crate::log_files::record;
use crate::run::command;
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Stdio};

/// Begins to write.
fn begin(sources: &[&Path], lake: &Path, flags: &[&str]) -> Child {
    let mut all = vec!["lake", "write", "--to", lake.to_str().unwrap()];
    all.extend(sources.iter().map(|source| source.to_str().unwrap()));
    all.extend(flags);
    command(&all).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn verify(lake: &Path) -> (Option<i32>, Value) {
    let said = said(&["lake", "verify", lake.to_str().unwrap(), "--format", "json"]);
    (said.code, serde_json::from_str(&said.stdout).unwrap_or(Value::String(said.stderr)))
}

fn calls(lake: &Path) -> u64 {
    let said = said(&["invocations", "--lake", lake.to_str().unwrap(), "--format", "json"]);
    let answer: Value = serde_json::from_str(&said.stdout).unwrap();
    answer["total"]["calls"].as_u64().unwrap()
}

#[test]
fn writers_with_other_flags_leave_a_whole_lake() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    (0..40).for_each(|file| {
        drop(put(&logs, file, &(0..20).map(|one| record(file * 20 + one)).collect::<Vec<_>>()))
    });
    for round in 0..4 {
        let lake = folder.path().join(format!("lake-{round}"));
        let flags: [&[&str]; 4] = [&["--raw"], &[], &["--raw"], &[]];
        for mut child in flags.map(|flags| begin(&[&logs], &lake, flags)) {
            // Who was overtaken says so.
            assert!(matches!(child.wait().unwrap().code(), Some(0 | 4)));
        }
        assert_eq!(verify(&lake).0, Some(0), "{}", verify(&lake).1);
        assert_eq!(calls(&lake), 800);
        assert_eq!(begin(&[&logs], &lake, &["--raw"]).wait().unwrap().code(), Some(0));
        assert_eq!(verify(&lake).0, Some(0));
    }
}

#[test]
fn writers_from_other_sources_lose_nothing_that_was_said_to_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    for file in 0..30 {
        put(&one, file, &(0..20).map(|number| record(file * 20 + number)).collect::<Vec<_>>());
        put(&two, 30 + file, &(0..20).map(|number| record(600 + file * 20 + number)).collect::<Vec<_>>());
    }
    for round in 0..6 {
        let lake = folder.path().join(format!("lake-{round}"));
        let children = [begin(&[&one], &lake, &[]), begin(&[&two], &lake, &[])];
        let codes = children.map(|mut child| child.wait().unwrap().code());
        // One of them has written the folder, and the other says that it has not.
        assert!(codes == [Some(0), Some(4)] || codes == [Some(4), Some(0)], "{codes:?}");
        assert_eq!((verify(&lake).0, calls(&lake)), (Some(0), 600));
        assert_eq!(begin(&[&one, &two], &lake, &[]).wait().unwrap().code(), Some(0));
        assert_eq!((verify(&lake).0, calls(&lake)), (Some(0), 1_200));
    }
}

#[test]
fn a_file_that_no_manifest_names_is_named_and_counted_by_nobody_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, lake) = (folder.path().join("logs"), folder.path().join("lake"));
    put(&logs, 1, &[record(1), record(2)]);
    assert_eq!(begin(&[&logs], &lake, &[]).wait().unwrap().code(), Some(0));
    let day = lake.join("invocations/account=111122223333/region=eu-west-1/day=2026-11-20");
    let extra = day.join("part-00007.parquet");
    std::fs::copy(day.join("part-00000.parquet"), &extra).unwrap();
    let (code, checked) = verify(&lake);
    assert_eq!((code, &checked["faults"][0]["code"]), (Some(3), &"lake-file-foreign".into()));
    assert!(checked["faults"][0]["name"].as_str().unwrap().ends_with("part-00007.parquet"), "{checked}");
    assert_eq!(calls(&lake), 2);
    let lake_flag = ["--lake", lake.to_str().unwrap()];
    let shown = said(&[&["lake", "show", "00000000-0000-4000-8000-000000000001"][..], &lake_flag].concat());
    assert_eq!(shown.stdout.matches("invocations").count(), 1, "{shown:?}");
    assert_eq!(begin(&[&logs], &lake, &[]).wait().unwrap().code(), Some(0));
    assert!(!extra.exists() && verify(&lake).0 == Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_file_whose_name_is_not_utf_8_is_named_and_nothing_else_is_lost() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let (logs, lake) = (folder.path().join("logs"), folder.path().join("lake"));
    put(&logs, 1, &[record(1)]);
    let odd = put(&logs, 2, &[record(2)]);
    let name = odd.file_name().unwrap().as_bytes();
    let other = [&name[..name.len() - 9], b"\xff.json.gz"].concat();
    let renamed = odd.with_file_name(std::ffi::OsStr::from_bytes(&other));
    if std::fs::rename(&odd, &renamed).is_err() {
        // This file system has no such names.
        return;
    }
    let write = ["lake", "write", logs.to_str().unwrap(), "--to", lake.to_str().unwrap()];
    let written = said(&write);
    assert_eq!(written.code, Some(4), "{written:?}");
    let notes = written.stderr.lines().filter(|line| line.starts_with("note: not written: 1 log file"));
    assert_eq!(notes.count(), 1, "{written:?}");
    assert!(written.stderr.contains("is not UTF-8"), "{written:?}");
    assert_eq!((calls(&lake), verify(&lake).0), (1, Some(0)));
    let against = ["lake", "verify", lake.to_str().unwrap(), "--against", logs.to_str().unwrap()];
    assert_eq!(said(&against).code, Some(4));
    std::fs::rename(&renamed, &odd).unwrap();
    assert_eq!((said(&write).code, calls(&lake)), (Some(0), 2));
}
