//! Trees of log files as they may be, and the lakes of them: `invocations`, `verify` and `detect` say the same of both, with the same exit code.

use crate::lake_sources::said;
use crate::log_files::gzip;
use proptest::prelude::*;
use serde_json::Value;
use std::path::Path;

/// Owners of functions of the inventory, their Regions, and a name there.
const PLACES: [(&str, &str, &str); 3] = [
    ("111122223333", "us-east-1", "invoices"),
    ("111122223333", "eu-west-1", "newsletter"),
    ("444455556666", "eu-west-1", "orders"),
];
const DAYS: [&str; 2] = ["20", "21"];

/// What somebody did, of which a record is.
#[derive(Clone, Copy, Debug)]
enum Act {
    Call,
    Async,
    Attempt,
    Correction,
    Aggregated,
    Code,
    Recorder,
    Role,
    Stray,
}

/// A record: two of one number are of one event; of one `form`, too, they are the same, byte for byte.
#[derive(Clone, Copy, Debug)]
struct One {
    act: Act,
    number: u8,
    form: u8,
}

/// What became of a log file.
#[derive(Clone, Copy, Debug)]
enum Damage {
    None,
    NotGzip,
    Cut,
    Trailing,
    Refused,
    Latin,
    NoRecords,
    #[cfg(unix)]
    LeadsNowhere,
}

#[derive(Clone, Debug)]
struct LogFile {
    second: bool,
    organization: bool,
    place: usize,
    day: usize,
    minute: u8,
    records: Vec<One>,
    damage: Damage,
}

fn record(one: One, (account, region, name): (&str, &str, &str), day: &str) -> String {
    let One { act, number, form } = one;
    let (error, agent) = match form {
        0 => ("", "a/1"),
        1 => (r#""errorCode":"AccessDenied","#, "a/1"),
        _ => ("", "b/2"),
    };
    let id = |kind: u8| format!("{kind:08x}-0000-4000-8000-{number:012x}");
    let time = format!("2026-11-{day}T{:02}:{:02}:00Z", 6 + number % 12, number);
    let arn = format!("arn:aws:lambda:{region}:{account}:function:{name}");
    let caller = |user: &str| {
        format!(
            r#"{{"type":"IAMUser","principalId":"AIDA{user}","arn":"arn:aws:iam::{account}:user/{user}","accountId":"{account}","userName":"{user}"}}"#
        )
    };
    let service = r#"{"type":"AWSService","invokedBy":"lambda.amazonaws.com"}"#.to_owned();
    let (kind, event, source, identity, requested, more) = match act {
        Act::Call | Act::Stray => (0, "Invoke", "lambda", caller("eve"), "RequestResponse", ""),
        Act::Async => (1, "Invoke", "lambda", caller("bob"), "Event", ""),
        Act::Attempt => (2 + form, "InvokeExecution", "lambda", service, "", ""),
        Act::Correction => (
            16 + form,
            "Invoke",
            "lambda",
            caller("tom"),
            "RequestResponse",
            r#","addendum":{"reason":"UPDATED_DATA","originalEventID":""#,
        ),
        Act::Aggregated => (32, "Invoke", "lambda", caller("eve"), "RequestResponse", ""),
        Act::Code => (33, "UpdateFunctionCode20150331v2", "lambda", caller("eve"), "", ""),
        Act::Recorder => (34, "StopLogging", "cloudtrail", caller("eve"), "", ""),
        Act::Role => (35, "AttachRolePolicy", "iam", caller("eve"), "", ""),
    };
    if matches!(act, Act::Aggregated) {
        return format!(
            r#"{{"eventVersion":"1.11","eventCategory":"Aggregated","eventType":"AwsAggregatedEvent","eventSource":"lambda.amazonaws.com","accountId":"{account}","eventId":"{}","awsRegion":"{region}","timeWindow":{{"windowStart":"{time}","windowEnd":"{time}"}},"summary":{{"primaryDimension":{{"dimension":"eventName","statistics":[{{"name":"Invoke","value":3}}]}}}}}}"#,
            id(kind)
        );
    }
    let recipient = if matches!(act, Act::Stray) { "999999999999" } else { account };
    let data = kind < 32;
    // An asynchronous call and its attempts have one request.
    let request = id(if matches!(act, Act::Attempt) { 1 } else { kind });
    let requested = if requested.is_empty() {
        format!(r#"{{"functionName":"{name}"}}"#)
    } else {
        format!(r#"{{"functionName":"{name}","invocationType":"{requested}","qualifier":"live"}}"#)
    };
    let more = if more.is_empty() { String::new() } else { format!("{more}{}\"}}", id(0)) };
    let category = if data { "Data" } else { "Management" };
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{identity},"eventTime":"{time}","eventSource":"{source}.amazonaws.com","eventName":"{event}","awsRegion":"{region}","sourceIPAddress":"192.0.2.1","userAgent":"{agent}",{error}"requestParameters":{requested},"responseElements":null,"requestID":"{request}","eventID":"{}","readOnly":false,"resources":[{{"accountId":"{account}","type":"AWS::Lambda::Function","ARN":"{arn}"}}],"eventType":"AwsApiCall","managementEvent":{},"recipientAccountId":"{recipient}","eventCategory":"{category}"{more}}}"#,
        id(kind),
        !data,
    )
}

