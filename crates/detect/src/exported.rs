//! Our detections that look at one record alone, as Sigma rules: for tools of others, which know no baselines.

use crate::baseline::OFFENSIVE;
use crate::detection::Detection;
use crate::finding::Severity;
use crate::sigma::{Exported, ExportedValue, Level, export};

/// What a rule looks for beside the service and the calls: a field with its modifiers, and texts any of which will do.
type Also = (&'static str, &'static [&'static str]);

/// A rule: its detection, the service, what the names of calls begin with, and what else. The names of calls to Lambda carry a version.
struct Source {
    detection: &'static str,
    service: &'static str,
    calls: &'static [&'static str],
    also: &'static [Also],
    /// Of these one has to hold, iff there are any; `false` is the flag.
    one_of: &'static [Also],
    /// False iff a call that was refused counts, too.
    carried_out: bool,
    /// How bad it is where the state is not known; `None` iff as the detection says.
    severity: Option<Severity>,
    /// What our own detection knows beyond the rule, in a sentence.
    beyond: &'static str,
}

/// A rule that looks for nothing more.
const PLAIN: Source = Source {
    detection: "",
    service: "",
    calls: &[],
    also: &[],
    one_of: &[],
    carried_out: true,
    severity: None,
    beyond: "It knows who does so as a habit.",
};

const fn calls(detection: &'static str, service: &'static str, calls: &'static [&'static str]) -> Source {
    Source { detection, service, calls, ..PLAIN }
}

const SOURCES: &[Source] = &[
    calls("TRL-01", "cloudtrail", &["StopLogging"]),
    calls("TRL-02", "cloudtrail", &["DeleteTrail"]),
    Source {
        detection: "TRL-04",
        service: "cloudtrail",
        calls: &["UpdateTrail"],
        one_of: &[
            ("requestParameters.isMultiRegionTrail", &["false"]),
            ("requestParameters.isOrganizationTrail", &["false"]),
            ("requestParameters.includeGlobalServiceEvents", &["false"]),
            ("requestParameters.enableLogFileValidation", &["false"]),
        ],
        beyond: "It compares the trail with what it was before, and sees other buckets, keys and log groups.",
        ..PLAIN
    },
    calls(
        "TRL-05",
        "cloudtrail",
        &[
            "DeleteEventDataStore",
            "StopEventDataStoreIngestion",
            "DeleteChannel",
            "DeleteServiceLinkedChannel",
        ],
    ),
    Source {
        detection: "TRL-06",
        service: "s3",
        calls: &["DeleteBucket", "DeleteObject", "DeletePublicAccessBlock", "PutBucketLifecycle"],
        one_of: &[
            ("requestParameters.bucketName|contains", &["cloudtrail"]),
            ("requestParameters.key|contains", &["/CloudTrail"]),
        ],
        beyond: "It knows to which buckets trails deliver, reads policies, versioning, locks and terms, and compares them with those before.",
        ..PLAIN
    },
    Source {
        detection: "TRL-07",
        service: "kms",
        calls: &["DisableKey", "ScheduleKeyDeletion", "DeleteImportedKeyMaterial"],
        severity: Some(Severity::Low),
        beyond: "It knows which keys encrypt the logs of trails, and reads policies of keys. This rule matches any key.",
        ..PLAIN
    },
    Source {
        detection: "TRL-08",
        service: "logs",
        calls: &[
            "DeleteLogGroup",
            "DeleteLogStream",
            "DeleteMetricFilter",
            "DeleteSubscriptionFilter",
            "PutRetentionPolicy",
        ],
        also: &[("requestParameters.logGroupName|contains", &["cloudtrail"])],
        beyond: "It knows to which log groups trails deliver, and compares the retention with the one before.",
        ..PLAIN
    },
    calls(
        "TRL-09",
        "organizations",
        &["LeaveOrganization", "RemoveAccountFromOrganization", "DetachPolicy", "DisablePolicyType"],
    ),
    calls("TRL-11", "securitylake", &["DeleteAwsLogSource", "DeleteDataLake"]),
    Source {
        detection: "LAM-01",
        service: "lambda",
        calls: &["AddPermission"],
        also: &[("requestParameters.principal", &["*"])],
        ..PLAIN
    },
    calls("LAM-03", "lambda", &["PutResourcePolicy", "DeleteResourcePolicy"]),
    Source {
        detection: "LAM-04",
        service: "lambda",
        calls: &["CreateFunctionUrlConfig", "UpdateFunctionUrlConfig"],
        also: &[("requestParameters.authType", &["NONE"])],
        ..PLAIN
    },
    calls(
        "LAM-10",
        "lambda",
        &["DeleteFunctionCodeSigningConfig", "DeleteCodeSigningConfig", "UpdateRuntimeAlias"],
    ),
    calls("LAM-13", "lambda", &["CreateMicrovmShellAuthToken"]),
    Source {
        detection: "INV-10",
        service: "lambda",
        calls: &["Invoke"],
        also: &[("userAgent|contains", OFFENSIVE)],
        carried_out: false,
        beyond: "It looks for whole words, and knows which programs each principal uses.",
        ..PLAIN
    },
    Source {
        detection: "INV-11",
        service: "lambda",
        calls: &["Invoke"],
        also: &[("userIdentity.type", &["Root"])],
        ..PLAIN
    },
];

/// All of them, as one YAML file.
#[must_use]
pub fn sigma_rules() -> String {
    let all = crate::detections::ALL;
    let of = |source: &Source| {
        let detection = all.iter().find(|one| one.id == source.detection)?;
        Some(rule(source, detection))
    };
    export(&SOURCES.iter().filter_map(of).collect::<Vec<_>>())
}

