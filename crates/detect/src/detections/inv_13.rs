//! INV-13: anonymous calls of a function's address: the first, a spike, a beacon.

use super::inv_shared::whole;
use crate::baseline::{Book, Hours, Kind, Known, NEW_FUNCTION, Use, count, few, when};
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-13",
    title: "A function was called anonymously as never before",
    severity: Severity::Medium,
    attack: &["T1133", "T1071.001"],
    fields: &["eventName", "userIdentity", "sourceIPAddress", "userAgent"],
    page: include_str!("inv_13.md"),
    thresholds: &[Threshold {
        key: "calls-an-hour",
        default: 1000.0,
        meaning: "Anonymous calls in an hour below which nothing is a spike.",
    }],
    find,
};

/// How many times the largest hour of four weeks a spike must be.
const SPIKE: f64 = 10.0;
/// Networks that a beacon comes from at most.
const FEW: usize = 3;

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let mut found = Vec::new();
    for function in book.functions() {
        let open = book.calls_of(function).filter(|one| one.kind == Kind::Anonymous);
        let calls: Vec<&Use<'_>> = open.filter(|one| !view.way(&one.call).is_denied()).collect();
        if !calls.is_empty() {
            let first = first_time(view, book, function, &calls);
            let new = first.is_some();
            found.extend(first);
            let spikes = spike(view, book, function, &calls);
            if spikes.is_empty() {
                found.extend(flood(view, book, function, &calls));
            }
            found.extend(spikes);
            if !new {
                found.extend(beacon(view, book, function, &calls));
            }
        }
    }
    found
}

/// A function that is not new is called anonymously for the first time.
fn first_time(view: &View<'_>, book: &Book<'_>, function: &Known<'_>, calls: &[&Use<'_>]) -> Option<Finding> {
    let at = calls.first()?.time();
    if function.first + NEW_FUNCTION > at || !book.has_learned(view, function.account, at) {
        return None;
    }
    let opened = ["CreateFunctionUrlConfig", "UpdateFunctionUrlConfig", "AddPermission", "PutResourcePolicy"];
    let mut opening = book.deploys.of_function(function.arn, at - 30 * DAY_MILLIS, at + 1);
    let change = opening.find(|change| opened.contains(&change.name.as_str()));
    let severity = match change {
        Some(change) if book.deploys.is_regular(change) => Severity::Low,
        Some(_) => Severity::High,
        None => DETECTION.severity,
    };
    let incident: Vec<Call<'_>> =
        calls.iter().take_while(|one| one.time() < at + DAY_MILLIS).map(|one| one.call).collect();
    let seen = format!("{} was called anonymously for the first time.", few([function.arn]));
    let normal = format!("Since {}, no call of it was anonymous.", when(function.first));
    Some(Finding::of_calls(DETECTION.id, severity, &incident, view, seen)?.normally(normal))
}

fn spike(view: &View<'_>, book: &Book<'_>, function: &Known<'_>, calls: &[&Use<'_>]) -> Vec<Finding> {
    let floor = whole(view, DETECTION.id, "calls-an-hour").max(1);
    let mut hours = Hours::default();
    calls.iter().for_each(|one| hours.add(one.call.hours()));
    let loud: Vec<(i64, u64)> = hours.iter().filter(|(_, count)| *count >= floor).collect();
    let bursts: Vec<_> = loud
        .into_iter()
        .map(|(hour, count)| (hour, count, hours.usual(hour)))
        .filter(|(hour, count, usual)| {
            let learned = book.has_learned(view, function.account, hour * HOUR_MILLIS);
            learned && usual.days >= 5 && usual.is_exceeded(*count, SPIKE)
        })
        .collect();
    let mut found = Vec::new();
    for group in crate::baseline::incidents(&bursts, |one| one.0, 24) {
        let Some((hour, count, usual)) = group.first() else { continue };
        let mut near: Vec<Call<'_>> = calls.iter().map(|one| one.call).collect();
        near.retain(|call| call.hours().any(|(own, _)| own == *hour));
        let name = few([function.arn]);
        let seen = format!(
            "{name} was called anonymously {count} times in the hour from {}.",
            when(hour * HOUR_MILLIS)
        );
        let normal = format!(
            "On {} of the four weeks before, an hour had {} at most.",
            crate::baseline::count(usual.days, "day"),
            usual.most
        );
        let finding = Finding::of_calls(DETECTION.id, DETECTION.severity, &near, view, seen);
        found.extend(finding.map(|finding| finding.normally(normal)));
    }
    found
}

