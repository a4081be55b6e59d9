//! Whoever weakens the recording: trails, the organization, other sources.

use crate::world::{DAY, REGION, SHOP, STRANGER, change, found, of, session, user, with};
use detect::finding::Severity;
use serde_json::{Value, json};

const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";

fn eve() -> Value {
    user(SHOP, "eve")
}

fn infra() -> Value {
    session(SHOP, "infra", "run-1")
}

/// Severities of what is found.
pub(crate) fn severities(records: &[Value], detection: &str) -> Vec<Severity> {
    of(&found(records), detection).iter().map(|finding| finding.severity).collect()
}

/// A trail as CloudTrail answers for it, with these members instead.
pub(crate) fn setup(members: &[(&str, Value)]) -> Value {
    let all = json!({
        "name": "main", "s3BucketName": "acme-logs", "includeGlobalServiceEvents": true, "isMultiRegionTrail": true,
        "trailARN": ARN, "logFileValidationEnabled": true, "isOrganizationTrail": true,
        "kmsKeyId": "arn:aws:kms:eu-west-1:111122223333:key/k-1",
        "cloudWatchLogsLogGroupArn": "arn:aws:logs:eu-west-1:111122223333:log-group:audit/events:*",
    });
    with(all, members)
}

/// The trail is made.
pub(crate) fn made() -> Value {
    let request = json!({"name": "main", "s3BucketName": "acme-logs"});
    with(change(1, "cloudtrail", "CreateTrail", &infra(), request), &[("responseElements", setup(&[]))])
}

fn update(minutes: i64, who: &Value, request: Value, answer: &[(&str, Value)]) -> Value {
    with(change(minutes, "cloudtrail", "UpdateTrail", who, request), &[("responseElements", setup(answer))])
}

#[test]
fn a_stopped_trail_is_found_and_a_refused_call_counts_less() {
    let stop = change(5, "cloudtrail", "StopLogging", &eve(), json!({"name": "main"}));
    let refused = with(stop.clone(), &[("errorCode", json!("AccessDenied"))]);
    let failed = with(stop.clone(), &[("errorCode", json!("TrailNotFoundException"))]);
    let one = found(std::slice::from_ref(&stop));
    let findings = of(&one, "TRL-01");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].principal.as_deref(), Some("arn:aws:iam::111122223333:user/eve"));
    assert_eq!(findings[0].severity, Severity::High);
    assert_eq!(severities(&[refused], "TRL-01"), [Severity::Medium]);
    assert_eq!(severities(&[failed], "TRL-01"), []);
}

#[test]
fn a_principal_that_stops_many_trails_is_one_finding() {
    let stop =
        |minutes, name: &str| change(minutes, "cloudtrail", "StopLogging", &eve(), json!({"name": name}));
    let all = found(&[stop(5, "a"), stop(6, "b"), stop(7, ARN), stop(300, "c")]);
    let findings = of(&all, "TRL-01");
    assert_eq!(findings.iter().map(|one| one.events).collect::<Vec<_>>(), [3, 1]);
    assert_eq!(findings[0].proofs.len(), 3);
}

#[test]
fn a_trail_that_was_started_again_was_stopped_nevertheless() {
    let stop = change(DAY, "cloudtrail", "StopLogging", &eve(), json!({"name": "main"}));
    let start = change(DAY + 12, "cloudtrail", "StartLogging", &eve(), json!({"name": ARN}));
    let all = found(&[stop, start]);
    let finding = of(&all, "TRL-01")[0];
    assert_eq!(finding.severity, Severity::High);
    assert!(finding.remark.as_deref().is_some_and(|remark| remark.contains("12 minutes")));
    assert_eq!(finding.proofs.len(), 2);
}