fn rule(source: &Source, detection: &Detection) -> Exported {
    let text = |text: &str| ExportedValue::Text(text.to_owned());
    let value = |said: &str| if said == "false" { ExportedValue::Bool(false) } else { text(said) };
    let field = |(field, values): &Also| {
        ((*field).to_owned(), values.iter().map(|said| value(said)).collect::<Vec<_>>())
    };
    // Names of calls may carry the version of the API behind them.
    let mut selection = vec![
        ("eventSource".to_owned(), vec![text(&format!("{}.amazonaws.com", source.service))]),
        ("eventName|startswith".to_owned(), source.calls.iter().map(|call| text(call)).collect()),
    ];
    if source.carried_out {
        selection.push(("errorCode".to_owned(), vec![ExportedValue::Null]));
    }
    selection.extend(source.also.iter().map(field));
    let mut selections = vec![("selection".to_owned(), selection)];
    let one_of = source.one_of.iter().zip(1..);
    selections.extend(one_of.map(|(also, at)| (format!("weaker_{at}"), vec![field(also)])));
    let condition = if source.one_of.is_empty() { "selection" } else { "selection and 1 of weaker_*" };
    Exported {
        id: uuid(detection.id),
        title: detection.title.to_owned(),
        description: format!(
            "{}: {}. The detection of invoketrail detect sees more. {}",
            detection.id, detection.title, source.beyond
        ),
        author: "InvokeTrail".to_owned(),
        references: vec!["https://invoketrail.dev/docs/reference/detections.html".to_owned()],
        tags: detection.attack.iter().map(|id| format!("attack.{}", id.to_lowercase())).collect(),
        level: level(source.severity.unwrap_or(detection.severity)),
        falsepositives: vec!["Changes that were planned".to_owned()],
        selections,
        condition: condition.to_owned(),
    }
}

const fn level(severity: Severity) -> Level {
    match severity {
        Severity::Note => Level::Info,
        Severity::Low => Level::Low,
        Severity::Medium => Level::Medium,
        Severity::High => Level::High,
        Severity::Critical => Level::Critical,
    }
}

/// A UUID that is drawn from the detection's id, and always the same.
fn uuid(id: &str) -> String {
    let hash = logs::hex(&logs::sha256(format!("invoketrail {id}").as_bytes()));
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::{SOURCES, sigma_rules};
    use crate::sigma::Rules;
    use serde_json::json;

    #[test]
    fn every_rule_reads_back_and_matches_what_its_detection_looks_at() {
        let files = [("rules.yml".to_owned(), sigma_rules())];
        let rules = Rules::parse(&files).unwrap();
        assert_eq!(rules.rules().count(), SOURCES.len());
        let record = |source: &str, name: &str, error: serde_json::Value| json!({"eventSource": source, "eventName": name, "errorCode": error, "requestParameters": {"principal": "*"}});
        let found = |record| rules.matches(&record).len();
        assert_eq!(found(record("cloudtrail.amazonaws.com", "StopLogging", json!(null))), 1);
        assert_eq!(found(record("cloudtrail.amazonaws.com", "StopLogging", json!("AccessDenied"))), 0);
        assert_eq!(found(record("lambda.amazonaws.com", "AddPermission20150331v2", json!(null))), 1);
        assert_eq!(found(record("s3.amazonaws.com", "StopLogging", json!(null))), 0);
    }

    #[test]
    fn rules_without_state_look_at_what_weakens_and_at_nothing_else() {
        let rules = Rules::parse(&[("rules.yml".to_owned(), sigma_rules())]).unwrap();
        let found = |source: &str, name: &str, more: serde_json::Value| {
            let mut record = json!({"eventSource": format!("{source}.amazonaws.com"), "eventName": name, "errorCode": null});
            record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let matched = rules.matches(&record);
            let all = rules.rules().filter(|(id, _)| matched.contains(id));
            let told =
                all.filter_map(|(_, rule)| Some(rule.description.as_deref()?.split(':').next()?.to_owned()));
            told.collect::<Vec<String>>()
        };
        let asked = |request: serde_json::Value| json!({"requestParameters": request});
        for (source, name, fires, near) in [
            (
                "cloudtrail",
                "UpdateTrail",
                asked(json!({"isOrganizationTrail": false})),
                asked(json!({"isOrganizationTrail": true})),
            ),
            (
                "s3",
                "DeleteObjects",
                asked(json!({"bucketName": "org-cloudtrail-1"})),
                asked(json!({"bucketName": "photos"})),
            ),
            (
                "s3",
                "DeleteObject",
                asked(json!({"bucketName": "logs", "key": "AWSLogs/1/CloudTrail/x"})),
                asked(json!({"bucketName": "logs", "key": "x"})),
            ),
            (
                "logs",
                "DeleteLogStream",
                asked(json!({"logGroupName": "org-CloudTrail"})),
                asked(json!({"logGroupName": "/aws/lambda/pay"})),
            ),
            (
                "lambda",
                "Invoke",
                json!({"userAgent": "Boto3/1.7 Pacu/1.0", "errorCode": "AccessDenied"}),
                json!({"userAgent": "Boto3/1.7"}),
            ),
        ] {
            let id = match source {
                "cloudtrail" => "TRL-04",
                "s3" => "TRL-06",
                "logs" => "TRL-08",
                _ => "INV-10",
            };
            assert_eq!(found(source, name, fires), [id], "{source} {name}");
            assert_eq!(found(source, name, near), [""; 0], "{source} {name}, near");
        }
        assert_eq!(found("kms", "ScheduleKeyDeletion", json!({})), ["TRL-07"]);
        assert_eq!(found("kms", "Decrypt", json!({})), [""; 0]);
    }
}
