//! Whoever opens a function, or changes what it runs.

use crate::trl::severities;
use crate::world::{DATA, DAY, SHOP, STRANGER, change, found, found_with, moment, of, session, user, with};
use detect::finding::Severity;
use detect::settings::Settings;
use serde_json::{Value, json};

/// A person.
pub(crate) fn eve() -> Value {
    user(SHOP, "eve")
}

/// The pipeline.
pub(crate) fn ci(run: i64) -> Value {
    session(SHOP, "ci-deploy", &format!("GitHubActions-{run}"))
}

/// A change by the pipeline, from where it runs.
pub(crate) fn by_ci(minutes: i64, name: &str, request: Value) -> Value {
    let agent = ("userAgent", json!("APN/1.0 HashiCorp/1.0 Terraform/1.5.0"));
    with(
        change(minutes, "lambda", name, &ci(minutes), request),
        &[agent, ("sourceIPAddress", json!("203.0.113.9"))],
    )
}

/// Twenty days on which the pipeline deploys two functions.
pub(crate) fn history() -> Vec<Value> {
    let functions = [(1, "pay"), (2, "mail")];
    let made = functions.map(|(at, name)| {
        let role = format!("arn:aws:iam::{SHOP}:role/{name}-role");
        by_ci(at, "CreateFunction20150331", json!({"functionName": name, "role": role}))
    });
    let deploys = (0..20).flat_map(|day| {
        functions.map(|(at, name)| {
            by_ci(day * DAY + 600 + at, "UpdateFunctionCode20150331v2", json!({"functionName": name}))
        })
    });
    made.into_iter().chain(deploys).collect()
}

/// History and more.
pub(crate) fn after(more: &[Value]) -> Vec<Value> {
    [history(), more.to_vec()].concat()
}

/// After the history.
pub(crate) const LATER: i64 = 20 * DAY + 700;

/// A change of a function; the pipeline works from where it always does.
pub(crate) fn lambda(minutes: i64, name: &str, who: &Value, request: Value) -> Value {
    if who.to_string().contains("/ci-deploy/GitHubActions-") {
        return with(by_ci(minutes, name, request), &[("userIdentity", who.clone())]);
    }
    change(minutes, "lambda", name, who, request)
}

fn grant(who: &Value, more: Value) -> Value {
    let mut request = json!({"functionName": "pay", "statementId": "s", "action": "lambda:InvokeFunction"});
    for (name, value) in more.as_object().into_iter().flatten() {
        request[name] = value.clone();
    }
    lambda(LATER, "AddPermission20150331v2", who, request)
}

#[test]
fn a_function_opened_to_everybody_is_found() {
    let open = json!({"principal": "*"});
    assert_eq!(
        severities(&[grant(&eve(), open.clone())], "LAM-01"),
        [Severity::High],
        "no history is needed"
    );
    assert_eq!(severities(&after(&[grant(&ci(1), open.clone())]), "LAM-01"), [Severity::Medium]);
    assert_eq!(
        severities(&after(&[grant(&eve(), json!({"principal": "*", "sourceArn": "*"}))]), "LAM-01"),
        [Severity::High]
    );
    let refused = with(grant(&eve(), open), &[("errorCode", json!("AccessDeniedException"))]);
    assert_eq!(severities(&after(&[refused]), "LAM-01"), [Severity::Medium]);
    let all = found(&[grant(&eve(), json!({"principal": "*"}))]);
    assert_eq!(
        of(&all, "LAM-01")[0].function.as_deref(),
        Some("arn:aws:lambda:eu-west-1:111122223333:function:pay")
    );
}

#[test]
fn grants_that_name_a_source_or_our_own_are_nothing() {
    for more in [
        json!({"principal": "*", "sourceArn": "arn:aws:sns:eu-west-1:111122223333:topic"}),
        json!({"principal": "*", "principalOrgID": "o-acme"}),
        json!({"principal": "apigateway.amazonaws.com", "sourceArn": "arn:aws:execute-api:eu-west-1:111122223333:api/*"}),
        json!({"principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::bucket", "sourceAccount": SHOP}),
        json!({"principal": "events.amazonaws.com"}),
        json!({"principal": SHOP}),
        json!({"principal": format!("arn:aws:iam::{DATA}:role/reader")}),
    ] {
        for who in [eve(), ci(1)] {
            let own =
                change(2, "lambda", "PublishVersion", &session(DATA, "x", "y"), json!({"functionName": "f"}));
            let own = with(own, &[("recipientAccountId", json!(DATA))]);
            let world = after(&[own, grant(&who, more.clone())]);
            assert_eq!(severities(&world, "LAM-01"), [], "{more} {who}");
            assert_eq!(severities(&world, "LAM-02"), [], "{more} {who}");
        }
    }
}

