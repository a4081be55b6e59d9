//! INV-06: a function is changed, then called, by somebody who does not deploy.

use super::deployers::Deployers;
use super::inv_shared::whole;
use crate::baseline::{Book, CallOrigin, Kind, Use, count, few, is_of_people, of_address, when};
use crate::change::Change;
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Proof, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-06",
    title: "A function was changed by hand and called at once",
    severity: Severity::High,
    attack: &["T1648", "T1578.005"],
    fields: &["eventName", "requestParameters.functionName", "userIdentity", "eventTime"],
    page: include_str!("inv_06.md"),
    thresholds: &[Threshold {
        key: "minutes",
        default: 60.0,
        meaning: "Minutes after a change in which a call belongs to it.",
    }],
    find,
};

/// Changes after which a call runs what somebody wanted to run.
const CHANGES: [&str; 9] = [
    "AddPermission",
    "CreateFunction",
    "CreateFunctionUrlConfig",
    "PutResourcePolicy",
    "UpdateAlias",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "UpdateFunctionUrlConfig",
    "UpdateRuntimeAlias",
];

/// A change and the calls that followed it.
struct Followed<'f> {
    change: &'f Change,
    function: &'f str,
    calls: Vec<Call<'f>>,
    same: bool,
    /// True iff people change functions there, and try what they changed.
    development: bool,
}

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let within = i64::try_from(whole(view, DETECTION.id, "minutes")).unwrap_or(60).min(14_400) * 60_000;
    let by_arn: BTreeMap<&str, _> = book.functions().into_iter().map(|known| (known.arn, known)).collect();
    let misplaced = misplaced(view, book);
    let deployers = Deployers::of(view);
    let mut by_principal: BTreeMap<&str, Vec<Followed<'_>>> = BTreeMap::new();
    for deploy in book.deploys.all() {
        let change = deploy.change;
        let Some(known) = deploy.function.as_deref().and_then(|function| by_arn.get(function)) else {
            continue;
        };
        if !CHANGES.contains(&change.name.as_str()) || !is_by_hand(view, book, &deployers, change, &misplaced)
        {
            continue;
        }
        let until = change.time + within;
        let uses: Vec<&Use<'_>> = book.calls_of(known).collect();
        let (calls, same) = after(view, book, change, &uses, until);
        if !calls.is_empty() {
            let development = same && deployers.is_development(change);
            let followed = Followed { change, function: known.arn, calls, same, development };
            by_principal.entry(&change.who.name).or_default().push(followed);
        }
    }
    let mut found = Vec::new();
    for changes in by_principal.values() {
        for incident in crate::baseline::incidents(changes, |one| one.change.time, DAY_MILLIS) {
            found.extend(tell_of(view, incident, within));
        }
    }
    found
}

/// True iff neither a service nor somebody who deploys changed it, or somebody who deploys did from a place where it never deployed.
fn is_by_hand(
    view: &View<'_>,
    book: &Book<'_>,
    deployers: &Deployers<'_>,
    change: &Change,
    misplaced: &BTreeSet<&str>,
) -> bool {
    let learned = book.has_learned(view, &change.account, change.time) && change.who.service.is_empty();
    let regular = book.deploys.is_regular(change) || !deployers.standing(change).is_unusual();
    // People travel.
    let elsewhere = !is_of_people(&change.who.name) && misplaced.contains(change.id.as_str());
    learned && (!regular || elsewhere || book.works.has_foreign(change))
}

/// Days on which a principal deploys from a place, for runners to be there.
const RUNNER: usize = 3;

