//! Plans in the forms of others: each is read back with that form's own reader, and says what the plan says.

use audit::change::{Bucket, Change, NewTrail, Setting, Target, Turn};
use audit::code::Code;
use audit::inventory::{Inventory, Listing, Place, Sighting, TrailStatus};
use audit::plan::{Owner, Plan, Purpose, Scope, Step};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen, StoreStatus};
use cloudtrail::selector::Selectors;
use report::{PlaceDocument, RenderError, plan_aws_cli, plan_cloudformation, plan_terraform};
use serde_json::Value;
use std::process::Command;

pub(crate) const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";
/// Names that mean something to Terraform, to shells and to terminals.
pub(crate) const NASTY: &str = r#"{"AdvancedEventSelectors":[
    {"Name":"it's ${path.root} %{if x} \"quoted\" $(id) `id`","FieldSelectors":[
        {"Field":"resources.type","Equals":["AWS::S3::Object"]},
        {"Field":"eventCategory","Equals":["Data"]},
        {"Field":"resources.ARN","StartsWith":["arn:aws:s3:::a/","arn:aws:s3:::b/"],"NotEndsWith":["${x}"]}]},
    {"Name":"","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},
        {"Field":"eventSource","NotEquals":["kms.amazonaws.com"]}]}]}"#;
pub(crate) const BASIC: &str = r#"{"EventSelectors":[{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true,
    "ExcludeManagementEventSources":["kms.amazonaws.com"],
    "DataResources":[{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]},
        {"Type":"AWS::S3::Object","Values":["arn:aws:s3:::a/"]}]}]}"#;

/// The text of the only account and Region.
pub(crate) fn only(documents: Result<Vec<PlaceDocument>, RenderError>) -> String {
    let mut documents = documents.unwrap();
    assert_eq!(documents.len(), 1);
    documents.remove(0).text
}

fn canonical(text: &str) -> String {
    serde_json::from_str::<Value>(text).unwrap().to_string()
}

pub(crate) fn read(text: &str) -> Selectors {
    cloudtrail::selector_json::from_str(text).unwrap()
}

pub(crate) fn inventory() -> Inventory {
    let recorder = Recorder {
        arn: ARN.to_owned(),
        name: "main".to_owned(),
        kind: RecorderKind::Trail,
        account: "111111111111".to_owned(),
        home_region: "eu-west-1".to_owned(),
        multi_region: true,
        organization: false,
        selectors: Seen::Known(read(BASIC)),
        status: Seen::Known(StoreStatus::Enabled),
        log_file_validation: Some(true),
        global_service_events: None,
        destination: Some("logs".to_owned()),
    };
    let status = TrailStatus { logging: true, ..TrailStatus::default() };
    let place = Place {
        account: recorder.account.clone(),
        region: recorder.home_region.clone(),
        trails: Seen::Known(vec![Sighting { trail: ARN.to_owned(), status: Seen::Known(status) }]),
        channels: Seen::Known(Vec::new()),
        functions: Listing::default(),
        web_functions: Listing::default(),
        microvm_images: Listing::default(),
    };
    Inventory {
        partition: "aws".to_owned(),
        recorders: vec![recorder],
        places: vec![place],
        ..Inventory::default()
    }
}

pub(crate) fn plan(owner: Owner, settings: Vec<Setting>) -> Plan {
    let target = Target {
        arn: ARN.to_owned(),
        name: "main".to_owned(),
        kind: RecorderKind::Trail,
        account: "111111111111".to_owned(),
        home_region: "eu-west-1".to_owned(),
    };
    let step = |setting| Step {
        change: Change { target: target.clone(), setting },
        because: Code::BestRecorder.says("because"),
        owner: owner.clone(),
        gained: Vec::new(),
        risks: Vec::new(),
        backout: Code::UndoSetsBack.says("undo"),
    };
    Plan {
        purpose: Purpose::Record,
        scope: Scope {
            partition: "aws".to_owned(),
            organization: None,
            accounts: vec!["111111111111".to_owned()],
            collected_at: "2026-11-23T00:00:00Z".to_owned(),
            recorders: audit::Counted::All,
        },
        steps: settings.into_iter().map(step).collect(),
        refusals: Vec::new(),
        gained: Vec::new(),
        losses: Vec::new(),
        found: Vec::new(),
        outlook: Vec::new(),
        cost: None,
    }
}

