//! Exceptions that ask for tags, over a live account: tags of recorders and functions are read for them.

use super::run;
use super::seed::Seed;
use super::story::with_trail;

const ACCOUNT: &str = "310000000062";
const OTHER: &str = "310000000063";

/// The report of an audit under an exception of that control for what has that tag.
fn audited(
    seed: &Seed,
    folder: &std::path::Path,
    control: &str,
    tags: &serde_json::Value,
) -> serde_json::Value {
    let file = folder.join("exceptions.json");
    let exceptions = serde_json::json!({"format": "invoketrail.exceptions/1", "exceptions": [
        {"id": "e", "match": {"controls": [control], "tags": tags}, "owner": "o", "reason": "r",
         "expires": "2099-01-01"}]});
    std::fs::write(&file, exceptions.to_string()).unwrap();
    let said = run(
        seed,
        &["audit", "--recorders", "trails", "--exceptions", file.to_str().unwrap(), "--format", "json"],
    );
    serde_json::from_str(&said.stdout).unwrap()
}

/// The status of the control about log file validation, under an exception for trails with that tag.
fn status(seed: &Seed, folder: &std::path::Path, team: &str) -> String {
    let document = audited(seed, folder, "log-file-validation", &serde_json::json!({ "team": team }));
    let mut controls = document["controls"].as_array().unwrap().iter();
    let control = controls.find(|one| one["id"] == "log-file-validation").unwrap();
    control["status"].as_str().unwrap().to_owned()
}

#[test]
fn a_trail_is_accepted_by_its_tag() {
    let seed: Seed = with_trail(ACCOUNT, "invoketrail-tagged", 1);
    let trail = format!("arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/main");
    let tags = format!(r#"{{"ResourceId":"{trail}","TagsList":[{{"Key":"team","Value":"payments"}}]}}"#);
    seed.cloudtrail("us-east-1", "AddTags", &tags);
    seed.cloudtrail("us-east-1", "UpdateTrail", r#"{"Name":"main","EnableLogFileValidation":false}"#);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(status(&seed, folder.path(), "payments"), "pass");
    assert_eq!(status(&seed, folder.path(), "others"), "fail");
}

#[test]
fn a_function_is_accepted_by_its_tag_and_a_new_one_is_not() {
    let seed: Seed = with_trail(OTHER, "invoketrail-tagged-functions", 2);
    let arn = |at: usize| format!("arn:aws:lambda:us-east-1:{OTHER}:function:f{at:04}");
    let management = r#"{"TrailName":"main","AdvancedEventSelectors":[
        {"Name":"Management","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]}"#;
    seed.cloudtrail("us-east-1", "PutEventSelectors", management);
    seed.tag_function(&arn(0), "us-east-1", r#"{"env":"dev"}"#);
    let folder = tempfile::tempdir().unwrap();
    let tags = serde_json::json!({"env": "dev"});
    let report = audited(&seed, folder.path(), "lambda-invocations-recorded", &tags);
    let accepted = &report["exceptions"][0];
    assert_eq!((&accepted["not_recorded"], &accepted["matches_nothing"]), (&1.into(), &false.into()));
    assert_eq!(report["answer"], "no", "new functions have no tags");
}
