//! What a change does to recording.

use crate::plan::{
    Change, TRAIL, advanced, applied, arn, basic, document, every, function, judged, read, trail, with,
    without,
};
use audit::answer::Conclusion;
use audit::inventory::Inventory;
use recording::State;
use serde_json::{Value, json};
use templates::gate::{FaultKind, Gate};

fn over(changes: &[Change], inventory: &Inventory) -> Gate {
    judged(&document(changes), Some(inventory)).1
}

fn alone(changes: &[Change]) -> Gate {
    judged(&document(changes), None).1
}

/// A trail that records every function, and two functions.
fn acme(selectors: Value) -> Inventory {
    applied(&[
        Change::keep("aws_cloudtrail.a", trail("main", selectors)),
        Change::keep("aws_lambda_function.orders", function("orders")),
        Change::keep("aws_lambda_function.payroll", function("payroll")),
    ])
}

fn faults(gate: &Gate) -> Vec<&'static str> {
    gate.faults.iter().map(|fault| fault.kind.code()).collect()
}

#[test]
fn nothing_is_nothing() {
    let gate = over(&[Change::keep("aws_cloudtrail.a", trail("main", every()))], &acme(every()));
    assert_eq!((gate.conclusion, gate.stops.len(), gate.starts.len()), (Conclusion::Nothing, 0, 0));
    assert_eq!(alone(&[]).conclusion, Conclusion::Nothing);
}

#[test]
fn selectors_that_leave_a_function_out_stop_recording_it() {
    let narrow = basic(&[&arn("orders")]);
    let change = Change::update("aws_cloudtrail.a", trail("main", every()), trail("main", narrow));
    let gate = over(&[change], &acme(every()));
    assert_eq!(gate.conclusion, Conclusion::No);
    let [stop] = gate.stops.as_slice() else { panic!("{:?}", gate.stops) };
    assert!(stop.certain && stop.resource == Some(0));
    assert_eq!(stop.narrowing.recorder, TRAIL);
    let lost: Vec<&str> = gate.turns.iter().filter_map(|turn| turn.arn.as_deref()).collect();
    assert_eq!(lost, [arn("payroll")]);
    let turn = &gate.turns[0];
    assert_eq!((turn.before, turn.after), (State::Recorded, State::NotRecorded));
    let witness = turn.witness.as_ref().unwrap();
    assert_eq!(witness.resource.as_ref().unwrap().arn, arn("payroll"));
    assert_eq!(gate.starts, []);
}

#[test]
fn logging_off_deletion_and_one_region_stop_it_too() {
    let full = || trail("main", every());
    for change in [
        Change::update("aws_cloudtrail.a", full(), with(full(), json!({"enable_logging": false}))),
        Change::delete("aws_cloudtrail.a", full()),
    ] {
        let gate = over(&[change], &acme(every()));
        assert_eq!(gate.conclusion, Conclusion::No);
        assert!(gate.stops[0].certain);
    }
    let second = trail("second", every());
    let covered = applied(&[
        Change::keep("aws_cloudtrail.a", full()),
        Change::keep("aws_cloudtrail.b", second),
        Change::keep("aws_lambda_function.orders", function("orders")),
    ]);
    let gate = over(&[Change::delete("aws_cloudtrail.a", full())], &covered);
    assert_eq!((gate.conclusion, gate.stops.len()), (Conclusion::Yes, 0));
}

#[test]
fn what_starts_is_shown_with_a_witness() {
    let change = Change::update("aws_cloudtrail.a", trail("main", json!({})), trail("main", every()));
    let gate = over(&[change], &acme(json!({})));
    assert_eq!(gate.conclusion, Conclusion::Yes);
    let [start] = gate.starts.as_slice() else { panic!("{:?}", gate.starts) };
    assert!(start.certain && start.narrowing.event.is_some());
    assert_eq!(gate.stops, []);
    assert!(gate.turns.iter().all(|turn| turn.after == State::Recorded && turn.witness.is_some()));
    assert_eq!(gate.turns.len(), 3);
    let gate = alone(&[Change::create("aws_cloudtrail.a", trail("main", every()))]);
    assert_eq!((gate.conclusion, gate.starts.len()), (Conclusion::Yes, 1));
}

