//! A file that is no inventory is refused in one clear line, with what to do.

use crate::worlds::ACME;
use store::read_inventory;

/// What is said of the file of acme with `from` replaced by `to`.
fn said(from: &str, to: &str) -> String {
    assert!(ACME.contains(from), "acme.json has no {from}");
    let error = read_inventory(ACME.replacen(from, to, 1).as_bytes()).unwrap_err();
    format!("{error} | {}", error.help())
}

fn refused(bytes: &[u8]) -> String {
    let error = read_inventory(bytes).unwrap_err();
    format!("{error} | {}", error.help())
}

#[test]
fn a_file_that_is_no_inventory_says_what_it_is() {
    let make = "make an inventory with `invoketrail inventory --output FILE`";
    let again = "collect it again with `invoketrail inventory --output FILE`";
    let expected = "and `\"format\": \"invoketrail.inventory/1\"` was expected";
    assert_eq!(refused(b""), format!("it is empty | {again}"));
    assert_eq!(refused(b"\xff\xfe{"), format!("it is not UTF-8 text (byte 0) | {make}"));
    let not_json = "it is not JSON: expected value at line 1 column 1";
    assert_eq!(refused(b"hello"), format!("{not_json} | {make}"));
    assert_eq!(
        refused(b"[]"),
        format!("it is not an inventory: it is not a JSON object, {expected} | {make}")
    );
    let no_format = "it is not an inventory: it has no member `format`";
    assert_eq!(refused(b"{}"), format!("{no_format}, {expected} | {make}"));
    let other = br#"{"format": "invoketrail.audit/1"}"#;
    let its = "it is not an inventory: its format is `invoketrail.audit/1`";
    assert_eq!(refused(other), format!("{its}, {expected} | {make}"));
}

#[test]
fn two_answers_where_one_is_expected_are_not_called_broken_json() {
    let error = said("\"trails\": {", "\"trails\": {\"gap\": 0, ");
    assert!(error.contains("`known` or `gap`"), "{error}");
    assert!(!error.contains("is not JSON"), "{error}");
}

#[test]
fn a_truncated_file_says_where_it_ends() {
    let error = refused(&ACME.as_bytes()[..3000]);
    assert!(error.starts_with("it is cut off: the text ends within"), "{error}");
    assert!(error.contains(" at line ") && error.contains("collect it again"), "{error}");
}

#[test]
fn a_later_version_asks_for_an_update_whatever_its_shape() {
    let later = "its format is invoketrail.inventory/2, and this version reads invoketrail.inventory/1";
    assert_eq!(said("inventory/1", "inventory/2"), format!("{later} | update invoketrail"));
    let shapeless = br#"{"places": 7, "format": "invoketrail.inventory/2"}"#;
    assert_eq!(refused(shapeless), format!("{later} | update invoketrail"));
}

#[test]
fn a_wrong_shape_is_named_by_its_path() {
    for (from, to, path) in [
        (r#""multi_region": true"#, r#""multi_region": "yes""#, "`recorders[0].multi_region`: "),
        (r#""kind": "trail""#, r#""kind": "tail""#, "`recorders[0].kind"),
        (
            r#""functions": {"resources": ["#,
            r#""functions": {"resources": [7, "#,
            "`places[0].functions.resources[0]`: ",
        ),
        (r#""audited": true"#, r#""audited": null"#, "`accounts[0].audited`: "),
        (r#""gaps": ["#, r#""gapes": ["#, "`.`: missing field `gaps`"),
        (r#"{"gap": 2}"#, r#"{"gap": -2}"#, "`recorders[2].selectors.gap`: "),
    ] {
        let said = said(from, to);
        assert!(said.starts_with(path), "{said}");
        assert!(said.contains(" at line "), "{said}");
    }
}

#[test]
fn what_no_collection_can_have_seen_is_refused() {
    for (from, to, wanted) in [
        (
            r#""id": "222222222222""#,
            r#""id": "22222222222x""#,
            "`accounts[0].id`: `22222222222x` is not an account id",
        ),
        (r#""id": "222222222222""#, r#""id": "111111111111""#, "`accounts`: `111111111111` appears twice"),
        (
            "\"region\": \"eu-west-1\",\n     \"trails\"",
            "\"region\": \"eu:west\", \"trails\"",
            "`places[2].region`: `eu:west` is not a Region",
        ),
        (
            r#"{"gap": 2}"#,
            r#"{"gap": 9}"#,
            "`recorders[2].selectors.gap`: there is no gap 9: the file holds 4",
        ),
        (r#""gap": 3}}"#, r#""gap": 4}}"#, "`places[2].microvm_images.gap`: there is no gap 4"),
        ("function:dark", "function:dark:live", "`places[0].functions.resources[0].arn`: "),
        ("function:dark", "layer:dark", "`places[0].functions.resources[0].arn`: "),
        (
            "us-east-1:333333333333:function:dark",
            "us-east-1:444444444444:function:dark",
            "`places[0].functions",
        ),
        ("function:billing", "function:orders", "`places[1].functions.resources`: "),
        (r#"trail/idle", "name""#, r#"", "name""#, "`recorders[1].arn`: "),
        (r#""partition": "aws""#, r#""partition": "a:b""#, "`partition`: `a:b` is not a partition"),
        (
            r#"["eu-west-1"]"#,
            r#"["eu-west-1", "eu-west-1"]"#,
            "`places[1].web_functions.resources[0].serving.also`: ",
        ),
    ] {
        let said = said(from, to);
        assert!(said.starts_with(wanted), "{said}");
    }
}

#[test]
fn selectors_that_cannot_be_read_are_named() {
    let said = said(r#""ReadWriteType": "All""#, r#""ReadWriteType": "Sometimes\u001b[2J""#);
    assert!(said.starts_with("`recorders[1].selectors`: `$.EventSelectors[0]"), "{said}");
    assert!(said.contains("Sometimes\\u{1b}[2J"), "{said}");
}

#[test]
fn selectors_of_another_recorder_are_refused() {
    let first = r#""selectors": {"known": {"#;
    for (beside, told) in [
        (r#""TrailARN":"arn:aws:cloudtrail:us-east-1:999988887777:trail/x","#, "they say 999988887777"),
        (r#""HomeRegion":"ap-south-1","#, "they say ap-south-1"),
        (r#""IsMultiRegionTrail":false,"#, "`$.IsMultiRegionTrail` is `false` is set beside them"),
    ] {
        let said = said(first, &format!("{first}{beside}"));
        assert!(said.starts_with("`recorders[0].selectors`: ") && said.contains(told), "{said}");
    }
}

#[test]
fn an_error_about_a_megabyte_is_still_one_short_line() {
    let long = "x".repeat(1 << 20);
    let said = said("function:dark", &format!("layer:\\u001b{long}"));
    assert!(said.len() < 1000 && !said.contains('\u{1b}'), "{said}");
}
