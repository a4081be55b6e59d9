//! Stories of trails: `TRL-01` to `TRL-09`, and `TRL-11`.

use super::changes::{own_trail, select, selectors, wider};
use super::company::{ARCHIVE, Home, MANAGEMENT, SECURITY};
use super::drawn::whole;
use super::record::Deed;
use super::stage::{Access, Hush, Pace, Stage};
use serde_json::{Value, json};

pub(super) const TECHNIQUES: [&str; 10] =
    ["TRL-01", "TRL-02", "TRL-03", "TRL-04", "TRL-05", "TRL-06", "TRL-07", "TRL-08", "TRL-09", "TRL-11"];

/// Plays one.
pub(super) fn play(stage: &mut Stage<'_>, technique: &str) {
    match technique {
        "TRL-01" => stop(stage),
        "TRL-02" => delete(stage),
        "TRL-03" => narrow(stage),
        "TRL-04" => weaken(stage),
        "TRL-05" => stores(stage),
        "TRL-06" => bucket(stage),
        "TRL-07" => key(stage),
        "TRL-08" => log_group(stage),
        "TRL-09" => guard_rails(stage),
        _ => telemetry(stage),
    }
}

/// Whose trail: the organization's, or that of one account; its account and its name.
fn trail(stage: &mut Stage<'_>) -> (usize, String, bool) {
    let local = stage.pace == Pace::Quiet || stage.rng.permille(350);
    if local {
        (stage.company.twice, own_trail(stage.company), true)
    } else {
        (MANAGEMENT, stage.company.trail_arn(), false)
    }
}

fn hush(stage: &mut Stage<'_>, from: i64, until: i64, local: bool, data: bool, function: Option<String>) {
    stage.hushes.push(Hush { from: from + 1, until, local, data, function });
}

fn stop(stage: &mut Stage<'_>) {
    let (account, name, local) = trail(stage);
    let (actor, begin) = (stage.inside(account), stage.begin());
    let times = if stage.pace == Pace::Slow { stage.times(begin, 9) } else { vec![begin] };
    if stage.pace == Pace::Loud {
        stage.manage(
            Home::first_of(account),
            &actor,
            begin - 30,
            &Deed::new("cloudtrail", "DescribeTrails", json!({})),
        );
    }
    for at in times {
        let (least, more) = stage.by_pace((3600, 7200), (500, 900), (1200, 1));
        let long = least + whole(&mut stage.rng, more);
        stage.manage(
            Home::first_of(account),
            &actor,
            at,
            &Deed::new("cloudtrail", "StopLogging", json!({"name": name})),
        );
        let start = Deed::new("cloudtrail", "StartLogging", json!({"name": name}));
        if stage.pace == Pace::Quiet {
            stage.repair(Home::first_of(account), at + long, &start);
        } else {
            stage.manage(Home::first_of(account), &actor, at + long, &start);
        }
        hush(stage, at, at + long, local, false, None);
    }
}

fn delete(stage: &mut Stage<'_>) {
    let (account, name, local) = trail(stage);
    let (actor, begin) = (stage.inside(account), stage.begin());
    let ahead = stage.by_pace(20, 2 * 86_400, 0);
    if ahead > 0 {
        stage.manage(
            Home::first_of(account),
            &actor,
            begin - ahead.min(80_000),
            &Deed::new("cloudtrail", "GetTrailStatus", json!({"name": name})),
        );
    }
    stage.manage(
        Home::first_of(account),
        &actor,
        begin,
        &Deed::new("cloudtrail", "DeleteTrail", json!({"name": name})),
    );
    let until = begin + 2400 + whole(&mut stage.rng, 2400);
    hush(stage, begin, until - 30, local, false, None);
    let short = name.rsplit('/').next().unwrap_or_default();
    let made = json!({"name": short, "s3BucketName": stage.company.bucket, "kmsKeyId": stage.company.key, "isMultiRegionTrail": true, "includeGlobalServiceEvents": true, "isOrganizationTrail": !local, "enableLogFileValidation": true});
    stage.repair(Home::first_of(account), until - 20, &Deed::new("cloudtrail", "CreateTrail", made));
    stage.repair(Home::first_of(account), until - 15, &select(&name, wider()));
    stage.repair(
        Home::first_of(account),
        until,
        &Deed::new("cloudtrail", "StartLogging", json!({"name": name})),
    );
}

