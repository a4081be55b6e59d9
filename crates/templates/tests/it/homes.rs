//! In which account and Region a resource of a plan is.

use crate::plan::{ACCOUNT, Change, REGION, function, plan, read, trail, without};
use serde_json::{Value, json};
use templates::document::{Document, Home};

fn homeless() -> Vec<Change> {
    let trail = without(trail("main", json!({})), &["region", "home_region"]);
    let function = without(function("f"), &["region"]);
    vec![Change::create("aws_cloudtrail.a", trail), Change::create("aws_lambda_function.f", function)]
}

fn with_provider(expressions: Value, changes: &[Change]) -> Value {
    let mut plan = plan(changes);
    plan["configuration"]["provider_config"]["aws"]["expressions"] = expressions;
    plan
}

fn home(document: &Document, at: usize) -> (Option<&str>, Option<&str>) {
    let Home { account, region, .. } = &document.resources[at].home;
    (account.as_deref(), region.as_deref())
}

#[test]
fn constants_of_the_provider_say_it() {
    for expressions in [
        json!({"region": {"constant_value": REGION}, "allowed_account_ids": {"constant_value": [ACCOUNT]}}),
        json!({
            "region": {"constant_value": REGION},
            "assume_role": [{"role_arn": {"constant_value": "arn:aws:iam::111122223333:role/deploy"}}],
        }),
    ] {
        let document = read(&with_provider(expressions, &homeless()));
        assert_eq!(home(&document, 0), (Some(ACCOUNT), Some(REGION)));
        assert_eq!(home(&document, 1), (Some(ACCOUNT), Some(REGION)));
        assert_eq!(document.doubts, []);
    }
}

#[test]
fn expressions_say_nothing() {
    let expressions = json!({
        "region": {"references": ["var.region"]},
        "allowed_account_ids": {"constant_value": [ACCOUNT, "444455556666"]},
    });
    let document = read(&with_provider(expressions, &homeless()));
    assert_eq!(home(&document, 0), (None, None));
    assert_eq!(document.doubts, []);
}

#[test]
fn another_resource_of_the_provider_and_the_caller_say_the_account() {
    let mut changes = homeless();
    changes.push(Change::keep("aws_lambda_function.old", function("old")));
    let document = read(&with_provider(json!({}), &changes));
    assert_eq!(home(&document, 0), (Some(ACCOUNT), None));
    let mut plan = with_provider(json!({}), &homeless());
    let declared =
        json!({"address": "data.aws_caller_identity.me", "mode": "data", "provider_config_key": "aws"});
    plan["configuration"]["root_module"]["resources"].as_array_mut().unwrap().push(declared);
    plan["prior_state"] = json!({"format_version": "1.0", "values": {"root_module": {"resources": [
        {"address": "data.aws_caller_identity.me", "mode": "data", "type": "aws_caller_identity",
         "values": {"account_id": ACCOUNT, "user_id": "hunter2"}},
    ]}}});
    assert_eq!(home(&read(&plan), 1), (Some(ACCOUNT), None));
}

#[test]
fn accounts_that_contradict_each_other_say_nothing() {
    let mut changes = homeless();
    let other = "arn:aws:lambda:eu-west-1:444455556666:function:g";
    changes.push(Change::keep("aws_lambda_function.old", function("old")));
    let mut function = function("g");
    function["arn"] = json!(other);
    changes.push(Change::keep("aws_lambda_function.other", function));
    assert_eq!(home(&read(&with_provider(json!({}), &changes)), 0), (None, None));
}

#[test]
fn the_region_of_a_resource_wins() {
    let mut changes = homeless();
    changes[0].after["region"] = json!("us-west-2");
    let document = read(&plan(&changes));
    assert_eq!(home(&document, 0), (Some(ACCOUNT), Some("us-west-2")));
    let mut plan = plan(&homeless());
    plan["configuration"]["root_module"]["resources"][0]["expressions"] =
        json!({"region": {"constant_value": "ap-south-1"}});
    assert_eq!(home(&read(&plan), 0), (Some(ACCOUNT), Some("ap-south-1")));
}

#[test]
fn what_another_provider_makes_somewhere_is_a_doubt() {
    let mut plan = plan(&homeless());
    plan["configuration"]["provider_config"]["aws.west"] =
        json!({"name": "aws", "alias": "west", "expressions": {"region": {"references": ["var.west"]}}});
    plan["configuration"]["root_module"]["resources"][0]["provider_config_key"] = json!("aws.west");
    let document = read(&plan);
    let codes: Vec<&str> = document.doubts.iter().map(|doubt| doubt.about.code()).collect();
    assert_eq!(codes, ["account_unknown", "region_unknown"]);
    assert_eq!(document.doubts[0].address.as_deref(), Some("aws_cloudtrail.a"));
}

#[test]
fn modules_use_the_provider_that_they_are_given() {
    let address = "module.audit[\"x.y\"].module.inner.aws_cloudtrail.a";
    let trail = without(trail("main", json!({})), &["region", "home_region"]);
    let mut plan = plan(&[Change::create(address, trail)]);
    let declared = json!({"address": "aws_cloudtrail.a", "mode": "managed", "provider_config_key": "aws"});
    plan["configuration"]["root_module"] = json!({"module_calls": {"audit": {"module": {"module_calls": {
        "inner": {"module": {"resources": [declared]}},
    }}}}});
    let document = read(&plan);
    assert_eq!(home(&document, 0), (Some(ACCOUNT), Some(REGION)));
}

/// No plan knows the home Region of what it makes: the resource, or its provider, says it.
#[test]
fn a_home_region_that_is_known_after_apply_hides_no_region() {
    let said = trail("main", json!({ "home_region": null }));
    for attributes in [said.clone(), without(said, &["region"])] {
        for change in [
            Change::create("aws_cloudtrail.a", attributes.clone()),
            Change::new("aws_cloudtrail.a", &["create", "delete"], trail("old", json!({})), attributes),
        ] {
            let change = change.unknown(json!({"arn": true, "home_region": true}));
            let document = read(&plan(std::slice::from_ref(&change)));
            assert_eq!(home(&document, 0), (Some(ACCOUNT), Some(REGION)), "{:?}", change.actions);
        }
    }
}
