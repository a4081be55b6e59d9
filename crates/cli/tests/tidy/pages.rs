//! Pages for readers: links lead somewhere, the index names each page, and the README stays short.

use crate::tree::root;
use std::path::{Path, PathBuf};

/// Every page for readers: those at the top, of `docs/` and of `examples/`.
fn pages() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["", "docs", "docs/concepts", "docs/guides", "docs/reference", "examples"] {
        let entries = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        found.extend(entries.filter(|path| path.extension().is_some_and(|suffix| suffix == "md")));
    }
    found.sort();
    assert!(found.len() > 15, "only {} pages: the walk is broken", found.len());
    found
}

/// The text beside blocks of code.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// The targets of links and pictures that lie in this checkout, without their anchors.
fn links(text: &str) -> Vec<String> {
    let targets = prose(text)
        .split("](")
        .skip(1)
        .map(|rest| rest.split(')').next().unwrap().to_owned())
        .collect::<Vec<_>>();
    let here = targets.into_iter().filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    here.map(|target| target.split('#').next().unwrap().to_owned())
        .filter(|target| !target.is_empty())
        .collect()
}

#[test]
fn every_link_leads_to_a_file() {
    let mut checked = 0;
    for page in pages() {
        for link in links(&std::fs::read_to_string(&page).unwrap()) {
            let target = page.parent().unwrap().join(&link);
            assert!(target.exists(), "{} links to {link}, which is not there", page.display());
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn the_index_names_every_page() {
    let index = std::fs::read_to_string(root().join("docs/README.md")).unwrap();
    let named: Vec<PathBuf> = links(&index).iter().map(|link| root().join("docs").join(link)).collect();
    let missing: Vec<PathBuf> = pages()
        .into_iter()
        .filter(|page| page.starts_with(root().join("docs")) && !page.ends_with(Path::new("docs/README.md")))
        .filter(|page| !named.contains(page))
        .collect();
    assert!(missing.is_empty(), "docs/README.md does not name {missing:?}");
}

#[test]
fn the_readme_has_at_most_450_words_beside_code() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let words = prose(&text).split_whitespace().count();
    assert!(words <= 450, "{words} words");
}
