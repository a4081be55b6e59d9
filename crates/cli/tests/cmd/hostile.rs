//! One hostile world in every format of every command: whatever acts, hides or looks like nothing is written as what it is, and says
//! the same to whoever reads the format.

use crate::run::{Finished, root, run};
use serde_json::{Value, json};
use std::path::Path;

/// One or more of each class; none that a file system or an argument cannot hold.
const HOSTILE: &str = "\u{1}\u{1b}[31m\u{7f}\u{85}\u{9b}31m\u{a0}\u{ad}\u{34f}\u{600}\u{61c}\u{6dd}\u{70f}\u{8e2}\u{115f}\u{1160}\u{1680}\u{17b4}\
\u{180b}\u{180e}\u{2003}\u{200b}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{202f}\u{205f}\u{2060}\u{2064}\u{2066}\u{2069}\u{206f}\
\u{2800}\u{3000}\u{3164}\u{e000}\u{f8ff}\u{fdd0}\u{fe00}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\u{fffc}\u{fffe}\u{110bd}\u{13430}\u{1bca0}\u{1d159}\
\u{1d173}\u{1d17a}\u{e0000}\u{e0001}\u{e0041}\u{e007f}\u{e0100}\u{f0000}\u{10fffd}";

/// The classes again, not as the code has them: ranges of Unicode's tables (Cc, Cf, Co, Zl, Zp, default-ignorable) and blanks.
const CLASSES: [(u32, u32); 37] = [
    (0x00, 0x1f),
    (0x7f, 0x9f),
    (0xad, 0xad),
    (0x34f, 0x34f),
    (0x600, 0x605),
    (0x61c, 0x61c),
    (0x6dd, 0x6dd),
    (0x70f, 0x70f),
    (0x8e2, 0x8e2),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x2028, 0x202e),
    (0x2060, 0x206f),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xe000, 0xf8ff),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfffb),
    (0xfffe, 0xffff),
    (0x110bd, 0x110bd),
    (0x110cd, 0x110cd),
    (0x13430, 0x1343f),
    (0x1bca0, 0x1bca3),
    (0x1d159, 0x1d159),
    (0x1d173, 0x1d17a),
    (0xe0000, 0xe007f),
    (0xe0080, 0xe00ff),
    (0xe0100, 0xe01ef),
    (0xe01f0, 0xe0fff),
    (0xf0000, 0xffffd),
    (0x100000, 0x10fffd),
    (0xa0, 0xa0),
    (0x2000, 0x200a),
];

#[track_caller]
fn harmless(what: &str, text: &str) {
    let structural = text.replace("\r\n", "\n");
    let raw = structural.chars().find(|one| {
        *one != '\n' && CLASSES.iter().any(|(low, high)| (*low..=*high).contains(&u32::from(*one)))
    });
    assert_eq!(raw, None, "{what}: {text:?}");
}

/// Runs it, looks at all it says, and at the files it wrote.
#[track_caller]
fn looked_at(arguments: &[&str], files: &Path) -> Finished {
    let _ = std::fs::remove_dir_all(files);
    std::fs::create_dir_all(files).unwrap();
    let said = run(arguments);
    harmless(&format!("stdout of {arguments:?}"), &said.stdout);
    harmless(&format!("stderr of {arguments:?}"), &said.stderr);
    assert!(matches!(said.code, Some(0 | 3 | 4)), "{arguments:?}: {said:?}");
    for file in std::fs::read_dir(files).unwrap().flatten() {
        let Ok(text) = std::fs::read_to_string(file.path()) else { continue };
        harmless(&format!("{} of {arguments:?}", file.path().display()), &text);
    }
    said
}

