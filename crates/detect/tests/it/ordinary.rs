//! An organization on ordinary days: pipelines, templates, people, vendors. Nothing here is an attack.

use crate::lam::{by_ci, ci, history, lambda};
use crate::trl::{made, setup};
use crate::world::{DATA, DAY, SHOP, STRANGER, call, change, found, service, session, user, with};
use detect::finding::{Finding, Severity};
use serde_json::{Value, json};

/// Findings of these detections that say more than a note.
fn alarms(records: &[Value]) -> Vec<String> {
    let own =
        |finding: &&Finding| finding.detection.starts_with("LAM") || finding.detection.starts_with("TRL");
    let all = found(records);
    let loud = all.iter().filter(own).filter(|finding| finding.severity > Severity::Note);
    loud.map(|finding| format!("{} {} {}", finding.detection, finding.severity, finding.seen)).collect()
}

fn each_day(days: std::ops::Range<i64>, one: impl Fn(i64) -> Vec<Value>) -> Vec<Value> {
    days.flat_map(one).collect()
}

fn by_stack(record: Value) -> Value {
    with(
        record,
        &[
            ("userIdentity.invokedBy", json!("cloudformation.amazonaws.com")),
            ("sourceIPAddress", json!("cloudformation.amazonaws.com")),
        ],
    )
}

#[test]
fn previews_that_are_made_tested_and_torn_down_all_day() {
    let preview = |day: i64| {
        let name = format!("pr-{day}");
        let at = day * DAY + 300;
        vec![
            by_ci(
                at,
                "CreateFunction20150331",
                json!({"functionName": name, "role": "arn:aws:iam::111122223333:role/preview"}),
            ),
            by_ci(at + 1, "CreateFunctionUrlConfig", json!({"functionName": name, "authType": "NONE"})),
            by_ci(
                at + 2,
                "AddPermission20150331v2",
                json!({"functionName": name, "principal": "*", "functionUrlAuthType": "NONE", "action": "lambda:InvokeFunctionUrl"}),
            ),
            call(at + 4, &name, &ci(day)),
            by_ci(at + 40, "DeleteFunction20150331", json!({"functionName": name})),
        ]
    };
    assert_eq!(alarms(&each_day(0..30, preview)), Vec::<String>::new());
}

#[test]
fn templates_that_people_and_services_roll_out() {
    let sso = session(SHOP, "AWSReservedSSO_Admin_1", "ann@example.org");
    let stack = |day: i64| {
        let at = day * DAY + 400;
        let grant = json!({"functionName": "pay", "principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::b", "sourceAccount": SHOP});
        let mut all = vec![
            by_stack(lambda(at, "UpdateFunctionCode20150331v2", &sso, json!({"functionName": "pay"}))),
            by_stack(lambda(
                at,
                "UpdateFunctionConfiguration20150331v2",
                &sso,
                json!({"functionName": "pay", "role": format!("arn:aws:iam::{SHOP}:role/pay-{day}")}),
            )),
            by_stack(lambda(at, "AddPermission20150331v2", &sso, grant)),
            by_stack(lambda(
                at,
                "CreateEventSourceMapping20150331",
                &sso,
                json!({"functionName": "pay", "eventSourceArn": "arn:aws:sqs:eu-west-1:111122223333:q"}),
            )),
            lambda(
                at + 9,
                "UpdateAlias20150331",
                &session(SHOP, "codedeploy", "x"),
                json!({"functionName": "pay", "name": "live"}),
            ),
            change(
                at + 9,
                "lambda",
                "UpdateFunctionConfiguration20150331v2",
                &service("lambda"),
                json!({"functionName": "pay"}),
            ),
        ];
        let gone = (0..9).map(|at_once| {
            by_stack(lambda(
                at + 20 + at_once,
                "DeleteFunction20150331",
                &sso,
                json!({"functionName": format!("old-{day}-{at_once}")}),
            ))
        });
        all.extend(gone);
        all
    };
    assert_eq!(alarms(&each_day(0..30, stack)), Vec::<String>::new());
}

#[test]
fn people_who_develop_and_test_every_day() {
    let dev = user(SHOP, "dev");
    let edits = |day: i64| {
        let at = day * DAY + 500;
        vec![
            lambda(at, "UpdateFunctionCode20150331v2", &dev, json!({"functionName": "toy"})),
            call(at + 1, "toy", &dev),
            lambda(
                at + 3,
                "UpdateFunctionConfiguration20150331v2",
                &dev,
                json!({"functionName": "toy", "role": "arn:aws:iam::111122223333:role/toy"}),
            ),
            lambda(
                at + 5,
                "CreateEventSourceMapping20150331",
                &dev,
                json!({"functionName": "toy", "eventSourceArn": "arn:aws:sqs:eu-west-1:111122223333:q"}),
            ),
        ]
    };
    assert_eq!(alarms(&each_day(0..30, edits)), Vec::<String>::new());
}

