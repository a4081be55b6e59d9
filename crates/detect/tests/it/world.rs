//! Records of small worlds, and what is found in them.

use detect::detected::detect;
use detect::facts::{Bounds, Facts};
use detect::finding::Finding;
use detect::gather::{Gathered, Gatherer};
use detect::settings::Settings;
use detect::view::View;
use logs::{Wanted, read_plainly};
use serde_json::{Value, json};

/// The account of most worlds.
pub(crate) const SHOP: &str = "111122223333";
/// An account of the same organization.
pub(crate) const DATA: &str = "444455556666";
/// An account of nobody we know.
pub(crate) const STRANGER: &str = "999900001111";
/// Where most worlds are.
pub(crate) const REGION: &str = "eu-west-1";

/// Minutes since the beginning of 2026-03-01, as a record writes the moment.
pub(crate) fn at(minutes: i64) -> String {
    logs::text_of(moment(minutes))
}

/// The same in milliseconds since 1970.
pub(crate) fn moment(minutes: i64) -> i64 {
    1_772_323_200_000 + minutes * 60_000
}

/// Minutes of a day.
pub(crate) const DAY: i64 = 24 * 60;

/// The ARN of a function of the shop.
pub(crate) fn function(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{SHOP}:function:{name}")
}

/// A session of a role.
pub(crate) fn session(account: &str, role: &str, name: &str) -> Value {
    json!({
        "type": "AssumedRole", "principalId": format!("AROAEXAMPLE{}:{name}", role.len()), "accountId": account,
        "arn": format!("arn:aws:sts::{account}:assumed-role/{role}/{name}"), "accessKeyId": "ASIAEXAMPLEEXAMPLE01",
        "sessionContext": {"sessionIssuer": {
            "type": "Role", "arn": format!("arn:aws:iam::{account}:role/{role}"), "accountId": account, "userName": role
        }}
    })
}

/// A user of IAM with a key that lasts.
pub(crate) fn user(account: &str, name: &str) -> Value {
    json!({
        "type": "IAMUser", "principalId": format!("AIDA{name}"), "accountId": account, "userName": name,
        "arn": format!("arn:aws:iam::{account}:user/{name}"), "accessKeyId": format!("AKIA{}", name.to_uppercase())
    })
}

/// A service.
pub(crate) fn service(name: &str) -> Value {
    json!({"type": "AWSService", "invokedBy": format!("{name}.amazonaws.com")})
}

/// A record of a management call, delivered to the shop; members are added or replaced by [`with`].
pub(crate) fn change(minutes: i64, service: &str, name: &str, who: &Value, request: Value) -> Value {
    json!({
        "eventVersion": "1.11", "userIdentity": who, "eventTime": at(minutes),
        "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "awsRegion": REGION,
        "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2.15.0", "requestParameters": request,
        "responseElements": null, "eventID": id(minutes, name), "readOnly": false, "eventType": "AwsApiCall",
        "managementEvent": true, "recipientAccountId": SHOP, "eventCategory": "Management"
    })
}

/// A record of a call of a function of the shop.
pub(crate) fn call(minutes: i64, name: &str, who: &Value) -> Value {
    json!({
        "eventVersion": "1.11", "userIdentity": who, "eventTime": at(minutes), "eventSource": "lambda.amazonaws.com",
        "eventName": "Invoke", "awsRegion": REGION, "sourceIPAddress": "198.51.100.7", "userAgent": "Boto3/1.34",
        "requestParameters": {"functionName": name, "invocationType": "RequestResponse"}, "responseElements": null,
        "requestID": id(minutes, "request"), "eventID": id(minutes, &format!("{name}{who}")), "readOnly": false,
        "resources": [{"accountId": SHOP, "type": "AWS::Lambda::Function", "ARN": function(name)}],
        "eventType": "AwsApiCall", "managementEvent": false, "recipientAccountId": SHOP, "eventCategory": "Data"
    })
}

/// The record with these members instead of its own; a member inside another is named with dots.
pub(crate) fn with(mut record: Value, members: &[(&str, Value)]) -> Value {
    for (path, value) in members {
        let mut inside = &mut record;
        for member in path.split('.') {
            if !inside.is_object() {
                *inside = json!({});
            }
            inside = &mut inside[member];
        }
        *inside = value.clone();
    }
    record
}

/// An id that is the same for the same moment and text.
pub(crate) fn id(minutes: i64, text: &str) -> String {
    let hex = logs::hex(&logs::sha256(format!("{minutes} {text}").as_bytes()));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32])
}

/// The facts of these files; the first is `file-0`.
pub(crate) fn facts(files: &[Vec<Value>]) -> Facts {
    let mut all = Gathered::new(Facts::default(), Bounds::default());
    for (at, records) in files.iter().enumerate() {
        gather(&mut all, at, records);
    }
    all.finished()
}

/// Gathers a file.
pub(crate) fn gather(into: &mut Gathered, at: usize, records: &[Value]) {
    let mut gatherer = Gatherer::new(moment(400 * DAY));
    gatherer.begin(&format!("file-{at}"), None, None);
    let text = json!({"Records": records}).to_string();
    read_plainly(text.as_bytes(), Wanted::LambdaAndCloudTrail, &mut gatherer);
    into.enter(gatherer.take());
}

/// What is found in these records.
pub(crate) fn found(records: &[Value]) -> Vec<Finding> {
    found_with(records, &Settings { now: moment(400 * DAY), ..Settings::default() })
}

/// The same with settings.
pub(crate) fn found_with(records: &[Value], settings: &Settings<'_>) -> Vec<Finding> {
    let facts = facts(&[records.to_vec()]);
    detect(&View::new(&facts, settings))
}

/// The findings of one detection.
pub(crate) fn of<'f>(findings: &'f [Finding], detection: &str) -> Vec<&'f Finding> {
    findings.iter().filter(|finding| finding.detection == detection).collect()
}

/// Calls by the principal, one an hour at that minute, on days `from` to `until` (exclusive).
pub(crate) fn daily(from: i64, until: i64, name: &str, who: &Value) -> Vec<Value> {
    let hours = (from * 24..until * 24).filter(|hour| (8..20).contains(&(hour % 24)));
    hours.map(|hour| call(hour * 60 + 7, name, who)).collect()
}
