//! Small worlds of calls, written as records over several files; and the naive count of them that everything else must equal.

use logs::scan::{Account, Consumer, File, Layout, Receiver, Source, scan_sheets};
use logs::{Answer, Cell, Filter, Question, Scratch, Spill, Tally, milliseconds, text_of};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Cursor};
use std::sync::Mutex;

/// Who calls: how the record says it, and the name that people know.
pub(crate) const CALLERS: [(&str, &str); 5] = [
    (
        r#"{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/deploy/alice","accountId":"111122223333","sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/ci/deploy"}}}"#,
        "role deploy, session alice",
    ),
    (r#"{"type":"AWSService","invokedBy":"events.amazonaws.com"}"#, "service events.amazonaws.com"),
    (
        r#"{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/eve","accountId":"111122223333","userName":"eve"}"#,
        "user eve",
    ),
    (
        r#"{"type":"AssumedRole","arn":"arn:aws:sts::999988887777:assumed-role/vendor/v","accountId":"999988887777"}"#,
        "role vendor, session v",
    ),
    (r#"{"type":"AWSAccount","accountId":"ANONYMOUS_PRINCIPAL"}"#, "anonymous"),
];

/// The caller of execution records.
const LAMBDA: &str = r#"{"type":"AWSService","invokedBy":"lambda.amazonaws.com"}"#;

/// One call, and how often it is there.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) caller: usize,
    pub(crate) function: usize,
    pub(crate) second: i64,
    /// `None` for a synchronous one; else the number of attempts.
    pub(crate) attempts: Option<usize>,
    /// The record of the call itself was not delivered.
    pub(crate) lost: bool,
    pub(crate) error: bool,
    pub(crate) dry_run: bool,
    /// How often each of its records stands there: once, and copies.
    pub(crate) copies: usize,
    /// In which file it lies; its attempts lie in the next ones.
    pub(crate) file: usize,
}

pub(crate) const FILES: usize = 5;

pub(crate) fn calls() -> impl Strategy<Value = Vec<Call>> {
    let one = (
        (0..CALLERS.len(), 0..3_usize, 0..7_200_i64, prop::option::of(0..4_usize)),
        (
            prop::bool::weighted(0.2),
            prop::bool::weighted(0.2),
            prop::bool::weighted(0.1),
            1..4_usize,
            0..FILES,
        ),
    );
    let one =
        one.prop_map(|((caller, function, second, attempts), (lost, error, dry_run, copies, file))| Call {
            caller,
            function,
            second,
            attempts,
            lost,
            error,
            dry_run: dry_run && attempts.is_none(),
            copies,
            file,
        });
    vec(one, 0..40)
}

pub(crate) fn function(number: usize) -> String {
    format!("arn:aws:lambda:eu-west-1:111122223333:function:f{number}")
}

const NOON: i64 = 1_700_049_600_000;

pub(crate) fn at(second: i64) -> String {
    text_of(NOON + second * 1_000)
}

fn uuid(kind: u32, number: usize, part: usize) -> String {
    format!("{kind:08x}-0000-4000-8000-{part:04x}{number:08x}")
}

/// The records of a call, the call itself first unless it was lost.
pub(crate) fn records(number: usize, call: &Call) -> Vec<String> {
    let (function, request) = (function(call.function), uuid(9, number, 0));
    let kind = match (call.attempts, call.dry_run) {
        (Some(_), _) => "Event",
        (None, true) => "DryRun",
        (None, false) => "RequestResponse",
    };
    let error = if call.error { r#""errorCode":"TooManyRequestsException","# } else { "" };
    let record = |name: &str, identity: &str, second: i64, rest: &str, part: usize| {
        format!(
            r#"{{"eventVersion":"1.08","userIdentity":{identity},"eventTime":"{}","eventSource":"lambda.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1",{rest}"requestID":"{request}","eventID":"{}","resources":[{{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"{function}"}}],"recipientAccountId":"111122223333"}}"#,
            at(second),
            uuid(1, number, part)
        )
    };
    let rest =
        format!(r#"{error}"requestParameters":{{"functionName":"{function}","invocationType":"{kind}"}},"#);
    let mut all = Vec::new();
    if !call.lost {
        all.push(record("Invoke", CALLERS[call.caller].0, call.second, &rest, 0));
    }
    for attempt in 0..call.attempts.unwrap_or(0) {
        all.push(record("InvokeExecution", LAMBDA, call.second + 60 * attempt as i64, "", attempt + 1));
    }
    all
}

/// The files in which they lie.
pub(crate) fn files(calls: &[Call]) -> Vec<Vec<u8>> {
    let mut files = vec![Vec::new(); FILES];
    for (number, call) in calls.iter().enumerate() {
        for (part, record) in records(number, call).into_iter().enumerate() {
            for copy in 0..call.copies {
                files[(call.file + part + copy) % FILES].push(record.clone());
            }
        }
    }
    files.iter().map(|records| format!("{{\"Records\":[{}]}}", records.join(",")).into_bytes()).collect()
}

/// What is counted, naively: by function and principal, of the records between two seconds.
pub(crate) fn count(calls: &[Call], (since, until): (i64, i64)) -> (BTreeMap<Vec<String>, Cell>, u64) {
    let mut groups: BTreeMap<Vec<String>, Cell> = BTreeMap::new();
    let (mut present, mut seen) = (0, HashMap::new());
    for (number, call) in calls.iter().enumerate() {
        let within = |second: i64| (since..until).contains(&second);
        let here = !call.lost && within(call.second);
        let seconds: Vec<i64> =
            (0..call.attempts.unwrap_or(0)).map(|n| call.second + 60 * n as i64).collect();
        let attempts: Vec<i64> = seconds.iter().copied().filter(|second| within(*second)).collect();
        let principal = if !call.lost { CALLERS[call.caller].1 } else { "service lambda.amazonaws.com" };
        let records = usize::from(here) + attempts.len();
        present += records * call.copies;
        seen.insert(number, records);
        if records == 0 {
            continue;
        }
        let cell = groups.entry(vec![function(call.function), principal.to_owned()]).or_default();
        let times = attempts.iter().copied().chain(here.then_some(call.second));
        let mut one = Cell {
            calls: u64::from(here),
            attempts: attempts.len() as u64,
            orphans: if call.lost { attempts.len() as u64 } else { 0 },
            first: NOON + times.clone().min().unwrap_or(0) * 1_000,
            last: NOON + times.max().unwrap_or(0) * 1_000,
            ..Cell::default()
        };
        if here {
            let later = call.attempts.is_some();
            one.later = u64::from(later);
            one.errors = u64::from(call.error);
            one.dry_runs = u64::from(call.dry_run);
            one.foreign = u64::from(call.caller == 3);
            one.ran = u64::from(!(later || call.error || call.dry_run));
        }
        cell.merge(&one);
    }
    (groups, (present - seen.values().sum::<usize>()) as u64)
}

/// Files in memory, each given once.
pub(crate) struct Files(Mutex<Vec<(String, Vec<u8>)>>);

impl Files {
    pub(crate) fn new(files: Vec<Vec<u8>>) -> Files {
        Files(Mutex::new(files.into_iter().enumerate().map(|(at, file)| (format!("f{at}"), file)).collect()))
    }
}

impl Source for Files {
    fn next(&self, bytes: &mut Vec<u8>) -> Option<File> {
        let (name, file) = self.0.lock().unwrap().pop()?;
        bytes.extend(file);
        Some(File { name, ..File::default() })
    }
}

/// Scratch files in memory.
pub(crate) struct InMemory;

impl Spill for InMemory {
    fn create(&self) -> io::Result<Box<dyn Scratch>> {
        Ok(Box::new(Cursor::new(Vec::new())))
    }
}

/// What a question finds in files, with that many threads and that many records in memory.
pub(crate) fn tallied(
    question: &Question,
    files: Vec<Vec<u8>>,
    threads: usize,
    memory: usize,
) -> (Vec<Tally<'_>>, Account) {
    let layout = Layout { columns: question.columns(), ..Layout::default() };
    let tallies = (0..threads).map(|_| Tally::holding(question, &InMemory, memory)).collect();
    scan_sheets(&Files::new(files), layout, tallies).unwrap()
}

pub(crate) fn answer(question: &Question, files: Vec<Vec<u8>>) -> Answer {
    Answer::of(tallied(question, files, 1, 1_000).0).unwrap()
}

/// Between two seconds of the world.
pub(crate) fn between(since: i64, until: i64) -> Filter {
    Filter { since: milliseconds(&at(since)), until: milliseconds(&at(until)), ..Filter::default() }
}

/// Fails at the file of that name.
#[derive(Debug)]
pub(crate) struct Failing<'a>(pub(crate) &'a str);

impl Receiver for Failing<'_> {
    type Error = String;
}

impl Consumer for Failing<'_> {
    fn sheet(&mut self, file: &File, _: &logs::Sheet, _: Option<&logs::Trouble>) -> Result<(), String> {
        if file.name == self.0 { Err(format!("no more of {}", file.name)) } else { Ok(()) }
    }
}
