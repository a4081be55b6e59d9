//! Findings, witnesses, places and gaps in sentences, before anything is escaped for where they are shown.

use super::quantity::quantity;
use super::resource_name::name_in;
use super::selectors;
use audit::finding::{Audit, Finding, PlaceAudit, SilentReason};
use audit::inventory::{Account, Gap, GapKind};
use audit::resource_ref::ResourceRef;
use cloudtrail::recorder::Recorder;
use cloudtrail::resource::ResourceType;
use recording::{Escape, Why};
use std::collections::{BTreeMap, BTreeSet};

/// An account of the organization that is not active.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inactive<'a> {
    pub(super) account: &'a Account,
    /// As AWS Organizations calls it.
    pub(super) state: &'a str,
    pub(super) meaning: &'static str,
}

/// Every account of the organization that is not active, with what that means for the audit.
pub(super) fn inactive<'a>(audit: &Audit<'a>) -> Vec<Inactive<'a>> {
    let accounts = &audit.inventory.accounts;
    let known = accounts.iter().filter_map(|account| account.organization.known()?.as_ref());
    let managers: BTreeSet<&str> = known.map(|one| one.management_account.as_str()).collect();
    let manages = |id: &str| managers.contains(id);
    let inactive = accounts.iter().filter_map(|account| {
        let state = account.state.as_deref().filter(|state| *state != "ACTIVE")?;
        let meaning = match (account.audited, manages(&account.id)) {
            (true, _) => "It was audited like any other, as far as AWS let it be read.",
            (false, true) => {
                "It was not audited, because nobody can work in it. It manages the organization, and its event data \
                 stores, which may record every account, could not be looked at."
            }
            (false, false) if account.organization.known().is_none() => {
                "It was not audited, because nobody can work in it: neither its functions nor its recorders were \
                 looked at. Its trails go on. Its organization is unknown, so its recorders may record other accounts too."
            }
            (false, false) => {
                "It was not audited, because nobody can work in it: neither its functions nor its recorders were \
                 looked at. Its trails go on. They record no other account, because only the management account owns \
                 recorders that do."
            }
        };
        Some(Inactive { account, state, meaning })
    });
    inactive.collect()
}

/// The sentence with a capital and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}

/// What each recorder did with the witness, one line for each: those at the place first, then those that would record but
/// for a fault of their own. Recorders that were never meant for the place are left to the explanation.
pub(super) fn turned_away(audit: &Audit<'_>, place: &PlaceAudit<'_>, escape: &Escape) -> Vec<String> {
    deeds(audit, place, escape).into_iter().map(|deed| deed.line).collect()
}

/// What one recorder did with a witness.
pub(super) struct Deed<'a> {
    /// Position in the inventory; `None` iff it could not be listed.
    pub(super) recorder: Option<usize>,
    /// In a sentence.
    pub(super) line: String,
    /// Its selectors that do not certainly record the witness; empty iff it is silent for a fault of its own.
    pub(super) selectors: Vec<(usize, &'a Why)>,
}

/// As [`turned_away`], with what each line is about.
pub(super) fn deeds<'a>(audit: &Audit<'_>, place: &PlaceAudit<'_>, escape: &'a Escape) -> Vec<Deed<'a>> {
    let mut deeds: BTreeMap<usize, Vec<(usize, &'a Why)>> = BTreeMap::new();
    for by in &escape.turned_away {
        deeds.entry(by.by.candidate).or_default().push((by.by.selector, &by.why));
    }
    let mut told: Vec<Deed<'a>> = deeds
        .into_iter()
        .map(|(candidate, selectors)| {
            let recorder = place.candidates.get(candidate).and_then(|one| one.recorder);
            let line = match recorder.map(|at| &audit.inventory.recorders[at]) {
                Some(recorder) => what_it_did(audit, recorder, &selectors, escape),
                None => "there may be recorders that could not be listed".to_owned(),
            };
            Deed { recorder, line, selectors }
        })
        .collect();
    told.extend(place.silent.iter().filter(|silent| is_a_fault(&silent.reason)).map(|silent| {
        let recorder = &audit.inventory.recorders[silent.recorder];
        let line = format!("{} {} records nothing here: {}", recorder.kind, recorder.name, silent.reason);
        Deed { recorder: Some(silent.recorder), line, selectors: Vec::new() }
    }));
    told
}

/// `trail main does not record it: selector 0 takes management events only; selectors 1 and 2 take ...`
fn what_it_did(audit: &Audit<'_>, recorder: &Recorder, deeds: &[(usize, &Why)], escape: &Escape) -> String {
    let head = format!("{} {}", recorder.kind, recorder.name);
    let list = recorder.selectors.known().map(|one| one.list.as_slice()).unwrap_or_default();
    let mut told: Vec<(String, Vec<usize>)> = Vec::new();
    for (selector, why) in deeds {
        if matches!(why, Why::Unread) {
            return format!("{head}: {}", unread(audit, recorder));
        }
        let deed = selectors::deed(list.get(*selector), why, &escape.witness);
        match told.iter_mut().find(|(other, _)| *other == deed) {
            Some((_, same)) => same.push(*selector),
            None => told.push((deed, vec![*selector])),
        }
    }
    let certain = deeds.iter().all(|(_, why)| matches!(why, Why::Field(_)));
    let verb = if certain { "does not record it" } else { "may or may not record it" };
    let told: Vec<String> = told
        .iter()
        .map(|(deed, of)| match of.len() {
            1 => format!("{} {deed}", numbers("selector", of)),
            _ => format!("each of {} {deed}", numbers("selector", of)),
        })
        .collect();
    format!("{head} {verb}: {}", told.join("; "))
}

