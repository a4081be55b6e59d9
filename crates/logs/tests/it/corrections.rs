//! Corrections: a record that says what is true of an event replaces the one that was delivered before, and nothing else.

use crate::records::{EXECUTION, NOTIFICATION, SYNC};
use crate::worlds::{CALLERS, InMemory, answer, at, between, function, tallied};
use logs::scan::Account;
use logs::{
    Answer, Columns, Dimension, Filter, Pattern, Question, Reader, Record, Sheet, Table, Tally, Timeline,
    Wanted, milliseconds, text_of,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The event of [`SYNC`], of [`NOTIFICATION`].
const SYNC_ID: &str = "11111111-2222-3333-4444-555555555555";
const NOTIFICATION_ID: &str = "31111111-2222-3333-4444-555555555555";

/// A record as it would be, were it a correction of that event under an id of its own.
fn correcting(record: &str, event: &str, own: u32) -> String {
    let addendum = format!(
        r#","addendum":{{"reason":"UPDATED_DATA","updatedFields":"eventName,userIdentity","originalRequestID":"r-1","originalEventID":"{event}"}}}}"#
    );
    let from = record.find("\"eventID\":\"").unwrap() + 11;
    let to = from + record[from..].find('"').unwrap();
    let own = format!("{}c{own:07x}-0000-4000-8000-000000000000{}", &record[..from], &record[to..]);
    format!("{}{addendum}", own.strip_suffix('}').unwrap())
}

fn by_function_and_role() -> Question {
    Question { by: vec![Dimension::Function, Dimension::Role], filter: Filter::default() }
}

/// Function, role, calls, attempts, orphans: the same in either order of the records, in one file or in several, on one thread or
/// two, with much memory or hardly any; and the copies.
type Counts = Vec<(String, String, u64, u64, u64)>;

fn counts(question: &Question, records: &[&str]) -> (Counts, u64) {
    let one = |answer: Answer| {
        let groups = answer.groups.into_iter().map(|group| {
            let name = |at: usize| group.labels[at].rsplit(':').next().unwrap().to_owned();
            (name(0), name(1), group.cell.calls, group.cell.attempts, group.cell.orphans)
        });
        (groups.collect::<Vec<_>>(), answer.copies)
    };
    let file = |records: &[&str]| records.join("\n").into_bytes();
    let found = one(answer(question, vec![file(records)]));
    let backwards: Vec<&str> = records.iter().rev().copied().collect();
    let apart = || records.iter().map(|record| file(&[record])).collect::<Vec<_>>();
    let mut turned = apart();
    turned.reverse();
    for files in [vec![file(&backwards)], apart(), turned] {
        for (threads, memory) in [(1, 1_000), (2, 1_000), (2, 1)] {
            let again = Answer::of(tallied(question, files.clone(), threads, memory).0).unwrap();
            assert_eq!(one(again), found, "{threads} threads, {memory} in memory");
        }
    }
    found
}

fn told(counts: &[(&str, &str, u64, u64, u64)]) -> Counts {
    counts.iter().map(|(a, b, c, d, e)| ((*a).to_owned(), (*b).to_owned(), *c, *d, *e)).collect()
}

/// [`SYNC`] by another role.
fn other_role(record: &str) -> String {
    record.replace("assumed-role/states/s", "assumed-role/deploy/s").replace("role/states", "role/deploy")
}

#[test]
fn a_corrected_caller_takes_the_place_of_the_wrong_one() {
    let correction = correcting(&other_role(SYNC), SYNC_ID, 1);
    let (counts, copies) = counts(&by_function_and_role(), &[SYNC, &correction]);
    assert_eq!((counts, copies), (told(&[("orders", "role deploy", 1, 0, 0)]), 1));
}

#[test]
fn a_corrected_function_takes_the_place_of_the_wrong_one() {
    let correction = correcting(&SYNC.replace("function:orders", "function:billing"), SYNC_ID, 1);
    let (counts, copies) = counts(&by_function_and_role(), &[SYNC, &correction, SYNC, &correction]);
    assert_eq!((counts, copies), (told(&[("billing", "role states", 1, 0, 0)]), 3));
}

#[test]
fn a_correction_decides_over_what_it_leaves_as_it_was() {
    // The key is that of the original: only the error differs.
    let wrong = SYNC.replace("\"requestID\"", "\"errorCode\":\"AccessDenied\",\"requestID\"");
    for (original, correct, errors) in [(wrong.as_str(), SYNC, 0), (SYNC, &wrong, 1)] {
        let correction = correcting(correct, SYNC_ID, 1);
        for by in [Dimension::Error, Dimension::Role] {
            let question = Question { by: vec![by], filter: Filter::default() };
            for records in [[original, correction.as_str()], [correction.as_str(), original]] {
                let answer = answer(&question, vec![records.join("\n").into_bytes()]);
                assert_eq!((answer.total().calls, answer.total().errors, answer.copies), (1, errors, 1));
            }
        }
    }
}

#[test]
fn attempts_of_either_request_go_to_the_corrected_call() {
    // Called asynchronously under r-3; the correction says r-2, which is the request of one attempt.
    let call = NOTIFICATION
        .replace("us-east-1:111122223333:function:thumbs", "eu-west-1:111122223333:function:orders");
    let old = EXECUTION.replace("r-2", "r-3").replace("21111111", "22111111");
    let correction = correcting(&call.replace("r-3", "r-2"), NOTIFICATION_ID, 1);
    let question = by_function_and_role();
    let expected = (told(&[("orders", "service s3.amazonaws.com", 1, 2, 0)]), 1);
    assert_eq!(counts(&question, &[&call, &old, EXECUTION, &correction]), expected);
    // The function was wrong, too: attempts name the right one under the new request, the wrong one under the old.
    let renamed = correction.replace("function:orders", "function:billing");
    let execution = EXECUTION.replace("function:orders", "function:billing");
    let expected = (told(&[("billing", "service s3.amazonaws.com", 1, 2, 0)]), 1);
    assert_eq!(counts(&question, &[&call, &old, &execution, &renamed]), expected);
    // Without a request of its own it keeps that of the original.
    let without = correction.replace("\"requestID\":\"r-2\",", "");
    let expected = (told(&[("orders", "service s3.amazonaws.com", 1, 1, 0)]), 1);
    assert_eq!(counts(&question, &[&call, &old, &without]), expected);
    // And what had none takes that of the correction.
    let without = call.replace("\"requestID\":\"r-3\",", "");
    assert_eq!(counts(&question, &[&without, EXECUTION, &correction]), expected);
}

#[test]
fn what_several_records_claim_to_be_is_replaced_by_nothing() {
    let other = SYNC.replace("function:orders", "function:billing");
    let correction = correcting(&SYNC.replace("function:orders", "function:none"), SYNC_ID, 1);
    let later =
        correcting(&SYNC.replace("function:orders", "function:more").replace(":03Z", ":04Z"), SYNC_ID, 2);
    let expected = told(&[
        ("billing", "role states", 1, 0, 0),
        ("more", "role states", 1, 0, 0),
        ("none", "role states", 1, 0, 0),
        ("orders", "role states", 1, 0, 0),
    ]);
    let found = counts(&by_function_and_role(), &[SYNC, &other, &correction, &later]);
    assert_eq!(found, (expected, 0));
}

#[test]
fn a_record_of_another_account_is_another_event() {
    let other = SYNC.replace("recipientAccountId\":\"1111", "recipientAccountId\":\"4444");
    let correction = correcting(&other_role(SYNC), SYNC_ID, 1);
    let expected = told(&[("orders", "role deploy", 1, 0, 0), ("orders", "role states", 1, 0, 0)]);
    assert_eq!(counts(&by_function_and_role(), &[SYNC, &other, &correction]), (expected.clone(), 1));
    assert_eq!(counts(&by_function_and_role(), &[&other, &correction]), (expected, 0));
}

#[test]
fn the_newest_correction_decides() {
    let at = |record: &str, time: &str, own| {
        correcting(&record.replace("2023-03-21T01:02:03Z", time), SYNC_ID, own)
    };
    let one = at(&SYNC.replace("function:orders", "function:billing"), "2023-03-21T01:02:05Z", 1);
    let two = at(&other_role(SYNC), "2023-03-21T01:02:04Z", 2);
    let expected = told(&[("billing", "role states", 1, 0, 0)]);
    assert_eq!(counts(&by_function_and_role(), &[SYNC, &one, &two]), (expected.clone(), 2));
    // The same without the original.
    assert_eq!(counts(&by_function_and_role(), &[&one, &two]), (expected, 1));
    // Of the same time, nobody knows which is true: nothing replaces anything.
    let three = at(&SYNC.replace("function:orders", "function:more"), "2023-03-21T01:02:05Z", 3);
    let expected = told(&[
        ("billing", "role states", 1, 0, 0),
        ("more", "role states", 1, 0, 0),
        ("orders", "role deploy", 1, 0, 0),
        ("orders", "role states", 1, 0, 0),
    ]);
    assert_eq!(counts(&by_function_and_role(), &[SYNC, &one, &three, &two, &three]), (expected, 1));
}

/// The sheet of one record.
fn sheet(record: &str) -> Sheet {
    let mut sheet = Sheet::default();
    let mut take = |record: &Record<'_>| sheet.take(record, Columns::ALL);
    Reader::new().read(record.as_bytes(), Wanted::Invocations, &mut take);
    sheet
}

/// Records, each with the minute of its file.
type Delivered = (String, Option<i64>);

/// Tallies that took in the records, one file each: by turns on so many threads, with so much memory and so many corrections.
fn taken<'q>(
    question: &'q Question,
    records: &[Delivered],
    (threads, memory, most): (usize, usize, u64),
) -> Vec<Tally<'q>> {
    let tally = |_| Tally::holding(question, &InMemory, memory).correcting(most);
    let mut tallies: Vec<_> = (0..threads).map(tally).collect();
    for (at, (record, delivered)) in records.iter().enumerate() {
        tallies[at % threads].take(&sheet(record), *delivered).unwrap();
    }
    tallies.iter_mut().for_each(Tally::sort);
    tallies
}

