//! Defects that a review found, each first a failing test: copies, joins, windows, and records that two paths read differently.

use crate::agreement::all_agree;
use crate::records::{ALL, EXECUTION, NOTIFICATION, OTHER, SYNC};
use crate::worlds::{Call, answer, between, files, records};
use logs::{
    Answer, Columns, Dimension, Filter, Question, Reader, Record, Scratch, Sheet, Spill, Tally, Via, Wanted,
    Way,
};
use proptest::prelude::*;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicIsize, Ordering::SeqCst};

#[test]
fn an_escape_in_the_next_record_hides_no_record() {
    // eventSource last of record 1, an escape early in record 2, in one block of 64.
    for pad in 0..64 {
        let core = r#""eventID":"a","eventName":"Invoke","eventTime":"2023-03-21T01:02:03Z""#;
        let file = format!(
            "{{\"Records\":[{{\"x\":\"{}\",{core},\"eventSource\":\"lambda.amazonaws.com\"}},{{\"\\u0041\":1}}]}}",
            "y".repeat(pad)
        );
        all_agree(file.as_bytes());
    }
}
#[test]
fn an_escape_behind_a_line_end_hides_no_record() {
    for pad in 0..64 {
        let core = r#""eventID":"a","eventName":"Invoke","eventTime":"2023-03-21T01:02:03Z""#;
        let file = format!(
            "{{\"eventVersion\":\"1.08\",\"x\":\"{}\",{core},\"eventSource\":\"lambda.amazonaws.com\"}}\n{{\"eventVersion\":\"\\u0041\"}}",
            "y".repeat(pad)
        );
        all_agree(file.as_bytes());
    }
}
fn call() -> Call {
    Call {
        caller: 0,
        function: 0,
        second: 0,
        attempts: None,
        lost: false,
        error: false,
        dry_run: false,
        copies: 1,
        file: 0,
    }
}
#[test]
fn events_of_another_kind_that_name_an_invocation_are_none() {
    for (kind, category) in [
        ("AwsVpceEvents", "NetworkActivity"),
        ("AwsVpceEvents", "Data"),
        ("AwsCloudTrailInsight", "Insight"),
        ("AwsCloudTrailInsight", "Data"),
        ("AwsApiCall", "Insight"),
    ] {
        let record = SYNC
            .replace("\"eventType\":\"AwsApiCall\"", &format!("\"eventType\":\"{kind}\""))
            .replace("\"eventCategory\":\"Data\"", &format!("\"eventCategory\":\"{category}\""))
            .replace("\"readOnly\":false,", "\"errorCode\":\"VpceAccessDenied\",");
        let answer = answer(&Question::default(), vec![record.into_bytes()]);
        assert_eq!(answer.total().calls, 0, "{kind} {category}: {answer:?}");
    }
}

