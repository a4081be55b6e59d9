//! Records just outside of the window: a call that CloudWatch counts in its hour may be recorded after the window, when it completes, or
//! before it, when it was accepted.

use crate::late::{LOGS, function, write_gzip};
use crate::run::{Finished, command};
use serde_json::{Value, json};
use std::path::PathBuf;

const ARN: &str = "arn:aws:lambda:us-east-1:111122223333:function:f";

/// A copy of logs with a busy file at these hours of each day, and one function.
struct Copy(tempfile::TempDir);

impl Copy {
    /// Files of other events from 27 February to 31 March, at each of these hours.
    fn busy(hours: &[u32]) -> Copy {
        let copy = Copy(tempfile::tempdir().unwrap());
        let days = [(2, 27), (2, 28)].into_iter().chain((1..=31).map(|day| (3, day)));
        for (month, day) in days {
            for hour in hours {
                copy.file((month, day, *hour), &json!([]));
            }
        }
        let inventory = json!({
            "format": "invoketrail.inventory/1", "partition": "aws", "collected_at": "2026-03-03T00:00:00Z", "recorders": [], "gaps": [],
            "accounts": [{"id": "111122223333", "audited": true, "organization": {"known": null},
                "regions": {"known": {"us-east-1": "by_default"}}, "stores": {"known": []}}],
            "places": [{"account": "111122223333", "region": "us-east-1", "trails": {"known": []}, "channels": {"known": []},
                "functions": {"resources": [{"arn": ARN}]}, "web_functions": {"resources": []}, "microvm_images": {"resources": []}}],
        });
        std::fs::write(copy.0.path().join("inv.json"), inventory.to_string()).unwrap();
        copy
    }

    fn path(&self, (month, day, hour): (u32, u32, u32)) -> PathBuf {
        let name = format!(
            "111122223333_CloudTrail_us-east-1_2026{month:02}{day:02}T{hour:02}05Z_00000000000000aa.json.gz"
        );
        self.0.path().join("logs").join(LOGS).join(format!("2026/{month:02}/{day:02}")).join(name)
    }

    fn file(&self, at: (u32, u32, u32), records: &Value) {
        let path = self.path(at);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_gzip(&path, &json!({ "Records": records }).to_string());
    }

    /// A record of the function at that time, in the file that was delivered then.
    fn record(&self, at: (u32, u32, u32), time: &str) {
        self.file(at, &json!([{
            "eventVersion": "1.11", "eventTime": time, "eventSource": "lambda.amazonaws.com", "eventName": "Invoke",
            "awsRegion": "us-east-1", "recipientAccountId": "111122223333", "eventType": "AwsApiCall", "managementEvent": false,
            "eventCategory": "Data", "readOnly": false, "eventID": format!("00000000-0000-0000-0000-{}", time.len()),
            "requestID": "00000000-0000-0000-0000-000000000001",
            "userIdentity": {"type": "AWSService", "invokedBy": "events.amazonaws.com"},
            "resources": [{"type": "AWS::Lambda::Function", "ARN": ARN, "accountId": "111122223333"}],
        }]));
    }

