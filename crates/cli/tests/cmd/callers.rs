//! Callers: an account is a part of a principal, nothing is cut, and a name that no function has is an error.

use crate::run::run;

const TWO: &str = "crates/cli/tests/cases/records/one-name-two-accounts.json";

fn document(arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&run(&[arguments, &["--format", "json"]].concat()).stdout).unwrap()
}

#[test]
fn one_name_in_two_accounts_is_two_principals() {
    for by in [&[][..], &["--by", "principal"], &["--by", "role"]] {
        let arguments = [&["invocations", TWO][..], by].concat();
        let document = document(&arguments);
        let groups = document["groups"].as_array().unwrap();
        let mut told: Vec<u64> = groups.iter().map(|group| group["calls"].as_u64().unwrap()).collect();
        told.sort_unstable();
        assert_eq!(told, [3, 5], "{by:?}");
        assert!(groups.iter().all(|group| group["labels"]["caller_account"].as_str().unwrap().len() == 12));
        // A person is shown the account where it tells names apart.
        let said = run(&arguments);
        assert!(said.stdout.contains("(111122223333)"), "{}", said.stdout);
        let csv = run(&[&arguments[..], &["--format", "csv"]].concat());
        assert!(csv.stdout.lines().next().unwrap().contains("caller_account"), "{}", csv.stdout);
    }
    let timeline = run(&["invocations", TWO, "--timeline", "--function", "orders"]);
    assert!(timeline.stdout.contains("of account 111122223333"), "{}", timeline.stdout);
    // Where one account alone has the name, nothing has to be told apart.
    let alone = run(&["invocations", TWO, "--caller-account", "111122223333"]);
    assert!(!alone.stdout.contains("(111122223333)"), "{}", alone.stdout);
}

#[test]
fn nothing_is_cut_where_nobody_looks_at_it() {
    let by = ["invocations", "examples/logs", "--by", "principal,address,agent"];
    let csv = run(&[&by[..], &["--format", "csv"]].concat()).stdout;
    let wanted = csv.lines().filter(|line| line.contains("198.51.100.221")).count();
    let said = run(&by).stdout;
    assert!(wanted > 0);
    assert_eq!(said.lines().filter(|line| line.contains("198.51.100.221")).count(), wanted, "{said}");
    assert!(!said.contains("..."), "{said}");
}

#[test]
fn a_name_that_no_function_has_is_the_same_error_everywhere() {
    let verify = [
        "verify",
        "examples/logs",
        "--inventory",
        "examples/acme.json",
        "--metrics",
        "examples/metrics.json",
    ];
    for command in [&["invocations", "examples/logs"][..], &verify] {
        let said = run(&[command, &["--function", "ordrs"]].concat());
        assert_eq!(said.code, Some(1), "{}", said.stderr);
        assert!(said.stderr.contains("no function is called `ordrs` in"), "{}", said.stderr);
        // One that is there beside it hides nothing.
        let said = run(&[command, &["--function", "ordrs", "--function", "cart"]].concat());
        assert_eq!(said.code, Some(1), "{}", said.stderr);
    }
    let said = run(&["invocations", "examples/logs", "--function", "crat"]);
    assert!(said.stderr.contains("did you mean cart?"), "{}", said.stderr);
}

#[test]
fn what_a_call_is_chosen_by_is_checked() {
    let said = run(&["invocations", "examples/logs", "--address", "198.51.100.0/33"]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    let document = document(&["invocations", "examples/logs", "--address", "198.51.100.221/32"]);
    assert_eq!(document["question"]["addresses"], serde_json::json!(["198.51.100.221"]));
    assert!(document["total"]["calls"].as_u64().unwrap() > 0);
}
