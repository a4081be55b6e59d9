//! Findings in every format, by one hostile world: each can be read, nothing in it acts, and all say the same.

use crate::formats::sarif_problems;
use crate::schemas::{problems, schema};
use detect::detected::detect;
use detect::exception::{Accepted, Exception, accepted};
use detect::facts::{Bounds, Facts};
use detect::finding::Finding;
use detect::gather::{Gathered, Gatherer};
use detect::settings::Settings;
use detect::story::{Story, WINDOW, stories};
use detect::view::View;
use logs::scan::{Account, Trouble};
use logs::{LeftOut, Wanted, read_plainly};
use report::{Detections, DetectionsFormat, Layout, RuleTold};
use serde_json::{Value, json};
use text::visible::acts;

/// What somebody may call anything: a formula, an escape of a terminal, the end of JSON, of Markdown and of HTML.
const NASTY: &str = "=HYPERLINK(\"https://evil.example\");=1+1;@x]]><b a=\"1\" c='&x;'></script><script>alert(1)</script>|`\\\u{1b}[31m\u{0}\u{8}\u{85}\u{9b}\u{202e}\u{2028}\u{200b}\u{fffe}\u{e0041}\r\n=2\t-1 [x](javascript:alert(1)) ![y](https://evil.example/z.png) \u{1f980}";

const NOW: i64 = 1_795_453_200_000;
const SHOP: &str = "111122223333";

/// What was found, with all that it borrows.
pub(crate) struct Found {
    facts: Facts,
    findings: Vec<Finding>,
    stories: Vec<Story>,
    exceptions: Vec<Exception>,
    accepted: Accepted,
    account: Account,
    left_out: LeftOut,
    rules: Vec<RuleTold>,
}

fn record(nasty: &str, day: i64, service: &str, name: &str, more: Value) -> Value {
    let time = logs::text_of(NOW - (30 - day) * 86_400_000);
    let mut record = json!({
        "eventVersion": "1.11", "eventTime": format!("{}Z", &time[..19]), "eventSource": format!("{service}.amazonaws.com"),
        "eventName": name, "awsRegion": "eu-west-1", "sourceIPAddress": format!("203.0.113.9{nasty}"),
        "userAgent": format!("kali{nasty}"), "responseElements": null, "eventID": format!("{name}{day}{nasty}"),
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAEVE", "accountId": SHOP, "userName": format!("eve{nasty}"),
            "arn": format!("arn:aws:iam::{SHOP}:user/eve{nasty}"), "accessKeyId": "AKIAEXAMPLE"},
        "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": SHOP,
        "eventCategory": "Management"
    });
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record
}

fn records(nasty: &str) -> Vec<Value> {
    let name = format!("orders{nasty}");
    let grant = |who: &str| {
        json!({"requestParameters": {"functionName": name, "statementId": nasty,
        "action": "lambda:InvokeFunction", "principal": who}})
    };
    let call = |day| {
        let arn = format!("arn:aws:lambda:eu-west-1:{SHOP}:function:{name}");
        let more = json!({"managementEvent": false, "eventCategory": "Data", "requestID": format!("r{day}"),
            "requestParameters": {"functionName": name},
            "resources": [{"accountId": SHOP, "type": "AWS::Lambda::Function", "ARN": arn}]});
        record(nasty, day, "lambda", "Invoke", more)
    };
    let mut all: Vec<Value> = (1..25).map(call).collect();
    let trail = json!({"requestParameters": {"name": format!("main{nasty}")}});
    all.push(record(nasty, 26, "cloudtrail", "StopLogging", trail));
    all.push(record(nasty, 27, "lambda", "AddPermission20150331v2", grant("*")));
    all.push(record(nasty, 28, "lambda", "AddPermission20150331v2", grant("999900001111")));
    let role = json!({"requestParameters": {"functionName": name, "role": format!("arn:aws:iam::{SHOP}:role/{nasty}")}});
    all.push(record(nasty, 28, "lambda", "UpdateFunctionConfiguration20150331v2", role));
    all
}

