//! Laws of the decision procedure.

use crate::chosen;
use cloudtrail::{Answer, records};
use oracle::enumerate::{self, Subject, verdict};
use oracle::worlds::{PLACE, Recorder, World, kinds, questions, selectors, subjects, worlds};
use proptest::strategy::Strategy;
use recording::{Candidate, State, Verdict, decide};

fn ask(world: &World, subject: &Subject) -> Verdict {
    let candidates: Vec<Candidate<'_>> = world
        .recorders
        .iter()
        .map(|one| Candidate { selectors: one.selectors.as_deref(), certain: one.certain })
        .collect();
    match subject {
        Subject::Named(kind, name) => {
            decide(&candidates, recording::Subject::Named(*kind, &PLACE.arn(*kind, name)))
        }
        Subject::Any(kind) => decide(
            &candidates,
            recording::Subject::Any {
                kind: *kind,
                partition: PLACE.partition,
                account: PLACE.account,
                region: PLACE.region,
            },
        ),
    }
}

/// No witness is an event that some selector records; where the verdict is a no, every selector turns it away.
pub fn witness_replays(bytes: &[u8]) {
    let Some((subject, world)) = chosen(&questions(), bytes) else { return };
    let verdict = ask(&world, &subject);
    for escape in verdict.escape.iter().chain(&verdict.possible) {
        for recorder in &world.recorders {
            for selector in recorder.selectors.iter().flatten() {
                let recorded = records(selector, &escape.witness) == Answer::Recorded;
                assert!(!(recorded && recorder.certain), "{subject:?} {world:#?} {verdict:#?}");
            }
        }
    }
    if matches!(verdict.state, State::NotRecorded | State::PartiallyRecorded) {
        let witness = &verdict.escape.as_ref().expect("a no has a witness").witness;
        for recorder in &world.recorders {
            let selectors = recorder.selectors.as_ref().expect("a no does not hang on what was not read");
            let away = |one| matches!(records(one, witness), Answer::TurnedAway(_));
            assert!(selectors.iter().all(away), "{subject:?} {world:#?} {verdict:#?}");
        }
    }
}

/// What is recorded is recorded with one selector more, too, whatever it holds and whoever holds it.
pub fn adding_never_unrecords(bytes: &[u8]) {
    let question = kinds().prop_flat_map(|kind| (subjects(kind), worlds(kind), selectors(kind)));
    let Some((subject, world, more)) = chosen(&question, bytes) else { return };
    let before = ask(&world, &subject).state;
    let mut within = world.clone();
    if let Some(selectors) = within.recorders.iter_mut().find_map(|one| one.selectors.as_mut()) {
        selectors.push(more.clone());
    }
    let mut beside = world;
    beside.recorders.push(Recorder { selectors: Some(vec![more]), certain: true });
    for after in [within, beside] {
        let state = ask(&after, &subject).state;
        let kept = match before {
            State::Recorded => state == State::Recorded,
            State::PartiallyRecorded => state != State::NotRecorded,
            State::NotRecorded => true,
            State::Undetermined => matches!(state, State::Recorded | State::Undetermined),
        };
        assert!(kept, "{before:?} became {state:?}: {subject:?} {after:#?}");
    }
}

/// The state does not depend on the order of recorders and selectors, nor on how often they are there.
pub fn order_does_not_matter(bytes: &[u8]) {
    let Some((subject, world)) = chosen(&questions(), bytes) else { return };
    let before = ask(&world, &subject);
    let mut other = world.clone();
    other.recorders.reverse();
    for selectors in other.recorders.iter_mut().filter_map(|one| one.selectors.as_mut()) {
        selectors.reverse();
        selectors.extend(selectors.clone());
    }
    other.recorders.extend(other.recorders.clone());
    let after = ask(&other, &subject);
    assert_eq!(before.state, after.state, "{subject:?} {world:#?}");
    assert_eq!(before.possible.is_some(), after.possible.is_some(), "{subject:?} {world:#?}");
}

/// `decide` says what brute force says.
pub fn decide_agrees_with_the_oracle(bytes: &[u8]) {
    let Some((subject, world)) = chosen(&questions(), bytes) else { return };
    let (decided, answer) = (ask(&world, &subject), verdict(&world, &subject));
    let state = match decided.state {
        State::Recorded => enumerate::State::Recorded,
        State::PartiallyRecorded => enumerate::State::PartiallyRecorded,
        State::NotRecorded => enumerate::State::NotRecorded,
        State::Undetermined => enumerate::State::Undetermined,
    };
    assert_eq!(state, answer.state, "{subject:?} {world:#?} {decided:#?}");
    let warns = answer.possible_escapes && answer.state == enumerate::State::Recorded;
    assert_eq!(decided.possible.is_some(), warns, "{subject:?} {world:#?} {decided:#?}");
}
