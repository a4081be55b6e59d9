//! What stands beside the selectors: what says that nothing is recorded is never told as recording.

use crate::common::{invocation, read, says};
use cloudtrail::selector_json::recorder_facts;

const SELECTORS: &str = r#""AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
    {"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]}]"#;

const TERRAFORM: &str =
    r#""event_selector":[{"data_resource":[{"type":"AWS::Lambda::Function","values":["arn:aws:lambda"]}]}]"#;

/// Members that say whether something is recorded, in each spelling that AWS or Terraform gives them: the value that says
/// that it is, and the one that says that it is not.
const MEMBERS: [(&str, &str, &str); 9] = [
    ("IsLogging", "true", "false"),
    ("is_logging", "true", "false"),
    ("enable_logging", "true", "false"),
    ("IngestionEnabled", "true", "false"),
    ("StartIngestion", "true", "false"),
    ("start_ingestion", r#""true""#, r#""false""#),
    ("suspend", "false", "true"),
    ("Status", r#""ENABLED""#, r#""STOPPED_INGESTION""#),
    ("LatestDeliveryError", r#""""#, r#""AccessDenied""#),
];

fn with(selectors: &str, member: &str, value: &str) -> String {
    format!(r#"{{"{member}":{value},{selectors}}}"#)
}

#[test]
fn a_member_that_says_that_nothing_is_recorded_is_believed() {
    for selectors in [SELECTORS, TERRAFORM] {
        for (member, records, stopped) in MEMBERS {
            let text = with(selectors, member, records);
            assert_eq!(says(&read(&text), &invocation()), "yes", "{text}");
            assert_eq!(recorder_facts(&text).stopped, None, "{text}");
            let text = with(selectors, member, stopped);
            assert_eq!(says(&read(&text), &invocation()), "unknown", "{text}");
            let said = recorder_facts(&text).stopped.map(|said| said.to_string());
            let value = stopped.trim_matches('"');
            assert_eq!(said.as_deref(), Some(format!("`$.{member}` is `{value}`").as_str()), "{text}");
        }
    }
}

#[test]
fn every_status_of_a_store_is_what_aws_says_it_is() {
    for (status, wanted) in [
        ("ENABLED", "yes"),
        ("CREATED", "stopped"),
        ("STOPPED_INGESTION", "stopped"),
        ("PENDING_DELETION", "stopped"),
        ("STARTING_INGESTION", "unknown"),
        ("STOPPING_INGESTION", "unknown"),
        ("enabled", "unknown"),
        ("", "unknown"),
        ("A_STATUS_OF_NEXT_YEAR", "unknown"),
    ] {
        let text = with(SELECTORS, "Status", &format!("\"{status}\""));
        let said = says(&read(&text), &invocation());
        let stopped = recorder_facts(&text).stopped.is_some();
        assert_eq!(
            (stopped, said),
            (wanted == "stopped", if wanted == "yes" { "yes" } else { "unknown" }),
            "{text}"
        );
    }
}

#[test]
fn a_value_that_cannot_be_read_is_a_doubt_and_no_answer() {
    let reach = ["IsMultiRegionTrail", "MultiRegionEnabled", "is_organization_trail", "OrganizationEnabled"];
    for selectors in [SELECTORS, TERRAFORM] {
        for member in MEMBERS.map(|(member, _, _)| member).into_iter().chain(reach) {
            for value in ["0", "1.5", "[]", "{}", r#"{"Ref":"Logging"}"#, r#"["ENABLED"]"#, r#"[true]"#] {
                let text = with(selectors, member, value);
                assert_eq!(says(&read(&text), &invocation()), "unknown", "{text}");
                assert_eq!(recorder_facts(&text).stopped, None, "{text}");
            }
        }
    }
    // A word that is none of a flag.
    for (member, value) in
        [("IsLogging", r#""yes""#), ("suspend", r#""TRUE""#), ("MultiRegionEnabled", r#""no""#)]
    {
        let text = with(SELECTORS, member, value);
        assert_eq!(says(&read(&text), &invocation()), "unknown", "{text}");
    }
}

#[test]
fn what_stands_beside_can_only_narrow() {
    let other = SELECTORS.replace("AWS::Lambda::Function", "AWS::S3::Object");
    for (member, _, stopped) in MEMBERS {
        let text = with(&other, member, stopped);
        assert_eq!(says(&read(&text), &invocation()), "no", "{text}");
    }
    assert_eq!(says(&read(&with(&other, "Status", r#""STARTING_INGESTION""#)), &invocation()), "no");
}

#[test]
fn how_far_it_reaches_is_read() {
    let text = with(SELECTORS, "IsMultiRegionTrail", "false");
    let said = recorder_facts(&text);
    assert_eq!(said.one_region.unwrap().to_string(), "`$.IsMultiRegionTrail` is `false`");
    assert_eq!(says(&read(&text), &invocation()), "yes");
    let arn = r#""arn:aws:cloudtrail:eu-west-1:111122223333:trail/t""#;
    let said = recorder_facts(&with(SELECTORS, "TrailARN", arn));
    assert_eq!(said.home_region.as_deref(), Some("eu-west-1"));
    assert_eq!(said.account.as_deref(), Some("111122223333"));
    assert_eq!(
        recorder_facts(&with(TERRAFORM, "home_region", r#""eu-west-1""#)).home_region.as_deref(),
        Some("eu-west-1")
    );
    assert_eq!(recorder_facts("not JSON"), cloudtrail::selector_json::RecorderFacts::default());
}

#[test]
fn an_answer_of_get_trail_status_may_stand_recorder_facts() {
    let text = format!(
        r#"{{"IsLogging":true,"LatestDeliveryTime":1.5,"StartLoggingTime":1.0,"LatestDeliveryAttemptSucceeded":"x",
        "TimeLoggingStopped":"","HomeRegion":"us-east-1","HasCustomEventSelectors":true,"S3BucketName":"b",{SELECTORS}}}"#
    );
    assert_eq!(says(&read(&text), &invocation()), "yes");
}

#[test]
fn a_trail_that_was_stopped_by_its_times_is_no_pass() {
    let of = |members: &str| {
        let text = format!("{{{members},{SELECTORS}}}");
        says(&read(&text), &invocation())
    };
    for stopped in [
        r#""StartLoggingTime":"2026-11-01T00:00:00Z","StopLoggingTime":"2026-11-20T00:00:00Z""#,
        r#""StartLoggingTime":1.5,"StopLoggingTime":2.5"#,
        r#""StopLoggingTime":"2026-11-20""#,
        r#""TimeLoggingStarted":"","TimeLoggingStopped":"2026-11-20T00:00:00Z""#,
        r#""StartLoggingTime":"yesterday","StopLoggingTime":"today""#,
        r#""StartLoggingTime":5,"StopLoggingTime":"2026-11-20""#,
        r#""StartLoggingTime":"2026-10-25T03:00:00+02:00","StopLoggingTime":"2026-10-25T02:00:00Z""#,
        r#""StartLoggingTime":"2026-10-25T02:30:00+02:00","StopLoggingTime":"2026-10-25T02:10:00+01:00""#,
        r#""StartLoggingTime":"2026-10-25T02:30:00Z","StopLoggingTime":"2026-10-25T02:30:00.500Z""#,
    ] {
        assert_eq!(of(stopped), "unknown", "{stopped}");
        assert_eq!(of(&format!(r#"{stopped},"IsLogging":true"#)), "yes", "{stopped}");
    }
    for goes_on in [
        r#""StartLoggingTime":"2026-11-21T00:00:00Z","StopLoggingTime":"2026-11-20T00:00:00Z""#,
        r#""StartLoggingTime":3.5,"StopLoggingTime":2.5"#,
        r#""StartLoggingTime":"2026-11-21","StopLoggingTime":null"#,
    ] {
        assert_eq!(of(goes_on), "yes", "{goes_on}");
    }
}

#[test]
fn what_terraform_makes_none_of_records_nothing() {
    for (member, value, told) in [
        ("count", "0", "unknown"),
        ("for_each", "{}", "unknown"),
        ("count", r#""${var.n}""#, "unknown"),
        ("count", "1", "yes"),
        ("for_each", r#"["a"]"#, "yes"),
    ] {
        let text = with(TERRAFORM, member, value);
        assert_eq!(says(&read(&text), &invocation()), told, "{text}");
        assert_eq!(recorder_facts(&text).stopped.is_some(), matches!(value, "0" | "{}"), "{text}");
    }
}
