//! Too many calls, too many refused, too many that fail, at an even pace: INV-04, 08, 09, 13, 18.

use crate::inv_who::{in_month, on};
use crate::world::{DAY, SHOP, call, change, daily, found, of, service, session, user, with};
use detect::finding::Severity;
use serde_json::{Value, json};

/// Many calls from that minute on; each has an id of its own.
fn many(number: i64, minute: i64, name: &str, who: &Value) -> Vec<Value> {
    let one = |at: i64| with(call(minute, name, who), &[("eventID", json!(format!("{minute}-{name}-{at}")))]);
    (0..number).map(one).collect()
}

fn failed(records: Vec<Value>, error: &str) -> Vec<Value> {
    records.into_iter().map(|one| with(one, &[("errorCode", json!(error))])).collect()
}

fn anonymous() -> Value {
    json!({"type": "Unknown", "accountId": "ANONYMOUS", "principalId": "Anonymous"})
}

#[test]
fn a_burst_is_found_and_growth_is_not() {
    let backend = session(SHOP, "backend", "i-0a1b2c3d4e5f60718");
    let loud = in_month(many(1500, on(20, 10), "pay", &backend));
    assert_eq!((of(&loud, "INV-04").len(), of(&loud, "INV-04")[0].severity), (1, Severity::Medium));
    let quiet = in_month(many(300, on(20, 10), "pay", &backend));
    assert_eq!(of(&quiet, "INV-04")[0].severity, Severity::Low);
    assert!(of(&in_month(many(150, on(20, 10), "pay", &backend)), "INV-04").is_empty(), "below the floor");
    let growth = (0..30).flat_map(|day| many(40 * (1 + day / 7), on(day, 10), "cart", &backend));
    assert!(of(&in_month(growth), "INV-04").is_empty());
    let nightly = (0..30).flat_map(|day| many(260, on(day, 2), "cart", &backend));
    assert!(of(&in_month(nightly), "INV-04").is_empty(), "a batch of every night");
    let new = in_month(many(1500, on(20, 10), "pay", &session(SHOP, "team-b", "x")));
    assert!(of(&new, "INV-04").is_empty(), "nothing is usual yet: INV-01 speaks");
    assert_eq!(of(&new, "INV-01").len(), 1);
}

#[test]
fn refused_calls_and_then_one_that_is_not() {
    let eve = user(SHOP, "eve");
    let refused = |names: &[&str], day: i64| -> Vec<Value> {
        let calls = names.iter().zip(0..).map(|(name, at)| call(on(day, 10) + at, name, &eve)).collect();
        failed(calls, "AccessDenied")
    };
    let mut all = refused(&["pay", "events", "x"], 20);
    assert!(of(&in_month(all.clone()), "INV-08").iter().all(|one| one.severity == Severity::Note));
    all.push(call(on(20, 11), "cart", &eve));
    let told = in_month(all);
    assert_eq!((of(&told, "INV-08").len(), of(&told, "INV-08")[0].severity), (1, Severity::Medium));
    let mut slow: Vec<Value> =
        ["pay", "events", "x"].iter().zip(20..).flat_map(|(name, day)| refused(&[name], day)).collect();
    slow.push(call(on(23, 11), "cart", &eve));
    assert_eq!(of(&in_month(slow), "INV-08").len(), 1, "one a day");
    let sweep = in_month(refused(&["pay", "events", "x", "y", "z"], 20));
    assert_eq!(of(&sweep, "INV-08")[0].severity, Severity::Low);
    let mut one = refused(&["pay"], 20);
    one.push(call(on(20, 11), "pay", &eve));
    assert!(of(&in_month(one), "INV-08").is_empty(), "who lacks a permission");
    let habit =
        (0..30).flat_map(|day| refused(&["pay", "events", "x"], day)).chain([call(on(29, 12), "cart", &eve)]);
    let told = in_month(habit);
    assert!(of(&told, "INV-08").len() <= 1, "who lacks them all along is told once: {told:?}");
}

