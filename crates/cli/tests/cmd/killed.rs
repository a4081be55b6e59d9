//! kill -9 of the binary between two calls of AWS, while it carries a plan out: the journal on the disk is enough to end what was
//! begun, and to take it back.

use crate::run::command;
use crate::scripted::{Asked, IDENTITY, answered, request};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";
const STORE: &str =
    "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/5b0c6d1e-4f7a-4c2e-9d38-2a6f1e9b7c40";

/// Management events alone, by a selector with an empty name, as AWS keeps one.
fn others() -> Value {
    json!([{"Name": "", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}])
}

/// The settings of an account with one recorder.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    /// A trail, or an event data store.
    trail: bool,
    pub(crate) selectors: Value,
    validation: bool,
    pub(crate) logging: bool,
    pub(crate) multi_region: bool,
    /// The names of its functions.
    pub(crate) functions: Vec<String>,
    /// Somebody deleted the recorder.
    pub(crate) gone: bool,
    /// Once selectors are set, AWS refuses to say whether a trail logs.
    pub(crate) closes: bool,
    /// AWS refuses that from now on.
    pub(crate) closed: bool,
    /// A file that somebody writes while the next selectors are set, and what it then holds.
    pub(crate) meanwhile: Option<(PathBuf, String)>,
}

impl Settings {
    pub(crate) fn of(trail: bool) -> Self {
        Settings {
            trail,
            selectors: json!({"AdvancedEventSelectors": others()}),
            validation: false,
            logging: false,
            multi_region: true,
            functions: Vec::new(),
            gone: false,
            closes: false,
            closed: false,
            meanwhile: None,
        }
    }

    /// Sets one setting as it was first.
    pub(crate) fn take_back(&mut self, kind: &str, first: &Settings) {
        match kind {
            "logging" => self.logging = first.logging,
            "selectors" => self.selectors = first.selectors.clone(),
            _ => self.validation = first.validation,
        }
    }

    /// True iff the trail validates log files.
    pub(crate) fn validation(&self) -> bool {
        self.validation
    }

