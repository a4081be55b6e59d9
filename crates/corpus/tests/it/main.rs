//! Corpora held against the reader, against themselves, and against what is committed.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod chain;
mod example;
mod labelled;
mod truth;

use std::collections::BTreeMap;
use std::path::Path;

/// Every file below `root` by its path from there, sorted.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    collect(root, root, &mut found);
    found
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            let key = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            found.insert(key, std::fs::read(&path).unwrap());
        }
    }
}
