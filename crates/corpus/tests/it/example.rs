//! The committed example is what the generator makes, and it is about Acme.

use crate::{chain, tree, truth};
use std::path::{Path, PathBuf};

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_committed_example_is_what_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let truth = corpus::example::write(folder.path()).unwrap();
    let made = tree(folder.path());
    let all = tree(&committed());
    let mine = all.into_iter().filter(|(path, _)| path.starts_with("logs/") || path == "metrics.json");
    let mine: std::collections::BTreeMap<_, _> = mine.collect();
    assert_eq!(made.keys().collect::<Vec<_>>(), mine.keys().collect::<Vec<_>>());
    for (path, bytes) in &made {
        assert!(*bytes == mine[path], "{path} differs: cargo run -p corpus -- --example --out examples");
    }
    assert!(made.values().map(Vec::len).sum::<usize>() < 150_000);
    truth::agrees(&truth, &folder.path().join("logs"));
}

#[test]
fn its_digests_hold() {
    let logs = committed().join("logs");
    let (digests, named) = chain::verify(&logs, &json(&logs.join("public-keys.json")));
    assert_eq!(digests, 24);
    assert!(!named.is_empty());
}

#[test]
fn it_is_about_acme() {
    let inventory = std::fs::read_to_string(committed().join("acme.json")).unwrap();
    let metrics = json(&committed().join("metrics.json"));
    for series in metrics["series"].as_array().unwrap() {
        let function = series["function"].as_str().unwrap();
        assert!(inventory.contains(&format!("\"{function}\"")), "{function} is not in the inventory");
    }
}