#[test]
fn an_account_that_is_not_ours_is_found_and_an_allowed_one_is_not() {
    for more in [
        json!({"principal": STRANGER}),
        json!({"principal": format!("arn:aws:iam::{STRANGER}:root")}),
        json!({"principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::b", "sourceAccount": STRANGER}),
        json!({"principal": "events.amazonaws.com", "sourceArn": format!("arn:aws:events:eu-west-1:{STRANGER}:rule/r")}),
        json!({"principal": "*", "sourceAccount": STRANGER}),
    ] {
        let world = after(&[grant(&eve(), more.clone())]);
        assert_eq!(severities(&world, "LAM-02"), [Severity::High], "{more}");
        let allowed_accounts = std::iter::once(STRANGER.to_owned()).collect();
        let settings = Settings { now: moment(400 * DAY), allowed_accounts, ..Settings::default() };
        assert!(of(&found_with(&world, &settings), "LAM-02").is_empty(), "{more}, allowed");
    }
    let vendor = json!({"principal": STRANGER});
    let before = with(
        grant(&ci(1), vendor.clone()),
        &[("eventTime", json!("2026-03-03T00:00:00Z")), ("eventID", json!("v"))],
    );
    let new = grant(&ci(1), vendor);
    assert_eq!(severities(&after(std::slice::from_ref(&new)), "LAM-02"), [Severity::Medium]);
    assert_eq!(
        severities(&after(&[before, new]), "LAM-02").len(),
        1,
        "the second grant to a known vendor is quiet"
    );
}

#[test]
fn a_replaced_policy_is_judged_by_whom_it_lets_in() {
    let put = |who: &Value, statement: Value| {
        let arn = format!("arn:aws:lambda:eu-west-1:{SHOP}:function:pay");
        lambda(
            LATER,
            "PutResourcePolicy",
            who,
            json!({"resourceArn": arn, "policy": json!({"Statement": statement}).to_string()}),
        )
    };
    let own = json!([{"Effect": "Allow", "Principal": {"AWS": SHOP}, "Action": "lambda:InvokeFunction"}]);
    let open = json!([{"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction"}]);
    for (who, statement, severity) in [
        (eve(), &own, Some(Severity::Medium)),
        (eve(), &open, Some(Severity::High)),
        (ci(1), &own, None),
        (ci(1), &open, Some(Severity::Medium)),
    ] {
        assert_eq!(
            severities(&after(&[put(&who, statement.clone())]), "LAM-03"),
            severity.into_iter().collect::<Vec<_>>(),
            "{who} {statement}"
        );
    }
    let delete = lambda(LATER, "DeleteResourcePolicy", &eve(), json!({"resourceArn": "pay"}));
    assert_eq!(severities(&after(&[delete]), "LAM-03"), [Severity::Medium]);
}

#[test]
fn a_public_url_is_found_unless_the_pipeline_makes_such() {
    let url = |minutes, name, who: &Value, kind: &str| {
        lambda(minutes, name, who, json!({"functionName": "pay", "authType": kind}))
    };
    let (create, update) = ("CreateFunctionUrlConfig", "UpdateFunctionUrlConfig");
    assert_eq!(severities(&[url(9, create, &eve(), "NONE")], "LAM-04"), [Severity::High]);
    assert_eq!(severities(&[url(9, create, &eve(), "AWS_IAM")], "LAM-04"), []);
    assert_eq!(severities(&after(&[url(LATER, create, &ci(1), "NONE")]), "LAM-04"), [Severity::Low]);
    let loosened = [url(30, create, &ci(1), "AWS_IAM"), url(LATER, update, &ci(1), "NONE")];
    assert_eq!(severities(&after(&loosened), "LAM-04"), [Severity::Medium]);
    let dev = session(SHOP, "AWSReservedSSO_Dev_1", "ann@example.org");
    let usual =
        (0..20).map(|day| lambda(day * DAY + 3, "PublishVersion", &dev, json!({"functionName": "toy"})));
    let by_dev = |more: &[Value]| after(&usual.clone().chain(more.iter().cloned()).collect::<Vec<Value>>());
    let loosened = [url(30, create, &ci(1), "AWS_IAM"), url(LATER, update, &dev, "NONE")];
    assert_eq!(
        severities(&by_dev(&loosened), "LAM-04"),
        [Severity::High],
        "a person, though one who deploys"
    );
    assert_eq!(severities(&by_dev(&[url(LATER, create, &dev, "NONE")]), "LAM-04"), [Severity::Medium]);
    let repeated = [url(30, create, &ci(1), "NONE"), url(LATER, update, &eve(), "NONE")];
    assert_eq!(
        severities(&after(&repeated), "LAM-04"),
        [Severity::Note],
        "the first by the pipeline, before anything was learned"
    );
    let again = lambda(LATER, create, &ci(1), json!({"functionName": "mail", "authType": "NONE"}));
    assert_eq!(
        severities(&after(&[url(30, create, &ci(1), "NONE"), again]), "LAM-04"),
        [Severity::Note, Severity::Note]
    );
    let half = json!({"principal": "*", "functionUrlAuthType": "NONE", "action": "lambda:InvokeFunctionUrl"});
    assert_eq!(severities(&after(&[grant(&ci(1), half.clone())]), "LAM-01"), [Severity::Note]);
    assert_eq!(severities(&after(&[grant(&eve(), half)]), "LAM-01"), [Severity::High]);
}

