//! A plan is judged, where it is carried out, by the recorders that counted when it was made.

use super::seed::Seed;
use super::story::{run, with_trail};

const ACCOUNT: &str = "310000000071";

/// The emulator cannot list event data stores, so with all recorders a function that is recorded in part is unknown.
#[test]
fn a_backout_by_trails_alone_is_applied_by_trails_alone() {
    let seed: Seed = with_trail(ACCOUNT, "invoketrail-counted", 1);
    let selectors = r#"{"TrailName":"main","AdvancedEventSelectors":[
        {"Name":"","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
         {"Field":"resources.type","Equals":["AWS::Lambda::Function"]},{"Field":"eventName","Equals":["Invoke"]}]},
        {"Name":"Management","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]}"#;
    seed.cloudtrail("us-east-1", "PutEventSelectors", selectors);
    let folder = tempfile::tempdir().unwrap();
    let drop = format!("arn:aws:lambda:us-east-1:{ACCOUNT}:function:f0000");
    let declared = "--owner o --reason r --until 2027-01-31 --exceptions exceptions.json";
    let (text, code) =
        run(&seed, folder.path(), &format!("backout --drop {drop} {declared} --output backout.json"));
    assert_eq!(code, Some(0), "{text}");
    let plan = std::fs::read_to_string(folder.path().join("backout.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["plan"]["scope"]["recorders"], "trails");
    let apply = "apply backout.json --exceptions exceptions.json --approve HASH";
    let (text, code) = run(&seed, folder.path(), apply);
    assert_eq!(code, Some(0), "{text}");
}