    /// `verify` of a window in which CloudWatch counts one call in each of these hours.
    fn verify(&self, since: &str, until: &str, counted: &[&str]) -> Finished {
        let points: Vec<Value> = counted.iter().map(|hour| json!([hour, 1])).collect();
        let metrics = json!({"format": "invoketrail.metrics/1", "period_seconds": 3600,
            "series": [{"function": ARN, "points": points}]});
        std::fs::write(self.0.path().join("met.json"), metrics.to_string()).unwrap();
        let facts = ["--inventory", "inv.json", "--metrics", "met.json", "--no-index", "--format", "json"];
        let all = [&["verify", "logs", "--since", since, "--until", until], &facts[..]].concat();
        let mut command = command(&all);
        command.current_dir(self.0.path()).env("INVOKETRAIL_NOW", "2026-06-01T00:00:00Z");
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Finished { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
    }
}

const NIGHT: &str = "2026-03-01T23:00:00Z";
const MORNING: &str = "2026-03-01T02:00:00Z";

#[test]
fn a_call_over_the_end_of_the_window_is_not_missing() {
    let copy = Copy::busy(&[3, 12]);
    let day = |counted: &[&str]| copy.verify("2026-03-01", "2026-03-01", counted);
    assert_eq!(function(&day(&[NIGHT]), "f").0, "missing");
    // Began at 23:59, completed at 00:10.
    copy.record((3, 2, 0), "2026-03-02T00:10:00Z");
    let said = day(&[NIGHT]);
    let (result, doubts) = function(&said, "f");
    assert!(result == "undetermined" && doubts.contains("just_outside"), "{said:?}");
    assert!(doubts.contains("the first at 2026-03-02T00:10:00Z"), "{doubts}");
    assert_eq!(said.code, Some(4), "{said:?}");
    // A call that began hours before cannot have left this record.
    assert_eq!(function(&day(&["2026-03-01T12:00:00Z", NIGHT]), "f").0, "missing");
    // Nor is one of half an hour later.
    copy.record((3, 2, 0), "2026-03-02T00:31:00Z");
    assert_eq!(function(&day(&[NIGHT]), "f").0, "missing");
    // Delivered days late, it is found as well.
    copy.file((3, 2, 0), &json!([]));
    copy.record((3, 9, 12), "2026-03-02T00:10:00Z");
    assert_eq!(function(&day(&[NIGHT]), "f").0, "undetermined");
    // A file that could hold it and cannot be read is a doubt.
    copy.file((3, 9, 12), &json!([]));
    std::fs::write(copy.path((3, 2, 3)), "no gzip").unwrap();
    assert_eq!(function(&day(&[NIGHT]), "f").0, "undetermined");
}

#[test]
fn an_asynchronous_call_accepted_before_the_window_is_not_missing() {
    let copy = Copy::busy(&[3, 12]);
    let day = |counted: &[&str]| copy.verify("2026-03-01", "2026-03-01", counted);
    assert_eq!(function(&day(&[MORNING]), "f").0, "missing");
    copy.record((2, 28, 22), "2026-02-28T22:00:00Z");
    let (result, doubts) = function(&day(&[MORNING]), "f");
    assert!(result == "undetermined" && doubts.contains("the first at 2026-02-28T22:00:00Z"), "{doubts}");
    // It waits for six hours at most.
    assert_eq!(function(&day(&["2026-03-01T05:00:00Z"]), "f").0, "missing");
    // A copy without the day before says nothing of what was accepted then.
    std::fs::remove_dir_all(copy.path((2, 28, 3)).parent().unwrap()).unwrap();
    let (result, doubts) = function(&day(&[MORNING]), "f");
    assert!(result == "undetermined" && doubts.contains("delivered on 2026-02-28"), "{doubts}");
    assert_eq!(function(&day(&[NIGHT]), "f").0, "missing");
}

/// CloudTrail may deliver the record of the time before the window for 30 days, as one of the window.
#[test]
fn an_asynchronous_call_accepted_before_the_window_and_delivered_late_is_not_missing() {
    let copy = Copy::busy(&[3, 12]);
    let day = |counted: &[&str]| copy.verify("2026-03-01", "2026-03-01", counted);
    // In a file of the window, of the day after it, and of weeks later.
    for delivered in [(3, 1, 12), (3, 2, 12), (3, 9, 12), (3, 28, 3)] {
        copy.record(delivered, "2026-02-28T22:00:00Z");
        let said = day(&[MORNING]);
        let (result, doubts) = function(&said, "f");
        assert!(result == "undetermined" && doubts.contains("just_outside"), "{delivered:?}: {said:?}");
        assert!(doubts.contains("the first at 2026-02-28T22:00:00Z"), "{doubts}");
        assert_eq!(said.code, Some(4), "{said:?}");
        // A call that ran more than six hours later cannot have left this record.
        assert_eq!(function(&day(&["2026-03-01T05:00:00Z"]), "f").0, "missing");
        assert_eq!(function(&day(&[MORNING, NIGHT]), "f").0, "missing");
        copy.file(delivered, &json!([]));
        assert_eq!(function(&day(&[MORNING]), "f").0, "missing");
    }
    // One accepted before and one completed after the window: the first of both is named.
    copy.record((3, 9, 12), "2026-02-28T22:00:00Z");
    copy.record((3, 2, 0), "2026-03-02T00:10:00Z");
    let (result, doubts) = function(&day(&[MORNING, NIGHT]), "f");
    assert!(result == "undetermined" && doubts.contains("the first at 2026-02-28T22:00:00Z"), "{doubts}");
}

#[test]
fn a_window_of_an_hour_has_the_files_of_the_whole_day_after_it() {
    let hour = "2026-03-01T11:00:00Z";
    let until = "2026-03-01T12:00:00Z";
    // On each day one file at 13:05: of the day after the window that is later than 24 hours after its end.
    let copy = Copy::busy(&[13]);
    let said = copy.verify(hour, until, &[hour]);
    assert_eq!((function(&said, "f").0.as_str(), said.code), ("missing", Some(3)), "{said:?}");
    std::fs::write(copy.path((3, 2, 13)), "no gzip").unwrap();
    assert_eq!(function(&copy.verify(hour, until, &[hour]), "f").0, "undetermined");
    let copy = Copy::busy(&[13]);
    std::fs::remove_file(copy.path((3, 2, 13))).unwrap();
    let (result, doubts) = function(&copy.verify(hour, until, &[hour]), "f");
    assert!(result == "undetermined" && doubts.contains("delivered on 2026-03-02"), "{doubts}");
    // Began in that hour, completed two minutes after it.
    let copy = Copy::busy(&[13]);
    copy.record((3, 1, 12), "2026-03-01T12:02:00Z");
    assert_eq!(function(&copy.verify(hour, until, &[hour]), "f").0, "undetermined");
}
