//! INV-04: far more calls than usual.

use super::inv_shared::{tell, whole, within};
use crate::baseline::{
    Book, Hours, Kind, Principal, Session, Use, Usual, count, few, incidents, is_break_glass, place, when,
};
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::collections::BTreeMap;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-04",
    title: "A principal called far more often than usual",
    severity: Severity::Medium,
    attack: &["T1496", "T1499"],
    fields: &["userIdentity", "resources.ARN", "eventTime"],
    page: include_str!("inv_04.md"),
    thresholds: &[
        Threshold {
            key: "calls-an-hour",
            default: 1000.0,
            meaning: "Calls in an hour below which nothing is a burst; a fifth of it is enough for twenty times as many as ever.",
        },
        Threshold {
            key: "times",
            default: 4.0,
            meaning: "How many times the largest hour of four weeks before it must be.",
        },
    ],
    find,
};

/// A fifth of the floor is enough for what is so many times as much as ever.
const QUIET: (u64, f64) = (5, 20.0);

/// An hour with far more calls than usual.
struct Burst {
    hour: i64,
    count: u64,
    usual: Usual,
    function: Option<u32>,
}

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let mut found = Vec::new();
    for (principal, uses) in book.by_principal() {
        found.extend(of_principal(view, book, principal, uses));
    }
    found.extend(of_services(view, book));
    found
}

/// Floor and factor.
fn limits(view: &View<'_>) -> (u64, f64) {
    let floor = whole(view, DETECTION.id, "calls-an-hour");
    (floor.max(1), view.settings.threshold(DETECTION.id, "times").max(1.0))
}

fn of_principal<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    principal: &Principal<'f>,
    uses: &[Use<'f>],
) -> Vec<Finding> {
    let (floor, factor) = limits(view);
    let mut all = Hours::default();
    let mut by_function: BTreeMap<u32, Hours> = BTreeMap::new();
    for one in uses.iter().filter(|one| matches!(one.kind, Kind::Direct | Kind::Refused)) {
        all.add(one.call.hours());
        by_function.entry(one.call.key.function).or_default().add(one.call.hours());
    }
    let quiet = floor / QUIET.0;
    if all.most() < quiet || is_break_glass(principal.caller.name) {
        return Vec::new();
    }
    let bursts_of = |hours: &Hours, function| {
        let loud = hours.iter().filter(|(_, count)| *count >= quiet).collect::<Vec<_>>();
        let judged =
            loud.into_iter().map(|(hour, count)| Burst { hour, count, usual: hours.usual(hour), function });
        judged
            .filter(|one| one.usual.days >= 5)
            .filter(|one| {
                let turn = if is_turn_of_month(one.hour) { 2.0 } else { 1.0 };
                one.count >= floor && one.usual.is_exceeded(one.count, factor * turn)
                    || one.usual.is_exceeded(one.count, QUIET.1 * turn)
            })
            .collect::<Vec<Burst>>()
    };
    let mut bursts = bursts_of(&all, None);
    for (function, hours) in by_function.iter().filter(|(_, hours)| hours.most() >= quiet) {
        bursts.extend(bursts_of(hours, Some(*function)));
    }
    bursts.sort_by_key(|one| (one.hour, one.function));
    bursts.retain(|one| {
        let near = within(uses, one.hour * HOUR_MILLIS - DAY_MILLIS, (one.hour + 1) * HOUR_MILLIS);
        let account = near.last().and_then(|one| book.function(&one.call)).map_or("", |known| known.account);
        book.has_learned(view, account, one.hour * HOUR_MILLIS)
    });
    let groups = incidents(&bursts, |one| one.hour, 24);
    groups.into_iter().filter_map(|group| tell_of(view, book, principal, uses, &all, group)).collect()
}

/// True iff the hour lies in the last days of a month or in the first of the next.
fn is_turn_of_month(hour: i64) -> bool {
    let text = when(hour * HOUR_MILLIS);
    let day = text.get(8..10).and_then(|day| day.parse::<u32>().ok()).unwrap_or(15);
    day >= 28 || day <= 3
}