#[test]
fn a_correction_is_no_second_call() {
    let r2 = SYNC.replace("11111111-2222", "99999999-2222").replace("\"eventCategory\":\"Data\"", "\"eventCategory\":\"Data\",\"addendum\":{\"reason\":\"UPDATED_DATA\",\"updatedFields\":\"userAgent\",\"originalRequestID\":\"r-1\",\"originalEventID\":\"11111111-2222-3333-4444-555555555555\"}");
    let a = answer(&Question::default(), vec![format!("{SYNC}\n{r2}").into_bytes()]);
    assert_eq!(a.total().calls, 1);
}
#[test]
fn attempts_are_of_the_way_that_their_call_came() {
    let world = [Call { caller: 2, attempts: Some(1), ..call() }];
    let q = Question {
        by: vec![Dimension::Principal],
        filter: Filter { ways: vec![Way::Via(Via::Service)], ..Filter::default() },
    };
    let a = answer(&q, files(&world));
    assert_eq!((a.total().attempts, a.total().orphans), (0, 0), "{a:?}");
}
#[test]
fn attempts_of_a_call_before_the_window_are_no_orphans() {
    let world = [Call { caller: 2, attempts: Some(2), ..call() }];
    let q = Question { by: vec![Dimension::Principal], filter: between(30, 4000) };
    let a = answer(&q, files(&world));
    assert_eq!(a.total().orphans, 0, "{a:?}");
}
#[test]
fn an_attempt_shows_that_a_call_was_asynchronous() {
    // requestParameters null, as Step Functions writes it, but an execution follows.
    let c = SYNC.replace("r-1", "r-2");
    let q = Question {
        by: vec![Dimension::Via, Dimension::Principal],
        filter: Filter { ways: vec![Way::Async], ..Filter::default() },
    };
    let a = answer(&q, vec![format!("{c}\n{EXECUTION}").into_bytes()]);
    assert_eq!((a.total().calls, a.total().orphans), (1, 0), "{a:?}");
}
#[test]
fn executions_go_to_a_call_of_their_own_function() {
    let f = |n: usize| Call { function: n, attempts: Some(1), ..call() };
    // same request id in two functions (number 0 both)
    let other: Vec<String> = records(0, &f(1))
        .into_iter()
        .map(|r| r.replace("00000001-0000-4000-8000", "00000002-0000-4000-8000"))
        .collect();
    let all = [records(0, &f(0)), other].concat().join("\n");
    let q = Question { by: vec![Dimension::Function], ..Question::default() };
    let a = answer(&q, vec![all.into_bytes()]);
    let v: Vec<_> = a.groups.iter().map(|g| (g.cell.calls, g.cell.attempts)).collect();
    assert_eq!(v, [(1, 1), (1, 1)]);
}
#[test]
fn copies_that_say_less_are_copies() {
    // the same event, one copy without requestParameters.invocationType
    let a = NOTIFICATION.replace("\"invocationType\":\"Event\"", "\"invocationType\":\"RequestResponse\"");
    let b = NOTIFICATION.replace("\"invocationType\":\"Event\",", "");
    let x = answer(&Question::default(), vec![format!("{a}\n{b}").into_bytes()]);
    assert_eq!((x.total().calls, x.copies), (1, 1));
}
struct Counting;
static OPEN: AtomicIsize = AtomicIsize::new(0);
static MOST: AtomicIsize = AtomicIsize::new(0);

/// A file that counts how many are open.
struct Open(Cursor<Vec<u8>>);

impl Drop for Open {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, SeqCst);
    }
}

