//! Every invariant in `ARCHITECTURE.md` names a test that is there.

use crate::tree::root;

#[test]
fn every_invariant_names_a_test_that_exists() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let after = text.split_once("| # | Invariant | Held by |").expect("the table of invariants").1;
    let mut named = 0;
    for row in after.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let held_by = row.trim_matches('|').rsplit('|').next().unwrap();
        let tests: Vec<&str> = held_by.split(',').map(|test| test.trim().trim_matches('`')).collect();
        for test in tests {
            let (path, function) = test.split_once("::").unwrap_or_else(|| panic!("`{test}` names no test"));
            let file = std::fs::read_to_string(root().join(path));
            let file = file.unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(file.contains(&format!("fn {function}(")), "{path} has no test `{function}`");
            named += 1;
        }
    }
    assert!(named >= 8, "only {named} tests are named");
}