impl LogFile {
    fn put(&self, root: &Path) {
        let place = PLACES[self.place];
        let (account, region, _) = place;
        let day = DAYS[self.day];
        let (second, organization) = (["one", "two"][usize::from(self.second)], ["", "o-a1b2c3d4e5/"]);
        let folder = format!(
            "{second}/AWSLogs/{}{account}/CloudTrail/{region}/2026/11/{day}",
            organization[usize::from(self.organization)]
        );
        let name = format!(
            "{account}_CloudTrail_{region}_202611{day}T10{:02}Z_aaaaaaaaaaaaaaaa.json.gz",
            self.minute
        );
        let mut records: Vec<String> = self.records.iter().map(|one| record(*one, place, day)).collect();
        if matches!(self.damage, Damage::Refused) {
            records.insert(
                records.len() / 2,
                r#"{"eventTime":5,"eventSource":"lambda.amazonaws.com"}"#.to_owned(),
            );
        }
        let mut text = format!("{{\"Records\":[{}]}}", records.join(",")).into_bytes();
        if matches!(self.damage, Damage::NoRecords) {
            text = br#"{"hello":"world"}"#.to_vec();
        }
        if matches!(self.damage, Damage::Latin)
            && let Some(at) = text.windows(5).position(|some| some == b"\"a/1\"")
        {
            text[at + 1] = 0xff;
        }
        let mut bytes = gzip(&text);
        match self.damage {
            Damage::NotGzip => bytes = b"no gzip at all".to_vec(),
            Damage::Cut => bytes.truncate(bytes.len() * 2 / 3),
            Damage::Trailing => bytes.extend(b"and more"),
            _ => {}
        }
        let path = root.join(folder).join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        #[cfg(unix)]
        if matches!(self.damage, Damage::LeadsNowhere) {
            let _ = std::fs::remove_file(&path);
            return std::os::unix::fs::symlink("/nonexistent/log", path).unwrap();
        }
        let _ = std::fs::remove_file(&path);
        std::fs::write(path, bytes).unwrap();
    }
}

fn log_files() -> impl Strategy<Value = Vec<LogFile>> {
    use {Act::*, Damage::*};
    let act = prop_oneof![
        5 => Just(Call), 3 => Just(Async), 4 => Just(Attempt), 2 => Just(Correction), 1 => Just(Aggregated),
        1 => Just(Code), 1 => Just(Recorder), 1 => Just(Role), 2 => Just(Stray)
    ];
    let damages = [
        NotGzip,
        Cut,
        Trailing,
        Refused,
        Latin,
        NoRecords,
        #[cfg(unix)]
        LeadsNowhere,
    ];
    let damage = prop_oneof![16 => Just(None), 7 => prop::sample::select(damages.to_vec())];
    let form = prop_oneof![6 => Just(0_u8), 1 => Just(1), 1 => Just(2)];
    let one = (act, 0..4_u8, form).prop_map(|(act, number, form)| One { act, number, form });
    let records = prop::collection::vec(one, 0..8);
    let file =
        (any::<bool>(), prop::bool::weighted(0.2), 0..PLACES.len(), 0..DAYS.len(), 0..4_u8, records, damage);
    let file = file.prop_map(|(second, organization, place, day, minute, records, damage)| LogFile {
        second,
        organization,
        place,
        day,
        minute,
        records,
        damage,
    });
    prop::collection::vec(file, 1..10)
}