pub(crate) fn selectors(after: &str) -> Setting {
    Setting::Selectors(Turn { before: canonical(BASIC), after: canonical(after) })
}

pub(crate) fn creation() -> Vec<Setting> {
    let policy = r#"{"Statement":[{"Action":"s3:GetBucketAcl","Condition":{"StringEquals":{"aws:SourceArn":"x"}},"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Resource":"arn:aws:s3:::new-logs","Sid":"a"}],"Version":"2012-10-17"}"#;
    vec![
        Setting::Bucket(Turn {
            before: None,
            after: Some(Bucket { name: "new-logs".to_owned(), policy: policy.to_owned() }),
        }),
        Setting::Trail(Turn {
            before: None,
            after: Some(NewTrail {
                bucket: "new-logs".to_owned(),
                organization: false,
                multi_region: true,
                log_file_validation: true,
                of_others: Vec::new(),
            }),
        }),
        selectors(NASTY),
        Setting::Logging(Turn { before: false, after: true }),
    ]
}

/// The resource of that type in the configuration, as JSON: what a string says once Terraform has read it.
pub(crate) fn terraform_resource(text: &str, kind: &str) -> Value {
    let body: hcl::Body = hcl::parse(text).unwrap();
    let value: Value = hcl::from_body(body).unwrap();
    value["resource"][kind]["main"].clone()
}

/// What Terraform makes of the escapes in a string.
fn unescaped(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.replace("$${", "${").replace("%%{", "%{"),
        Value::Array(all) => all.iter_mut().for_each(unescaped),
        Value::Object(all) => all.values_mut().for_each(unescaped),
        _ => {}
    }
}

