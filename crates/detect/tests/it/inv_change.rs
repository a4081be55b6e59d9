//! Calls after changes, and in Regions that are not used: INV-06, 17.

use crate::inv_who::{in_month, month, on};
use crate::world::{DAY, SHOP, call, change, found_with, moment, of, session, user, with};
use detect::finding::Severity;
use detect::settings::Settings;
use serde_json::{Value, json};

const CODE: &str = "UpdateFunctionCode20150331v2";

fn update(day: i64, who: &Value) -> Value {
    change(on(day, 9), "lambda", CODE, who, json!({"functionName": "pay"}))
}

#[test]
fn who_changes_a_function_and_calls_it_is_found() {
    let eve = user(SHOP, "eve");
    let told = in_month([update(20, &eve), call(on(20, 9) + 5, "pay", &eve)]);
    let findings = of(&told, "INV-06");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::High));
    assert_eq!(findings[0].proofs.len(), 2, "the change and the call");
    let late = in_month([update(20, &eve), call(on(20, 13), "pay", &eve)]);
    assert!(of(&late, "INV-06").is_empty(), "hours later");
    let other = in_month([update(20, &eve), call(on(20, 9) + 5, "pay", &session(SHOP, "helper", "x"))]);
    assert_eq!(of(&other, "INV-06")[0].severity, Severity::Medium, "a caller that is new");
    assert!(of(&in_month([update(20, &eve)]), "INV-06").is_empty(), "the usual callers go on");
    let refused = with(update(20, &eve), &[("errorCode", json!("AccessDenied"))]);
    assert!(of(&in_month([refused, call(on(20, 9) + 5, "pay", &eve)]), "INV-06").is_empty());
}

#[test]
fn a_pipeline_that_tries_what_it_deployed_is_not() {
    let ci = session(SHOP, "ci", "run");
    let smoke =
        [3, 8, 14, 20, 25].into_iter().flat_map(|day| [update(day, &ci), call(on(day, 9) + 5, "pay", &ci)]);
    let told = in_month(smoke);
    assert!(of(&told, "INV-06").is_empty() && of(&told, "INV-01").is_empty(), "{told:?}");
    let formation =
        with(update(20, &ci), &[("userIdentity.invokedBy", json!("cloudformation.amazonaws.com"))]);
    assert!(of(&in_month([formation, call(on(20, 9) + 5, "pay", &ci)]), "INV-06").is_empty());
    let mut records = month();
    records.extend([update(20, &ci), call(on(20, 9) + 5, "pay", &ci)]);
    let named =
        Settings { now: moment(400 * DAY), pipelines: vec!["role/c*".to_owned()], ..Settings::default() };
    assert!(of(&found_with(&records, &named), "INV-06").is_empty());
    let many = [1, 3, 5, 8, 11, 14].map(|day| update(day, &ci));
    let stolen = with(update(20, &ci), &[("sourceIPAddress", json!("203.0.113.9"))]);
    let told = in_month(many.into_iter().chain([stolen, call(on(20, 9) + 5, "pay", &ci)]));
    assert_eq!(of(&told, "INV-06").len(), 1, "the key of a pipeline, from elsewhere");
}

fn in_region(record: Value, region: &str) -> Value {
    let arn = format!("arn:aws:lambda:{region}:{SHOP}:function:far");
    let resources = json!([{"accountId": SHOP, "type": "AWS::Lambda::Function", "ARN": arn}]);
    with(
        record,
        &[
            ("awsRegion", json!(region)),
            ("resources", resources),
            ("requestParameters.functionName", json!(arn)),
        ],
    )
}

#[test]
fn a_region_that_nobody_used_is_found_unless_it_was_rolled_out() {
    let eve = user(SHOP, "eve");
    let far = |day: i64| in_region(call(on(day, 10), "far", &eve), "ap-south-1");
    let told = in_month([far(20), far(21), far(28)]);
    assert_eq!(of(&told, "INV-17").len(), 1);
    assert_eq!(of(&told, "INV-17")[0].region, "ap-south-1");
    assert!(of(&in_month([far(5)]), "INV-17").is_empty(), "while there is to learn");
    let ci = session(SHOP, "ci", "run");
    let made = change(on(20, 9), "lambda", "CreateFunction20150331", &ci, json!({"functionName": "far"}));
    let made = with(made, &[("awsRegion", json!("ap-south-1"))]);
    let rolled = [update(3, &ci), update(9, &ci), made, far(20)];
    assert!(of(&in_month(rolled), "INV-17").is_empty());
    let mut records = month();
    records.push(far(5));
    let allowed = |regions: &[&str]| Settings {
        now: moment(400 * DAY),
        allowed_regions: Some(regions.iter().map(|region| (*region).to_owned()).collect()),
        ..Settings::default()
    };
    assert_eq!(of(&found_with(&records, &allowed(&["eu-west-1"])), "INV-17").len(), 1);
    assert!(of(&found_with(&records, &allowed(&["eu-west-1", "ap-south-1"])), "INV-17").is_empty());
}