fn exception(id: &str, detection: &str, ends: i64) -> Exception {
    Exception {
        id: format!("{id}{NASTY}"),
        detections: vec![detection.to_owned()],
        functions: Vec::new(),
        principals: Vec::new(),
        networks: Vec::new(),
        accounts: Vec::new(),
        owner: NASTY.to_owned(),
        reason: NASTY.to_owned(),
        ticket: Some(NASTY.to_owned()),
        expires: logs::text_of(ends - 1)[..10].to_owned(),
        ends,
    }
}

/// Of these records; `file` is the name of the one that they lie in.
fn found(records: &[Value], file: &str, exceptions: Vec<Exception>) -> Found {
    let mut all = Gathered::new(Facts::default(), Bounds::default());
    let mut gatherer = Gatherer::new(NOW);
    gatherer.begin(file, None, None);
    read_plainly(
        json!({ "Records": records }).to_string().as_bytes(),
        Wanted::LambdaAndCloudTrail,
        &mut gatherer,
    );
    all.enter(gatherer.take());
    let facts = all.finished();
    let mut findings = detect(&View::new(&facts, &Settings { now: NOW, ..Settings::default() }));
    // A rule of the user's own, whose title he may have copied from anywhere.
    if let Some(first) = findings.first().cloned() {
        let own = Finding {
            id: "sigma:x-1".to_owned(),
            detection: format!("sigma:x{file}"),
            normal: Some(file.to_owned()),
            remark: Some(file.to_owned()),
            ..first
        };
        findings.push(own);
    }
    let stories = stories(&findings, WINDOW);
    let accepted = accepted(&findings, &exceptions, NOW);
    let mut account =
        Account { files: 2, records: records.len() as u64, unread: 1, damaged: 1, ..Account::default() };
    for offset in [None, Some(7)] {
        account.troubles.insert(Trouble { file: file.to_owned(), offset, why: file.to_owned() });
    }
    let left_out = LeftOut { other: 1, names: [file.to_owned()].into(), ..LeftOut::default() };
    let rules = vec![RuleTold {
        id: format!("sigma:x{file}"),
        title: file.to_owned(),
        attack: vec!["T1648".to_owned()],
    }];
    Found { facts, findings, stories, exceptions, accepted, account, left_out, rules }
}

pub(crate) fn hostile() -> Found {
    let exceptions = vec![
        exception("holds", "LAM-01", NOW + 86_400_000),
        exception("ended", "LAM-02", NOW - 86_400_000),
        exception("unused", "LAM-13", NOW + 1),
    ];
    found(&records(NASTY), &format!("logs/{NASTY}.json.gz"), exceptions)
}

pub(crate) fn plain() -> Found {
    found(&records(""), "logs/a.json.gz", Vec::new())
}

pub(crate) fn nothing() -> Found {
    found(&[], "logs/a.json.gz", Vec::new())
}

pub(crate) fn written(found: &Found, name: &str) -> String {
    let format = DetectionsFormat::ALL.into_iter().find(|one| one.name() == name).unwrap();
    let Found { facts, findings, stories, exceptions, accepted, account, left_out, rules } = found;
    let told = Detections {
        findings,
        not_asked_for: 0,
        nothing_since: None,
        stories,
        accepted,
        exceptions,
        facts,
        account,
        left_out,
        known: (1, 3),
        learn_days: 14,
        rules,
        now: NOW,
        version: "1.0.0",
    };
    let mut out = Vec::new();
    format.write(&told, &Layout { all: true, ..Layout::default() }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_hostile_world_acts_in_no_format() {
    let found = hostile();
    assert!(
        found.findings.len() > 4 && found.accepted.by.iter().any(Option::is_some),
        "{:?}",
        found.findings
    );
    assert!(found.accepted.ended.iter().any(Option::is_some) && !found.accepted.unused.is_empty());
    for format in DetectionsFormat::ALL {
        let text = written(&found, format.name());
        let stays = |one: char| one == '\n' || (one == '\r' && format.name() == "csv");
        let acting: Vec<char> = text.chars().filter(|one| acts(*one) && !stays(*one)).collect();
        assert!(acting.is_empty(), "{}: {acting:?} in {text}", format.name());
        assert!(!matches!(format.name(), "html" | "markdown") || !text.contains("<b a"), "{text}");
        assert!(text.contains("evil.example"), "{}: a name is lost", format.name());
        assert_eq!(written(&found, format.name()), text, "the same bytes");
    }
    let markdown = written(&found, "markdown");
    assert!(!markdown.contains("](javascript") && !markdown.contains("](https://evil"), "{markdown}");
    let html = written(&found, "html");
    assert!(html.starts_with("<!DOCTYPE html>") && html.matches("<script").count() == 1, "{html}");
    let table = written(&found, "csv");
    let mut csv = csv::ReaderBuilder::new().has_headers(false).from_reader(table.as_bytes());
    let rows: Vec<_> = csv.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), found.findings.len() + 1);
    for cell in rows.iter().flatten().flat_map(|cell| cell.split(';')) {
        assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell}");
    }
}

