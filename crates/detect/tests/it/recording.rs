//! What changes of recorders stop recording, decided over all that are known.

use crate::world::{
    DAY, REGION, SHOP, call, change, found, found_with, function, moment, of, session, user, with,
};
use cloudtrail::time::HOUR_MILLIS;
use detect::finding::{Finding, Severity};
use detect::settings::Settings;
use serde_json::{Value, json};

const ALL: &str = "arn:aws:lambda";

fn basic(values: &[&str], kind: &str, management: bool) -> Value {
    let data = if values.is_empty() {
        json!([])
    } else {
        json!([{"type": "AWS::Lambda::Function", "values": values}])
    };
    json!([{"readWriteType": kind, "includeManagementEvents": management, "dataResources": data, "excludeManagementEventSources": []}])
}

fn lambda(more: Value) -> Value {
    let mut fields = vec![
        json!({"field": "eventCategory", "equals": ["Data"]}),
        json!({"field": "resources.type", "equals": ["AWS::Lambda::Function"]}),
    ];
    fields.extend(more.as_array().cloned().unwrap_or_default());
    json!([
        {"name": "m", "fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]},
        {"name": "l", "fieldSelectors": fields}
    ])
}

fn trail_arn(name: &str) -> String {
    format!("arn:aws:cloudtrail:{REGION}:{SHOP}:trail/{name}")
}

fn put(minutes: i64, trail: &str, member: &str, selectors: Value) -> Value {
    let admin = session(SHOP, "admin", "ann");
    change(minutes, "cloudtrail", "PutEventSelectors", &admin, json!({"trailName": trail, member: selectors}))
}

/// A trail that records all functions from the first minute.
fn made(trail: &str) -> Vec<Value> {
    let admin = session(SHOP, "admin", "ann");
    let create = change(
        0,
        "cloudtrail",
        "CreateTrail",
        &admin,
        json!({"name": trail, "s3BucketName": "logs", "isMultiRegionTrail": true}),
    );
    let create = with(
        create,
        &[(
            "responseElements",
            json!({"trailARN": trail_arn(trail), "isMultiRegionTrail": true, "isOrganizationTrail": false}),
        )],
    );
    let id = |record: Value, n: &str| with(record, &[("eventID", json!(format!("{trail}-{n}")))]);
    vec![
        id(create, "1"),
        id(put(1, trail, "eventSelectors", basic(&[ALL], "All", true)), "2"),
        id(change(2, "cloudtrail", "StartLogging", &admin, json!({"name": trail})), "3"),
    ]
}

fn calls(from: i64, until: i64, name: &str) -> Vec<Value> {
    (from..until)
        .step_by(30)
        .map(|minute| call(minute, name, &session(SHOP, "backend", "i-0a1b2c3d")))
        .collect()
}

fn one(records: &[Value]) -> Finding {
    let all = found(records);
    let found = of(&all, "TRL-03");
    assert_eq!(found.len(), 1, "{all:#?}");
    found[0].clone()
}

fn world(more: &[Value]) -> Vec<Value> {
    let mut records = made("main");
    records.extend(calls(10, 600, "pay"));
    records.extend(calls(11, 600, "mail"));
    records.extend(more.iter().cloned());
    records
}

#[test]
fn selectors_that_let_invocations_escape_are_found_in_every_shape() {
    let pay = function("pay");
    for (shape, selectors) in [
        ("eventSelectors", basic(&[], "All", true)),
        ("eventSelectors", basic(&[ALL], "ReadOnly", true)),
        ("eventSelectors", basic(&["arn:aws:lambda:us-east-1:111122223333:function:x"], "All", true)),
        ("advancedEventSelectors", lambda(json!([{"field": "resources.ARN", "notEquals": [pay]}]))),
        ("advancedEventSelectors", lambda(json!([{"field": "readOnly", "equals": ["true"]}]))),
        (
            "advancedEventSelectors",
            lambda(
                json!([{"field": "userIdentity.arn", "notStartsWith": ["arn:aws:sts::111122223333:assumed-role/backend/"]}]),
            ),
        ),
    ] {
        let finding = one(&world(&[put(700, "main", shape, selectors.clone())]));
        assert_eq!(finding.severity, Severity::High, "{selectors}");
        assert!(finding.seen.contains("Lambda invocations"), "{}", finding.seen);
    }
    let excluded = lambda(json!([{"field": "resources.ARN", "notEquals": [pay]}]));
    let finding = one(&world(&[put(700, "main", "advancedEventSelectors", excluded)]));
    assert_eq!(finding.function.as_deref(), Some(pay.as_str()), "only it is lost");
}

#[test]
fn management_events_that_escape_are_found() {
    let none = json!([{"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}, {"field": "resources.type", "equals": ["AWS::Lambda::Function"]}]}]);
    let finding = one(&world(&[put(700, "main", "advancedEventSelectors", none)]));
    assert!(
        finding.severity == Severity::High && finding.seen.contains("management events"),
        "{}",
        finding.seen
    );
}

#[test]
fn what_records_as_much_or_more_is_nothing() {
    for selectors in [lambda(json!([])), json!(null)] {
        let shape = if selectors.is_null() { "eventSelectors" } else { "advancedEventSelectors" };
        let selectors = if selectors.is_null() { basic(&[ALL], "All", true) } else { selectors };
        let all = found(&world(&[put(700, "main", shape, selectors)]));
        assert!(of(&all, "TRL-03").is_empty(), "{all:#?}");
    }
}

#[test]
fn what_another_trail_records_as_well_is_a_note() {
    let mut records = world(&[put(700, "main", "eventSelectors", basic(&[], "All", true))]);
    records.extend(made("second"));
    let finding = one(&records);
    assert_eq!(finding.severity, Severity::Note);
    let mut records =
        world(&[change(700, "cloudtrail", "StopLogging", &user(SHOP, "eve"), json!({"name": "main"}))]);
    records.extend(made("second"));
    let all = found(&records);
    let stopped = of(&all, "TRL-01")[0];
    assert_eq!(stopped.severity, Severity::Low, "it is a person who stopped it: {stopped:#?}");
    assert!(stopped.remark.as_deref().unwrap().contains("second records the same"));
}

#[test]
fn another_recorder_has_to_record_all_of_it() {
    let told = |records: &[Value]| {
        let all = found(records);
        let stopped = of(&all, "TRL-02")[0].clone();
        (stopped.severity, stopped.remark.unwrap_or_default())
    };
    let gone =
        |name: &str| change(700, "cloudtrail", "DeleteTrail", &user(SHOP, "eve"), json!({"name": name}));
    let alone = told(&[gone("old")]);
    // Nobody knows what the trail recorded.
    assert_eq!(told(&[made("second"), vec![gone("old")]].concat()), alone);
    // The other one records less: one Region, one function, reads alone.
    let known = |mut other: Vec<Value>, selectors: Value| {
        other[1] = with(put(1, "second", "eventSelectors", selectors), &[("eventID", json!("second-2"))]);
        told(&[made("main"), other, vec![gone("main")]].concat())
    };
    let whole = known(made("second"), basic(&[ALL], "All", true));
    assert!(whole.0 == Severity::Low && whole.1.contains("second records the same"), "{whole:?}");
    for selectors in [
        basic(&[&function("pay")], "All", true),
        basic(&[ALL], "ReadOnly", true),
        basic(&[ALL], "All", false),
    ] {
        let narrow = known(made("second"), selectors.clone());
        assert!(
            narrow.0 == Severity::High && !narrow.1.contains("records the same"),
            "{selectors}: {narrow:?}"
        );
    }
    let mut near = made("second");
    near[0]["requestParameters"]["isMultiRegionTrail"] = json!(false);
    near[0]["responseElements"]["isMultiRegionTrail"] = json!(false);
    let near = known(near, basic(&[ALL], "All", true));
    assert!(near.0 == Severity::High && !near.1.contains("records the same"), "{near:?}");
}

#[test]
fn a_gap_ends_with_the_call_that_restores_it_and_its_calls_are_counted() {
    let records = world(&[
        put(700, "main", "eventSelectors", basic(&[], "All", true)),
        put(900, "main", "advancedEventSelectors", lambda(json!([]))),
    ]);
    let hour = |hour: i64| moment(0) + hour * HOUR_MILLIS;
    let counts = [(hour(10), 5), (hour(12), 7), (hour(14), 11), (hour(16), 13)].into_iter().collect();
    let settings = Settings {
        now: moment(400 * DAY),
        counts: [(function("pay"), counts)].into_iter().collect(),
        ..Settings::default()
    };
    let all = found_with(&records, &settings);
    let finding = of(&all, "TRL-03")[0];
    assert!(finding.seen.contains("until PutEventSelectors at 2026-03-01T15:00:00Z"), "{}", finding.seen);
    assert!(finding.seen.contains("CloudWatch counts 18 invocations"), "{}", finding.seen);
}

#[test]
fn a_stopped_trail_says_what_it_lost() {
    let stop =
        change(700, "cloudtrail", "StopLogging", &user(SHOP, "eve"), json!({"name": trail_arn("main")}));
    let start = change(760, "cloudtrail", "StartLogging", &user(SHOP, "eve"), json!({"name": "main"}));
    let all = found(&world(&[stop, start]));
    let finding = of(&all, "TRL-01")[0];
    let remark = finding.remark.as_deref().unwrap();
    assert!(
        finding.severity == Severity::High && remark.contains("until StartLogging at 2026-03-01T12:40:00Z"),
        "{remark}"
    );
}

#[test]
fn where_the_state_before_is_unknown_the_records_decide() {
    let narrowed = put(700, "main", "eventSelectors", basic(&[], "All", true));
    let mut records = calls(10, 690, "pay");
    records.push(narrowed.clone());
    let finding = one(&records);
    assert!(
        finding.severity == Severity::High && finding.seen.contains("left records until then"),
        "{}",
        finding.seen
    );
    assert!(
        finding.seen.contains("function:pay in"),
        "the example is a function that there is: {}",
        finding.seen
    );
    // A trail of another account, of which nobody knows whether it reaches this one.
    let foreign = with(narrowed.clone(), &[("recipientAccountId", json!("444455556666"))]);
    let mut records = calls(10, 690, "pay");
    records.push(foreign);
    assert_eq!(one(&records).severity, Severity::Note);
    // Calls that leave records afterwards are recorded by somebody.
    let mut records = calls(10, 1400, "pay");
    records.push(narrowed.clone());
    assert_eq!(one(&records).severity, Severity::Note);
    // Without a single call nothing shows that any was recorded.
    assert_eq!(one(&[narrowed]).severity, Severity::Note);
}

#[test]
fn an_event_data_store_that_is_narrowed_is_found() {
    let admin = session(SHOP, "admin", "ann");
    let arn = format!("arn:aws:cloudtrail:{REGION}:{SHOP}:eventdatastore/1");
    let create = change(
        0,
        "cloudtrail",
        "CreateEventDataStore",
        &admin,
        json!({"name": "lake", "advancedEventSelectors": lambda(json!([]))}),
    );
    let create = with(
        create,
        &[(
            "responseElements",
            json!({"eventDataStoreArn": arn, "multiRegionEnabled": true, "organizationEnabled": false}),
        )],
    );
    let mut records = vec![create];
    records.extend(calls(10, 600, "pay"));
    let renamed = change(
        650,
        "cloudtrail",
        "UpdateEventDataStore",
        &admin,
        json!({"eventDataStore": arn, "name": "other"}),
    );
    records.push(renamed);
    assert!(of(&found(&records), "TRL-05").is_empty());
    let narrowed = lambda(json!([{"field": "eventName", "notEquals": ["Invoke"]}]));
    records.push(change(
        700,
        "cloudtrail",
        "UpdateEventDataStore",
        &admin,
        json!({"eventDataStore": arn, "advancedEventSelectors": narrowed}),
    ));
    let all = found(&records);
    let finding = of(&all, "TRL-05")[0];
    assert!(
        finding.severity == Severity::High && finding.seen.contains("Lambda invocations of pay"),
        "{}",
        finding.seen
    );
    let stop =
        change(800, "cloudtrail", "StopEventDataStoreIngestion", &admin, json!({"eventDataStore": arn}));
    assert_eq!(of(&found(&[stop]), "TRL-05")[0].severity, Severity::High);
}

#[test]
fn invocations_that_only_cloudwatch_counts_are_found() {
    let hour = |hour: i64| moment(0) + hour * HOUR_MILLIS;
    let counts = (0..40).map(|at| (hour(at), 20)).collect();
    let settings = Settings {
        now: moment(400 * DAY),
        counts: [(function("pay"), counts)].into_iter().collect(),
        ..Settings::default()
    };
    let mut records = calls(5, 600, "pay");
    assert!(
        of(&found_with(&records, &settings), "TRL-10").is_empty(),
        "nothing is known of the hours after the records"
    );
    records.extend(calls(2000, 2100, "mail"));
    let all = found_with(&records, &settings);
    let finding = of(&all, "TRL-10")[0];
    assert!(finding.seen.contains("none of them has a record"), "{}", finding.seen);
    assert!(finding.time > moment(600), "{}", finding.seen);
}
