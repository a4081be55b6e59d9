//! Questions and answers: counted as a naive count does, whatever the order, the threads, the memory and the copies.

use crate::records::{ALL, EXECUTION, NOTIFICATION, SYNC};
use crate::worlds::{CALLERS, Call, answer, at, between, calls, count, files, function, records, tallied};
use logs::{
    Answer, Cell, Dimension, Filter, Group, Lag, Pattern, Question, Table, Timeline, Via, Way, text_of,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn by(by: &[Dimension], filter: Filter) -> Question {
    Question { by: by.to_vec(), filter }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_answer_is_the_naive_count(
        calls in calls(),
        (since, until) in (0..4_000_i64, 3_000..8_000_i64),
        threads in 1..4_usize,
        memory in 1..40_usize,
        rotation in 0..5_usize,
    ) {
        let question = by(&[Dimension::Function, Dimension::Principal], between(since, until));
        let mut files = files(&calls);
        files.rotate_left(rotation);
        let files_again = files.clone();
        let answer = Answer::of(tallied(&question, files, threads, memory).0).unwrap();
        let (expected, copies) = count(&calls, (since, until));
        let found: BTreeMap<_, _> =
            answer.groups.iter().map(|group| (group.labels.clone(), group.cell.clone())).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(answer.groups.is_sorted_by(|one, other| one.labels < other.labels));
        prop_assert_eq!(answer.copies, copies);
        let table = Table::of(tallied(&question, files_again, threads, memory).0).unwrap();
        prop_assert_eq!(rows(&table), without_lags(&answer));
        prop_assert_eq!(table.copies(), copies);
    }

    #[test]
    fn a_timeline_holds_each_call_once_in_the_order_of_time(
        calls in calls(),
        threads in 1..4_usize,
        memory in 1..40_usize,
        limit in 1..50_usize,
    ) {
        let question = Timeline::question(Filter::default());
        let told = Timeline::of(tallied(&question, files(&calls), threads, memory).0, limit).unwrap();
        let whole = Timeline::of(tallied(&question, files(&calls), 1, 1_000).0, usize::MAX).unwrap();
        let mut expected: Vec<(String, usize)> = Vec::new();
        for call in &calls {
            let attempts = call.attempts.unwrap_or(0);
            match call.lost {
                false => expected.push((at(call.second), attempts)),
                true => expected.extend((0..attempts).map(|n| (at(call.second + 60 * n as i64), 0))),
            }
        }
        expected.sort();
        let mut found: Vec<(String, usize)> =
            whole.lines.iter().map(|line| (text_of(line.milliseconds), line.attempts.len())).collect();
        prop_assert!(found.is_sorted_by_key(|(at, _)| at.clone()));
        found.sort();
        prop_assert_eq!(&found, &expected);
        let kept = whole.lines.len().min(limit);
        prop_assert_eq!(&told.lines, &whole.lines[whole.lines.len() - kept..]);
        prop_assert_eq!(told.more, (whole.lines.len() - kept) as u64);
    }
}

fn rows(table: &Table) -> Vec<Group> {
    let group =
        |row: logs::TableRow<'_>| Group { labels: row.labels().map(str::to_owned).collect(), cell: row.cell };
    table.rows().map(group).collect()
}

fn without_lags(answer: &Answer) -> Vec<Group> {
    let mut groups = answer.groups.clone();
    groups.iter_mut().for_each(|group| group.cell.lag = Lag::default());
    groups
}

#[test]
fn a_table_says_what_its_answer_says_and_says_it_again_when_it_is_read_back() {
    for by in [&[][..], &[Dimension::Hour], &[Dimension::Day, Dimension::Function], &Dimension::ALL[..12]] {
        let question = Question { by: by.to_vec(), filter: Filter::default() };
        let files = || [SYNC, EXECUTION, NOTIFICATION].map(|record| record.as_bytes().to_vec()).to_vec();
        let answer = Answer::of(tallied(&question, files(), 2, 2).0).unwrap();
        assert!(!answer.groups.is_empty());
        let table = Table::of(tallied(&question, files(), 2, 2).0).unwrap();
        let written = serde_json::to_string(&table).unwrap();
        let read: Table = serde_json::from_str(&written).unwrap();
        for table in [&table, &read, &Table::from(&answer)] {
            assert_eq!((rows(table), table.len()), (without_lags(&answer), answer.groups.len()), "{by:?}");
            assert_eq!(table.row(0).unwrap().label(by.len()), None);
        }
        // What does not fit together is nothing, and no panic.
        for (from, to) in [
            ("\"width\":", "\"width\":9"),
            ("\"labels\":[", "\"labels\":[4000000000,"),
            ("\"cells\":[", "\"x\":["),
        ] {
            if let Ok(table) = serde_json::from_str::<Table>(&written.replacen(from, to, 1)) {
                rows(&table);
            }
        }
    }
}

#[test]
fn no_count_is_too_large_for_a_table() {
    let most = u64::from(u32::MAX);
    let cells = [most - 1, most, most + 1, u64::MAX].map(|calls| Cell { calls, last: 7, ..Cell::default() });
    let groups = cells.map(|cell| Group { labels: vec![cell.calls.to_string()], cell }).to_vec();
    let table = Table::from(&Answer { groups: groups.clone(), ..Answer::default() });
    let read: Table = serde_json::from_str(&serde_json::to_string(&table).unwrap()).unwrap();
    assert_eq!((rows(&table), rows(&read)), (groups.clone(), groups));
}

fn only(answer: &Answer) -> &Group {
    assert_eq!(answer.groups.len(), 1, "{:?}", answer.groups);
    &answer.groups[0]
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
fn attempts_count_for_whoever_called() {
    for attempts in 1..=3 {
        let calls = [Call { caller: 2, attempts: Some(attempts), copies: 2, ..call() }];
        let answer = answer(&by(&[Dimension::Principal], Filter::default()), files(&calls));
        let Group { labels, cell } = only(&answer);
        assert_eq!(labels, &["user eve"]);
        assert_eq!((cell.calls, cell.attempts, cell.orphans, cell.ran), (1, attempts as u64, 0, 0));
        assert_eq!((cell.later, cell.executions(), answer.copies), (1, attempts as u64, 1 + attempts as u64));
    }
    let lost = [Call { attempts: Some(2), lost: true, ..call() }];
    let answer = answer(&by(&[Dimension::Principal], Filter::default()), files(&lost));
    let Group { labels, cell } = only(&answer);
    assert_eq!(labels, &["service lambda.amazonaws.com"]);
    assert_eq!((cell.calls, cell.attempts, cell.orphans), (0, 2, 2));
}

#[test]
fn a_synchronous_call_takes_no_attempts_of_others() {
    // A request id is the caller's word: two calls may share one.
    let sync = Call { second: 5, ..call() };
    let later = Call { attempts: Some(1), ..call() };
    let all = [records(0, &sync), records(0, &later)].concat().join("\n");
    let question = by(&[Dimension::Via], Filter::default());
    let answer = answer(&question, vec![all.into_bytes()]);
    let found: Vec<(&str, u64, u64)> =
        answer.groups.iter().map(|one| (one.labels[0].as_str(), one.cell.calls, one.cell.attempts)).collect();
    assert_eq!(found, [("direct", 1, 0), ("direct, async", 1, 1)]);
}

#[test]
fn every_part_of_a_filter_leaves_out() {
    let world = [
        call(),
        Call { caller: 1, attempts: Some(1), function: 1, ..call() },
        Call { caller: 2, error: true, second: 3_600, ..call() },
        Call { caller: 3, function: 2, ..call() },
    ];
    let pattern = |text: &str| vec![Pattern::new(text)];
    let all = Filter::default;
    for (filter, calls, attempts) in [
        (all(), 4, 1),
        (Filter { functions: pattern("f1"), ..all() }, 1, 1),
        (Filter { functions: pattern("f*"), ..all() }, 4, 1),
        (Filter { functions: pattern(&function(2)), ..all() }, 1, 0),
        (Filter { functions: pattern(&format!("{}:live", function(2))), ..all() }, 0, 0),
        (Filter { principals: pattern("eve"), ..all() }, 1, 0),
        (Filter { principals: pattern("deploy"), ..all() }, 1, 0),
        (Filter { principals: pattern("alice"), ..all() }, 1, 0),
        (Filter { principals: pattern("arn:aws:sts::*"), ..all() }, 2, 0),
        (Filter { principals: pattern("events.amazonaws.com"), ..all() }, 1, 1),
        (Filter { principals: pattern("lambda.amazonaws.com"), ..all() }, 0, 0),
        (Filter { accounts: vec!["111122223333".to_owned()], ..all() }, 4, 1),
        (Filter { accounts: vec!["999988887777".to_owned()], ..all() }, 0, 0),
        (Filter { regions: vec!["eu-west-1".to_owned()], ..all() }, 4, 1),
        (Filter { regions: vec!["eu-west-2".to_owned()], ..all() }, 0, 0),
        (Filter { names: vec!["InvokeExecution".to_owned()], ..all() }, 0, 1),
        (Filter { names: vec!["Invoke".to_owned()], ..all() }, 4, 0),
        (Filter { ways: vec![Way::Via(Via::Direct)], ..all() }, 3, 0),
        (Filter { ways: vec![Way::Via(Via::Service)], ..all() }, 1, 1),
        (Filter { ways: vec![Way::Async], ..all() }, 1, 1),
        (Filter { ways: vec![Way::Via(Via::Url), Way::Via(Via::Console)], ..all() }, 0, 0),
        (Filter { errors: true, ..all() }, 1, 0),
        (between(3_600, 3_601), 1, 0),
        (between(0, 3_600), 3, 1),
    ] {
        let total = answer(&by(&[Dimension::Function], filter.clone()), files(&world)).total();
        assert_eq!((total.calls, total.attempts), (calls, attempts), "{filter:?}");
    }
}

#[test]
fn labels_of_every_dimension() {
    let label = |dimension: Dimension, record: &str| {
        let answer = answer(&by(&[dimension], Filter::default()), vec![record.as_bytes().to_vec()]);
        only(&answer).labels[0].clone()
    };
    let expected = |dimension: Dimension| match dimension {
        Dimension::Function => [
            "arn:aws:lambda:eu-west-1:111122223333:function:orders",
            "arn:aws:lambda:eu-west-1:111122223333:function:orders",
            "arn:aws:lambda:us-east-1:111122223333:function:thumbs",
        ],
        Dimension::Caller => {
            ["arn:aws:sts::111122223333:assumed-role/states/s", "lambda.amazonaws.com", "s3.amazonaws.com"]
        }
        Dimension::Principal => [
            "role states, session s, through states.amazonaws.com",
            "service lambda.amazonaws.com",
            "service s3.amazonaws.com",
        ],
        Dimension::Role => ["role states", "service lambda.amazonaws.com", "service s3.amazonaws.com"],
        Dimension::Service | Dimension::Address | Dimension::Agent => {
            ["states.amazonaws.com", "lambda.amazonaws.com", "s3.amazonaws.com"]
        }
        Dimension::Source => ["states.amazonaws.com", "lambda.amazonaws.com", "arn:aws:s3:::photos"],
        Dimension::Account | Dimension::Owner => ["111122223333"; 3],
        Dimension::Region => ["eu-west-1", "eu-west-1", "us-east-1"],
        Dimension::Via => ["service", "service, async", "service, async"],
        Dimension::Name => ["Invoke", "InvokeExecution", "Invoke"],
        Dimension::Error => ["-"; 3],
        Dimension::Hour => ["2023-03-21T01:00Z", "2023-03-21T01:00Z", "2018-03-21T01:00Z"],
        Dimension::Day => ["2023-03-21", "2023-03-21", "2018-03-21"],
        Dimension::Version => [
            "arn:aws:lambda:eu-west-1:111122223333:function:orders:23",
            "arn:aws:lambda:eu-west-1:111122223333:function:orders:14",
            "arn:aws:lambda:us-east-1:111122223333:function:thumbs:$LATEST",
        ],
        Dimension::CallerAccount => ["111122223333", "-", "-"],
        Dimension::AccessKey => ["ASIAEXAMPLE", "-", "-"],
    };
    for dimension in Dimension::ALL {
        assert_eq!(
            [SYNC, EXECUTION, NOTIFICATION].map(|record| label(dimension, record)),
            expected(dimension)
        );
        assert_eq!(Dimension::parse(dimension.as_str()), Some(dimension));
    }
}

#[test]
fn people_are_named_as_people_know_them() {
    for (identity, principal) in CALLERS.iter().copied().chain([
        (
            r#"{"type":"Root","accountId":"111122223333","arn":"arn:aws:iam::111122223333:root"}"#,
            "root of 111122223333",
        ),
        (
            r#"{"type":"FederatedUser","arn":"arn:aws:sts::111122223333:federated-user/bob"}"#,
            "federated user bob",
        ),
        (r#"{"type":"AWSAccount","accountId":"444455556666","principalId":"AIDAX"}"#, "principal AIDAX of account 444455556666"),
        (r#"{"type":"AWSAccount","accountId":"444455556666"}"#, "account 444455556666"),
        (
            r#"{"type":"IdentityCenterUser","accountId":"111122223333","onBehalfOf":{"userId":"9448-7005"},"credentialId":"c"}"#,
            "Identity Center user 9448-7005",
        ),
        (
            r#"{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/q/s","onBehalfOf":{"userId":"9448"}}"#,
            "role q, session s, for Identity Center user 9448",
        ),
        (r#"{"type":"Unknown"}"#, "nobody named"),
        (r#"{"type":"WebIdentityUser","userName":"carol"}"#, "user carol"),
        // Two providers may each know a carol.
        (
            r#"{"type":"WebIdentityUser","userName":"carol","principalId":"accounts.google.com:app:carol"}"#,
            "user carol (principal accounts.google.com:app:carol)",
        ),
        (
            r#"{"type":"SAMLUser","userName":"carol","principalId":"hash1=:carol"}"#,
            "user carol (principal hash1=:carol)",
        ),
        (r#"{"type":"IAMUser","arn":"no arn"}"#, "no arn"),
    ]) {
        let record = SYNC.replacen(
            &SYNC[SYNC.find("{\"type\"").unwrap()..SYNC.find(",\"eventTime\"").unwrap()],
            identity,
            1,
        );
        let answer = answer(&by(&[Dimension::Principal], Filter::default()), vec![record.into_bytes()]);
        assert_eq!(only(&answer).labels, [principal], "{identity}");
    }
}

#[test]
fn callers_of_other_accounts_are_marked() {
    let world = [call(), Call { caller: 3, ..call() }, Call { caller: 3, second: 9, ..call() }];
    let answer = answer(&by(&[Dimension::Caller], Filter::default()), files(&world));
    let marked: Vec<u64> = answer.groups.iter().map(|group| group.cell.foreign).collect();
    assert_eq!(marked, [0, 2]);
}

#[test]
fn only_invocations_are_counted() {
    let file = format!("{{\"Records\":[{}]}}", ALL.join(","));
    let total = answer(&by(&[], Filter::default()), vec![file.into_bytes()]).total();
    assert_eq!((total.calls, total.attempts, total.orphans), (2, 1, 1));
}

/// The record of a call by a caller of that account, whose role and session have everywhere the same names.
fn of_account(account: &str, id: u32) -> String {
    let identity = format!(
        r#"{{"type":"AssumedRole","principalId":"A:ci","arn":"arn:aws:sts::{account}:assumed-role/deploy/ci","accessKeyId":"ASIA{id}"}}"#
    );
    SYNC.replacen(&SYNC[SYNC.find("{\"type\"").unwrap()..SYNC.find(",\"eventTime\"").unwrap()], &identity, 1)
        .replace("11111111-2222", &format!("{id:08x}-2222"))
        .replace(
            "\"sourceIPAddress\":\"states.amazonaws.com\"",
            &format!("\"sourceIPAddress\":\"198.51.100.{id}\""),
        )
}

/// Two accounts have a principal of one name: it is one within its account alone.
#[test]
fn principals_of_different_accounts_are_never_one() {
    let accounts = ["111122223333", "999988887777", "999988887777"];
    let records: Vec<String> =
        accounts.iter().zip(1..).map(|(account, id)| of_account(account, id)).collect();
    let file = format!("{{\"Records\":[{}]}}", records.join(",")).into_bytes();
    for dimension in [Dimension::Principal, Dimension::Role] {
        let question = Question::new(vec![dimension], Filter::default());
        assert_eq!(question.by, [dimension, Dimension::CallerAccount]);
        let answer = answer(&question, vec![file.clone()]);
        let told: Vec<(&str, u64)> =
            answer.groups.iter().map(|group| (group.labels[1].as_str(), group.cell.calls)).collect();
        assert_eq!(told, [("111122223333", 1), ("999988887777", 2)], "{dimension:?}");
    }
    // It is added once, and only where a name is asked for.
    let by = vec![Dimension::CallerAccount, Dimension::Role];
    assert_eq!(Question::new(by.clone(), Filter::default()).by, by);
    assert_eq!(Question::new(vec![Dimension::Caller], Filter::default()).by, [Dimension::Caller]);
}

#[test]
fn calls_are_chosen_by_address_client_key_account_and_error() {
    let failed = of_account("999988887777", 3)
        .replace("\"requestID\"", "\"errorCode\":\"AccessDenied\",\"requestID\"");
    let records = [of_account("111122223333", 1), of_account("999988887777", 2), failed];
    let file = format!("{{\"Records\":[{}]}}", records.join(",")).into_bytes();
    let count = |filter: Filter| answer(&by(&[], filter), vec![file.clone()]).total().calls;
    let networks = |text: &str| Filter { addresses: vec![text.parse().unwrap()], ..Filter::default() };
    assert_eq!(count(networks("198.51.100.2")), 1);
    assert_eq!(count(networks("198.51.100.2/31")), 2);
    assert_eq!(count(networks("203.0.113.0/24")), 0);
    let pattern = |text: &str| vec![Pattern::new(text)];
    assert_eq!(count(Filter { agents: pattern("states.*"), ..Filter::default() }), 3);
    assert_eq!(count(Filter { agents: pattern("aws-cli*"), ..Filter::default() }), 0);
    assert_eq!(count(Filter { access_keys: pattern("ASIA2"), ..Filter::default() }), 1);
    let accounts = |id: &str| Filter { caller_accounts: vec![id.to_owned()], ..Filter::default() };
    assert_eq!(count(accounts("999988887777")), 2);
    assert_eq!(count(accounts("444455556666")), 0);
    assert_eq!(count(Filter { error_codes: pattern("AccessDenied*"), ..Filter::default() }), 1);
    assert_eq!(count(Filter { error_codes: pattern("Throttling*"), ..Filter::default() }), 0);
}

/// A name that nothing has is known as such whatever else was asked; the names that are there are told.
#[test]
fn a_name_that_no_function_has_is_known() {
    let file = SYNC.as_bytes().to_vec();
    let filter = Filter {
        functions: vec![Pattern::new("ordrs"), Pattern::new("ord*")],
        regions: vec!["ap-south-1".to_owned()],
        accounts: vec!["444455556666".to_owned()],
        ..Filter::default()
    };
    let question = by(&[], filter);
    let named = tallied(&question, vec![file.clone()], 1, 10).0.remove(0).named();
    assert_eq!((named.found, named.others.len()), (vec![false, true], 0));
    let question = by(&[], Filter { functions: vec![Pattern::new("ordrs")], ..Filter::default() });
    let named = tallied(&question, vec![file], 1, 10).0.remove(0).named();
    assert_eq!(
        (named.found, named.others.into_iter().collect::<Vec<_>>()),
        (vec![false], vec!["orders".to_owned()])
    );
}
