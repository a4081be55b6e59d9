//! `invoketrail detect` as a user meets it: an attack in a small world, its exit codes, and the same findings however the logs are read.

use crate::run::{ENVIRONMENT, Finished, command, run};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use tempfile::TempDir;

const SHOP: &str = "111122223333";
const STRANGER: &str = "999900001111";

/// A tree of delivered logs, a file a day, and what lies beside it.
pub(crate) struct World {
    folder: TempDir,
    /// The folder of an organization, with its slash; empty for a trail of one account.
    organization: &'static str,
}

impl World {
    /// With all that happens.
    pub(crate) fn attacked() -> World {
        let world = World::of("");
        (2..23).for_each(|day| drop(world.deliver(day, "a", &records(day))));
        world
    }

    /// With nothing in it.
    pub(crate) fn of(organization: &'static str) -> World {
        let world = World { folder: tempfile::tempdir().unwrap(), organization };
        std::fs::create_dir(world.logs()).unwrap();
        world
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.folder.path().join("logs")
    }

    /// The path of a file beside the logs.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// The same, with this text in it.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Delivers a file of that day of November.
    pub(crate) fn deliver(&self, day: u8, name: &str, records: &[Value]) -> PathBuf {
        let folder = format!("AWSLogs/{}{SHOP}/CloudTrail/eu-west-1/2026/11/{day:02}", self.organization);
        let folder = self.logs().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        let file = format!("{SHOP}_CloudTrail_eu-west-1_202611{day:02}T2355Z_{name:A>16}.json");
        let path = folder.join(file);
        std::fs::write(&path, json!({ "Records": records }).to_string()).unwrap();
        path
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let logs = self.logs();
        let all = [&["detect", logs.to_str().unwrap()], arguments].concat();
        command(&all).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub(crate) fn detect(&self, arguments: &[&str]) -> Finished {
        run(&[&["detect", self.logs().to_str().unwrap()], arguments].concat())
    }

    pub(crate) fn found(&self, arguments: &[&str]) -> Value {
        findings(&self.detect(&[&["--format", "json"], arguments].concat()))
    }
}

/// What changed a moment ago may change again unseen, and is read again: see `index.rs`.
pub(crate) fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(80));
}

pub(crate) fn said(child: Child) -> Finished {
    let output = child.wait_with_output().unwrap();
    Finished {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

/// Findings and stories of an answer.
#[track_caller]
pub(crate) fn findings(said: &Finished) -> Value {
    let document: Value =
        serde_json::from_str(&said.stdout).unwrap_or_else(|error| unreachable!("{error}: {said:?}"));
    json!([document["findings"], document["stories"]])
}

/// The ids of detections that fire, each once.
fn fired(found: &Value) -> Vec<&str> {
    let all = found[0].as_array().unwrap().iter();
    let mut fired: Vec<&str> = all.map(|one| one["detection"].as_str().unwrap()).collect();
    fired.sort_unstable();
    fired.dedup();
    fired
}

fn id(day: u8, minute: u32, what: u8) -> String {
    format!("{day:08x}-{minute:04x}-4000-8000-{what:012x}")
}

fn at(day: u8, minute: u32) -> String {
    format!("2026-11-{day:02}T{:02}:{:02}:00Z", minute / 60, minute % 60)
}

fn user(account: &str, name: &str) -> Value {
    json!({"type": "IAMUser", "principalId": format!("AIDA{name}"), "accountId": account, "userName": name,
        "arn": format!("arn:aws:iam::{account}:user/{name}"), "accessKeyId": "AKIAEXAMPLE"})
}

fn call(day: u8, minute: u32, what: u8, who: &Value) -> Value {
    json!({"eventVersion": "1.11", "userIdentity": who, "eventTime": at(day, minute), "eventSource": "lambda.amazonaws.com",
        "eventName": "Invoke", "awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.7", "userAgent": "Boto3/1.34",
        "requestParameters": {"functionName": "orders", "invocationType": "RequestResponse"}, "responseElements": null,
        "requestID": id(day, minute, 200), "eventID": id(day, minute, what), "readOnly": false,
        "resources": [{"accountId": SHOP, "type": "AWS::Lambda::Function",
            "ARN": format!("arn:aws:lambda:eu-west-1:{SHOP}:function:orders")}],
        "eventType": "AwsApiCall", "managementEvent": false, "recipientAccountId": SHOP, "eventCategory": "Data"})
}

pub(crate) fn change(day: u8, minute: u32, service: &str, name: &str, request: Value) -> Value {
    json!({"eventVersion": "1.11", "userIdentity": user(SHOP, "eve"), "eventTime": at(day, minute),
        "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.77", "userAgent": "aws-cli/2.15.0", "requestParameters": request, "responseElements": null,
        "eventID": id(day, minute, 3), "readOnly": false, "eventType": "AwsApiCall", "managementEvent": true,
        "recipientAccountId": SHOP, "eventCategory": "Management"})
}

/// What happens on a day: the backend calls; on the 21st somebody stops a trail and lets a stranger in, who calls.
pub(crate) fn records(day: u8) -> Vec<Value> {
    let backend = json!({"type": "AssumedRole", "principalId": "AROAEXAMPLE:i-1", "accountId": SHOP,
        "arn": format!("arn:aws:sts::{SHOP}:assumed-role/backend/i-1"), "accessKeyId": "ASIAEXAMPLE",
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": format!("arn:aws:iam::{SHOP}:role/backend"),
            "accountId": SHOP, "userName": "backend"}}});
    let mut all: Vec<Value> = (0..12).map(|hour| call(day, hour * 60 + 7, 1, &backend)).collect();
    if day == 21 {
        let grant = json!({"functionName": "orders", "statementId": "s", "action": "lambda:InvokeFunction", "principal": STRANGER});
        all.push(change(day, 600, "cloudtrail", "StopLogging", json!({"name": "main"})));
        all.push(change(day, 602, "lambda", "AddPermission20150331v2", grant));
        let stranger = json!({"type": "AWSAccount", "principalId": "AIDASTRANGER", "accountId": STRANGER});
        all.extend((612..632).map(|minute| call(day, minute, 2, &stranger)));
    }
    all
}

