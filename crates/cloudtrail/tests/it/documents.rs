//! Every form in which selectors come reads as the same selectors.

use crate::common::{ORDERS, doubts, invocation, management, read, says};
use cloudtrail::selector::{ReadWrite, Selector};
use cloudtrail::selector_json::from_str;
use proptest::prelude::{Just, Strategy, prop_oneof, proptest};
use proptest::{collection, option, sample};

const ADVANCED: &str = r#"{"Name": "functions", "FieldSelectors": [
    {"Field": "eventCategory", "Equals": ["Data"]},
    {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
    {"Field": "userIdentity.arn", "NotStartsWith": ["arn:aws:iam::999988887777:"], "NotEquals": ["x"]}]}"#;
const BASIC: &str = r#"{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": false,
    "DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}],
    "ExcludeManagementEventSources": ["kms.amazonaws.com"]}"#;

/// The same advanced selector as recorded by CloudTrail (lowerCamel) and as Terraform says it.
const RECORDED: &str = r#"{"trailName": "t", "advancedEventSelectors": [{"name": "functions", "fieldSelectors": [
    {"field": "eventCategory", "equals": ["Data"]},
    {"field": "resources.type", "equals": ["AWS::Lambda::Function"]},
    {"field": "userIdentity.arn", "notStartsWith": ["arn:aws:iam::999988887777:"], "notEquals": ["x"]}]}]}"#;
const TERRAFORM: &str = r#"{"name": "t", "s3_bucket_name": "b", "enable_logging": true, "kms_key_id": null, "tags": {"a": "b"},
    "event_selector": [], "insight_selector": [],
    "advanced_event_selector": [{"name": "functions", "field_selector": [
    {"field": "eventCategory", "equals": ["Data"], "ends_with": null, "not_ends_with": [], "not_equals": [],
     "not_starts_with": [], "starts_with": []},
    {"field": "resources.type", "equals": ["AWS::Lambda::Function"], "starts_with": null},
    {"field": "userIdentity.arn", "equals": [], "not_starts_with": ["arn:aws:iam::999988887777:"],
     "not_equals": ["x"]}]}]}"#;
const CLOUDFORMATION: &str = r#"{"TrailName": "t", "S3BucketName": "b", "S3KeyPrefix": "p", "IsLogging": true,
    "EnableLogFileValidation": true, "IsMultiRegionTrail": true, "IsOrganizationTrail": false,
    "IncludeGlobalServiceEvents": true, "KMSKeyId": "k", "SnsTopicName": "s", "CloudWatchLogsLogGroupArn": "g",
    "CloudWatchLogsRoleArn": "r", "Tags": [], "InsightSelectors": [], "AdvancedEventSelectors": [ADVANCED]}"#;

#[test]
fn every_form_of_an_advanced_selector_is_the_same_selector() {
    let expected = read(ADVANCED).list;
    assert_eq!(expected.len(), 1);
    assert!(expected[0].doubts().is_empty(), "{expected:?}");
    let forms = [
        format!("[{ADVANCED}]"),
        format!(r#"{{"AdvancedEventSelectors": [{ADVANCED}]}}"#),
        format!(r#"{{"TrailARN": "t", "AdvancedEventSelectors": [{ADVANCED}]}}"#),
        format!(r#"{{"TrailARN": "t", "EventSelectors": [], "AdvancedEventSelectors": [{ADVANCED}]}}"#),
        format!(r#"{{"TrailName": "t", "EventSelectors": null, "AdvancedEventSelectors": [{ADVANCED}]}}"#),
        format!(r#"{{"AdvancedEventSelectors": {ADVANCED}}}"#),
        format!("\u{feff}[{ADVANCED}]"),
        RECORDED.to_owned(),
        TERRAFORM.to_owned(),
        CLOUDFORMATION.replace("ADVANCED", ADVANCED),
    ];
    for form in forms {
        assert_eq!(read(&form).list, expected, "{form}");
    }
}

#[test]
fn every_form_of_a_basic_selector_is_the_same_selector() {
    let expected = read(BASIC).list;
    let [Selector::Basic(basic)] = expected.as_slice() else { panic!("{expected:?}") };
    assert_eq!((basic.read_write, basic.include_management), (ReadWrite::WriteOnly, false));
    assert_eq!(basic.exclude_management_sources, ["kms.amazonaws.com"]);
    assert!(basic.doubts.is_empty(), "{basic:?}");
    let terraform = r#"{"name": "t", "advanced_event_selector": [], "event_selector": [{
        "read_write_type": "WriteOnly", "include_management_events": "false",
        "exclude_management_event_sources": ["kms.amazonaws.com"],
        "data_resource": {"type": "AWS::Lambda::Function", "values": "arn:aws:lambda"}}]}"#;
    let recorded = r#"{"trailName": "t", "eventSelectors": [{"readWriteType": "WriteOnly",
        "includeManagementEvents": false, "excludeManagementEventSources": ["kms.amazonaws.com"],
        "dataResources": [{"type": "AWS::Lambda::Function", "values": ["arn:aws:lambda"]}]}]}"#;
    let forms = [
        format!("[{BASIC}]"),
        format!(r#"{{"TrailARN": "t", "EventSelectors": [{BASIC}], "AdvancedEventSelectors": []}}"#),
        format!(
            r#"{{"TrailName": "t", "IsLogging": true, "S3BucketName": "b", "EventSelectors": [{BASIC}]}}"#
        ),
        terraform.to_owned(),
        recorded.to_owned(),
    ];
    for form in forms {
        assert_eq!(read(&form).list, expected, "{form}");
    }
}