/// Names of functions and their calls, the same in any order of the records and on one thread or several; and the copies.
fn functions(records: &[Delivered], most: u64) -> (Vec<(String, u64)>, u64) {
    let question = Question { by: vec![Dimension::Function], filter: Filter::default() };
    let mut found = None;
    for turn in 0..records.len() {
        for turned in [false, true] {
            let mut records = records.to_vec();
            records.rotate_left(turn);
            if turned {
                records.reverse();
            }
            for threads in 1..4 {
                let answer = Answer::of(taken(&question, &records, (threads, 9, most))).unwrap();
                let name = |label: &str| label.rsplit(':').next().unwrap().to_owned();
                let groups = answer.groups.iter().map(|group| (name(&group.labels[0]), group.cell.calls));
                let one = (groups.collect::<Vec<_>>(), answer.copies);
                assert_eq!(found.get_or_insert_with(|| one.clone()), &one, "{turn}, {threads} threads");
            }
        }
    }
    found.unwrap()
}

/// [`SYNC`] of another function.
fn of(function: &str) -> String {
    SYNC.replace("function:orders", &format!("function:{function}"))
}

/// Milliseconds of that time.
fn minute(time: &str) -> Option<i64> {
    Some(milliseconds(time).unwrap())
}

#[test]
fn the_correction_delivered_last_decides() {
    let original = (SYNC.to_owned(), minute("2023-03-21T01:10:00Z"));
    let (early, late) = (minute("2023-03-22T09:05:00Z"), minute("2023-03-22T09:25:00Z"));
    // Whichever of the two it is, although both are of one time and their lags are told as one.
    for (first, last) in [("billing", "more"), ("more", "billing")] {
        let one = (correcting(&of(first), SYNC_ID, 1), early);
        let two = (correcting(&of(last), SYNC_ID, 2), late);
        let expected = (vec![(last.to_owned(), 1)], 2);
        assert_eq!(functions(&[original.clone(), one.clone(), two.clone()], 9), expected);
        // The time that a record names is anybody's choice, the minute of its file is not.
        let forged = of(first).replace("2023-03-21T01:02:03Z", "2099-03-21T01:02:03Z");
        let forged = (correcting(&forged, SYNC_ID, 3), early);
        assert_eq!(functions(&[original.clone(), forged.clone(), two.clone()], 9), expected);
        // Of a correction that was delivered more than once the last delivery is the one that is meant.
        let again = (correcting(&of(first), SYNC_ID, 1), minute("2023-03-22T09:30:00Z"));
        let expected = (vec![(first.to_owned(), 1)], 3);
        assert_eq!(functions(&[original.clone(), one, two, again], 9), expected);
    }
}

