//! What a change does where the document names nothing: other Regions, other accounts, the Region that a recorder leaves; and what is no loss.

use crate::plan::{Change, applied, arn, every, field, function, judged, plan, read, trail, with, without};
use audit::answer::Conclusion;
use audit::exception::Exception;
use audit::{Options, audit};
use serde_json::{Value, json};
use templates::document::About;
use templates::gate::{Gate, gate};
use templates::proposal::{Defaults, merge};

/// Advanced selectors of functions with these conditions: field, operator, value.
fn advanced(conditions: &[(&str, &str, &str)]) -> Value {
    let mut all = vec![
        field("eventCategory", "equals", &["Data"]),
        field("resources.type", "equals", &["AWS::Lambda::Function"]),
    ];
    all.extend(conditions.iter().map(|(name, operator, value)| field(name, operator, &[value])));
    json!({"advanced_event_selector": [{"name": "functions", "field_selector": all}]})
}

fn alone(changes: &[Change]) -> Gate {
    judged(&read(&plan(changes)), None).1
}

fn regions(on: bool) -> Value {
    json!({"is_multi_region_trail": on})
}

#[test]
fn a_trail_that_leaves_the_other_regions_stops_recording_them() {
    let (far, near) = (trail("main", every()), with(trail("main", every()), regions(false)));
    let gate = alone(&[Change::update("aws_cloudtrail.a", far.clone(), near.clone())]);
    assert_eq!(gate.conclusion, Conclusion::No);
    let (_, region) = gate.stops[0].narrowing.place.clone().unwrap();
    assert!(gate.stops[0].certain && region != "eu-west-1", "{region}");
    // Another trail that records all Regions makes up for it.
    let second = Change::keep("aws_cloudtrail.b", trail("second", every()));
    let gate = alone(&[Change::update("aws_cloudtrail.a", far.clone(), near.clone()), second]);
    assert_eq!((gate.conclusion, gate.stops.len()), (Conclusion::Yes, 0));
    // What was one Region before stays one, and the other way round something starts.
    let gate = alone(&[Change::keep("aws_cloudtrail.a", near.clone())]);
    assert_eq!(gate.conclusion, Conclusion::Nothing);
    assert_eq!(alone(&[Change::update("aws_cloudtrail.a", near, far.clone())]).stops, []);
    // Selectors that list functions of one other Region.
    let there = "arn:aws:lambda:ap-south-1:111122223333:function:orders";
    let listed = advanced(&[("resources.ARN", "equals", there)]);
    let (far, near) = (trail("main", listed.clone()), with(trail("main", listed), regions(false)));
    assert_eq!(alone(&[Change::update("aws_cloudtrail.a", far, near)]).conclusion, Conclusion::No);
}

#[test]
fn reach_that_is_known_only_after_apply_is_no_yes() {
    for name in ["is_multi_region_trail", "is_organization_trail"] {
        let was = with(trail("main", every()), json!({name: true}));
        let is = without(was.clone(), &[name]);
        let change = Change::update("aws_cloudtrail.a", was, is.clone()).unknown(json!({name: true}));
        assert_eq!(alone(&[change]).conclusion, Conclusion::Undetermined, "{name}");
        // One that did not reach as far loses nothing.
        let was = with(trail("main", every()), json!({name: false}));
        let change = Change::update("aws_cloudtrail.a", was, is).unknown(json!({name: true}));
        assert_ne!(alone(&[change]).conclusion, Conclusion::No, "{name}");
    }
}

