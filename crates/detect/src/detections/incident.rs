//! What detections over changes share: one finding of what a principal repeats, habits, and what was refused.

use crate::arn::name_of;
use crate::change::{Change, is_watched};
use crate::finding::{Finding, Severity, others};
use crate::view::View;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::collections::{BTreeMap, BTreeSet};

/// Distinct days before on which a principal did something, for it to be a habit.
pub(super) const HABIT_DAYS: usize = 3;

/// One step less, but never less than low.
pub(super) fn lower(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium | Severity::Low => Severity::Low,
        Severity::Note => Severity::Note,
    }
}

/// True iff it was refused for want of permission.
pub(super) fn is_refused(change: &Change) -> bool {
    let error = change.error.to_ascii_lowercase();
    ["accessdenied", "unauthorized", "notauthorized"].iter().any(|part| error.contains(part))
}

/// Changes that were carried out or refused for want of permission, of that service and of one of these names. Other errors change
/// nothing and say nothing of intent.
pub(super) fn done_or_tried<'v>(
    view: &'v View<'v>,
    source: &'static str,
    names: &'static [&'static str],
) -> impl Iterator<Item = &'v Change> {
    debug_assert!(names.iter().all(|name| is_watched(source, name)), "{source}: {names:?}");
    let wanted = move |change: &&Change| {
        change.source == source
            && names.contains(&change.name.as_str())
            && (change.succeeded() || is_refused(change))
    };
    view.changes().iter().copied().filter(wanted)
}

/// What was done, or tried: `deleted the trail`, `tried to delete the trail, and was refused`.
pub(super) fn verb(change: &Change, done: &str, bare: &str, object: &str) -> String {
    if change.succeeded() {
        format!("{done} {object}")
    } else {
        format!("tried to {bare} {object}, and AWS refused it")
    }
}

/// What was done, in words that tell it of the past: `deleted the policy`; of what was refused, what it would have been.
pub(super) fn deed_sentence(change: &Change, words: &str) -> String {
    let who = who(change);
    if change.succeeded() {
        format!("{who} {words}.")
    } else {
        format!("AWS refused a call by {who}, which would have {words}.")
    }
}

/// The last part of who called, as a sentence names it.
pub(super) fn who(change: &Change) -> &str {
    let name = name_of(&change.who.name);
    if name.is_empty() { "An unknown principal" } else { name }
}

/// On which days principals did what, by a word for it.
pub(super) struct Habits<'v> {
    view: &'v View<'v>,
    days: BTreeMap<(&'v str, String), BTreeSet<i64>>,
}

impl<'v> Habits<'v> {
    /// Of these changes; the word says which are alike.
    pub(super) fn of(
        view: &'v View<'v>,
        changes: impl Iterator<Item = &'v Change>,
        word: impl Fn(&Change) -> String,
    ) -> Habits<'v> {
        let mut days: BTreeMap<(&str, String), BTreeSet<i64>> = BTreeMap::new();
        for change in changes {
            let of = days.entry((change.who.name.as_str(), word(change))).or_default();
            of.insert(change.time.div_euclid(DAY_MILLIS));
        }
        Habits { view, days }
    }

    /// On how many days before the day of this change its principal made some that are alike.
    pub(super) fn days_before(&self, change: &Change, word: String) -> usize {
        let days = self.days.get(&(change.who.name.as_str(), word));
        days.map_or(0, |days| days.range(..change.time.div_euclid(DAY_MILLIS)).count())
    }

    /// True iff those days are enough for a habit, or, where the records began too late to know, two more days are at any time.
    pub(super) fn hold(&self, change: &Change, word: String) -> bool {
        let all = || self.days.get(&(change.who.name.as_str(), word.clone())).map_or(0, BTreeSet::len);
        let unlearned = || !self.view.has_learned(&change.account, change.time);
        let often = unlearned() && all() >= HABIT_DAYS + 2;
        often || self.days_before(change, word) >= HABIT_DAYS
    }
}

/// True iff a change by the same principal that fulfils the condition was carried out so many milliseconds around this one.
pub(super) fn beside(
    view: &View<'_>,
    change: &Change,
    within: i64,
    wanted: impl Fn(&Change) -> bool,
) -> bool {
    view.changes().iter().any(|other| {
        (other.time - change.time).abs() <= within
            && other.who.name == change.who.name
            && other.succeeded()
            && other.id != change.id
            && wanted(other)
    })
}

/// One finding for what one principal repeats in one account, as long as no more than an hour lies between.
pub(super) fn hourly(found: Vec<Finding>) -> Vec<Finding> {
    incidents(found, HOUR_MILLIS)
}

/// What a finding is about, as far as what was seen of it says: things of one name in two Regions are two.
type Thing<'t> = (&'t str, &'t str);

fn thing(finding: &Finding) -> Thing<'_> {
    (&finding.region, &finding.seen)
}

/// Whatever findings have in common that stand for one another: the account, the principal, whether they are notes, and the remark.
type Group = (String, Option<String>, bool, Option<String>);

