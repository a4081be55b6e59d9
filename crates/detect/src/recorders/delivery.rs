//! What a trail delivers to, and calls that take it away: a trail that is on and cannot write its files records nothing.

use super::KnownRecorder;
use crate::change::{Change, text_at};
use crate::detections::{bucket, stores};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Delivery {
    /// The name of its bucket; `None` where nothing says.
    bucket: Option<String>,
    /// The id of its key; `None` where it has none, or where nothing says.
    key: Option<String>,
    /// A call took the bucket away, or the right to write to it.
    no_bucket: bool,
    /// A call took the key away, or the right to use it.
    no_key: bool,
}

impl Delivery {
    pub(super) fn of(known: &KnownRecorder) -> Delivery {
        let key = known.key.as_deref().map(stores::key_id);
        Delivery { bucket: known.bucket.clone(), key, no_bucket: false, no_key: false }
    }

    /// True iff no call took anything away.
    pub(super) fn is_whole(&self) -> bool {
        !self.no_bucket && !self.no_key
    }

    /// What a call that makes or changes a trail says of it. CloudTrail accepts only a bucket that it can write to, and a key that it can use.
    pub(super) fn set(&mut self, change: &Change) {
        if !matches!(change.name.as_str(), "CreateTrail" | "UpdateTrail") {
            return;
        }
        let setup = stores::Setup::default().after(change);
        if let Some(bucket) = setup.bucket.filter(|bucket| !bucket.is_empty()) {
            (self.bucket, self.no_bucket) = (Some(bucket), false);
        }
        if let Some(key) = setup.key {
            (self.key, self.no_key) = (Some(stores::key_id(&key)).filter(|key| !key.is_empty()), false);
        }
    }
}

const OF_BUCKETS: [&str; 3] = ["DeleteBucket", "DeleteBucketPolicy", "PutBucketPolicy"];
const OF_KEYS: [&str; 6] = [
    "CancelKeyDeletion",
    "DeleteImportedKeyMaterial",
    "DisableKey",
    "EnableKey",
    "PutKeyPolicy",
    "ScheduleKeyDeletion",
];

/// True iff such a call may take away what a trail delivers to, or give it back.
pub(super) fn may_alter(change: &Change) -> bool {
    match change.source.as_str() {
        "s3" => OF_BUCKETS.contains(&change.name.as_str()),
        "kms" => OF_KEYS.contains(&change.name.as_str()),
        _ => false,
    }
}

/// As it is after the call took something away or gave it back; `None` iff it did neither.
pub(super) fn altered(delivery: &Delivery, change: &Change) -> Option<Delivery> {
    let (bucket, key) = match change.source.as_str() {
        "s3" if delivery.bucket.is_some() && stores::bucket_of(change) == delivery.bucket => {
            let taken = match change.name.as_str() {
                "PutBucketPolicy" => bucket::keeps_out(change),
                _ => Some(true),
            };
            (taken, None)
        }
        "kms" if is_of_key(change, delivery.key.as_deref()) => {
            let taken = match change.name.as_str() {
                // A policy that was cut off is taken for one that may keep it out.
                "PutKeyPolicy" => !stores::lets_write(change, "policy", "kms:GenerateDataKey"),
                name => !matches!(name, "EnableKey" | "CancelKeyDeletion"),
            };
            (None, Some(taken))
        }
        _ => return None,
    };
    let changed = |said: Option<bool>, was: bool| said.unwrap_or(was);
    let (no_bucket, no_key) = (changed(bucket, delivery.no_bucket), changed(key, delivery.no_key));
    let is_other = (no_bucket, no_key) != (delivery.no_bucket, delivery.no_key);
    is_other.then(|| Delivery { no_bucket, no_key, ..delivery.clone() })
}

fn is_of_key(change: &Change, key: Option<&str>) -> bool {
    let said = [text_at(&change.asked(), "keyId"), text_at(&change.answered(), "keyId")];
    key.is_some_and(|key| said.iter().flatten().any(|one| stores::key_id(one) == key))
}
