//! From the worlds of the oracle to the questions of this crate.

use cloudtrail::event::Event;
use cloudtrail::selector::Selector;
use cloudtrail::{Answer, records};
use oracle::enumerate;
use oracle::worlds::{PLACE, World};
use recording::{Candidate, State, Subject, Verdict, decide};

/// The candidates of a world.
pub(crate) fn candidates(world: &World) -> Vec<Candidate<'_>> {
    world
        .recorders
        .iter()
        .map(|one| Candidate { selectors: one.selectors.as_deref(), certain: one.certain })
        .collect()
}

/// Asks the decision procedure.
pub(crate) fn ask(world: &World, subject: &oracle::subject::Subject) -> Verdict {
    let candidates = candidates(world);
    match subject {
        oracle::subject::Subject::Named(kind, name) => {
            decide(&candidates, Subject::Named(*kind, &PLACE.arn(*kind, name)))
        }
        oracle::subject::Subject::Any(kind) => decide(&candidates, any(*kind)),
    }
}

/// Any resource of this type at the place of the worlds.
pub(crate) fn any(kind: cloudtrail::resource::ResourceType) -> Subject<'static> {
    Subject::Any { kind, partition: PLACE.partition, account: PLACE.account, region: PLACE.region }
}

/// The oracle's word for a state.
pub(crate) fn word(state: State) -> enumerate::State {
    match state {
        State::Recorded => enumerate::State::Recorded,
        State::PartiallyRecorded => enumerate::State::PartiallyRecorded,
        State::NotRecorded => enumerate::State::NotRecorded,
        State::Undetermined => enumerate::State::Undetermined,
    }
}

/// True iff this selector of this candidate certainly records the event.
pub(crate) fn certainly(candidate: &Candidate<'_>, selector: &Selector, event: &Event) -> bool {
    candidate.certain && records(selector, event) == Answer::Recorded
}

/// True iff some selector of some candidate certainly records the event.
pub(crate) fn certainly_recorded(candidates: &[Candidate<'_>], event: &Event) -> bool {
    candidates.iter().any(|one| one.selectors.unwrap_or(&[]).iter().any(|by| certainly(one, by, event)))
}

/// True iff every candidate was read and every selector of it certainly turns the event away.
pub(crate) fn certainly_escapes(candidates: &[Candidate<'_>], event: &Event) -> bool {
    candidates.iter().all(|one| {
        one.selectors
            .is_some_and(|all| all.iter().all(|by| matches!(records(by, event), Answer::TurnedAway(_))))
    })
}

/// True iff we understand all of the selector.
pub(crate) fn without_doubts(selector: &Selector) -> bool {
    selector.doubts().is_empty()
}
