//! Whoever calls what it never called: INV-01, 02, 05, 07, 11, 16.

use crate::world::{
    DATA, DAY, SHOP, STRANGER, call, change, daily, found, found_with, moment, of, service, session, user,
    with,
};
use detect::finding::{Finding, Severity};
use detect::settings::Settings;
use serde_json::{Value, json};

/// A month of a shop: a back end that calls two functions, a service that calls a third.
pub(crate) fn month() -> Vec<Value> {
    let backend = session(SHOP, "backend", "i-0a1b2c3d4e5f60718");
    let mut records = daily(0, 30, "pay", &backend);
    records.extend(daily(0, 30, "cart", &backend));
    records.extend(daily(0, 30, "events", &service("events")));
    records
}

/// Calls by the principal, one a day of the month.
fn once_a_day(name: &str, who: &Value) -> Vec<Value> {
    (0..30).map(|day| call(day * DAY + 600, name, who)).collect()
}

/// What is found in the month with these records.
pub(crate) fn in_month(more: impl IntoIterator<Item = Value>) -> Vec<Finding> {
    let mut records = month();
    records.extend(more);
    found(&records)
}

/// Minutes of a day of the month, at an hour.
pub(crate) fn on(day: i64, hour: i64) -> i64 {
    day * DAY + hour * 60 + 21
}

#[test]
fn one_call_by_a_new_principal_is_found_and_told_once() {
    let eve = session(SHOP, "intern", "eve");
    let once = in_month([call(on(20, 10), "pay", &eve)]);
    let findings = of(&once, "INV-01");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].severity, Severity::Medium);
    assert_eq!(findings[0].principal.as_deref(), Some("arn:aws:iam::111122223333:role/intern"));
    assert!(findings[0].function.as_deref().is_some_and(|name| name.ends_with(":pay")));
    assert!(findings[0].normal.as_deref().is_some_and(|said| said.contains("20 days")), "{findings:?}");
    // Slowly, once a day: the first time counts, other sessions are the same principal.
    let slowly = (20..30).map(|day| call(on(day, 3), "pay", &session(SHOP, "intern", &format!("s{day}"))));
    assert_eq!(of(&in_month(slowly), "INV-01").len(), 1);
    let at_once = ["pay", "cart", "events"].map(|name| call(on(20, 10), name, &eve));
    let all = in_month(at_once);
    let findings = of(&all, "INV-01");
    assert_eq!((findings.len(), &findings[0].function), (1, &None));
    assert!(findings[0].seen.contains("3 functions"), "{}", findings[0].seen);
}

#[test]
fn what_is_not_learned_yet_is_not_strange() {
    let eve = session(SHOP, "intern", "eve");
    assert!(of(&in_month([call(on(13, 10), "pay", &eve)]), "INV-01").is_empty());
    // Records of changes long before say nothing of who calls.
    let early = change(-40 * DAY, "iam", "CreateUser", &eve, json!({"userName": "x"}));
    assert!(of(&in_month([early, call(on(13, 10), "pay", &eve)]), "INV-01").is_empty());
}

#[test]
fn later_records_change_no_earlier_finding() {
    let eve = session(SHOP, "intern", "eve");
    let until_then: Vec<Value> = month()
        .into_iter()
        .filter(|one| one["eventTime"].as_str() < Some(&crate::world::at(22 * DAY)))
        .collect();
    let mut short = until_then;
    short.push(call(on(20, 10), "pay", &eve));
    let before = found(&short);
    let after = in_month((20..30).map(|day| call(on(day, 10), "pay", &eve)));
    assert_eq!(of(&before, "INV-01")[0].id, of(&after, "INV-01")[0].id);
}