/// Changes by principals that deploy from few places, from a place that is none of them.
fn misplaced<'f>(view: &View<'f>, book: &Book<'f>) -> BTreeSet<&'f str> {
    let mut past: BTreeMap<&str, (BTreeSet<i64>, BTreeSet<CallOrigin>)> = BTreeMap::new();
    // By place: the days on which each principal deployed from there.
    let mut runners: BTreeMap<CallOrigin, BTreeMap<&str, BTreeSet<i64>>> = BTreeMap::new();
    let mut found = BTreeSet::new();
    for change in book.deploys.all().iter().map(|one| one.change) {
        let place = of_address(&change.address, view.settings);
        let (days, places) = past.entry(&change.who.name).or_default();
        let settled = days.len() >= 5 && places.len() * 3 <= days.len();
        let day = change.time.div_euclid(DAY_MILLIS);
        // Where others deploy from day after day, there are runners that pipelines share.
        let shared = runners.get(&place).is_some_and(|all| {
            all.iter().any(|(name, days)| *name != change.who.name && days.range(..day).count() >= RUNNER)
        });
        let strange = !places.contains(&place) && place != CallOrigin::Unknown && !shared;
        if settled && strange && !view.settings.is_trusted(&change.address) {
            found.insert(change.id.as_str());
        }
        days.insert(day);
        runners.entry(place.clone()).or_default().entry(&change.who.name).or_default().insert(day);
        places.insert(place);
    }
    found
}

/// Calls after the change: by whoever made it, by a principal that had not called the function before that day, or by anyone after
/// the function was opened to all. True iff the same principal called.
fn after<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    change: &Change,
    uses: &[&Use<'f>],
    until: i64,
) -> (Vec<Call<'f>>, bool) {
    let opened =
        change.name.contains("Url") || change.name.contains("Permission") || change.name.contains("Policy");
    let mut callers: BTreeMap<usize, i64> = BTreeMap::new();
    let mut same = false;
    let mut calls = Vec::new();
    for one in uses {
        let first = *callers.entry(one.who).or_insert(one.time());
        let hours = |hour: i64| hour * HOUR_MILLIS >= change.time && hour * HOUR_MILLIS <= until;
        let meant = (change.time..=until).contains(&one.time())
            || (change.time..=until).contains(&one.call.cell.last)
            || (one.time() < change.time && one.call.hours().any(|(hour, _)| hours(hour)));
        if !meant {
            continue;
        }
        let name = view.caller(&one.call).name;
        let by_same = name == change.who.name && one.kind == Kind::Direct;
        let by_new = first >= change.time
            && (one.kind == Kind::Anonymous && opened
                || one.kind == Kind::Direct && !book.deploys.is_usual(name, one.time()));
        if by_same || by_new {
            same |= by_same;
            calls.push(one.call);
        }
    }
    (calls, same)
}

fn tell_of(view: &View<'_>, incident: &[Followed<'_>], within: i64) -> Option<Finding> {
    let first = incident.first()?;
    let calls: Vec<Call<'_>> = incident.iter().flat_map(|one| one.calls.iter().copied()).collect();
    let same = incident.iter().any(|one| one.same);
    let severity = match (same, incident.iter().all(|one| one.development)) {
        (_, true) => Severity::Note,
        (true, false) => DETECTION.severity,
        (false, false) => Severity::Medium,
    };
    let names: BTreeSet<&str> = incident.iter().map(|one| one.function).collect();
    let who = &first.change.who.name;
    let by = if same { "the same principal" } else { "a caller that was new for it" };
    let seen = format!(
        "{who} changed {} ({}) at {}, and {by} called it within {}.",
        few(names.iter().copied()),
        first.change.name,
        when(first.change.time),
        count(usize::try_from(within / 60_000).unwrap_or(usize::MAX), "minute")
    );
    let function = names.first().filter(|_| names.len() == 1).map(|name| (*name).to_owned());
    let finding = Finding::of_calls(DETECTION.id, severity, &calls, view, seen)?;
    let changes: Vec<Proof> = incident.iter().map(|one| Proof::from(one.change)).collect();
    let finding = Finding { principal: Some(who.clone()), function, ..finding };
    let normal =
        "Functions are changed by services and by principals that deploy as a habit. This change was not.";
    Some(finding.with_proofs(changes).normally(normal.to_owned()))
}
