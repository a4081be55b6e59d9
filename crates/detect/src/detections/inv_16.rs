//! INV-16: a function that was silent for long is called.

use super::inv_shared::{functions, tell, whole};
use crate::baseline::{Book, Kind, Known, Use, few, incidents, is_break_glass, when};
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-16",
    title: "A function that was silent for long was called directly",
    severity: Severity::Medium,
    attack: &["T1648"],
    fields: &["resources.ARN", "eventTime", "userIdentity"],
    page: include_str!("inv_16.md"),
    thresholds: &[Threshold {
        key: "days",
        default: 30.0,
        meaning: "Days without a call after which a function is silent.",
    }],
    find,
};

/// A call that woke a function.
struct Woken<'b, 'f> {
    one: &'b Use<'f>,
    /// When it was called before; `None` where no record says so.
    before: Option<i64>,
}

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let silent = i64::try_from(whole(view, DETECTION.id, "days")).unwrap_or(30).min(3_650) * DAY_MILLIS;
    let mut woken: BTreeMap<usize, Vec<Woken<'_, '_>>> = BTreeMap::new();
    for function in book.functions() {
        for one in of_function(view, book, function, silent) {
            woken.entry(one.one.who).or_default().push(one);
        }
    }
    let mut found = Vec::new();
    for own in woken.values_mut() {
        own.sort_by_key(|one| (one.one.time(), one.one.call.key));
        // Whoever wakes functions again and again runs what is rarely run.
        let groups = incidents(own, |one| one.one.time(), DAY_MILLIS);
        for incident in groups.into_iter().take(2) {
            found.extend(tell_of(view, book, incident, silent / DAY_MILLIS));
        }
    }
    found
}

fn of_function<'b, 'f>(
    view: &View<'f>,
    book: &'b Book<'f>,
    function: &Known<'f>,
    silent: i64,
) -> Vec<Woken<'b, 'f>> {
    let mut woken = Vec::new();
    let mut last: Option<i64> = None;
    let mut callers = BTreeSet::new();
    for one in book
        .calls_of(function)
        .filter(|one| matches!(one.kind, Kind::Direct | Kind::Service | Kind::Anonymous))
    {
        let at = one.time();
        let name = view.caller(&one.call).name;
        let slept = match last {
            Some(last) => last + silent <= at,
            None => is_old(view, book, function, at, silent),
        };
        let direct = one.kind == Kind::Direct && !callers.contains(&one.who);
        let explained = || {
            let mut changes = book.deploys.of_function(function.arn, at - 7 * DAY_MILLIS, at + 1);
            changes.any(|change| book.deploys.is_regular(change))
                || book.deploys.is_usual_of(
                    name,
                    view.way(&one.call).session,
                    view.way(&one.call).address,
                    at,
                )
                || is_break_glass(name)
        };
        if slept && direct && book.has_learned(view, function.account, at) && !explained() {
            woken.push(Woken { one, before: last });
        }
        callers.insert(one.who);
        last = last.max(Some(one.call.cell.last));
    }
    woken
}

/// True iff a function whose first call this is existed all along: changes were recorded, and none made it.
fn is_old(view: &View<'_>, book: &Book<'_>, function: &Known<'_>, at: i64, silent: i64) -> bool {
    let since = book.since(function.account).is_some_and(|since| since + silent <= at);
    // What is called all day from its first day on is new, or newly recorded.
    let begin = book.calls_of(function).take_while(|one| one.time() < at + DAY_MILLIS);
    let hours: BTreeSet<i64> = begin.flat_map(|one| one.call.hours()).map(|(hour, _)| hour).collect();
    let watched = book.deploys.is_watched(function.account, at - silent);
    since && view.made(function.arn).is_none() && watched && hours.len() < 6
}

fn tell_of<'f>(view: &View<'f>, book: &Book<'f>, incident: &[Woken<'_, 'f>], days: i64) -> Option<Finding> {
    let first = incident.first()?;
    let principal = book.principals().get(first.one.who)?;
    let calls: Vec<Call<'f>> = incident.iter().map(|one| one.one.call).collect();
    let known = incident.iter().any(|one| one.before.is_some());
    let severity = if known { DETECTION.severity } else { Severity::Low };
    let names = few(functions(book, &calls));
    let seen = format!("{} called {names}, which had been silent.", principal.caller.name);
    let normal = match first.before {
        Some(before) => format!("The last call before was at {}, {days} days or more ago.", when(before)),
        None => format!("In {days} days of records before, nothing called it, and nothing made it."),
    };
    Some(tell(view, DETECTION.id, severity, principal, &calls, seen)?.normally(normal))
}