impl Read for Open {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Open {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Open {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

impl Spill for Counting {
    fn create(&self) -> io::Result<Box<dyn Scratch>> {
        MOST.fetch_max(OPEN.fetch_add(1, SeqCst) + 1, SeqCst);
        Ok(Box::new(Open(Cursor::new(Vec::new()))))
    }
}
#[test]
fn scratch_files_stay_few() {
    let q = Question::default();
    let mut sheet = Sheet::default();
    let mut take = |r: &Record<'_>| sheet.take(r, Columns::ALL);
    Reader::new().read(SYNC.as_bytes(), Wanted::Invocations, &mut take);
    let mut t = Tally::holding(&q, &Counting, 1);
    for _ in 0..2_000 {
        t.take(&sheet, None).unwrap();
    }
    assert!(MOST.load(SeqCst) <= 30, "{MOST:?}");
    let answer = Answer::of(vec![t]).unwrap();
    assert_eq!((answer.total().calls, answer.copies, OPEN.load(SeqCst)), (1, 1_999, 0));
}
// Fast against plain with one reader that has learned much.
fn mutated() -> impl Strategy<Value = Vec<String>> {
    let piece = prop::sample::select(vec![
        ("", ""),
        (":\"", ":\"\",\"k\":\""),
        ("\"r-", "\"\\n-"),
        ("states.amazonaws.com", ""),
        ("eu-west-1", ""),
        ("eu-west-1", "\\u00e9"),
        ("eu-west-1", "é\\\\"),
        (
            "\"requestParameters\":null",
            "\"requestParameters\":{\"functionName\":\"\",\"invocationType\":7,\"sourceArn\":null}",
        ),
        (
            "\"requestParameters\":null",
            "\"requestParameters\":{\"functionName\":\"f\",\"functionName\":\"g\"}",
        ),
        ("\"requestParameters\":null", "\"requestParameters\":\"{\\\"a\\\"}\""),
        ("\"resources\":[", "\"resources\":[{\"type\":\"AWS::Lambda::Function\",\"ARN\":\"\"},"),
        ("AWS::Lambda::Function", "AWS::IAM::Role"),
        ("AWS::Lambda::Function", ""),
        ("\"type\":\"AWS::Lambda::Function\",", ""),
        ("lambda.amazonaws.com\",\"eventName", "cloudtrail.amazonaws.com\",\"eventName"),
        ("lambda.amazonaws.com\",\"eventName", "s3.amazonaws.com\",\"eventName"),
        ("\"eventCategory\":\"Data\"", "\"eventCategory\":\"Aggregated\""),
        ("\"eventVersion\":\"1.08\"", "\"eventVersion\":\"2.08\""),
        ("2023-03", "2023-33"),
        ("\"userAgent\":\"", "\"userAgent\":\"\\\"{["),
        ("\"userAgent\":\"", "\"userAgent\":\"\\ud800"),
        ("\"userAgent\":\"", "\"userAgent\":\"\\x"),
        ("customerEniId", "functionVersion"),
        ("\"eni-1\"", "\"\\ud83d\\ude00\""),
        ("\"eni-1\"", "\"\\/\\u0041\""),
        ("\"eni-1\"", "\"\\q\""),
        ("\"eni-1\"", "[\"a\",\"b\"]"),
        ("\"eni-1\"", "[\"a\",{\"b\":\"c\"},[]]"),
        ("\"eni-1\"", "{\"b\":\"c\"}"),
        (",", " , "),
        (":", " : "),
        ("false", "true"),
        ("false", "null"),
        ("\"Data\"}", "\"Data\" }"),
        ("\"Data\"}", "\"Data\",\"zz\":\"\"}"),
        ("\"Data\"}", "\"Data\",\"insightDetails\":{}}"),
        ("\"Data\"}", "\"Data\",\"errorCode\":\"E\",\"errorMessage\":\"a\\nb\"}"),
        ("\"Data\"}", "\"Data\",\"errorMessage\":\"\"}"),
    ]);
    let record =
        (prop::sample::select(ALL.to_vec()), prop::collection::vec(piece, 0..3)).prop_map(|(r, p)| {
            p.iter().fold(r.to_owned(), |r, (a, b)| if a.is_empty() { r } else { r.replacen(a, b, 1) })
        });
    prop::collection::vec(record, 1..12)
}
proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn learned_agrees(records in mutated(), form in 0..3_usize, pad in 0..70_usize, order in any::<u64>()) {
        // each record stands several times, so that learned shapes are met again
        let mut all: Vec<String> = Vec::new();
        for n in 0..records.len() * 2 {
            all.push(records[(order as usize).wrapping_mul(n + 1).wrapping_add(n) % records.len()].clone());
        }
        let space = " ".repeat(pad);
        let file = match form {
            0 => format!("{{\"Records\":[{}{space}]}}", all.join(",")),
            1 => format!("[{}{space}]", all.join(" ,\n")),
            _ => format!("{}{space}", all.join("\n")),
        };
        all_agree(file.as_bytes());
    }
}

#[test]
fn attempts_belong_to_the_owners_copy_of_a_call_from_another_account() {
    let own = NOTIFICATION
        .replace("\"requestID\":\"r-3\"", "\"requestID\":\"r-2\"")
        .replace("us-east-1:111122223333:function:thumbs", "eu-west-1:111122223333:function:orders");
    for (first, second) in [("01111111", "f1111111"), ("f1111111", "01111111")] {
        let copy = |account: &str, id: &str| {
            let to = format!("\"recipientAccountId\":\"{account}\"");
            own.replace("\"recipientAccountId\":\"111122223333\"", &to).replace("31111111", id)
        };
        let file = [copy("111122223333", first), copy("444455556666", second), EXECUTION.to_owned()];
        let question = Question { by: vec![Dimension::Account], ..Question::default() };
        let answer = answer(&question, vec![file.join("\n").into_bytes()]);
        let counts: Vec<_> =
            answer.groups.iter().map(|group| (group.cell.calls, group.cell.attempts)).collect();
        assert_eq!(counts, [(1, 1), (1, 0)]);
    }
}

#[test]
fn more_records_than_any_file_has_are_read_all_the_same() {
    let file = format!("{{\"Records\":[{}{SYNC}]}}", "{\"eventSource\":\"x\"},".repeat((1 << 20) + 5));
    let mut told = 0;
    let accounted = Reader::new().read(file.as_bytes(), Wanted::Invocations, &mut |_: &Record<'_>| told += 1);
    assert_eq!((accounted.records, accounted.refusals, told), ((1 << 20) + 6, 0, 1));
}

#[test]
fn a_record_that_is_far_too_large_is_refused_and_costs_only_itself() {
    let large = SYNC.replacen(
        "\"responseElements\":null",
        &format!("\"responseElements\":\"{}\"", "x".repeat(17 << 20)),
        1,
    );
    let (accounted, told) = all_agree(format!("{{\"Records\":[{large},{SYNC}]}}").as_bytes());
    assert_eq!((accounted.records, accounted.refusals, told.len()), (1, 1, 1));
}

#[test]
fn a_record_that_does_not_say_what_it_is_of_is_refused() {
    let source = "\"eventSource\":\"sts.amazonaws.com\",";
    for (instead, refused) in [
        ("", true),
        ("\"eventSource\":null,", true),
        ("\"eventSource\":5,", true),
        ("\"eventSource\" : [\"sts.amazonaws.com\"],", true),
        ("\"x\":{\"eventSource\":\"sts.amazonaws.com\"},", true),
        ("\"x\":[{\"eventSource\":\"sts.amazonaws.com\"}],", true),
        ("\"eventSource\":\"Lambda.amazonaws.com\",", true),
        ("\"eventSource\":\"cloudTrail.AMAZONAWS.com\",", true),
        ("\"eventSource\" :\n\"sts.amazonaws.com\",", false),
        ("\"event\\u0053ource\":\"sts.amazonaws.com\",", false),
        ("\"eventSource\":\"\",", true),
        ("\"eventSource\":\" \",", true),
        ("\"eventSource\":\"lambda.amazonaws.com \",", true),
        ("\"eventSource\":\" cloudtrail.amazonaws.com\",", true),
        ("\"eventSource\":\"lambda.amazonaws.com.\",", true),
        ("\"eventSource\":\"\u{a0}lambda.amazonaws.com\u{a0}\",", true),
        ("\"eventSource\":\"lambda.amazonaws.com.example\",", false),
        ("\"x\":[{}],\"eventSource\":\"sts.amazonaws.com\",", false),
    ] {
        for shift in 0..70 {
            let changed = OTHER.replacen(source, &format!("\"y\":\"{}\",{instead}", "y".repeat(shift)), 1);
            assert_ne!(changed, OTHER);
            let (accounted, told) =
                all_agree(format!("{{\"Records\":[{OTHER},{changed},{SYNC}]}}").as_bytes());
            let wanted = (3 - u64::from(refused), u64::from(refused), 1);
            assert_eq!((accounted.records, accounted.refusals, told.len()), wanted, "{instead}");
        }
    }
    assert_eq!(all_agree(b"{\"Records\":[{},{}]}").0.refusals, 2);
}

#[test]
fn a_record_whose_name_is_nearly_that_of_an_invocation_is_refused() {
    for (name, refused) in [
        ("invoke", true),
        ("INVOKE", true),
        (" Invoke", true),
        ("invokeExecution", true),
        ("runMicrovm", true),
        ("RunMicrovm ", true),
        ("RunMicrovm", false),
        ("InvokeAnything", false),
        ("UpdateFunctionCode20150331v2", false),
    ] {
        let changed = SYNC.replacen("\"eventName\":\"Invoke\"", &format!("\"eventName\":\"{name}\""), 1);
        // Twice: the second is of a shape that is known by then.
        let (accounted, told) = all_agree(format!("{{\"Records\":[{SYNC},{changed},{changed}]}}").as_bytes());
        assert_eq!(
            (accounted.refusals, told.len()),
            (2 * u64::from(refused), 3 - 2 * usize::from(refused)),
            "{name}"
        );
    }
}