/// The answer as JSON, its exit code, and what was said beside it. What only log files can be asked for is left out.
fn asked(arguments: &[&str]) -> (Option<i32>, Value) {
    let said = said(arguments);
    let mut answer: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
    if let Some(reading) = answer.get_mut("reading") {
        reading["left_out"].take();
    }
    if let Some(places) = answer.get_mut("places") {
        places.take();
    }
    (said.code, answer)
}

/// The first place where two answers differ.
fn difference(lake: &(Option<i32>, Value), logs: &(Option<i32>, Value)) -> String {
    fn walk(at: &str, one: &Value, other: &Value) -> Option<String> {
        match (one, other) {
            (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => {
                one.iter().find_map(|(name, value)| walk(&format!("{at}/{name}"), value, &other[name]))
            }
            (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
                let mut pairs = one.iter().zip(other).enumerate();
                pairs.find_map(|(number, (one, other))| walk(&format!("{at}/{number}"), one, other))
            }
            _ => (one != other).then(|| format!("{at}: the lake says {one}, its log files {other}")),
        }
    }
    let codes = format!("exit codes {:?} and {:?}", lake.0, logs.0);
    format!("{codes}; {}", walk("", &lake.1, &logs.1).unwrap_or_default())
}

fn agree(files: &[LogFile]) {
    let folder = tempfile::tempdir().unwrap();
    for source in ["one", "two"] {
        std::fs::create_dir_all(folder.path().join(source).join("AWSLogs")).unwrap();
    }
    files.iter().for_each(|file| file.put(folder.path()));
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let lake = folder.path().join("lake");
    // Without `--digests` a lake does not know whether digests name files that are gone.
    let (from, to) = ([&one, &two].map(|path| path.to_str().unwrap()), lake.to_str().unwrap());
    let keys = ["--digests", "--public-keys", "examples/logs/public-keys.json"];
    let written = said(&[&["lake", "write"], &from[..], &["--to", to], &keys].concat());
    assert!(matches!(written.code, Some(0 | 4)), "{written:?}");
    let logs = [one.to_str().unwrap(), two.to_str().unwrap()];
    let lake = ["--lake", lake.to_str().unwrap()];
    let about = ["--inventory", "examples/acme.json", "--metrics", "examples/metrics.json"];
    let days = |since, until| ["--since", since, "--until", until];
    let question = |asked: &[&'static str]| asked.to_vec();
    for question in [
        question(&["invocations", "--by", "function,principal"]),
        question(&["invocations", "--by", "account,region,via,event-name,error,hour"]),
        question(&["invocations", "--timeline"]),
        question(&["invocations", "--function", "orders", "--since", "2026-11-21"]),
        question(&["detect"]),
        [&["verify"], &about[..], &days("2026-11-20", "2026-11-20")].concat(),
        [&["verify"], &about[..], &days("2026-11-20", "2026-11-21")].concat(),
        [&["verify", "--function", "newsletter"], &about[..], &days("2026-11-21", "2026-11-21")].concat(),
    ] {
        let index: &[&str] = if question[0] == "detect" { &[] } else { &["--no-index"] };
        let json = ["--format", "json"];
        let of_logs = asked(&[&question[..], &logs, index, &json].concat());
        let of_lake = asked(&[&question[..], &lake, &json].concat());
        assert!(of_lake == of_logs, "{question:?}: {}", difference(&of_lake, &of_logs));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_lake_answers_as_its_log_files_do_whatever_they_are(files in log_files()) {
        agree(&files);
    }
}