#[test]
fn an_attack_is_a_story_and_decides_the_exit_code() {
    let world = World::attacked();
    let said = world.detect(&[]);
    assert_eq!(said.code, Some(3), "{said:?}");
    assert!(said.stdout.contains("HIGH  STORY-"), "{}", said.stdout);
    assert!(said.stderr.contains("next: invoketrail detect "), "{}", said.stderr);
    let found = world.found(&[]);
    assert_eq!(
        fired(&found).iter().filter(|one| ["TRL-01", "LAM-02", "INV-02"].contains(one)).count(),
        3,
        "{found}"
    );
    let stories = found[1].as_array().unwrap();
    assert_eq!(stories.iter().filter(|one| one["open"] == true).count(), 1, "{stories:?}");
    assert_eq!(world.detect(&["--exit-zero"]).code, Some(0));
    let later = ["--since", "2026-11-22"];
    let calm = world.detect(&later);
    assert_eq!(calm.code, Some(0), "{calm:?}");
    let damaged = world.deliver(22, "d", &records(22));
    std::fs::write(damaged, "{\"Records\":[{\"eventTime\":").unwrap();
    let unread = world.detect(&later);
    assert_eq!(unread.code, Some(4), "{unread:?}");
    assert!(unread.stdout.contains("findings may be missing"), "{}", unread.stdout);
    assert_eq!(world.detect(&[]).code, Some(3), "a finding wins over what could not be read");
    let nowhere = run(&["detect", "/nonexistent/logs"]);
    assert_eq!(nowhere.code, Some(1), "{nowhere:?}");
    let turned = world.detect(&["--since", "2026-11-22", "--until", "2026-11-20"]);
    assert_eq!(
        (turned.code, turned.stderr.contains("--until must be later than --since")),
        (Some(2), true),
        "{turned:?}"
    );
}

#[test]
fn no_order_of_files_and_no_number_of_threads_changes_the_findings() {
    let world = World::attacked();
    let once = world.found(&[]);
    assert!(once[0].as_array().unwrap().len() >= 3);
    for threads in ["1", "2", "7"] {
        assert_eq!(world.found(&["--threads", threads]), once, "{threads}");
    }
    let mut files: Vec<String> = Vec::new();
    collect(&world.logs(), &mut files);
    files.sort();
    for turn in 0..3 {
        files.rotate_left(turn * 5);
        files.reverse();
        let mut arguments = vec!["detect", "--format", "json"];
        arguments.extend(files.iter().map(String::as_str));
        assert_eq!(findings(&run(&arguments)), once);
    }
}

