//! Files of ours with names that are none, wherever a Region, an account, a partition, an organization, an ARN or a bucket stands: each is
//! refused when it is read, with the file and the member named, and nothing is sent anywhere.

use crate::run::root;
use crate::scripted::Scripted;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::Path;

/// What may stand at a place of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A Region, account, partition or organization.
    Short,
    Arn,
    /// In a file that names no partition: the ARN may be of any.
    ArnOfAny,
    Bucket,
}

use Kind::{Arn, ArnOfAny, Bucket, Short};

/// No name of any kind.
fn hostile(kind: Kind) -> Vec<String> {
    let mut all: Vec<String> = [
        "",
        "..",
        "evil.example/",
        "us-east-1/../",
        "us-east-1@evil.example",
        "us-east-1#",
        "us-east-1?x",
        "us-east-1:443",
        "us-east-1%2f",
        "a/../b",
        "a b",
        "us-east-1\u{0}",
        "us-east-1\r\nHost: evil.example",
        "\u{1b}[31mus-east-1",
        "\u{202e}us-east-1",
        "us-east-1\u{9b}",
        "１１１１２２２２３３３３",
    ]
    .map(str::to_owned)
    .to_vec();
    all.push("x".repeat(10_000));
    match kind {
        Short => all.extend(["11112222333x", "us-east-1.evil.example", "US-EAST-1"].map(str::to_owned)),
        Bucket => {}
        Arn | ArnOfAny => {
            let long = "x".repeat(10_000);
            for part in ["aws-evil", "aws-cn", "aws\u{9b}"] {
                all.push(format!("arn:{part}:cloudtrail:us-east-1:111122223333:trail/main"));
                all.push(format!("arn:{part}:lambda:us-east-1:111122223333:function:main"));
            }
            for part in ["evil.example/", "us-east-1/../", "us east-1"] {
                all.push(format!("arn:aws:cloudtrail:{part}:111122223333:trail/main"));
                all.push(format!("arn:aws:lambda:{part}:111122223333:function:main"));
            }
            for name in ["a b", "a/../b", "a\u{202e}", "a\u{9b}", "a\nb", &long] {
                all.push(format!("arn:aws:cloudtrail:us-east-1:111122223333:trail/{name}"));
                all.push(format!("arn:aws:lambda:us-east-1:111122223333:function:{name}"));
            }
            all.push("arn:aws:lambda:us-east-1:11112222333x:function:main".to_owned());
        }
    }
    all.retain(|text| kind != ArnOfAny || !text.starts_with("arn:aws-cn:"));
    all
}

/// A file of ours, how it is read, and its places.
struct Way {
    document: Value,
    /// What is done to it before it is written.
    written: fn(&Value) -> String,
    command: Vec<&'static str>,
    places: Vec<(&'static str, Kind)>,
}

/// Nobody answers anything but a refusal, and nobody must be asked.
pub(crate) fn endpoint() -> Scripted {
    Scripted::answering(|_| ("500 Nobody".to_owned(), String::new()))
}

#[track_caller]
fn is_refused(endpoint: &Scripted, way: &Way, file: &Path, place: &str, text: &str) {
    let shown = file.to_str().unwrap();
    let arguments: Vec<&str> =
        way.command.iter().map(|word| if *word == "FILE" { shown } else { *word }).collect();
    let output = endpoint.command(&arguments).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let what = format!("{arguments:?} {place} = {:?}:\n{stderr}", &text[..text.len().min(80)]);
    assert!(matches!(output.status.code(), Some(1 | 2)), "{:?} {what}", output.status);
    assert_eq!(output.stdout.len(), 0, "{what}");
    assert!(endpoint.was_left_alone(), "something was sent: {what}");
    let errors: Vec<&str> = stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert!(matches!(errors[..], [one] if one.contains(shown)), "the file is not named: {what}");
    assert!(errors[0].contains(&member(place)), "{} is not named: {what}", member(place));
    assert!(!stderr.contains("panicked") && stderr.len() < 2_000, "{what}");
    let acts = |one: char| (one.is_control() && one != '\n') || one == '\u{202e}';
    assert!(!stderr.contains(acts), "{what}");
}

/// The entry of a list, or the member, that a pointer leads to, as messages name it: `recorders[0]`.
fn member(pointer: &str) -> String {
    let mut parts = pointer.trim_start_matches('/').split('/');
    let mut named = parts.next().unwrap().to_owned();
    for part in parts {
        match part.parse::<usize>() {
            Ok(at) => return format!("{named}[{at}]"),
            Err(_) if named == "plan" => named = format!("plan.{part}"),
            Err(_) => return named,
        }
    }
    named
}

fn check(way: &Way) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file.json");
    let endpoint = endpoint();
    // As it is, it is read: whatever it leads to, nothing is wrong with it.
    std::fs::write(&file, (way.written)(&way.document)).unwrap();
    let arguments: Vec<&str> =
        way.command.iter().map(|word| if *word == "FILE" { file.to_str().unwrap() } else { *word }).collect();
    let output = endpoint.command(&arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("cannot read"), "{arguments:?}: {said}");
    let _ = endpoint.asked();
    for (at, (place, kind)) in way.places.iter().enumerate() {
        // Every name once at a place of each kind; elsewhere every fourth, another one at each place.
        let first = way.places.iter().position(|(_, other)| other == kind) == Some(at);
        let names = hostile(*kind).into_iter().enumerate().filter(|(nth, _)| first || (nth + at) % 4 == 0);
        for (_, text) in names {
            let mut document = way.document.clone();
            let (holder, name) = place.rsplit_once('/').unwrap();
            match name {
                // The name of a member.
                "KEY" => {
                    let holder = document.pointer_mut(holder).unwrap().as_object_mut().unwrap();
                    let value = holder.values().next().unwrap().clone();
                    holder.insert(text.clone(), value);
                }
                _ => *document.pointer_mut(place).unwrap_or_else(|| unreachable!("{place}")) = json!(text),
            }
            std::fs::write(&file, (way.written)(&document)).unwrap();
            let _ = std::fs::remove_file(folder.path().join("file.json.journal"));
            is_refused(&endpoint, way, &file, place, &text);
        }
    }
}