#[test]
fn a_trial_of_its_own_maker_counts_less() {
    let own = |minutes, name| change(minutes, "cloudtrail", name, &infra(), json!({"name": "main"}));
    assert_eq!(
        severities(&[made(), own(30, "StopLogging"), own(31, "DeleteTrail")], "TRL-01"),
        [Severity::Low]
    );
    assert_eq!(
        severities(&[made(), own(30, "StopLogging"), own(31, "DeleteTrail")], "TRL-02"),
        [Severity::Low]
    );
    assert_eq!(severities(&[made(), own(2 * DAY, "DeleteTrail")], "TRL-02"), [Severity::High]);
}

#[test]
fn a_deleted_trail_is_found_and_a_replaced_one_counts_less() {
    let delete = change(3 * DAY, "cloudtrail", "DeleteTrail", &eve(), json!({"name": ARN}));
    let another = change(3 * DAY + 2, "cloudtrail", "CreateTrail", &eve(), json!({"name": "next"}));
    let refused = with(delete.clone(), &[("errorCode", json!("AccessDeniedException"))]);
    assert_eq!(severities(&[made(), delete.clone()], "TRL-02"), [Severity::High]);
    assert_eq!(severities(&[made(), delete, another], "TRL-02"), [Severity::Medium]);
    assert_eq!(severities(&[made(), refused], "TRL-02"), [Severity::Medium]);
}

#[test]
fn a_trail_that_reaches_less_is_found() {
    for (member, request, severity) in [
        ("isMultiRegionTrail", "isMultiRegionTrail", Severity::High),
        ("isOrganizationTrail", "isOrganizationTrail", Severity::High),
        ("includeGlobalServiceEvents", "includeGlobalServiceEvents", Severity::High),
        ("logFileValidationEnabled", "enableLogFileValidation", Severity::Medium),
    ] {
        let request = json!({"name": "main", request: false});
        let weaker = update(60, &eve(), request.clone(), &[(member, json!(false))]);
        assert_eq!(severities(&[made(), weaker.clone()], "TRL-04"), [severity], "{member}");
        let unanswered = with(weaker.clone(), &[("responseElements", Value::Null)]);
        assert_eq!(severities(&[made(), unanswered], "TRL-04"), [severity], "{member}, by the request alone");
        let refused =
            with(weaker.clone(), &[("responseElements", Value::Null), ("errorCode", json!("AccessDenied"))]);
        assert_eq!(severities(&[made(), refused], "TRL-04"), [Severity::Low], "{member}, refused");
        assert_eq!(
            severities(std::slice::from_ref(&weaker), "TRL-04"),
            [severity],
            "{member}, of a trail not seen before"
        );
        let again = update(600, &eve(), request, &[(member, json!(false))]);
        assert_eq!(severities(&[made(), weaker, again], "TRL-04"), [severity], "{member}, once is once");
    }
}

#[test]
fn a_trail_that_is_repeated_or_strengthened_is_nothing() {
    let first = with(
        made(),
        &[("responseElements.isMultiRegionTrail", json!(false)), ("responseElements.kmsKeyId", Value::Null)],
    );
    let first = with(
        first,
        &[(
            "responseElements",
            with(setup(&[]), &[("isMultiRegionTrail", json!(false)), ("kmsKeyId", json!(""))]),
        )],
    );
    let same = update(
        60,
        &eve(),
        json!({"name": "main", "isMultiRegionTrail": false}),
        &[("isMultiRegionTrail", json!(false)), ("kmsKeyId", json!(""))],
    );
    assert_eq!(severities(&[first.clone(), same], "TRL-04"), []);
    assert_eq!(
        severities(
            &[first, update(60, &eve(), json!({"name": "main", "isMultiRegionTrail": true}), &[])],
            "TRL-04"
        ),
        []
    );
    let all = json!({"name": "main", "s3BucketName": "acme-logs", "isMultiRegionTrail": true});
    assert_eq!(severities(&[made(), update(60, &infra(), all, &[])], "TRL-04"), []);
}