#[test]
fn of_corrections_delivered_together_the_later_event_decides() {
    let original = (SYNC.to_owned(), None);
    let delivered = minute("2023-03-22T09:05:00Z");
    let later = |function: &str| of(function).replace("01:02:03Z", "01:02:04Z");
    for (one, two) in [("billing", "more"), ("more", "billing")] {
        // Equal, or not known of both.
        for (a, b) in [(delivered, delivered), (None, delivered), (delivered, None), (None, None)] {
            let records = [
                original.clone(),
                (correcting(&of(one), SYNC_ID, 1), a),
                (correcting(&later(two), SYNC_ID, 2), b),
            ];
            assert_eq!(functions(&records, 9), (vec![(two.to_owned(), 1)], 2));
        }
    }
}

#[test]
fn corrections_that_contradict_each_other_replace_nothing() {
    let delivered = minute("2023-03-22T09:05:00Z");
    let wrong = SYNC.replace("\"requestID\"", "\"errorCode\":\"AccessDenied\",\"requestID\"");
    // Another function; and nothing that is seen in the key.
    for (record, expected) in [
        (of("billing"), vec![("billing".to_owned(), 1), ("orders".to_owned(), 2)]),
        (wrong, vec![("orders".to_owned(), 3)]),
    ] {
        let one = (correcting(SYNC, SYNC_ID, 1), delivered);
        let two = (correcting(&record, SYNC_ID, 2), delivered);
        let records = [(SYNC.to_owned(), None), one.clone(), two.clone(), two.clone()];
        assert_eq!(functions(&records, 9), (expected, 1));
        // One that was delivered after them decides.
        let last = (correcting(&of("more"), SYNC_ID, 3), minute("2023-03-22T09:06:00Z"));
        let records = [(SYNC.to_owned(), None), one, two, last];
        assert_eq!(functions(&records, 9), (vec![("more".to_owned(), 1)], 3));
    }
    // Each stands with its own request.
    let request = |n: u32| format!("{n:08x}-1111-4000-8000-000000000000");
    let question = Timeline::question(Filter::default());
    let correction = |n| (correcting(&of("more").replace("r-1", &request(n)), SYNC_ID, n), delivered);
    let records = [correction(1), (SYNC.to_owned(), None), correction(2)];
    let timeline = Timeline::of(taken(&question, &records, (2, 9, 9)), 9).unwrap();
    let requests: BTreeSet<_> = timeline.lines.iter().map(|line| line.request.clone()).collect();
    assert_eq!(requests, BTreeSet::from([None, Some(request(1)), Some(request(2))]));
    assert_eq!((timeline.lines.len(), timeline.copies), (3, 0));
}

