//! What is a habit and what is not: places and programs, ways of deploying, people who develop, what is put back.

use crate::inv_who::{in_month, on};
use crate::lam::{LATER, after, eve, lambda};
use crate::trl::severities;
use crate::world::{DAY, SHOP, call, change, daily, found, of, session, with};
use detect::finding::Severity;
use serde_json::{Value, json};

fn from(record: Value, address: &str, agent: &str) -> Value {
    with(record, &[("sourceIPAddress", json!(address)), ("userAgent", json!(agent))])
}

fn backend() -> Value {
    session(SHOP, "backend", "i-0a1b2c3d4e5f60718")
}

/// Calls by a thief on three days, each from another place.
fn thefts() -> Vec<Value> {
    let places = [(16, "192.0.2.1"), (18, "203.0.113.1"), (20, "100.64.0.1")];
    places.map(|(day, address)| from(call(on(day, 3), "pay", &backend()), address, "aws-cli/2.15")).to_vec()
}

#[test]
fn what_was_strange_makes_no_habit_of_moving() {
    let fourth = |agent: &str| from(call(on(23, 3), "pay", &backend()), "172.16.0.9", agent);
    let found = in_month(thefts().into_iter().chain([fourth("aws-cli/2.15")]));
    assert_eq!(of(&found, "INV-03").len(), 4, "{:#?}", of(&found, "INV-03"));
    assert!(of(&found, "INV-03")[3].seen.ends_with("with aws-cli. Both are new for it."));
    let probe = with(fourth("aws-cli/2.15"), &[("requestParameters.invocationType", json!("DryRun"))]);
    assert_eq!(of(&in_month(thefts().into_iter().chain([probe])), "INV-03").len(), 4, "a dry run, too");
}

#[test]
fn an_application_that_changes_functions_from_elsewhere_never_gets_used_to_it() {
    let code = |day: i64, address: &str| {
        let request = json!({"functionName": "pay"});
        let change = change(on(day, 3), "lambda", "UpdateFunctionCode20150331v2", &backend(), request);
        from(change, address, "aws-cli/2.15")
    };
    let days = [(16, "192.0.2.1"), (18, "203.0.113.1"), (20, "100.64.0.1"), (22, "172.16.0.9")];
    let found = in_month(days.map(|(day, address)| code(day, address)));
    assert_eq!(of(&found, "LAM-05").len(), 4, "{found:#?}");
}

#[test]
fn what_is_done_in_another_way_each_time_is_no_way_to_deploy() {
    let code = |minutes: i64, who: &str, address: &str, agent: &str| {
        let vendor = session(SHOP, "vendor", who);
        from(
            lambda(minutes, "UpdateFunctionCode20150331v2", &vendor, json!({"functionName": "pay"})),
            address,
            agent,
        )
    };
    let days = |alike: bool| {
        (0..4)
            .map(|day| {
                let (who, address) = if alike {
                    ("beef1", "192.0.2.1".to_owned())
                } else {
                    ("beef2", format!("{}.0.2.1", 60 + day))
                };
                code(LATER + 2 * day * DAY, &format!("{who}{day}"), &address, "aws-cli/2.15")
            })
            .collect::<Vec<Value>>()
    };
    assert_eq!(severities(&after(&days(true)), "LAM-05").len(), 3);
    assert_eq!(severities(&after(&days(false)), "LAM-05").len(), 4);
}