fn collect(folder: &Path, files: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path.to_str().unwrap().to_owned());
        }
    }
}

#[test]
fn a_file_that_came_twice_or_late_changes_nothing_but_what_it_says() {
    let world = World::attacked();
    let once = world.found(&[]);
    world.deliver(21, "z", &records(21));
    world.deliver(22, "z", &records(20));
    assert_eq!(world.found(&[]), once, "copies");
    let (late, state) = (World::of(""), world.path("late.sqlite"));
    let state = ["--state", state.as_str()];
    (2..23).filter(|day| *day != 21 && *day != 9).for_each(|day| drop(late.deliver(day, "a", &records(day))));
    assert_eq!(late.detect(&state).code, Some(0));
    [21, 9].into_iter().for_each(|day| drop(late.deliver(day, "a", &records(day))));
    let found = late.found(&state);
    let moved = found.to_string().replace(late.logs().to_str().unwrap(), world.logs().to_str().unwrap());
    assert_eq!(moved, once.to_string(), "late");
}

/// The records are those of the findings, and the commands below them are commands.
#[test]
fn what_is_shown_are_the_records_and_commands_that_work() {
    let world = World::attacked();
    let found = world.found(&[]);
    for list in [0, 1] {
        let one = &found[list][0];
        let shown = world.detect(&["--show", one["id"].as_str().unwrap()]);
        assert_eq!(shown.code, Some(0), "{shown:?}");
        let wanted = found[0].as_array().unwrap().iter();
        let wanted = wanted.filter(|finding| {
            list == 0 && finding == &one
                || list == 1 && one["findings"].as_array().unwrap().contains(&finding["id"])
        });
        for event in wanted.flat_map(|finding| finding["events"].as_array().unwrap()) {
            let id = event["id"].as_str().unwrap();
            assert!(shown.stdout.contains(&format!("\"eventID\":\"{id}\"")), "{id}: {}", shown.stdout);
        }
        let commands: Vec<&str> =
            shown.stdout.lines().map(str::trim).filter(|line| line.starts_with("invoketrail ")).collect();
        assert!(!commands.is_empty(), "{}", shown.stdout);
        for line in commands.iter().filter(|line| line.starts_with("invoketrail invocations ")) {
            let words: Vec<&str> = line.split_whitespace().skip(1).collect();
            let said = run(&words);
            assert_eq!(said.code, Some(0), "{line}: {said:?}");
        }
        for line in &commands {
            let words: Vec<&str> = line.split_whitespace().skip(1).chain(["--help"]).collect();
            assert_eq!(run(&words).code, Some(0), "{line}");
        }
    }
    // `plan`, `audit` and `explain` ask AWS, unless an inventory stands for it.
    let inventory = ["--inventory", "examples/acme.json"];
    let id =
        found[0].as_array().unwrap().iter().find(|one| one["detection"] == "TRL-01").unwrap()["id"].clone();
    let shown = world.detect(&[&["--show", id.as_str().unwrap()], &inventory[..]].concat());
    let plan =
        shown.stdout.lines().map(str::trim).find(|line| line.starts_with("invoketrail plan ")).unwrap();
    let plan = plan.replace("plan.json", &world.path("plan.json"));
    let words: Vec<&str> = plan.split_whitespace().skip(1).collect();
    assert_eq!(run(&words).code, Some(0), "{plan}");
    let file = world.deliver(21, "a", &records(20));
    let gone = world.detect(&["--state", &world.path("s"), "--show", id.as_str().unwrap()]);
    assert_eq!(gone.code, Some(2), "what is not in the logs any more was never found: {gone:?} {file:?}");
}