#[test]
fn corrections_that_are_too_many_replace_nothing_whoever_reads_them() {
    let failed = SYNC.replace("\"requestID\"", "\"errorCode\":\"AccessDenied\",\"requestID\"");
    let at = |n: i64| Some(milliseconds("2023-03-22T09:00:00Z").unwrap() + n * 60_000);
    // One has the key of the original, one is not asked about, and the others fill the room of a thread.
    let records: Vec<Delivered> = [SYNC.to_owned(), correcting(&failed, SYNC_ID, 1)]
        .into_iter()
        .chain((2..6).map(|n| correcting(&of(&format!("f{n}")), SYNC_ID, n)))
        .zip((0..).map(at))
        .collect();
    let filters = [
        (Filter::default(), 6, 1),
        (Filter { functions: vec![Pattern::new("orders")], ..Filter::default() }, 2, 1),
        (Filter { errors: true, ..Filter::default() }, 1, 1),
    ];
    for (filter, calls, errors) in filters {
        let question = Question { by: vec![Dimension::Function, Dimension::Error], filter: filter.clone() };
        let lines = Timeline::question(filter);
        for most in 1..5 {
            let mut found = None;
            for (turn, threads) in (0..records.len()).flat_map(|turn| (1..5).map(move |of| (turn, of))) {
                let mut records = records.clone();
                records.rotate_left(turn);
                let how = (threads, 3, most);
                let answer = Answer::of(taken(&question, &records, how)).unwrap();
                let total = answer.total();
                let counted = (total.calls, total.errors, answer.copies, answer.corrections_apart);
                assert_eq!(counted, (calls, errors, 0, 5), "{most}, {turn}, {threads} threads");
                let one = (answer, Timeline::of(taken(&lines, &records, how), 9).unwrap());
                assert_eq!(found.get_or_insert_with(|| one.clone()), &one);
            }
        }
    }
    // As many as there is room for are applied.
    assert_eq!(functions(&records, 5), (vec![("f5".to_owned(), 1)], 5));
}