fn code(minutes: i64, who: &Value, name: &str) -> Value {
    lambda(minutes, "UpdateFunctionCode20150331v2", who, json!({"functionName": name, "dryRun": false}))
}

#[test]
fn code_changed_by_a_person_or_a_stranger_is_found() {
    let sso = session(SHOP, "AWSReservedSSO_Developer_0123", "eve@example.org");
    let instance = session(SHOP, "web", "i-0a1b2c3d4e5f60718");
    for who in [eve(), sso.clone(), instance.clone()] {
        assert_eq!(severities(&after(&[code(LATER, &who, "pay")]), "LAM-05"), [Severity::Medium], "{who}");
        // Too early to know whether people change functions there.
        let early = if who == sso { Severity::Note } else { Severity::Medium };
        assert_eq!(severities(&[code(9, &who, "pay")], "LAM-05"), [early], "{who}, without a history");
    }
    let backend = session(SHOP, "backend", "x");
    assert_eq!(severities(&after(&[code(LATER, &backend, "pay")]), "LAM-05"), [Severity::Medium]);
    assert_eq!(severities(&[code(9, &backend, "pay")], "LAM-05"), [], "nothing says that it does not deploy");
    let dry = with(code(LATER, &eve(), "pay"), &[("requestParameters.dryRun", json!(true))]);
    assert_eq!(severities(&after(&[dry]), "LAM-05"), []);
    let refused = with(code(LATER, &eve(), "pay"), &[("errorCode", json!("AccessDeniedException"))]);
    assert_eq!(severities(&after(&[refused]), "LAM-05"), [Severity::Low]);
    let all = found(&after(&[code(LATER, &eve(), "pay"), code(LATER + 5, &eve(), "mail")]));
    let findings = of(&all, "LAM-05");
    assert_eq!((findings.len(), findings[0].events), (1, 2));
    assert!(findings[0].normal.as_deref().is_some_and(|normal| normal.contains("ci-deploy")));
}

#[test]
fn a_person_who_deploys_is_quiet_but_on_a_function_of_the_pipeline() {
    let days = |name: &str| (2..8).map(|day| code(day * DAY + 90, &eve(), name)).collect::<Vec<Value>>();
    let first_days = severities(&after(&days("toy")), "LAM-05");
    assert_eq!(first_days, [], "the records began too late to know, and he goes on");
    assert_eq!(severities(&after(&[days("toy"), vec![code(LATER, &eve(), "toy")]].concat()), "LAM-05"), []);
    assert_eq!(
        severities(&after(&[days("toy"), vec![code(LATER, &eve(), "pay")]].concat()), "LAM-05"),
        [Severity::Medium]
    );
}

#[test]
fn a_role_of_the_pipeline_used_in_another_way_is_found() {
    let stolen = session(SHOP, "ci-deploy", "botocore-session-1700000000");
    assert_eq!(severities(&after(&[code(LATER, &stolen, "pay")]), "LAM-05"), [Severity::Medium]);
    let upgraded = by_ci(LATER, "UpdateFunctionCode20150331v2", json!({"functionName": "pay"}));
    let upgraded = with(upgraded, &[("userAgent", json!("aws-cli/2.31.0"))]);
    assert_eq!(
        severities(&after(&[upgraded]), "LAM-05"),
        [],
        "another program under the same kind of session"
    );
}