#[test]
fn what_templates_repeat_of_a_trail_not_seen_before_is_no_alarm() {
    let off = [("isOrganizationTrail", json!(false))];
    let only_answered = update(60, &eve(), json!({"name": "main", "cloudWatchLogsLogGroupArn": "g"}), &off);
    assert_eq!(severities(&[only_answered], "TRL-04"), [], "nobody asked for it to be off");
    let all = json!({"name": "main", "s3BucketName": "acme-logs", "isOrganizationTrail": false});
    let stack = with(
        update(60, &infra(), all, &off),
        &[("userIdentity.invokedBy", json!("cloudformation.amazonaws.com"))],
    );
    assert_eq!(severities(&[stack], "TRL-04"), [Severity::Note]);
    let upper = update(
        60,
        &eve(),
        json!({"Name": "main", "IsMultiRegionTrail": "false"}),
        &[("isMultiRegionTrail", json!(false))],
    );
    assert_eq!(severities(&[upper], "TRL-04"), [Severity::High], "whatever the case of a member");
}

#[test]
fn a_trail_that_delivers_elsewhere_is_found() {
    let bucket = |who: &Value| {
        update(60, who, json!({"name": "main", "s3BucketName": "evil"}), &[("s3BucketName", json!("evil"))])
    };
    assert_eq!(severities(&[made(), bucket(&eve())], "TRL-04"), [Severity::High]);
    let group = update(
        60,
        &eve(),
        json!({"name": "main", "cloudWatchLogsLogGroupArn": ""}),
        &[("cloudWatchLogsLogGroupArn", json!(""))],
    );
    assert_eq!(severities(&[made(), group], "TRL-04"), [Severity::Medium]);
}

#[test]
fn a_rotated_key_is_a_note_for_pipelines_and_a_key_of_a_stranger_is_not() {
    let key = |minutes, who: &Value, account: &str, id: &str| {
        let arn = format!("arn:aws:kms:{REGION}:{account}:key/{id}");
        update(minutes, who, json!({"name": "main", "kmsKeyId": arn}), &[("kmsKeyId", json!(arn))])
    };
    let mut world: Vec<Value> =
        (0..5).map(|day| change(day * DAY + 9, "kms", "EnableKey", &infra(), json!({}))).collect();
    world.push(made());
    let and = |one: Value| [world.clone(), vec![one]].concat();
    assert_eq!(severities(&and(key(6 * DAY, &infra(), SHOP, "k-2")), "TRL-04"), [Severity::Note]);
    assert_eq!(severities(&and(key(6 * DAY, &eve(), SHOP, "k-2")), "TRL-04"), [Severity::Low]);
    assert_eq!(severities(&and(key(6 * DAY, &infra(), STRANGER, "k-2")), "TRL-04"), [Severity::High]);
    let none = update(6 * DAY, &eve(), json!({"name": "main", "kmsKeyId": ""}), &[("kmsKeyId", json!(""))]);
    assert_eq!(severities(&and(none), "TRL-04"), [Severity::Medium]);
}

