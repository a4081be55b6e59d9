//! The roll-up of invocations: rows counted by day, function, caller and way. It merges by sum, least and greatest.

use crate::columns::Table;
use crate::rows::{Cell, Rows, Value};
use std::collections::HashMap;

/// What is counted of a group.
#[derive(Clone, Copy, Debug)]
struct Counted {
    records: i64,
    errors: i64,
    copies: i64,
    first: i64,
    last: i64,
}

/// The columns of a group, `event_day` excepted, which is made of the time.
const BY: [&str; 8] = [
    "function_arn",
    "eventname",
    "function_owner",
    "caller",
    "caller_account",
    "via",
    "recipientaccountid",
    "awsregion",
];

/// The roll-up of these rows, in the order of its groups.
pub(crate) fn of(rows: &Rows, order: &[u32]) -> Rows {
    let by = BY.map(|name| rows.at(name));
    let (time, error, copies) = (rows.at("time"), rows.at("errorcode"), rows.at("copies_dropped"));
    let integer = |column: usize, row: usize| match rows.cell(column, row) {
        Cell::Integer(number) => number,
        _ => 0,
    };
    let mut groups: HashMap<(i64, [u32; 8]), (usize, Counted)> = HashMap::new();
    for row in order.iter().map(|row| *row as usize) {
        let at = integer(time, row);
        let key = (at.div_euclid(DAY_MILLIS), by.map(|column| rows.number(column, row)));
        let fresh = Counted { records: 0, errors: 0, copies: 0, first: at, last: at };
        let (_, counted) = groups.entry(key).or_insert((row, fresh));
        counted.records += 1;
        counted.errors += i64::from(rows.cell(error, row) != Cell::Null);
        counted.copies += integer(copies, row);
        counted.first = counted.first.min(at);
        counted.last = counted.last.max(at);
    }
    let mut daily = Rows::of(Table::InvocationsDaily, false);
    // Numbers of texts depend on what came first: the groups are sorted by the texts themselves, by function first, as the rows are.
    let mut sorted: Vec<_> = groups
        .into_iter()
        .map(|((day, _), (row, counted))| {
            let day = logs::text_of(day * DAY_MILLIS).get(..10).unwrap_or_default().to_owned();
            ((day, by.map(|column| rows.cell(column, row))), counted)
        })
        .collect();
    sorted.sort_by(|((day, key), _), ((other_day, other), _)| {
        (key.first(), day, key.get(1..)).cmp(&(other.first(), other_day, other.get(1..)))
    });
    for ((day, [function, name, owner, caller, account, via, recipient, region]), counted) in &sorted {
        let text = |cell: &Cell<'_>| match cell {
            Cell::Text(text) => Some((*text).to_owned()),
            _ => None,
        };
        let texts = [function, name, owner, caller, account, via, recipient, region].map(text);
        let [function, name, owner, caller, account, via, recipient, region] = &texts;
        let said = |text| Value::Text(Option::as_deref(text));
        daily.push([
            said(function),
            Value::Text(Some(day)),
            said(name),
            said(owner),
            said(caller),
            said(account),
            said(via),
            said(recipient),
            said(region),
            Value::Integer(counted.records),
            Value::Integer(counted.errors),
            Value::Integer(counted.copies),
            Value::Integer(counted.first),
            Value::Integer(counted.last),
        ]);
    }
    daily
}

const DAY_MILLIS: i64 = 24 * 3_600_000;
