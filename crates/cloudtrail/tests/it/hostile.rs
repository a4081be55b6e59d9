//! Texts that mean harm: deep, huge, cut off, shuffled. Nothing panics, and nothing takes long.

use crate::common::{invocation, read, says};
use cloudtrail::selector_json::from_str;
use proptest::prelude::{ProptestConfig, proptest};

const WHOLE: &str = r#"{"TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/t", "AdvancedEventSelectors": [
    {"Name": "n", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
    {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}]}],
    "EventSelectors": [{"ReadWriteType": "All", "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]}"#;

#[test]
fn a_document_cut_off_anywhere_is_an_error() {
    assert!(from_str(WHOLE).is_ok());
    for at in 0..WHOLE.len() {
        assert!(from_str(&WHOLE[..at]).is_err(), "{at}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{\"EventSelectors\":", "}"), ("[{\"Unheard\":", "}]")] {
        let text = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        assert!(from_str(&text).is_err());
    }
}

#[test]
fn ten_thousand_values_are_read() {
    let names: Vec<String> =
        (0..10_000).map(|n| format!("arn:aws:lambda:us-east-1:111122223333:function:f{n}")).collect();
    let text =
        format!(r#"[{{"DataResources": [{{"Type": "AWS::Lambda::Function", "Values": {names:?}}}]}}]"#);
    assert_eq!(says(&read(&text), &invocation()), "no");
    let text = text.replace("function:f9999\"", "function:orders\"");
    assert_eq!(says(&read(&text), &invocation()), "yes");
    let fields = vec![r#"{"Field": "eventName", "Equals": ["Invoke"]}"#; 10_000].join(", ");
    let text = format!(r#"[{{"FieldSelectors": [{fields}]}}]"#);
    assert_eq!(says(&read(&text), &invocation()), "unknown");
}

#[test]
fn control_characters_and_odd_letters_are_only_text() {
    let text = r#"[{"Name": "\u001b[31m\u0000", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
        {"Field": "userIdentity.arn", "NotEquals": ["\ud83d\ude00\u202e", "\u0000"]}]}]"#;
    assert_eq!(says(&read(text), &invocation()), "yes");
    assert!(from_str(r#"[{"Name": "\ud83d", "FieldSelectors": []}]"#).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_changed_byte_never_panics(at in 0..WHOLE.len(), with in "[ -~\"{}\\[\\],:0-9]") {
        if WHOLE.is_char_boundary(at) && WHOLE.is_char_boundary(at + 1) {
            let text = format!("{}{with}{}", &WHOLE[..at], &WHOLE[at + 1..]);
            if let Ok(selectors) = from_str(&text) {
                says(&selectors, &invocation());
            }
        }
    }

    #[test]
    fn any_text_never_panics(text in "\\PC{0,60}") {
        drop(from_str(&text));
    }
}
