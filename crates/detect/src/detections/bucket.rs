//! What a change of a bucket takes away from the logs in it.

use super::field::{field, number};
use super::policy::{Reach, covers, document, grants, names_service, statements, texts};
use super::stores::{CLOUDTRAIL, bucket_of, lets_write};
use crate::change::Change;
use crate::finding::Severity;
use crate::grouped::Grouped;
use cloudtrail::time::DAY_MILLIS;
use serde_json::Value;

/// How much it matters that nothing but a name says what the bucket holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It is bad for any bucket that is called so.
    Little,
    /// It may be right for buckets that hold something else.
    Much,
}

/// What was taken away, as the middle of a sentence: `switched off the versioning`.
type Taken = (Severity, Doubt, String);

/// How much a change of the log bucket matters; `None` where it takes nothing away.
pub(super) fn judge(view: &Grouped<'_>, change: &Change, bucket: &str) -> Option<Taken> {
    let plain = |severity, words: &str| Some((severity, Doubt::Little, words.to_owned()));
    let asked = change.asked();
    match change.name.as_str() {
        "PutBucketLifecycle" | "PutBucketLifecycleConfiguration" => lifecycle(view, change, &asked, bucket),
        "PutBucketPolicy" => policy(view, change, &asked),
        "DeleteBucketPolicy" => plain(Severity::High, "deleted the policy"),
        "DeleteBucket" => plain(Severity::High, "deleted the bucket"),
        "DeleteObject" | "DeleteObjects" => {
            let by_service = change.who.kind == "AWSService";
            if by_service { None } else { plain(Severity::High, "deleted files") }
        }
        "PutBucketVersioning" => {
            let status = field(&asked, "VersioningConfiguration").and_then(|one| field(one, "Status"))?;
            let off = status.as_str() == Some("Suspended");
            off.then(|| (Severity::High, Doubt::Little, "switched off the versioning".to_owned()))
        }
        "PutObjectLockConfiguration" | "PutBucketObjectLockConfiguration" => {
            lock(view, change, &asked, bucket)
        }
        "DeleteBucketReplication" => plain(Severity::Medium, "deleted the replication"),
        "DeleteBucketEncryption" => plain(Severity::Low, "deleted the encryption setting"),
        "PutBucketEncryption" => foreign_key(view, &asked),
        "DeleteBucketPublicAccessBlock" | "DeletePublicAccessBlock" => {
            plain(Severity::Medium, "deleted the block of public access")
        }
        "PutBucketPublicAccessBlock" => {
            let block = field(&asked, "PublicAccessBlockConfiguration")?;
            let off = block.as_object()?.values().any(|flag| *flag == false || *flag == "false");
            off.then(|| (Severity::Medium, Doubt::Little, "opened the block of public access".to_owned()))
        }
        "PutBucketAcl" => {
            let open = ["AllUsers", "AuthenticatedUsers", "public-read"];
            let open = open.iter().any(|group| change.request.contains(group));
            open.then(|| (Severity::High, Doubt::Little, "opened the access list to everybody".to_owned()))
        }
        _ => None,
    }
}

fn lifecycle(view: &Grouped<'_>, change: &Change, asked: &Value, bucket: &str) -> Option<Taken> {
    let days = shortest(asked, change.time)?;
    let least = view.settings.threshold("TRL-06", "days");
    let earlier = view.done("s3", &["PutBucketLifecycle", "PutBucketLifecycleConfiguration"]);
    let earlier =
        earlier.filter(|other| other.time < change.time && bucket_of(other).as_deref() == Some(bucket));
    let before = earlier.last().and_then(|other| shortest(&other.asked(), other.time));
    let shorter = before.is_none_or(|before| days < before);
    let words = match before {
        Some(before) => format!("set the lifecycle to delete files after {days} days instead of {before}"),
        None => format!("set the lifecycle to delete files after {days} days"),
    };
    (days < least && shorter).then_some((Severity::High, Doubt::Little, words))
}

/// Days until the rules that hold for logs delete them; `None` iff none does.
fn shortest(asked: &Value, now: i64) -> Option<f64> {
    let configuration = field(asked, "LifecycleConfiguration").unwrap_or(asked);
    let rules = field(configuration, "Rule").or_else(|| field(configuration, "Rules"))?;
    let rules: Vec<&Value> = match rules {
        Value::Array(rules) => rules.iter().collect(),
        rule => vec![rule],
    };
    let days = rules.into_iter().filter(|rule| holds_for_logs(rule)).filter_map(|rule| {
        let expiration = field(rule, "Expiration")?;
        let by_days = number(expiration, "Days");
        let by_date = || {
            let at = logs::milliseconds(field(expiration, "Date")?.as_str()?)?;
            Some(((at - now).max(0) / DAY_MILLIS) as f64)
        };
        by_days.or_else(by_date)
    });
    days.min_by(f64::total_cmp)
}

