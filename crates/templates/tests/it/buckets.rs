//! Policies of buckets that move, buckets whose names are unknown, and which trails they keep from delivering. Plans of Terraform.

use crate::plan::{Change, applied, arn, document, every, function, judged, trail, with, without};
use audit::answer::Conclusion;
use audit::inventory::Inventory;
use serde_json::{Value, json};
use templates::gate::Gate;

const LETS: &str = r#"{"Statement":[{"Principal":{"Service":"cloudtrail.amazonaws.com"}}]}"#;
const NOBODY: &str = r#"{"Statement":[]}"#;
const REPLACED: [&[&str]; 2] = [&["delete", "create"], &["create", "delete"]];

/// A trail that delivers to `acme-logs`, and a function.
fn acme() -> Inventory {
    applied(&[
        Change::keep("aws_cloudtrail.a", trail("main", every())),
        Change::keep("aws_lambda_function.orders", function("orders")),
    ])
}

fn over(changes: &[Change]) -> Gate {
    judged(&document(changes), Some(&acme())).1
}

fn codes(gate: &Gate) -> Vec<String> {
    gate.doubts.iter().map(|doubt| format!("{} {}", doubt.about.code(), doubt.path)).collect()
}

fn policy(bucket: &str, text: &str) -> Value {
    json!({"bucket": bucket, "policy": text})
}

