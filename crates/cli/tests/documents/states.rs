//! Code of others sets what a plan sets, and nothing else: each member is what was seen, or is left to whoever knows it.

use crate::renderings::{ARN, NASTY, creation, inventory, only, plan, selectors, terraform_resource};
use audit::change::Setting;
use audit::change::Turn;
use audit::inventory::Inventory;
use audit::plan::Owner;
use cloudtrail::recorder::{RecorderKind, Seen, StoreStatus};
use report::{RenderError, plan_cloudformation, plan_terraform};
use serde_json::Value;

const STORE: &str =
    "arn:aws:cloudtrail:eu-west-1:111111111111:eventdatastore/4a1c0f22-0000-4000-8000-000000000001";

/// The trail as Terraform and as CloudFormation have it when its selectors are planned.
fn told(inventory: &Inventory) -> (Value, Result<Value, RenderError>) {
    of(inventory, vec![selectors(NASTY)])
}

fn of(inventory: &Inventory, settings: Vec<Setting>) -> (Value, Result<Value, RenderError>) {
    let plan = plan(Owner::Nobody, settings);
    let text = only(plan_terraform(&plan, inventory));
    let template = plan_cloudformation(&plan, inventory).map(|all| {
        let whole: Value = serde_json::from_str(&all[0].text).unwrap();
        whole["Resources"]["Main"].clone()
    });
    (terraform_resource(&text, "aws_cloudtrail"), template)
}

/// The arguments that Terraform leaves as they are.
fn ignored(resource: &Value) -> Vec<String> {
    let name = |one: &Value| one.as_str().unwrap().trim_matches(|c| "${}".contains(c)).to_owned();
    resource["lifecycle"]["ignore_changes"].as_array().unwrap().iter().map(name).collect()
}

fn set_logging(inventory: &mut Inventory, logging: Option<bool>) {
    let Seen::Known(trails) = &mut inventory.places[0].trails else { unreachable!() };
    trails[0].status = match (logging, trails[0].status.known().cloned()) {
        (Some(logging), Some(status)) => Seen::Known(audit::inventory::TrailStatus { logging, ..status }),
        _ => Seen::Unread(0),
    };
}

/// A trail that was stopped stays so, and one that logs goes on: new selectors are no reason to start it.
#[test]
fn code_of_others_starts_no_trail_that_the_plan_does_not_start() {
    let mut inventory = inventory();
    for logging in [false, true] {
        set_logging(&mut inventory, Some(logging));
        let (terraform, template) = told(&inventory);
        assert_eq!(terraform["enable_logging"], logging, "{terraform}");
        assert!(!ignored(&terraform).contains(&"enable_logging".to_owned()), "{terraform}");
        assert_eq!(template.unwrap()["Properties"]["IsLogging"], logging);
    }
    // What a step sets wins over what was seen.
    set_logging(&mut inventory, Some(false));
    let start = Setting::Logging(Turn { before: false, after: true });
    let (terraform, template) = of(&inventory, vec![selectors(NASTY), start]);
    assert_eq!(terraform["enable_logging"], true, "{terraform}");
    assert_eq!(template.unwrap()["Properties"]["IsLogging"], true);
}

/// Terraform leaves it alone, and CloudFormation, which cannot, is refused by name; also where the trail's place was not read at all.
#[test]
fn whether_a_trail_logs_is_never_guessed() {
    let mut unread = inventory();
    set_logging(&mut unread, None);
    let mut unlisted = inventory();
    unlisted.places[0].trails = Seen::Unread(0);
    let mut nowhere = inventory();
    nowhere.places.clear();
    for inventory in [unread, unlisted, nowhere] {
        let (terraform, template) = told(&inventory);
        assert_eq!(terraform.get("enable_logging"), None, "{terraform}");
        assert!(ignored(&terraform).contains(&"enable_logging".to_owned()), "{terraform}");
        let refused = template.unwrap_err().to_string();
        assert_eq!(refused, format!("{ARN}: CloudFormation needs IsLogging, which was not read"));
    }
    // A trail that the plan makes is made without logging, and a step starts it.
    let empty = Inventory { recorders: Vec::new(), ..inventory() };
    let mut steps = creation();
    let (terraform, template) = of(&empty, steps.clone());
    assert_eq!(terraform["enable_logging"], true, "{terraform}");
    assert_eq!(template.unwrap()["Properties"]["IsLogging"], true);
    steps.pop();
    let (terraform, template) = of(&empty, steps);
    assert_eq!(terraform["enable_logging"], false, "{terraform}");
    assert_eq!(template.unwrap()["Properties"]["IsLogging"], false);
}