/// One finding for what one principal repeats in one account, as long as no more than so many milliseconds lie between. Notes stay by
/// themselves, and what was taken back, or is less sure for another reason, speaks for no other thing: only what is said of each of them, or
/// of one of them again and again, is one finding.
pub(super) fn incidents(mut found: Vec<Finding>, gap: i64) -> Vec<Finding> {
    found.sort_by_key(|finding| finding.time);
    let mut open: BTreeMap<Group, Vec<Finding>> = BTreeMap::new();
    let mut remarks: BTreeMap<(Group, (String, String)), Option<String>> = BTreeMap::new();
    let mut done = Vec::new();
    for finding in found {
        let note = finding.severity == Severity::Note;
        let mut key = (finding.account.clone(), finding.principal.clone(), note, finding.remark.clone());
        if finding.remark.is_some() {
            let (region, seen) = thing(&finding);
            let of_thing = ((key.0.clone(), key.1.clone(), note, None), (region.to_owned(), seen.to_owned()));
            // The thing goes where it went before.
            key.3 = remarks.entry(of_thing).or_insert(key.3).clone();
        }
        let group = open.entry(key).or_default();
        let until = group.iter().map(|one| one.until).max();
        if until.is_some_and(|until| finding.time - until > gap) {
            done.extend(merged(std::mem::take(group)));
        }
        group.push(finding);
    }
    done.extend(open.into_values().filter_map(merged));
    done.sort_by_key(|finding| finding.time);
    done
}

/// Things that one finding names, each in a sentence.
const NAMED: usize = 4;
/// Things that one finding names where one word tells them apart.
const LISTED: usize = 20;

/// What was seen of things that differ: a sentence for each of the first, or, of many that one word tells apart, one sentence with all.
fn sentences(told: &[&Finding]) -> String {
    let regions = told.iter().map(|one| one.region.as_str()).collect::<BTreeSet<_>>();
    let placed = |one: &Finding| match regions.len() {
        0 | 1 => one.seen.clone(),
        _ => format!("In {}, {}", one.region, one.seen),
    };
    let all: Vec<String> = told.iter().map(|one| placed(one)).collect();
    if all.len() > NAMED
        && let Some(one) = listed(&all)
    {
        return one;
    }
    let named = all.iter().take(NAMED).cloned().collect::<Vec<_>>().join(" ");
    match all.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} And {more} more like these."),
    }
}

/// One sentence for sentences that differ in one word each, the same one; `None` where they differ otherwise.
fn listed(all: &[String]) -> Option<String> {
    let words: Vec<Vec<&str>> = all.iter().map(|one| one.split(' ').collect()).collect();
    let first = words.first()?;
    let differs = |at: &usize| words.iter().any(|one| one.get(*at) != first.get(*at));
    let mut differing = (0..first.len()).filter(differs);
    let (at, none) = (differing.next()?, differing.next());
    if none.is_some() || words.iter().any(|one| one.len() != first.len()) {
        return None;
    }
    let bare = |word: &'_ str| word.trim_end_matches(['.', ',']).to_owned();
    let end = |word: &str| word.get(bare(word).len()..).unwrap_or_default().to_owned();
    let ends = end(first.get(at)?);
    let mut names = Vec::new();
    for one in &words {
        let word = one.get(at)?;
        if end(word) != ends {
            return None;
        }
        names.push(bare(word));
    }
    let more = names.len().saturating_sub(LISTED);
    names.truncate(LISTED);
    let last = if more > 0 { format!("{more} more") } else { names.pop()? };
    let (before, after) = (first.get(..at)?.join(" "), first.get(at + 1..)?.join(" "));
    Some(format!("{before} {} and {last}{ends} {after}", names.join(", ")).trim().to_owned())
}

/// One of all of them: the most severe speaks for the others, each thing that it is about is named.
fn merged(found: Vec<Finding>) -> Option<Finding> {
    let severity = found.iter().map(|one| one.severity).max()?;
    let first = found.iter().find(|one| one.severity == severity)?.clone();
    if found.len() == 1 {
        return Some(first);
    }
    let mut told: Vec<&Finding> = vec![&first];
    let mut known = BTreeSet::from([thing(&first)]);
    told.extend(found.iter().filter(|one| known.insert(thing(one))));
    let functions: BTreeSet<Option<&str>> = found.iter().map(|one| one.function.as_deref()).collect();
    let known: Vec<&str> = functions.iter().flatten().copied().collect();
    let of_functions = if known.len() > NAMED {
        let names: Vec<&str> = known.iter().take(NAMED + 1).map(|function| name_of(function)).collect();
        format!(", to {} functions: {}, ...", known.len(), names.join(", "))
    } else {
        String::new()
    };
    let seen = format!("{} {} such calls in all{of_functions}.", sentences(&told), found.len());
    let function = first.function.clone().filter(|_| functions.len() == 1);
    let address = first.address.clone().unwrap_or_default();
    let addresses = found.iter().flat_map(|one| one.address.iter().chain(&one.more_addresses));
    let more_addresses = others(addresses.map(String::as_str), &address);
    let mark = |one: &Finding| one.proofs.first().map(|proof| proof.event_id.clone());
    let mut further: Vec<String> = told.iter().skip(1).filter_map(|one| mark(one)).collect();
    further.sort_unstable();
    let proofs: Vec<_> = found.iter().flat_map(|one| one.proofs.clone()).collect();
    let events = found.iter().map(|one| one.events).sum();
    let until = found.iter().map(|one| one.until).max().unwrap_or(first.until);
    let merged = Finding { seen, function, more_addresses, further, events, until, ..first };
    Some(merged.with_proofs(proofs))
}