#[test]
fn ordinary_first_calls_are_not_told() {
    let team = session(SHOP, "team-b", "i-0a1b2c3d4e5f60719");
    let deployer = session(SHOP, "ci-deploy", "run");
    let deploys = |days: &[i64], name: &str| -> Vec<Value> {
        let request = json!({"functionName": name});
        days.iter()
            .map(|day| {
                change(on(*day, 9), "lambda", "UpdateFunctionCode20150331v2", &deployer, request.clone())
            })
            .collect()
    };
    let quiet = |what: &str, records: Vec<Value>| {
        let found = in_month(records);
        // A role that deploys for the first time is told of by detections over changes.
        let calls = found.iter().filter(|one| one.detection.starts_with("INV"));
        let told: Vec<&Finding> = calls.filter(|one| one.severity > Severity::Note).collect();
        assert!(told.is_empty(), "{what}: {told:?}");
    };
    let mut new = daily(20, 25, "fresh", &team);
    new.push(call(on(20, 10), "pay", &team));
    quiet("a new function, and its team", new);
    quiet("a role that is rolled out", {
        let names = ["a", "b", "c", "d", "e", "f"];
        let mut records: Vec<Value> =
            names.iter().flat_map(|name| once_a_day(name, &service("sqs"))).collect();
        for name in names {
            let backend = session(SHOP, "backend", "i-0a1b2c3d4e5f60718");
            records.extend(once_a_day(name, &backend));
        }
        records.extend(names.iter().flat_map(|name| daily(20, 25, name, &team)));
        records
    });
    let mut smoke = deploys(&[3, 9, 20], "pay");
    smoke.push(call(on(20, 9) + 2, "pay", &deployer));
    quiet("who deploys", smoke);
    let mut made = deploys(&[3, 9], "pay");
    made.push(change(on(19, 9), "iam", "CreateRole", &deployer, json!({"roleName": "team-b"})));
    made.push(call(on(20, 9), "pay", &team));
    quiet("a role that was rolled out", made);
    let by_service =
        with(call(on(20, 9), "pay", &team), &[("userIdentity.invokedBy", json!("states.amazonaws.com"))]);
    quiet("a service session", vec![by_service]);
    let worker =
        with(call(on(20, 9), "pay", &team), &[("userAgent", json!("awslambda-worker/1.0 rusoto/0.48"))]);
    quiet("Lambda's own worker", vec![worker]);
    let second = with(call(on(20, 9), "pay", &service("lambda")), &[("eventName", json!("InvokeExecution"))]);
    quiet("the second record of an asynchronous call", vec![second]);
    quiet("a record without a caller", vec![call(on(20, 9), "pay", &json!({"type": "AWSAccount"}))]);
}

#[test]
fn people_who_look_around_are_known_by_it() {
    let anna = session(SHOP, "AWSReservedSSO_Developer_0123456789abcdef", "anna@acme.example");
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let mut records: Vec<Value> =
        names.iter().flat_map(|name| once_a_day(name, &session(SHOP, "backend", "x"))).collect();
    records.extend(once_a_day("a", &anna));
    // One after the other, every few days.
    records.extend(names.iter().zip(4_i64..).map(|(name, at)| call(on(at * 2, 11), name, &anna)));
    let found_all = found(&records);
    let told = of(&found_all, "INV-01");
    assert!(told.len() <= 1, "{told:?}");
}

#[test]
fn a_role_for_emergencies_is_told_once_and_low() {
    let role = session(SHOP, "break-glass", "oncall");
    let records =
        (0..4).map(|at| call(on(20, 2) + at * 5, ["pay", "cart", "events", "pay"][at as usize], &role));
    let found = in_month(records);
    let told: Vec<_> = found.iter().filter(|one| one.severity > Severity::Note).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].detection.as_str(), told[0].severity), ("INV-01", Severity::Low));
}

#[test]
fn a_foreign_account_is_found_and_a_partner_is_not() {
    let vendor = session(STRANGER, "vendor", "x");
    let new = in_month([call(on(20, 10), "pay", &vendor), call(on(24, 10), "pay", &vendor)]);
    assert_eq!(of(&new, "INV-02").len(), 1);
    assert_eq!(of(&new, "INV-02")[0].severity, Severity::High);
    assert!(of(&in_month(daily(0, 30, "pay", &vendor)), "INV-02").is_empty(), "a partner of old");
    let weekly = [1, 8, 15, 22].map(|day| call(on(day, 10), "pay", &vendor));
    assert!(of(&in_month(weekly), "INV-02").is_empty(), "a partner that calls every week");
    let early = in_month([call(on(3, 10), "pay", &vendor)]);
    assert_eq!(of(&early, "INV-02").len(), 1, "one that called on a day while there was to learn");
    let mut records = month();
    records.push(call(on(20, 10), "pay", &vendor));
    let allowed = Settings {
        now: moment(400 * DAY),
        allowed_accounts: [STRANGER.to_owned()].into(),
        ..Settings::default()
    };
    assert!(of(&found_with(&records, &allowed), "INV-02").is_empty());
    let own =
        Settings { now: moment(400 * DAY), own_accounts: [DATA.to_owned()].into(), ..Settings::default() };
    records.pop();
    records.push(call(on(20, 10), "pay", &session(DATA, "etl", "x")));
    assert!(of(&found_with(&records, &own), "INV-02").is_empty(), "of the same organization");
    // Such records name no role: the session is no part of who it is.
    let id = |session: &str| json!({"type": "AWSAccount", "principalId": format!("AROAX:{session}"), "accountId": STRANGER});
    let sessions = in_month([call(on(20, 10), "pay", &id("a")), call(on(22, 10), "pay", &id("b"))]);
    assert_eq!(of(&sessions, "INV-01").len(), 1);
}