#[test]
fn a_new_pipeline_and_a_new_account() {
    let next = |day: i64| {
        let who = session(SHOP, "platform-release", "GitHubActions-x");
        let at = day * DAY + 90;
        let agent = ("userAgent", json!("APN/1.0 HashiCorp/1.0 Terraform/1.9.0"));
        vec![
            with(
                lambda(at, "UpdateFunctionCode20150331v2", &who, json!({"functionName": "pay"})),
                std::slice::from_ref(&agent),
            ),
            with(
                lambda(
                    at + 1,
                    "UpdateFunctionConfiguration20150331v2",
                    &who,
                    json!({"functionName": "pay", "role": "arn:aws:iam::111122223333:role/pay-role"}),
                ),
                &[agent],
            ),
            call(at + 2, "pay", &who),
        ]
    };
    let mut world = [history(), each_day(20..24, next)].concat();
    let elsewhere = session(DATA, "ci-deploy", "GitHubActions-9");
    let first = lambda(21 * DAY, "UpdateFunctionCode20150331v2", &elsewhere, json!({"functionName": "etl"}));
    world.push(with(first, &[("recipientAccountId", json!(DATA)), ("userAgent", json!("APN/1.0"))]));
    assert_eq!(alarms(&world), Vec::<String>::new());
}

#[test]
fn vendors_layers_and_grants_that_are_used_from_the_beginning() {
    let layer = format!("arn:aws:lambda:eu-west-1:{STRANGER}:layer:agent:");
    let deploy = |day: i64| {
        let at = day * DAY + 200;
        let layers = json!([format!("{layer}{day}")]);
        let answer = json!([{"arn": format!("{layer}{day}"), "codeSize": 1}]);
        let update = by_ci(
            at,
            "UpdateFunctionConfiguration20150331v2",
            json!({"functionName": "pay", "layers": layers}),
        );
        vec![
            with(update, &[("responseElements.layers", answer)]),
            by_ci(
                at + 1,
                "AddPermission20150331v2",
                json!({"functionName": "pay", "principal": "sns.amazonaws.com", "sourceArn": format!("arn:aws:sns:us-east-1:{STRANGER}:IpSpaceChanged")}),
            ),
        ]
    };
    assert_eq!(alarms(&each_day(0..30, deploy)), Vec::<String>::new());
}

#[test]
fn whoever_runs_the_recording_changes_it_now_and_then() {
    let infra = session(SHOP, "infra", "run-1");
    let s3 = |minutes: i64, name: &str, request: Value| change(minutes, "s3", name, &infra, request);
    let days = json!({"Rule": {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 400}}});
    let key = "arn:aws:kms:eu-west-1:111122223333:key/k-2";
    let rotate =
        change(30 * DAY, "cloudtrail", "UpdateTrail", &infra, json!({"name": "main", "kmsKeyId": key}));
    let mut world = each_day(2..30, |day| {
        vec![
            s3(
                day * DAY,
                "PutBucketPolicy",
                json!({"bucketName": "assets", "bucketPolicy": {"Statement": []}}),
            ),
            change(
                day * DAY + 1,
                "logs",
                "PutRetentionPolicy",
                &infra,
                json!({"logGroupName": format!("/aws/lambda/f-{day}"), "retentionInDays": 7}),
            ),
            change(
                day * DAY + 2,
                "kms",
                "ScheduleKeyDeletion",
                &infra,
                json!({"keyId": format!("other-{day}")}),
            ),
            s3(day * DAY + 3, "DeleteBucket", json!({"bucketName": format!("preview-{day}")})),
        ]
    });
    world.extend([
        made(),
        s3(2, "PutBucketLifecycle", json!({"bucketName": "acme-logs", "LifecycleConfiguration": days})),
        s3(
            3,
            "PutBucketVersioning",
            json!({"bucketName": "acme-logs", "VersioningConfiguration": {"Status": "Enabled"}}),
        ),
        with(rotate, &[("responseElements", setup(&[("kmsKeyId", json!(key))]))]),
        change(60 * DAY, "kms", "ScheduleKeyDeletion", &infra, json!({"keyId": "k-1"})),
        change(
            31 * DAY,
            "cloudtrail",
            "PutInsightSelectors",
            &infra,
            json!({"trailName": "main", "insightSelectors": [{"insightType": "ApiCallRateInsight"}]}),
        ),
    ]);
    assert_eq!(alarms(&world), Vec::<String>::new());
}

#[test]
fn functions_that_manage_access() {
    let vending = session(SHOP, "vending-role", "vending");
    let mut world = vec![by_ci(
        1,
        "CreateFunction20150331",
        json!({"functionName": "vending", "role": "arn:aws:iam::111122223333:role/vending-role"}),
    )];
    world.extend(each_day(0..30, |day| {
        vec![
            change(day * DAY + 60, "iam", "CreateRole", &vending, json!({"roleName": format!("r-{day}")})),
            change(
                day * DAY + 61,
                "iam",
                "AttachRolePolicy",
                &vending,
                json!({"roleName": format!("r-{day}")}),
            ),
            by_stack(change(
                day * DAY + 62,
                "iam",
                "PutRolePolicy",
                &vending,
                json!({"roleName": format!("r-{day}")}),
            )),
        ]
    }));
    assert_eq!(alarms(&world), Vec::<String>::new());
}
