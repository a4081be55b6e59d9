//! Whoever weakens what trails rest on: buckets, keys, log groups.

use crate::trl::{made, setup, severities};
use crate::world::{DAY, SHOP, STRANGER, change, found_with, moment, of, service, session, user, with};
use detect::finding::Severity;
use detect::recorders::KnownRecorder;
use detect::settings::Settings;
use serde_json::{Value, json};

fn eve() -> Value {
    user(SHOP, "eve")
}

fn s3(minutes: i64, name: &str, who: &Value, bucket: &str, more: &[(&str, Value)]) -> Value {
    with(change(minutes, "s3", name, who, json!({"bucketName": bucket, "Host": "s3"})), more)
}

fn lifecycle(minutes: i64, who: &Value, bucket: &str, rule: Value) -> Value {
    let rules = json!({"Rule": rule, "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/"});
    s3(minutes, "PutBucketLifecycle", who, bucket, &[("requestParameters.LifecycleConfiguration", rules)])
}

fn expires(days: i64, prefix: &str) -> Value {
    json!({"ID": "x", "Status": "Enabled", "Filter": {"Prefix": prefix}, "Expiration": {"Days": days}})
}

#[test]
fn a_short_lifecycle_of_a_log_bucket_is_found() {
    let one = |rule| severities(&[made(), lifecycle(9, &eve(), "acme-logs", rule)], "TRL-06");
    for rule in [
        expires(1, "*"),
        expires(30, ""),
        json!([expires(400, ""), expires(7, "AWSLogs/")]),
        json!({"Status": "Enabled", "Expiration": {"Days": "1"}}),
        json!({"Status": "Enabled", "Prefix": "", "Expiration": {"Date": "2026-03-02T00:00:00Z"}}),
    ] {
        assert_eq!(one(rule.clone()), [Severity::High], "{rule}");
    }
    for rule in [
        expires(365, ""),
        expires(1, "athena-results/"),
        json!({"Status": "Disabled", "Expiration": {"Days": 1}}),
        json!({"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}),
        json!({"Status": "Enabled", "Transition": {"Days": 1, "StorageClass": "GLACIER"}}),
    ] {
        assert_eq!(one(rule.clone()), [], "{rule}");
    }
}

#[test]
fn a_lifecycle_that_is_no_shorter_than_before_is_nothing() {
    let (first, longer) = (
        lifecycle(9, &eve(), "acme-logs", expires(30, "")),
        lifecycle(900, &eve(), "acme-logs", expires(60, "")),
    );
    assert_eq!(severities(&[made(), first, longer], "TRL-06"), [Severity::High], "the first one alone");
}

#[test]
fn a_bucket_is_known_by_trail_inventory_policy_or_name() {
    let delete = |bucket| s3(9, "DeleteBucketPolicy", &eve(), bucket, &[]);
    assert_eq!(severities(&[delete("acme-logs")], "TRL-06"), [], "nothing says that it holds logs");
    assert_eq!(severities(&[delete("acme-cloudtrail-1")], "TRL-06"), [Severity::Medium]);
    assert_eq!(severities(&[made(), delete("acme-logs")], "TRL-06"), [Severity::High]);
    let known = KnownRecorder {
        arn: String::new(),
        kind: cloudtrail::recorder::RecorderKind::Trail,
        multi_region: true,
        organization: false,
        members: std::collections::BTreeSet::new(),
        holes: std::collections::BTreeMap::new(),
        recording: None,
        selectors: None,
        at: 0,
        bucket: Some("acme-logs".into()),
        key: None,
        log_group: None,
    };
    let settings = Settings { now: moment(400 * DAY), recorders: vec![known], ..Settings::default() };
    assert_eq!(of(&found_with(&[delete("acme-logs")], &settings), "TRL-06").len(), 1);
}

fn policy(minutes: i64, who: &Value, bucket: &str, statements: Value) -> Value {
    s3(
        minutes,
        "PutBucketPolicy",
        who,
        bucket,
        &[("requestParameters.bucketPolicy", json!({"Statement": statements}))],
    )
}

#[test]
fn a_policy_without_cloudtrail_is_found() {
    let writes = json!({"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject"});
    let secure = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let refuses = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject"});
    let reads = |who: &str| json!({"Effect": "Allow", "Principal": {"AWS": who}, "Action": "s3:GetObject"});
    let one = |statements| severities(&[made(), policy(9, &eve(), "acme-logs", statements)], "TRL-06");
    assert_eq!(one(json!([writes, secure])), []);
    assert_eq!(one(json!([writes, reads(SHOP)])), []);
    let others = with(writes.clone(), &[("Condition.StringEquals", json!({"aws:SourceAccount": STRANGER}))]);
    assert_eq!(one(json!([writes, others])), [], "a service that delivers the logs of another account");
    assert_eq!(one(json!([secure])), [Severity::High]);
    assert_eq!(one(json!([writes, refuses])), [Severity::High]);
    assert_eq!(one(json!([writes, reads(STRANGER)])), [Severity::Medium]);
    assert_eq!(
        severities(&[policy(9, &session(SHOP, "app", "x"), "trail-logs-athena", json!([secure]))], "TRL-06"),
        []
    );
}

#[test]
fn guards_of_a_bucket_that_go_are_found() {
    let lock = |days: i64| {
        (
            "requestParameters.ObjectLockConfiguration",
            json!({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": days}}}),
        )
    };
    for (name, more, severity) in [
        (
            "PutBucketVersioning",
            ("requestParameters.VersioningConfiguration.Status", json!("Suspended")),
            Some(Severity::High),
        ),
        ("PutBucketVersioning", ("requestParameters.VersioningConfiguration.Status", json!("Enabled")), None),
        (
            "PutBucketObjectLockConfiguration",
            ("requestParameters.ObjectLockConfiguration.ObjectLockEnabled", json!("Enabled")),
            Some(Severity::High),
        ),
        ("PutBucketObjectLockConfiguration", lock(365), None),
        (
            "PutBucketPublicAccessBlock",
            ("requestParameters.PublicAccessBlockConfiguration.BlockPublicAcls", json!(false)),
            Some(Severity::Medium),
        ),
        (
            "PutBucketPublicAccessBlock",
            ("requestParameters.PublicAccessBlockConfiguration.BlockPublicAcls", json!(true)),
            None,
        ),
        ("DeleteBucket", ("requestParameters.x", json!("")), Some(Severity::High)),
        (
            "PutBucketEncryption",
            (
                "requestParameters.ServerSideEncryptionConfiguration.Rule.ApplyServerSideEncryptionByDefault.KMSMasterKeyID",
                json!("arn:aws:kms:eu-west-1:999900001111:key/k"),
            ),
            Some(Severity::High),
        ),
    ] {
        let got =
            severities(&[made(), s3(9, name, &eve(), "acme-logs", std::slice::from_ref(&more))], "TRL-06");
        assert_eq!(got, severity.into_iter().collect::<Vec<_>>(), "{name} {more:?}");
    }
    let locks = |days| s3(100 + days, "PutBucketObjectLockConfiguration", &eve(), "acme-logs", &[lock(days)]);
    assert_eq!(severities(&[made(), locks(30), locks(365)], "TRL-06"), []);
    let lower = with(locks(30), &[("eventTime", json!("2026-03-09T00:00:00Z"))]);
    assert_eq!(severities(&[made(), locks(365), lower], "TRL-06"), [Severity::High]);
}

#[test]
fn deleted_files_of_logs_are_found_but_for_those_a_pipeline_empties() {
    let key = json!("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/x.json.gz");
    let delete = |minutes, who: &Value, bucket| {
        s3(
            minutes,
            "DeleteObject",
            who,
            bucket,
            &[("requestParameters.key", key.clone()), ("managementEvent", json!(false))],
        )
    };
    assert_eq!(
        severities(&[made(), delete(9, &eve(), "acme-logs"), delete(10, &eve(), "acme-logs")], "TRL-06"),
        [Severity::High]
    );
    assert_eq!(severities(&[delete(9, &eve(), "copies")], "TRL-06"), [Severity::Medium]);
    assert_eq!(severities(&[made(), delete(9, &service("s3"), "acme-logs")], "TRL-06"), []);
    let siem = session(SHOP, "siem", "ingest");
    let daily: Vec<Value> = (0..20).map(|day| delete(day * DAY + 60, &siem, "copies")).collect();
    assert_eq!(severities(&daily, "TRL-06"), []);
}

fn kms(minutes: i64, name: &str, who: &Value, key: &str) -> Value {
    change(minutes, "kms", name, who, json!({"keyId": key}))
}

#[test]
fn a_key_of_a_trail_that_goes_is_found_and_another_key_is_not() {
    let arn = "arn:aws:kms:eu-west-1:111122223333:key/k-1";
    for key in ["k-1", arn] {
        assert_eq!(
            severities(&[made(), kms(9, "DisableKey", &eve(), key)], "TRL-07"),
            [Severity::High],
            "{key}"
        );
    }
    let alias =
        with(kms(9, "ScheduleKeyDeletion", &eve(), "alias/logs"), &[("responseElements.keyId", json!(arn))]);
    assert_eq!(severities(&[made(), alias], "TRL-07"), [Severity::High]);
    assert_eq!(severities(&[made(), kms(9, "DisableKey", &eve(), "k-9")], "TRL-07"), []);
    assert_eq!(severities(&[made(), kms(9, "DisableKeyRotation", &eve(), "k-1")], "TRL-07"), []);
    let refused = with(kms(9, "DisableKey", &eve(), "k-1"), &[("errorCode", json!("AccessDenied"))]);
    assert_eq!(severities(&[made(), refused], "TRL-07"), [Severity::Low]);
}

#[test]
fn a_key_that_was_rotated_away_counts_little() {
    let arn = "arn:aws:kms:eu-west-1:111122223333:key/k-2";
    let infra = session(SHOP, "infra", "run");
    let request = json!({"name": "main", "kmsKeyId": arn});
    let rotate = with(
        change(DAY, "cloudtrail", "UpdateTrail", &infra, request),
        &[("responseElements", setup(&[("kmsKeyId", json!(arn))]))],
    );
    let old = kms(40 * DAY, "ScheduleKeyDeletion", &eve(), "k-1");
    assert_eq!(severities(&[made(), rotate.clone(), old], "TRL-07"), [Severity::Low]);
    assert_eq!(
        severities(&[made(), rotate, kms(40 * DAY, "DisableKey", &eve(), "k-2")], "TRL-07"),
        [Severity::High]
    );
}

#[test]
fn a_policy_of_the_key_without_cloudtrail_is_found() {
    let put = |statement: Value| {
        let policy = json!({"Statement": [statement]}).to_string();
        with(kms(9, "PutKeyPolicy", &eve(), "k-1"), &[("requestParameters.policy", json!(policy))])
    };
    let mine = json!({"Effect": "Allow", "Principal": {"AWS": SHOP}, "Action": "kms:*"});
    let trails = json!({"Effect": "Allow", "Principal": {"Service": ["cloudtrail.amazonaws.com"]}, "Action": "kms:GenerateDataKey*"});
    assert_eq!(severities(&[made(), put(mine)], "TRL-07"), [Severity::High]);
    assert_eq!(severities(&[made(), put(trails)], "TRL-07"), []);
}

fn logs(minutes: i64, name: &str, request: Value) -> Value {
    change(minutes, "logs", name, &eve(), request)
}

#[test]
fn a_log_group_of_a_trail_that_is_weakened_is_found() {
    let group = "audit/events";
    for (name, request, severity) in [
        ("DeleteLogGroup", json!({"logGroupName": group}), Severity::High),
        ("DeleteLogStream", json!({"logGroupName": group, "logStreamName": "s"}), Severity::High),
        ("DeleteSubscriptionFilter", json!({"logGroupName": group, "filterName": "siem"}), Severity::Medium),
        ("DeleteMetricFilter", json!({"logGroupName": group, "filterName": "root"}), Severity::Medium),
        ("PutRetentionPolicy", json!({"logGroupName": group, "retentionInDays": 1}), Severity::Medium),
        (
            "PutSubscriptionFilter",
            json!({"logGroupName": group, "destinationArn": "arn:aws:logs:eu-west-1:999900001111:destination:d"}),
            Severity::Medium,
        ),
    ] {
        assert_eq!(severities(&[made(), logs(9, name, request.clone())], "TRL-08"), [severity], "{name}");
        let other = with(
            logs(9, name, request),
            &[("requestParameters.logGroupName", json!("/aws/lambda/cloudtrail-reader"))],
        );
        assert_eq!(severities(&[made(), other], "TRL-08"), [], "{name} of another group");
    }
}

#[test]
fn what_is_replaced_or_kept_longer_is_nothing() {
    let filter = json!({"logGroupName": "audit/events", "filterName": "siem"});
    let replaced = [
        made(),
        logs(9, "DeleteSubscriptionFilter", filter.clone()),
        logs(11, "PutSubscriptionFilter", filter),
    ];
    assert_eq!(severities(&replaced, "TRL-08"), []);
    let keep = |minutes, days: i64| {
        logs(minutes, "PutRetentionPolicy", json!({"logGroupName": "audit/events", "retentionInDays": days}))
    };
    assert_eq!(severities(&[made(), keep(9, 365)], "TRL-08"), []);
    assert_eq!(severities(&[made(), keep(9, 365), keep(20, 400)], "TRL-08"), []);
    assert_eq!(severities(&[made(), keep(9, 365), keep(20, 90)], "TRL-08"), [Severity::Medium]);
}

#[test]
fn a_pipeline_that_may_not_do_what_its_template_says_is_nothing() {
    let infra = session(SHOP, "infra", "run-1");
    let days = (1..5).map(|day| change(day * DAY, "kms", "EnableKey", &infra, json!({"keyId": "k"})));
    let refused = |record: Value| with(record, &[("errorCode", json!("AccessDenied"))]);
    let world: Vec<Value> = days
        .chain([
            made(),
            refused(lifecycle(9 * DAY, &infra, "acme-logs", expires(1, ""))),
            refused(change(9 * DAY, "kms", "DisableKey", &infra, json!({"keyId": "k-1"}))),
            refused(change(
                9 * DAY,
                "logs",
                "DeleteLogGroup",
                &infra,
                json!({"logGroupName": "audit/events"}),
            )),
        ])
        .collect();
    for detection in ["TRL-06", "TRL-07", "TRL-08"] {
        assert_eq!(severities(&world, detection), [], "{detection}");
    }
    let eve = refused(lifecycle(9 * DAY + 1, &eve(), "acme-logs", expires(1, "")));
    assert_eq!(severities(&[world, vec![eve]].concat(), "TRL-06"), [Severity::Low]);
}