#[test]
fn new_functions_are_answered() {
    let named = acme(basic(&[&arn("orders"), &arn("payroll")]));
    let nameless = Change::create("aws_lambda_function.odd", without(function("x"), &["function_name"]))
        .unknown(json!({"function_name": true, "arn": true}));
    let new = [Change::create("aws_lambda_function.refunds", function("refunds")), nameless];
    let gate = over(&new, &named);
    let told: Vec<(Option<&str>, State)> =
        gate.functions.iter().map(|one| (one.arn.as_deref(), one.state)).collect();
    assert_eq!(told, [(Some(arn("refunds").as_str()), State::NotRecorded), (None, State::Undetermined)]);
    assert_eq!(gate.functions[0].witness.as_ref().unwrap().resource.as_ref().unwrap().arn, arn("refunds"));
    assert_eq!(gate.conclusion, Conclusion::No);
    assert_eq!(over(&new[1..], &named).conclusion, Conclusion::Undetermined);
    let gate = over(&new, &acme(every()));
    assert!(gate.functions.iter().all(|one| one.state == State::Recorded));
    assert_eq!(gate.conclusion, Conclusion::Yes);
    assert_eq!(over(&new[1..], &acme(json!({}))).functions[0].state, State::NotRecorded);
}

#[test]
fn a_function_where_nobody_looked_is_undetermined() {
    let far = with(function("far"), json!({"region": "eu-central-1"}));
    let gate = over(&[Change::create("aws_lambda_function.far", far)], &acme(every()));
    assert_eq!((gate.functions[0].state, gate.functions[0].proof), (State::Undetermined, None));
    assert_eq!(gate.conclusion, Conclusion::Undetermined);
}

#[test]
fn trails_are_faulted_for_what_they_are() {
    let bare = json!({"is_multi_region_trail": false, "enable_log_file_validation": false});
    let gate = alone(&[Change::create("aws_cloudtrail.a", trail("main", bare.clone()))]);
    assert_eq!(faults(&gate), ["validation_off", "one_region"]);
    assert!(gate.faults.iter().all(|fault| !fault.was_so));
    let gate = alone(&[Change::keep("aws_cloudtrail.a", trail("main", bare))]);
    assert!(gate.faults.iter().all(|fault| fault.was_so));
    let open = Change::create(
        "aws_cloudtrail.a",
        without(trail("main", json!({})), &["enable_log_file_validation"]),
    );
    let gate = alone(&[open.unknown(json!({"enable_log_file_validation": true}))]);
    assert_eq!(faults(&gate), ["validation_unknown"]);
}

