//! Whatever is known only after apply, the answer is never better than with any value it may have.

use crate::plan::{
    Change, advanced, applied, arn, basic, document, every, function, judged, trail, with, without,
};
use audit::inventory::Inventory;
use recording::State;
use serde_json::{Value, json};
use templates::gate::Gate;

/// Every path of an object into its lists and objects, with the value there.
pub(crate) fn paths(value: &Value, at: &str, all: &mut Vec<String>) {
    let each: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, one)| (format!("{at}/{name}"), one)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, one)| (format!("{at}/{i}"), one)).collect(),
        _ => return,
    };
    for (path, one) in each {
        all.push(path.clone());
        paths(one, &path, all);
    }
}

/// As the plan shows a value that is unknown: left out or null in `after`, true in `after_unknown`.
pub(crate) fn hidden(attributes: &Value, path: &str) -> (Value, Value) {
    let steps: Vec<&str> = path.split('/').skip(1).collect();
    let mut after = attributes.clone();
    *after.pointer_mut(path).unwrap() = Value::Null;
    let unknown = steps.iter().rev().fold(json!(true), |inner, step| match step.parse::<usize>() {
        Ok(at) => {
            let mut items = vec![json!({}); at];
            items.push(inner);
            Value::Array(items)
        }
        Err(_) => json!({ (*step): inner }),
    });
    (after, unknown)
}

fn world() -> Inventory {
    applied(&[
        Change::keep("aws_lambda_function.orders", function("orders")),
        Change::keep("aws_lambda_function.payroll", function("payroll")),
    ])
}

fn rank(state: State) -> u8 {
    match state {
        State::Recorded => 0,
        State::Undetermined | State::PartiallyRecorded => 1,
        State::NotRecorded => 2,
    }
}

/// The states of both functions, and of any that may be made later.
fn states(gate: &Gate) -> Vec<State> {
    let of = |arn: Option<&str>| {
        let turn = gate.turns.iter().find(|turn| turn.arn.as_deref() == arn);
        turn.map_or(State::NotRecorded, |turn| turn.after)
    };
    vec![of(Some(&arn("orders"))), of(Some(&arn("payroll"))), of(None)]
}

/// Values that the provider takes in the place of one.
pub(crate) fn others(path: &str, value: &Value) -> Vec<Value> {
    let mut all = vec![value.clone()];
    let last = path.rsplit('/').next().unwrap();
    match value {
        Value::Bool(flag) => all.push(json!(!flag)),
        Value::Array(_) => all.push(json!([])),
        Value::String(_) => all.extend(match last {
            "read_write_type" => vec![json!("ReadOnly")],
            "type" => vec![json!("AWS::S3::Object")],
            "field" => vec![json!("eventName")],
            _ => vec![json!("arn:aws:lambda:eu-west-1:111122223333:function:nobody"), json!("Management")],
        }),
        _ => {}
    }
    all
}

#[test]
fn no_attribute_that_is_unknown_makes_the_answer_better() {
    let inventory = world();
    for selectors in
        [every(), basic(&[&arn("orders")]), advanced("", &[]), advanced("equals", &[&arn("orders")])]
    {
        let full = without(trail("main", selectors), &["arn", "cloud_watch_logs_group_arn", "tags"]);
        let known = |attributes: &Value| {
            let change = Change::create("aws_cloudtrail.a", attributes.clone());
            states(&judged(&document(&[change]), Some(&inventory)).1)
        };
        let mut all = Vec::new();
        paths(&full, "", &mut all);
        assert!(all.len() > 20);
        for path in all {
            // Where it is at home is said by the provider.
            if matches!(path.as_str(), "/region" | "/home_region" | "/insight_selector") {
                continue;
            }
            let value = full.pointer(&path).unwrap();
            let worst = others(&path, value).into_iter().map(|other| {
                let mut attributes = full.clone();
                *attributes.pointer_mut(&path).unwrap() = other;
                known(&attributes)
            });
            let worst: Vec<Vec<State>> = worst.collect();
            let (after, unknown) = hidden(&full, &path);
            let change = Change::create("aws_cloudtrail.a", after).unknown(unknown);
            let (proposal, gate) = judged(&document(&[change]), Some(&inventory));
            for (at, state) in states(&gate).into_iter().enumerate() {
                for states in &worst {
                    // Not better than any, and never a no where a value may make it a yes.
                    let known = states[at];
                    assert!(
                        state != State::Recorded || known == State::Recorded,
                        "{path}: {state:?}, {known:?}"
                    );
                    assert!(state != State::NotRecorded || rank(known) >= 1, "{path}: {state:?}, {known:?}");
                }
            }
            let decides = path.contains("selector") && !path.ends_with("/name") && *value != json!([])
                || matches!(
                    path.as_str(),
                    "/enable_logging" | "/is_multi_region_trail" | "/is_organization_trail"
                );
            assert!(!decides || !proposal.doubts.is_empty(), "{path}");
        }
    }
}