/// Log file validation, global services, selectors: as seen, or left alone. Terraform's default of the first is off, and would switch it
/// off. CloudFormation names what is to be added.
#[test]
fn a_member_that_was_not_read_takes_no_default() {
    let names = [
        ("enable_log_file_validation", "EnableLogFileValidation"),
        ("include_global_service_events", "IncludeGlobalServiceEvents"),
    ];
    for seen in [Some(true), Some(false), None] {
        let mut inventory = inventory();
        inventory.recorders[0].log_file_validation = seen;
        inventory.recorders[0].global_service_events = seen;
        let (terraform, template) = told(&inventory);
        let template = template.unwrap();
        let unread = template["Metadata"]["InvokeTrail"]["PropertiesNotRead"].to_string();
        for (argument, property) in names {
            let value = seen.map_or(Value::Null, Value::Bool);
            assert_eq!(terraform[argument], value, "{argument}");
            assert_eq!(template["Properties"][property], value, "{property}");
            assert_eq!(ignored(&terraform).contains(&argument.to_owned()), seen.is_none(), "{argument}");
            assert_eq!(unread.contains(&format!("\"{property}\"")), seen.is_none(), "{unread}");
        }
        assert!(ignored(&terraform).contains(&"kms_key_id".to_owned()) && unread.contains("KMSKeyId"));
    }
    let mut unread = inventory();
    unread.recorders[0].selectors = Seen::Unread(0);
    let (terraform, template) = of(&unread, vec![Setting::Logging(Turn { before: false, after: true })]);
    assert!(ignored(&terraform).contains(&"event_selector".to_owned()), "{terraform}");
    assert!(ignored(&terraform).contains(&"advanced_event_selector".to_owned()), "{terraform}");
    assert!(template.unwrap()["Metadata"].to_string().contains("\"EventSelectors\""));
}

#[test]
fn an_event_data_store_that_stopped_stays_stopped() {
    let statuses = [
        (Seen::Known(StoreStatus::Enabled), Value::Bool(true)),
        (Seen::Known(StoreStatus::parse("STOPPED_INGESTION")), Value::Bool(false)),
        (Seen::Known(StoreStatus::parse("STARTING_INGESTION")), Value::Null),
        (Seen::Unread(0), Value::Null),
    ];
    for (status, wanted) in statuses {
        let mut inventory = inventory();
        let store = &mut inventory.recorders[0];
        (store.arn, store.kind, store.status) = (STORE.to_owned(), RecorderKind::EventDataStore, status);
        let mut plan = plan(Owner::Nobody, vec![selectors(NASTY)]);
        plan.steps[0].change.target.arn = STORE.to_owned();
        plan.steps[0].change.target.kind = RecorderKind::EventDataStore;
        let template: Value = serde_json::from_str(&only(plan_cloudformation(&plan, &inventory))).unwrap();
        let resource = &template["Resources"]["Main"];
        assert_eq!(resource["Properties"]["IngestionEnabled"], wanted, "{resource}");
        let unread = resource["Metadata"]["InvokeTrail"]["PropertiesNotRead"].to_string();
        assert_eq!(unread.contains("IngestionEnabled"), wanted.is_null(), "{unread}");
        // One that the inventory does not hold is not described from nothing.
        inventory.recorders.clear();
        assert!(plan_cloudformation(&plan, &inventory).is_err());
        assert!(plan_terraform(&plan, &inventory).is_err());
    }
}

/// A name that only bash can write: the script is bash's, says so to every other shell before it calls anything, and so does its advice.
#[test]
fn what_only_bash_reads_is_for_bash_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.sh");
    let mut plan = plan(Owner::Nobody, creation());
    for step in &mut plan.steps {
        if let Setting::Bucket(turn) = &mut step.change.setting {
            turn.after.as_mut().unwrap().name = "lo\u{9b}'gs".to_owned();
        }
    }
    std::fs::write(&file, report::plan_aws_cli(&plan, "sha256:0")).unwrap();
    let aws = folder.path().join("aws");
    std::fs::write(&aws, "#!/bin/sh\necho 222222222222\n").unwrap();
    std::process::Command::new("chmod").arg("+x").arg(&aws).status().unwrap();
    for (shell, told) in [("sh", "Run this with bash"), ("bash", "PROFILE_111111111111=NAME bash ")] {
        let other =
            std::process::Command::new(shell).args(["-c", "echo ${BASH_VERSION:-none}"]).output().unwrap();
        if shell == "sh" && other.stdout != b"none\n" {
            continue;
        }
        let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
        let said = std::process::Command::new(shell).arg(&file).env("PATH", path).output().unwrap();
        let stderr = String::from_utf8(said.stderr).unwrap();
        assert!(!said.status.success() && stderr.contains(told), "{shell}: {stderr}");
    }
    let checked = std::process::Command::new("bash").arg("-n").arg(&file).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