fn bucket(address: &str, actions: &[&'static str], name: &str) -> Change {
    let side = |there: bool| if there { json!({"bucket": name}) } else { Value::Null };
    Change::new(address, actions, side(actions != ["create"]), side(actions != ["delete"]))
}

#[test]
fn a_trail_whose_bucket_is_deleted_records_nothing() {
    let gate = over(&[bucket("aws_s3_bucket.logs", &["delete"], "acme-logs")], &acme(every()));
    let kind = FaultKind::BucketDeleted { bucket: "acme-logs".to_owned() };
    assert_eq!((gate.faults[0].kind.clone(), gate.faults[0].trail.as_str()), (kind, TRAIL));
    assert_eq!(gate.conclusion, Conclusion::No);
    assert!(gate.stops[0].certain);
    let other = over(&[bucket("aws_s3_bucket.logs", &["delete"], "other")], &acme(every()));
    assert_eq!((other.faults.len(), other.conclusion), (0, Conclusion::Nothing));
    // A trail that moves to another bucket in the same change loses nothing.
    let moved = trail("main", with(every(), json!({"s3_bucket_name": "elsewhere"})));
    let change = Change::update("aws_cloudtrail.a", trail("main", every()), moved);
    let gate = over(&[bucket("aws_s3_bucket.logs", &["delete"], "acme-logs"), change], &acme(every()));
    assert_eq!((gate.faults.len(), gate.stops.len()), (0, 0));
}

#[test]
fn a_bucket_or_policy_that_is_made_anew_is_in_doubt() {
    for changes in [
        vec![bucket("aws_s3_bucket.logs", &["delete", "create"], "acme-logs")],
        vec![
            bucket("aws_s3_bucket.logs", &["delete"], "acme-logs"),
            bucket("aws_s3_bucket.again", &["create"], "acme-logs"),
        ],
        vec![Change::delete("aws_s3_bucket_policy.p", json!({"bucket": "acme-logs", "policy": "{}"}))],
        vec![Change::create("aws_s3_bucket_policy.p", json!({"bucket": "acme-logs", "policy": "{}"}))],
    ] {
        let gate = over(&changes, &acme(every()));
        assert_eq!(gate.conclusion, Conclusion::Undetermined, "{}", changes[0].address);
        assert!(gate.stops.iter().all(|stop| !stop.certain));
    }
    let policy = r#"{"Statement":[{"Principal":{"Service":"cloudtrail.amazonaws.com"}}]}"#;
    let good = Change::create("aws_s3_bucket_policy.p", json!({"bucket": "acme-logs", "policy": policy}));
    let open = Change::create("aws_s3_bucket_policy.p", json!({"bucket": "acme-logs"}))
        .unknown(json!({"policy": true}));
    for change in [good, open] {
        assert_eq!(over(&[change], &acme(every())).conclusion, Conclusion::Nothing);
    }
}

#[test]
fn a_trail_that_is_deleted_before_its_successor_is_there_interrupts() {
    let change = |actions: &[&'static str]| {
        let new = without(trail("second", every()), &["arn"]);
        Change::new("aws_cloudtrail.a", actions, trail("main", every()), new).unknown(json!({"arn": true}))
    };
    let gate = over(&[change(&["delete", "create"])], &acme(every()));
    assert_eq!((gate.stops.len(), gate.interruptions.len()), (0, 1));
    assert!(gate.interruptions[0].loss.certain);
    assert_eq!(gate.conclusion, Conclusion::No);
    let gate = over(&[change(&["create", "delete"])], &acme(every()));
    assert_eq!((gate.stops.len(), gate.interruptions.len(), gate.conclusion), (0, 0, Conclusion::Yes));
}

#[test]
fn copies_that_are_new_are_named() {
    let gate = over(&[Change::create("aws_cloudtrail.b", trail("second", every()))], &acme(every()));
    let [copies] = gate.copies.as_slice() else { panic!("{:?}", gate.copies) };
    assert_eq!((copies.recorders.len(), copies.resources), (2, 2));
    assert_eq!(over(&[Change::keep("aws_cloudtrail.a", trail("main", every()))], &acme(every())).copies, []);
}

#[test]
fn what_the_file_leaves_open_keeps_the_answer_from_being_yes() {
    let stack = Change::update("aws_cloudformation_stack.s", json!({}), json!({}));
    assert_eq!(over(&[stack], &acme(every())).conclusion, Conclusion::Undetermined);
    let mut plan = crate::plan::plan(&[]);
    plan["errored"] = json!(true);
    assert_eq!(judged(&read(&plan), Some(&acme(every()))).1.conclusion, Conclusion::Undetermined);
}

#[test]
fn count_and_for_each_are_one_resource_each() {
    let changes: Vec<Change> = (0..3)
        .map(|at| format!("module.m[\"x\"].aws_lambda_function.f[{at}]"))
        .enumerate()
        .map(|(at, address)| Change::create(&address, function(&format!("f{at}"))))
        .collect();
    let gate = over(&changes, &acme(advanced("notEquals", &[])));
    assert_eq!(gate.functions.len(), 3);
    assert!(gate.functions.iter().all(|one| one.state == State::Recorded));
}

#[test]
fn five_thousand_functions_are_judged() {
    let mut changes: Vec<Change> = (0..5_000)
        .map(|at| Change::create(&format!("aws_lambda_function.f[{at}]"), function(&format!("f{at}"))))
        .collect();
    changes.push(Change::create("aws_cloudtrail.a", trail("main", basic(&[&arn("f7")]))));
    let gate = alone(&changes);
    let recorded = gate.functions.iter().filter(|one| one.state == State::Recorded).count();
    assert_eq!((gate.functions.len(), recorded, gate.conclusion), (5_000, 1, Conclusion::No));
}