    /// The error that AWS says, if it does.
    fn refuses(&self, operation: &str) -> Option<&'static str> {
        match operation {
            "DescribeOrganization" => {
                Some(r#"{"__type":"AWSOrganizationsNotInUseException","Message":"none"}"#)
            }
            "GetTrailStatus" | "GetEventSelectors" | "PutEventSelectors" if self.gone => {
                Some(r#"{"__type":"TrailNotFoundException","Message":"none"}"#)
            }
            "GetTrailStatus" if self.closed => Some(r#"{"__type":"AccessDeniedException","Message":"no"}"#),
            _ => None,
        }
    }

    /// Sets selectors, and lets happen what is to happen meanwhile.
    fn set(&mut self, body: &Value) {
        let kinds = ["AdvancedEventSelectors", "EventSelectors"];
        let kind = kinds.into_iter().find(|kind| body[kind].is_array()).unwrap_or(kinds[0]);
        self.selectors = json!({kind: body[kind]});
        self.closed |= self.closes;
        if let Some((path, text)) = self.meanwhile.take() {
            std::fs::write(path, text).unwrap();
        }
    }

    /// What AWS says; a write is done first.
    fn answer(&mut self, asked: &Asked) -> (&'static str, String) {
        let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
        let operation = operation(asked);
        if let Some(refused) = self.refuses(operation) {
            return ("400 Bad Request", refused.to_owned());
        }
        let said = match operation {
            "DescribeTrails" if self.trail && !self.gone => {
                json!({"trailList": [{"Name": "main", "TrailARN": TRAIL,
                "HomeRegion": "eu-west-1", "IsMultiRegionTrail": self.multi_region, "IsOrganizationTrail": false,
                "S3BucketName": "logs", "LogFileValidationEnabled": self.validation}]})
            }
            "DescribeTrails" => json!({"trailList": []}),
            "GetTrailStatus" => json!({"IsLogging": self.logging}),
            "GetEventSelectors" => {
                let mut said = self.selectors.clone();
                said["TrailARN"] = TRAIL.into();
                said
            }
            "ListEventDataStores" if self.trail => json!({"EventDataStores": []}),
            "ListEventDataStores" => {
                json!({"EventDataStores": [{"EventDataStoreArn": STORE, "Name": "lake"}]})
            }
            "GetEventDataStore" => {
                let mut said = self.selectors.clone();
                let rest = json!({"EventDataStoreArn": STORE, "Name": "lake", "Status": "ENABLED",
                    "MultiRegionEnabled": true, "OrganizationEnabled": false});
                said.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
                said
            }
            "ListChannels" => json!({"Channels": []}),
            "ListTags" => {
                let arn = if self.trail { TRAIL } else { STORE };
                json!({"ResourceTagList": [{"ResourceId": arn, "TagsList": []}]})
            }
            "PutEventSelectors" | "UpdateEventDataStore" => {
                self.set(&body);
                body
            }
            "UpdateTrail" => {
                self.validation = body["EnableLogFileValidation"].as_bool().unwrap();
                json!({})
            }
            "StartLogging" | "StopLogging" => {
                self.logging = operation == "StartLogging";
                json!({})
            }
            _ => match asked.line() {
                "POST /listRegions" => {
                    json!({"Regions": [{"RegionName": "eu-west-1", "RegionOptStatus": "ENABLED_BY_DEFAULT"}]})
                }
                line if line.starts_with("GET /2015-03-31/functions") => {
                    let function = |name: &String| json!({"FunctionName": name, "FunctionArn": arn(name)});
                    json!({"Functions": self.functions.iter().map(function).collect::<Vec<_>>()})
                }
                // Web functions and MicroVMs are not offered here.
                _ => return ("404 Not Found", String::new()),
            },
        };
        ("200 OK", said.to_string())
    }
}

pub(crate) fn arn(function: &str) -> String {
    format!("arn:aws:lambda:eu-west-1:111122223333:function:{function}")
}

/// The operation of a service with JSON.
fn operation(asked: &Asked) -> &str {
    asked.header("x-amz-target").rsplit('.').next().unwrap_or_default()
}

/// When the program is killed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// At this call of those that carry a plan out, counted from 0.
    call: usize,
    /// After AWS did what was asked, and before the answer.
    late: bool,
}

/// An endpoint that stops once, at the moment, for as long as the test wants it to.
pub(crate) struct Account {
    url: String,
    pub(crate) settings: Arc<Mutex<Settings>>,
    kill_at: Arc<Mutex<(PathBuf, Option<Moment>)>>,
    reached: Receiver<()>,
    go_on: Sender<()>,
    folder: tempfile::TempDir,
}

impl Account {
    pub(crate) fn new(trail: bool, moment: Option<Moment>) -> Account {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let settings = Arc::new(Mutex::new(Settings::of(trail)));
        let folder = tempfile::tempdir().unwrap();
        let (reach, reached) = channel();
        let (go_on, gone) = channel();
        let state = Arc::clone(&settings);
        let kill_at = Arc::new(Mutex::new((folder.path().join("plan.json.journal"), moment)));
        let watched = Arc::clone(&kill_at);
        std::thread::spawn(move || {
            let mut calls = 0;
            for stream in listener.incoming().flatten() {
                let asked = request(&stream);
                if asked.body.contains("GetCallerIdentity") {
                    let _ = answered(stream, "200 OK", IDENTITY);
                    continue;
                }
                let (journal, moment) = watched.lock().unwrap().clone();
                let here = journal.exists();
                calls = if here { calls } else { 0 };
                let kill = moment.filter(|moment| here && calls == moment.call);
                calls += usize::from(here);
                if kill.is_none_or(|moment| moment.late) {
                    let (status, body) = state.lock().unwrap().answer(&asked);
                    if kill.is_none() {
                        // Whoever was killed reads no answer.
                        let _ = answered(stream, status, &body);
                        continue;
                    }
                }
                watched.lock().unwrap().1 = None;
                reach.send(()).unwrap();
                gone.recv().unwrap();
            }
        });
        Account { url, settings, kill_at, reached, go_on, folder }
    }