#[test]
fn a_correction_of_what_was_not_read_counts_by_itself() {
    let correction = correcting(&other_role(SYNC), "99999999-2222-3333-4444-555555555555", 1);
    let expected = told(&[("orders", "role deploy", 1, 0, 0), ("orders", "role states", 1, 0, 0)]);
    assert_eq!(counts(&by_function_and_role(), &[SYNC, &correction]), (expected, 0));
}

#[test]
fn a_correction_decides_whether_the_call_is_asked_about() {
    let billing = SYNC.replace("function:orders", "function:billing");
    let moved = correcting(&billing, SYNC_ID, 1);
    let renamed = correcting(&other_role(SYNC), SYNC_ID, 2);
    let later = correcting(&SYNC.replace("01:02:03Z", "05:02:03Z"), SYNC_ID, 3);
    let failed = correcting(&SYNC.replace("\"requestID\"", "\"errorCode\":\"E\",\"requestID\""), SYNC_ID, 4);
    let elsewhere =
        correcting(&SYNC.replace("\"awsRegion\":\"eu-west-1\"", "\"awsRegion\":\"eu-west-2\""), SYNC_ID, 5);
    let url = correcting(
        &SYNC.replace("\"eventName\":\"Invoke\"", "\"eventName\":\"InvokeFunctionUrl\""),
        SYNC_ID,
        6,
    );
    let pattern = |text: &str| vec![Pattern::new(text)];
    let until = |time| Filter { until: milliseconds(time), ..Filter::default() };
    let since = |time| Filter { since: milliseconds(time), ..Filter::default() };
    let all = Filter::default;
    for (correction, filter, calls) in [
        (&moved, Filter { functions: pattern("orders"), ..all() }, 0),
        (&moved, Filter { functions: pattern("billing"), ..all() }, 1),
        (&renamed, Filter { principals: pattern("states"), ..all() }, 0),
        (&renamed, Filter { principals: pattern("deploy"), ..all() }, 1),
        (&later, until("2023-03-21T02:00:00Z"), 0),
        (&later, since("2023-03-21T02:00:00Z"), 1),
        (&failed, Filter { errors: true, ..all() }, 1),
        (&elsewhere, Filter { regions: vec!["eu-west-1".to_owned()], ..all() }, 0),
        (&elsewhere, Filter { regions: vec!["eu-west-2".to_owned()], ..all() }, 1),
        (&url, Filter { names: vec!["Invoke".to_owned()], ..all() }, 0),
        (&url, Filter { names: vec!["InvokeFunctionUrl".to_owned()], ..all() }, 1),
        (&moved, Filter { accounts: vec!["111122223333".to_owned()], ..all() }, 1),
        (&moved, Filter { accounts: vec!["444455556666".to_owned()], ..all() }, 0),
    ] {
        let question = Question { filter: filter.clone(), ..by_function_and_role() };
        let (found, _) = counts(&question, &[SYNC, correction]);
        assert_eq!(found.iter().map(|one| one.2).sum::<u64>(), calls, "{filter:?}");
    }
}