/// The example with hostile names of everything that may have one: accounts, selectors and their values, stores, tags, errors.
fn world(folder: &Path) -> String {
    let hostile = serde_json::to_string(HOSTILE).unwrap();
    let hostile = hostile.trim_matches('"');
    let mut text = std::fs::read_to_string(root().join("examples/acme.json")).unwrap();
    for name in ["The two functions", "shop-lake", "The specified bucket"] {
        assert!(text.contains(name), "{name}");
        text = text.replace(name, &format!("{name}{hostile}"));
    }
    let listed = "function:invoices\"]";
    assert!(text.contains(listed));
    text = text.replace(
        listed,
        &format!("function:invoices\", \"arn:aws:lambda:us-east-1:111122223333:function:x{hostile}\"]"),
    );
    let mut inventory: Value = serde_json::from_str(&text).unwrap();
    for account in inventory["accounts"].as_array_mut().unwrap() {
        account["name"] = format!("{}{HOSTILE}", account["name"].as_str().unwrap_or_default()).into();
    }
    for gap in inventory["gaps"].as_array_mut().unwrap() {
        gap["error"] = format!("{}{HOSTILE}", gap["error"].as_str().unwrap_or_default()).into();
    }
    let arns: Vec<Value> =
        inventory["recorders"].as_array().unwrap().iter().map(|one| one["arn"].clone()).collect();
    let tags = |arn: Value| serde_json::json!({"recorder": arn, "tags": {"known": {"managed-by": format!("terraform {HOSTILE}")}}});
    inventory["recorder_tags"] = arns.into_iter().map(tags).collect();
    let path = folder.join("world.json");
    std::fs::write(&path, inventory.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn no_format_of_an_audit_explanation_or_plan_holds_a_character_that_acts() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path());
    let out = folder.path().join("out");
    let file = |name: &str| out.join(name).to_str().unwrap().to_owned();
    let outputs = ["a.json", "a.jsonl", "a.md", "a.txt"].map(file);
    for format in ["terminal", "json", "jsonl", "markdown"] {
        let mut arguments =
            vec!["audit", "--inventory", &world, "--baseline", "examples/acme.json", "--format", format];
        outputs.iter().for_each(|output| arguments.extend(["--output", output.as_str()]));
        looked_at(&arguments, &out);
    }
    for name in [format!("payroll{HOSTILE}"), format!("new{HOSTILE}")] {
        let arn = format!("arn:aws:lambda:us-east-1:111122223333:function:{name}");
        for format in ["terminal", "json"] {
            looked_at(&["explain", "--inventory", &world, &arn, "--format", format], &out);
        }
    }
    let exceptions = folder.path().join("exceptions.json");
    let exceptions = exceptions.to_str().unwrap();
    let (owner, plan, code) = (format!("me{HOSTILE}"), file("plan.json"), file("code"));
    for format in ["terminal", "json", "markdown", "terraform", "cloudformation", "aws-cli"] {
        let mut more = vec!["--format", format, "--output", &plan];
        if matches!(format, "terraform" | "cloudformation") {
            more.extend(["--output-dir", &code]);
        }
        let source = ["--inventory", &world];
        looked_at(&[&["plan"], &source[..], &more].concat(), &out);
        looked_at(&[&["plan", "--drop-copies", "--all-kinds"], &source[..], &more].concat(), &out);
        let declared = ["--drop", "payroll*", "--owner", &owner, "--reason", &owner, "--until", "2027-01-01"];
        looked_at(&[&["backout"], &declared[..], &source, &more].concat(), &out);
        let one = format!(
            r#"{{"format":"invoketrail.exceptions/1","exceptions":[{{"id":"x","functions":["arn:aws:lambda:us-east-1:111122223333:function:invoices"],"owner":{0},"reason":{0},"until":"2027-01-01","declared_at":"2026-11-01T00:00:00Z","plan":null}}]}}"#,
            serde_json::to_string(&owner).unwrap()
        );
        std::fs::write(exceptions, one).unwrap();
        looked_at(&[&["restore", "--exceptions", exceptions], &source[..], &more].concat(), &out);
    }
}

#[test]
fn no_answer_about_selectors_or_permissions_holds_one() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let selectors = serde_json::json!({"AdvancedEventSelectors": [{"Name": HOSTILE, "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
        {"Field": "userIdentity.arn", "NotEquals": [format!("arn:aws:iam::111122223333:user/{HOSTILE}")]}]}]});
    let path = folder.path().join("selectors.json");
    std::fs::write(&path, selectors.to_string()).unwrap();
    let path = path.to_str().unwrap();
    let function = format!("arn:aws:lambda:us-east-1:111122223333:function:{HOSTILE}");
    for format in ["terminal", "json"] {
        looked_at(&["explain", "--selectors", path, "--format", format], &out);
        looked_at(&["explain", "--selectors", path, "--function", &function, "--format", format], &out);
    }
    let role = format!("role{HOSTILE}");
    let said = looked_at(&["permissions", "audit", "--role-name", &role], &out);
    let policy = names(&serde_json::from_str(&said.stdout).unwrap());
    assert!(policy.iter().any(|text| text.ends_with(&role)), "{policy:?}");
}

