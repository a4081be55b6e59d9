//! Rows keep their order, and each text is kept once.

use super::{Cell, Rows, Value};
use crate::columns::Table;

fn rows(of: &[(&str, i64)]) -> Rows {
    let mut rows = Rows::of(Table::Invocations, false);
    for (function, time) in of {
        rows.push([Value::Text(Some(*function).filter(|one| !one.is_empty())), Value::Integer(*time)]);
    }
    rows
}

#[test]
fn rows_are_sorted_by_text_and_not_by_the_order_in_which_texts_came() {
    let rows = rows(&[("b", 2), ("a", 9), ("b", 1), ("", 5), ("a", 3)]);
    assert_eq!(rows.sorted(&["function_arn", "time"]), [3, 4, 1, 2, 0]);
    assert_eq!(rows.cell(0, 3), Cell::Null);
}

#[test]
fn long_texts_and_numbers_come_back() {
    let mut rows = Rows::of(Table::Invocations, true);
    let all = rows.columns.len();
    for raw in ["{}", "{\"a\":1}"] {
        rows.push((0..all).map(|_| Value::Text(Some(raw))));
    }
    assert_eq!((rows.len(), rows.cell(all - 1, 1)), (2, Cell::Text("{\"a\":1}")));
    rows.add(rows.at("copies_dropped"), 0, 2);
    assert_eq!(rows.cell(rows.at("copies_dropped"), 0), Cell::Integer(2));
    rows.clear();
    assert_eq!((rows.len(), rows.cell(0, 0)), (0, Cell::Null));
}
