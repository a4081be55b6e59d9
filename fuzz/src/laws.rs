//! Laws of the decision procedure.

use crate::chosen;
use cloudtrail::event::{Event, Field};
use cloudtrail::selector::{Condition, FieldSelector, Selector};
use cloudtrail::{Answer, records};
use oracle::enumerate::{self, verdict};
use oracle::subject::Subject;
use oracle::worlds::{PLACE, Recorder, World, kinds, questions, selectors, subjects, worlds};
use proptest::strategy::Strategy;
use recording::{Candidate, Inclusion, State, Verdict, decide, included};

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

/// The cover of a yes suffices, and none of it can be left out.
pub fn cover_suffices(bytes: &[u8]) {
    let Some((subject, world)) = chosen(&questions(), bytes) else { return };
    let verdict = ask(&world, &subject);
    let only = |left_out: Option<usize>| {
        let kept = verdict.cover.iter().enumerate().filter(|(at, _)| Some(*at) != left_out);
        let selectors = kept.map(|(_, one)| {
            let read = world.recorders[one.candidate].selectors.as_ref();
            read.expect("a cover is of recorders that were read")[one.selector].clone()
        });
        let recorders = vec![Recorder { selectors: Some(selectors.collect()), certain: true }];
        ask(&World { recorders }, &subject).state
    };
    if verdict.state == State::Recorded {
        assert_eq!(only(None), State::Recorded, "{subject:?} {world:#?} {verdict:#?}");
        for left_out in 0..verdict.cover.len() {
            assert_ne!(only(Some(left_out)), State::Recorded, "{subject:?} {world:#?} {verdict:#?}");
        }
    }
}

/// A selector and the two that together are it, one for reads and one for writes, have the same verdict.
pub fn splitting_changes_nothing(bytes: &[u8]) {
    let Some((subject, world)) = chosen(&questions(), bytes) else { return };
    let mut other = world.clone();
    for selectors in other.recorders.iter_mut().filter_map(|one| one.selectors.as_mut()) {
        *selectors = selectors.iter().flat_map(halves).collect();
    }
    let (before, after) = (ask(&world, &subject), ask(&other, &subject));
    assert_eq!(before.state, after.state, "{subject:?} {world:#?}");
    assert_eq!(before.copies, after.copies, "{subject:?} {world:#?}");
}

fn halves(selector: &Selector) -> Vec<Selector> {
    let Selector::Advanced(advanced) = selector else { return vec![selector.clone()] };
    if advanced.condition(Field::ReadOnly).is_some() {
        return vec![selector.clone()];
    }
    let half = |value| {
        let mut half = advanced.clone();
        half.fields.push(FieldSelector { field: Field::ReadOnly, condition: Condition::equals([value]) });
        Selector::Advanced(half)
    };
    vec![half("true"), half("false")]
}

/// All candidates that are called copies record one same event of the resource.
pub fn copies_have_an_event_in_common(bytes: &[u8]) {
    let Some((subject, world)) = chosen(&questions(), bytes) else { return };
    let verdict = ask(&world, &subject);
    if verdict.copies.is_empty() || matches!(subject, Subject::Any(_)) {
        return;
    }
    let records_it = |at: usize, event: &Event| {
        let recorder = &world.recorders[at];
        let mut all = recorder.selectors.iter().flatten();
        recorder.certain && all.any(|one| records(one, event) == Answer::Recorded)
    };
    let common = |event: &Event| verdict.copies.iter().all(|at| records_it(*at, event));
    assert!(subject.events(5).iter().any(common), "{subject:?} {world:#?} {verdict:#?}");
}

/// What `included` says of two sets of selectors is what looking at every event says.
pub fn inclusion_agrees_with_the_oracle(bytes: &[u8]) {
    let two = kinds().prop_flat_map(|kind| {
        let some = || proptest::collection::vec(selectors(kind), 0..=3);
        (some(), some())
    });
    let Some((before, after)) = chosen(&two, bytes) else { return };
    let losses = oracle::inclusion::losses(&before, &after);
    match included(&before, &after) {
        Inclusion::Included => assert!(!losses.possible, "{before:#?} {after:#?}"),
        Inclusion::Lost { .. } => assert!(losses.certain, "{before:#?} {after:#?}"),
        Inclusion::Undetermined { .. } => assert!(!losses.certain, "{before:#?} {after:#?}"),
    }
}
