//! A small tree of delivered logs with all that makes counting hard: copies, corrections, attempts, an account that begins with 0.

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// Begins with a zero: whoever takes it for a number loses it.
pub(crate) const ACCOUNT: &str = "011122223333";

/// A call of `function` at that minute of 2026-11-20, by a session of `caller`.
fn call(id: u32, function: &str, caller: &str, minute: u32) -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": format!("AROAEXAMPLE:{caller}"),
            "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{caller}/session"),
            "accountId": ACCOUNT,
            "accessKeyId": "ASIAEXAMPLE",
            "sessionContext": { "sessionIssuer": {
                "type": "Role", "arn": format!("arn:aws:iam::{ACCOUNT}:role/path/{caller}"), "userName": caller,
            } },
        },
        "eventTime": format!("2026-11-20T10:{minute:02}:00Z"),
        "eventSource": "lambda.amazonaws.com",
        "eventName": "Invoke",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "it's \"quoted\"",
        "requestParameters": { "functionName": function, "invocationType": "RequestResponse" },
        "requestID": uuid(0xffff_0000 + id),
        "eventID": uuid(id),
        "readOnly": false,
        "resources": [{
            "accountId": ACCOUNT, "type": "AWS::Lambda::Function",
            "ARN": format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{function}"),
        }],
        "eventType": "AwsApiCall",
        "managementEvent": false,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Data",
    })
}

fn uuid(id: u32) -> String {
    format!("{id:08x}-0000-4000-8000-000000000000")
}

/// The same with other members.
fn with(mut record: Value, members: &[(&str, Value)]) -> Value {
    for (pointer, value) in members {
        match record.pointer_mut(pointer) {
            Some(place) => *place = value.clone(),
            None => record[&pointer[1..]] = value.clone(),
        }
    }
    record
}

/// An attempt to run the call of that id.
fn attempt(id: u32, of: u32, function: &str, minute: u32) -> Value {
    let service = json!({ "type": "AWSService", "invokedBy": "lambda.amazonaws.com" });
    let members = [
        ("/eventName", json!("InvokeExecution")),
        ("/userIdentity", service),
        ("/requestID", json!(uuid(0xffff_0000 + of))),
        ("/requestParameters", Value::Null),
    ];
    with(call(id, function, "none", minute), &members)
}

/// What corrects the event `of`.
fn correction(id: u32, of: u32, function: &str, caller: &str) -> Value {
    let addendum = json!({ "reason": "UPDATED_DATA", "originalEventID": uuid(of) });
    with(call(id, function, caller, 30), &[("/addendum", addendum)])
}

fn first_day() -> Vec<Value> {
    let queued = |id, function| {
        with(call(id, function, "queue", 1), &[("/requestParameters/invocationType", json!("Event"))])
    };
    let other = json!("arn:aws:sts::444455556666:assumed-role/partner/session");
    let foreign = [("/userIdentity/arn", other), ("/userIdentity/accountId", json!("444455556666"))];
    vec![
        call(1, "plain", "web", 1),
        // A copy within the folder, and one in the next day's.
        call(1, "plain", "web", 1),
        call(2, "plain", "web", 2),
        with(call(3, "plain", "web", 3), &[("/errorCode", json!("TooManyRequestsException"))]),
        with(call(4, "plain", "web", 4), &[("/requestParameters/invocationType", json!("DryRun"))]),
        with(call(5, "plain", "partner", 5), &foreign),
        // No id of the request, nobody named, a name of the API of old, and a URL.
        with(call(6, "plain", "web", 6), &[("/requestID", Value::Null)]),
        with(call(7, "plain", "web", 7), &[("/userIdentity", json!({ "type": "Unknown" }))]),
        with(call(8, "plain", "web", 8), &[("/eventName", json!("InvokeAsync20141113"))]),
        with(call(9, "plain", "web", 9), &[("/eventName", json!("InvokeFunctionUrl"))]),
        with(call(10, "plain", "web", 10), &[("/requestParameters/functionName", json!("plain:live"))]),
        // Two claims to one id: none hides the other.
        call(11, "plain", "web", 11),
        call(11, "plain", "intruder", 11),
        // Two that say the same except for the error: in one file, and in the files of two days.
        with(call(12, "plain", "web", 12), &[("/errorCode", json!("AccessDenied"))]),
        call(12, "plain", "web", 12),
        with(call(13, "plain", "web", 13), &[("/errorCode", json!("AccessDenied"))]),
        // Asynchronous: attempts, one of them in the next day's folder, and one whose call nobody has.
        queued(20, "queue"),
        attempt(21, 20, "queue", 2),
        attempt(23, 99, "queue", 3),
        // The same id of a request at another function joins nothing.
        attempt(24, 20, "other", 4),
        // Corrected below: another caller and request, with attempts of both requests.
        queued(30, "mended"),
        attempt(31, 30, "mended", 2),
        attempt(32, 40, "mended", 3),
        // Corrected twice, and corrected in ways that contradict each other.
        call(33, "mended", "before", 5),
        call(34, "mended", "before", 6),
        // Corrected by two corrections of one id, that differ in the error alone.
        call(36, "mended", "before", 8),
        // Two claims to an id that is corrected.
        call(35, "mended", "before", 7),
        call(35, "mended", "intruder", 7),
        // A control event.
        with(
            call(50, "plain", "admin", 20),
            &[
                ("/eventName", json!("UpdateFunctionCode20150331v2")),
                ("/managementEvent", json!(true)),
                ("/eventCategory", json!("Management")),
                ("/resources", Value::Null),
            ],
        ),
    ]
}

fn next_day() -> Vec<Value> {
    vec![
        call(1, "plain", "web", 1),
        call(13, "plain", "web", 13),
        attempt(22, 20, "queue", 9),
        with(correction(40, 30, "mended", "after"), &[("/requestParameters/invocationType", json!("Event"))]),
        correction(41, 33, "mended", "first"),
        correction(42, 34, "mended", "one"),
        correction(43, 34, "mended", "two"),
        // The same as 42 under another id.
        correction(47, 34, "mended", "one"),
        correction(44, 35, "mended", "after"),
        correction(48, 36, "mended", "after"),
        // Nothing was read of what it corrects.
        correction(45, 77, "mended", "after"),
    ]
}

/// Makes the tree in `folder`.
pub(crate) fn make(folder: &Path) {
    make_of(folder, |_| true);
}

/// The same of those of its records.
pub(crate) fn make_of(folder: &Path, keep: impl Fn(&Value) -> bool) {
    let refused = with(correction(48, 36, "mended", "after"), &[("/errorCode", json!("AccessDenied"))]);
    let later = vec![correction(46, 33, "mended", "last"), refused];
    for (day, minute, records) in
        [("20", "1015", first_day()), ("21", "0005", next_day()), ("21", "0010", later)]
    {
        let records: Vec<Value> = records.into_iter().filter(|record| keep(record)).collect();
        let at = folder.join(format!("AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/2026/11/{day}"));
        std::fs::create_dir_all(&at).unwrap();
        let name = format!("{ACCOUNT}_CloudTrail_eu-west-1_202611{day}T{minute}Z_abcdefghij123456.json.gz");
        let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
        gz.write_all(json!({ "Records": records }).to_string().as_bytes()).unwrap();
        std::fs::write(at.join(name), gz.finish().unwrap()).unwrap();
    }
}
