//! Our detections that look at one record alone, as Sigma rules: for tools of others, which know no baselines.

use crate::detection::Detection;
use crate::finding::Severity;
use crate::sigma::{Exported, ExportedValue, Level, export};

/// What a rule looks for beside the service, the calls and that they were carried out: a field, and values any of which will do.
type Also = (&'static str, &'static [&'static str]);

/// A rule: its detection, the service, what the names of calls begin with, and what else. The names of calls to Lambda carry a version.
struct Source {
    detection: &'static str,
    service: &'static str,
    calls: &'static [&'static str],
    also: &'static [Also],
}

const fn calls(detection: &'static str, service: &'static str, calls: &'static [&'static str]) -> Source {
    Source { detection, service, calls, also: &[] }
}

const SOURCES: &[Source] = &[
    calls("TRL-01", "cloudtrail", &["StopLogging"]),
    calls("TRL-02", "cloudtrail", &["DeleteTrail"]),
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
    },
    calls("LAM-03", "lambda", &["PutResourcePolicy", "DeleteResourcePolicy"]),
    Source {
        detection: "LAM-04",
        service: "lambda",
        calls: &["CreateFunctionUrlConfig", "UpdateFunctionUrlConfig"],
        also: &[("requestParameters.authType", &["NONE"])],
    },
    calls(
        "LAM-10",
        "lambda",
        &["DeleteFunctionCodeSigningConfig", "DeleteCodeSigningConfig", "UpdateRuntimeAlias"],
    ),
    calls("LAM-13", "lambda", &["CreateMicrovmShellAuthToken"]),
    Source {
        detection: "INV-11",
        service: "lambda",
        calls: &["Invoke"],
        also: &[("userIdentity.type", &["Root"])],
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
    // Names of calls may carry the version of the API behind them.
    let mut selection = vec![
        ("eventSource".to_owned(), vec![text(&format!("{}.amazonaws.com", source.service))]),
        ("eventName|startswith".to_owned(), source.calls.iter().map(|call| text(call)).collect()),
        ("errorCode".to_owned(), vec![ExportedValue::Null]),
    ];
    for (field, values) in source.also {
        selection.push(((*field).to_owned(), values.iter().map(|value| text(value)).collect()));
    }
    Exported {
        id: uuid(detection.id),
        title: detection.title.to_owned(),
        description: format!(
            "{}: {}. Without the baselines of invoketrail detect.",
            detection.id, detection.title
        ),
        author: "InvokeTrail".to_owned(),
        references: vec!["https://invoketrail.dev/docs/reference/detections.md".to_owned()],
        tags: detection.attack.iter().map(|id| format!("attack.{}", id.to_lowercase())).collect(),
        level: level(detection.severity),
        falsepositives: vec!["Changes that were planned".to_owned()],
        selections: vec![("selection".to_owned(), selection)],
        condition: "selection".to_owned(),
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
}
