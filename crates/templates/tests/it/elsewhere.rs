//! What a change does where the document names nothing: other Regions, other accounts, the Region that a recorder leaves; and what is no loss.

use crate::plan::{
    Change, applied, arn, basic, every, field, function, judged, plan, read, trail, with, without,
};
use audit::answer::Conclusion;
use audit::exception::Exception;
use audit::exception::matching::Match;
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
fn every_class_of_regions_that_selectors_tell_apart_is_judged() {
    let changed = |was: Value, is: Value| {
        alone(&[Change::update("aws_cloudtrail.a", trail("main", was), trail("main", is))]).conclusion
    };
    let regions = [
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eu-central-1",
        "eu-north-1",
        "ap-south-1",
        "ap-northeast-1",
        "ap-southeast-1",
        "sa-east-1",
    ];
    let listed = |without: &str| {
        let named = regions.iter().filter(|region| **region != without);
        let arns: Vec<String> =
            named.map(|region| format!("arn:aws:lambda:{region}:111122223333:function:f")).collect();
        basic(&arns.iter().map(String::as_str).collect::<Vec<_>>())
    };
    for region in regions {
        assert_eq!(changed(listed(""), listed(region)), Conclusion::No, "{region}");
    }
    let starts = |values: &[&str]| {
        let mut both = json!({"advanced_event_selector": []});
        for value in values {
            let one = advanced(&[("resources.ARN", "starts_with", value)]);
            both["advanced_event_selector"]
                .as_array_mut()
                .unwrap()
                .push(one["advanced_event_selector"][0].clone());
        }
        both
    };
    let (us, eu) = ("arn:aws:lambda:us-", "arn:aws:lambda:eu-");
    assert_eq!(changed(starts(&[us, eu]), starts(&[eu])), Conclusion::No);
    let not_eu = advanced(&[("resources.ARN", "not_starts_with", eu)]);
    assert_eq!(changed(advanced(&[]), not_eu.clone()), Conclusion::No);
    assert_ne!(changed(not_eu, advanced(&[])), Conclusion::No);
}

#[test]
fn calls_of_functions_of_other_accounts_in_the_region_count() {
    let own = advanced(&[("resources.ARN", "starts_with", "arn:aws:lambda:eu-west-1:111122223333:")]);
    let near = |selectors: Value| with(trail("main", selectors), regions(false));
    let gate = alone(&[Change::update("aws_cloudtrail.a", near(advanced(&[])), near(own))]);
    assert_eq!(gate.conclusion, Conclusion::No);
    // Those of other Regions are no events of this one.
    let here = advanced(&[("resources.ARN", "starts_with", "arn:aws:lambda:eu-west-1:")]);
    let gate = alone(&[Change::update("aws_cloudtrail.a", near(advanced(&[])), near(here))]);
    assert_eq!((gate.conclusion, gate.stops.as_slice()), (Conclusion::Yes, &[][..]));
}

#[test]
fn recorders_that_go_together_make_up_for_none_of_them() {
    let again = |address: &str, name: &str| {
        let new = without(trail(&format!("{name}-new"), every()), &["arn"]);
        Change::new(address, &["delete", "create"], trail(name, every()), new).unknown(json!({"arn": true}))
    };
    let keep = |address: &str, name: &str| Change::keep(address, trail(name, every()));
    let both = [again("aws_cloudtrail.a", "a"), again("aws_cloudtrail.b", "b")];
    let gate = alone(&both);
    assert_eq!((gate.conclusion, gate.interruptions.len()), (Conclusion::No, 2));
    let one = [again("aws_cloudtrail.a", "a"), keep("aws_cloudtrail.b", "b")];
    assert_eq!(alone(&one).conclusion, Conclusion::Yes);
    for other in [
        Change::delete("aws_cloudtrail.b", trail("b", every())),
        Change::update("aws_cloudtrail.b", trail("b", every()), trail("b", json!({}))),
        Change::update(
            "aws_cloudtrail.b",
            trail("b", every()),
            with(trail("b", every()), json!({"enable_logging": false})),
        ),
        Change::update("aws_cloudtrail.b", trail("b", json!({})), trail("b", every())),
    ] {
        let gate = alone(&[again("aws_cloudtrail.a", "a"), other.clone()]);
        assert_eq!(gate.conclusion, Conclusion::No, "{:?}", other.actions);
    }
}

#[test]
fn one_that_is_deleted_while_another_is_made_may_leave_a_gap() {
    let gone = Change::delete("aws_cloudtrail.old", trail("old", every()));
    let made = Change::create("aws_cloudtrail.new", trail("new", every()));
    let gate = alone(&[gone.clone(), made.clone()]);
    assert_eq!((gate.conclusion, gate.interruptions.len()), (Conclusion::Undetermined, 1));
    let third = Change::keep("aws_cloudtrail.third", trail("third", every()));
    assert_eq!(alone(&[gone.clone(), made, third]).conclusion, Conclusion::Yes);
    let gate = alone(&[gone]);
    assert_eq!((gate.conclusion, gate.interruptions.len()), (Conclusion::No, 0));
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
        gate(&document, &proposal, &before, &after, &options, None).conclusion
    };
    assert_eq!(answer(vec![arn("orders")]), Conclusion::Yes);
    assert_eq!(answer(vec![arn("other")]), Conclusion::No);
}

#[test]
fn what_a_pattern_accepts_of_new_functions_decides_nothing() {
    let left_out = advanced(&[("resources.ARN", "not_starts_with", &arn("dev-"))]);
    let change = Change::update("aws_cloudtrail.a", trail("main", advanced(&[])), trail("main", left_out));
    let inventory = applied(&[Change::keep("aws_cloudtrail.a", trail("main", advanced(&[])))]);
    let document = read(&plan(&[change]));
    let proposal = merge(&document, Some(&inventory), &Defaults::default());
    let answer = |arns: &[&str]| {
        let matched = Match {
            controls: vec!["lambda-invocations-recorded".to_owned()],
            arns: arns.iter().map(|one| (*one).to_owned()).collect(),
            ..Match::default()
        };
        let exceptions = [Exception {
            id: "e".to_owned(),
            matched: Some(Box::new(matched)),
            owner: "o".to_owned(),
            reason: "r".to_owned(),
            until: "2099-01-01".to_owned(),
            ..Exception::default()
        }];
        let options = Options { exceptions: &exceptions, today: "2026-11-23", ..Options::default() };
        let (before, after) = (audit(&proposal.before, &options), audit(&proposal.after, &options));
        gate(&document, &proposal, &before, &after, &options, None).conclusion
    };
    assert_eq!(answer(&["dev-*"]), Conclusion::Yes);
    assert_eq!(answer(&[]), Conclusion::Yes);
    assert_eq!(answer(&["dev-a*"]), Conclusion::No);
    assert_eq!(answer(&["prod-*"]), Conclusion::No);
}
