//! TRL-06: the bucket of the logs is emptied, or no longer guarded.

use super::bucket::{Doubt, judge};
use super::deployers::{Deployers, is_person};
use super::incident::{done_or_tried, hourly, is_habit, lower, who};
use super::stores::{Held, Stores, bucket_of};
use crate::change::Change;
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Severity};
use crate::view::View;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "TRL-06",
    title: "The bucket of the logs was weakened",
    severity: Severity::High,
    attack: &["T1685.002", "T1485", "T1070"],
    fields: &["requestParameters.bucketName", "requestParameters", "userIdentity", "errorCode"],
    page: include_str!("trl_06.md"),
    thresholds: &[Threshold {
        key: "days",
        default: 90.0,
        meaning: "A lifecycle rule that deletes logs before so many days is short.",
    }],
    find,
};

/// What changes how long logs stay, or who may write, read and delete them.
const NAMES: &[&str] = &[
    "PutBucketLifecycle",
    "PutBucketLifecycleConfiguration",
    "PutBucketPolicy",
    "DeleteBucketPolicy",
    "PutBucketVersioning",
    "PutObjectLockConfiguration",
    "PutBucketObjectLockConfiguration",
    "DeleteBucket",
    "DeleteObject",
    "DeleteObjects",
    "DeleteBucketReplication",
    "DeleteBucketEncryption",
    "PutBucketEncryption",
    "DeleteBucketPublicAccessBlock",
    "DeletePublicAccessBlock",
    "PutBucketPublicAccessBlock",
    "PutBucketAcl",
];

fn find(view: &View<'_>) -> Vec<Finding> {
    let (stores, deployers) = (Stores::of(view), Deployers::of(view));
    let changes = done_or_tried(view, "s3", NAMES);
    hourly(changes.filter_map(|change| of(view, &stores, &deployers, change)).collect())
}

fn of(view: &View<'_>, stores: &Stores, deployers: &Deployers<'_>, change: &Change) -> Option<Finding> {
    let bucket = bucket_of(change)?;
    let mut held = stores.bucket(&bucket, change.time);
    let object = change.name.starts_with("DeleteObject");
    if object && held == Held::No && deletes_logs(change) {
        held = Held::Named;
    }
    if held == Held::No {
        return None;
    }
    let trusted = deployers.is_trusted(change);
    let (severity, doubt, words) = judge(view, change, &bucket)?;
    let used_to = || is_habit(view, change, |other| alike(other, change, &bucket));
    if (object || held == Held::Named) && (trusted || used_to()) {
        return None;
    }
    // What stands in a policy may have another reason where only a name speaks for logs.
    if held == Held::Named && doubt == Doubt::Much && !is_person(&change.who) {
        return None;
    }
    let severity = match (held, change.succeeded()) {
        (_, false) => Severity::Low,
        (Held::Sure, true) if !trusted => severity,
        (_, true) => lower(severity),
    };
    let did = if change.succeeded() { "" } else { " was refused when it" };
    let seen = format!("{}{did} {words} of the log bucket {bucket}.", who(change));
    let found = Finding::of_change(DETECTION.id, severity, change, seen);
    Some(match held {
        Held::Named => found.remarked(
            "No trail is known to deliver to this bucket: its name, or the key of the object, says so.",
        ),
        Held::Former => found
            .remarked("Trails deliver to another bucket now. What was delivered before may be in this one."),
        Held::Sure | Held::No => found,
    })
}

/// True iff the same was done to the same bucket.
fn alike(other: &Change, change: &Change, bucket: &str) -> bool {
    other.source == "s3" && other.name == change.name && bucket_of(other).as_deref() == Some(bucket)
}

/// True iff the key is one that CloudTrail gives to its files.
fn deletes_logs(change: &Change) -> bool {
    let key = change.text(&["key", "prefix"]).unwrap_or_default();
    key.contains("AWSLogs/") && key.contains("/CloudTrail")
}
