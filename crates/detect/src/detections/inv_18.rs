//! INV-18: far more errors than usual.

use super::inv_shared::{functions, tell, whole};
use crate::baseline::{Book, Hours, Kind, Principal, Use, count, few, incidents, when};
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::HOUR_MILLIS;
use std::collections::BTreeMap;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-18",
    title: "A principal met far more errors than usual",
    severity: Severity::Low,
    attack: &["T1499"],
    fields: &["errorCode", "userIdentity", "resources.ARN"],
    page: include_str!("inv_18.md"),
    thresholds: &[Threshold {
        key: "errors-an-hour",
        default: 100.0,
        meaning: "Errors in an hour below which nothing is a burst; a fifth of it is enough for twenty times as many as ever.",
    }],
    find,
};

/// How many times the largest hour of four weeks a burst must be.
const TIMES: f64 = 5.0;
/// A fifth of the floor is enough for what is so many times as much as ever, by whoever is known for so many days.
const QUIET: (u64, f64, usize) = (5, 20.0, 10);

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let mut found = Vec::new();
    for (principal, uses) in book.by_principal() {
        found.extend(of_principal(view, book, principal, uses));
    }
    found
}

fn of_principal<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    principal: &Principal<'f>,
    uses: &[Use<'f>],
) -> Vec<Finding> {
    let floor = whole(view, DETECTION.id, "errors-an-hour").max(1);
    let (mut errors, mut all) = (Hours::default(), Hours::default());
    let mut failed: Vec<&Use<'f>> = Vec::new();
    for one in uses.iter().filter(|one| matches!(one.kind, Kind::Direct | Kind::Refused)) {
        all.add(one.call.hours());
        let error = view.way(&one.call).error;
        // Whoever is throttled calls too often, which is another question.
        if !error.is_empty() && !is_throttled(error) {
            errors.add(one.call.hours());
            failed.push(one);
        }
    }
    let quiet = (floor / QUIET.0).max(1);
    if errors.most() < quiet {
        return all_day(view, book, principal, &failed, floor).into_iter().collect();
    }
    let total: BTreeMap<i64, u64> = all.iter().collect();
    let loud: Vec<(i64, u64)> = errors.iter().filter(|(_, count)| *count >= quiet).collect();
    let bursts: Vec<_> = loud
        .into_iter()
        .filter(|(hour, count)| count * 2 >= total.get(hour).copied().unwrap_or(0))
        .map(|(hour, count)| (hour, count, errors.usual(hour), all.usual(hour)))
        .filter(|(_, count, usual, calls)| {
            let loud = *count >= floor && calls.days >= 3 && usual.is_exceeded(*count, TIMES);
            loud || (calls.days >= QUIET.2 && usual.is_exceeded(*count, QUIET.1))
        })
        .collect();
    let mut found = Vec::new();
    if bursts.is_empty() {
        found.extend(all_day(view, book, principal, &failed, floor));
    }
    for group in incidents(&bursts, |one| one.0, 24) {
        let Some((hour, errors, usual, calls)) = group.first() else { continue };
        let mut near: Vec<Call<'f>> = failed.iter().map(|one| one.call).collect();
        near.retain(|call| call.hours().any(|(own, _)| own == *hour));
        let account = near.first().and_then(|call| book.function(call)).map_or("", |known| known.account);
        if !book.has_learned(view, account, hour * HOUR_MILLIS) {
            continue;
        }
        let names = few(functions(book, &near));
        let name = principal.caller.name;
        let from = when(hour * HOUR_MILLIS);
        let seen = format!("{errors} calls of {names} by {name} failed in the hour from {from}.");
        let normal = format!(
            "On {} with calls of the four weeks before, {} failed in one hour at most.",
            count(calls.days, "day"),
            usual.most
        );
        let finding = tell(view, DETECTION.id, DETECTION.severity, principal, &near, seen);
        found.extend(finding.map(|finding| finding.normally(normal)));
    }
    found
}

fn is_throttled(error: &str) -> bool {
    error.contains("TooManyRequests") || error.contains("Throttl")
}

/// A day on which most calls of one function failed, as many as are a burst within an hour, and far more than on any day before: whoever
/// tries slowly stays below what an hour may have.
fn all_day<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    principal: &Principal<'f>,
    failed: &[&Use<'f>],
    floor: u64,
) -> Option<Finding> {
    let days = |call: &Call<'_>| [(i64::from(call.key.day) * 24, call.count())].into_iter();
    let (mut errors, mut all) = (Hours::default(), Hours::default());
    let mut by_function: BTreeMap<(i32, u32), (u64, u64)> = BTreeMap::new();
    failed.iter().for_each(|one| errors.add(days(&one.call)));
    failed.iter().for_each(|one| {
        by_function.entry((one.call.key.day, one.call.key.function)).or_default().0 += one.call.count();
    });
    for one in book.uses_of(principal).iter().filter(|one| matches!(one.kind, Kind::Direct | Kind::Refused)) {
        all.add(days(&one.call));
        if is_throttled(view.way(&one.call).error) {
            continue;
        }
        if let Some((_, total)) = by_function.get_mut(&(one.call.key.day, one.call.key.function)) {
            *total += one.call.count();
        }
    }
    let mut loud = by_function.into_iter().filter(|(_, (bad, total))| *bad >= floor && bad * 2 >= *total);
    let ((day, function), (bad, _)) = loud.find(|((day, _), (bad, _))| {
        let (usual, calls) = (errors.usual(i64::from(*day) * 24), all.usual(i64::from(*day) * 24));
        calls.days >= QUIET.2 && usual.is_exceeded(*bad, QUIET.1)
    })?;
    let near: Vec<Call<'f>> = failed
        .iter()
        .map(|one| one.call)
        .filter(|call| call.key.function == function && call.key.day == day)
        .collect();
    let from = near.iter().map(Call::time).min()?;
    let account = near.first().and_then(|call| book.function(call)).map_or("", |known| known.account);
    if !book.has_learned(view, account, from) {
        return None;
    }
    let names = few(functions(book, &near));
    let seen =
        format!("{bad} calls of {names} by {} failed in the day of {}.", principal.caller.name, when(from));
    let normal = format!(
        "On {} with calls of the four weeks before, {} failed in one day at most.",
        count(all.usual(i64::from(day) * 24).days, "day"),
        errors.usual(i64::from(day) * 24).most
    );
    let finding = tell(view, DETECTION.id, DETECTION.severity, principal, &near, seen)?;
    Some(finding.normally(normal))
}