/// A body that records less; whether management events stay, and the function that alone is left out.
fn narrower(stage: &mut Stage<'_>) -> (Value, bool, Option<String>) {
    let function = stage.target(|_| true).arn.clone();
    let other = stage.target(|one| one.arn != function).arn.clone();
    let data = |more: Value| {
        let mut fields = vec![
            json!({"field": "eventCategory", "equals": ["Data"]}),
            json!({"field": "resources.type", "equals": ["AWS::Lambda::Function"]}),
        ];
        fields.push(more);
        let management = json!({"name": "Management events", "fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]});
        json!({"advancedEventSelectors": [management, {"name": "Lambda", "fieldSelectors": fields}]})
    };
    let basic = |kind: &str, management: bool, resources: Value| json!({"eventSelectors": [{"readWriteType": kind, "includeManagementEvents": management, "dataResources": resources}]});
    let lambda = |arn: &str| json!([{"type": "AWS::Lambda::Function", "values": [arn]}]);
    let body = match stage.rng.below(9) {
        0 => (basic("All", true, json!([])), true, None),
        1 => (basic("ReadOnly", true, lambda("arn:aws:lambda")), true, None),
        2 => (basic("All", true, lambda(&other)), true, None),
        3 => (
            basic("WriteOnly", false, json!([{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}])),
            false,
            None,
        ),
        4 => {
            stage.functions.insert(function.clone());
            (data(json!({"field": "resources.ARN", "notEquals": [function]})), true, Some(function))
        }
        5 => (data(json!({"field": "readOnly", "equals": ["true"]})), true, None),
        6 => (data(json!({"field": "eventName", "equals": ["InvokeNothing"]})), true, None),
        7 => (data(json!({"field": "resources.ARN", "startsWith": [format!("{other}-")]})), true, None),
        _ => {
            let mut only = selectors();
            if let Some(list) = only.as_array_mut() {
                list.truncate(1);
            }
            (json!({"advancedEventSelectors": only}), true, None)
        }
    };
    // The quiet ones leave out one function alone.
    if stage.pace == Pace::Quiet && body.2.is_none() {
        let function = stage.target(|_| true).arn.clone();
        stage.functions.insert(function.clone());
        return (data(json!({"field": "resources.ARN", "notStartsWith": [function]})), true, Some(function));
    }
    body
}

fn narrow(stage: &mut Stage<'_>) {
    let (account, name, local) = trail(stage);
    let (actor, begin) = (stage.inside(account), stage.begin());
    let turns = if stage.pace == Pace::Slow { 2 } else { 1 };
    for turn in 0..turns {
        let at = begin + turn * 70_000;
        let (mut request, management, function) = narrower(stage);
        request["trailName"] = json!(name);
        let mut response = request.clone();
        response["trailARN"] = json!(name);
        let deed = Deed::new("cloudtrail", "PutEventSelectors", request).answered(response);
        stage.manage(Home::first_of(account), &actor, at, &deed);
        let until = at + 1800 + whole(&mut stage.rng, 3600);
        if stage.pace == Pace::Loud {
            stage.manage(Home::first_of(account), &actor, until, &select(&name, wider()));
        } else {
            stage.repair(Home::first_of(account), until, &select(&name, wider()));
        }
        hush(stage, at, until, local, management, function);
    }
}

fn weaken(stage: &mut Stage<'_>) {
    let (account, name, _) = trail(stage);
    let (actor, begin) = (stage.inside(account), stage.begin());
    let bucket = format!("logs-{}", whole(&mut stage.rng, 1_000_000));
    let all = [
        json!({"name": name, "enableLogFileValidation": false}),
        json!({"name": name, "includeGlobalServiceEvents": false, "isMultiRegionTrail": false}),
        json!({"name": name, "s3BucketName": bucket}),
        json!({"name": name, "isOrganizationTrail": false}),
        json!({"name": name, "kmsKeyId": ""}),
        json!({"name": name, "cloudWatchLogsLogGroupArn": "", "cloudWatchLogsRoleArn": ""}),
        json!({"name": name, "snsTopicName": ""}),
    ];
    for at in stage.times(begin, 4) {
        let request = all[stage.rng.index(all.len())].clone();
        stage.manage(Home::first_of(account), &actor, at, &Deed::new("cloudtrail", "UpdateTrail", request));
        let whole_again = json!({"name": name, "s3BucketName": stage.company.bucket, "kmsKeyId": stage.company.key, "isMultiRegionTrail": true, "includeGlobalServiceEvents": true, "isOrganizationTrail": account == MANAGEMENT, "enableLogFileValidation": true});
        stage.repair(
            Home::first_of(account),
            at + 5000,
            &Deed::new("cloudtrail", "UpdateTrail", whole_again),
        );
    }
}

fn stores(stage: &mut Stage<'_>) {
    let account = [MANAGEMENT, SECURITY][stage.rng.index(2)];
    let (actor, begin) = (stage.inside(account), stage.begin());
    let (region, id) = (&stage.company.regions[0], &stage.company.accounts[account].id);
    let uuid = stage.rng.uuid();
    let store = format!("arn:aws:cloudtrail:{region}:{id}:eventdatastore/{uuid}");
    let channel = format!("arn:aws:cloudtrail:{region}:{id}:channel/{uuid}");
    let mut only = selectors();
    if let Some(list) = only.as_array_mut() {
        list.truncate(1);
    }
    let all = [
        ("StopEventDataStoreIngestion", json!({"eventDataStore": store})),
        ("UpdateEventDataStore", json!({"eventDataStore": store, "terminationProtectionEnabled": false})),
        ("DeleteEventDataStore", json!({"eventDataStore": store})),
        ("DeleteChannel", json!({"channel": channel})),
        ("UpdateEventDataStore", json!({"eventDataStore": store, "advancedEventSelectors": only})),
    ];
    let count = stage.by_pace(3, 3, 1);
    let first = stage.rng.index(all.len());
    for turn in 0..count {
        let at = begin + turn as i64 * stage.by_pace(30, 50_000, 0);
        let (name, request) = all[(first + turn) % all.len()].clone();
        stage.manage(Home::first_of(account), &actor, at, &Deed::new("cloudtrail", name, request));
    }
}

fn bucket(stage: &mut Stage<'_>) {
    let (actor, begin) = (stage.inside(ARCHIVE), stage.begin());
    let name = stage.company.bucket.clone();
    let days = 1 + whole(&mut stage.rng, 3);
    let all = [
        (
            "PutBucketLifecycle",
            json!({"bucketName": name, "lifecycle": "", "LifecycleConfiguration": {"Rule": {"ID": "cleanup", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": days}}}}),
        ),
        (
            "PutBucketPolicy",
            json!({"bucketName": name, "policy": "", "bucketPolicy": {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{name}/*")}]}}),
        ),
        (
            "PutBucketVersioning",
            json!({"bucketName": name, "versioning": "", "VersioningConfiguration": {"Status": "Suspended"}}),
        ),
        ("DeleteBucketPolicy", json!({"bucketName": name, "policy": ""})),
        ("DeleteObjects", json!({"bucketName": name, "delete": ""})),
        (
            "DeleteObject",
            json!({"bucketName": name, "key": format!("AWSLogs/{}/CloudTrail-Digest/one.json.gz", stage.company.organization)}),
        ),
    ];
    let first = stage.rng.index(all.len());
    for (turn, at) in stage.times(begin, 5).into_iter().enumerate() {
        let (event, request) = all[(first + turn) % all.len()].clone();
        let mut deed = Deed::new("s3", event, request);
        deed.data = event.starts_with("DeleteObject");
        deed.resources = Some(format!(
            r#"[{{"accountId":"{}","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::{name}"}}]"#,
            stage.company.accounts[ARCHIVE].id
        ));
        stage.manage(Home::first_of(ARCHIVE), &actor, at, &deed);
    }
}

fn key(stage: &mut Stage<'_>) {
    let (actor, begin) = (stage.inside(ARCHIVE), stage.begin());
    let key = stage.company.key.clone();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"kms:GenerateDataKey*","Resource":"*"}]}"#;
    let all = [
        ("DisableKey", json!({"keyId": key})),
        ("ScheduleKeyDeletion", json!({"keyId": key, "pendingWindowInDays": 7})),
        ("PutKeyPolicy", json!({"keyId": key, "policyName": "default", "policy": policy})),
    ];
    let first = stage.rng.index(all.len());
    for (turn, at) in stage.times(begin, 3).into_iter().enumerate() {
        let (event, request) = all[(first + turn) % all.len()].clone();
        let mut deed = Deed::new("kms", event, request);
        deed.resources =
            Some(crate::lambda::resource(&stage.company.accounts[ARCHIVE].id, "AWS::KMS::Key", &key));
        stage.manage(Home::first_of(ARCHIVE), &actor, at, &deed);
        stage.repair(
            Home::first_of(ARCHIVE),
            at + 9000,
            &Deed::new("kms", "EnableKey", json!({"keyId": key})),
        );
    }
}

fn log_group(stage: &mut Stage<'_>) {
    let (actor, begin) = (stage.inside(MANAGEMENT), stage.begin());
    let group = format!("aws-cloudtrail-logs-{}", stage.company.trail);
    let all = [
        ("DeleteLogGroup", json!({"logGroupName": group})),
        ("PutRetentionPolicy", json!({"logGroupName": group, "retentionInDays": 1})),
        ("DeleteSubscriptionFilter", json!({"logGroupName": group, "filterName": "to-siem"})),
        ("DeleteLogStream", json!({"logGroupName": group, "logStreamName": "one"})),
    ];
    let first = stage.rng.index(all.len());
    for (turn, at) in stage.times(begin, 4).into_iter().enumerate() {
        let (event, request) = all[(first + turn) % all.len()].clone();
        stage.manage(Home::first_of(MANAGEMENT), &actor, at, &Deed::new("logs", event, request));
    }
}

fn guard_rails(stage: &mut Stage<'_>) {
    let account = if stage.access == Access::Key { stage.company.twice } else { MANAGEMENT };
    let id = stage.company.accounts[SECURITY].id.clone();
    let policy = format!("p-{}", stage.rng.text(b"abcdefghijklmnopqrstuvwxyz0123456789", 8));
    let mut all = vec![("organizations", "LeaveOrganization", Value::Null)];
    if account == MANAGEMENT {
        all = vec![
            ("organizations", "DetachPolicy", json!({"policyId": policy, "targetId": "r-ab12"})),
            ("organizations", "DeletePolicy", json!({"policyId": policy})),
            (
                "organizations",
                "RemoveAccountFromOrganization",
                json!({"accountId": stage.company.accounts[4].id}),
            ),
            ("cloudtrail", "DeregisterOrganizationDelegatedAdmin", json!({"delegatedAdminAccountId": id})),
            (
                "organizations",
                "DisablePolicyType",
                json!({"rootId": "r-ab12", "policyType": "SERVICE_CONTROL_POLICY"}),
            ),
            (
                "organizations",
                "DisableAWSServiceAccess",
                json!({"servicePrincipal": "cloudtrail.amazonaws.com"}),
            ),
        ];
    }
    let (actor, begin) = (stage.inside(account), stage.begin());
    let first = stage.rng.index(all.len());
    for (turn, at) in stage.times(begin, 3).into_iter().enumerate() {
        let (source, event, request) = all[(first + turn) % all.len()].clone();
        stage.manage(Home::first_of(account), &actor, at, &Deed::new(source, event, request));
    }
}

fn telemetry(stage: &mut Stage<'_>) {
    let account = [MANAGEMENT, SECURITY][stage.rng.index(2)];
    let (actor, begin) = (stage.inside(account), stage.begin());
    let (name, id) = (stage.company.trail_arn(), stage.company.accounts[4].id.clone());
    let all = [
        ("observabilityadmin", "DeleteTelemetryRule", json!({"ruleIdentifier": "lambda-telemetry"})),
        ("observabilityadmin", "StopTelemetryEvaluation", json!({})),
        (
            "securitylake",
            "DeleteAwsLogSource",
            json!({"sources": [{"sourceName": "LAMBDA_EXECUTION", "regions": [stage.company.regions[0]], "accounts": [id]}]}),
        ),
        ("cloudtrail", "PutInsightSelectors", json!({"trailName": name, "insightSelectors": []})),
        (
            "cloudtrail",
            "PutEventConfiguration",
            json!({"trailName": name, "maxEventSize": "Standard", "contextKeySelectors": []}),
        ),
        ("observabilityadmin", "DeleteTelemetryRuleForOrganization", json!({"ruleIdentifier": "org-lambda"})),
    ];
    let first = stage.rng.index(all.len());
    for (turn, at) in stage.times(begin, 3).into_iter().enumerate() {
        let (source, event, request) = all[(first + turn) % all.len()].clone();
        stage.manage(Home::first_of(account), &actor, at, &Deed::new(source, event, request));
    }
}
