//! What `detect` is told beside the records: rules, networks, exceptions, settings. What is wrong with them is said in one line.

use crate::detect::World;
use crate::run::run;
use serde_json::{Value, json};

/// Ends with 1, and with one line of error that says this.
#[track_caller]
fn refused(world: &World, flag: &str, file: &str, parts: &[&str]) {
    let said = world.detect(&[flag, file]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{said:?}");
    let errors: Vec<&str> = said.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{}", said.stderr);
    for part in parts {
        assert!(said.stderr.contains(part), "{part}: {}", said.stderr);
    }
    assert!(said.stderr.contains("help: "), "{}", said.stderr);
    assert!(errors[0].len() < 1000, "{}", errors[0]);
}

fn rule(detection: &str) -> String {
    format!(
        "title: Somebody stops a trail\nid: 7c1b0a52-1111-4222-8333-444455556666\nlogsource:\n  product: aws\n  service: cloudtrail\n\
         level: high\ntags: [attack.t1562.008]\ndetection:\n{detection}"
    )
}

const STOPPED: &str = "  selection:\n    eventSource: cloudtrail.amazonaws.com\n    eventName: StopLogging\n  condition: selection\n";

#[test]
fn rules_of_the_users_own_run_on_the_same_pass() {
    let world = World::attacked();
    let rules = world.write("rules/stop.yml", rule(STOPPED));
    world.write("rules/windows.yml", rule(STOPPED).replace("product: aws", "product: windows"));
    let folder = world.path("rules");
    for place in [&rules, &folder] {
        let found = world.found(&["--sigma", place]);
        let all = found[0].as_array().unwrap().iter();
        let ours: Vec<&Value> =
            all.filter(|one| one["detection"].as_str().unwrap().starts_with("sigma:")).collect();
        assert_eq!(ours.len(), 1, "{found}");
        assert_eq!(
            (&ours[0]["title"], &ours[0]["severity"]),
            (&json!("Somebody stops a trail"), &json!("high"))
        );
        assert_eq!(ours[0]["attack"], json!(["T1562.008"]));
        let shown = world.detect(&["--sigma", place, "--show", ours[0]["id"].as_str().unwrap()]);
        assert!(shown.code == Some(0) && shown.stdout.contains("\"eventName\":\"StopLogging\""), "{shown:?}");
    }
    let said = world.detect(&["--sigma", &folder]);
    assert!(said.stderr.contains("is set aside"), "{}", said.stderr);
}

#[test]
fn a_rule_that_cannot_run_is_named_with_what_is_wrong() {
    let world = World::attacked();
    let good = "  selection:\n    eventName: StopLogging\n";
    for (name, detection, parts) in [
        ("condition", format!("{good}  condition: selection and (\n"), &["condition `selection and (`"][..]),
        ("missing", format!("{good}  condition: selecton\n"), &["selecton"]),
        (
            "modifier",
            "  selection:\n    eventName|expand: x\n  condition: selection\n".to_owned(),
            &["expand"],
        ),
        ("pipe", format!("{good}  condition: selection | count() > 5\n"), &["count"]),
        (
            "regex",
            format!(
                "  selection:\n    userAgent|re: '(({}){{1000}}){{1000}}'\n  condition: selection\n",
                "a{1000}"
            ),
            &["userAgent|re"],
        ),
        (
            "backreference",
            "  selection:\n    userAgent|re: '(a)\\1'\n  condition: selection\n".to_owned(),
            &["userAgent|re"],
        ),
    ] {
        let file = world.write(&format!("{name}.yml"), rule(&detection));
        refused(
            &world,
            "--sigma",
            &file,
            &[parts, &[&format!("{name}.yml"), "Somebody stops a trail"]].concat(),
        );
    }
    let broken = world.write("broken.yml", "title: [\n");
    refused(&world, "--sigma", &broken, &["broken.yml", "not readable as YAML"]);
    let none = world.write("none/readme.txt", "nothing");
    let folder = std::path::Path::new(&none).parent().unwrap().to_str().unwrap();
    refused(&world, "--sigma", folder, &["no rule about CloudTrail", "files that end in .yml"]);
    refused(&world, "--sigma", "/nonexistent/rules", &["/nonexistent/rules"]);
    let one = rule(STOPPED).replace("id: 7c1b0a52-1111-4222-8333-444455556666\n", "");
    let many = world.write("many.yml", vec![one; 10_001].join("---\n"));
    refused(&world, "--sigma", &many, &["more than 10000 rules"]);
}

#[test]
fn rules_that_an_earlier_run_did_not_know_are_told_of() {
    let world = World::attacked();
    crate::detect::settle();
    let (state, rules) = (world.path("state.sqlite"), world.write("stop.yml", rule(STOPPED)));
    let first = world.detect(&["--state", &state]);
    assert!(!first.stderr.contains("Sigma"), "{}", first.stderr);
    let second = world.detect(&["--state", &state, "--sigma", &rules]);
    assert!(
        second.stderr.contains("some Sigma rules did not run over files that were read before"),
        "{}",
        second.stderr
    );
}

#[test]
fn networks_are_known_and_wrong_ones_are_told() {
    let world = World::attacked();
    let blocked = world.write(
        "blocked.toml",
        "[[network]]\ncidr = '198.51.100.0/24'\nname = 'left provider'\nblocked = true\n",
    );
    let found = world.found(&["--networks", &blocked]);
    assert!(found[0].as_array().unwrap().iter().any(|one| one["detection"] == "INV-19"), "{found}");
    for (name, text, part) in [
        ("cidr", "[[network]]\ncidr = '10.0.0.0/99'\nname = 'x'", "`10.0.0.0/99`"),
        ("name", "[[network]]\ncidr = '10.0.0.0/8'", "missing field `name`"),
        ("key", "[[network]]\ncidr = '10.0.0.0/8'\nname = 'x'\ntrusts = true", "unknown field `trusts`"),
        ("toml", "[[network]\n", "line 1"),
        ("none", "", "missing field `network`"),
        (
            "both",
            "[[network]]\ncidr = '10.0.0.0/8'\nname = 'x'\ntrusted = true\nblocked = true",
            "both trusted and blocked",
        ),
    ] {
        let file = world.write(&format!("{name}.toml"), text);
        refused(&world, "--networks", &file, &["as networks", part, "a network is a table: [[network]]"]);
    }
    let large = world.write("large.toml", " ".repeat((1 << 20) + 1));
    refused(&world, "--networks", &large, &["larger than 1 MiB, the limit for a file of networks"]);
    let good = world.detect(&["--asn", "crates/store/src/addresses/example.mmdb"]);
    assert_eq!(good.code, Some(3), "{}", good.stderr);
    let text = world.write("asn.mmdb", "no database");
    refused(&world, "--asn", &text, &["as a database of networks", "GeoLite2-ASN.mmdb"]);
    refused(&world, "--asn", "/nonexistent.mmdb", &["/nonexistent.mmdb"]);
}

fn exceptions(world: &World, name: &str, expires: &str, more: &Value) -> String {
    let mut one =
        json!({"id": "pentest", "owner": "security", "reason": "penetration test", "expires": expires});
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.write(name, json!({"format": "invoketrail.detect-exceptions/1", "exceptions": [one]}).to_string())
}

#[test]
fn exceptions_accept_until_their_day_and_no_longer() {
    let world = World::attacked();
    let all = json!({"detections": ["*"], "accounts": ["111122223333"]});
    let holds = exceptions(&world, "holds.json", "2026-11-23", &all);
    let said = world.detect(&["--accept", &holds]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(
        said.stdout.contains("accepted") && said.stdout.contains("pentest until 2026-11-23"),
        "{}",
        said.stdout
    );
    let found = world.found(&["--accept", &holds]);
    assert!(found[0].as_array().unwrap().iter().all(|one| one["accepted"]["owner"] == "security"), "{found}");
    let ended = exceptions(&world, "ended.json", "2026-11-22", &all);
    let said = world.detect(&["--accept", &ended]);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.stdout.contains("Ended: pentest accepted it until 2026-11-22"), "{}", said.stdout);
    // One of several: only what all of its lists fit.
    let narrow = json!({"detections": ["TRL-01"], "principals": ["user/e*"], "networks": ["203.0.113.0/24"]});
    let narrow = exceptions(&world, "narrow.json", "2026-12-31", &narrow);
    let found = world.found(&["--accept", &narrow]);
    for one in found[0].as_array().unwrap() {
        assert_eq!(one["detection"] == "TRL-01", one["accepted"].is_object(), "{one}");
    }
    assert_eq!(world.detect(&["--accept", &narrow]).code, Some(3));
    let unused = exceptions(&world, "unused.json", "2026-12-31", &json!({"detections": ["LAM-13"]}));
    assert!(world.detect(&["--accept", &unused]).stdout.contains("Exception pentest matches no finding."));
}

#[test]
fn exceptions_that_are_wrong_are_told_by_their_place() {
    let world = World::attacked();
    let good = json!({"detections": ["TRL-01"]});
    for (name, expires, more, parts) in [
        (
            "id",
            "2026-12-31",
            json!({"detections": ["TRL-1"]}),
            &["exceptions[0].detections", "did you mean `TRL-"][..],
        ),
        ("all", "2026-12-31", json!({"detections": ["*"]}), &["accepts every finding"]),
        ("day", "soon", good.clone(), &["exceptions[0].expires", "`soon` is not a day"]),
        (
            "owner",
            "2026-12-31",
            json!({"detections": ["TRL-01"], "owner": " "}),
            &["exceptions[0].owner", "it is empty"],
        ),
        ("member", "2026-12-31", json!({"detections": ["TRL-01"], "function": ["x"]}), &["function"]),
        (
            "account",
            "2026-12-31",
            json!({"detections": ["TRL-01"], "accounts": ["12"]}),
            &["exceptions[0].accounts"],
        ),
    ] {
        let file = exceptions(&world, &format!("{name}.json"), expires, &more);
        refused(&world, "--accept", &file, parts);
    }
    let other = world
        .write("other.json", json!({"format": "invoketrail.exceptions/1", "exceptions": []}).to_string());
    refused(&world, "--accept", &other, &["other.json"]);
    let later = world.write(
        "later.json",
        json!({"format": "invoketrail.detect-exceptions/2", "exceptions": []}).to_string(),
    );
    refused(&world, "--accept", &later, &["later.json"]);
    let config = world.write("days.toml", "exceptions-max-days = 30\n");
    let far = exceptions(&world, "far.json", "2027-01-31", &good);
    let said = world.detect(&["--accept", &far, "--config", &config]);
    assert!(said.code == Some(1) && said.stderr.contains("more than 30 days away"), "{said:?}");
}

#[test]
fn the_table_of_a_named_file_counts_and_that_of_a_folder_does_not() {
    let world = World::attacked();
    let table = |name: &str, text: &str| world.write(name, text);
    let off =
        table("off.toml", "[detect]\noff = ['TRL-01', 'TRL-10']\nallowed-accounts = ['999900001111']\n");
    let found = world.found(&["--config", &off]);
    let ids: Vec<&str> =
        found[0].as_array().unwrap().iter().map(|one| one["detection"].as_str().unwrap()).collect();
    assert!(!ids.contains(&"TRL-01") && !ids.contains(&"LAM-02") && !ids.contains(&"INV-02"), "{ids:?}");
    for (name, text, part) in [
        ("a.toml", "[detect]\noff = ['TRL-1']", "`TRL-1` is not a detection"),
        ("b.toml", "[detect.thresholds]\n'INV-04.call' = 3", "it has INV-04.calls-an-hour"),
        ("c.toml", "[detect]\nlearndays = 3", "unknown field `learndays`"),
        ("d.toml", "[detect.thresholds]\n'INV-04.times' = 'x'", "`detect`"),
        ("e.toml", "[detect]\nlearn-days = 400", "from 1 to 90"),
    ] {
        let said = world.detect(&["--config", &table(name, text)]);
        assert_eq!((said.code, said.stderr.contains(part)), (Some(2), true), "{text}: {said:?}");
    }
    // Whoever made the folder may not hide what is found.
    world.write("invoketrail.toml", "[detect]\noff = ['TRL-01']\n");
    let logs = world.logs();
    let mut command = crate::run::command(&["detect", logs.to_str().unwrap(), "--format", "json"]);
    let output = command.current_dir(logs.parent().unwrap()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("ignoring `detect` from ./invoketrail.toml"), "{stderr}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("\"TRL-01\""));
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn flags_that_do_not_go_together_are_misuse() {
    for arguments in [
        &["detect", "examples/logs", "--explain", "INV-04"][..],
        &["detect", "examples/logs", "--list"],
        &["detect", "--list", "--about", "TRL-01"],
        &["detect", "examples/logs", "--show", "x", "--replay", "INV-04.times=1"],
        &["detect", "examples/logs", "--severity", "awful"],
        &["detect", "examples/logs", "--own-account", "12"],
        &["detect", "examples/logs", "--output", "findings.pdf"],
    ] {
        assert_eq!(run(arguments).code, Some(2), "{arguments:?}");
    }
    let exported = run(&["detect", "--export", "sigma"]);
    assert_eq!(exported.code, Some(0));
    let world = World::attacked();
    let rules = world.write("exported.yml", exported.stdout);
    let found = world.found(&["--sigma", &rules]);
    assert!(found.to_string().contains("sigma:"), "our own rules run as rules of others");
}

#[test]
fn what_is_said_to_be_an_account_and_is_none_has_no_records() {
    let world = World::attacked();
    let record = |name: &str, id: u32| {
        json!({"eventVersion": "1.11", "userIdentity": {"type": "IAMUser", "userName": "ann"}, "eventTime": "2026-11-10T10:00:00Z",
            "eventSource": "lambda.amazonaws.com", "eventName": name, "awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.7",
            "requestParameters": {"functionName": "orders"}, "eventID": format!("{id:08x}-0000-4000-8000-000000000000"),
            "recipientAccountId": "777788889999=1+1"})
    };
    let odd = json!({"Records": [record("Invoke", 1), record("UpdateFunctionCode20150331v2", 2)]});
    let (odd, logs) = (world.write("odd.json", odd.to_string()), world.logs());
    let said = run(&["detect", logs.to_str().unwrap(), &odd, "--format", "json"]);
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let accounts = document["accounts"].as_array().unwrap().iter();
    let accounts: Vec<&str> = accounts.map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(accounts, ["111122223333"]);
    assert!(!document["limits"].to_string().contains("777788889999"), "{}", document["limits"]);
}
