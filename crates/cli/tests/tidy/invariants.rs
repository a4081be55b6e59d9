//! Every invariant in `ARCHITECTURE.md` names a test that is there.

use crate::tree::root;

#[test]
fn every_invariant_names_a_test_that_exists() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let after = text.split_once("| # | Invariant | Held by |").expect("the table of invariants").1;
    let mut named = 0;
    let mut numbers = Vec::new();
    for row in after.lines().skip(2).take_while(|line| line.starts_with('|')) {
        numbers.push(row.trim_matches('|').split('|').next().unwrap().trim().parse::<usize>().unwrap());
        let held_by = row.trim_matches('|').rsplit('|').next().unwrap();
        let tests: Vec<&str> = held_by.split(',').map(|test| test.trim().trim_matches('`')).collect();
        for test in tests {
            let (path, function) = test.split_once("::").unwrap_or_else(|| panic!("`{test}` names no test"));
            let file = std::fs::read_to_string(root().join(path));
            let file = file.unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(is_test(&file, function), "{path} has no test `{function}`");
            named += 1;
        }
    }
    assert!(named >= 8, "only {named} tests are named");
    assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "each number once, in their order");
}

/// True iff the file has a function of that name with `#[test]` among its attributes.
pub(crate) fn is_test(file: &str, function: &str) -> bool {
    let lines: Vec<&str> = file.lines().map(str::trim).collect();
    let begins = [format!("fn {function}("), format!("async fn {function}(")];
    let attributes = |at: usize| {
        let above = lines[..at].iter().rev();
        above
            .take_while(|line| line.starts_with("#[") || line.starts_with("//"))
            .any(|line| matches!(*line, "#[test]" | "#[tokio::test]"))
    };
    let mut named =
        lines.iter().enumerate().filter(|(_, line)| begins.iter().any(|begin| line.starts_with(begin)));
    named.any(|(at, _)| attributes(at))
}

#[test]
fn a_function_without_the_attribute_is_no_test() {
    assert!(is_test("#[test]\nfn one() {}\n", "one"));
    assert!(is_test("/// Why.\n#[test]\n#[should_panic]\nfn one() {}\n", "one"));
    assert!(!is_test("#[test]\nfn two() {}\nfn one() {}\n", "one"));
}
