//! Each form that a condition may have.

use crate::{error, matched, rules, with};
use serde_json::json;

fn holds(condition: &str) -> bool {
    let selections = "  yes_a:\n    x: 1\n  yes_b:\n    y: 2\n  no_a:\n    x: 9\n  no_b:\n    y: 9\n  _hidden:\n    z: 9\n";
    matched(&rules(&with(&format!("{selections}  condition: {condition}\n"))), &json!({"x": 1, "y": 2}))
}

#[test]
fn each_form() {
    for (condition, wanted) in [
        ("yes_a", true),
        ("no_a", false),
        ("not no_a", true),
        ("not not no_a", false),
        ("yes_a and yes_b", true),
        ("yes_a and no_b", false),
        ("yes_a or no_b", true),
        ("no_a or no_b", false),
        // `and` binds before `or`, `not` before both.
        ("yes_a or no_a and no_b", true),
        ("(yes_a or no_a) and no_b", false),
        ("not no_a and yes_b", true),
        ("not (no_a or yes_b)", false),
        ("1 of yes_*", true),
        ("1 of no_*", false),
        ("1 of *_a", true),
        ("any of no_*", false),
        ("all of yes_*", true),
        ("all of *_a", false),
        ("1 of them", true),
        ("all of them", false),
        ("yes_a and not 1 of no_*", true),
        ("yes_a AND NOT no_a", true),
        ("1 of yes_a", true),
        ("1 of y*_a", true),
        ("[no_a, yes_a]", true),
        ("[no_a, no_b]", false),
    ] {
        assert_eq!(holds(condition), wanted, "{condition}");
    }
}

#[test]
fn what_begins_with_an_underscore_is_not_one_of_them() {
    let text = with("  a:\n    x: 1\n  _b:\n    x: 2\n  condition: all of them\n");
    assert!(matched(&rules(&text), &json!({"x": 1})));
}

#[test]
fn a_broken_condition_is_named_with_the_rule() {
    for (condition, why) in [
        ("sel and", "it ends where a selection is expected"),
        ("sel sel", "`sel` is not expected here"),
        ("(sel", "a `)` is missing"),
        ("sel)", "`)` is not expected here"),
        ("and sel", "a selection is expected, and `and` is there"),
        ("selection", "there is no selection `selection`; there are sel"),
        ("1 of other_*", "no selection fits `other_*`"),
        ("2 of them", "`2 of` is not supported; use `1 of`, `any of` or `all of`"),
        ("1 of", "`1 of` needs a pattern or `them`"),
        ("not", "it ends where a selection is expected"),
    ] {
        let said = error(&with(&format!("  sel:\n    x: 1\n  condition: {condition}\n")));
        assert_eq!(said, format!("r.yml:1: rule \"T\": condition `{condition}`: {why}"));
    }
    let deep = format!("{}sel{}", "(".repeat(5000), ")".repeat(5000));
    assert!(
        error(&with(&format!("  sel:\n    x: 1\n  condition: {deep}\n")))
            .contains("nested more than 64 levels deep")
    );
    let nots = "not ".repeat(100_000);
    assert!(
        error(&with(&format!("  sel:\n    x: 1\n  condition: {nots}sel\n")))
            .contains("nested more than 64 levels deep")
    );
}