#[test]
fn dry_runs_probe_unless_they_deploy() {
    let dry = |name: &str, who: &Value, day: i64| {
        with(call(on(day, 10), name, who), &[("requestParameters.invocationType", json!("DryRun"))])
    };
    let eve = user(SHOP, "eve");
    let told = in_month(["pay", "cart", "events"].map(|name| dry(name, &eve, 20)));
    assert_eq!((of(&told, "INV-09").len(), of(&told, "INV-09")[0].severity), (1, Severity::Medium));
    assert!(of(&told, "INV-01").is_empty(), "nothing ran");
    assert_eq!(of(&in_month([dry("pay", &eve, 20)]), "INV-09")[0].severity, Severity::Low);
    let tool = session(SHOP, "deploy", "x");
    let deploys =
        change(on(20, 9), "lambda", "UpdateFunctionCode20150331v2", &tool, json!({"functionName": "pay"}));
    assert!(of(&in_month([deploys, dry("pay", &tool, 20)]), "INV-09").is_empty());
    let habit = (0..30).map(|day| dry("pay", &tool, day));
    assert!(of(&in_month(habit), "INV-09").is_empty());
    let backend = session(SHOP, "backend", "i-0a1b2c3d4e5f60718");
    assert!(of(&in_month([dry("pay", &backend, 20)]), "INV-09").is_empty(), "who calls it anyway");
}

#[test]
fn errors_by_the_hundred() {
    let backend = session(SHOP, "backend", "i-0a1b2c3d4e5f60718");
    let told = in_month(failed(many(200, on(20, 10), "pay", &backend), "InvalidParameterValueException"));
    assert_eq!(of(&told, "INV-18").len(), 1);
    let throttled = in_month(failed(many(200, on(20, 10), "pay", &backend), "TooManyRequestsException"));
    assert!(of(&throttled, "INV-18").is_empty());
    let few = in_month(failed(many(19, on(20, 10), "pay", &backend), "InvalidParameterValueException"));
    assert!(of(&few, "INV-18").is_empty());
}

#[test]
fn a_function_is_open_for_the_first_time() {
    let told = in_month([call(on(20, 10), "pay", &anonymous())]);
    assert_eq!((of(&told, "INV-13").len(), of(&told, "INV-13")[0].severity), (1, Severity::Medium));
    let always = in_month(daily(0, 30, "site", &anonymous()));
    assert!(of(&always, "INV-13").is_empty(), "open since it exists");
    assert!(of(&in_month(daily(20, 30, "site", &anonymous())), "INV-13").is_empty(), "new and open");
    let refused = in_month(failed(vec![call(on(20, 10), "pay", &anonymous())], "AccessDenied"));
    assert!(of(&refused, "INV-13").is_empty());
    let eve = user(SHOP, "eve");
    let opened = change(
        on(20, 9),
        "lambda",
        "CreateFunctionUrlConfig",
        &eve,
        json!({"functionName": "pay", "authType": "NONE"}),
    );
    let told = in_month([opened, call(on(20, 10), "pay", &anonymous())]);
    assert_eq!(of(&told, "INV-13")[0].severity, Severity::High);
}

#[test]
fn a_spike_and_a_beacon() {
    let mut spike = daily(0, 30, "site", &anonymous());
    spike.extend(many(1500, on(20, 10), "site", &anonymous()));
    assert_eq!(of(&found(&spike), "INV-13").len(), 1);
    // Every ten minutes for two days, a function that was made for it.
    let beacon = |step: i64, days: i64| -> Vec<Value> {
        let minutes = (20 * DAY..(20 + days) * DAY).filter(|minute| minute % step == 3);
        minutes.map(|minute| call(minute, "c2", &anonymous())).collect()
    };
    assert_eq!(of(&in_month(beacon(10, 2)), "INV-13").len(), 1);
    assert_eq!(of(&in_month(beacon(180, 3)), "INV-13").len(), 1, "every three hours");
    let people: Vec<Value> = daily(20, 23, "shop", &anonymous());
    assert!(of(&in_month(people), "INV-13").is_empty(), "by day alone");
    let old: Vec<Value> = (0..30 * DAY)
        .filter(|minute| minute % 10 == 3)
        .map(|minute| call(minute, "health", &anonymous()))
        .collect();
    assert!(of(&in_month(old), "INV-13").is_empty(), "a monitor of old");
}

#[test]
fn services_that_call_twenty_times_as_often_as_ever() {
    let sqs = service("sqs");
    let told = in_month(many(8000, on(20, 10), "events", &sqs));
    assert_eq!(of(&told, "INV-04").len(), 1);
    assert!(of(&in_month(many(2000, on(20, 10), "events", &sqs)), "INV-04").is_empty());
}
