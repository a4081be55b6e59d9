//! What trails rest on, as the records and an inventory show it over time: buckets, keys, log groups.

use super::policy::{covers, document, names_service, statements};
use crate::arn::name_of;
use crate::change::{Change, is_log_bucket, text_at};
use crate::grouped::Grouped;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The service that writes the logs.
pub(super) const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// How a trail is set up, as far as is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Setup {
    /// True iff it reaches every Region.
    pub multi_region: Option<bool>,
    /// True iff it reaches every account of the organization.
    pub organization: Option<bool>,
    /// True iff digests are written.
    pub validation: Option<bool>,
    /// True iff it records global services.
    pub global: Option<bool>,
    /// Where it delivers to; an empty text iff nowhere.
    pub bucket: Option<String>,
    /// What it encrypts with; an empty text iff with no key of one's own.
    pub key: Option<String>,
    /// The log group it delivers to; an empty text iff none.
    pub group: Option<String>,
    /// The topic it tells; an empty text iff none.
    pub topic: Option<String>,
}

impl Setup {
    /// The same after what was asked for and answered.
    pub(crate) fn after(&self, change: &Change) -> Setup {
        let mut setup = self.clone();
        let (asked, answered) = (change.asked(), change.answered());
        for (value, request) in [(&asked, true), (&answered, false)] {
            let flag = |names: &[&str]| names.iter().find_map(|name| super::field::flag(value, name));
            let text = |names: &[&str]| {
                let said =
                    names.iter().find_map(|name| super::field::field(value, name)).and_then(Value::as_str);
                said.map(str::to_owned)
            };
            // A full answer leaves out what there is not.
            let full = !request && super::field::field(value, "s3BucketName").is_some();
            let or_none = |said: Option<String>| said.or_else(|| full.then(String::new));
            setup.multi_region = flag(&["isMultiRegionTrail"]).or(setup.multi_region);
            setup.organization = flag(&["isOrganizationTrail"]).or(setup.organization);
            setup.validation =
                flag(&["logFileValidationEnabled", "enableLogFileValidation"]).or(setup.validation);
            setup.global = flag(&["includeGlobalServiceEvents"]).or(setup.global);
            setup.bucket = text(&["s3BucketName"]).or(setup.bucket);
            setup.key = or_none(text(&["kmsKeyId"])).or(setup.key);
            setup.group = or_none(text(&["cloudWatchLogsLogGroupArn"])).or(setup.group);
            setup.topic = or_none(text(&["snsTopicARN", "snsTopicName"])).or(setup.topic);
        }
        setup
    }
}

/// The ARN of the trail that the change is about.
pub(super) fn trail_of(change: &Change) -> String {
    let answered = change.answered();
    let told = ["trailARN", "trailArn"].iter().find_map(|name| text_at(&answered, name));
    let asked = told.or_else(|| change.text(&["name", "trailName"])).unwrap_or_default();
    if asked.starts_with("arn:") {
        return asked;
    }
    let partition = cloudtrail::arn::partition_of(&change.region);
    format!("arn:{partition}:cloudtrail:{}:{}:trail/{asked}", change.region, change.account)
}

/// A trail's setup from a moment on.
struct Moment {
    time: i64,
    trail: String,
    setup: Setup,
}

/// See the module.
#[derive(Default)]
pub(super) struct Stores {
    moments: Vec<Moment>,
    /// Buckets, keys and groups that something says belong to trails, whenever.
    buckets: BTreeSet<String>,
    keys: BTreeSet<String>,
    groups: BTreeSet<String>,
}

/// How sure it is that something holds logs of CloudTrail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Held {
    /// Nothing says so.
    No,
    /// Its name alone says so.
    Named,
    /// A trail or a policy says so, but trails deliver elsewhere now.
    Former,
    /// A trail or a policy says so.
    Sure,
}

impl Stores {
    /// As records and inventory show them.
    pub(super) fn of(view: &Grouped<'_>) -> Stores {
        let mut stores = Stores::default();
        for known in &view.settings.recorders {
            stores.buckets.extend(known.bucket.clone());
            stores.keys.extend(known.key.as_deref().map(key_id));
            stores.groups.extend(known.log_group.as_deref().map(group_name));
        }
        let mut setups: BTreeMap<String, Setup> = BTreeMap::new();
        for change in view.done("cloudtrail", &["CreateTrail", "UpdateTrail"]) {
            let trail = trail_of(change);
            let before = setups.get(&trail).cloned().unwrap_or_default();
            let setup = if change.name == "CreateTrail" { Setup::default() } else { before }.after(change);
            stores.enter(&setup);
            stores.moments.push(Moment { time: change.time, trail: trail.clone(), setup: setup.clone() });
            setups.insert(trail, setup);
        }
        for change in view.done("s3", &["PutBucketPolicy"]) {
            if let Some(bucket) =
                bucket_of(change).filter(|_| lets_write(change, "bucketPolicy", "s3:PutObject"))
            {
                stores.buckets.insert(bucket);
            }
        }
        for change in view.done("kms", &["PutKeyPolicy"]) {
            if let Some(key) =
                change.text(&["keyId"]).filter(|_| lets_write(change, "policy", "kms:GenerateDataKey"))
            {
                stores.keys.insert(key_id(&key));
            }
        }
        stores
    }

