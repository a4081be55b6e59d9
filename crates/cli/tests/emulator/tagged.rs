//! Exceptions that ask for tags, over a live account: tags of recorders are read for them.

use super::run;
use super::seed::Seed;
use super::story::with_trail;

const ACCOUNT: &str = "310000000062";

/// The status of the control about log file validation, under an exception for trails with that tag.
fn status(seed: &Seed, folder: &std::path::Path, team: &str) -> String {
    let file = folder.join("exceptions.json");
    let exceptions = serde_json::json!({"format": "invoketrail.exceptions/1", "exceptions": [
        {"id": "e", "match": {"controls": ["log-file-validation"], "tags": {"team": team}}, "owner": "o", "reason": "r",
         "expires": "2099-01-01"}]});
    std::fs::write(&file, exceptions.to_string()).unwrap();
    let said = run(seed, &["audit", "--exceptions", file.to_str().unwrap(), "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
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
