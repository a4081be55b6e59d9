//! Files of a crate stand one above the other: none uses an item of a file that uses an item of it, over however many others.
//! A module and its own submodules are one thing in several files, so a use between them counts not.

mod paths;
mod tokens;

use crate::tree::sources;
use paths::Crate;
use std::collections::{BTreeMap, BTreeSet};

/// The circles that stay, each by its crate and its files, and why.
const ALLOWED: &[(&str, &[&str], &str)] = &[(
    "templates",
    &["cloudformation/stack_set", "cloudformation/template"],
    "a template may hold a StackSet, which holds a template: to evaluate one is to evaluate the other, once more",
)];

/// The files of each crate: name below `src/` without its ending, and shipped code.
fn crates() -> BTreeMap<String, Vec<(String, String)>> {
    let mut found: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for source in sources() {
        let Some((_, name)) = source.path.split_once("/src/") else { continue };
        if !source.path.starts_with("crates/") || name.ends_with("tests.rs") {
            continue;
        }
        let name = if matches!(name, "lib.rs" | "main.rs") { "" } else { name.trim_end_matches(".rs") };
        let code: Vec<&str> = source.code().into_iter().map(|(_, line)| line).collect();
        found.entry(source.room().to_owned()).or_default().push((name.to_owned(), code.join("\n")));
    }
    found
}

/// True iff one is a module and the other a submodule of it, however deep.
fn related(one: &str, other: &str) -> bool {
    let above = |one: &str, other: &str| {
        one.is_empty() || other.strip_prefix(one).is_some_and(|rest| rest.starts_with('/'))
    };
    above(one, other) || above(other, one)
}

/// The circles of files, each with its uses as lines.
fn circles(files: &[(String, String)]) -> BTreeMap<Vec<String>, String> {
    let read = Crate::read(files.iter().map(|(name, code)| (name.as_str(), code.clone())));
    let mut uses = read.uses();
    uses.retain(|(one, other), _| !related(one, other));
    let mut below: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (one, other) in uses.keys() {
        below.entry(one).or_default().push(other);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> = below
        .keys()
        .map(|from| {
            let (mut found, mut open) = (BTreeSet::new(), vec![*from]);
            while let Some(file) = open.pop() {
                open.extend(below.get(file).into_iter().flatten().filter(|next| found.insert(**next)));
            }
            (*from, found)
        })
        .collect();
    let mut circles = BTreeMap::new();
    for (from, there) in reached.iter().filter(|(from, there)| there.contains(*from)) {
        let circle: Vec<&str> = there
            .iter()
            .copied()
            .filter(|to| reached.get(to).is_some_and(|back| back.contains(from)))
            .collect();
        let within = uses.iter().filter(|((one, other), _)| circle.contains(one) && circle.contains(other));
        let lines = within.map(|((one, other), path)| format!("  {one} uses {other} ({path})\n")).collect();
        circles.insert(circle.into_iter().map(str::to_owned).collect(), lines);
    }
    circles
}

#[test]
fn no_file_uses_a_file_that_uses_it() {
    let mut found = BTreeMap::new();
    for (name, files) in crates() {
        found.extend(circles(&files).into_iter().map(|(circle, uses)| ((name.clone(), circle), uses)));
    }
    let allowed: BTreeSet<_> = ALLOWED
        .iter()
        .map(|(name, files, _)| ((*name).to_owned(), files.iter().map(|file| (*file).to_owned()).collect()))
        .collect();
    let new: String = found
        .iter()
        .filter(|(circle, _)| !allowed.contains(circle))
        .map(|((name, files), uses)| format!("{name}: {}\n{uses}", files.join(", ")))
        .collect();
    assert_eq!(new, "", "circles of files: move what both need into a file below them");
    let gone: Vec<_> = allowed.iter().filter(|circle| !found.contains_key(circle)).collect();
    assert!(gone.is_empty(), "circles that are cut by now, and are still allowed: {gone:?}");
    assert!(allowed.len() <= 2, "at most two circles stay");
}

fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<_> = files.iter().map(|(name, code)| ((*name).to_owned(), (*code).to_owned())).collect();
    circles(&files).into_keys().map(|circle| circle.join(", ")).collect()
}

#[test]
fn a_circle_is_seen_through_re_exports_globs_and_paths() {
    let root = ("", "mod a; mod b; pub use a::A; pub(crate) use b::*;");
    assert_eq!(
        circles_of(&[root, ("a", "use crate::B; struct A;"), ("b", "fn b(_: super::A) {} struct B;")]),
        ["a, b"]
    );
    assert_eq!(
        circles_of(&[
            root,
            ("a", "use crate::{b, b::B as C};"),
            ("b", "use super::*; use crate::a; struct B; fn c() { a::d() }")
        ]),
        [""; 0]
    );
    assert_eq!(
        circles_of(&[
            root,
            ("a", "use crate::b; fn d() { b::c() }"),
            ("b", "use crate::a::{self as e}; fn c() { e::d() }")
        ]),
        ["a, b"]
    );
}

#[test]
fn a_parent_and_its_child_are_no_circle_and_a_parent_is_not_what_it_re_exports() {
    let files = [
        ("a", "mod b; mod c; use b::B; struct A;"),
        ("a/b", "use super::{A, C}; struct B;"),
        ("a/c", "struct C; use super::A;"),
    ];
    assert_eq!(circles_of(&files), [""; 0]);
    let files = [
        ("a", "mod b; mod c; pub use b::B; pub use c::C;"),
        ("a/b", "use super::C; struct B;"),
        ("a/c", "struct C; use super::B;"),
    ];
    assert_eq!(circles_of(&files), ["a/b, a/c"]);
}