#[test]
fn attempts_are_asked_about_iff_the_corrected_call_is() {
    let call = SYNC.replace("r-1", "r-2");
    let correction = correcting(&other_role(&call), SYNC_ID, 1);
    for (principal, expected) in [("deploy", vec![(1, 1, 0)]), ("states", vec![])] {
        let filter = Filter { principals: vec![Pattern::new(principal)], ..Filter::default() };
        let question = Question { filter, ..by_function_and_role() };
        let (found, _) = counts(&question, &[&call, EXECUTION, &correction]);
        assert_eq!(
            found.iter().map(|one| (one.2, one.3, one.4)).collect::<Vec<_>>(),
            expected,
            "{principal}"
        );
    }
}

#[test]
fn a_timeline_shows_the_corrected_call_once() {
    let call = SYNC.replace("r-1", "r-9");
    let correction = correcting(&other_role(&call).replace("r-9", "r-2"), SYNC_ID, 1);
    let old = EXECUTION.replace("r-2", "r-9").replace("21111111", "22111111");
    let question = Timeline::question(Filter::default());
    let records = [&call, EXECUTION, &old, &correction].map(|record| record.as_bytes().to_vec());
    for threads in [1, 2] {
        for turn in 0..4 {
            let mut files = records.to_vec();
            files.rotate_left(turn);
            let timeline = Timeline::of(tallied(&question, files, threads, 2).0, 10).unwrap();
            let [line] = &timeline.lines[..] else { panic!("{timeline:?}") };
            assert_eq!((line.event.as_deref(), line.attempts.len(), line.orphan), (Some(SYNC_ID), 2, false));
            assert_eq!(line.labels[1], "role deploy, session s, through states.amazonaws.com");
            assert_eq!((timeline.copies, timeline.more, timeline.corrections_apart), (1, 0, 0));
        }
    }
}

#[test]
fn corrections_that_are_too_many_count_by_themselves_and_that_is_said() {
    let question = by_function_and_role();
    let mut sheets = [SYNC.to_owned(), correcting(&other_role(SYNC), SYNC_ID, 1)].map(|record| {
        let mut sheet = Sheet::default();
        let mut take = |record: &Record<'_>| sheet.take(record, Columns::ALL);
        Reader::new().read(record.as_bytes(), Wanted::Invocations, &mut take);
        sheet
    });
    let row = sheets[1].rows[0];
    sheets[1].rows = vec![row; 1 << 15];
    let ask = |more: bool| {
        let mut tallies = [0, 1].map(|_| Tally::holding(&question, &InMemory, 1_000));
        tallies[0].take(&sheets[0], None).unwrap();
        tallies.iter_mut().for_each(|tally| tally.take(&sheets[1], None).unwrap());
        if more {
            let mut one = sheets[1].clone();
            one.rows.truncate(1);
            tallies[1].take(&one, None).unwrap();
        }
        tallies.iter_mut().for_each(Tally::sort);
        tallies.into()
    };
    let most = 1_u64 << 16;
    let found = Answer::of(ask(false)).unwrap();
    assert_eq!((found.total().calls, found.copies, found.corrections_apart), (1, most, 0));
    let found = Answer::of(ask(true)).unwrap();
    assert_eq!((found.total().calls, found.copies, found.corrections_apart), (2, most, most + 1));
    let mut account = Account::default();
    account.enter_corrections(0);
    assert!(account.is_whole());
    account.enter_corrections(found.corrections_apart);
    // It is no file that was not read.
    assert_eq!((account.files, account.unread, account.corrections_apart), (0, 0, most + 1));
    let mut both = Account::default();
    both.merge(account.clone());
    assert_eq!(both, account);
    assert!(
        !account.is_whole() && account.troubles.iter().any(|one| one.why.starts_with("65537 corrections"))
    );
    assert_eq!(Table::of(ask(true)).unwrap().corrections_apart(), most + 1);
    assert_eq!(Timeline::of(ask(true), 5).unwrap().corrections_apart, most + 1);
}

