//! INV-17: calls in a Region that is not used.

use crate::arn::region_of;
use crate::baseline::{Book, Kind, Use, few, incidents, when};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-17",
    title: "A function was called in a Region that is not used",
    severity: Severity::Medium,
    attack: &["T1535"],
    fields: &["awsRegion", "resources.ARN"],
    page: include_str!("inv_17.md"),
    thresholds: &[],
    find,
};

/// Milliseconds without calls in a Region after which other calls are another incident.
const APART: i64 = 2 * DAY_MILLIS;
/// Days with calls after which a Region is used.
const USED: usize = 5;

/// By account and Region: the calls, in order of time.
type ByRegion<'b, 'f> = BTreeMap<(&'f str, &'f str), Vec<&'b Use<'f>>>;

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let mut new: BTreeSet<(&str, &str)> = BTreeSet::new();
    for ((account, region), first) in book.regions() {
        // Only a Region whose first call comes after learning can be new.
        let is_new = match &view.settings.allowed_regions {
            Some(allowed) => !allowed.contains(region),
            None => book.has_learned(view, account, first),
        };
        if is_new && !region.is_empty() {
            new.insert((account, region));
        }
    }
    if new.is_empty() {
        return Vec::new();
    }
    let mut regions: ByRegion<'_, '_> = BTreeMap::new();
    for (_, uses) in book.by_principal() {
        for one in uses.iter().filter(|one| one.kind != Kind::Dry) {
            let Some(known) = book.function(&one.call) else { continue };
            let region = region_of(known.arn);
            if new.contains(&(known.account, region)) {
                regions.entry((known.account, region)).or_default().push(one);
            }
        }
    }
    regions.values_mut().for_each(|uses| uses.sort_by_key(|one| (one.time(), one.call.key)));
    match &view.settings.allowed_regions {
        Some(allowed) => of_forbidden(view, book, &regions, allowed),
        None => of_new(view, book, &regions),
    }
}

fn of_forbidden<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    regions: &ByRegion<'_, 'f>,
    allowed: &BTreeSet<String>,
) -> Vec<Finding> {
    let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
    let normal = format!("Allowed Regions: {}.", allowed.join(", "));
    let mut found = Vec::new();
    for ((_, region), uses) in regions {
        for incident in incidents(uses, |one| one.time(), 7 * DAY_MILLIS) {
            let calls: Vec<Call<'_>> = incident.iter().map(|one| one.call).collect();
            found.extend(tell_of(view, book, region, &calls, normal.clone(), Severity::Medium));
        }
    }
    found
}

fn of_new<'f>(view: &View<'f>, book: &Book<'f>, regions: &ByRegion<'_, 'f>) -> Vec<Finding> {
    let mut found = Vec::new();
    for ((account, region), uses) in regions {
        // What one did makes no use of the Region yet: whoever else comes later is found, too.
        let (mut days, mut known): (BTreeSet<i32>, BTreeSet<usize>) = Default::default();
        for incident in incidents(uses, |one| one.time(), APART) {
            let new: Vec<&Use<'_>> =
                incident.iter().copied().filter(|one| !known.contains(&one.who)).collect();
            if days.len() < USED {
                found.extend(of_incident(view, book, account, region, &new));
            }
            days.extend(incident.iter().map(|one| one.call.key.day));
            known.extend(incident.iter().map(|one| one.who));
        }
    }
    found
}

fn of_incident<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    account: &str,
    region: &str,
    uses: &[&Use<'f>],
) -> Option<Finding> {
    let firsts = book.regions();
    let from = uses.first()?.time();
    let mut deploys = book.deploys.all().iter().map(|deploy| deploy.change);
    let deployed = deploys.any(|change| {
        change.account == account
            && change.region == region
            && change.time <= from
            && book.deploys.is_regular(change)
    });
    if deployed || !book.has_learned(view, account, from) {
        return None;
    }
    let elsewhere =
        firsts.iter().any(|((other, known), first)| *other != account && *known == region && *first < from);
    let severity = if elsewhere { Severity::Low } else { DETECTION.severity };
    let known: Vec<&str> = firsts
        .iter()
        .filter(|((own, at), first)| *own == account && *at != region && **first < from)
        .map(|((_, region), _)| *region)
        .collect();
    let since = book.since(account).unwrap_or(from);
    let normal = format!("Since {}, account {account} had calls in {} alone.", when(since), known.join(", "));
    let calls: Vec<Call<'_>> =
        uses.iter().take_while(|one| one.time() < from + DAY_MILLIS).map(|one| one.call).collect();
    tell_of(view, book, region, &calls, normal, severity)
}

fn tell_of<'f>(
    view: &View<'f>,
    book: &Book<'f>,
    region: &str,
    calls: &[Call<'f>],
    normal: String,
    severity: Severity,
) -> Option<Finding> {
    let first = calls.iter().min_by_key(|call| call.time())?;
    let names = super::inv_shared::functions(book, calls);
    let seen = format!("{} was called in {region}.", few(names));
    let who = Some(view.caller(first).name.to_owned()).filter(|name| !name.is_empty());
    let finding = Finding::of_calls(DETECTION.id, severity, calls, view, seen)?;
    Some(
        Finding { principal: finding.principal.or(who), region: region.to_owned(), ..finding }
            .normally(normal),
    )
}