#[test]
fn a_look_around_is_found_and_a_known_caller_of_many_is_not() {
    let names: Vec<String> = (0..25).map(|number| format!("f{number}")).collect();
    let mut records: Vec<Value> = names.iter().flat_map(|name| once_a_day(name, &service("sqs"))).collect();
    let eve = user(SHOP, "eve");
    let warm = session(SHOP, "keep-warm", "x");
    records.extend(names.iter().flat_map(|name| once_a_day(name, &warm)));
    assert!(of(&found(&records), "INV-05").is_empty());
    let sweep = |denied: bool, few: usize| {
        let mut records = records.clone();
        records.extend(names.iter().take(few).zip(0..).map(|(name, at)| {
            let one = call(on(20, 10) + at, name, &eve);
            if denied { with(one, &[("errorCode", json!("AccessDenied"))]) } else { one }
        }));
        found(&records)
    };
    for denied in [false, true] {
        let wide = sweep(denied, 25);
        let told = of(&wide, "INV-05");
        assert_eq!(told.len(), 1, "{denied} {wide:?}");
        assert!(told[0].seen.contains("25 functions"));
    }
    assert!(of(&sweep(false, 9), "INV-05").is_empty(), "nine are not many");
    assert_eq!(of(&sweep(false, 25), "INV-01").len(), 1);
    // Whoever deploys as a habit is told of, too, unless the functions were just deployed.
    let deploy = |day: i64, name: &str| {
        change(on(day, 9), "lambda", "UpdateFunctionCode20150331v2", &eve, json!({"functionName": name}))
    };
    records.extend([deploy(3, "f1"), deploy(9, "f2")]);
    let calls = names.iter().zip(0..).map(|(name, at)| call(on(20, 10) + at, name, &eve));
    records.extend(calls);
    assert_eq!(of(&found(&records), "INV-05").len(), 1);
    let deployed = names
        .iter()
        .zip(0..)
        .map(|(name, at)| with(deploy(20, name), &[("eventID", json!(format!("d{at}")))]));
    records.extend(deployed);
    assert!(of(&found(&records), "INV-05").is_empty(), "it tries what it deployed");
}

#[test]
fn a_function_of_services_is_called_directly() {
    let eve = session(SHOP, "backend", "i-0a1b2c3d4e5f60718");
    let direct = in_month([call(on(20, 10), "events", &eve)]);
    assert_eq!(of(&direct, "INV-07").len(), 1);
    assert!(of(&in_month([call(on(20, 10), "pay", &session(SHOP, "x", "y"))]), "INV-07").is_empty());
    let mixed =
        in_month((2..21).map(|day| call(on(day, 10), "events", &session(SHOP, "ops", "y"))).chain([call(
            on(20, 11),
            "events",
            &eve,
        )]));
    assert!(of(&mixed, "INV-07").is_empty(), "principals call it, too");
}

#[test]
fn root_and_lasting_keys_are_strange_where_they_are_no_habit() {
    let root = json!({"type": "Root", "accountId": SHOP, "arn": format!("arn:aws:iam::{SHOP}:root"), "principalId": SHOP});
    assert_eq!(of(&in_month([call(on(2, 10), "pay", &root)]), "INV-11")[0].severity, Severity::High);
    let ci = user(SHOP, "ci");
    assert_eq!(of(&in_month([call(on(20, 10), "pay", &ci)]), "INV-11").len(), 1);
    assert!(of(&in_month(daily(0, 30, "pay", &ci)), "INV-11").is_empty(), "a habit");
    assert!(
        of(&in_month([call(on(20, 10), "pay", &session(SHOP, "x", "y"))]), "INV-11").is_empty(),
        "a role"
    );
}

#[test]
fn a_silent_function_wakes() {
    let backend = session(SHOP, "backend", "x");
    let mut records = daily(0, 60, "pay", &backend);
    records.extend(daily(0, 5, "old", &backend));
    let with_call = |day: i64, who: &Value| {
        let mut records = records.clone();
        records.push(call(on(day, 11), "old", who));
        found(&records)
    };
    let eve = session(SHOP, "intern", "eve");
    assert_eq!(of(&with_call(45, &eve), "INV-16").len(), 1);
    assert!(of(&with_call(25, &eve), "INV-16").is_empty(), "not silent for long");
    assert!(of(&with_call(45, &backend), "INV-16").is_empty(), "a job of every few months");
    // One that no record knows, although changes are recorded.
    records.push(change(
        0,
        "lambda",
        "UpdateFunctionCode20150331v2",
        &backend,
        json!({"functionName": "pay"}),
    ));
    records.push(call(on(45, 12), "forgotten", &eve));
    let told = found(&records);
    assert_eq!(of(&told, "INV-16")[0].severity, Severity::Low);
}
