//! Pages for readers: links and their anchors lead somewhere, index and summary name each page, and the README stays short.

use crate::tree::root;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Every page for readers: those at the top, of `docs/` and of `examples/`.
fn pages() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in [
        "",
        "docs",
        "docs/concepts",
        "docs/guides",
        "docs/reference",
        "examples",
        "integrations/gitlab",
        "integrations/spark",
        "integrations/aws",
    ] {
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

/// The targets of links and pictures that lie in this checkout: path, and anchor where there is one.
fn links(text: &str) -> Vec<(String, Option<String>)> {
    let prose = prose(text);
    let targets = prose.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
    let here = targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    here.map(|target| match target.split_once('#') {
        Some((path, anchor)) => (path.to_owned(), Some(anchor.to_owned())),
        None => (target.to_owned(), None),
    })
    .collect()
}

/// The anchors of a page's headings, as GitHub and mdBook make them: a heading that is there twice has a number the second time.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for heading in prose(text).lines().filter(|line| line.starts_with('#')) {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|one| one.is_alphanumeric() || matches!(one, ' ' | '-' | '_'));
        let anchor: String = kept.map(|one| if one == ' ' { '-' } else { one }).collect();
        let numbers = std::iter::once(anchor.clone()).chain((1..).map(|number| format!("{anchor}-{number}")));
        let free = numbers.into_iter().find(|name| !found.contains(name));
        found.extend(free);
    }
    found
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_of_it() {
    let (mut files, mut headings) = (0, 0);
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for (link, anchor) in links(&text) {
            let target = if link.is_empty() { page.clone() } else { page.parent().unwrap().join(&link) };
            assert!(target.exists(), "{} links to {link}, which is not there", page.display());
            files += 1;
            if let Some(anchor) = anchor {
                let there = anchors(&std::fs::read_to_string(&target).unwrap());
                assert!(there.contains(&anchor), "{}: {link} has no heading #{anchor}", page.display());
                headings += 1;
            }
        }
    }
    assert!(files > 40 && headings > 5, "{files} {headings}");
}

#[test]
fn anchors_are_as_github_makes_them() {
    let made = anchors("# What is `kept`?\n```\n# no heading\n```\n## A: b, c\n## A: b, c\n");
    assert_eq!(made, ["a-b-c", "a-b-c-1", "what-is-kept"].map(str::to_owned).into());
}

/// Pages of the site are those of `docs/`; a link out of it would lead nowhere there.
#[test]
fn pages_of_the_site_link_to_each_other_alone() {
    let docs = root().join("docs").canonicalize().unwrap();
    for page in pages().into_iter().filter(|page| page.starts_with(root().join("docs"))) {
        for (link, _) in links(&std::fs::read_to_string(&page).unwrap()) {
            let target = page.parent().unwrap().join(&link).canonicalize().unwrap();
            assert!(
                target.starts_with(&docs),
                "{} links to {link}, which the site does not have",
                page.display()
            );
        }
    }
}

#[test]
fn index_and_summary_name_every_page() {
    let lists = ["docs/README.md", "docs/SUMMARY.md"];
    for list in lists {
        let text = std::fs::read_to_string(root().join(list)).unwrap();
        let named: Vec<PathBuf> =
            links(&text).iter().map(|(link, _)| root().join("docs").join(link)).collect();
        let missing: Vec<PathBuf> = pages()
            .into_iter()
            .filter(|page| page.starts_with(root().join("docs")))
            .filter(|page| !lists.iter().any(|list| page.ends_with(Path::new(list))))
            .filter(|page| !named.contains(page))
            .collect();
        assert!(missing.is_empty(), "{list} does not name {missing:?}");
    }
}

#[test]
fn the_readme_has_at_most_450_words_beside_code() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let words = prose(&text).split_whitespace().count();
    assert!(words <= 450, "{words} words");
}