#[test]
fn a_session_of_the_pipeline_that_left_its_runner_is_found() {
    let elsewhere = |agent: &str, address: &str| {
        let usual = by_ci(LATER, "UpdateFunctionCode20150331v2", json!({"functionName": "pay"}));
        with(usual, &[("userAgent", json!(agent)), ("sourceIPAddress", json!(address))])
    };
    let terraform = "APN/1.0 HashiCorp/1.0 Terraform/1.9";
    assert_eq!(severities(&after(&[elsewhere("aws-cli/2.1", "192.0.2.66")]), "LAM-05"), [Severity::Medium]);
    assert_eq!(severities(&after(&[elsewhere(terraform, "192.0.2.66")]), "LAM-05"), [], "another runner");
    assert_eq!(severities(&after(&[elsewhere("aws-cli/2.1", "203.0.113.77")]), "LAM-05"), [], "another step");
    let lent = (0..8).map(|at| {
        with(
            elsewhere(terraform, &format!("192.0.{at}.7")),
            &[
                ("eventTime", json!(format!("2026-03-0{}T01:00:00Z", at + 1))),
                ("eventID", json!(format!("lent-{at}"))),
            ],
        )
    });
    let world = [lent.collect(), vec![elsewhere("aws-cli/2.1", "192.0.99.66")]].concat();
    assert_eq!(severities(&after(&world), "LAM-05"), [], "runners that others lend come from everywhere");
}

#[test]
fn a_pipeline_that_takes_over_is_quiet() {
    let next = |day: i64, agent: &str| {
        let who = session(SHOP, "github-deploy", "run-7");
        with(code(day * DAY + 60, &who, "pay"), &[("userAgent", json!(agent))])
    };
    let same: Vec<Value> = (21..23).map(|day| next(day, "APN/1.0 HashiCorp/1.0 Terraform/1.9")).collect();
    assert_eq!(severities(&after(&same), "LAM-05"), [], "works as the old one did");
    let other: Vec<Value> = (21..35).map(|day| next(day, "aws-cdk/2")).collect();
    assert_eq!(severities(&after(&other), "LAM-05"), [], "goes on for weeks");
    let by_stack = with(
        code(LATER, &eve(), "pay"),
        &[("userIdentity.invokedBy", json!("cloudformation.amazonaws.com"))],
    );
    assert_eq!(severities(&after(&[by_stack]), "LAM-05"), []);
    let forged = with(code(LATER, &eve(), "pay"), &[("userAgent", json!("cloudformation.amazonaws.com"))]);
    assert_eq!(severities(&after(&[forged]), "LAM-05"), [Severity::Medium]);
}

fn layered(minutes: i64, who: &Value, account: &str, layer: &str) -> Value {
    let arn = format!("arn:aws:lambda:eu-west-1:{account}:layer:{layer}:3");
    lambda(
        minutes,
        "UpdateFunctionConfiguration20150331v2",
        who,
        json!({"functionName": "pay", "layers": [arn]}),
    )
}

#[test]
fn a_layer_from_outside_is_found_on_its_first_day() {
    assert_eq!(severities(&after(&[layered(LATER, &eve(), STRANGER, "x")]), "LAM-06"), [Severity::High]);
    assert_eq!(severities(&[layered(9, &eve(), STRANGER, "x")], "LAM-06"), [Severity::High]);
    assert_eq!(severities(&after(&[layered(LATER, &ci(1), STRANGER, "x")]), "LAM-06"), [Severity::Low]);
    assert_eq!(severities(&after(&[layered(9, &ci(1), STRANGER, "x")]), "LAM-06"), [Severity::Note]);
    let known = layered(9, &ci(1), STRANGER, "x");
    assert_eq!(
        severities(&after(&[known, layered(LATER, &ci(1), STRANGER, "y")]), "LAM-06"),
        [Severity::Note]
    );
    let answered = json!([{"arn": format!("arn:aws:lambda:eu-west-1:{STRANGER}:layer:agent:1")}]);
    let used = with(
        by_ci(50, "PublishVersion20150331", json!({"functionName": "pay"})),
        &[("responseElements.layers", answered)],
    );
    assert_eq!(severities(&after(&[used, layered(LATER, &ci(1), STRANGER, "agent")]), "LAM-06"), []);
}

#[test]
fn an_own_layer_by_a_person_and_a_shared_layer_are_found() {
    assert_eq!(severities(&after(&[layered(LATER, &eve(), SHOP, "ext")]), "LAM-06"), [Severity::Medium]);
    assert_eq!(severities(&after(&[layered(LATER, &ci(1), SHOP, "ext")]), "LAM-06"), []);
    let share = |who: &Value, principal: &str, organization: Option<&str>| {
        let request = json!({"layerName": "lib", "versionNumber": 3, "principal": principal, "organizationId": organization});
        lambda(LATER, "AddLayerVersionPermission20181031", who, request)
    };
    assert_eq!(severities(&after(&[share(&eve(), "*", None)]), "LAM-06"), [Severity::High]);
    assert_eq!(severities(&after(&[share(&ci(1), STRANGER, None)]), "LAM-06"), [Severity::Medium]);
    assert_eq!(severities(&after(&[share(&eve(), "*", Some("o-acme"))]), "LAM-06"), []);
    assert_eq!(severities(&after(&[share(&eve(), SHOP, None)]), "LAM-06"), []);
}