fn moved(actions: &[&'static str], before: Value, after: Value) -> Change {
    Change::new("aws_s3_bucket_policy.p", actions, before, after)
}

/// What is in doubt, or nothing where nothing is.
fn in_doubt(gate: &Gate, code: &str) {
    assert_eq!((gate.conclusion, codes(gate)), (Conclusion::Undetermined, vec![code.to_owned()]));
    assert!(gate.stops.iter().all(|stop| !stop.certain));
}

#[test]
fn a_policy_that_moves_away_is_missed_where_it_was() {
    for actions in REPLACED.into_iter().chain([&["update"] as &[&str]]) {
        let was = policy("acme-logs", LETS);
        in_doubt(&over(&[moved(actions, was.clone(), policy("other", LETS))]), "policy_deleted $");
        in_doubt(&over(&[moved(actions, was.clone(), policy("other", NOBODY))]), "policy_deleted $");
        let open = moved(actions, was, json!({"policy": LETS})).unknown(json!({"bucket": true}));
        in_doubt(&over(&[open]), "policy_deleted $");
        // Nothing delivers to the bucket that it leaves.
        let gate = over(&[moved(actions, policy("other", LETS), policy("acme-logs", LETS))]);
        assert_eq!((gate.conclusion, codes(&gate)), (Conclusion::Nothing, vec![]));
    }
}

#[test]
fn a_policy_that_comes_without_cloudtrail_is_judged_where_it_comes() {
    for actions in REPLACED.into_iter().chain([&["update"] as &[&str]]) {
        let gate = over(&[moved(actions, policy("other", LETS), policy("acme-logs", NOBODY))]);
        in_doubt(&gate, "policy_without_cloudtrail $");
    }
}

#[test]
fn a_trail_that_moves_to_a_bucket_whose_policy_leaves_is_in_doubt() {
    let to = |bucket: &str| trail("main", with(every(), json!({"s3_bucket_name": bucket})));
    let change = Change::update("aws_cloudtrail.a", to("acme-logs"), to("next"));
    let gone = moved(&["delete", "create"], policy("next", LETS), policy("other", LETS));
    in_doubt(&over(&[change.clone(), gone]), "policy_deleted $");
    // It follows its policy.
    let follows = moved(&["delete", "create"], policy("acme-logs", LETS), policy("next", LETS));
    assert_eq!(over(&[change, follows]).conclusion, Conclusion::Yes);
}

/// A bucket has one policy: what one resource deletes is gone, whatever another one says.
#[test]
fn of_two_policies_of_one_bucket_none_is_sure_to_stay() {
    let both = policy("acme-logs", LETS);
    let deleted = Change::delete("aws_s3_bucket_policy.a", both.clone());
    let made = Change::create("aws_s3_bucket_policy.b", both.clone());
    let kept = Change::keep("aws_s3_bucket_policy.b", both.clone());
    for changes in [vec![deleted.clone(), made], vec![deleted, kept]] {
        in_doubt(&over(&changes), "policy_deleted $");
    }
    // The old one is deleted last, and with it the policy.
    in_doubt(&over(&[moved(&["create", "delete"], both.clone(), both.clone())]), "policy_deleted $");
    let gate = over(&[moved(&["delete", "create"], both.clone(), both.clone())]);
    assert_eq!(gate.conclusion, Conclusion::Nothing);
    // What is left alone stays.
    let left = moved(&["create", "forget"], both, policy("other", NOBODY));
    assert_eq!(over(&[left]).conclusion, Conclusion::Nothing);
}

#[test]
fn a_bucket_or_policy_of_an_unknown_name_may_be_that_of_any_trail() {
    let hidden = |change: Change, mark: Value| {
        over(&[change.more(json!({"change": {"before_sensitive": mark, "after_sensitive": mark}}))])
    };
    let (bucket, whole) = (json!({"bucket": true}), json!(true));
    for mark in [&bucket, &whole] {
        for change in [
            Change::delete("aws_s3_bucket.b", json!({"bucket": "acme-logs"})),
            Change::delete("aws_s3_bucket_policy.p", policy("acme-logs", LETS)),
            moved(&["delete", "create"], policy("acme-logs", LETS), policy("other", LETS)),
        ] {
            in_doubt(&hidden(change, mark.clone()), "sensitive $.BucketName");
        }
    }
    // What only comes, or stays at its bucket, harms nobody, unless it keeps CloudTrail out.
    for change in [
        Change::create("aws_s3_bucket.b", json!({"bucket": "acme-logs"})),
        Change::create("aws_s3_bucket_policy.p", policy("acme-logs", LETS)),
        Change::update("aws_s3_bucket_policy.p", policy("acme-logs", LETS), policy("acme-logs", LETS)),
    ] {
        let gate = hidden(change, bucket.clone());
        assert_eq!((gate.conclusion, codes(&gate)), (Conclusion::Nothing, vec![]));
    }
    let comes = Change::create("aws_s3_bucket_policy.p", policy("acme-logs", NOBODY));
    in_doubt(&hidden(comes, bucket), "sensitive $.BucketName");
}

/// A name that is known only after apply is that of something that is made: of a new bucket.
#[test]
fn new_buckets_and_their_policies_harm_no_trail_that_is_there() {
    let nameless = |address: &str, side: Value| {
        Change::new(address, &["create"], Value::Null, side).unknown(json!({"bucket": true}))
    };
    let app = [
        nameless("aws_s3_bucket.app", json!({})),
        nameless("aws_s3_bucket_policy.app", json!({"policy": NOBODY})),
        Change::create("aws_s3_bucket.next", json!({"bucket": "next"})),
        Change::create("aws_s3_bucket_policy.next", policy("next", NOBODY)),
    ];
    let gate = over(&app);
    assert_eq!((gate.conclusion, codes(&gate)), (Conclusion::Nothing, vec![]));
    // A new trail may be that of the new bucket.
    let other = without(trail("second", every()), &["arn", "s3_bucket_name"]);
    let unknown = json!({"arn": true, "s3_bucket_name": true});
    let new = Change::new("aws_cloudtrail.b", &["create"], Value::Null, other).unknown(unknown);
    let gate = judged(&document(&[app[1].clone(), new.clone()]), None).1;
    in_doubt(&gate, "known_after_apply $.BucketName");
    let lets = nameless("aws_s3_bucket_policy.logs", json!({"policy": LETS}));
    let all = [app[0].clone(), lets, new, Change::create("aws_lambda_function.f", function("f"))];
    assert_eq!(judged(&document(&all), None).1.conclusion, Conclusion::Yes);
}

#[test]
fn a_trail_whose_bucket_is_unknown_may_deliver_to_one_that_goes() {
    let (was, is) = (trail("main", every()), with(trail("main", every()), json!({"s3_bucket_name": "x"})));
    let hidden = json!({"change": {"after_sensitive": {"s3_bucket_name": true}}});
    let change = Change::update("aws_cloudtrail.a", was.clone(), is).more(hidden);
    let gone = Change::delete("aws_s3_bucket.x", json!({"bucket": "x"}));
    in_doubt(&over(&[change, gone.clone()]), "sensitive $.S3BucketName");
    // It comes to a bucket that the plan makes, and not to one that goes.
    let after = without(was.clone(), &["s3_bucket_name"]);
    let change = Change::update("aws_cloudtrail.a", was, after).unknown(json!({"s3_bucket_name": true}));
    let made = Change::create("aws_s3_bucket.new", json!({"bucket": "new"}));
    assert_eq!(over(&[change.clone(), gone, made]).conclusion, Conclusion::Yes);
    // A bucket that is made anew with its name is one that the plan makes.
    let again = json!({"bucket": "acme-logs"});
    let again = Change::new("aws_s3_bucket.b", &["delete", "create"], again.clone(), again);
    in_doubt(&over(&[change, again]), "known_after_apply $.S3BucketName");
}

#[test]
fn a_bucket_that_comes_under_another_name_is_gone() {
    let side = |name: &str| json!({"bucket": name});
    for actions in REPLACED.into_iter().chain([&["update"] as &[&str]]) {
        let gate = over(&[Change::new("aws_s3_bucket.b", actions, side("acme-logs"), side("next"))]);
        assert_eq!((gate.conclusion, gate.stops[0].certain), (Conclusion::No, true));
    }
    let left = Change::new("aws_s3_bucket.b", &["forget"], side("acme-logs"), Value::Null);
    assert_eq!(over(&[left]).conclusion, Conclusion::Nothing);
    let renamed = Change::keep("aws_s3_bucket.b", side("acme-logs"));
    let renamed = renamed.more(json!({"previous_address": "aws_s3_bucket.a"}));
    assert_eq!(over(&[renamed]).conclusion, Conclusion::Nothing);
}

/// Before version 4 of the provider a bucket had its policy as an argument.
#[test]
fn a_policy_that_is_an_argument_of_the_bucket_counts_as_well() {
    let side = |text: Value| json!({"bucket": "acme-logs", "policy": text});
    let update = |was: Value, is: Value| over(&[Change::update("aws_s3_bucket.b", side(was), side(is))]);
    in_doubt(&update(json!(LETS), json!(NOBODY)), "policy_without_cloudtrail $.PolicyDocument");
    in_doubt(&update(json!(LETS), Value::Null), "policy_deleted $.PolicyDocument");
    // What version 4 reads back, or has read before the policy was there.
    for (was, is) in [(LETS, LETS), (NOBODY, NOBODY), ("", ""), (NOBODY, LETS)] {
        assert_eq!(update(json!(was), json!(is)).conclusion, Conclusion::Nothing, "{was} {is}");
    }
    let made = over(&[Change::create("aws_s3_bucket.b", side(json!(NOBODY)))]);
    in_doubt(&made, "policy_without_cloudtrail $.PolicyDocument");
}

#[test]
fn a_function_that_is_new_is_not_said_to_be_recorded_then() {
    let away = moved(&["delete", "create"], policy("acme-logs", LETS), policy("other", LETS));
    let gate = over(&[away, Change::create("aws_lambda_function.new", function("new"))]);
    assert_eq!(gate.conclusion, Conclusion::Undetermined);
    assert_eq!(gate.functions[0].arn.as_deref(), Some(arn("new").as_str()));
    assert_eq!(gate.functions[0].state, recording::State::Undetermined);
}

/// What is known only after apply is not always the name of a bucket that the plan makes: it may be what another resource gives.
#[test]
fn a_plan_that_makes_no_bucket_gives_no_new_name() {
    let was = trail("main", every());
    let after = without(was.clone(), &["s3_bucket_name"]);
    let moves = Change::update("aws_cloudtrail.a", was, after).unknown(json!({"s3_bucket_name": true}));
    let gone = Change::delete("aws_s3_bucket.x", json!({"bucket": "acme-logs"}));
    let policy_gone = Change::delete("aws_s3_bucket_policy.x", policy("acme-logs", LETS));
    for harm in [&gone, &policy_gone] {
        in_doubt(&over(&[moves.clone(), harm.clone()]), "known_after_apply $.S3BucketName");
    }
    let made = Change::create("aws_s3_bucket.new", json!({})).unknown(json!({"bucket": true}));
    for harm in [gone, policy_gone] {
        assert_eq!(over(&[moves.clone(), harm, made.clone()]).conclusion, Conclusion::Yes);
    }
    // The same of a policy that comes.
    let comes = Change::create("aws_s3_bucket_policy.p", json!({"policy": NOBODY}));
    let comes = comes.unknown(json!({"bucket": true}));
    in_doubt(&over(std::slice::from_ref(&comes)), "known_after_apply $.BucketName");
    assert_eq!(over(&[comes, made]).conclusion, Conclusion::Nothing);
}

/// Another provider makes them too, with other arguments: we know which bucket it is, and nothing else.
#[test]
fn what_another_provider_does_to_the_bucket_of_a_trail_is_not_looked_into() {
    let bucket = |name: &str| ("awscc_s3_bucket.b", json!({"bucket_name": name}));
    let policy = |name: &str| ("awscc_s3_bucket_policy.p", json!({"bucket": name, "policy_document": "{}"}));
    let quiet = |change: Change| {
        let gate = over(&[change]);
        assert_eq!((gate.conclusion, codes(&gate)), (Conclusion::Nothing, vec![]));
    };
    for (harms, (address, logs), (_, other)) in [
        (["delete"].as_slice(), bucket("acme-logs"), bucket("other")),
        (&["delete", "create"], bucket("acme-logs"), bucket("other")),
        (&["delete"], policy("acme-logs"), policy("other")),
        (&["update"], policy("acme-logs"), policy("other")),
        (&["create"], policy("acme-logs"), policy("other")),
        (&["create", "delete"], policy("acme-logs"), policy("other")),
    ] {
        let of = |side: &Value| {
            let is_there = |word: &str| if harms == [word] { Value::Null } else { side.clone() };
            Change::new(address, harms, is_there("create"), is_there("delete"))
        };
        in_doubt(&over(&[of(&logs)]), "not_looked_into $");
        quiet(of(&other));
    }
    let (address, logs) = bucket("acme-logs");
    for action in ["create", "update", "no-op", "forget"] {
        let side = |gone: &str| if action == gone { Value::Null } else { logs.clone() };
        quiet(Change::new(address, &[action], side("create"), side("forget")));
    }
    // The name that one provider lets go, the other makes again.
    let gone = Change::delete("aws_s3_bucket.a", json!({"bucket": "acme-logs"}));
    in_doubt(&over(&[gone, Change::create(address, logs)]), "bucket_replaced $");
}