    /// The next kill: counted from when that journal is there.
    fn kills_at(&self, journal: &str, moment: Moment) {
        *self.kill_at.lock().unwrap() = (self.path(journal), Some(moment));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn settings(&self) -> Settings {
        self.settings.lock().unwrap().clone()
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = command(&[words, &["--region", "eu-west-1"]].concat());
        command
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ENDPOINT_URL", &self.url)
            .current_dir(self.folder.path());
        command
    }

    /// What it said, and its exit code.
    pub(crate) fn run(&self, words: &[&str]) -> (String, Option<i32>) {
        let output = self.command(words).stdin(Stdio::null()).output().unwrap();
        crate::advice::check_in(self.folder.path(), words, std::str::from_utf8(&output.stderr).unwrap());
        let text = [output.stdout, output.stderr].concat();
        (String::from_utf8(text).unwrap(), output.status.code())
    }

    /// Plans, and returns the hash.
    pub(crate) fn planned(&self) -> String {
        let (text, code) = self.run(&["plan", "--output", "plan.json"]);
        assert_eq!(code, Some(0), "{text}");
        let plan: Value =
            serde_json::from_str(&std::fs::read_to_string(self.path("plan.json")).unwrap()).unwrap();
        plan["hash"].as_str().unwrap().to_owned()
    }

    /// Runs it with the approval of what it shows.
    pub(crate) fn approving(&self, words: &[&str]) -> (String, Option<i32>) {
        let (text, code) = self.run(words);
        let Some(hash) = text.split("--approve ").nth(1).and_then(|rest| rest.split_whitespace().next())
        else {
            return (text, code);
        };
        self.run(&[words, &["--approve", hash]].concat())
    }

    /// Applies, and kills at the moment.
    fn killed(&self) {
        let hash = self.planned();
        self.killed_in(&["apply", "plan.json", "--approve", &hash]);
    }

    /// Runs it, and kills it at the moment.
    fn killed_in(&self, words: &[&str]) {
        let mut command = self.command(words);
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.reached.recv().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        self.go_on.send(()).unwrap();
    }
}

/// What the plan wants, and the moments before and after each of its writes, and at some of its reads.
fn moments(trail: bool) -> (Settings, Vec<Moment>) {
    let account = Account::new(trail, None);
    let (hash, journal) = (account.planned(), account.path("plan.json.journal"));
    let before = account.settings();
    let (text, code) = account.run(&["apply", "plan.json", "--approve", &hash]);
    assert_eq!(code, Some(0), "{text}");
    assert_ne!(account.settings(), before);
    let (steps, found) = (steps(&journal), found(&journal));
    // Each is compared; then each is read, set and read back. What the plan found is compared before the last, which starts the trail.
    let writes = (0..steps).map(|at| steps + found + 3 * at + 1 + if at + 1 < steps { 0 } else { found });
    let moments = writes.flat_map(|call| [false, true].map(|late| Moment { call, late }));
    let reads = [0, 4 * steps + 2 * found - 1].map(|call| Moment { call, late: false });
    (account.settings(), moments.chain(reads).collect())
}

fn plan_of(journal: &Path) -> Value {
    let text = std::fs::read_to_string(journal).unwrap();
    let head: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    head["plan"].clone()
}

fn steps(journal: &Path) -> usize {
    plan_of(journal)["steps"].as_array().unwrap().len()
}

/// How many settings the plan found of its trail, and sets in no step.
fn found(journal: &Path) -> usize {
    let plan = plan_of(journal);
    let all = plan["found"].as_array().into_iter().flatten();
    all.map(|one| one.as_object().unwrap().keys().filter(|key| *key != "recorder").count()).sum()
}

/// Everything waits for the pace of AWS's writes, so all moments are tried at once.
fn at_every_moment(trail: bool, test: impl Fn(Account, &Settings, Moment) + Sync) {
    let (wanted, moments) = moments(trail);
    std::thread::scope(|scope| {
        for moment in moments {
            let (test, wanted) = (&test, &wanted);
            scope.spawn(move || test(Account::new(trail, Some(moment)), wanted, moment));
        }
    });
}

fn resumed_and_taken_back(account: Account, wanted: &Settings, moment: Moment) {
    account.killed();
    let (text, code) = account.approving(&["apply", "--resume", "plan.json.journal"]);
    assert_eq!(code, Some(0), "{moment:?}: {text}");
    assert_eq!(account.settings(), *wanted, "{moment:?}");
    let (text, code) = account.approving(&["undo", "plan.json.journal"]);
    assert_eq!(code, Some(0), "{moment:?}: {text}");
    assert_eq!(account.settings(), Settings::of(wanted.trail), "{moment:?}");
}

fn taken_back_at_once(account: Account, wanted: &Settings, moment: Moment) {
    account.killed();
    let (text, code) = account.approving(&["undo", "plan.json.journal"]);
    assert_eq!(code, Some(0), "{moment:?}: {text}");
    assert_eq!(account.settings(), Settings::of(wanted.trail), "{moment:?}");
}

#[test]
fn a_trail_is_ended_or_taken_back_after_a_kill_between_two_calls() {
    at_every_moment(true, resumed_and_taken_back);
    at_every_moment(true, taken_back_at_once);
}

#[test]
fn an_event_data_store_is_ended_or_taken_back_after_a_kill_between_two_calls() {
    at_every_moment(false, resumed_and_taken_back);
    at_every_moment(false, taken_back_at_once);
}

/// The undo itself is killed: it goes on with its own journal, to where everything was.
#[test]
fn an_undo_is_ended_after_a_kill_between_two_calls() {
    let dry = Account::new(true, None);
    let hash = dry.planned();
    assert_eq!(dry.run(&["apply", "plan.json", "--approve", &hash]).1, Some(0));
    let steps = steps(&dry.path("plan.json.journal"));
    let moments = (0..4 * steps).flat_map(|call| [false, true].map(|late| Moment { call, late }));
    std::thread::scope(|scope| {
        for moment in moments {
            scope.spawn(move || {
                let account = Account::new(true, None);
                let hash = account.planned();
                assert_eq!(account.run(&["apply", "plan.json", "--approve", &hash]).1, Some(0));
                let (text, _) = account.run(&["undo", "plan.json.journal"]);
                let hash = text.split("--approve ").nth(1).unwrap().split_whitespace().next().unwrap();
                account.kills_at("plan.json.journal.undo", moment);
                account.killed_in(&["undo", "plan.json.journal", "--approve", hash]);
                let (text, code) = account.approving(&["undo", "plan.json.journal"]);
                assert_eq!(code, Some(0), "{moment:?}: {text}");
                assert_eq!(account.settings(), Settings::of(true), "{moment:?}");
            });
        }
    });
}

/// The plan changes log file validation, selectors and logging; what comes back has the empty name that it had.
#[test]
fn an_empty_name_comes_back_from_undo() {
    let account = Account::new(true, None);
    let hash = account.planned();
    let (text, code) = account.run(&["apply", "plan.json", "--approve", &hash]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(steps(&account.path("plan.json.journal")), 3, "{text}");
    assert_ne!(account.settings().selectors["AdvancedEventSelectors"], others());
    let (text, code) = account.approving(&["undo", "plan.json.journal"]);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(account.settings().selectors["AdvancedEventSelectors"], others());
}

/// A journal that was taken back is nothing to go on with; the plan itself can be applied again, and judged afresh.
#[test]
fn what_was_taken_back_is_not_resumed_and_can_be_applied_again() {
    let account = Account::new(false, None);
    let hash = account.planned();
    let apply = ["apply", "plan.json", "--approve", &hash];
    assert_eq!(account.run(&apply).1, Some(0));
    let done = account.settings();
    assert_eq!(account.approving(&["undo", "plan.json.journal"]).1, Some(0));
    let (text, code) = account.run(&["apply", "--resume", "plan.json.journal", "--approve", &hash]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("plan.json.journal was taken back"), "{text}");
    assert_eq!(account.settings(), Settings::of(false));

    for kept in ["plan.json.journal.1", "plan.json.journal.2"] {
        let (text, code) = account.run(&apply);
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains(&format!("it is kept as plan.json.journal{}", &kept[17..])), "{text}");
        assert!(account.path(kept).exists() && account.path(&format!("{kept}.undo")).exists());
        assert_eq!(account.settings(), done);
        let (text, code) = account.approving(&["undo", "plan.json.journal"]);
        assert_eq!(code, Some(0), "{text}");
        assert_eq!(account.settings(), Settings::of(false));
    }
    // Killed between setting the one and the other aside.
    std::fs::rename(account.path("plan.json.journal"), account.path("elsewhere")).unwrap();
    assert_eq!(account.run(&apply).1, Some(0));
    assert_eq!(account.approving(&["undo", "plan.json.journal"]).1, Some(0));
    assert_eq!(account.settings(), Settings::of(false));
}

/// A run that was killed before its first change left a journal which says that nothing was changed: another plan of its name takes its place.
#[test]
fn a_journal_of_nothing_makes_way() {
    let account = Account::new(true, None);
    let hash = account.planned();
    assert_eq!(account.run(&["apply", "plan.json", "--approve", &hash]).1, Some(0));
    let journal = account.path("plan.json.journal");
    let text = std::fs::read_to_string(&journal).unwrap();
    let first = text.split_inclusive('\n').next().unwrap();
    std::fs::write(&journal, first).unwrap();
    let others = Settings { logging: true, ..Settings::of(true) };
    account.settings.lock().unwrap().clone_from(&others);

    let again = account.planned();
    assert_ne!(again, hash);
    let (text, code) = account.run(&["apply", "plan.json", "--approve", &again]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("it is kept as plan.json.journal.1"), "{text}");
    assert_eq!(std::fs::read_to_string(account.path("plan.json.journal.1")).unwrap(), first);
    assert_eq!(account.approving(&["undo", "plan.json.journal"]).1, Some(0));
    assert_eq!(account.settings(), others);
}

/// Where an undo was begun, neither the journal nor the plan can be gone on with before it has ended.
#[test]
fn an_undo_that_was_begun_comes_first() {
    let account = Account::new(true, None);
    let hash = account.planned();
    assert_eq!(account.run(&["apply", "plan.json", "--approve", &hash]).1, Some(0));
    let done = account.settings();
    assert_eq!(account.approving(&["undo", "plan.json.journal"]).1, Some(0));
    // As it would be after a kill: the last line is missing, and what it is about.
    let undo = account.path("plan.json.journal.undo");
    let text = std::fs::read_to_string(&undo).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    std::fs::write(&undo, format!("{}\n", lines[..lines.len() - 2].join("\n"))).unwrap();
    account.settings.lock().unwrap().validation = done.validation;
    for (words, code) in [
        (["apply", "--resume", "plan.json.journal", "--approve"], 3),
        (["apply", "plan.json", "--even-if-managed", "--approve"], 1),
    ] {
        let (text, found) = account.run(&[&words[..], &[&hash]].concat());
        assert!(text.contains("an undo of plan.json.journal was begun"), "{text}");
        assert!(text.contains("invoketrail undo plan.json.journal"), "{text}");
        assert_eq!(found, Some(code), "{text}");
    }
    assert_eq!(account.approving(&["undo", "plan.json.journal"]).1, Some(0));
    assert_eq!(account.settings(), Settings::of(true));
}
