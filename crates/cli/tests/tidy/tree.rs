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

    /// The lines of shipped code with their numbers: comments and everything from `#[cfg(test)]` on left out.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let shipped = self.text.lines().enumerate().take_while(|(_, line)| line.trim() != "#[cfg(test)]");
        shipped.map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
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
