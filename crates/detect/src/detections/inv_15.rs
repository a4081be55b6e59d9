//! INV-15: a version that is not the usual one.

use super::inv_shared::{by_hand, functions, tell, whole};
use crate::baseline::{Book, Kind, Known, Use, count, few, incidents, is_break_glass};
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-15",
    title: "A version was called that is unusual for the function",
    severity: Severity::Low,
    attack: &["T1648"],
    fields: &["requestParameters.qualifier", "resources.ARN", "additionalEventData.functionVersion"],
    page: include_str!("inv_15.md"),
    thresholds: &[Threshold {
        key: "calls",
        default: 50.0,
        meaning: "Calls of a function before its usual versions are known.",
    }],
    find,
};

/// What a qualifier names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Version {
    Alias,
    Number(u64),
    /// `$LATEST`, or none was named.
    Latest,
}

/// A call with an unusual version.
struct Strange<'b, 'f> {
    one: &'b Use<'f>,
    version: Version,
    days: usize,
}

fn version(qualifier: &str) -> Version {
    match qualifier.parse() {
        Ok(number) => Version::Number(number),
        Err(_) if qualifier.is_empty() || qualifier == "$LATEST" => Version::Latest,
        Err(_) => Version::Alias,
    }
}

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let mut strange: Vec<Strange<'_, '_>> = Vec::new();
    for function in book.functions() {
        of_function(view, book, function, &mut strange);
    }
    strange.sort_by_key(|one| (one.one.who, one.one.time(), one.one.call.key));
    let mut found = Vec::new();
    for own in strange.chunk_by(|one, other| one.one.who == other.one.who) {
        for incident in incidents(own, |one| one.one.time(), DAY_MILLIS) {
            found.extend(tell_of(view, book, incident));
        }
    }
    found
}

fn of_function<'b, 'f>(
    view: &View<'f>,
    book: &'b Book<'f>,
    function: &Known<'f>,
    strange: &mut Vec<Strange<'b, 'f>>,
) {
    let least = whole(view, DETECTION.id, "calls");
    let calls: Vec<&'b Use<'f>> = book
        .calls_of(function)
        .filter(|one| matches!(one.kind, Kind::Direct | Kind::Service) && !view.way(&one.call).is_execution())
        .collect();
    let (mut aliases, mut numbers, mut all, mut days) = (0, 0, 0, 0);
    // By number: the last day it ran.
    let mut ran: BTreeMap<u64, i32> = BTreeMap::new();
    let mut callers: BTreeSet<(usize, Version)> = BTreeSet::new();
    for of_day in calls.chunk_by(|one, other| one.call.key.day == other.call.key.day) {
        let usual = |part: u64| part * 20 >= all * 19;
        let known = days >= 5 && all >= least;
        let newest = ran.keys().next_back().copied().unwrap_or(0);
        for one in of_day.iter().filter(|one| known && one.kind == Kind::Direct) {
            let version = version(view.way(&one.call).qualifier);
            let odd = match version {
                Version::Alias => false,
                Version::Latest => usual(aliases + numbers),
                Version::Number(number) => {
                    let recent = ran.get(&number).is_some_and(|last| *last >= one.call.key.day - 7);
                    let old = number < newest && !recent;
                    usual(aliases) || (usual(aliases + numbers) && old)
                }
            };
            if odd
                && !callers.contains(&(one.who, version))
                && !is_explained(view, book, function, one, of_day)
            {
                strange.push(Strange { one, version, days });
            }
        }
        for one in of_day {
            let version = version(view.way(&one.call).qualifier);
            let count = one.call.count();
            all += count;
            match version {
                Version::Alias => aliases += count,
                Version::Number(number) => {
                    numbers += count;
                    ran.insert(number, one.call.key.day);
                }
                Version::Latest => {}
            }
            callers.insert((one.who, version));
        }
        days += 1;
    }
}

/// True iff whoever deploys called, or moved an alias shortly before, or others ran the same version that day.
fn is_explained<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    function: &Known<'f>,
    one: &Use<'f>,
    of_day: &[&Use<'f>],
) -> bool {
    let at = one.time();
    let name = view.caller(&one.call).name;
    let own = version(view.way(&one.call).qualifier);
    let mut moved = book.deploys.of_function(function.arn, at - 2 * DAY_MILLIS, at + 1);
    let others: BTreeSet<usize> = of_day
        .iter()
        .filter(|other| other.who != one.who && version(view.way(&other.call).qualifier) == own)
        .map(|other| other.who)
        .collect();
    let account = function.account;
    let learned = book.has_learned(view, account, at);
    !learned
        || is_break_glass(name)
        || book.deploys.is_usual_of(name, view.way(&one.call).session, view.way(&one.call).address, at)
        || book.deploys.has_just_changed(name, function.arn, at)
        || moved.any(|change| change.name.ends_with("Alias") && book.deploys.is_regular(change))
        || others.len() >= 2
        || has_habit(view, book, one, own)
}

/// True iff the principal called such versions of any function on two days before.
fn has_habit(view: &View<'_>, book: &Book<'_>, one: &Use<'_>, own: Version) -> bool {
    let Some(principal) = book.principals().get(one.who) else { return false };
    let day = one.call.key.day;
    let same = |other: &Use<'_>| match (version(view.way(&other.call).qualifier), own) {
        (Version::Number(_), Version::Number(_)) => other.call.key.function == one.call.key.function,
        (known, own) => known == own,
    };
    let before = book.uses_of(principal).iter().take_while(|other| other.call.key.day < day);
    let mut days: Vec<i32> = before
        .filter(|other| other.kind == Kind::Direct && same(other))
        .map(|other| other.call.key.day)
        .collect();
    days.dedup();
    // Versions that ran are told of calls by alias, too: numbers are a habit of many.
    days.len() >= 2 && !matches!(own, Version::Number(_))
}

fn tell_of<'f>(view: &View<'f>, book: &Book<'f>, incident: &[Strange<'_, 'f>]) -> Option<Finding> {
    let first = incident.first()?;
    let principal = book.principals().get(first.one.who)?;
    let calls: Vec<Call<'f>> = incident.iter().map(|one| one.one.call).collect();
    let names = few(functions(book, &calls));
    let what = match first.version {
        Version::Latest => "$LATEST".to_owned(),
        Version::Number(number) => format!("version {number}"),
        Version::Alias => "an alias".to_owned(),
    };
    let seen = format!("{} called {what} of {names}.", principal.caller.name);
    let normal =
        format!("On {} before, 95 % of its calls or more named another one.", count(first.days, "day"));
    let severity = by_hand(book, principal, &calls, DETECTION.severity);
    Some(tell(view, DETECTION.id, severity, principal, &calls, seen)?.normally(normal))
}
