//! LAM-12: functions are deleted: soon after they were made, many at once, or while they are in use.

use super::deployers::{Deployers, Standing};
use super::incident::{hourly, who};
use super::trl_01::hours;
use crate::arn::name_of;
use crate::change::Change;
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Proof, Severity};
use crate::view::View;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "LAM-12",
    title: "Functions were deleted",
    severity: Severity::Medium,
    attack: &["T1485", "T1489"],
    fields: &["eventName", "requestParameters.functionName", "userIdentity", "eventTime"],
    page: include_str!("lam_12.md"),
    thresholds: &[
        Threshold {
            key: "functions",
            default: 5.0,
            meaning: "So many functions that one principal deletes within an hour are many.",
        },
        Threshold {
            key: "short-lived-hours",
            default: 2.0,
            meaning: "A function that is deleted within so many hours of being made is short-lived.",
        },
    ],
    find,
};

/// A function that was deleted.
struct Deleted<'v> {
    change: &'v Change,
    function: String,
    /// Its last making before, where the records show it.
    made: Option<&'v Change>,
    standing: Standing,
}

fn find(view: &View<'_>) -> Vec<Finding> {
    let deployers = Deployers::of(view);
    let mut made: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
    for change in view.done("lambda", &["CreateFunction"]) {
        if let Some(function) = change.function() {
            made.entry(function).or_default().push(change);
        }
    }
    let deleted = view.done("lambda", &["DeleteFunction"]).filter(|change| !is_of_version(change));
    let deleted: Vec<Deleted<'_>> = deleted
        .filter_map(|change| {
            let function = change.function()?;
            let made = made.get(&function).map(Vec::as_slice).unwrap_or_default();
            let made = made.iter().copied().rfind(|made| made.time <= change.time);
            Some(Deleted { change, function, made, standing: deployers.standing(change) })
        })
        .collect();
    let many = many(view, &deleted);
    let of_many: BTreeSet<&str> =
        many.iter().flat_map(|finding| finding.proofs.iter().map(|proof| proof.event_id.as_str())).collect();
    let single = deleted.iter().filter(|one| !of_many.contains(one.change.id.as_str()));
    let mut found: Vec<Finding> =
        hourly(single.filter_map(|one| short_lived(view, one).or_else(|| in_use(view, one))).collect());
    found.extend(many);
    found
}

/// True iff a version alone goes.
fn is_of_version(change: &Change) -> bool {
    change.text(&["qualifier"]).is_some()
}

/// A function that was made, called and deleted: whoever cleans up behind himself.
fn short_lived(view: &View<'_>, one: &Deleted<'_>) -> Option<Finding> {
    let change = one.change;
    let name = name_of(&one.function);
    let within = hours(view, DETECTION.id, "short-lived-hours");
    let made = one.made.filter(|made| change.time - made.time <= within)?;
    if !one.standing.is_unusual() {
        return None;
    }
    let calls = view.calls_of(&one.function).iter();
    let call = calls
        .filter(|call| (made.time..=change.time).contains(&call.cell.first.time))
        .min_by_key(|call| call.time());
    let severity = if call.is_some() { Severity::Medium } else { Severity::Low };
    let minutes = usize::try_from((change.time - made.time) / 60_000).unwrap_or(0);
    let minutes = crate::baseline::count(minutes, "minute");
    let called = if call.is_some() { " It was called in between." } else { "" };
    let seen = format!("{} deleted the function {name}, {minutes} after it was made.{called}", who(change));
    let found = Finding::of_change(DETECTION.id, severity, change, seen);
    let found = found.about(Some(one.function.clone())).normally(one.standing.words().to_owned());
    let proofs = call.map(|call| Proof::of(&call.cell.first, view));
    Some(found.with_proofs(proofs.into_iter().chain([Proof::from(made)])))
}

/// A function that was called on the day before it went.
fn in_use(view: &View<'_>, one: &Deleted<'_>) -> Option<Finding> {
    let change = one.change;
    if !one.standing.is_unusual() || !is_in_use(view, one) {
        return None;
    }
    let name = name_of(&one.function);
    let seen = format!("{} deleted the function {name}, which others called on the day before.", who(change));
    let found = Finding::of_change(DETECTION.id, Severity::Low, change, seen);
    Some(found.about(Some(one.function.clone())).normally(one.standing.words().to_owned()))
}

fn is_in_use(view: &View<'_>, one: &Deleted<'_>) -> bool {
    view.calls_of(&one.function).iter().any(|call| {
        let last = call.cell.last.min(one.change.time);
        call.cell.first.time <= one.change.time
            && one.change.time - last <= DAY_MILLIS
            && view.caller(call).name != one.change.who.name
    })
}

/// Many by one principal within an hour.
fn many(view: &View<'_>, deleted: &[Deleted<'_>]) -> Vec<Finding> {
    let least = view.settings.threshold(DETECTION.id, "functions").max(2.0);
    let mut by: BTreeMap<&str, Vec<&Deleted<'_>>> = BTreeMap::new();
    for one in deleted {
        by.entry(one.change.who.name.as_str()).or_default().push(one);
    }
    let mut found = Vec::new();
    for deeds in by.values() {
        let runs: Vec<&[&Deleted<'_>]> =
            deeds.chunk_by(|one, next| next.change.time - one.change.time <= HOUR_MILLIS).collect();
        for (at, run) in runs.iter().enumerate() {
            let before = runs.get(..at).unwrap_or_default();
            let most = before.iter().map(|run| distinct(run)).max().unwrap_or(0);
            let count = distinct(run);
            let first = run.first();
            if count as f64 >= least
                && let Some(first) = first
            {
                found.extend(of_run(view, first, run, count, most));
            }
        }
    }
    found
}

fn distinct(run: &[&Deleted<'_>]) -> usize {
    run.iter().map(|one| one.function.as_str()).collect::<BTreeSet<&str>>().len()
}

fn of_run(
    view: &View<'_>,
    first: &Deleted<'_>,
    run: &[&Deleted<'_>],
    count: usize,
    most: usize,
) -> Option<Finding> {
    let used = run.iter().filter(|one| is_in_use(view, one)).count();
    let severity = match (first.standing.is_unusual(), used * 2 >= count) {
        (true, true) => Severity::High,
        (true, false) => Severity::Medium,
        // A stack that goes takes all its functions; whoever is attacked loses those that are in use.
        (false, true) if count > 3 * most.max(1) => Severity::Medium,
        _ => return None,
    };
    let names: Vec<&str> = run.iter().take(5).map(|one| name_of(&one.function)).collect();
    let seen = format!(
        "{} deleted {count} functions within an hour ({}...), {used} of them called on the day before.",
        who(first.change),
        names.join(", ")
    );
    let found = Finding::of_change(DETECTION.id, severity, first.change, seen);
    let normal = format!("At most {most} within an hour before. {}", first.standing.words());
    let found = found.normally(normal).with_proofs(run.iter().map(|one| Proof::from(one.change)));
    let until = run.iter().map(|one| one.change.time).max().unwrap_or(found.until);
    Some(Finding { events: run.len() as u64, until, ..found })
}