#[test]
fn a_recorder_that_moves_stops_recording_where_it_was() {
    let old = with(trail("main", every()), regions(false));
    let new =
        without(with(old.clone(), json!({"region": "us-east-1", "home_region": "us-east-1"})), &["arn"]);
    let orders = Change::keep("aws_lambda_function.orders", function("orders"));
    for actions in [["create", "delete"], ["delete", "create"]] {
        let moved =
            Change::new("aws_cloudtrail.a", &actions, old.clone(), new.clone()).unknown(json!({"arn": true}));
        let gate = alone(&[moved, orders.clone()]);
        assert_eq!(gate.conclusion, Conclusion::No, "{actions:?}");
        let lost: Vec<&str> = gate.turns.iter().filter_map(|turn| turn.arn.as_deref()).collect();
        assert_eq!(lost, [arn("orders")], "{actions:?}");
        assert!(gate.stops.iter().all(|one| one.narrowing.place.as_ref().unwrap().1 == "eu-west-1"));
    }
    // To a Region that is known only after apply.
    let open = without(new, &["region", "home_region"]);
    let moved = Change::new("aws_cloudtrail.a", &["create", "delete"], old, open)
        .unknown(json!({"arn": true, "region": true, "home_region": true}));
    assert_eq!(alone(&[moved, orders]).conclusion, Conclusion::Undetermined);
}

#[test]
fn events_that_never_happen_are_no_loss() {
    for narrower in [
        [("readOnly", "equals", "false")],
        [("eventSource", "equals", "lambda.amazonaws.com")],
        [("resources.ARN", "starts_with", "arn:aws:lambda:")],
    ] {
        let (was, is) = (trail("main", advanced(&[])), trail("main", advanced(&narrower)));
        let gate = alone(&[Change::update("aws_cloudtrail.a", was, is)]);
        assert_eq!((gate.conclusion, gate.stops.as_slice()), (Conclusion::Yes, &[][..]), "{narrower:?}");
    }
    let orders = arn("orders");
    // What may happen counts, also beside something that may not.
    for narrower in [
        vec![("readOnly", "equals", "true")],
        vec![("readOnly", "equals", "false"), ("resources.ARN", "not_equals", orders.as_str())],
        vec![("eventName", "not_equals", "InvokeExecution")],
    ] {
        let (was, is) = (trail("main", advanced(&[])), trail("main", advanced(&narrower)));
        let gate = alone(&[Change::update("aws_cloudtrail.a", was, is)]);
        assert_eq!(gate.conclusion, Conclusion::No, "{narrower:?}");
        assert!(gate.stops[0].narrowing.event.as_ref().unwrap().name.starts_with("Invoke"), "{narrower:?}");
    }
}

#[test]
fn a_trail_deleted_at_one_address_and_made_at_another_may_be_missing() {
    let gone = Change::delete("aws_cloudtrail.old", trail("main", every()));
    let made = Change::create("aws_cloudtrail.new", trail("main", every()));
    let inventory = applied(&[Change::keep("aws_cloudtrail.old", trail("main", every()))]);
    for over in [None, Some(&inventory)] {
        let (_, gate) = judged(&read(&plan(&[gone.clone(), made.clone()])), over);
        assert_eq!(gate.conclusion, Conclusion::Undetermined);
        let twice = About::Twice("aws_cloudtrail.old".to_owned());
        assert!(gate.doubts.iter().any(|one| one.about == twice), "{:?}", gate.doubts);
    }
}

#[test]
fn what_is_left_out_and_accepted_decides_nothing() {
    let narrow = advanced(&[("resources.ARN", "not_equals", &arn("orders"))]);
    let change = Change::update("aws_cloudtrail.a", trail("main", advanced(&[])), trail("main", narrow));
    let inventory = applied(&[
        Change::keep("aws_cloudtrail.a", trail("main", advanced(&[]))),
        Change::keep("aws_lambda_function.orders", function("orders")),
    ]);
    let document = read(&plan(&[change]));
    let proposal = merge(&document, Some(&inventory), &Defaults::default());
    let answer = |functions: Vec<String>| {
        let exceptions = [Exception {
            id: "e".to_owned(),
            functions,
            owner: "o".to_owned(),
            reason: "r".to_owned(),
            until: "2099-01-01".to_owned(),
            ..Exception::default()
        }];
        let options = Options { exceptions: &exceptions, today: "2026-11-23", ..Options::default() };
        let (before, after) = (audit(&proposal.before, &options), audit(&proposal.after, &options));
        gate(&document, &proposal, (&before, &after), &options, None).conclusion
    };
    assert_eq!(answer(vec![arn("orders")]), Conclusion::Yes);
    assert_eq!(answer(vec![arn("other")]), Conclusion::No);
}
