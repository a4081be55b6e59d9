//! Files that are cut, of the wrong type, too deep, too large or full of secrets.

use crate::plan::{Change, every, function, plan, trail};
use serde_json::json;
use templates::terraform::{TerraformError, from_reader, from_slice};

fn error(text: &str) -> TerraformError {
    let (whole, piecemeal) = (from_slice(text.as_bytes()), from_reader(text.as_bytes()));
    assert_eq!(whole.is_err(), piecemeal.is_err());
    whole.unwrap_err()
}

#[test]
fn other_files_are_named() {
    for (text, said) in [
        ("PK\u{3}\u{4}", "saved plan"),
        ("", "not JSON"),
        ("resource \"aws_cloudtrail\" \"a\" {}", "not a plan"),
        ("[]", "not a plan"),
        ("{}", "not a plan"),
        ("{\"@level\":\"info\",\"@message\":\"Terraform 1.11\"}", "the log of `terraform plan -json`"),
        ("{\"format_version\":\"1.2\"}", "not a plan"),
        ("{\"format_version\":\"2.0\",\"resource_changes\":[]}", "it is 2.0"),
        ("{\"format_version\":\"0.2\",\"resource_changes\":[]}", "it is 0.2"),
        (
            "{\"format_version\":\"hunter2\",\"resource_changes\":[]}",
            "the only format that this version reads",
        ),
        ("{\"format_version\":1,\"resource_changes\":[]}", "not 1.x"),
    ] {
        let told = from_slice(text.as_bytes()).unwrap_err().to_string();
        let told = if text.is_empty() { format!("not JSON {told}") } else { told };
        assert!(told.contains(said) && !told.contains("hunter2"), "{text}: {told}");
    }
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("{}".bytes().flat_map(|byte| [byte, 0])).collect();
    assert!(from_slice(&utf16).unwrap_err().to_string().contains("UTF-16"));
}

#[test]
fn a_plan_that_is_cut_anywhere_is_an_error_with_a_place_and_without_a_secret() {
    let text = plan(&[
        Change::create("aws_cloudtrail.a", trail("main", every())),
        Change::create("aws_lambda_function.f", function("f")),
    ])
    .to_string();
    for end in 1..text.len() {
        let error = from_slice(&text.as_bytes()[..end]).unwrap_err();
        assert!(matches!(error, TerraformError::Cut { .. }), "{end}: {error}");
        assert!(!error.to_string().contains("hunter2"));
    }
    let at = text.find("event_selector\":[{").unwrap() + "event_selector\":[{\"data_resource\":[{\"ty".len();
    let TerraformError::Cut { path, .. } = error(&text[..at]) else { panic!() };
    assert!(
        path.starts_with("$.resource_changes[0].change.after.event_selector[0].data_resource[0]"),
        "{path}"
    );
}

#[test]
fn wrong_types_name_the_place() {
    let good = plan(&[Change::create("aws_cloudtrail.a", trail("main", json!({})))]);
    for (pointer, value, path) in [
        ("/resource_changes", json!({}), "$.resource_changes"),
        ("/resource_changes/0", json!("hunter2"), "$.resource_changes[0]"),
        ("/resource_changes/0/address", json!(["hunter2"]), "$.resource_changes[0].address"),
        ("/resource_changes/0/type", json!(3), "$.resource_changes[0].type"),
        ("/resource_changes/0/mode", json!({}), "$.resource_changes[0].mode"),
        ("/resource_changes/0/change", json!("hunter2"), "$.resource_changes[0].change"),
        ("/resource_changes/0/change/actions", json!("create"), "$.resource_changes[0].change.actions"),
        ("/resource_changes/0/change/after", json!(null), "$.resource_changes[0].change.after"),
        ("/resource_changes/0/change/after", json!([1]), "$.resource_changes[0].change.after"),
        (
            "/resource_changes/0/change/after_unknown",
            json!({"enable_logging": "hunter2"}),
            "$.resource_changes[0].change.after.enable_logging",
        ),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        let error = error(&bad.to_string());
        assert!(
            matches!(&error, TerraformError::WrongType { path: at, .. } if at == path),
            "{pointer}: {error}"
        );
        assert!(!error.to_string().contains("hunter2"));
    }
}

#[test]
fn a_member_that_is_there_twice_is_an_error() {
    let text = plan(&[Change::create("aws_cloudtrail.a", trail("main", json!({})))]).to_string();
    let twice =
        text.replacen("\"enable_logging\":true", "\"enable_logging\":true,\"enable_logging\":false", 1);
    let path = "$.resource_changes[0].change.after.enable_logging".to_owned();
    assert_eq!(error(&twice), TerraformError::Twice { path });
}

#[test]
fn depth_is_bounded_where_it_is_kept_and_skipped_elsewhere() {
    let deep = |member: &str| {
        let nest = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let text = plan(&[Change::create("aws_cloudtrail.a", trail("main", json!({})))]).to_string();
        text.replacen("\"name\":\"main\"", &format!("\"{member}\":{nest},\"name\":\"main\""), 1)
    };
    assert!(from_slice(deep("tags_all").as_bytes()).is_ok());
    let TerraformError::TooDeep { path } = error(&deep("policy")) else { panic!() };
    assert!(path.starts_with("$.resource_changes[0].change.after.policy[0][0]"), "{}", &path[..80]);
}

#[test]
fn what_is_kept_is_bounded() {
    let many = vec!["0"; 1_100_000].join(",");
    let text = plan(&[Change::create("aws_cloudtrail.a", trail("main", json!({})))]).to_string();
    let text =
        text.replacen("\"advanced_event_selector\":[]", &format!("\"advanced_event_selector\":[{many}]"), 1);
    assert!(matches!(error(&text), TerraformError::TooLarge { .. }));
}

#[test]
fn no_secret_is_kept_or_shown() {
    let secret = json!({"name": "hunter2", "s3_bucket_name": "hunter2"});
    let sensitive = json!({"change": {"after_sensitive": {"name": true, "s3_bucket_name": true}}});
    let changes = [
        Change::create("aws_cloudtrail.a", trail("main", secret)).more(sensitive),
        Change::create("aws_lambda_function.f", function("f")),
        Change::create(
            "aws_db_instance.d",
            json!({"name": "hunter2", "password": "hunter2", "policy": "hunter2"}),
        ),
        Change::create("aws_secretsmanager_secret_version.s", json!({"secret_string": "hunter2"})),
    ];
    let mut plan = plan(&changes);
    plan["configuration"]["provider_config"]["aws"]["expressions"]["secret_key"] =
        json!({"constant_value": "hunter2"});
    plan["variables"] = json!({"password": {"value": "hunter2"}});
    let document = from_slice(plan.to_string().as_bytes()).unwrap();
    let kept: Vec<String> = document
        .resources
        .iter()
        .flat_map(|one| [&one.before, &one.after])
        .flatten()
        .map(|all| all.to_json().map_or_else(|| format!("{all:?}"), |json| json.to_string()))
        .collect();
    assert!(!kept.concat().contains("hunter2"), "{kept:?}");
    assert!(!format!("{document:?}").contains("hunter2"));
}