#[test]
fn findings_are_as_the_schema_says() {
    let schema = schema("detections-1.schema.json");
    for found in [hostile(), plain(), nothing()] {
        let document: Value = serde_json::from_str(&written(&found, "json")).unwrap();
        assert_eq!(problems(&schema, &document), Vec::<String>::new());
        for line in lines(&written(&found, "jsonl")) {
            let mut of_line = json!({ "$ref": format!("#/$defs/{}_line", line["record"].as_str().unwrap()) });
            of_line["$defs"] = schema["$defs"].clone();
            assert_eq!(problems(&of_line, &line), Vec::<String>::new(), "{line}");
        }
    }
}

#[test]
fn code_scanning_and_security_lakes_get_every_finding() {
    for found in [hostile(), plain(), nothing()] {
        let json: Value = serde_json::from_str(&written(&found, "json")).unwrap();
        let sarif: Value = serde_json::from_str(&written(&found, "sarif")).unwrap();
        assert_eq!(sarif_problems(&sarif), Vec::<String>::new());
        let run = &sarif["runs"][0];
        let (results, rules) =
            (run["results"].as_array().unwrap(), run["tool"]["driver"]["rules"].as_array().unwrap());
        let events = lines(&written(&found, "ocsf"));
        let findings = json["findings"].as_array().unwrap();
        assert_eq!((results.len(), events.len()), (findings.len(), findings.len()));
        for ((finding, result), event) in findings.iter().zip(results).zip(&events) {
            assert_eq!(result["partialFingerprints"]["invoketrail/v1"], finding["id"]);
            assert_eq!(event["finding_info"]["uid"], finding["id"]);
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(!rule["help"]["text"].as_str().unwrap().is_empty(), "{rule}");
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            assert!(uri.is_ascii() && !uri.starts_with('/'), "{uri}");
            let is_accepted = finding["accepted"].is_object();
            assert_eq!(result["suppressions"].is_array(), is_accepted);
            assert_eq!(event["status"] == "Suppressed", is_accepted);
        }
    }
}

/// What the reader of exceptions takes is what the schema takes.
#[test]
fn exceptions_for_detections_are_as_the_schema_says() {
    let schema = schema("detect-exceptions-1.schema.json");
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let mut taken = 0;
    for (member, value) in [
        ("id", json!("b")),
        ("id", json!(" ")),
        ("owner", json!("")),
        ("reason", json!(null)),
        ("ticket", json!("SEC-1")),
        ("ticket", json!(1)),
        ("detections", json!([])),
        ("detections", json!(["*"])),
        ("detections", json!(["sigma:my-rule"])),
        ("functions", json!([])),
        ("functions", json!(["orders-*"])),
        ("principals", json!(["role/ci-*"])),
        ("networks", json!(["198.51.100.0/24", "2001:db8::1"])),
        ("networks", json!([])),
        ("accounts", json!(["111122223333"])),
        ("accounts", json!(["1111"])),
        ("expires", json!("2026-12-31")),
        ("expires", json!("later")),
        ("function", json!(["orders"])),
    ] {
        let mut one = json!({"id": "a", "detections": ["TRL-01"], "owner": "o", "reason": "r", "expires": "2026-12-31"});
        one[member] = value;
        let document = json!({"format": "invoketrail.detect-exceptions/1", "exceptions": [one]});
        let read = store::read_detect_exceptions(document.to_string().as_bytes(), None, NOW);
        assert_eq!(validator.is_valid(&document), read.is_ok(), "{document}: {read:?}");
        if read.is_ok() {
            assert_eq!(problems(&schema, &document), Vec::<String>::new());
            taken += 1;
        }
    }
    assert!(taken > 6, "{taken}");
}