/// True iff the turn of the month before had such a burst, too, or is not known: a batch of each month comes back.
fn returns(uses: &[Use<'_>], all: &Hours, worst: &Burst) -> bool {
    let (from, until) = (worst.hour - 37 * 24, worst.hour - 21 * 24);
    let known = uses.first().is_some_and(|first| first.time() <= from * HOUR_MILLIS);
    let mut before = all.iter().filter(|(hour, _)| (from..until).contains(hour) && is_turn_of_month(*hour));
    !known || before.any(|(_, count)| count.saturating_mul(2) >= worst.count)
}

fn tell_of<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    principal: &Principal<'f>,
    uses: &[Use<'f>],
    all: &Hours,
    group: &[Burst],
) -> Option<Finding> {
    let worst = group.iter().max_by_key(|one| (one.count, std::cmp::Reverse(one.hour)))?;
    let first = group.first()?;
    let hours = |call: &Call<'f>| call.hours().any(|(hour, _)| group.iter().any(|one| one.hour == hour));
    let wanted = |call: &Call<'f>| {
        group.iter().any(|one| one.function.is_none() || one.function == Some(call.key.function))
    };
    let near = within(uses, first.hour * HOUR_MILLIS - DAY_MILLIS, (first.hour + 25) * HOUR_MILLIS);
    let mut calls: Vec<Call<'f>> =
        near.iter().map(|one| one.call).filter(|call| hours(call) && wanted(call)).collect();
    // The burst first: cells that have most of its calls.
    calls.sort_by_key(|call| (std::cmp::Reverse(call.count()), *call.key));
    calls.truncate(crate::finding::MOST_PROOFS);
    let names: Vec<&str> = calls.iter().filter_map(|call| book.function(call)).map(|one| one.arn).collect();
    let (floor, _) = limits(view);
    // Batches of a month's end are run by whoever always runs them.
    let turn = group.iter().all(|one| is_turn_of_month(one.hour));
    let usual = |call: &Call<'f>| {
        let way = view.way(call);
        let place = place(&way, view.settings);
        let session = Session { principal: principal.caller.name, name: way.session };
        book.works.is_usual(session, &place, way.agent, call.time())
    };
    let batch = turn && calls.iter().all(usual) && (worst.count < floor || returns(uses, all, worst));
    let severity = match worst.count >= floor {
        _ if batch => Severity::Note,
        true => DETECTION.severity,
        false => Severity::Low,
    };
    let seen = format!(
        "{} called {} {} times in the hour from {}.",
        principal.caller.name,
        few(names),
        worst.count,
        when(worst.hour * HOUR_MILLIS)
    );
    Some(tell(view, DETECTION.id, severity, principal, &calls, seen)?.normally(usual_words(&worst.usual)))
}

fn usual_words(usual: &Usual) -> String {
    format!(
        "On {} of the four weeks before, an hour with calls had {} in the middle and {} at most.",
        count(usual.days, "day"),
        usual.median,
        usual.most
    )
}

/// Functions that services call far more often than ever.
fn of_services(view: &View<'_>, book: &Book<'_>) -> Vec<Finding> {
    let (floor, _) = limits(view);
    let mut found = Vec::new();
    for function in book.functions() {
        let calls: Vec<Call<'_>> = book
            .calls_of(function)
            .filter(|one| one.kind == Kind::Service && !view.way(&one.call).is_execution())
            .map(|one| one.call)
            .collect();
        let mut hours = Hours::default();
        calls.iter().for_each(|call| hours.add(call.hours()));
        let floor = floor * QUIET.0;
        let loud: Vec<(i64, u64)> = hours.iter().filter(|(_, count)| *count >= floor).collect();
        let judged = loud.into_iter().map(|(hour, count)| (hour, count, hours.usual(hour)));
        let bursts: Vec<(i64, u64, Usual)> = judged
            .filter(|(hour, count, usual)| {
                usual.days >= 10
                    && usual.is_exceeded(*count, QUIET.1)
                    && book.has_learned(view, function.account, hour * HOUR_MILLIS)
            })
            .collect();
        for group in incidents(&bursts, |one| one.0, 24) {
            let Some((hour, count, usual)) = group.first() else { continue };
            let near: Vec<Call<'_>> =
                calls.iter().filter(|call| call.hours().any(|(own, _)| own == *hour)).copied().collect();
            let seen = format!(
                "Services called {} {count} times in the hour from {}.",
                few([function.arn]),
                when(hour * HOUR_MILLIS)
            );
            let finding = Finding::of_calls(DETECTION.id, Severity::Low, &near, view, seen);
            found.extend(finding.map(|finding| finding.normally(usual_words(usual))));
        }
    }
    found
}