#[test]
fn two_weak_signs_of_a_person_within_a_day_are_a_finding() {
    let anna = session(SHOP, "AWSReservedSSO_Developer_0123456789abcdef", "anna@acme.example");
    let new = |hour: i64| call(on(20, hour), "cart", &anna);
    let away = |hour: i64| from(call(on(20, hour), "pay", &anna), "203.0.113.9", "Boto3/1.34");
    let with_hers = |more: Vec<Value>| in_month(daily(0, 30, "pay", &anna).into_iter().chain(more));
    let of_both = |records: Vec<Value>| {
        let found = with_hers(records);
        ["INV-01", "INV-03"].map(|id| of(&found, id).first().map(|one| one.severity))
    };
    assert_eq!(of_both(vec![new(10)]), [Some(Severity::Note), None]);
    assert_eq!(of_both(vec![away(10)]), [None, Some(Severity::Note)]);
    assert_eq!(
        of_both(vec![new(10), away(12)]),
        [Some(Severity::Note), Some(Severity::Note)],
        "two of her role"
    );
    let both = |hour: i64| with(new(hour), &[("sourceIPAddress", json!("203.0.113.9"))]);
    let found = with_hers(vec![both(10)]);
    let raised: Vec<_> = found.iter().filter(|one| one.severity > Severity::Note).collect();
    assert_eq!(raised.len(), 1, "{found:#?}");
    assert!(raised[0].remark.as_deref().is_some_and(|told| told.starts_with("Within a day")));
    let often = (0..30).map(|one| with(new(10), &[("eventID", json!(format!("x{one}")))])).collect();
    assert_eq!(of_both(often), [Some(Severity::Medium), None], "no person calls by hand as often");
    let many = ["cart", "a", "b"].map(|name| call(on(20, 10), name, &anna));
    let before = ["a", "b"].map(|name| daily(0, 30, name, &backend())).concat();
    assert_eq!(of_both([many.to_vec(), before].concat())[0], Some(Severity::Medium), "looks around");
}

#[test]
fn people_change_functions_where_things_are_developed() {
    let dev = |name: &str| session(SHOP, "AWSReservedSSO_Dev_1", name);
    let ops = session(SHOP, "AWSReservedSSO_Ops_2", "zoe@example.org");
    let code = |minutes: i64, who: &Value, name: &str| {
        lambda(minutes, "UpdateFunctionCode20150331v2", who, json!({"functionName": name}))
    };
    let history = |of: [&str; 3]| {
        let days = [16, 17, 18].into_iter().zip(of);
        days.map(|(day, name)| code(day * DAY + 100, &dev(name), "toy")).collect::<Vec<Value>>()
    };
    let of_ops = |before: Vec<Value>| {
        let found = found(&after(&[before, vec![code(LATER, &ops, "toy2")]].concat()));
        let all = of(&found, "LAM-05");
        all.iter()
            .find(|one| one.principal.as_deref().is_some_and(|who| who.contains("Ops")))
            .map(|one| one.severity)
    };
    assert_eq!(of_ops(Vec::new()), Some(Severity::Medium));
    assert_eq!(of_ops(history(["ann@example.org"; 3])), Some(Severity::Medium), "one person");
    assert_eq!(
        of_ops(history(["ann@example.org", "bob@example.org", "ann@example.org"])),
        Some(Severity::Note)
    );
}

#[test]
fn a_strong_role_that_is_taken_away_again_is_no_new_one() {
    let arn = |name: &str| format!("arn:aws:iam::{SHOP}:role/{name}");
    let swap = |minutes: i64, who: &Value, role: &str| {
        let request = json!({"functionName": "old", "role": arn(role)});
        lambda(minutes, "UpdateFunctionConfiguration20150331v2", who, request)
    };
    let worker = ("userAgent", json!("awslambda-worker/1.0 rusoto/0.48"));
    let ran = change(100, "logs", "CreateLogStream", &session(SHOP, "old-role", "old"), json!({}));
    let ran = with(ran, &[worker]);
    let mended = |records: &[Value]| severities(&after(records), "LAM-09");
    let attack = swap(LATER, &eve(), "AdminRole");
    let infra = session(SHOP, "infrastructure", "x");
    let back = swap(LATER + 300, &infra, "old-role");
    assert_eq!(
        mended(&[attack.clone(), back.clone()]),
        [Severity::High, Severity::High],
        "nothing ran as it"
    );
    assert_eq!(mended(&[ran, attack, back]), [Severity::High, Severity::Note]);
}