    fn enter(&mut self, setup: &Setup) {
        let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        self.buckets.extend(some(&setup.bucket));
        self.keys.extend(some(&setup.key).as_deref().map(key_id));
        self.groups.extend(some(&setup.group).as_deref().map(group_name));
    }

    /// The setup of the trail before that moment; `None` where nothing says.
    pub(super) fn before(&self, trail: &str, time: i64) -> Option<&Setup> {
        let of_trail = self.moments.iter().filter(|moment| moment.trail == trail && moment.time < time);
        of_trail.max_by_key(|moment| moment.time).map(|moment| &moment.setup)
    }

    /// Whether the bucket holds logs at that moment.
    pub(super) fn bucket(&self, bucket: &str, time: i64) -> Held {
        let of = |setup: &Setup| setup.bucket.as_deref() == Some(bucket);
        self.held(self.buckets.contains(bucket), is_log_bucket(bucket), time, of)
    }

    /// True iff a trail delivered to the bucket before that moment, or the inventory says that one does.
    pub(super) fn delivered_before(&self, view: &Grouped<'_>, bucket: &str, time: i64) -> bool {
        let of = |setup: &Setup| setup.bucket.as_deref() == Some(bucket);
        let listed = view.settings.recorders.iter().any(|known| known.bucket.as_deref() == Some(bucket));
        listed || self.moments.iter().any(|moment| moment.time < time && of(&moment.setup))
    }

    /// Whether the key encrypts logs at that moment.
    pub(super) fn key(&self, key: &str, time: i64) -> Held {
        let key = key_id(key);
        let of = |setup: &Setup| setup.key.as_deref().is_some_and(|used| key_id(used) == key);
        self.held(self.keys.contains(&key), key.to_ascii_lowercase().contains("cloudtrail"), time, of)
    }

    /// Whether the log group holds logs at that moment.
    pub(super) fn group(&self, group: &str, time: i64) -> Held {
        let group = group_name(group);
        let of = |setup: &Setup| setup.group.as_deref().is_some_and(|used| group_name(used) == group);
        let name = group.to_ascii_lowercase();
        let named = name.contains("cloudtrail") || name.contains("trail-log") || name.contains("trail/");
        // A function's own group is no trail's, whatever the function is called.
        let named = named && !name.starts_with("/aws/lambda/");
        self.held(self.groups.contains(&group), named, time, of)
    }

    fn held(&self, known: bool, named: bool, time: i64, of: impl Fn(&Setup) -> bool) -> Held {
        let mut latest: BTreeMap<&str, &Setup> = BTreeMap::new();
        for moment in self.moments.iter().filter(|moment| moment.time <= time) {
            latest.insert(&moment.trail, &moment.setup);
        }
        let once = self.moments.iter().any(|moment| moment.time <= time && of(&moment.setup));
        match (known, named) {
            (true, _) if once && !latest.values().any(|setup| of(setup)) => Held::Former,
            (true, _) => Held::Sure,
            (false, true) => Held::Named,
            (false, false) => Held::No,
        }
    }
}

/// True iff the policy that was put lets CloudTrail do that.
pub(crate) fn lets_write(change: &Change, member: &str, action: &str) -> bool {
    let policy = document(super::field::field(&change.asked(), member));
    statements(&policy, "Allow").into_iter().any(|one| names_service(one, CLOUDTRAIL) && covers(one, action))
}

/// The bucket that the change is about.
pub(crate) fn bucket_of(change: &Change) -> Option<String> {
    let said = change.text(&["bucketName", "bucket", "Bucket"]);
    said.map(|bucket| bucket.rsplit(":::").next().unwrap_or(&bucket).to_owned())
}

/// The id of a key in an ARN, or what stands for it: an alias.
pub(crate) fn key_id(key: &str) -> String {
    let last = key.rsplit(':').next().unwrap_or(key);
    last.strip_prefix("key/").unwrap_or(last).to_owned()
}

/// The name of a log group in an ARN.
pub(super) fn group_name(group: &str) -> String {
    let name = group.split_once(":log-group:").map_or(group, |(_, name)| name);
    name.trim_end_matches(":*").to_owned()
}

/// Names, as a sentence lists them.
pub(super) fn trail_name(trail: &str) -> &str {
    name_of(trail)
}

#[cfg(test)]
mod tests {
    use super::{group_name, key_id};

    #[test]
    fn names_out_of_arns() {
        assert_eq!(key_id("arn:aws:kms:eu-west-1:111122223333:key/1-2"), "1-2");
        assert_eq!(key_id("alias/trail"), "alias/trail");
        assert_eq!(key_id("arn:aws:kms:eu-west-1:111122223333:alias/trail"), "alias/trail");
        assert_eq!(group_name("arn:aws:logs:eu-west-1:111122223333:log-group:a/b:*"), "a/b");
        assert_eq!(group_name("a/b"), "a/b");
    }
}
