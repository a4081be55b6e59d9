//! TRL-06: the bucket of the logs is emptied, or no longer guarded.

use super::bucket::{Doubt, judge};
use super::deployers::{Deployers, is_person};
use super::incident::{Habits, deed_sentence, done_or_tried, hourly, lower};
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
    let changes = || done_or_tried(view, "s3", NAMES);
    let habits = Habits::of(view, changes(), word);
    let known = Known { stores, deployers, habits };
    hourly(changes().filter_map(|change| of(view, &known, change)).collect())
}

/// What is known beside the change.
struct Known<'v> {
    stores: Stores,
    deployers: Deployers<'v>,
    habits: Habits<'v>,
}

fn of(view: &View<'_>, known: &Known<'_>, change: &Change) -> Option<Finding> {
    let bucket = bucket_of(change)?;
    let mut held = known.stores.bucket(&bucket, change.time);
    let object = change.name.starts_with("DeleteObject");
    if object && held == Held::No && deletes_logs(change) {
        held = Held::Named;
    }
    if held == Held::No {
        return None;
    }
    let trusted = known.deployers.is_trusted(change);
    // A pipeline that may not do what its template says tries again and again.
    if trusted && !change.succeeded() {
        return None;
    }
    let (severity, doubt, words) = judge(view, change, &bucket)?;
    let used_to = || known.habits.hold(change, word(change));
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
    let seen = deed_sentence(change, &format!("{words} (log bucket {bucket})"));
    let found = Finding::of_change(DETECTION.id, severity, change, seen);
    Some(match held {
        Held::Named => found.remarked(
            "No trail is known to deliver to this bucket. Its name, or the key of the object, suggests that one does.",
        ),
        Held::Former => found
            .remarked("Trails deliver to another bucket now. What was delivered before may be in this one."),
        Held::Sure | Held::No => found,
    })
}

/// The same for what is alike: the call, and the bucket.
fn word(change: &Change) -> String {
    format!("{} {}", change.name, bucket_of(change).unwrap_or_default())
}

/// True iff the key is one that CloudTrail gives to its files.
fn deletes_logs(change: &Change) -> bool {
    let key = change.text(&["key", "prefix"]).unwrap_or_default();
    key.contains("AWSLogs/") && key.contains("/CloudTrail")
}
