//! Whoever makes a function run for him, or takes it away.

use crate::lam::{LATER, after, by_ci, ci, eve, lambda};
use crate::trl::severities;
use crate::world::{DAY, SHOP, STRANGER, call, change, daily, found, of, session, with};
use detect::finding::Severity;
use serde_json::{Value, json};

fn role(name: &str) -> String {
    format!("arn:aws:iam::{SHOP}:role/{name}")
}

fn create(minutes: i64, who: &Value, name: &str, of: &str) -> Value {
    lambda(minutes, "CreateFunction20150331", who, json!({"functionName": name, "role": role(of)}))
}

#[test]
fn a_function_made_and_called_at_once_is_found() {
    let pair =
        |of: &str, wait: i64| after(&[create(LATER, &eve(), "tmp", of), call(LATER + wait, "tmp", &eve())]);
    assert_eq!(severities(&pair("pay-role", 3), "LAM-07"), [Severity::High], "the role of another function");
    assert_eq!(severities(&pair("AdminRole", 3), "LAM-07"), [Severity::High]);
    assert_eq!(severities(&pair("tmp-role", 3), "LAM-07"), [Severity::Medium]);
    assert_eq!(severities(&pair("AdminRole", 31), "LAM-07"), [], "too late to belong to it");
    let other = after(&[create(LATER, &eve(), "tmp", "AdminRole"), call(LATER + 3, "tmp", &ci(1))]);
    assert_eq!(severities(&other, "LAM-07"), [], "called by another principal");
    let dry = with(call(LATER + 3, "tmp", &eve()), &[("requestParameters.invocationType", json!("DryRun"))]);
    assert_eq!(severities(&after(&[create(LATER, &eve(), "tmp", "AdminRole"), dry]), "LAM-07"), []);
    let all = found(&pair("AdminRole", 3));
    let finding = of(&all, "LAM-07")[0];
    assert_eq!(finding.proofs.len(), 2, "the change and the call");
    assert!(
        finding.seen.contains("tmp") && finding.function.as_deref().is_some_and(|arn| arn.ends_with(":tmp"))
    );
}

#[test]
fn a_rewritten_function_called_at_once_is_found_though_it_was_called_before() {
    let code = lambda(LATER, "UpdateFunctionCode20150331v2", &eve(), json!({"functionName": "pay"}));
    let world = [call(LATER - 60, "pay", &eve()), code, call(LATER + 2, "pay", &eve())];
    assert_eq!(severities(&after(&world), "LAM-07"), [Severity::High]);
}