#[test]
fn terraform_reads_back_what_the_plan_says() {
    for after in [NASTY, BASIC] {
        let text = only(plan_terraform(&plan(Owner::Nobody, vec![selectors(after)]), &inventory()));
        let mut resource = terraform_resource(&text, "aws_cloudtrail");
        unescaped(&mut resource);
        assert_eq!(resource["s3_bucket_name"], "logs");
        assert_eq!(resource["is_multi_region_trail"], true);
        // One block is an object, several are a list: our reader of selectors takes both.
        let found = cloudtrail::selector_json::from_value(&resource).unwrap().list;
        let mut wanted = read(after).list;
        for selector in &mut wanted {
            if let cloudtrail::selector::Selector::Advanced(advanced) = selector {
                advanced.fields.sort_by_key(|one| one.field.as_str());
            }
        }
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn what_nothing_manages_is_imported_and_what_terraform_manages_is_not() {
    let of = |owner| only(plan_terraform(&plan(owner, vec![selectors(NASTY)]), &inventory()));
    let text = of(Owner::Nobody);
    assert!(text.contains("import {") && text.contains(&format!("id = \"{ARN}\"")), "{text}");
    assert!(text.contains("ignore_changes"), "what was not read stays as it is: {text}");
    assert!(!of(Owner::Terraform { mark: "tag managed-by=terraform".to_owned() }).contains("import {"));
}

#[test]
fn nothing_from_outside_ends_a_comment() {
    let owner = Owner::Terraform { mark: "x\nresource \"null_resource\" \"evil\" {}".to_owned() };
    let text = only(plan_terraform(&plan(owner.clone(), vec![selectors(NASTY)]), &inventory()));
    let value: Value = hcl::from_body(hcl::parse(&text).unwrap()).unwrap();
    assert!(value["resource"].get("null_resource").is_none(), "{text}");
    let script = plan_aws_cli(&plan(owner, vec![selectors(NASTY)]), "sha256:0");
    assert!(
        script.lines().filter(|line| line.contains("null_resource")).all(|line| line.starts_with('#')),
        "{script}"
    );
}

#[test]
fn a_new_trail_comes_with_its_bucket_in_terraform_and_cloudformation() {
    let empty = Inventory { recorders: Vec::new(), ..inventory() };
    let text = only(plan_terraform(&plan(Owner::Nobody, creation()), &empty));
    assert!(!text.contains("import {"));
    assert_eq!(terraform_resource(&text, "aws_s3_bucket")["bucket"], "new-logs");
    let policy = terraform_resource(&text, "aws_s3_bucket_policy")["policy"].as_str().unwrap().to_owned();
    assert!(serde_json::from_str::<Value>(&policy).unwrap()["Statement"].is_array());
    let template: Value =
        serde_json::from_str(&only(plan_cloudformation(&plan(Owner::Nobody, creation()), &empty))).unwrap();
    assert_eq!(template["Resources"]["Main"]["Properties"]["S3BucketName"]["Ref"], "MainBucket");
    assert_eq!(template["Resources"]["MainBucketPolicy"]["Properties"]["Bucket"]["Ref"], "MainBucket");
}

#[test]
fn cloudformation_reads_back_what_the_plan_says() {
    for after in [NASTY, BASIC] {
        let text = only(plan_cloudformation(&plan(Owner::Nobody, vec![selectors(after)]), &inventory()));
        let template: Value = serde_json::from_str(&text).unwrap();
        let properties = &template["Resources"]["Main"]["Properties"];
        assert_eq!(properties["IsLogging"], true);
        assert_eq!(cloudtrail::selector_json::from_value(properties).unwrap().list, read(after).list);
    }
}

#[test]
fn what_was_not_understood_is_not_written() {
    let after = NASTY.replace("eventSource", "eventSauce");
    let told = plan_terraform(&plan(Owner::Nobody, vec![selectors(&after)]), &inventory()).unwrap_err();
    assert!(matches!(told, RenderError::Selectors { .. }), "{told}");
    assert!(plan_cloudformation(&plan(Owner::Nobody, vec![selectors(&after)]), &inventory()).is_err());
}

/// The arguments of each call of `aws` in the script, as a real shell passes them.
fn calls(script: &str) -> Vec<Vec<String>> {
    let told = format!(
        "aws() {{ [ \"$1\" != sts ] || {{ echo 111111111111; return; }}; for one in \"$@\"; do printf '%s\\0' \"$one\"; done; printf '\\n\\0'; }}\n{script}"
    );
    let output = Command::new("sh").arg("-c").arg(told).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut calls = vec![Vec::new()];
    for word in text.split('\0') {
        match (word, calls.last_mut()) {
            ("\n", _) => calls.push(Vec::new()),
            (word, Some(call)) => call.push(word.to_owned()),
            (_, None) => {}
        }
    }
    calls.pop();
    calls
}

#[test]
fn a_shell_passes_on_what_the_plan_says() {
    let script = plan_aws_cli(&plan(Owner::Nobody, creation()), "sha256:0");
    let calls = calls(&script);
    let names: Vec<&str> = calls.iter().map(|call| call[1].as_str()).collect();
    let expected = [
        "create-bucket",
        "put-public-access-block",
        "put-bucket-policy",
        "create-trail",
        "put-event-selectors",
        "start-logging",
    ];
    assert_eq!(names, expected);
    let document = calls[4].last().unwrap();
    assert_eq!(cloudtrail::selector_json::from_str(document).unwrap().list, read(NASTY).list);
}

/// Every property or argument of a trail in a document of others, as our reader takes selectors.
fn trails_of(inventory: &Inventory, plan: &Plan) -> Vec<[Value; 2]> {
    let terraform = only(plan_terraform(plan, inventory));
    let body: Value = hcl::from_body(hcl::parse(&terraform).unwrap()).unwrap();
    let mut trails = body["resource"]["aws_cloudtrail"].clone();
    unescaped(&mut trails);
    let template: Value = serde_json::from_str(&only(plan_cloudformation(plan, inventory))).unwrap();
    let is_trail = |one: &&Value| one["Type"] == "AWS::CloudTrail::Trail";
    let resources: Vec<Value> =
        template["Resources"].as_object().unwrap().values().filter(is_trail).cloned().collect();
    let pair = |one: &Value| {
        let same = |other: &&Value| other["Properties"]["TrailName"] == one["name"];
        [one.clone(), resources.iter().find(same).unwrap()["Properties"].clone()]
    };
    trails.as_object().unwrap().values().map(pair).collect()
}

/// What others would set is put into the inventory, and nothing else: the audit passes.
#[test]
fn what_is_read_back_passes_the_audit() {
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/acme.json")).unwrap();
    let inventory = store::read_inventory(&bytes).unwrap();
    let plan = audit::plan::record(&inventory, &audit::plan::PlanOptions::default());
    let status = |inventory: &Inventory| {
        let told = audit::audit(inventory, &audit::Options::default());
        told.controls.iter().find(|one| one.id == "lambda-invocations-recorded").unwrap().status
    };
    assert_eq!(status(&inventory), audit::finding::Status::Fail);
    let trails = trails_of(&inventory, &plan);
    assert_eq!(trails.len(), 1);
    for form in 0..2 {
        let mut then = inventory.clone();
        for trail in &trails {
            let selectors = cloudtrail::selector_json::from_value(&trail[form]).unwrap();
            let recorder = then.recorders.iter_mut().find(|one| trail[0]["name"] == *one.name).unwrap();
            recorder.selectors = Seen::Known(selectors);
        }
        assert_eq!(status(&then), audit::finding::Status::Pass, "form {form}");
    }
}

/// One account, and names that differ only in what identifiers drop, or that meet the name of another's bucket.
#[test]
fn no_two_recorders_share_a_name_in_the_code_of_others() {
    let mut whole = plan(Owner::Nobody, Vec::new());
    let nasty =
        ["a-b", "a.b", "a_b", "A-b", "a--b", "x", "x-bucket", "x.bucket.policy", "東", "京", "1", "trail-1"];
    for name in nasty {
        for step in plan(Owner::Nobody, creation()).steps {
            let mut step = step;
            step.change.target.name = name.to_owned();
            step.change.target.arn = format!("arn:aws:cloudtrail:eu-west-1:111111111111:trail/{name}");
            whole.steps.push(step);
        }
    }
    let empty = Inventory { recorders: Vec::new(), ..inventory() };
    let value: Value = hcl::from_body(hcl::parse(&only(plan_terraform(&whole, &empty))).unwrap()).unwrap();
    for kind in ["aws_cloudtrail", "aws_s3_bucket", "aws_s3_bucket_policy"] {
        assert_eq!(value["resource"][kind].as_object().unwrap().len(), nasty.len(), "{kind}");
    }
    let template: Value = serde_json::from_str(&only(plan_cloudformation(&whole, &empty))).unwrap();
    let resources = template["Resources"].as_object().unwrap();
    assert_eq!(resources.len(), 3 * nasty.len());
    assert!(resources.keys().all(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric())), "{resources:?}");
    // A trail keeps its name when another one leaves the plan, as long as that one is there.
    let one = plan(Owner::Nobody, creation());
    let mut two = inventory();
    two.recorders.push(Recorder {
        name: "m.ain".to_owned(),
        arn: format!("{ARN}2"),
        ..two.recorders[0].clone()
    });
    two.recorders[0].name = "m-ain".to_owned();
    let mut other = one.clone();
    other.steps.iter_mut().for_each(|step| step.change.target.name = "m-ain".to_owned());
    let label =
        |plan: &Plan, inventory: &Inventory| only(plan_terraform(plan, inventory)).contains("\"m_ain\"");
    assert!(!label(&other, &two), "`m_ain` may be the name of either");
}

/// Every character that acts, in the name of a selector: read back from each form as it was, by a shell, too.
#[test]
fn every_character_survives_every_form() {
    let every: String =
        (1..=0x0010_ffff).filter_map(char::from_u32).filter(|one| text::visible::acts(*one)).collect();
    let every = format!(
        "$${{a}} %%{{b}} $%{{c}} \u{8}\u{c} {}",
        &every[..every.char_indices().nth(7_000).unwrap().0]
    );
    let document = serde_json::json!({"AdvancedEventSelectors": [{"Name": every, "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]}]}]})
    .to_string();
    let plan = plan(Owner::Nobody, vec![selectors(&document)]);
    let wanted = read(&document).list;
    let raw = |text: &str| text.chars().filter(|one| text::visible::acts(*one) && *one != '\n').count();
    let template = only(plan_cloudformation(&plan, &inventory()));
    let value: Value = serde_json::from_str(&template).unwrap();
    assert_eq!(
        cloudtrail::selector_json::from_value(&value["Resources"]["Main"]["Properties"]).unwrap().list,
        wanted
    );
    let terraform = only(plan_terraform(&plan, &inventory()));
    let script = plan_aws_cli(&plan, "sha256:0");
    let passed = calls(&script);
    assert_eq!(cloudtrail::selector_json::from_str(passed[0].last().unwrap()).unwrap().list, wanted);
    assert_eq!([raw(&template), raw(&terraform), raw(&script)], [0; 3]);
    // Terraform has no `\\b` and no `\\f`.
    assert!(!terraform.contains("\\b") && !terraform.contains("\\f"), "an escape that Terraform refuses");
    assert!(
        terraform.contains(r"\u0024$${a} \u0025%%{b} \u0024%%{c} \u0008\u000c"),
        "{}",
        &terraform[..2_000]
    );
}

/// Two Regions and two accounts with trails of one name: four documents, each with its own trail alone.
#[test]
fn each_account_and_region_has_a_document_of_its_own() {
    let mut whole = plan(Owner::Nobody, Vec::new());
    let places =
        [("111111111111", "eu-west-1"), ("111111111111", "us-east-1"), ("222222222222", "eu-west-1")];
    for (account, region) in places {
        for mut step in plan(Owner::Nobody, creation()).steps {
            step.change.target.account = account.to_owned();
            step.change.target.home_region = region.to_owned();
            step.change.target.arn = format!("arn:aws:cloudtrail:{region}:{account}:trail/main");
            whole.steps.push(step);
        }
    }
    let empty = Inventory { recorders: Vec::new(), ..inventory() };
    let mut labels = std::collections::BTreeSet::new();
    for documents in [plan_terraform(&whole, &empty).unwrap(), plan_cloudformation(&whole, &empty).unwrap()] {
        let found: Vec<_> = documents.iter().map(|one| (one.account.as_str(), one.region.as_str())).collect();
        assert_eq!(found, places);
        for document in &documents {
            let Ok(body) = hcl::parse(&document.text) else { continue };
            let value: Value = hcl::from_body(body).unwrap();
            assert_eq!(value["provider"]["aws"]["region"], document.region.as_str());
            assert_eq!(value["provider"]["aws"]["allowed_account_ids"][0], document.account.as_str());
            let trails = value["resource"]["aws_cloudtrail"].as_object().unwrap();
            assert_eq!(trails.len(), 1);
            labels.extend(trails.keys().cloned());
        }
    }
    assert_eq!(labels.len(), places.len(), "{labels:?}");
}
