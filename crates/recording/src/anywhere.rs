//! The question for any resource of a type, wherever it is: at a place of every kind that the selectors can tell apart.

use crate::clauses::clauses;
use crate::places::{self, Place};
use crate::{Candidate, Decider, Open, State, Subject, Verdict, arn_prefix, decide};
use cloudtrail::resource::ResourceType;
use std::collections::BTreeSet;

/// The answer for any resource of a type in any account and Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anywhere {
    /// A place of the kind at which the recorders record least: the first that was tried.
    pub place: Place,
    /// The verdict for any resource there. It is recorded iff it is at every place.
    pub verdict: Verdict,
    /// How many kinds of place were tried.
    pub tried: usize,
    /// The partitions in which places were tried; none iff the selectors tell no ARNs apart, so that the answer holds in each.
    pub partitions: Vec<String>,
    /// True iff the verdict has the same state at every place.
    pub alike: bool,
    /// False iff there are more kinds of place than are tried: then the verdict is never that all is recorded.
    pub complete: bool,
}

/// Decides whether every invocation of every resource of `kind` that may ever exist, in any account and Region, is recorded: in
/// `partition`, where the recorders are known to be in one, else in those that their values are about.
#[must_use]
pub fn anywhere(candidates: &[Candidate<'_>], kind: ResourceType, partition: Option<&str>) -> Anywhere {
    let found = places::places(&clauses(candidates), kind, partition);
    let mut decider = Decider::new(kind, candidates);
    let mut states: BTreeSet<u8> = BTreeSet::new();
    let mut worst: Option<(u8, &Place)> = None;
    for place in &found.all {
        let bad = badness(state_at(&mut decider, kind, place));
        states.insert(bad);
        if worst.is_none_or(|(known, _)| bad > known) {
            worst = Some((bad, place));
        }
    }
    let place = worst.map_or_else(places::ordinary, |(_, place)| place.clone());
    let mut verdict = decide(candidates, subject(kind, &place));
    // Where the limit on proofs was reached, a place may be open that is recorded when it is asked about alone.
    let open = worst.is_some_and(|(bad, _)| bad > badness(State::Recorded));
    if (!found.complete || open) && verdict.state == State::Recorded {
        let (cover, escape, possible) = (Vec::new(), None, None);
        let open = open.then_some(Open::Work);
        verdict = Verdict { state: State::Undetermined, cover, escape, possible, open, ..verdict };
    }
    let (tried, alike) = (found.all.len(), states.len() < 2);
    Anywhere { place, verdict, tried, partitions: found.partitions, alike, complete: found.complete }
}

/// Existing Regions of the partition, one of each class that the recorders' values of `resources.ARN` can tell apart, and each of `apart` for
/// itself: what is recorded of one Region of a class is recorded of all others that are not in `apart`.
#[must_use]
pub fn region_classes(candidates: &[Candidate<'_>], partition: &str, apart: &[&str]) -> Vec<String> {
    places::region_classes(&clauses(candidates), partition, apart)
}

fn subject(kind: ResourceType, place: &Place) -> Subject<'_> {
    let Place { partition, region, account } = place;
    Subject::Any { kind, partition, account, region }
}

/// The state of the verdict for any resource at the place. Values about other places are left out first, so that many of them
/// cost little.
fn state_at(decider: &mut Decider<'_>, kind: ResourceType, place: &Place) -> State {
    let prefix = arn_prefix(kind, &place.partition, &place.account, &place.region);
    match decider.class_of_all(&prefix) {
        Some(class) => decider.verdict(class).state,
        None => decider.decide_within(&prefix, &subject(kind, place).spaces(), "invocations").state,
    }
}

const fn badness(state: State) -> u8 {
    match state {
        State::Recorded => 0,
        State::Undetermined => 1,
        State::PartiallyRecorded => 2,
        State::NotRecorded => 3,
    }
}