#[test]
fn the_smoke_test_of_a_pipeline_is_quiet() {
    let tests: Vec<Value> = (0..21).map(|day| call(day * DAY + 603, "pay", &ci(day))).collect();
    let late =
        [by_ci(LATER, "UpdateFunctionCode", json!({"functionName": "pay"})), call(LATER + 2, "pay", &ci(9))];
    assert_eq!(severities(&after(&[tests, late.to_vec()].concat()), "LAM-07"), []);
    let strong = change(
        LATER - 9,
        "iam",
        "AttachRolePolicy",
        &eve(),
        json!({"roleName": "tmp", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    );
    let new = [strong, create(LATER, &eve(), "tmp", "tmp"), call(LATER + 1, "tmp", &eve())];
    assert_eq!(severities(&after(&new), "LAM-07"), [Severity::High], "a role that was made strong");
}

/// A call that lets a service call the function `pay`.
fn wire(minutes: i64, service: &str, name: &str, who: &Value, request: Value) -> Value {
    change(minutes, service, name, who, request)
}

#[test]
fn whoever_makes_a_service_call_a_function_is_found_whatever_the_service() {
    let pay = crate::world::function("pay");
    let api = format!("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{pay}/invocations");
    let bucket = json!({"LambdaFunctionConfiguration": {"Function": pay, "Event": "s3:ObjectCreated:*"}});
    for (service, name, request) in [
        ("events", "PutTargets", json!({"rule": "r", "targets": [{"arn": pay, "id": "1"}]})),
        ("scheduler", "CreateSchedule", json!({"name": "s", "target": {"arn": format!("{pay}:live")}})),
        ("pipes", "CreatePipe", json!({"name": "p", "target": pay})),
        ("s3", "PutBucketNotification", json!({"bucketName": "b", "NotificationConfiguration": bucket})),
        ("sns", "Subscribe", json!({"protocol": "lambda", "endpoint": "HIDDEN_DUE_TO_SECURITY_REASONS"})),
        ("logs", "PutSubscriptionFilter", json!({"logGroupName": "/app", "destinationArn": pay})),
        (
            "iot",
            "CreateTopicRule",
            json!({"topicRulePayload": {"actions": [{"lambda": {"functionArn": pay}}]}}),
        ),
        ("cognito-idp", "UpdateUserPool", json!({"lambdaConfig": {"preSignUp": pay}})),
        ("apigateway", "PutIntegration", json!({"putIntegrationInput": {"uri": api}})),
    ] {
        let world = |who: &Value| after(&[wire(LATER, service, name, who, request.clone())]);
        let all = found(&world(&eve()));
        let findings = of(&all, "LAM-08");
        assert_eq!(findings.len(), 1, "{service}");
        assert_eq!(findings[0].severity, Severity::Low, "{service}");
        if service != "sns" {
            assert_eq!(findings[0].function.as_deref(), Some(pay.as_str()), "{service}");
        }
        let by_service = json!({"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"});
        assert_eq!(severities(&world(&by_service), "LAM-08"), [], "{service}");
    }
    let queue =
        json!({"rule": "r", "targets": [{"arn": "arn:aws:sqs:eu-west-1:111122223333:jobs", "id": "1"}]});
    assert_eq!(
        severities(&after(&[wire(LATER, "events", "PutTargets", &eve(), queue)]), "LAM-08"),
        [],
        "no function"
    );
    let mail = json!({"protocol": "email", "endpoint": "HIDDEN_DUE_TO_SECURITY_REASONS"});
    assert_eq!(
        severities(&after(&[wire(LATER, "sns", "Subscribe", &eve(), mail)]), "LAM-08"),
        [],
        "no function"
    );
}

#[test]
fn an_application_that_makes_schedules_as_its_work_is_quiet_unless_it_comes_from_elsewhere() {
    let shop = session(SHOP, "shop-app", "i-0a1b2c3d4e5f60718");
    let target = json!({"name": "s", "target": {"arn": crate::world::function("pay")}});
    let schedule = |minutes| {
        let own = [("sourceIPAddress", json!("203.0.113.40")), ("userAgent", json!("Boto3/1.34"))];
        with(wire(minutes, "scheduler", "CreateSchedule", &shop, target.clone()), &own)
    };
    let daily: Vec<Value> = (0..25).map(|day| schedule(day * DAY + 65)).collect();
    assert_eq!(severities(&after(&daily), "LAM-08"), [], "its work");
    let first = severities(&after(&[schedule(LATER)]), "LAM-08");
    assert_eq!(first, [Severity::Low], "the first is new");
    let stolen = with(
        schedule(LATER),
        &[("sourceIPAddress", json!("192.0.2.66")), ("userAgent", json!("aws-cli/2.15"))],
    );
    let stolen = with(stolen, &[("eventID", json!("stolen"))]);
    assert_eq!(severities(&after(&[daily, vec![stolen]].concat()), "LAM-08"), [Severity::Medium]);
}

#[test]
fn a_source_of_events_by_a_person_or_from_a_stranger_is_found() {
    let map = |who: &Value, account: &str| {
        let arn = format!("arn:aws:sqs:eu-west-1:{account}:queue");
        lambda(
            LATER,
            "CreateEventSourceMapping20150331",
            who,
            json!({"functionName": "pay", "eventSourceArn": arn}),
        )
    };
    assert_eq!(severities(&after(&[map(&eve(), SHOP)]), "LAM-08"), [Severity::Low]);
    assert_eq!(severities(&after(&[map(&eve(), STRANGER)]), "LAM-08"), [Severity::High]);
    assert_eq!(severities(&after(&[map(&ci(1), SHOP)]), "LAM-08"), []);
    let scale =
        lambda(LATER, "UpdateEventSourceMapping20150331", &eve(), json!({"uUID": "u", "batchSize": 5}));
    assert_eq!(severities(&after(&[scale]), "LAM-08"), []);
}

#[test]
fn a_service_that_a_person_lets_call_is_found() {
    let grant = |who: &Value, principal: &str| {
        let request =
            json!({"functionName": "pay", "principal": principal, "sourceArn": "arn:aws:s3:::somebody"});
        lambda(LATER, "AddPermission20150331v2", who, request)
    };
    assert_eq!(severities(&after(&[grant(&eve(), "s3.amazonaws.com")]), "LAM-08"), [Severity::Low]);
    assert_eq!(severities(&after(&[grant(&ci(1), "s3.amazonaws.com")]), "LAM-08"), []);
    assert_eq!(severities(&after(&[grant(&eve(), SHOP)]), "LAM-08"), [], "no service");
}

#[test]
fn whoever_tests_each_day_is_not_used_to_strong_roles() {
    let dev = session(SHOP, "AWSReservedSSO_Dev_1", "ann@example.org");
    let test = |minutes: i64, of: &str| {
        let name = format!("toy-{minutes}");
        [create(minutes, &dev, &name, of), call(minutes + 1, &name, &dev)]
    };
    let days: Vec<Value> = (0..20).flat_map(|day| test(day * DAY + 40, "toy")).collect();
    let and = |more: [Value; 2]| after(&[days.clone(), more.to_vec()].concat());
    assert_eq!(severities(&and(test(LATER, "toy")), "LAM-07"), []);
    assert_eq!(severities(&and(test(LATER, "OrgAdmin")), "LAM-07"), [Severity::Medium]);
}

#[test]
fn another_role_is_found_and_a_repeated_one_is_not() {
    let swap = |who: &Value, of: &str| {
        lambda(
            LATER,
            "UpdateFunctionConfiguration20150331v2",
            who,
            json!({"functionName": "pay", "role": role(of)}),
        )
    };
    assert_eq!(severities(&after(&[swap(&eve(), "AdminRole")]), "LAM-09"), [Severity::High]);
    assert_eq!(severities(&after(&[swap(&eve(), "other")]), "LAM-09"), [Severity::High]);
    assert_eq!(severities(&after(&[swap(&eve(), "pay-role")]), "LAM-09"), [], "the role that it has");
    assert_eq!(severities(&after(&[swap(&ci(1), "AdminRole")]), "LAM-09"), [Severity::Medium]);
    assert_eq!(
        severities(&after(&[swap(&ci(1), "mail-role")]), "LAM-09"),
        [],
        "a role of another function, by the pipeline"
    );
    let dev = session(SHOP, "AWSReservedSSO_Dev_1", "ann@example.org");
    let usual = (0..20)
        .map(|day| lambda(day * DAY + 3, "PublishVersion20150331", &dev, json!({"functionName": "toy"})));
    let by_dev = |of: &str| after(&usual.clone().chain([swap(&dev, of)]).collect::<Vec<Value>>());
    assert_eq!(
        severities(&by_dev("mail-role"), "LAM-09"),
        [Severity::Low],
        "a person, though one who deploys"
    );
    assert_eq!(severities(&by_dev("OrgAdmin"), "LAM-09"), [Severity::Medium]);
    let refused = with(swap(&eve(), "AdminRole"), &[("errorCode", json!("AccessDenied"))]);
    assert_eq!(severities(&after(&[refused]), "LAM-09"), [Severity::Low]);
}

#[test]
fn a_check_of_signatures_that_goes_is_found() {
    let config = "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-1";
    let warn = json!({"codeSigningConfigArn": config, "codeSigningPolicies": {"untrustedArtifactOnDeployment": "Warn"}});
    let enforce = json!({"codeSigningConfigArn": config, "codeSigningPolicies": {"untrustedArtifactOnDeployment": "Enforce"}});
    let remove =
        |who: &Value| lambda(LATER, "DeleteFunctionCodeSigningConfig", who, json!({"functionName": "pay"}));
    assert_eq!(severities(&after(&[remove(&eve())]), "LAM-10"), [Severity::Medium]);
    assert_eq!(severities(&after(&[remove(&ci(1))]), "LAM-10"), [Severity::Low]);
    let gone = lambda(LATER + 1, "DeleteFunction20150331", &eve(), json!({"functionName": "pay"}));
    assert_eq!(severities(&after(&[remove(&eve()), gone]), "LAM-10"), [], "the function goes, too");
    assert_eq!(
        severities(&after(&[lambda(LATER, "UpdateCodeSigningConfig20200630", &eve(), warn)]), "LAM-10"),
        [Severity::Medium]
    );
    assert_eq!(
        severities(&after(&[lambda(LATER, "UpdateCodeSigningConfig20200630", &eve(), enforce)]), "LAM-10"),
        []
    );
    assert_eq!(
        severities(&after(&[lambda(LATER, "UpdateRuntimeAlias", &eve(), json!({"name": "a"}))]), "LAM-10"),
        [Severity::Medium]
    );
}

#[test]
fn a_function_that_changes_rights_is_found_unless_that_is_its_work() {
    let pay = session(SHOP, "pay-role", "pay");
    let key = |minutes: i64, who: &Value| {
        change(minutes, "iam", "CreateAccessKey", who, json!({"userName": "root2"}))
    };
    let all = found(&after(&[key(LATER, &pay)]));
    let findings = of(&all, "LAM-11");
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::High));
    assert!(findings[0].function.as_deref().is_some_and(|arn| arn.ends_with(":pay")));
    assert_eq!(severities(&[key(9, &ci(1))], "LAM-11"), [], "a role that runs nothing");
    let inside = with(
        key(9, &session(SHOP, "other", "x")),
        &[("userAgent", json!("Boto3/1.34 exec-env/AWS_Lambda_python3.12"))],
    );
    assert_eq!(severities(&[inside], "LAM-11"), [Severity::High]);
    let template =
        with(key(LATER, &pay), &[("userIdentity.invokedBy", json!("cloudformation.amazonaws.com"))]);
    assert_eq!(severities(&after(&[template]), "LAM-11"), [], "a stack that the function made");
    let by_call = [call(5, "old", &ci(1)), key(9, &session(SHOP, "made-before-the-records", "old"))];
    assert_eq!(severities(&by_call, "LAM-11"), [Severity::High], "known by the name of its session");
    let refused = with(key(LATER, &pay), &[("errorCode", json!("AccessDenied"))]);
    assert_eq!(severities(&after(&[refused]), "LAM-11"), [Severity::Medium]);
    let rotates: Vec<Value> = (0..9).map(|day| key(day * DAY + 30, &pay)).collect();
    assert_eq!(severities(&after(&rotates), "LAM-11"), [], "it does so every day");
    let worker = with(
        change(5, "logs", "CreateLogStream", &session(SHOP, "bot", "bot"), json!({})),
        &[("userAgent", json!("awslambda-worker/1.0 rusoto/0.48"))],
    );
    assert_eq!(
        severities(&[worker, key(9, &session(SHOP, "bot", "bot"))], "LAM-11"),
        [Severity::High],
        "known by its log stream"
    );
}