/// A record of an event: a claim to be it, or a correction of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct One {
    event: u32,
    account: usize,
    corrects: bool,
    function: usize,
    caller: usize,
    request: u32,
    second: i64,
    /// The minute of its file.
    delivered: Option<i64>,
}

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];

impl One {
    fn written(&self, number: usize, execution: bool) -> String {
        let One { event, account, corrects, function, caller, request, second, .. } = *self;
        let id = format!("{event:08x}-0000-4000-8000-000000000000");
        // One of the requests is none.
        let request = match request {
            0 => String::new(),
            some => format!(r#""requestID":"{some:08x}-1111-4000-8000-000000000000","#),
        };
        let name = if execution { "InvokeExecution" } else { "Invoke" };
        let record = format!(
            r#"{{"eventVersion":"1.08","userIdentity":{},"eventTime":"{}","eventSource":"lambda.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1",{request}"eventID":"{id}","resources":[{{"accountId":"111122223333","type":"AWS::Lambda::Function","ARN":"{}"}}],"recipientAccountId":"{}"}}"#,
            CALLERS[caller].0,
            at(second),
            crate::worlds::function(function),
            ACCOUNTS[account],
        );
        if corrects { correcting(&record, &id, number as u32) } else { record }
    }

    /// What it says of its event.
    fn said(&self) -> (bool, usize, usize, u32, i64) {
        (self.corrects, self.function, self.caller, self.request, self.second)
    }
}

fn ones() -> impl Strategy<Value = Vec<One>> {
    let one = (
        (0..6_u32, 0..2_usize, any::<bool>()),
        (0..2_usize, 0..2_usize, 0..3_u32, 0..3_i64),
        prop::option::weighted(0.8, 0..3_i64),
    );
    let one =
        one.prop_map(|((event, account, corrects), (function, caller, request, second), delivered)| One {
            event,
            account,
            corrects,
            function,
            caller,
            request,
            second: second * 60,
            delivered: delivered.map(|minute| milliseconds(&at(7_200 + minute * 60)).unwrap()),
        });
    prop::collection::vec(one, 0..14)
}

/// What is counted, naively, by function and principal; and the copies.
fn naive(ones: &[One], most: u64) -> (BTreeMap<Vec<String>, u64>, u64) {
    let events: BTreeSet<(u32, usize)> = ones.iter().map(|one| (one.event, one.account)).collect();
    let too_many = ones.iter().filter(|one| one.corrects).count() as u64 > most;
    let (mut calls, mut distinct) = (BTreeMap::new(), 0);
    for event in events {
        // What is said of it, and when that was delivered last.
        let mut said = BTreeMap::new();
        for one in ones.iter().filter(|one| (one.event, one.account) == event) {
            let delivered = said.entry(one.said()).or_insert(one.delivered);
            *delivered = one.delivered.max(*delivered);
        }
        let claims = said.keys().filter(|said| !said.0).count();
        let known = said.iter().filter(|(said, _)| said.0).all(|(_, delivered)| delivered.is_some());
        let order = |said: &_, delivered: Option<i64>| {
            let (_, _, _, _, second) = *said;
            (if known { delivered } else { None }, second)
        };
        let corrections = || said.iter().filter(|(said, _)| said.0);
        let newest = corrections().map(|(said, delivered)| order(said, *delivered)).max();
        let newest: Vec<_> =
            corrections().filter(|(said, delivered)| Some(order(said, **delivered)) == newest).collect();
        let counted: Vec<_> = match newest[..] {
            [(newest, _)] if claims < 2 && !too_many => vec![*newest],
            _ => said.keys().copied().collect(),
        };
        distinct += counted.len() as u64;
        for (_, number, caller, ..) in counted {
            *calls.entry(vec![function(number), CALLERS[caller].1.to_owned()]).or_insert(0) += 1;
        }
    }
    (calls, ones.len() as u64 - distinct)
}

/// Each in a file of its own, in the order of that turn.
fn written(ones: &[One], turn: usize, execution: impl Fn(usize) -> bool) -> Vec<Delivered> {
    let written = |(number, one): (usize, &One)| (one.written(number, execution(number)), one.delivered);
    let mut files: Vec<Delivered> = ones.iter().enumerate().map(written).collect();
    if turn % 2 == 1 {
        files.reverse();
    }
    files.rotate_left(turn / 2 % ones.len().max(1));
    files
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn corrections_are_counted_as_a_naive_count_does(
        ones in ones(), threads in 1..4_usize, memory in 1..30_usize, turn in 0..20_usize, most in 1..12_u64,
    ) {
        let question = Question { by: vec![Dimension::Function, Dimension::Principal], filter: Filter::default() };
        let answer = Answer::of(taken(&question, &written(&ones, turn, |_| false), (threads, memory, most))).unwrap();
        let found = answer.groups.iter().map(|group| (group.labels.clone(), group.cell.calls));
        prop_assert_eq!((found.collect(), answer.copies), naive(&ones, most));
        let question = Timeline::question(Filter::default());
        let lines = Timeline::of(
            taken(&question, &written(&ones, turn, |_| false), (threads, memory, most)),
            usize::MAX,
        );
        let mut calls = BTreeMap::new();
        for line in lines.unwrap().lines {
            prop_assert!(!line.orphan && line.attempts.is_empty());
            prop_assert!(text_of(line.milliseconds) >= at(0));
            *calls.entry(vec![line.labels[0].clone(), line.labels[1].clone()]).or_insert(0) += 1;
        }
        prop_assert_eq!(calls, naive(&ones, most).0);
    }

    #[test]
    fn corrections_give_one_answer_whoever_reads_what(
        ones in ones(), executions in any::<u16>(), threads in 1..4_usize, memory in 1..30_usize,
        turn in 0..20_usize, most in 1..12_u64, only in 0..5_usize, (since, until) in (0..200_i64, 30..400_i64),
    ) {
        let pattern = |text: &str| vec![Pattern::new(text)];
        let filter = match only {
            0 => Filter { functions: pattern("f1"), ..Filter::default() },
            1 => Filter { principals: pattern("alice"), ..Filter::default() },
            2 => between(since, until),
            3 => Filter { accounts: vec![ACCOUNTS[0].to_owned()], ..Filter::default() },
            _ => Filter::default(),
        };
        let execution = |number: usize| executions & 1 << number != 0;
        let question = Question { by: vec![Dimension::Function, Dimension::Principal], filter: filter.clone() };
        let one = Answer::of(taken(&question, &written(&ones, 0, execution), (1, 1_000, most))).unwrap();
        let other = Answer::of(taken(&question, &written(&ones, turn, execution), (threads, memory, most))).unwrap();
        prop_assert_eq!(one, other);
        let question = Timeline::question(filter);
        let one = Timeline::of(taken(&question, &written(&ones, 0, execution), (1, 1_000, most)), 5).unwrap();
        let other = Timeline::of(taken(&question, &written(&ones, turn, execution), (threads, memory, most)), 5).unwrap();
        prop_assert_eq!(one, other);
    }
}
