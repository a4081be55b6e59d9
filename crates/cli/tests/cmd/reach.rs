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

/// A file that says again how far a trail reaches, or makes one that is there, shows it at no place where it is not seen.
#[test]
fn check_shows_a_trail_at_no_new_place_where_its_reach_stays() {
    for inventory in ["a-member-in-one-region", "a-member-at-home-alone", "a-member-elsewhere-alone"] {
        let inventory = format!("crates/cli/tests/cases/check/{inventory}.json");
        let stack = "crates/cli/tests/cases/check/declares-the-trail-and-a-stack-set.json";
        let home = ["--account", "111122223333", "--region", "us-east-1"];
        let said = run(
            &[&["check", "--cloudformation", stack, "--inventory", &inventory][..], &home, &NOW].concat()
        );
        assert!(matches!(said.code, Some(3 | 4)), "{inventory}: {said:?}");
        for change in ["says-again-what-is", "makes-what-is-there"] {
            let change = format!("crates/cli/tests/cases/check/{change}.json");
            let asked =
                ["check", "--terraform", &change, "--inventory", &inventory, "--account", "444455556666"];
            let said = run(&[&asked[..], &NOW].concat());
            assert!(matches!(said.code, Some(3 | 4)), "{change} over {inventory}: {said:?}");
        }
    }
    let made = ["--terraform", "crates/cli/tests/cases/check/makes-what-is-there.json"];
    let seen = ["--inventory", "crates/cli/tests/cases/check/a-member-without-it-at-home.json"];
    let said = run(&[&["check"][..], &made, &seen, &["--account", "444455556666"], &NOW].concat());
    assert!(matches!(said.code, Some(3 | 4)), "{said:?}");
}

/// What keeps a trail from delivering does so in the Regions that it comes to, whether a file changes it or makes it.
#[test]
fn a_trail_that_cannot_deliver_does_not_deliver_where_it_comes_to() {
    let made = ["--terraform", "crates/cli/tests/cases/check/makes-it-for-all-regions.json"];
    let seen = ["--inventory", "crates/cli/tests/cases/check/a-trail-that-cannot-deliver.json"];
    let home = ["--account", "111122223333", "--region", "us-east-1"];
    let said = run(&[&["check"][..], &made, &seen, &home, &NOW].concat());
    assert!(matches!(said.code, Some(3 | 4)), "{said:?}");
}

/// A trail that is seen nowhere, because the list of its home Region was not read, is not taken to record where it comes to.
#[test]
fn a_trail_whose_home_was_not_read_is_unknown_where_it_comes_to() {
    let seen = ["--inventory", "crates/cli/tests/cases/check/a-trail-whose-home-was-not-read.json"];
    let home = ["--account", "111122223333", "--region", "us-east-1"];
    for change in ["widens-it-to-all-regions", "makes-it-for-all-regions"] {
        let change = format!("crates/cli/tests/cases/check/{change}.json");
        let said = run(&[&["check", "--terraform", &change][..], &seen, &home, &NOW].concat());
        assert!(matches!(said.code, Some(3 | 4)), "{change}: {said:?}");
    }
}
