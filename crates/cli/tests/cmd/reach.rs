//! How far an organization's trail reaches once it is widened: to members that see it, with what keeps it from delivering there.

use crate::run::run;

const NOW: [&str; 2] = ["--now", "2026-11-24T00:00:00Z"];

#[test]
fn a_plan_promises_nothing_to_a_member_that_does_not_see_the_trail() {
    for (case, least) in [("a-member-does-not-see-it", 2), ("a-member-was-not-read", 1)] {
        let path = format!("crates/cli/tests/cases/plan/{case}.json");
        let said = run(&[&["plan", "--inventory", &path, "--format", "json"][..], &NOW].concat());
        let plan: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        let steps = plan["plan"]["steps"].as_array().unwrap();
        // Widening it is not all: the member gets a trail of its own, or the answer is no yes.
        assert!(steps.len() >= least && (steps.len() > 1 || said.code != Some(0)), "{case}: {said:?}");
    }
}

#[test]
fn check_promises_nothing_to_a_member_that_does_not_see_the_trail_or_gets_nothing_delivered() {
    for (inventory, region) in [
        ("plan/a-member-does-not-see-it", "us-east-1"),
        ("plan/a-member-was-not-read", "us-east-1"),
        ("check/a-member-gets-nothing-delivered", "eu-west-1"),
    ] {
        let change = format!("crates/cli/tests/cases/check/widens-and-adds-in-{region}.json");
        let inventory = format!("crates/cli/tests/cases/{inventory}.json");
        let asked = ["check", "--terraform", &change, "--inventory", &inventory, "--account", "444455556666"];
        let said = run(&[&asked[..], &NOW].concat());
        assert!(matches!(said.code, Some(3 | 4)), "{inventory}: {said:?}");
    }
}