#[cfg(test)]
mod tests {
    use super::hourly;
    use crate::finding::{Finding, Proof, Severity};
    use cloudtrail::time::HOUR_MILLIS;
    use std::collections::BTreeSet;

    fn stop(minute: i64, trail: &str, address: &str) -> Finding {
        let time = minute * HOUR_MILLIS / 60;
        let proof = Proof { time, event_id: format!("{minute}"), file: "f".to_owned(), offset: 0 };
        Finding {
            id: String::new(),
            detection: "TRL-01".to_owned(),
            severity: Severity::High,
            time,
            until: time,
            account: "1".to_owned(),
            region: "r".to_owned(),
            function: None,
            principal: Some("eve".to_owned()),
            address: Some(address.to_owned()),
            more_addresses: BTreeSet::new(),
            seen: format!("eve stopped the trail {trail}."),
            normal: None,
            remark: None,
            further: Vec::new(),
            events: 1,
            proofs: vec![proof],
        }
    }

    #[test]
    fn what_differs_is_named_and_told_apart() {
        let same = hourly(vec![stop(0, "a", "192.0.2.1"), stop(1, "a", "192.0.2.1")]);
        assert_eq!(same.len(), 1);
        assert_eq!(same[0].seen, "eve stopped the trail a. 2 such calls in all.");
        assert!(same[0].more_addresses.is_empty() && same[0].further.is_empty());
        let two = hourly(vec![stop(0, "a", "192.0.2.1"), stop(1, "b", "203.0.113.9")]);
        assert_eq!(two[0].seen, "eve stopped the trail a. eve stopped the trail b. 2 such calls in all.");
        assert_eq!(two[0].more_addresses, BTreeSet::from(["203.0.113.9".to_owned()]));
        assert_ne!(two[0].clone().identified().id, same[0].clone().identified().id);
        // The trail that was started again says nothing of the one that was not.
        let back = stop(0, "a", "192.0.2.1").remarked("It was started again.");
        let apart = hourly(vec![back, stop(1, "b", "192.0.2.1")]);
        assert_eq!(apart.len(), 2);
        assert!(apart[1].remark.is_none() && apart[1].seen.contains("trail b"));
    }

    #[test]
    fn things_of_one_name_in_two_regions_are_two() {
        let there = Finding { region: "s".to_owned(), ..stop(1, "a", "192.0.2.1") };
        let (one, two) =
            (hourly(vec![stop(0, "a", "192.0.2.1")]), hourly(vec![stop(0, "a", "192.0.2.1"), there]));
        assert_eq!(
            two[0].seen,
            "In r, eve stopped the trail a. In s, eve stopped the trail a. 2 such calls in all."
        );
        assert_eq!(two[0].further, ["1"]);
        assert_ne!(two[0].clone().identified().id, one[0].clone().identified().id);
    }

    #[test]
    fn a_remark_speaks_for_what_it_is_said_of() {
        let back = |minute, trail, after: &str| stop(minute, trail, "192.0.2.1").remarked(after);
        let told =
            |found: Vec<Finding>| found.into_iter().map(|one| (one.events, one.seen)).collect::<Vec<_>>();
        let both =
            hourly(vec![back(0, "a", "It was started again."), back(1, "b", "It was made shortly before.")]);
        assert_eq!(told(both).len(), 2);
        let alike = hourly(vec![back(0, "a", "It was made before."), back(1, "b", "It was made before.")]);
        assert_eq!(told(alike).len(), 1, "the same is so of both");
        let again =
            hourly(vec![back(0, "a", "Started after 1 minute."), back(9, "a", "Started after 2 minutes.")]);
        assert_eq!(told(again), [(2, "eve stopped the trail a. 2 such calls in all.".to_owned())]);
    }

    #[test]
    fn many_things_are_named_by_their_names() {
        let many =
            |count: i64| hourly((0..count).map(|at| stop(at, &format!("t{at}"), "192.0.2.1")).collect());
        let seven = "eve stopped the trail t0, t1, t2, t3, t4, t5 and t6. 7 such calls in all.";
        assert_eq!(many(7)[0].seen, seven);
        let seen = &many(30)[0].seen;
        assert!(seen.contains("t18, t19 and 10 more. 30 such calls in all."), "{seen}");
        let mut other = (0..9).map(|at| stop(at, &format!("t{at}"), "192.0.2.1")).collect::<Vec<_>>();
        other[3].seen = "eve stopped the old trail t3.".to_owned();
        let seen = &hourly(other)[0].seen;
        assert!(seen.contains(" And 5 more like these. 9 such calls in all."), "{seen}");
    }
}
