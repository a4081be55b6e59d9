//! People who share a role: habits are each person's own, and several rare signs on one day are a finding. INV-20, LAM-05, INV-06; and what
//! was strange twice is not a habit of a machine or a key: INV-03, INV-11, INV-18.

use crate::inv_who::{in_month, on};
use crate::world::{DAY, SHOP, call, change, daily, of, session, user, with};
use serde_json::{Value, json};

const ROLE: &str = "AWSReservedSSO_Dev_0123456789abcdef";

fn person(name: &str) -> Value {
    session(SHOP, ROLE, &format!("{name}@shop.example"))
}

/// A call by hand.
fn by_hand(minutes: i64, name: &str, who: &Value) -> Value {
    with(call(minutes, name, who), &[("userAgent", json!("aws-cli/2.15.0"))])
}

/// A person who calls one function from the office on each day of the month, at 10.
fn worker(name: &str) -> Vec<Value> {
    (0..30).map(|day| by_hand(day * DAY + 605, "cart", &person(name))).collect()
}

fn signs(more: impl IntoIterator<Item = Value>) -> usize {
    let mut records = worker("ann");
    records.extend(worker("bob"));
    records.extend(more);
    of(&in_month(records), "INV-20").len()
}

#[test]
fn two_rare_signs_of_one_person_on_one_day_are_a_finding() {
    let night = by_hand(on(27, 2), "pay", &person("ann"));
    assert_eq!(signs([night]), 1, "an hour and a function");
    let away = [("sourceIPAddress", json!("203.0.113.9")), ("userAgent", json!("Mozilla/5.0"))];
    assert_eq!(
        signs([with(by_hand(on(27, 10), "cart", &person("ann")), &away)]),
        1,
        "a network and a program"
    );
}

#[test]
fn one_sign_or_two_on_two_days_are_none() {
    assert_eq!(signs([by_hand(on(27, 10), "pay", &person("ann"))]), 0, "a function");
    assert_eq!(signs([by_hand(on(27, 2), "cart", &person("ann"))]), 0, "an hour");
    let apart = [by_hand(on(26, 10), "pay", &person("ann")), by_hand(on(27, 2), "cart", &person("ann"))];
    assert_eq!(signs(apart), 0);
}

#[test]
fn signs_of_two_people_do_not_add_up() {
    let both = [by_hand(on(27, 10), "pay", &person("ann")), by_hand(on(27, 2), "cart", &person("bob"))];
    assert_eq!(signs(both), 0);
}

#[test]
fn whoever_is_often_new_is_not_rare() {
    let lively = (10..26).step_by(3).map(|day| by_hand(on(day, 2 + day % 20), "pay", &person("ann")));
    let moving = (10..26).step_by(2).map(|day| {
        let address = json!(format!("203.{day}.113.9"));
        with(by_hand(on(day, 10), "cart", &person("ann")), &[("sourceIPAddress", address)])
    });
    let mut records: Vec<Value> = lively.chain(moving).collect();
    let before = signs(records.clone());
    let away = [("sourceIPAddress", json!("192.0.2.9"))];
    records.push(with(by_hand(on(27, 10), "events", &person("ann")), &away));
    assert_eq!(signs(records), before);
}

#[test]
fn a_person_is_not_judged_in_the_first_days() {
    let first = (24..27).map(|day| by_hand(on(day, 10), "cart", &person("eve")));
    assert_eq!(signs(first.chain([by_hand(on(27, 2), "pay", &person("eve"))])), 0);
}

fn code(minutes: i64, who: &Value) -> Value {
    let request = json!({"functionName": "cart", "dryRun": false});
    change(minutes, "lambda", "UpdateFunctionCode20150331v2", who, request)
}

#[test]
fn a_colleagues_habit_of_deploying_is_not_ones_own() {
    let habit = || (1..25).step_by(3).map(|day| code(on(day, 11), &person("bob")));
    let findings = |last: Option<Value>| of(&in_month(habit().chain(last)), "LAM-05").len();
    let before = findings(None);
    assert_eq!(findings(Some(code(on(27, 11), &person("bob")))), before, "his own");
    assert_eq!(
        findings(Some(code(on(27, 11), &person("ann")))),
        before + 1,
        "her first, from the same office"
    );
}

fn java(minutes: i64, address: &str) -> Value {
    let way = [("sourceIPAddress", json!(address)), ("userAgent", json!("aws-sdk-java/2.36.1"))];
    with(call(minutes, "cart", &user(SHOP, "batch")), &way)
}

#[test]
fn a_machine_that_works_at_home_does_not_move_by_being_stolen_twice() {
    let mut records: Vec<Value> = (0..30).map(|day| java(day * DAY + 610, "3.50.205.31")).collect();
    records.extend([java(on(18, 10), "146.98.1.1"), java(on(22, 10), "196.121.1.1")]);
    let third = java(on(27, 10), "45.37.88.85");
    let places = |records: Vec<Value>| of(&in_month(records), "INV-03").len();
    let before = places(records.clone());
    records.push(third);
    assert_eq!(places(records), before + 1);
    // One that calls from anywhere is not settled.
    let roams: Vec<Value> =
        (0..30).map(|day| java(day * DAY + 610, &format!("3.{}.205.31", day * 7))).collect();
    assert_eq!(places(roams), 0);
}

#[test]
fn two_strange_days_of_a_key_make_no_habit_of_another_way() {
    let mut records = vec![java(on(18, 10), "146.98.1.1"), java(on(20, 10), "146.98.1.1")];
    let keys = |records: &[Value]| of(&in_month(records.to_vec()), "INV-11").len();
    assert_eq!(keys(&records), 2);
    records.push(java(on(22, 10), "146.98.1.1"));
    assert_eq!(keys(&records), 2, "the same way on a third day");
    records.push(java(on(24, 10), "45.37.88.85"));
    assert_eq!(keys(&records), 3);
}

#[test]
fn few_errors_are_many_where_there_were_none() {
    let failed = |who: &Value, count: i64| -> Vec<Value> {
        let one = |at: i64| {
            let members = [
                ("errorCode", json!("ServiceException")),
                ("eventID", json!(crate::world::id(at, "failed"))),
            ];
            with(call(on(27, 10) + at % 30, "pay", who), &members)
        };
        (0..count).map(one).collect()
    };
    let bursts = |records: Vec<Value>| of(&in_month(records), "INV-18").len();
    let backend = session(SHOP, "backend", "i-0a1b2c3d4e5f60718");
    assert_eq!((bursts(failed(&backend, 30)), bursts(failed(&backend, 15))), (1, 0));
    // One that is not known for long.
    let young = session(SHOP, "young", "i-0a1b2c3d4e5f60719");
    let mut records = daily(24, 30, "pay", &young);
    records.extend(failed(&young, 30));
    assert_eq!(bursts(records), 0);
}