fn delete(minutes: i64, who: &Value, name: &str) -> Value {
    lambda(minutes, "DeleteFunction20150331", who, json!({"functionName": name}))
}

#[test]
fn whoever_cleans_up_behind_himself_is_found() {
    let made = create(LATER, &eve(), "tmp", "x");
    assert_eq!(
        severities(
            &after(&[made.clone(), call(LATER + 2, "tmp", &eve()), delete(LATER + 9, &eve(), "tmp")]),
            "LAM-12"
        ),
        [Severity::Medium]
    );
    assert_eq!(
        severities(&after(&[made.clone(), delete(LATER + 9, &eve(), "tmp")]), "LAM-12"),
        [Severity::Low]
    );
    assert_eq!(severities(&after(&[made, delete(LATER + 300, &eve(), "tmp")]), "LAM-12"), []);
    let preview = [
        by_ci(LATER, "CreateFunction20150331", json!({"functionName": "pr-7"})),
        by_ci(LATER + 30, "DeleteFunction20150331", json!({"functionName": "pr-7"})),
    ];
    assert_eq!(severities(&after(&preview), "LAM-12"), [], "the teardown of a preview");
}

#[test]
fn many_deletions_and_those_of_functions_in_use_are_found() {
    let backend = session(SHOP, "backend", "i-0a1b2c3d4e5f60718");
    let many =
        |who: &Value| (0..6).map(|at| delete(LATER + at, who, &format!("f-{at}"))).collect::<Vec<Value>>();
    assert_eq!(severities(&after(&many(&eve())), "LAM-12"), [Severity::Medium]);
    assert_eq!(severities(&after(&many(&ci(1))), "LAM-12"), [], "a stack goes");
    let used: Vec<Value> = (0..6).flat_map(|at| daily(19, 20, &format!("f-{at}"), &backend)).collect();
    assert_eq!(severities(&after(&[used.clone(), many(&eve())].concat()), "LAM-12"), [Severity::High]);
    assert_eq!(severities(&after(&[used.clone(), many(&ci(1))].concat()), "LAM-12"), [Severity::Medium]);
    assert_eq!(
        severities(&after(&[used, vec![delete(LATER, &eve(), "f-1")]].concat()), "LAM-12"),
        [Severity::Low]
    );
    assert_eq!(severities(&after(&[delete(LATER, &eve(), "f-1")]), "LAM-12"), [], "nobody calls it");
}

#[test]
fn a_shell_is_found_unless_it_is_asked_for_every_day() {
    let shell = |minutes, who: &Value| {
        lambda(minutes, "CreateMicrovmShellAuthToken", who, json!({"microvmIdentifier": "m"}))
    };
    assert_eq!(severities(&[shell(9, &eve())], "LAM-13"), [Severity::High]);
    assert_eq!(severities(&[shell(9, &session(SHOP, "tool", "x"))], "LAM-13"), [Severity::Medium]);
    let daily: Vec<Value> = (0..20).map(|day| shell(day * DAY + 9, &eve())).collect();
    assert_eq!(severities(&daily, "LAM-13"), []);
}