#[test]
fn what_is_known_beside_what_is_not_still_records() {
    let inventory = world();
    let made = |attributes: Value, unknown: Value| {
        let change = Change::create("aws_cloudtrail.a", attributes).unknown(unknown);
        judged(&document(&[change]), Some(&inventory))
    };
    let values = |unknown: Value| json!({"event_selector": [{"data_resource": [{"values": unknown}]}]});
    let two = basic(&[&arn("orders"), "x"]);
    let (_, gate) = made(trail("main", two), values(json!([false, true])));
    assert_eq!(states(&gate)[..2], [State::Recorded, State::Undetermined]);
    // Management events are recorded whatever the functions are.
    let (proposal, gate) = made(trail("main", every()), values(json!(true)));
    let management = gate.drift.controls.iter().find(|(id, ..)| id == "management-events-recorded");
    assert_eq!(management.map(|(.., after)| after.as_str()), Some("pass"));
    let paths: Vec<&str> = proposal.doubts.iter().map(|doubt| doubt.path.as_str()).collect();
    assert_eq!(paths, ["$.EventSelectors[0].DataResources[0].Values"]);
    // Which functions is unknown; that it is about functions of this kind is not.
    let second = json!({"advanced_event_selector": [{}, {"field_selector": [{}, {}, {"equals": [true]}]}]});
    let (proposal, gate) = made(trail("main", advanced("equals", &["x"])), second);
    assert_eq!(states(&gate), [State::Undetermined; 3]);
    assert_eq!(proposal.doubts[0].path, "$.AdvancedEventSelectors[1].FieldSelectors[2].Equals[0]");
    let management = gate.drift.controls.iter().find(|(id, ..)| id == "management-events-recorded");
    assert_eq!(management.map(|(.., after)| after.as_str()), Some("pass"));
}

#[test]
fn the_gap_says_what_is_open_and_where() {
    let after = with(trail("main", every()), json!({"enable_logging": null}));
    let change = Change::create("aws_cloudtrail.a", after).unknown(json!({"enable_logging": true}));
    let (proposal, gate) = judged(&document(&[change]), Some(&world()));
    assert_eq!(states(&gate), [State::Undetermined; 3]);
    let [gap] = proposal.after.gaps.as_slice() else { panic!("{:?}", proposal.after.gaps) };
    assert_eq!(gap.error, "`$.IsLogging` of aws_cloudtrail.a is known only after the change is applied");
    assert_eq!(gap.kind.as_str(), "after_apply");
    assert_eq!(gap.subject.as_deref(), Some("aws_cloudtrail.a"));
}

#[test]
fn a_resource_that_is_unknown_as_a_whole_has_no_defaults() {
    let whole = Change::create("aws_cloudtrail.a", json!({})).unknown(json!(true));
    let marked = Change::create("aws_cloudtrail.a", trail("main", every()))
        .more(json!({"change": {"after_sensitive": true}}));
    for change in [whole, marked] {
        let (_, gate) = judged(&document(&[change]), Some(&world()));
        assert_eq!(states(&gate), [State::Undetermined; 3]);
    }
}