/// The example, with every list that an inventory may have.
fn inventory() -> Value {
    let text = std::fs::read_to_string(root().join("examples/acme.json")).unwrap();
    let mut inventory: Value = serde_json::from_str(&text).unwrap();
    let function = "arn:aws:lambda:us-east-1:111122223333:function:payroll";
    inventory["caller"] = "arn:aws:sts::111122223333:assumed-role/SecurityAudit/alice".into();
    inventory["regions_asked"] = json!(["us-east-1"]);
    inventory["accounts"][0]["organization"] =
        json!({"known": {"id": "o-acme4example", "management_account": "111122223333"}});
    inventory["accounts"][0]["regions"] = json!({"known": {"us-east-1": "by_default"}});
    inventory["accounts"][0]["stores"] =
        json!({"known": ["arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/4a1c"]});
    inventory["places"][0]["channels"] =
        json!({"known": ["arn:aws:cloudtrail:us-east-1:111122223333:channel/4a1c"]});
    let (account, region) =
        (inventory["places"][0]["account"].clone(), inventory["places"][0]["region"].clone());
    let prefix = format!("arn:aws:lambda:{}:{}", region.as_str().unwrap(), account.as_str().unwrap());
    inventory["places"][0]["web_functions"] = json!({"gap": null, "resources": [
        {"arn": format!("{prefix}:web-function/site"), "serving": {"also": ["eu-west-1"]}}]});
    inventory["gaps"].as_array_mut().unwrap().push(json!({"account": "111122223333", "region": "us-east-1",
        "call": "lambda:ListFunctions", "subject": function, "kind": "refused", "error": "no"}));
    inventory["recorder_tags"] =
        json!([{"recorder": inventory["recorders"][0]["arn"], "tags": {"known": {}}}]);
    inventory["invocations"] =
        json!([{"account": "111122223333", "region": "us-east-1", "counts": {"known": {"payroll": 1}}}]);
    inventory["function_facts"] = json!([{"function": function, "urls": {"known": []}, "tags": {"known": {}},
        "triggers": {"known": []}, "role": "arn:aws:iam::111122223333:role/payroll",
        "policy": {"known": {"public": false, "accounts": ["444455556666"], "services": []}}}]);
    inventory
}

fn inventory_places() -> Vec<(&'static str, Kind)> {
    vec![
        ("/partition", Short),
        ("/caller", Arn),
        ("/regions_asked/0", Short),
        ("/accounts/0/id", Short),
        ("/accounts/0/organization/known/id", Short),
        ("/accounts/0/organization/known/management_account", Short),
        ("/accounts/0/regions/known/KEY", Short),
        ("/accounts/0/stores/known/0", Arn),
        ("/recorders/0/arn", Arn),
        ("/recorders/0/name", Bucket),
        ("/recorders/0/account", Short),
        ("/recorders/0/home_region", Short),
        ("/recorders/0/destination", Bucket),
        ("/places/0/account", Short),
        ("/places/0/region", Short),
        ("/places/0/trails/known/0/trail", Arn),
        ("/places/0/channels/known/0", Arn),
        ("/places/0/functions/resources/0/arn", Arn),
        ("/places/0/web_functions/resources/0/arn", Arn),
        ("/places/0/web_functions/resources/0/serving/also/0", Short),
        ("/gaps/0/account", Short),
        ("/gaps/0/region", Short),
        ("/recorder_tags/0/recorder", Arn),
        ("/invocations/0/account", Short),
        ("/invocations/0/region", Short),
        ("/function_facts/0/function", Arn),
        ("/function_facts/0/role", Arn),
        ("/function_facts/0/policy/known/accounts/0", Short),
    ]
}