#[test]
fn guard_rails_that_are_lowered_are_found() {
    let of_organization = |name, request| change(9, "organizations", name, &eve(), request);
    for (name, request, severity) in [
        ("DetachPolicy", json!({"policyId": "p-1", "targetId": "ou-1"}), Severity::High),
        ("LeaveOrganization", Value::Null, Severity::High),
        ("RemoveAccountFromOrganization", json!({"accountId": STRANGER}), Severity::High),
        (
            "DisablePolicyType",
            json!({"rootId": "r-1", "policyType": "SERVICE_CONTROL_POLICY"}),
            Severity::High,
        ),
        (
            "DeregisterDelegatedAdministrator",
            json!({"servicePrincipal": "cloudtrail.amazonaws.com"}),
            Severity::High,
        ),
        ("DisableAWSServiceAccess", json!({"servicePrincipal": "cloudtrail.amazonaws.com"}), Severity::High),
        ("DeletePolicy", json!({"policyId": "p-1"}), Severity::Medium),
        (
            "MoveAccount",
            json!({"accountId": "1", "sourceParentId": "ou-1", "destinationParentId": "r-1"}),
            Severity::Medium,
        ),
    ] {
        assert_eq!(severities(&[of_organization(name, request)], "TRL-09"), [severity], "{name}");
    }
    for (name, request) in [
        ("DisableAWSServiceAccess", json!({"servicePrincipal": "ram.amazonaws.com"})),
        ("MoveAccount", json!({"accountId": "1", "sourceParentId": "r-1", "destinationParentId": "ou-1"})),
        (
            "UpdatePolicy",
            json!({"policyId": "p-1", "content": "{\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"cloudtrail:*\"}]}"}),
        ),
    ] {
        assert_eq!(severities(&[of_organization(name, request)], "TRL-09"), [], "{name}");
    }
}

#[test]
fn a_policy_that_denies_less_is_found_and_one_that_is_swapped_counts_less() {
    let content = |actions: Value| {
        json!({"Statement": {"Effect": "Deny", "Action": actions, "Resource": "*"}}).to_string()
    };
    let policy = |minutes, actions: Value| {
        change(
            minutes,
            "organizations",
            "UpdatePolicy",
            &eve(),
            json!({"policyId": "p-1", "content": content(actions)}),
        )
    };
    let both = policy(1, json!(["cloudtrail:StopLogging", "lambda:AddPermission"]));
    assert_eq!(
        severities(&[both.clone(), policy(9, json!("cloudtrail:StopLogging"))], "TRL-09"),
        [Severity::High]
    );
    assert_eq!(severities(&[both, policy(9, json!(["cloudtrail:*", "lambda:*"]))], "TRL-09"), []);
    let detach =
        change(9, "organizations", "DetachPolicy", &eve(), json!({"policyId": "p-1", "targetId": "ou-1"}));
    let attach =
        |id| change(8, "organizations", "AttachPolicy", &eve(), json!({"policyId": id, "targetId": "ou-1"}));
    assert_eq!(severities(&[detach.clone(), attach("p-2")], "TRL-09"), [Severity::Low]);
    assert_eq!(severities(&[detach, attach("p-FullAWSAccess")], "TRL-09"), [Severity::High]);
}

#[test]
fn other_sources_that_go_are_found() {
    for (service, name, request, severity) in [
        ("observabilityadmin", "DeleteTelemetryRule", json!({"ruleIdentifier": "r"}), Severity::Medium),
        (
            "securitylake",
            "DeleteAwsLogSource",
            json!({"sources": [{"sourceName": "LAMBDA_EXECUTION"}]}),
            Severity::High,
        ),
        (
            "securitylake",
            "DeleteAwsLogSource",
            json!({"sources": [{"sourceName": "VPC_FLOW"}]}),
            Severity::Medium,
        ),
        (
            "cloudtrail",
            "PutInsightSelectors",
            json!({"trailName": "main", "insightSelectors": []}),
            Severity::Medium,
        ),
    ] {
        assert_eq!(severities(&[change(9, service, name, &eve(), request)], "TRL-11"), [severity], "{name}");
    }
    let insights = |minutes, kinds: Value| {
        change(
            minutes,
            "cloudtrail",
            "PutInsightSelectors",
            &eve(),
            json!({"trailName": "main", "insightSelectors": kinds}),
        )
    };
    let one = json!([{"insightType": "ApiCallRateInsight"}]);
    let two = json!([{"insightType": "ApiCallRateInsight"}, {"insightType": "ApiErrorRateInsight"}]);
    assert_eq!(severities(&[insights(1, one.clone()), insights(9, two.clone())], "TRL-11"), []);
    assert_eq!(severities(&[insights(1, two), insights(9, one)], "TRL-11"), [Severity::Medium]);
}