#[test]
fn an_event_data_store_as_aws_describes_it_holds_its_selectors() {
    let text = format!(
        r#"{{"EventDataStoreArn": "a", "Name": "n", "Status": "ENABLED", "AdvancedEventSelectors": [{ADVANCED}],
        "MultiRegionEnabled": true, "OrganizationEnabled": false, "RetentionPeriod": 366, "CreatedTimestamp": 1,
        "TerminationProtectionEnabled": true, "UpdatedTimestamp": 2, "BillingMode": "FIXED_RETENTION_PRICING"}}"#
    );
    assert_eq!(read(&text).list, read(ADVANCED).list);
}

#[test]
fn empty_lists_say_nothing_of_what_is_recorded() {
    let forms = [
        r#"{"EventSelectors": [], "AdvancedEventSelectors": []}"#,
        r#"{"TrailARN": "t", "EventSelectors": []}"#,
        r#"{"AdvancedEventSelectors": []}"#,
        r#"{"EventSelectors": null, "AdvancedEventSelectors": null}"#,
        r#"{"name": "t", "event_selector": [], "advanced_event_selector": []}"#,
        "[]",
    ];
    for form in forms {
        let selectors = read(form);
        assert_eq!(says(&selectors, &management()), "unknown", "{form}");
        assert_eq!(says(&selectors, &invocation()), "unknown", "{form}");
    }
}

#[test]
fn the_defaults_of_a_basic_selector_are_those_of_aws() {
    let selectors = read(r#"[{"DataResources": []}]"#);
    let read_only = cloudtrail::event::Event { read_only: true, ..management() };
    assert_eq!((says(&selectors, &management()), says(&selectors, &read_only)), ("yes", "yes"));
    assert_eq!(says(&selectors, &invocation()), "no");
}

#[test]
fn all_functions_is_a_word_of_its_own() {
    let of = |value: &str| {
        format!(r#"[{{"DataResources": [{{"Type": "AWS::Lambda::Function", "Values": ["{value}"]}}]}}]"#)
    };
    for (value, expected) in [
        ("arn:aws:lambda", "yes"),
        (ORDERS, "yes"),
        ("arn:aws-cn:lambda", "no"),
        ("arn:aws:lambda:us-east-1", "no"),
        ("arn:aws:lambda:us-east-1:111122223333:function", "no"),
        ("arn:aws:lambda:us-east-1:111122223333:function:order", "no"),
        ("arn:aws:lambda:us-east-1:111122223333:function:orders:live", "no"),
        ("arn:aws:lambda:*", "no"),
        ("arn:aws:s3", "no"),
    ] {
        assert_eq!(says(&read(&of(value)), &invocation()), expected, "{value}");
    }
}

/// A document that AWS could hold, as text.
fn documents() -> impl Strategy<Value = String> {
    let value = "[a-z:/*]{1,6}";
    let operator =
        sample::select(vec!["Equals", "StartsWith", "NotEndsWith", "not_equals", "endsWith", "Contains"]);
    let field = sample::select(vec![
        "eventCategory",
        "resources.type",
        "resources.ARN",
        "eventName",
        "readOnly",
        "new",
    ]);
    let field_selector = (field, operator, collection::vec(value, 0..3))
        .prop_map(|(field, operator, values)| format!(r#"{{"Field": "{field}", "{operator}": {values:?}}}"#));
    let advanced =
        (option::of("[a-z]{0,3}"), collection::vec(field_selector, 0..4)).prop_map(|(name, fields)| {
            let name = name.map(|name| format!(r#""Name": "{name}", "#)).unwrap_or_default();
            format!("{{{name}\"FieldSelectors\": [{}]}}", fields.join(", "))
        });
    let kind = sample::select(vec!["AWS::Lambda::Function", "AWS::S3::Object", "AWS::New::Thing"]);
    let data = (kind, collection::vec(value, 0..3))
        .prop_map(|(kind, values)| format!(r#"{{"Type": "{kind}", "Values": {values:?}}}"#));
    let read_write = sample::select(vec!["All", "ReadOnly", "WriteOnly"]);
    let basic = (read_write, collection::vec(data, 0..3)).prop_map(|(read_write, data)| {
        format!(r#"{{"ReadWriteType": "{read_write}", "DataResources": [{}]}}"#, data.join(", "))
    });
    (
        collection::vec(advanced, 0..3),
        prop_oneof![3 => Just(Vec::new()), 1 => collection::vec(basic, 0..3)],
        prop_oneof![4 => Just(""), 1 => Just(r#", "Unheard": {"b": 1, "a": null}"#)],
    )
        .prop_map(|(advanced, basic, more)| {
            let (advanced, basic) = (advanced.join(", "), basic.join(", "));
            format!(r#"{{"AdvancedEventSelectors": [{advanced}], "EventSelectors": [{basic}]{more}}}"#)
        })
}

proptest! {
    #[test]
    fn the_document_that_is_kept_reads_as_the_same_selectors(text in documents()) {
        let selectors = read(&text);
        assert_eq!(from_str(&selectors.document).as_ref(), Ok(&selectors));
    }
}

#[test]
fn the_document_that_is_kept_holds_what_was_not_understood() {
    let text = r#"{"EventSelectors": [{"ReadWriteType": "All", "Unheard": {"of": [1]}}]}"#;
    assert_eq!(read(text).document, r#"{"EventSelectors":[{"ReadWriteType":"All","Unheard":{"of":[1]}}]}"#);
    assert!(!doubts(text).is_empty());
}