#[test]
fn an_id_that_is_unknown_names_the_nearest() {
    let world = World::attacked();
    let found = world.found(&[]);
    let story = found[1][0]["id"].as_str().unwrap();
    for (arguments, line, help) in [
        (
            vec!["--show", &story[..story.len() - 1]],
            "there is no finding or story `STORY-",
            format!("did you mean {story}?"),
        ),
        (
            vec!["--explain", "INV-4", "--function", "orders"],
            "there is no detection `INV-4`",
            "did you mean INV-".to_owned(),
        ),
        (
            vec!["--explain", "INV-04", "--function", "0"],
            "no record is of a function `0`",
            "--by function` lists those that were called".to_owned(),
        ),
        (
            vec!["--explain", "INV-04", "--function", "ordrs"],
            "no record is of a function `ordrs`",
            "did you mean orders?".to_owned(),
        ),
        (vec!["--replay", "INV-4.times=3"], "there is no detection `INV-4`", "did you mean INV-".to_owned()),
        (
            vec!["--replay", "INV-04.tims=3"],
            "INV-04 has no threshold `tims`",
            "it has calls-an-hour, times".to_owned(),
        ),
        (vec!["--replay", "INV-04"], "--replay cannot be `INV-04`", "name a threshold and values".to_owned()),
        (
            vec!["--replay", "INV-04.times=many"],
            "--replay cannot be",
            "name a threshold and values".to_owned(),
        ),
    ] {
        let said = world.detect(&arguments);
        assert_eq!(said.code, Some(2), "{arguments:?}: {said:?}");
        assert!(said.stderr.contains(line) && said.stderr.contains(&help), "{arguments:?}: {}", said.stderr);
    }
    let said = run(&["detect", "--about", "TRL-1"]);
    assert_eq!((said.code, said.stderr.contains("did you mean TRL-")), (Some(2), true), "{said:?}");
}

#[test]
fn thresholds_are_explained_and_tried() {
    let world = World::attacked();
    let explained = world.detect(&["--explain", "INV-04", "--function", "orders"]);
    assert_eq!(explained.code, Some(0), "{explained:?}");
    for part in [
        "INV-04 ",
        "First seen: 2026-11-02",
        "Callers",
        "role/backend",
        "calls-an-hour: not reported with the value in force, which is 1000",
    ] {
        assert!(explained.stdout.contains(part), "{part}: {}", explained.stdout);
    }
    let replayed = world.detect(&["--replay", "INV-08.refused=1,10"]);
    assert_eq!(replayed.code, Some(0), "{replayed:?}");
    for part in ["INV-08 with other values of refused", "in force"] {
        assert!(replayed.stdout.contains(part), "{part}: {}", replayed.stdout);
    }
    let list = run(&["detect", "--list"]);
    assert_eq!(list.code, Some(0));
    for one in ["TRL-01", "LAM-13", "INV-04", "calls-an-hour = 1000"] {
        assert!(list.stdout.contains(one), "{one}: {}", list.stdout);
    }
    let about = run(&["detect", "--about", "inv-04"]);
    assert!(about.stdout.starts_with("# INV-04: ") && about.code == Some(0), "{about:?}");
}

/// The program with another time on its clock.
fn at_time(world: &World, now: &str, arguments: &[&str]) -> Finished {
    let logs = world.logs();
    let all = [&["detect", logs.to_str().unwrap(), "--format", "json"], arguments].concat();
    let mut command = command(&all);
    assert_eq!(ENVIRONMENT[0].0, "INVOKETRAIL_NOW");
    command.env("INVOKETRAIL_NOW", now);
    said(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

#[test]
fn records_of_the_future_count_when_their_time_has_come() {
    let world = World::attacked();
    let state = world.path("state.sqlite");
    settle();
    let early = at_time(&world, "2026-11-20T12:00:00Z", &["--state", &state]);
    assert_eq!(early.code, Some(0), "{early:?}");
    let document: Value = serde_json::from_str(&early.stdout).unwrap();
    let limits = document["limits"].to_string();
    assert!(limits.contains("holds records of later than an hour from now"), "{limits}");
    assert!(document["accounts"][0]["last"].as_str().unwrap() < "2026-11-20T13", "{document}");
    let later = at_time(&world, ENVIRONMENT[0].1, &["--state", &state]);
    assert_eq!((later.code, findings(&later)), (Some(3), world.found(&[])));
}

#[test]
fn files_that_are_no_logs_are_an_error() {
    let said = run(&["detect", "examples/acme.json"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{said:?}");
    assert!(said.stderr.starts_with("error: cannot read examples/acme.json"), "{said:?}");
    assert!(said.stderr.contains("\nhelp: "), "{said:?}");
}