#[test]
fn an_inventory_holds_names_alone() {
    let mut way = Way {
        document: inventory(),
        written: Value::to_string,
        command: vec!["audit", "--inventory", "FILE"],
        places: inventory_places(),
    };
    check(&way);
    // What it was before, too.
    way.command = vec!["audit", "--inventory", "examples/acme.json", "--baseline", "FILE"];
    way.places.retain(|(place, _)| matches!(*place, "/partition" | "/recorders/0/arn" | "/places/0/region"));
    check(&way);
}

/// The subject of a gap may be a bucket or a name; where it says that it is an ARN, it is one.
#[test]
fn a_gap_is_about_an_arn_that_is_one() {
    let endpoint = endpoint();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file.json");
    let way = Way {
        document: inventory(),
        written: Value::to_string,
        command: vec!["audit", "--inventory", "FILE"],
        places: Vec::new(),
    };
    for text in hostile(Arn).into_iter().filter(|text| text.starts_with("arn:")) {
        let mut document = way.document.clone();
        document["gaps"][0]["subject"] = json!(text);
        std::fs::write(&file, document.to_string()).unwrap();
        is_refused(&endpoint, &way, &file, "/gaps/0/subject", &text);
    }
}

/// The plan with the hash that fits: anybody can make one.
pub(crate) fn hashed(file: &Value) -> String {
    fn sorted(value: &Value) -> String {
        match value {
            Value::Array(all) => format!("[{}]", all.iter().map(sorted).collect::<Vec<_>>().join(",")),
            Value::Object(all) => {
                let mut members: Vec<(&String, &Value)> = all.iter().collect();
                members.sort_unstable_by_key(|(name, _)| *name);
                let member = |(name, value): (&String, &Value)| format!("{}:{}", json!(name), sorted(value));
                format!("{{{}}}", members.into_iter().map(member).collect::<Vec<_>>().join(","))
            }
            other => other.to_string(),
        }
    }
    let mut file = file.clone();
    file.as_object_mut().unwrap().remove("content_hash");
    let digest = Sha256::digest(sorted(&file["plan"]).as_bytes());
    file["hash"] =
        format!("sha256:{}", digest.iter().map(|one| format!("{one:02x}")).collect::<String>()).into();
    file.to_string()
}

