//! Files that are found and not read: each is counted, in the same words and members, whatever is asked.

use crate::evidence::Copy;
use crate::run::{root, run};

const FOLDER: &str = "AWSLogs/444455556666/CloudTrail/us-east-1/2026/11/21";

fn counts(arguments: &[&str]) -> serde_json::Value {
    let said = run(&[arguments, &["--format", "json"]].concat());
    let document: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    document["reading"]["left_out"].clone()
}

#[test]
fn every_file_that_is_not_read_is_counted_by_whoever_asks() {
    let tree = Copy::below("");
    let put = |below: &str| {
        let path = tree.folder.path().join(below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, b"{}").unwrap();
    };
    put("notes.json");
    put(&format!("{FOLDER}/events.json.gz.bak"));
    put("AWSLogs/444455556666/CloudTrail-Insight/us-east-1/2026/11/21/a.json.gz");
    put("AWSLogs/444455556666/CloudTrail-NetworkActivity/us-east-1/2026/11/21/a.json.gz");
    // Beside delivered files it is a loss, and told as one, whatever it is called.
    let said = run(&["invocations", tree.path()]);
    assert_eq!(said.code, Some(4));
    assert!(said.stdout.contains("events.json.gz.bak"), "{}", said.stdout);
    let keys = root().join("examples/logs/public-keys.json");
    let day = ["--since", "2026-11-21", "--until", "2026-11-21"];
    let keys = ["--public-keys", keys.to_str().unwrap()];
    let facts = ["--inventory", "examples/acme.json", "--metrics", "examples/metrics.json"];
    let invocations = counts(&["invocations", tree.path()]);
    let all = |digests: u64, more: &[&str]| {
        let names = [more, &["notes.json", "public-keys.json"]].concat();
        serde_json::json!({"digests": digests, "insights": 1, "network_activity": 1, "other": names.len(), "names": names})
    };
    // The file of keys lies loose in the tree, too.
    assert_eq!(invocations, all(48, &[]));
    let verify = [&["verify", tree.path()], &facts[..], &day[..]].concat();
    assert_eq!(counts(&verify), all(48, &[]));
    // Digests are read then, and what was kept of their metadata with them.
    assert_eq!(counts(&[&verify[..], &["--digests"], &keys[..]].concat()), all(0, &[]));
    let validate = [&["logs", "validate", tree.path()], &keys[..]].concat();
    assert_eq!(counts(&validate), all(0, &[]));
    // Without its digest, nobody reads it.
    let lost = &tree.files("AWSLogs/444455556666/CloudTrail-Digest", ".json.gz")[3];
    std::fs::remove_file(lost).unwrap();
    let head = format!("{}.head.json", lost.strip_prefix(tree.folder.path()).unwrap().display());
    assert_eq!(counts(&validate), all(0, &[&head]));

    let told = "Files left out: 1 of Insights, 1 of network activity, 3 not from CloudTrail (";
    for arguments in [&validate[..], &[&verify[..], &["--digests"], &keys[..]].concat()] {
        let said = run(arguments).stdout.replace("\n", " ");
        assert!(said.contains(told) && said.contains("notes.json, public-keys.json)."), "{said}");
    }
    let told = "Files left out: 47 of digests, 1 of Insights, 1 of network activity, 2 not from CloudTrail (notes.json, public-keys.json).";
    let said = run(&[&verify[..], &["--format", "markdown"]].concat());
    assert!(said.stdout.contains(told), "{}", said.stdout);
}

#[test]
fn what_lies_in_no_layout_is_read_and_not_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let tree = Copy::below("");
    let file = tree.files(FOLDER, ".json.gz").remove(0);
    std::fs::copy(file, folder.path().join("events.json.gz")).unwrap();
    std::fs::write(folder.path().join("a.bin"), b"").unwrap();
    let facts = ["--inventory", "examples/acme.json", "--metrics", "examples/metrics.json"];
    let counted = counts(&[&["verify", folder.path().to_str().unwrap()], &facts[..]].concat());
    assert_eq!(counted["other"], 1);
}
