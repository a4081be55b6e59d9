//! Selectors on which the decision was wrong or took too long: right, and soon.

use crate::run::{Finished, run};

fn explain(file: &str) -> Finished {
    run(&["explain", "--selectors", &format!("crates/cli/tests/cases/explain/{file}")])
}

/// The caller of the witness in what was said.
fn caller(said: &Finished) -> String {
    let stdout = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let at = stdout.find("arn:aws:iam::123456789012:user/k").expect("a caller");
    stdout[at..].split(|c: char| c.is_whitespace() || c == '`').next().unwrap_or_default().to_owned()
}

#[test]
fn a_caller_behind_all_private_characters_is_found() {
    for file in ["all-private-characters.json", "invisible-witness.json"] {
        let said = explain(file);
        assert_eq!(said.code, Some(3), "{said:?}");
        assert!(said.stdout.starts_with("Partially recorded"), "{}", said.stdout);
        assert!(said.stdout.contains("arn:aws:iam::123456789012:user/k"), "{}", said.stdout);
        assert!(caller(&said).is_ascii(), "{}", said.stdout);
    }
}

/// Each is beyond what could be multiplied out. That they end at all, under the limits of a test run, is what counts here; the
/// work itself is counted in `recording`.
#[test]
fn what_overlaps_in_many_ways_is_decided() {
    let said = explain("slow-120-selectors.json");
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    for file in ["slow-48-selectors.json", "slow-5-trails-20-values.json", "slow-5-trails-80-values.json"] {
        let said = run(&["audit", "--inventory", &format!("crates/cli/tests/cases/audit/{file}")]);
        assert_eq!(said.code, Some(3), "{file}: {} {}", said.stdout, said.stderr);
    }
}