fn holds_for_logs(rule: &Value) -> bool {
    let on = field(rule, "Status").and_then(Value::as_str).is_none_or(|status| status == "Enabled");
    let filter = field(rule, "Filter");
    let both = filter.and_then(|filter| field(filter, "And"));
    let prefix = [Some(rule), filter, both].into_iter().flatten().find_map(|from| field(from, "Prefix"));
    let prefix = prefix.and_then(Value::as_str).unwrap_or_default().trim_end_matches('*');
    on && (prefix.is_empty() || prefix.contains("AWSLogs") || prefix.to_ascii_lowercase().contains("trail"))
}

/// True iff the policy that was put does not let CloudTrail write; `None` where it cannot be read.
pub(crate) fn keeps_out(change: &Change) -> Option<bool> {
    let policy = document(field(&change.asked(), "bucketPolicy").filter(|said| !said.is_null()));
    policy.get("Statement")?;
    let refuses = statements(&policy, "Deny").into_iter().any(|one| {
        let all = names_service(one, "*") || names_service(one, CLOUDTRAIL);
        all && one.get("Condition").is_none() && covers(one, "s3:PutObject")
    });
    Some(refuses || !lets_write(change, "bucketPolicy", "s3:PutObject"))
}

fn policy(view: &Grouped<'_>, change: &Change, asked: &Value) -> Option<Taken> {
    let policy = document(field(asked, "bucketPolicy").filter(|said| !said.is_null()));
    if keeps_out(change)? {
        let words = "put a policy that does not let CloudTrail write".to_owned();
        return Some((Severity::High, Doubt::Much, words));
    }
    let reach = grants(&policy).into_iter().find_map(|grant| match grant.reach(view) {
        Reach::Open => Some("everybody".to_owned()),
        Reach::Foreign(account, false) => Some(format!("account {account}")),
        // Services deliver the logs of other accounts here: that is what log buckets are for.
        Reach::Foreign(_, true) | Reach::AnyOfService(_) | Reach::Own => None,
    })?;
    Some((Severity::Medium, Doubt::Much, format!("let {reach} in by a policy")))
}

fn lock(view: &Grouped<'_>, change: &Change, asked: &Value, bucket: &str) -> Option<Taken> {
    let (weak, days) = retention(asked);
    let earlier = view.done("s3", &["PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"]);
    let earlier =
        earlier.filter(|other| other.time < change.time && bucket_of(other).as_deref() == Some(bucket));
    let before = earlier.last().map(|other| retention(&other.asked()));
    let lowered = match before {
        Some((was_weak, had)) => days < had || (weak && !was_weak),
        None => days == 0.0,
    };
    lowered.then(|| (Severity::High, Doubt::Little, "lowered the retention by object lock".to_owned()))
}

/// True iff those who may can pass over the retention, and its days; 0 iff there is none.
fn retention(asked: &Value) -> (bool, f64) {
    let configuration = field(asked, "ObjectLockConfiguration").unwrap_or(asked);
    let rule = field(configuration, "Rule").and_then(|rule| field(rule, "DefaultRetention"));
    let Some(rule) = rule else { return (true, 0.0) };
    let days =
        number(rule, "Days").or_else(|| number(rule, "Years").map(|years| years * 365.0)).unwrap_or(0.0);
    (field(rule, "Mode").and_then(Value::as_str) != Some("COMPLIANCE"), days)
}

fn foreign_key(view: &Grouped<'_>, asked: &Value) -> Option<Taken> {
    let mut keys = Vec::new();
    collect(asked, &mut keys);
    let account =
        keys.iter().filter_map(|key| super::policy::account_in(key)).find(|one| !view.is_allowed(one))?;
    Some((
        Severity::High,
        Doubt::Little,
        format!("set a key of account {account}, which is not yours, for the files"),
    ))
}

/// Keys wherever they stand.
fn collect(value: &Value, keys: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if name.eq_ignore_ascii_case("KMSMasterKeyID") {
                    keys.extend(texts(Some(value)));
                }
                collect(value, keys);
            }
        }
        Value::Array(all) => all.iter().for_each(|value| collect(value, keys)),
        _ => {}
    }
}