/// Why the selectors of a recorder are unknown.
pub(super) fn unread(audit: &Audit<'_>, recorder: &Recorder) -> &'static str {
    let gap = recorder.selectors.gap().and_then(|at| audit.gaps.get(at));
    match gap {
        Some(gap) if gap.kind == GapKind::AfterApply => "its selectors are known only after apply",
        _ => selectors::UNREAD,
    }
}

/// True iff the recorder was meant for the place and fails it, rather than for another Region or account.
fn is_a_fault(reason: &SilentReason) -> bool {
    match reason {
        SilentReason::NotLogging
        | SilentReason::CannotDeliver(_)
        | SilentReason::HomeRegionNotEnabled(_)
        | SilentReason::Idle(_)
        | SilentReason::NotCounted => true,
        SilentReason::OtherRegion(_)
        | SilentReason::OtherAccount(_)
        | SilentReason::NotHere
        | SilentReason::Compensating(_) => false,
    }
}

/// `selector 2`, `selectors 0, 2 and 4`.
fn numbers(noun: &str, numbers: &[usize]) -> String {
    match numbers {
        [one] => format!("{noun} {one}"),
        [] => noun.to_owned(),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(ToString::to_string).collect();
            format!("{noun}s {} and {last}", most.join(", "))
        }
    }
}

/// `3 functions (orders, billing and stock) in 111122223333 us-east-1`: what a finding is about.
pub(super) fn about(audit: &Audit<'_>, finding: &Finding) -> Option<String> {
    let Some(first) = finding.resources.first() else { return places(audit, &finding.places) };
    let kind = ResourceType::ALL.get(first.plane).map_or("resource", |kind| kind.noun());
    let count = quantity(finding.resources.len(), (kind, &format!("{kind}s")));
    let mut at: Vec<usize> = finding.resources.iter().map(|one| one.place).collect();
    at.dedup();
    let place = places(audit, &at).unwrap_or_default();
    Some(format!("{count} ({}) in {place}", names(audit, finding)))
}

/// `orders, billing, stock and 497 more`
fn names(audit: &Audit<'_>, finding: &Finding) -> String {
    names_of(audit, &finding.resources)
}

/// As [`names`], of these.
pub(super) fn names_of<'r>(
    audit: &Audit<'_>,
    resources: impl IntoIterator<Item = &'r ResourceRef>,
) -> String {
    const NAMED: usize = 3;
    let mut all = resources.into_iter();
    let names: Vec<&str> = all.by_ref().take(NAMED).map(|one| name_in(audit.row(*one).arn)).collect();
    let more = all.count();
    match (names.split_last(), more) {
        (Some((last, [])), 0) => (*last).to_owned(),
        (Some((last, before)), 0) => format!("{} and {last}", before.join(", ")),
        _ => format!("{} and {} more", names.join(", "), super::quantity::grouped(more)),
    }
}

/// What an account and Region are called where they are counted.
pub(super) const PLACES: (&str, &str) = ("account-Region", "account-Regions");

/// `111122223333 us-east-1`, or how many places there are, and the first of them.
pub(super) fn places(audit: &Audit<'_>, places: &[usize]) -> Option<String> {
    let first = audit.places.get(*places.first()?)?;
    let first = format!("{} {}", first.account, first.region);
    Some(match places.len() {
        1 => first,
        2 => format!("{first} and 1 more account-Region"),
        n => format!("{first} and {} more account-Regions", super::quantity::grouped(n - 1)),
    })
}

/// Gaps that share call, kind and error, told once: how many, and what they are about.
pub(super) struct GapGroup<'a> {
    /// One of them.
    pub(super) gap: &'a Gap,
    /// All of them.
    pub(super) count: usize,
    /// What the first few are about.
    pub(super) about: Vec<String>,
}

/// The gaps grouped, the largest group first.
pub(super) fn gap_groups<'a>(gaps: impl IntoIterator<Item = &'a Gap>) -> Vec<GapGroup<'a>> {
    const NAMED: usize = 3;
    let mut groups: BTreeMap<(&str, &str, &str), GapGroup<'a>> = BTreeMap::new();
    for gap in gaps {
        let key = (gap.call.as_str(), gap.kind.as_str(), gap.error.as_str());
        let group = groups.entry(key).or_insert_with(|| GapGroup { gap, count: 0, about: Vec::new() });
        group.count += 1;
        let parts = [gap.account.as_deref(), gap.region.as_deref(), gap.subject.as_deref()];
        let about: Vec<&str> = parts.into_iter().flatten().collect();
        if group.about.len() < NAMED && !about.is_empty() {
            group.about.push(about.join(" "));
        }
    }
    let mut groups: Vec<GapGroup<'a>> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}
