//! Invocations as documents: against their schema, and the same bytes for the same reading.

use crate::reports::STAMP;
use crate::schemas::{problems, schema};
use logs::scan::{Account, Trouble};
use logs::{
    Answer, Attempt, Cell, Dimension, Filter, Group, Invocations, LeftOut, Line, Pattern, Question, Table,
    Timeline, Via, Way,
};
use report::{self, Layout, Reading, Sort, invocations_csv, invocations_json, invocations_jsonl};
use serde_json::{Value, json};

const NOON: i64 = 1_763_640_000_000;

fn filter() -> Filter {
    Filter {
        functions: vec![Pattern::new("orders*")],
        principals: vec![Pattern::new("eve")],
        accounts: vec!["111122223333".to_owned()],
        regions: vec!["eu-west-1".to_owned()],
        names: vec!["Invoke".to_owned()],
        since: Some(NOON),
        until: Some(NOON + 1),
        ways: vec![Way::Via(Via::Console), Way::Async],
        errors: true,
        error_codes: vec![Pattern::new("Access*")],
        addresses: vec!["2001:db8::/32".parse().unwrap()],
        agents: vec![Pattern::new("a\"b")],
        access_keys: vec![Pattern::new("ASIA*")],
        caller_accounts: vec!["111122223333".to_owned()],
    }
}

fn group(label: &str, cell: Cell) -> Group {
    Group { labels: vec![label.to_owned(); Dimension::ALL.len()], cell }
}

fn groups() -> Invocations {
    let some = |calls| Cell { calls, foreign: 1, first: NOON, last: NOON + calls as i64, ..Cell::default() };
    let hostile = "=a,\"b\"\u{1b}[2J\u{202e}";
    let groups = vec![group("a", some(3)), group("b", some(2_000)), group(hostile, some(4))];
    Invocations::Groups(Table::from(&Answer { groups, copies: 5, ..Answer::default() }))
}

fn timeline() -> Invocations {
    let labels = || vec!["-".to_owned(); Timeline::DIMENSIONS.len()];
    let event = Some("00000000-0000-4000-8000-000000000001".to_owned());
    let attempt = Attempt { milliseconds: NOON + 250, event: event.clone(), labels: labels() };
    let line = Line {
        milliseconds: NOON,
        event,
        request: None,
        labels: labels(),
        orphan: false,
        later: true,
        dry_run: false,
        foreign: true,
        attempts: vec![attempt],
    };
    Invocations::Timeline(Timeline { lines: vec![line], more: 7, copies: 1, corrections_apart: 0 })
}

fn account() -> Account {
    let mut account = Account { files: 3, unread: 1, damaged: 1, aggregated: (2, 40), ..Account::default() };
    for offset in [None, Some(12)] {
        account.troubles.insert(Trouble { file: "a".to_owned(), offset, why: "no".to_owned() });
    }
    account
}

fn each(mut look: impl FnMut(&Reading<'_>)) {
    let account = account();
    let grouped = Question { by: Dimension::ALL.to_vec(), filter: filter() };
    let timed = Timeline::question(Filter::default());
    let left_out = LeftOut {
        digests: 1,
        insights: 2,
        network_activity: 3,
        other: 4,
        names: ["notes.md".to_owned(), "\u{202e}x".to_owned()].into(),
    };
    for (question, found) in [
        (&grouped, groups()),
        (&grouped, Invocations::Groups(Table::default())),
        (&timed, timeline()),
        (&timed, Invocations::Timeline(Timeline::default())),
    ] {
        for sort in [Sort::Calls, Sort::Label, Sort::Last] {
            look(&Reading {
                question,
                found: &found,
                account: &account,
                looked_until: Some(report::LookedUntil { delivered: 0, later: 2, digests_unread: 7_000 }),
                left_out: &left_out,
                sort,
                limit: 2,
                account_beside: false,
            });
        }
    }
}

fn text(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn invocations_are_as_the_schema_says() {
    let schema = schema("invocations-1.schema.json");
    each(|reading| {
        let document = text(|out| invocations_json(reading, &STAMP, out));
        let document: Value = serde_json::from_str(&document).unwrap();
        assert_eq!(problems(&schema, &document), Vec::<String>::new());
        for line in text(|out| invocations_jsonl(reading, &STAMP, out)).lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let mut of_line = json!({ "$ref": format!("#/$defs/{}_line", line["record"].as_str().unwrap()) });
            of_line["$defs"] = schema["$defs"].clone();
            assert_eq!(problems(&of_line, &line), Vec::<String>::new(), "{line}");
        }
    });
}

#[test]
fn a_table_is_csv_and_a_page_is_calm() {
    each(|reading| {
        let csv = text(|out| invocations_csv(reading, out));
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let width = reader.headers().unwrap().len();
        assert!(reader.records().all(|record| record.unwrap().len() == width));
        for width in [40, 80, 200] {
            let page = report::invocations_text(reading, &Layout { width, ..Layout::default() });
            let acts = |c: char| c != '\n' && text::visible::acts(c);
            assert!(!page.contains(acts) && !csv.replace('\r', "").contains(acts), "{page}");
            assert!(page.contains("1 file is damaged, 1 unread"), "{page}");
            assert!(page.contains("2 aggregated events stand for 40 calls"), "{page}");
        }
    });
}

#[test]
fn groups_stand_in_the_order_that_was_asked_for() {
    let (question, account) =
        (Question { by: Dimension::ALL.to_vec(), ..Question::default() }, Account::default());
    let order = |sort| {
        let found = groups();
        let left_out = LeftOut::default();
        let reading = Reading {
            question: &question,
            found: &found,
            account: &account,
            looked_until: Some(report::LookedUntil { delivered: 0, later: 2, digests_unread: 7_000 }),
            left_out: &left_out,
            sort,
            limit: 9,
            account_beside: false,
        };
        let document: Value =
            serde_json::from_str(&text(|out| invocations_json(&reading, &STAMP, out))).unwrap();
        let calls =
            document["groups"].as_array().unwrap().iter().map(|group| group["calls"].as_u64().unwrap());
        calls.collect::<Vec<_>>()
    };
    assert_eq!(order(Sort::Calls), [2_000, 4, 3]);
    assert_eq!(order(Sort::Label), [3, 2_000, 4]);
    assert_eq!(order(Sort::Last), [2_000, 4, 3]);
}
