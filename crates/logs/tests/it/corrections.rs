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
            let again = Answer::of(tallied(question, files.clone(), (threads, memory)).0).unwrap();
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
    // Of the same time, whichever it is, it is one: `counts` sees that it is always the same.
    let three = at(&SYNC.replace("function:orders", "function:more"), "2023-03-21T01:02:05Z", 3);
    let (found, copies) = counts(&by_function_and_role(), &[SYNC, &one, &three, &two]);
    assert_eq!((found.len(), copies), (1, 3));
}

#[test]
fn of_equally_new_corrections_one_decides_all() {
    let request = |function: &str| format!("{:08x}-1111-4000-8000-000000000000", function.len());
    let names: Vec<String> = (1..8).map(|n| "fg".repeat(n)).collect();
    let correction = |name: &String| {
        let record = SYNC.replace("function:orders", &format!("function:{name}"));
        correcting(&record.replace("r-1", &request(name)), SYNC_ID, name.len() as u32)
    };
    let question = Timeline::question(Filter::default());
    for (at, one) in names.iter().enumerate() {
        for other in &names[..at] {
            let file = [correction(one), SYNC.to_owned(), correction(other)].join("\n").into_bytes();
            let timeline = Timeline::of(tallied(&question, vec![file], (1, 9)).0, 9).unwrap();
            let [line] = &timeline.lines[..] else { panic!("{timeline:?}") };
            let name = line.labels[0].rsplit(':').next().unwrap();
            assert_eq!((line.request.as_deref(), timeline.copies), (Some(&*request(name)), 2));
        }
    }
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
            let timeline = Timeline::of(tallied(&question, files, (threads, 2)).0, 10).unwrap();
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
}

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];

impl One {
    fn written(&self, number: usize, execution: bool) -> String {
        let One { event, account, corrects, function, caller, request, second } = *self;
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
}

fn ones() -> impl Strategy<Value = Vec<One>> {
    let one = ((0..6_u32, 0..2_usize, any::<bool>()), (0..2_usize, 0..2_usize, 0..3_u32, 0..5_i64));
    let one = one.prop_map(|((event, account, corrects), (function, caller, request, second))| One {
        event,
        account,
        corrects,
        function,
        caller,
        request,
        // No two corrections are equally new unless they are equal.
        second: if corrects {
            second * 12 + function as i64 * 6 + caller as i64 * 3 + i64::from(request)
        } else {
            second * 60
        },
    });
    prop::collection::vec(one, 0..14)
}

/// What is counted, naively, by function and principal; and the copies.
fn naive(ones: &[One]) -> (BTreeMap<Vec<String>, u64>, u64) {
    let events: BTreeSet<(u32, usize)> = ones.iter().map(|one| (one.event, one.account)).collect();
    let (mut calls, mut distinct) = (BTreeMap::new(), 0);
    for event in events {
        let of: BTreeSet<&One> = ones.iter().filter(|one| (one.event, one.account) == event).collect();
        let (corrections, claims): (Vec<&One>, Vec<&One>) = of.iter().partition(|one| one.corrects);
        let newest = corrections.iter().max_by_key(|one| one.second).filter(|_| claims.len() < 2);
        let counted: BTreeSet<_> = match newest {
            Some(newest) => BTreeSet::from([(newest.function, newest.caller, newest.request, newest.second)]),
            None => of.iter().map(|one| (one.function, one.caller, one.request, one.second)).collect(),
        };
        distinct += counted.len() as u64;
        for (number, caller, ..) in counted {
            *calls.entry(vec![function(number), CALLERS[caller].1.to_owned()]).or_insert(0) += 1;
        }
    }
    (calls, ones.len() as u64 - distinct)
}

/// Written to three files.
fn files(ones: &[One], turn: usize, execution: impl Fn(usize) -> bool) -> Vec<Vec<u8>> {
    let mut files = vec![Vec::new(); 3];
    for (number, one) in ones.iter().enumerate() {
        files[(number * 7 + turn) % 3].push(one.written(number, execution(number)));
    }
    files.rotate_left(turn % 3);
    files.iter().map(|records| records.join("\n").into_bytes()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn corrections_are_counted_as_a_naive_count_does(
        ones in ones(), threads in 1..4_usize, memory in 1..30_usize, turn in 0..6_usize,
    ) {
        let question = Question { by: vec![Dimension::Function, Dimension::Principal], filter: Filter::default() };
        let answer = Answer::of(tallied(&question, files(&ones, turn, |_| false), (threads, memory)).0).unwrap();
        let found = answer.groups.iter().map(|group| (group.labels.clone(), group.cell.calls));
        prop_assert_eq!((found.collect(), answer.copies), naive(&ones));
        let lines = Timeline::of(
            tallied(&Timeline::question(Filter::default()), files(&ones, turn, |_| false), (threads, memory)).0,
            usize::MAX,
        );
        let mut calls = BTreeMap::new();
        for line in lines.unwrap().lines {
            prop_assert!(!line.orphan && line.attempts.is_empty());
            prop_assert!(text_of(line.milliseconds) >= at(0));
            *calls.entry(vec![line.labels[0].clone(), line.labels[1].clone()]).or_insert(0) += 1;
        }
        prop_assert_eq!(calls, naive(&ones).0);
    }

    #[test]
    fn corrections_give_one_answer_whoever_reads_what(
        ones in ones(), executions in any::<u16>(), threads in 1..4_usize, memory in 1..30_usize,
        turn in 0..6_usize, only in 0..5_usize, (since, until) in (0..200_i64, 30..400_i64),
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
        let one = Answer::of(tallied(&question, files(&ones, 0, execution), (1, 1_000)).0).unwrap();
        let other = Answer::of(tallied(&question, files(&ones, turn, execution), (threads, memory)).0).unwrap();
        prop_assert_eq!(one, other);
        let question = Timeline::question(filter);
        let one = Timeline::of(tallied(&question, files(&ones, 0, execution), (1, 1_000)).0, 5).unwrap();
        let other = Timeline::of(tallied(&question, files(&ones, turn, execution), (threads, memory)).0, 5).unwrap();
        prop_assert_eq!(one, other);
    }
}
