//! Roles of functions outside Lambda: INV-14.

use crate::inv_who::{in_month, on};
use crate::world::{SHOP, call, change, of, session, with};
use detect::finding::Severity;
use serde_json::{Value, json};

const LAMBDA: &str = "Boto3/1.34 md/Botocore#1.34 lang/python#3.12 exec-env/AWS_Lambda_python3.12";

fn role() -> Value {
    session(SHOP, "events-role", "events")
}

fn by(record: Value, agent: &str) -> Value {
    with(record, &[("userAgent", json!(agent))])
}

fn usual(agent: &str) -> Vec<Value> {
    (0..30).map(|day| by(call(on(day, 12), "pay", &role()), agent)).collect()
}

#[test]
fn the_role_of_a_function_outside_lambda_is_found() {
    let stolen = by(call(on(20, 10), "pay", &role()), "aws-cli/2.15.0");
    let away = with(stolen.clone(), &[("sourceIPAddress", json!("203.0.113.9"))]);
    let told = in_month(usual(LAMBDA).into_iter().chain([away]));
    assert_eq!((of(&told, "INV-14").len(), of(&told, "INV-14")[0].severity), (1, Severity::High));
    let told = in_month(usual(LAMBDA).into_iter().chain([stolen]));
    assert_eq!(of(&told, "INV-14")[0].severity, Severity::Medium, "from a place that it calls from");
    assert!(of(&in_month(usual(LAMBDA)), "INV-14").is_empty());
    let slowly = (20..29).map(|day| by(call(on(day, 10), "pay", &role()), "Boto3/1.34"));
    assert_eq!(of(&in_month(usual(LAMBDA).into_iter().chain(slowly)), "INV-14").len(), 1, "told once");
}

#[test]
fn programs_that_sign_by_themselves_are_usual() {
    assert!(of(&in_month(usual("python-requests/2.31")), "INV-14").is_empty());
    let worker = by(call(on(20, 10), "pay", &role()), "awslambda-worker/1.0 rusoto/0.48");
    assert!(of(&in_month(usual(LAMBDA).into_iter().chain([worker])), "INV-14").is_empty());
    let backend = by(call(on(20, 10), "pay", &session(SHOP, "backend", "i-0a1b2c3d4e5f60718")), "Boto3/1.20");
    assert!(of(&in_month([backend]), "INV-14").is_empty(), "not the role of a function");
}

#[test]
fn a_role_is_known_by_what_it_was_given_to() {
    let other = session(SHOP, "given", "some-session");
    let request = json!({"functionName": "pay", "role": format!("arn:aws:iam::{SHOP}:role/given")});
    let given = change(
        on(1, 9),
        "lambda",
        "UpdateFunctionConfiguration20150331v2",
        &session(SHOP, "ci", "x"),
        request,
    );
    let told = in_month([given, by(call(on(20, 10), "pay", &other), "curl/8")]);
    assert_eq!(of(&told, "INV-14").len(), 1);
}
