//! The files of the checkout.

use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap().to_owned()
}

/// A Rust file of ours.
pub(crate) struct Source {
    /// Path from the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// The crate it belongs to.
    pub(crate) fn room(&self) -> &str {
        self.path.strip_prefix("crates/").unwrap_or(&self.path).split('/').next().unwrap()
    }

    /// True iff it is part of what is shipped rather than of tests or benchmarks.
    pub(crate) fn is_shipped(&self) -> bool {
        self.path.contains("/src/")
            && !self.path.ends_with("/tests.rs")
            && !matches!(self.room(), "oracle" | "corpus" | "fuzz")
    }

    /// The lines of shipped code with their numbers: comments and the items under `#[cfg(test)]` left out, wherever they stand.
    pub(crate) fn code(&self) -> Vec<(usize, &str)> {
        let mut shipped = Vec::new();
        let mut lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        while let Some((at, line)) = lines.next() {
            if line.trim() == "#[cfg(test)]" {
                // The formatter puts the end of an item under its beginning.
                let indent = line.len() - line.trim_start().len();
                let item = lines.by_ref().find(|(_, line)| !line.trim_start().starts_with("#["));
                if item.is_some_and(|(_, line)| !line.ends_with(';') && !line.ends_with('}')) {
                    let end = |line: &str| line.trim() == "}" && line.len() == indent + 1;
                    lines.by_ref().find(|(_, line)| end(line));
                }
            } else if !line.trim_start().starts_with("//") {
                shipped.push((at, line));
            }
        }
        shipped
    }

    /// What the crate shows to others, each with its line: `pub` items up to their body, and implementations.
    pub(crate) fn shown(&self) -> Vec<(usize, String)> {
        let mut shown = Vec::new();
        let mut lines = self.code().into_iter();
        while let Some((at, line)) = lines.next() {
            let begin = line.trim_start();
            let member = begin.starts_with("pub ") && !begin.contains("fn ") && begin.ends_with(',');
            if !begin.starts_with("pub ") && !begin.starts_with("impl") {
                continue;
            }
            let mut item = line.trim().to_owned();
            while !member && !item.ends_with(['{', ';', '}']) {
                let Some((_, more)) = lines.next() else { break };
                item.push(' ');
                item.push_str(more.trim());
            }
            shown.push((at, item));
        }
        shown
    }
}

/// Every Rust file below `crates/` and `fuzz/`, sorted by path.
pub(crate) fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    for top in ["crates", "fuzz"] {
        collect(&root().join(top), &mut found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 40, "only {} sources: the walk is broken", found.len());
    found
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            found.push(Source { path, text });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn code_goes_on_where_a_test_ends() {
        let text = "//! A file.\nfn one() {}\n#[cfg(test)]\nmod tests {\n    fn two() {}\n}\nfn three() {}\n#[cfg(test)]\nmod more;\nfn four() {}\n";
        let source = Source { path: "crates/x/src/x.rs".to_owned(), text: text.to_owned() };
        let seen: Vec<(usize, &str)> = source.code();
        assert_eq!(seen, [(2, "fn one() {}"), (7, "fn three() {}"), (10, "fn four() {}")]);
    }

    #[test]
    fn a_signature_is_seen_to_its_end() {
        let text = "pub fn one(\n    a: u8,\n    b: aws_sdk_s3::Client,\n) {\n}\npub struct A {\n    pub field: u8,\n    hidden: u8,\n}\n";
        let source = Source { path: "crates/x/src/x.rs".to_owned(), text: text.to_owned() };
        let seen: Vec<String> = source.shown().into_iter().map(|(_, item)| item).collect();
        assert_eq!(
            seen,
            ["pub fn one( a: u8, b: aws_sdk_s3::Client, ) {", "pub struct A {", "pub field: u8,"]
        );
    }
}
