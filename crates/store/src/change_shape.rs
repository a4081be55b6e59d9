//! How a change stands in our files: plans and journals hold the same.

use audit::change::{Bucket, Change, NewTrail, Setting, Target, Turn};
use cloudtrail::recorder::RecorderKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A change. Selectors and policies stand as JSON, so that a person can read them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChangeShape {
    target: TargetShape,
    #[serde(flatten)]
    setting: SettingShape,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct TargetShape {
    arn: String,
    name: String,
    kind: KindShape,
    account: String,
    home_region: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindShape {
    Trail,
    EventDataStore,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "setting", rename_all = "snake_case")]
enum SettingShape {
    Bucket { before: Option<BucketShape>, after: Option<BucketShape> },
    Trail { before: Option<NewTrailShape>, after: Option<NewTrailShape> },
    MultiRegion { before: bool, after: bool },
    LogFileValidation { before: bool, after: bool },
    Selectors { before: Value, after: Value },
    Logging { before: bool, after: bool },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct BucketShape {
    name: String,
    policy: Value,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct NewTrailShape {
    bucket: String,
    organization: bool,
    multi_region: bool,
    log_file_validation: bool,
}

impl From<&Change> for ChangeShape {
    fn from(change: &Change) -> Self {
        let target = &change.target;
        ChangeShape {
            target: TargetShape {
                arn: target.arn.clone(),
                name: target.name.clone(),
                kind: match target.kind {
                    RecorderKind::EventDataStore => KindShape::EventDataStore,
                    RecorderKind::Trail | RecorderKind::Channel => KindShape::Trail,
                },
                account: target.account.clone(),
                home_region: target.home_region.clone(),
            },
            setting: setting(&change.setting),
        }
    }
}

fn setting(setting: &Setting) -> SettingShape {
    match setting {
        Setting::Bucket(turn) => SettingShape::Bucket {
            before: turn.before.as_ref().map(bucket),
            after: turn.after.as_ref().map(bucket),
        },
        Setting::Trail(turn) => SettingShape::Trail {
            before: turn.before.as_ref().map(new_trail),
            after: turn.after.as_ref().map(new_trail),
        },
        Setting::MultiRegion(Turn { before, after }) => {
            SettingShape::MultiRegion { before: *before, after: *after }
        }
        Setting::LogFileValidation(Turn { before, after }) => {
            SettingShape::LogFileValidation { before: *before, after: *after }
        }
        Setting::Selectors(turn) => {
            SettingShape::Selectors { before: json(&turn.before), after: json(&turn.after) }
        }
        Setting::Logging(Turn { before, after }) => SettingShape::Logging { before: *before, after: *after },
    }
}

/// A document of the core as JSON. One that is none stays as text, so that nothing is lost.
fn json(document: &str) -> Value {
    serde_json::from_str(document).unwrap_or_else(|_| Value::String(document.to_owned()))
}

/// The document that [`json`] was made of: compact, with sorted members, as the core holds it.
fn document(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn bucket(bucket: &Bucket) -> BucketShape {
    BucketShape { name: bucket.name.clone(), policy: json(&bucket.policy) }
}

fn new_trail(trail: &NewTrail) -> NewTrailShape {
    NewTrailShape {
        bucket: trail.bucket.clone(),
        organization: trail.organization,
        multi_region: trail.multi_region,
        log_file_validation: trail.log_file_validation,
    }
}

impl From<ChangeShape> for Change {
    fn from(shape: ChangeShape) -> Self {
        let TargetShape { arn, name, kind, account, home_region } = shape.target;
        let kind = match kind {
            KindShape::Trail => RecorderKind::Trail,
            KindShape::EventDataStore => RecorderKind::EventDataStore,
        };
        Change {
            target: Target { arn, name, kind, account, home_region },
            setting: into_setting(shape.setting),
        }
    }
}

fn into_setting(shape: SettingShape) -> Setting {
    let bucket = |shape: BucketShape| Bucket { name: shape.name, policy: document(shape.policy) };
    let trail = |shape: NewTrailShape| NewTrail {
        bucket: shape.bucket,
        organization: shape.organization,
        multi_region: shape.multi_region,
        log_file_validation: shape.log_file_validation,
        of_others: Vec::new(),
    };
    match shape {
        SettingShape::Bucket { before, after } => {
            Setting::Bucket(Turn { before: before.map(bucket), after: after.map(bucket) })
        }
        SettingShape::Trail { before, after } => {
            Setting::Trail(Turn { before: before.map(trail), after: after.map(trail) })
        }
        SettingShape::MultiRegion { before, after } => Setting::MultiRegion(Turn { before, after }),
        SettingShape::LogFileValidation { before, after } => {
            Setting::LogFileValidation(Turn { before, after })
        }
        SettingShape::Selectors { before, after } => {
            Setting::Selectors(Turn { before: document(before), after: document(after) })
        }
        SettingShape::Logging { before, after } => Setting::Logging(Turn { before, after }),
    }
}