#[test]
fn no_answer_about_records_holds_one() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = serde_json::to_string(HOSTILE).unwrap();
    let hostile = hostile.trim_matches('"');
    let record = format!(
        r#"{{"eventVersion":"1.11","eventTime":"2026-11-20T10:10:00Z","eventSource":"lambda.amazonaws.com","eventName":"Invoke","awsRegion":"us-east-1","sourceIPAddress":"{hostile}","userAgent":"agent{hostile}","errorCode":"E{hostile}","userIdentity":{{"type":"IAMUser","principalId":"A","arn":"arn:aws:iam::111122223333:user/{hostile}","accountId":"111122223333","userName":"{hostile}"}},"requestParameters":{{"functionName":"f{hostile}"}},"resources":[{{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:us-east-1:111122223333:function:f{hostile}"}}],"requestID":"r{hostile}","eventID":"e{hostile}","eventType":"AwsApiCall","readOnly":false,"managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data"}}"#
    );
    let logs = folder.path().join(format!("logs{}", HOSTILE.replace('\u{fffe}', "")));
    std::fs::create_dir(&logs).unwrap();
    std::fs::write(logs.join(format!("a{}.json", &HOSTILE[..24])), format!(r#"{{"Records":[{record}]}}"#))
        .unwrap();
    let logs = logs.to_str().unwrap();
    let out = folder.path().join("out");
    let metrics = "examples/metrics.json";
    for format in ["terminal", "json", "jsonl", "csv"] {
        looked_at(
            &[
                "invocations",
                logs,
                "--no-index",
                "--format",
                format,
                "--by",
                "function,principal,address,agent,error",
            ],
            &out,
        );
        looked_at(
            &["invocations", logs, "--no-index", "--format", format, "--timeline", "--principal", "*"],
            &out,
        );
    }
    let world = world(folder.path());
    for format in ["terminal", "json", "jsonl", "markdown"] {
        let window = ["--since", "2026-11-20", "--until", "2026-11-21"];
        let arguments =
            ["verify", logs, "--inventory", &world, "--metrics", metrics, "--no-index", "--format", format];
        looked_at(&[&arguments[..], &window].concat(), &out);
    }
    let keys = "examples/logs/public-keys.json";
    for format in ["terminal", "json"] {
        looked_at(&["logs", "validate", logs, "--public-keys", keys, "--format", format], &out);
    }
}

/// ARNs of hostile functions.
fn arns(of: &[&str]) -> Vec<String> {
    of.iter().map(|one| format!("arn:aws:lambda:us-east-1:111122223333:function:{one}{HOSTILE}")).collect()
}

fn trail(of: &[&str]) -> Value {
    let selectors = json!([{"name": HOSTILE, "field_selector": [
        {"field": "eventCategory", "equals": ["Data"]}, {"field": "resources.type", "equals": ["AWS::Lambda::Function"]},
        {"field": "resources.ARN", "equals": arns(of)}]}]);
    json!({"name": format!("t{HOSTILE}"), "region": "us-east-1", "enable_logging": true, "s3_bucket_name": HOSTILE,
        "arn": format!("arn:aws:cloudtrail:us-east-1:111122223333:trail/t{HOSTILE}"), "advanced_event_selector": selectors})
}

/// A plan whose addresses, names, selectors and open values are hostile.
fn hostile_plan() -> String {
    let entry = |address: String, change: Value| {
        let kind = if address.contains("aws_cloudtrail") { "aws_cloudtrail" } else { "aws_lambda_function" };
        json!({"address": address, "mode": "managed", "type": kind, "name": HOSTILE,
            "provider_name": "registry.terraform.io/hashicorp/aws", "change": change})
    };
    let change = |actions: &str, before: Value, after: Value, unknown: Value| {
        json!({"actions": [actions], "before": before, "after": after, "after_unknown": unknown, "before_sensitive": {},
            "after_sensitive": {}})
    };
    let changes = [
        entry(
            format!("aws_cloudtrail.a{HOSTILE}"),
            change("update", trail(&["a", "b"]), trail(&["b"]), json!({})),
        ),
        entry(
            format!("aws_cloudtrail.c{HOSTILE}"),
            change(
                "create",
                Value::Null,
                trail(&["c"]),
                json!({"advanced_event_selector": true, "enable_logging": true}),
            ),
        ),
        entry(
            format!("module.m[\"{HOSTILE}\"].aws_lambda_function.f"),
            change(
                "create",
                Value::Null,
                json!({"function_name": format!("f{HOSTILE}"), "region": "us-east-1"}),
                json!({}),
            ),
        ),
        entry(
            format!("aws_lambda_function.g{HOSTILE}"),
            change("create", Value::Null, json!({"region": "us-east-1"}), json!({"function_name": true})),
        ),
    ];
    json!({"format_version": "1.2", "terraform_version": format!("1.11.4{HOSTILE}"), "resource_changes": changes,
        "configuration": {"provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-east-1"},
        "allowed_account_ids": {"constant_value": ["111122223333"]}}}}, "root_module": {"resources": []}},
        "complete": true, "errored": false})
    .to_string()
}

