//! What cannot be read at all is an error that names the place.

use cloudtrail::selector_json::{SelectorsError, from_str};

#[test]
fn every_error_names_its_place() {
    for (text, place, found) in [
        (r#"{"EventSelectors": 5}"#, "$.EventSelectors", "a number"),
        (r#"{"EventSelectors": [5]}"#, "$.EventSelectors[0]", "a number"),
        (r#"{"EventSelectors": "all"}"#, "$.EventSelectors", "a string"),
        (
            r#"{"EventSelectors": [{"ReadWriteType": true}]}"#,
            "$.EventSelectors[0].ReadWriteType",
            "a boolean",
        ),
        (
            r#"{"EventSelectors": [{"ReadWriteType": "Write"}]}"#,
            "$.EventSelectors[0].ReadWriteType",
            "`Write`",
        ),
        (r#"[{"DataResources": [{"Type": 7, "Values": []}]}]"#, "$[0].DataResources[0].Type", "a number"),
        (
            r#"[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3", 7]}]}]"#,
            "$[0].DataResources[0].Values[1]",
            "a number",
        ),
        (r#"[{"IncludeManagementEvents": "yes"}]"#, "$[0].IncludeManagementEvents", "a string"),
        (r#"[{"DataResources": true}]"#, "$[0].DataResources", "a boolean"),
        (
            r#"{"AdvancedEventSelectors": [{"FieldSelectors": [[]]}]}"#,
            "$.AdvancedEventSelectors[0].FieldSelectors[0]",
            "a list",
        ),
        (r#"[{"FieldSelectors": [{"Field": 1}]}]"#, "$[0].FieldSelectors[0].Field", "a number"),
        (
            r#"[{"FieldSelectors": [{"Field": "eventName", "Equals": {"a": 1}}]}]"#,
            "$[0].FieldSelectors[0].Equals",
            "an object",
        ),
        (
            r#"[{"FieldSelectors": [{"Field": "eventName", "NotEquals": ["a", null]}]}]"#,
            "$[0].FieldSelectors[0].NotEquals[1]",
            "null",
        ),
        (r#"[{"Name": 3, "FieldSelectors": []}]"#, "$[0].Name", "a number"),
        ("17", "$", "a number"),
        ("null", "$", "null"),
        (r#""selectors""#, "$", "a string"),
        (r#"[{"FieldSelectors": []}, {"Name": "x"}]"#, "$[1]", "no event selectors"),
        (r#"{"Trail": {"Name": "x"}}"#, "$", "no event selectors"),
        ("{}", "$", "no event selectors"),
    ] {
        let told = from_str(text).expect_err(text).to_string();
        assert!(told.contains(&format!("`{place}`")) && told.contains(found), "{text}: {told}");
    }
}

/// One member under two spellings: neither may win in silence.
#[test]
fn one_member_twice_is_an_error() {
    for (text, place) in [
        (r#"{"EventSelectors": [], "eventSelectors": []}"#, "$.eventSelectors"),
        (r#"[{"ReadWriteType": "All", "read_write_type": "ReadOnly"}]"#, "$[0].read_write_type"),
        (
            r#"[{"FieldSelectors": [{"Field": "eventName", "field": "readOnly", "Equals": ["true"]}]}]"#,
            "$[0].FieldSelectors[0].field",
        ),
    ] {
        let error = from_str(text).expect_err(text);
        assert!(matches!(&error, SelectorsError::Twice { path } if path == place), "{error}");
    }
}

#[test]
fn what_is_not_json_is_said_with_line_and_column() {
    for text in ["", "[", "{\"EventSelectors\": [", "EventSelectors:\n  - All", "[1,]", "\u{feff}\u{feff}[]"]
    {
        let error = from_str(text).expect_err(text);
        assert!(matches!(error, SelectorsError::NotJson { .. }), "{error}");
        assert!(error.to_string().contains("line"), "{error}");
    }
}

#[test]
fn a_member_that_stands_twice_is_an_error_with_its_path() {
    let twice = |text: &str| match from_str(text) {
        Err(SelectorsError::Twice { path }) => path,
        other => panic!("{other:?}"),
    };
    let inner = r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"],"Equals":["Data"]}]}]}"#;
    assert_eq!(twice(inner), "$.AdvancedEventSelectors[0].FieldSelectors[0].Equals");
    assert_eq!(
        twice(r#"{"EventSelectors":[],"EventSelectors":[{"ReadWriteType":"All"}]}"#),
        "$.EventSelectors"
    );
}