/// One network that is new for the function calls within two hours far more often than any other ever did: a function that many call
/// hides it among them.
fn flood(view: &View<'_>, book: &Book<'_>, function: &Known<'_>, calls: &[&Use<'_>]) -> Option<Finding> {
    let floor = whole(view, DETECTION.id, "calls-an-hour").max(1);
    let mut networks: BTreeMap<&str, Hours> = BTreeMap::new();
    for one in calls {
        networks.entry(view.way(&one.call).address).or_default().add(one.call.hours());
    }
    let of_day = |hour: i64| hour.div_euclid(24);
    // The first day of a network is judged, by what all others did before.
    let floods = networks.iter().filter_map(|(network, hours)| {
        let (first, _) = hours.iter().next()?;
        let (hour, count) = pairs(hours).filter(|(hour, _)| *hour < first + 24).max_by_key(|one| one.1)?;
        let before = || networks.iter().filter(|(other, _)| *other != network).map(|(_, hours)| hours);
        let most =
            before().flat_map(pairs).filter(|(hour, _)| of_day(*hour) < of_day(first)).map(|one| one.1);
        let days: BTreeSet<i64> = before()
            .flat_map(Hours::iter)
            .map(|(hour, _)| of_day(hour))
            .filter(|day| *day < of_day(first))
            .collect();
        let most = most.max().unwrap_or(0);
        let known = days.len() >= 5 && book.has_learned(view, function.account, first * HOUR_MILLIS);
        (known && count >= floor && count > most.saturating_mul(10)).then_some((hour, count, *network, most))
    });
    let (hour, count, network, most) = floods.min()?;
    let own = calls.iter().filter(|one| view.way(&one.call).address == network).map(|one| one.call);
    let near: Vec<Call<'_>> = own.filter(|call| call.hours().any(|(own, _)| own - hour <= 1)).collect();
    let name = few([function.arn]);
    let seen = format!(
        "{network} called {name} anonymously {count} times in two hours from {}.",
        when(hour * HOUR_MILLIS)
    );
    let normal = format!("It had not called before. Other networks made {most} calls in two hours at most.");
    Some(Finding::of_calls(DETECTION.id, DETECTION.severity, &near, view, seen)?.normally(normal))
}

/// Each hour that has calls, with what it and the next have.
fn pairs(hours: &Hours) -> impl Iterator<Item = (i64, u64)> + '_ {
    let next = hours.iter().skip(1).map(Some).chain([None]);
    hours.iter().zip(next).map(|((hour, count), next)| {
        let more = next.filter(|(other, _)| *other == hour + 1).map_or(0, |(_, count)| count);
        (hour, count + more)
    })
}

/// Few networks call day and night at an even pace, which none of them did before.
fn beacon(view: &View<'_>, book: &Book<'_>, function: &Known<'_>, calls: &[&Use<'_>]) -> Option<Finding> {
    let mut networks: BTreeMap<&str, Vec<&Use<'_>>> = BTreeMap::new();
    for one in calls {
        networks.entry(view.way(&one.call).address).or_default().push(one);
    }
    let firsts: Vec<i64> = networks.values().filter_map(|uses| uses.first()).map(|one| one.time()).collect();
    let mut even: Vec<(i64, &str)> = Vec::new();
    for (network, uses) in &networks {
        let Some(from) = uses.first().map(|one| one.time()) else { continue };
        if book.has_learned(view, function.account, from) && is_even(uses, from) {
            even.push((from, network));
        }
    }
    let (from, _) = *even.iter().min()?;
    let until = from + 3 * DAY_MILLIS;
    let crowd = calls.iter().filter(|one| (from..until).contains(&one.time()));
    let crowd: BTreeSet<&str> = crowd.map(|one| view.way(&one.call).address).collect();
    let known: BTreeSet<&str> =
        calls.iter().take_while(|one| one.time() < from).map(|one| view.way(&one.call).agent).collect();
    let at: BTreeSet<&str> = even.iter().map(|(_, network)| *network).collect();
    let involved: Vec<Call<'_>> = calls
        .iter()
        .filter(|one| at.contains(view.way(&one.call).address) && (from..until).contains(&one.time()))
        .map(|one| one.call)
        .collect();
    let monitor = involved.iter().all(|call| known.contains(view.way(call).agent));
    let deployed = book.deploys.is_released(function.arn, from, 30 * DAY_MILLIS);
    let settled = deployed && function.first + NEW_FUNCTION > from;
    if crowd.len() > FEW || settled || (monitor && firsts.iter().any(|first| *first < from)) {
        return None;
    }
    let seen = format!(
        "{} was called anonymously at an even pace, day and night, from {}.",
        few([function.arn]),
        count(at.len(), "network")
    );
    let normal = format!("Before {}, no calls of it came from there.", when(from));
    Some(Finding::of_calls(DETECTION.id, DETECTION.severity, &involved, view, seen)?.normally(normal))
}

/// True iff calls of the first three days come in hours that are equally far apart, nearly as many in each.
fn is_even(uses: &[&Use<'_>], from: i64) -> bool {
    let mut hours = Hours::default();
    let begin = uses.iter().take_while(|one| one.time() < from + 3 * DAY_MILLIS);
    begin.for_each(|one| hours.add(one.call.hours()));
    let all: Vec<(i64, u64)> = hours.iter().collect();
    // The first and the last hour are not whole.
    let inner = all.get(1..all.len().saturating_sub(1)).unwrap_or_default();
    let (Some(first), Some(last)) = (inner.first(), inner.last()) else { return false };
    let gaps = inner.iter().zip(inner.iter().skip(1)).map(|(one, next)| next.0 - one.0);
    let (least, most) = gaps.fold((i64::MAX, 0), |(least, most), gap| (least.min(gap), most.max(gap)));
    let counts = inner.iter().map(|(_, count)| *count);
    let (few, many) = counts.fold((u64::MAX, 0), |(few, many), count| (few.min(count), many.max(count)));
    let enough = if least == 1 { inner.len() >= 20 } else { inner.len() >= 8 };
    let even = most - least <= i64::from(least > 1) && many <= few + few / 2 + 2;
    enough && even && last.0 - first.0 >= 18 && many <= 300
}