fn hostile_template() -> String {
    let function =
        |name: Value| json!({"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": name}});
    json!({"Parameters": {HOSTILE: {"Type": "String"}}, "Conditions": {HOSTILE: {"Fn::Equals": [{"Ref": HOSTILE}, "x"]}},
        "Resources": {format!("F{HOSTILE}"): function(HOSTILE.into()), format!("G{HOSTILE}"): function(json!({"Ref": HOSTILE})),
        format!("T{HOSTILE}"): {"Type": "AWS::CloudTrail::Trail", "Condition": HOSTILE, "Properties": {
        "TrailName": format!("t{HOSTILE}"), "IsLogging": {"Ref": HOSTILE}, "S3BucketName": HOSTILE}}}})
    .to_string()
}

/// A plan, a template, and two pasted documents.
#[test]
fn no_answer_about_a_change_holds_one() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path());
    let out = folder.path().join("out");
    let write = |name: &str, text: String| {
        let path = folder.path().join(format!("{name}{}", &HOSTILE[..24]));
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let pasted = |of: &[&str]| {
        json!({"AdvancedEventSelectors": [{"Name": HOSTILE, "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
            {"Field": "resources.ARN", "Equals": arns(of)}]}]})
        .to_string()
    };
    let (plan, template) = (write("plan", hostile_plan()), write("template", hostile_template()));
    let (before, after) = (write("before", pasted(&["a", "b"])), write("after", pasted(&["b"])));
    let files = ["c.json", "c.md", "c.sarif", "c.github.txt", "c.txt"]
        .map(|name| out.join(name).to_str().unwrap().to_owned());
    for format in ["terminal", "json", "markdown", "sarif", "github"] {
        let mut how = vec!["--format", format];
        files.iter().for_each(|file| how.extend(["--output", file.as_str()]));
        let home = ["--account", "111122223333", "--region", "us-east-1"];
        for change in
            [&["--terraform", &plan][..], &["--cloudformation", &template], &["--selectors", &before, &after]]
        {
            let alone = looked_at(&[&["check"][..], change, &home, &how].concat(), &out);
            assert_ne!(alone.code, Some(0), "{change:?}: {alone:?}");
            looked_at(&[&["check"][..], change, &home, &["--inventory", &world], &how].concat(), &out);
        }
    }
}

/// The name of a selector as Terraform, JSON and CloudFormation read it back.
#[test]
fn the_hostile_name_is_read_back_as_it_was() {
    let case = "crates/cli/tests/cases/plan/hostile-selector-name.json";
    let of = |format: &str| run(&["plan", "--inventory", case, "--format", format]).stdout;
    let wanted = "x\u{9b}31m\u{202e}evil";
    let json: Value = serde_json::from_str(&of("json")).unwrap();
    let after = &json["plan"]["steps"][0]["after"]["AdvancedEventSelectors"][0]["Name"];
    let after = if after.is_null() { names(&json) } else { vec![after.as_str().unwrap().to_owned()] };
    assert!(after.contains(&wanted.to_owned()), "{json}");
    let template: Value = serde_json::from_str(&of("cloudformation")).unwrap();
    assert!(names(&template).contains(&wanted.to_owned()), "{template}");
    let terraform: Value = hcl::from_body(hcl::parse(&of("terraform")).unwrap()).unwrap();
    assert!(names(&terraform).contains(&wanted.to_owned()), "{terraform}");
    let script = of("aws-cli");
    assert!(script.starts_with("#!/bin/sh\n"), "{script}");
    assert!(script.contains(r"x\u009b31m\u202eevil"), "{script}");
}

/// Every text in a document.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(all) => all.iter().flat_map(names).collect(),
        Value::Object(all) => all.values().flat_map(names).collect(),
        _ => Vec::new(),
    }
}
