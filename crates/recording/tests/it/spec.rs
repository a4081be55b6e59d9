//! The pages of `spec/` run: what they say of selectors, events and verdicts is true, or the page fails.

mod case;
mod page;

use std::collections::BTreeSet;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("spec")
}

/// Runs a page and says all that is wrong with it.
fn run(text: &str) -> Vec<String> {
    let cases = match page::cases(text) {
        Ok(cases) => cases,
        Err(wrong) => return vec![wrong],
    };
    let wrong: Vec<String> = cases.iter().flat_map(case::run).collect();
    if wrong.is_empty() && cases.is_empty() { vec!["the page holds no case".to_owned()] } else { wrong }
}

fn check(name: &str) {
    let text = std::fs::read_to_string(folder().join(name)).expect("the page can be read");
    assert!(text.contains("https://docs.aws.amazon.com/"), "{name} names no page of AWS");
    let wrong = run(&text);
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
}

macro_rules! pages {
    ($($test:ident $file:literal)*) => {
        $(#[test] fn $test() { check($file); })*
        const PAGES: &[&str] = &[$($file),*];
    };
}

pages! {
    basic_selectors "basic-selectors.md"
    advanced_selectors "advanced-selectors.md"
    operators "operators.md"
    absent_fields "absent-fields.md"
    unions "unions.md"
    future_functions "future-functions.md"
    planes "planes.md"
    event_names "event-names.md"
    partitions "partitions.md"
    never_matching_values "never-matching-values.md"
    doubts "doubts.md"
    management_events "management-events.md"
    where_others_go_wrong "where-others-go-wrong.md"
}

#[test]
fn every_page_is_run() {
    let names =
        std::fs::read_dir(folder()).expect("the pages").map(|entry| entry.expect("a page").file_name());
    let names: BTreeSet<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    assert_eq!(names, PAGES.iter().map(ToString::to_string).collect());
}

const GOOD: &str = r#"# A page
```json
[{"ReadWriteType": "All", "DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]}]
```
| eventName | Answer |
|---|---|
| Invoke | recorded |

Verdict: **recorded**
"#;

#[test]
fn a_page_that_is_right_passes() {
    assert_eq!(run(GOOD), Vec::<String>::new());
}

/// Each line of a page counts: with a false one, the page fails.
#[test]
fn a_page_that_is_wrong_fails() {
    for (right, wrong) in [
        ("Verdict: **recorded**", "Verdict: **not_recorded**"),
        ("Verdict: **recorded**", "Verdict: **recorded**\nWitness: eventName=Invoke"),
        ("Verdict: **recorded**", "Verdict: **recorded**\nRemainder: all"),
        ("Verdict: **recorded**", "Verdict: **recorded**\nWarning: eventName=InvokeAsync"),
        ("Verdict: **recorded**", "Verdict: **recorded**\nCopies: 0, 1"),
        ("Verdict: **recorded**", "Verdikt: **recorded**"),
        ("| Invoke | recorded |", "| Invoke | undetermined |"),
        ("| Invoke | recorded |", "| Invoke | turned away by eventName Equals |"),
        ("| Invoke | recorded |", ""),
        ("| eventName |", "| eventNaem |"),
        ("\"All\"", "\"ReadOnly\""),
        ("```json", "```jsonc"),
        ("```json", "```json tray=a"),
    ] {
        assert!(GOOD.contains(right));
        assert!(!run(&GOOD.replace(right, wrong)).is_empty(), "{wrong} passes");
    }
    assert!(!run("# Nothing but words\n").is_empty(), "a page without a case passes");
}
