//! `detect` over a lake: the files that it names hold the records, what it advises works, and no log file is counted twice.

use crate::lake_sources::{copy, said, write};
use crate::run::root;
use serde_json::Value;
use std::path::Path;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What is found in these sources.
fn found(sources: &[&str]) -> Value {
    let said = said(&[&["detect", "--format", "json"], sources].concat());
    serde_json::from_str(&said.stdout).unwrap_or_else(|error| unreachable!("{error}: {said:?}"))
}

/// The log files and offsets of all records that findings rest on.
fn places(found: &Value) -> Vec<(String, u64)> {
    let findings = found["findings"].as_array().unwrap().iter();
    let events = findings.flat_map(|finding| finding["events"].as_array().unwrap());
    let mut places: Vec<_> = events
        .map(|event| (event["file"].as_str().unwrap().to_owned(), event["offset"].as_u64().unwrap()))
        .collect();
    places.sort();
    places
}

/// Every log file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let (mut all, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = open.pop() {
        for path in std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
            match path.is_dir() {
                true => open.push(path),
                false => all.push(path),
            }
        }
    }
    all
}

#[test]
fn of_two_sources_with_files_of_one_name_the_file_that_has_the_record_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (full, empty) = (folder.path().join("full"), folder.path().join("hollow"));
    copy(&root().join("examples/logs/AWSLogs"), &full.join("AWSLogs"));
    copy(&full, &empty);
    for file in files(&empty).iter().filter(|file| !text(file).contains("Digest")) {
        std::fs::write(file, crate::log_files::gzip(b"{\"Records\":[]}")).unwrap();
    }
    let (lake, again) = (folder.path().join("lake"), folder.path().join("again"));
    assert_eq!(write(&[&full, &empty], &lake).code, Some(0));
    assert_eq!(write(&[&empty, &full], &again).code, Some(0));
    let of_logs = places(&found(&[text(&full), text(&empty)]));
    assert!(!of_logs.is_empty() && of_logs.iter().all(|(file, _)| file.starts_with(text(&full))));
    for lake in [&lake, &again] {
        assert_eq!(places(&found(&["--lake", text(lake)])), of_logs);
        let check = ["lake", "verify", text(lake), "--against", text(&full), "--against", text(&empty)];
        assert_eq!(said(&check).code, Some(0));
    }
    // A record of the second file of a name is found in it.
    let all = found(&["--lake", text(&lake)]);
    let finding = all["findings"][0]["id"].as_str().unwrap();
    let shown = said(&["detect", "--lake", text(&lake), "--show", finding]);
    assert!(!shown.stdout.contains("no such record"), "{shown:?}");
    let event = event(&lake, &again);
    for lake in [&lake, &again] {
        let shown = said(&["lake", "show", &event, "--lake", text(lake), "--format", "json"]);
        let document: Value = serde_json::from_str(&shown.stdout).unwrap();
        assert_eq!((shown.code, document["answer"].as_str()), (Some(0), Some("yes")), "{shown:?}");
        let file = document["rows"][0]["file"].as_str().unwrap();
        assert!(file.starts_with(text(&full)), "{file}");
    }
}

/// An event that a finding over these lakes rests on.
fn event(one: &Path, other: &Path) -> String {
    let ids = |lake: &Path| found(&["--lake", text(lake)])["findings"][0]["events"][0]["id"].clone();
    assert_eq!(ids(one), ids(other));
    ids(one).as_str().unwrap().to_owned()
}

#[test]
fn of_copies_in_one_folder_the_file_is_named_that_the_log_files_name() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    copy(&root().join("examples/logs/AWSLogs"), &logs.join("AWSLogs"));
    // The organization's trail delivers the same records, a minute earlier than the account's own.
    for file in files(&logs).iter().filter(|file| !text(file).contains("Digest")) {
        let below = text(file).split_once("/AWSLogs/").unwrap().1;
        let Some(rest) = below.strip_prefix("o-acme4example/").or(Some(below)) else { continue };
        let stamp = rest.split('_').nth(3).unwrap();
        let earlier = format!("{}T0000Z", stamp.split_once('T').unwrap().0);
        let organization = if below.starts_with("o-") { "" } else { "o-acme4example/" };
        let to = logs.join(format!("AWSLogs/{organization}{}", rest.replace(stamp, &earlier)));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        if !to.exists() {
            std::fs::copy(file, to).unwrap();
        }
    }
    let lake = folder.path().join("lake");
    assert_eq!(write(&[&logs], &lake).code, Some(0));
    assert_eq!(places(&found(&["--lake", text(&lake)])), places(&found(&[text(&logs)])));
}

#[test]
fn log_files_that_are_read_beside_their_lake_are_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    copy(&root().join("examples/logs/AWSLogs"), &logs.join("AWSLogs"));
    let all = files(&logs);
    let damaged: Vec<_> = all.iter().filter(|file| text(file).contains("/2026/11/22/")).take(2).collect();
    for file in &damaged {
        let bytes = std::fs::read(file).unwrap();
        std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
    }
    let lake = folder.path().join("lake");
    assert_eq!(write(&[&logs], &lake).code, Some(4));
    let alone = found(&[text(&logs)]);
    let both = found(&["--lake", text(&lake), text(&logs)]);
    for count in ["files", "damaged", "records"] {
        assert_eq!(alone["reading"][count], both["reading"][count], "{count}: {}", both["reading"]);
    }
    assert_eq!(alone["findings"], both["findings"]);
    // What only the lake has is counted still.
    std::fs::remove_file(all.iter().find(|file| text(file).contains("T0930Z")).unwrap()).unwrap();
    let both = found(&["--lake", text(&lake), text(&logs)]);
    assert_eq!(alone["reading"]["files"], both["reading"]["files"], "{}", both["reading"]);
}

#[test]
fn what_goes_on_from_a_finding_of_a_lake_asks_the_lake() {
    let folder = tempfile::tempdir().unwrap();
    let lake = folder.path().join("lake");
    assert_eq!(write(&[&root().join("examples/logs")], &lake).code, Some(0));
    let all = found(&["--lake", text(&lake)]);
    let mut tried = 0;
    for finding in all["findings"].as_array().unwrap() {
        let shown = said(&["detect", "--lake", text(&lake), "--show", finding["id"].as_str().unwrap()]);
        for line in
            shown.stdout.lines().filter_map(|line| line.trim().strip_prefix("invoketrail invocations "))
        {
            assert!(line.starts_with(&format!("--lake {} ", text(&lake))), "{line}");
            let words = ["invocations"].into_iter().chain(line.split_whitespace());
            let answer = said(&words.map(|word| word.trim_matches('\'')).collect::<Vec<_>>());
            assert_eq!(answer.code, Some(0), "{line}: {answer:?}");
            tried += 1;
        }
    }
    assert!(tried > 0, "{all}");
}