/// A plan that makes a bucket and a trail, changes another, and says something of everything that a plan may speak of.
pub(crate) fn plan() -> Value {
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("plan.json");
    let case = "crates/cli/tests/cases/plan/control-tower.json";
    let said = crate::run::run(&["plan", "--inventory", case, "--output", made.to_str().unwrap()]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let mut file: Value = serde_json::from_slice(&std::fs::read(&made).unwrap()).unwrap();
    let trail = file["plan"]["steps"][0]["change"]["target"]["arn"].clone();
    let function = "arn:aws:lambda:us-east-1:111122223333:function:payroll";
    file["plan"]["scope"]["accounts"] = json!(["111122223333"]);
    file["plan"]["losses"] = json!([{"recorder": trail, "function": function, "because": "x"}]);
    file["plan"]["refusals"] = json!([{"places": [["111122223333", "us-east-1"]], "recorder": trail,
        "reason": "x", "nearest": "x"}]);
    let monthly = json!({"low": 0.0, "high": 0.0});
    file["plan"]["cost"] = json!({"usd_per_month_before": monthly, "usd_per_month_after": monthly,
        "invocations_30_days": 0, "basis": [],
        "copies": [{"recorders": [trail], "invocations_30_days": 0, "usd_per_month": monthly}]});
    file["plan"]["purpose"] = json!({"kind": "backout", "exception": {"id": "x", "functions": [function],
        "owner": "o", "reason": "r", "until": "2027-01-01", "declared_at": "2026-11-23T00:00:00Z"}});
    file
}

fn plan_places() -> Vec<(&'static str, Kind)> {
    let file = plan();
    let of = |setting: &str| {
        let steps = file["plan"]["steps"].as_array().unwrap();
        steps.iter().position(|step| step["change"]["setting"] == setting).unwrap()
    };
    // Bucket and trail come first in a plan that makes them.
    assert_eq!([of("bucket"), of("trail")], [0, 1]);
    vec![
        ("/plan/scope/partition", Short),
        ("/plan/scope/organization", Short),
        ("/plan/scope/accounts/0", Short),
        ("/plan/steps/0/change/target/arn", Arn),
        ("/plan/steps/0/change/target/name", Bucket),
        ("/plan/steps/0/change/target/account", Short),
        ("/plan/steps/0/change/target/home_region", Short),
        ("/plan/steps/0/change/after/name", Bucket),
        ("/plan/steps/1/change/after/bucket", Bucket),
        ("/plan/refusals/0/places/0/0", Short),
        ("/plan/refusals/0/places/0/1", Short),
        ("/plan/refusals/0/recorder", Arn),
        ("/plan/losses/0/recorder", Arn),
        ("/plan/losses/0/function", Arn),
        ("/plan/cost/copies/0/recorders/0", Arn),
        ("/plan/purpose/exception/functions/0", Arn),
    ]
}

#[test]
fn a_plan_holds_names_alone() {
    check(&Way {
        document: plan(),
        written: hashed,
        command: vec!["apply", "FILE", "--exceptions", "/nonexistent/exceptions.json"],
        places: plan_places(),
    });
}

#[test]
fn a_journal_holds_names_alone() {
    let written = |file: &Value| {
        let mut head: Value = serde_json::from_str(&hashed(file)).unwrap();
        head["format"] = "invoketrail.journal/1".into();
        head["started_at"] = "2026-11-23T17:00:00Z".into();
        format!("{head}\n{}\n", json!({"entry": "intent", "step": 0}))
    };
    let command = vec!["undo", "FILE"];
    check(&Way { document: plan(), written, command, places: plan_places() });
}

#[test]
fn exceptions_and_metrics_hold_names_alone() {
    let function = "arn:aws:lambda:us-east-1:111122223333:function:payroll";
    check(&Way {
        document: json!({"format": "invoketrail.exceptions/1", "exceptions": [{"id": "x", "functions": [function],
            "owner": "o", "reason": "r", "until": "2027-01-01", "declared_at": "2026-11-23T00:00:00Z"}]}),
        written: Value::to_string,
        command: vec!["audit", "--inventory", "examples/acme.json", "--exceptions", "FILE"],
        places: vec![("/exceptions/0/functions/0", ArnOfAny)],
    });
    let command = vec![
        "verify",
        "examples/logs",
        "--inventory",
        "examples/acme.json",
        "--no-index",
        "--metrics",
        "FILE",
    ];
    check(&Way {
        document: json!({"format": "invoketrail.metrics/1", "period_seconds": 3600,
            "series": [{"function": function, "points": []}]}),
        written: Value::to_string,
        command,
        places: vec![("/series/0/function", ArnOfAny)],
    });
}

#[test]
fn settings_hold_names_alone() {
    let written = |file: &Value| {
        let list = |name: &str| {
            let text = file[name].as_str().unwrap();
            let escaped: String = text.chars().map(|one| format!("\\U{:08x}", u32::from(one))).collect();
            format!("{name} = [\"{escaped}\"]\n")
        };
        list("accounts") + &list("region")
    };
    check(&Way {
        document: json!({"accounts": "111122223333", "region": "us-east-1"}),
        written,
        command: vec!["audit", "--inventory", "examples/acme.json", "--config", "FILE"],
        places: vec![("/accounts", Short), ("/region", Short)],
    });
}

/// Prices hold no such name, and an index none that anything is made of. What is in their place is text, and stays text.
#[test]
fn what_holds_no_names_is_text_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (prices, index) = (folder.path().join("prices.toml"), folder.path().join("index.sqlite"));
    let built_in = std::fs::read_to_string(root().join("crates/store/data/prices.toml")).unwrap();
    let endpoint = endpoint();
    for text in hostile(Arn) {
        let escaped: String = text.chars().map(|one| format!("\\U{:08x}", u32::from(one))).collect();
        let mut lines: Vec<String> = built_in.lines().map(str::to_owned).collect();
        for line in &mut lines {
            if line.starts_with("as-of") || line.starts_with("source") {
                *line = format!("{} = \"{escaped}\"", line.split(' ').next().unwrap());
            }
        }
        std::fs::write(&prices, lines.join("\n")).unwrap();
        std::fs::write(&index, &text).unwrap();
        for arguments in [
            vec!["plan", "--inventory", "examples/acme.json", "--prices", prices.to_str().unwrap()],
            vec!["invocations", "examples/logs", "--index", index.to_str().unwrap()],
        ] {
            let output = endpoint.command(&arguments).output().unwrap();
            let both = [output.stdout, output.stderr].concat();
            let both = String::from_utf8(both).unwrap();
            let what = &text[..text.len().min(60)];
            assert!(output.status.code().is_some_and(|code| code < 5), "{arguments:?} {what:?}: {both}");
            assert!(
                !both.contains(|one: char| (one.is_control() && one != '\n') || one == '\u{202e}'),
                "{what:?}"
            );
            assert!(!both.contains("panicked") && endpoint.was_left_alone(), "{what:?}: {both}");
        }
    }
}
