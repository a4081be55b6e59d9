//! The same facts whatever the order of files, the copies, and the runs.

use crate::world::{DATA, SHOP, call, change, daily, facts, gather, service, session, user, with};
use detect::facts::{Bounds, Facts};
use detect::gather::Gathered;
use serde_json::{Value, json};

fn world() -> Vec<Vec<Value>> {
    let backend = session(SHOP, "backend", "i-0a1b2c3d4e5f60718");
    let eve = user(SHOP, "eve");
    let mut files: Vec<Vec<Value>> = (0..6).map(|day| daily(day, day + 1, "pay", &backend)).collect();
    files.push(vec![
        change(90, "cloudtrail", "StopLogging", &eve, json!({"name": "main"})),
        call(95, "pay", &eve),
        call(96, "pay", &service("events")),
        with(call(97, "pay", &eve), &[("sharedEventID", json!("s-1")), ("eventID", json!("one"))]),
    ]);
    files.push(vec![
        with(call(97, "pay", &eve), &[("sharedEventID", json!("s-1")), ("eventID", json!("two"))]),
        change(91, "kms", "DisableKey", &session(DATA, "admin", "x"), json!({"keyId": "k"})),
    ]);
    files
}

fn gathered(order: &[usize], world: &[Vec<Value>], bounds: Bounds) -> Facts {
    let mut all = Gathered::new(Facts::default(), bounds);
    for at in order {
        gather(&mut all, *at, &world[*at]);
        all.facts.forget(&bounds);
    }
    all.finished()
}

#[test]
fn no_order_no_copy_and_no_second_run_changes_them() {
    let world = world();
    let once = facts(&world);
    let bounds = Bounds::default();
    assert_eq!(gathered(&[7, 6, 5, 4, 3, 2, 1, 0], &world, bounds), once);
    assert_eq!(gathered(&[3, 3, 0, 1, 2, 7, 5, 6, 4, 7], &world, bounds), once, "files that came twice");
    let first = gathered(&[0, 1, 6], &world, bounds);
    let mut second = Gathered::new(first, bounds);
    for at in [7, 2, 4, 3, 5] {
        gather(&mut second, at, &world[at]);
    }
    assert_eq!(second.finished(), once, "two runs");
    let shared: u64 = once.cells.values().map(|cell| cell.ids.total()).sum();
    assert_eq!(shared, 6 * 12 + 3, "a call across accounts is one call");
}

#[test]
fn what_is_forgotten_depends_on_no_order() {
    let world = world();
    for calls in [1, 300, 600, 900, 1200] {
        let bounds = Bounds { calls, ..Bounds::default() };
        let one = gathered(&[0, 1, 2, 3, 4, 5, 6, 7], &world, bounds);
        let other = gathered(&[5, 7, 3, 6, 0, 2, 1, 4], &world, bounds);
        assert_eq!(one, other, "{calls}");
        assert!(one.calls_from.is_some(), "{calls}");
    }
    for changes in [1, 1200] {
        let bounds = Bounds { changes, ..Bounds::default() };
        let one = gathered(&[0, 6, 7], &world, bounds);
        assert_eq!(one, gathered(&[7, 0, 6], &world, bounds), "{changes}");
    }
}
