//! Bundles of live audits: AWS's raw answers are in them, nothing secret is, and the audit is collected and decided again from them.

use crate::history::is_of_schema;
use crate::run::{Finished, run};
use crate::scripted::{Asked, Scripted, refused};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

const SECRET: &str = "hunter2-in-the-environment";
const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit";

/// An account with one Region, one trail that records every invocation, and functions with secrets in all that is said of them.
fn account(asked: &Asked) -> (String, String) {
    let ok = |body: Value| ("200 OK".to_owned(), body.to_string());
    let path = asked.line().split(' ').nth(1).unwrap().to_owned();
    match path.split('?').next().unwrap() {
        "/listRegions" => {
            return ok(
                json!({"Regions": [{"RegionName": "eu-west-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}]}),
            );
        }
        "/2015-03-31/functions" => return ok(functions(path.contains("Marker"))),
        "/2025-03-07/web-functions" => return ok(json!({"functions": []})),
        "/2025-09-09/microvm-images" => {
            return ("404 Not Found".to_owned(), format!("<html>{SECRET}</html>"));
        }
        path if path.starts_with("/2017-03-31/tags/") => {
            return ok(json!({"Tags": {"team": if path.contains("payroll") { "finance" } else { "shop" }}}));
        }
        _ => {}
    }
    match asked.header("x-amz-target").rsplit('.').next().unwrap() {
        "DescribeOrganization" => (
            "400 Bad Request".to_owned(),
            json!({"__type": "AWSOrganizationsNotInUseException", "Message": "none"}).to_string(),
        ),
        "DescribeTrails" => {
            ok(json!({"trailList": [{"Name": "audit", "TrailARN": TRAIL, "HomeRegion": "eu-west-1",
            "IsMultiRegionTrail": true, "S3BucketName": "acme-trails", "Unknown": {"of next year": [1]}}]}))
        }
        "GetTrailStatus" => ok(json!({"IsLogging": true, "LatestDeliveryTime": 1_795_000_000.5})),
        "GetEventSelectors" => ok(json!({"TrailARN": TRAIL, "AdvancedEventSelectors": [
            {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}, {"FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}]}]})),
        "ListEventDataStores" => ok(json!({"EventDataStores": []})),
        "ListChannels" => ok(json!({"Channels": []})),
        "ListTags" => {
            let tags = json!([{"Key": "team", "Value": "platform"}]);
            ok(json!({"ResourceTagList": [{"ResourceId": TRAIL, "TagsList": tags}]}))
        }
        other => refused(other),
    }
}

fn functions(second: bool) -> Value {
    let function = |name: &str| {
        json!({"FunctionName": name, "FunctionArn": format!("arn:aws:lambda:eu-west-1:111122223333:function:{name}"),
            "Role": format!("arn:aws:iam::111122223333:role/{SECRET}"), "Description": SECRET, "Runtime": "python3.13",
            "Environment": {"Variables": {"TOKEN": SECRET}}, "KMSKeyArn": SECRET})
    };
    if second {
        json!({"Functions": [function("billing")], "NextMarker": null})
    } else {
        json!({"Functions": [function("orders"), function("payroll")], "NextMarker": "next"})
    }
}

/// Audits the account into a bundle; the path, and what was asked.
fn bundled(endpoint: &Scripted, folder: &Path, name: &str) -> PathBuf {
    let bundle = folder.join(name);
    let said = endpoint.run(&["audit", "--region", "eu-west-1", "--bundle", bundle.to_str().unwrap()]);
    assert_eq!(said.code, Some(0), "{said:?}");
    bundle
}

fn verify(bundle: &Path, format: &str) -> Finished {
    run(&["bundle", "verify", bundle.to_str().unwrap(), "--format", format])
}

/// The manifest says what the files are now.
fn fits(bundle: &Path) {
    let path = bundle.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for file in manifest["files"].as_array_mut().unwrap() {
        let bytes = fs::read(bundle.join(file["path"].as_str().unwrap())).unwrap();
        let sum: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        (file["size"], file["sha256"]) = (bytes.len().into(), sum.into());
    }
    fs::write(path, manifest.to_string()).unwrap();
}

#[test]
fn a_bundle_of_a_live_audit_is_collected_again_without_aws() {
    let (endpoint, folder) = (Scripted::answering(account), tempfile::tempdir().unwrap());
    for name in ["evidence", "evidence.tar.zst"] {
        let bundle = bundled(&endpoint, folder.path(), name);
        let asked = endpoint.asked().len();
        // No credentials, no address: nothing but the bundle.
        let said = verify(&bundle, "json");
        assert_eq!(said.code, Some(0), "{said:?}");
        let check: Value = serde_json::from_str(&said.stdout).unwrap();
        is_of_schema("bundle-check-1.schema.json", &check);
        // Who asks is the one question that `asked` does not count.
        assert_eq!((&check["answer"], &check["raw_answers"]), (&json!("yes"), &json!(asked + 1)), "{check}");
        assert_eq!(check["raw_answers_that_differ"], json!([]));
        let said = verify(&bundle, "terminal");
        assert!(
            said.stdout.contains("raw answers of AWS collected again into the same inventory"),
            "{said:?}"
        );
        assert!(endpoint.was_left_alone());
    }
    let answers = fs::read_to_string(folder.path().join("evidence/answers.jsonl")).unwrap();
    let head: Value = serde_json::from_str(answers.lines().next().unwrap()).unwrap();
    is_of_schema("answers-1.schema.json", &head);
    let lines: Vec<Value> = answers.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |line: &Value| {
        ["account", "region", "operation", "subject", "path", "request"]
            .map(|name| line[name].as_str().unwrap_or("").to_owned())
    };
    assert!(lines.is_sorted_by_key(of), "{answers}");
    lines.iter().for_each(|line| is_of_schema("answers-1.schema.json", line));
    // What no type of ours knows is there as it came, but of Lambda's lists only what is read.
    assert!(answers.contains("of next year") && answers.contains("AWSOrganizationsNotInUseException"));
    let functions = lines.iter().filter(|line| line["operation"] == "lambda:ListFunctions");
    assert!(functions.clone().count() == 2 && functions.clone().all(|line| line["selection"] == true));
}

/// Lists that the SDK reads and that no value of ours can hold: numbers beyond all limits, halves of characters, members that come twice, and lists
/// that are refused.
#[test]
fn odd_lists_of_functions_are_collected_again() {
    const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:function:orders";
    let bodies = [
        format!(
            r#"{{"Functions": [{{"FunctionArn": "{ARN}", "Timeout": 1e999, "Description": "\ud800"}}]}}"#
        ),
        format!(
            r#"{{"Functions": [], "Functions": [{{"FunctionArn": "x", "FunctionArn": "{ARN}"}}], "Other": -1e999}}"#
        ),
        format!(r#"{{"Functions": [{{"FunctionArn": "{ARN}"}}], "Functions": null}}"#),
        r#"{"Functions": [{"FunctionArn": "\ud800"}]}"#.to_owned(),
        r#"{"Functions": [{"FunctionArn": ["s3cret"]}]}"#.to_owned(),
        r#"{"Functions": [1], "a": 1e999}"#.to_owned(),
        String::new(),
    ];
    for body in bodies {
        for (list, path) in [
            ("Functions", "/2015-03-31/functions"),
            ("functions", "/2025-03-07/web-functions"),
            ("items", "/2025-09-09/microvm-images"),
        ] {
            let kinds = |text: &str| match list {
                "functions" => {
                    text.replace("FunctionArn", "functionArn").replace(":function:", ":web-function:")
                }
                "items" => text.replace("FunctionArn", "imageArn").replace(":function:", ":microvm-image:"),
                _ => text.to_owned(),
            };
            let odd = kinds(&body).replace("Functions", list);
            let told = odd.clone();
            let endpoint = Scripted::answering(move |asked| match asked.line().contains(path) {
                true => ("200 OK".to_owned(), odd.clone()),
                false => account(asked),
            });
            let folder = tempfile::tempdir().unwrap();
            let bundle = folder.path().join("evidence");
            endpoint.run(&["audit", "--region", "eu-west-1", "--bundle", bundle.to_str().unwrap()]);
            let said = verify(&bundle, "terminal");
            assert!(
                said.stdout.contains("collected again into the same inventory"),
                "{path} {told}: {said:?}"
            );
        }
    }
}

/// Every byte of every file, packed and unpacked.
#[test]
fn no_environment_variable_and_no_credential_is_in_a_bundle() {
    let (endpoint, folder) = (Scripted::answering(account), tempfile::tempdir().unwrap());
    let packed = bundled(&endpoint, folder.path(), "evidence.tar.zst");
    let bundle = bundled(&endpoint, folder.path(), "evidence");
    let mut files = vec![zstd::decode_all(&*fs::read(&packed).unwrap()).unwrap(), fs::read(&packed).unwrap()];
    let mut folders = vec![bundle];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => files.push(fs::read(path).unwrap()),
            }
        }
    }
    assert!(files.len() > 10);
    let said = files.iter().any(|file| file.windows(7).any(|bytes| bytes == b"payroll"));
    assert!(said, "the functions are there");
    for secret in [SECRET, "AKIAIOSFODNN7EXAMPLE", "AWS4-HMAC", "Signature=", "authorization"] {
        let found =
            files.iter().any(|file| file.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
        assert!(!found, "{secret}");
    }
}

/// What was altered, the answers then, and how that ends, with what is said.
type Altered = (&'static str, String, (i32, &'static str));

/// The line of the answer about the trail's status.
fn status(whole: &str) -> String {
    whole.lines().find(|line| line.contains("cloudtrail:GetTrailStatus")).unwrap().to_owned() + "\n"
}

/// Answers that can be read and say something else.
fn altered(whole: &str) -> Vec<Altered> {
    const STATUS: &str = "account 111122223333 in eu-west-1: trail arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit: status";
    const BUCKET: &str = "trail arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit: destination";
    let (status, head) = (status(whole), whole.lines().next().unwrap().to_owned() + "\n");
    let moved = |to: &str| status.replacen("111122223333", to, 1);
    let gone = whole.replace(&status, "");
    let long = format!("\"body\":\"{}{{", " ".repeat(8 << 20));
    let other = |from: &str, to: &str| whole.replace(from, to);
    let functions = "account 111122223333 in eu-west-1: functions";
    let (none, unasked) =
        ("no answer to cloudtrail:GetTrailStatus", "never asks for cloudtrail:GetTrailStatus");
    let all = [
        ("a trail that does not log", other("\\\"IsLogging\\\":true", "\\\"IsLogging\\\":false"), STATUS),
        ("another bucket", other("acme-trails", "evil-trails"), BUCKET),
        ("a function less", other("function:billing", "function:payroll"), functions),
        ("another caller", other("SecurityAudit/alice", "SecurityAudit/mallory"), "caller"),
        ("taken away", gone.clone(), none),
        ("added", format!("{whole}{}", moved("999922223333")), unasked),
        ("added by somebody hostile", format!("{whole}{}", hostile()), "\\u{1b}[31m"),
        ("of another account", format!("{gone}{}", moved("111122223334")), none),
        ("no answers", head, "nothing can be collected from the answers"),
        ("a body of 8 MiB", whole.replacen("\"body\":\"{", &long, 1), "answers differ"),
    ];
    all.into_iter().map(|(what, answers, told)| (what, answers, (3, told))).collect()
}

/// An answer whose operation acts on a terminal, and whose subject is long.
fn hostile() -> String {
    let line = json!({"account": "999922223333", "region": "r", "operation": "\u{1b}[31m\u{202e}", "subject": "x".repeat(1 << 20),
        "at": "2026-11-30T12:00:00Z", "withheld": true});
    format!("{line}\n")
}

/// Answers that cannot be read as such.
fn unfit(whole: &str) -> Vec<Altered> {
    let status = status(whole);
    let long = format!("\"body\":\"{}", "x".repeat(65 << 20));
    let twice = whole.replace(&status, &format!("{status}{status}"));
    let all = [
        ("doubled", twice, "this answer is there twice"),
        ("out of order", format!("{}{status}", whole.replace(&status, "")), "it is not in its order"),
        ("cut", whole[..whole.len() - 20].to_owned(), "it is cut off"),
        ("a member twice", whole.replacen("\"body\":", "\"body\":\"\",\"body\":", 1), "line 2"),
        ("empty", String::new(), "answers.jsonl: line 1"),
        ("a later version", whole.replacen("answers/1", "answers/2", 1), "answers/2"),
        ("a body of 65 MiB", whole.replacen("\"body\":\"", &long, 1), "longer than 64 MiB"),
    ];
    all.into_iter().map(|(what, answers, told)| (what, answers, (1, told))).collect()
}

/// Answers that were altered, under a manifest that fits them: which account, Region and member differ is said, or why they cannot be read.
#[test]
fn an_answer_that_is_altered_is_found() {
    let (endpoint, folder) = (Scripted::answering(account), tempfile::tempdir().unwrap());
    let bundle = bundled(&endpoint, folder.path(), "evidence");
    let (file, manifest) = (bundle.join("answers.jsonl"), fs::read(bundle.join("manifest.json")).unwrap());
    let whole = fs::read_to_string(&file).unwrap();
    for (what, answers, (code, told)) in altered(&whole).into_iter().chain(unfit(&whole)) {
        assert_ne!(answers, whole, "{what}");
        fs::write(&file, answers).unwrap();
        let said = verify(&bundle, "terminal");
        assert_eq!(said.code, Some(3), "{what}: {said:?}");
        assert!(said.stdout.contains("changed: answers.jsonl"), "{what}: {said:?}");
        fits(&bundle);
        let said = verify(&bundle, "terminal");
        assert_eq!(said.code, Some(code), "{what}: {said:?}");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&format!("{}{}", said.stdout, said.stderr)).contains(told), "{what}: {said:?}");
        assert!(
            said.stdout.len() < 10_000 && !said.stdout.contains(['\u{1b}', '\u{202e}']),
            "{what}: {said:?}"
        );
        if code == 3 {
            assert!(said.stdout.starts_with("Not reproduced."), "{what}: {said:?}");
            let check: Value = serde_json::from_str(&verify(&bundle, "json").stdout).unwrap();
            is_of_schema("bundle-check-1.schema.json", &check);
            assert_ne!(check["raw_answers_that_differ"], json!([]), "{what}");
        }
        fs::write(bundle.join("manifest.json"), &manifest).unwrap();
    }
    // The verdict is that of the answers: a trail that does not log records nothing, whatever the inventory says.
    fs::write(&file, whole.replace("\\\"IsLogging\\\":true", "\\\"IsLogging\\\":false")).unwrap();
    fits(&bundle);
    let said = verify(&bundle, "terminal");
    assert!(said.stdout.contains("the answer is `no`, not `yes`"), "{said:?}");
    fs::write(bundle.join("manifest.json"), &manifest).unwrap();
    fs::remove_file(&file).unwrap();
    let said = verify(&bundle, "terminal");
    assert!(said.code == Some(3) && said.stdout.contains("missing: answers.jsonl"), "{said:?}");
}

/// The inventory is altered with its reports, and the answers are left as they were.
#[test]
fn an_inventory_that_says_something_else_than_the_answers_is_found() {
    let (endpoint, folder) = (Scripted::answering(account), tempfile::tempdir().unwrap());
    let bundle = bundled(&endpoint, folder.path(), "evidence");
    let file = bundle.join("inventory.json");
    let inventory = fs::read_to_string(&file).unwrap();
    fs::write(&file, inventory.replace("billing", "billed")).unwrap();
    fits(&bundle);
    let said = verify(&bundle, "terminal");
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.stdout.contains("account 111122223333 in eu-west-1: functions"), "{said:?}");
}

/// Tags for which exceptions ask are answers, too.
#[test]
fn tags_that_an_exception_asks_for_are_collected_again() {
    let (endpoint, folder) = (Scripted::answering(account), tempfile::tempdir().unwrap());
    let (bundle, exceptions) = (folder.path().join("evidence"), folder.path().join("exceptions.json"));
    let tagged = json!({"format": "invoketrail.exceptions/1", "exceptions": [{"id": "finance", "owner": "o", "reason": "r",
        "expires": "2027-01-01", "match": {"controls": ["lambda-invocations-recorded"], "tags": {"team": "finance"}}}]});
    fs::write(&exceptions, tagged.to_string()).unwrap();
    let arguments = ["audit", "--region", "eu-west-1", "--bundle", bundle.to_str().unwrap(), "--exceptions"];
    let said = endpoint.run(&[&arguments[..], &[exceptions.to_str().unwrap()]].concat());
    assert_eq!(said.code, Some(0), "{said:?}");
    let answers = fs::read_to_string(bundle.join("answers.jsonl")).unwrap();
    for operation in ["cloudtrail:ListTags", "lambda:ListTags"] {
        assert!(answers.contains(operation), "{operation}");
    }
    let said = verify(&bundle, "terminal");
    assert_eq!(said.code, Some(0), "{said:?}");
    fs::write(bundle.join("answers.jsonl"), answers.replace("finance", "finances")).unwrap();
    fits(&bundle);
    let said = verify(&bundle, "terminal");
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.stdout.contains("function:payroll: tags"), "{said:?}");
}

#[test]
fn a_bundle_of_an_inventory_says_that_it_holds_no_raw_answers() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("evidence");
    let said = run(&["audit", "examples/acme.json", "--bundle", bundle.to_str().unwrap()]);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(!bundle.join("answers.jsonl").exists());
    let said = verify(&bundle, "terminal");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.stdout.contains("the bundle holds no raw answers of AWS"), "{said:?}");
    let check: Value = serde_json::from_str(&verify(&bundle, "json").stdout).unwrap();
    assert_eq!(check["raw_answers"], Value::Null);
}
