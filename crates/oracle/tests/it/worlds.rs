//! The worlds hold every answer often enough, and the enumeration over aspects is the enumeration over events.

use oracle::enumerate::{State, verdict, verdict_up_to};
use oracle::naive::{Says, records};
use oracle::subject::Subject;
use oracle::worlds::{World, questions};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

fn sample(count: usize) -> Vec<(Subject, World)> {
    let mut runner = TestRunner::deterministic();
    let strategy = questions();
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a world").current()).collect()
}

#[test]
fn every_state_occurs_in_a_good_share_of_the_worlds() {
    let questions = sample(1_000);
    let mut seen: BTreeMap<(&str, State), usize> = BTreeMap::new();
    let (mut possible, mut contradicted, mut copies) = (0, 0, 0);
    for (subject, world) in &questions {
        let answer = verdict(world, subject);
        let about = if matches!(subject, Subject::Any(_)) { "any" } else { "named" };
        *seen.entry((about, answer.state)).or_default() += 1;
        possible += usize::from(answer.state == State::Recorded && answer.possible_escapes);
        contradicted += usize::from(answer.contradicted_escapes);
        copies += usize::from(answer.most_copies > 1);
    }
    for about in ["any", "named"] {
        for state in [State::Recorded, State::PartiallyRecorded, State::NotRecorded, State::Undetermined] {
            let share = seen.get(&(about, state)).copied().unwrap_or(0);
            assert!(share >= 50, "{about} {state:?} in {share} of 1000 worlds: {seen:?}");
        }
    }
    assert!(possible >= 15, "a possible name escapes a recorded subject in {possible} of 1000 worlds");
    assert!(contradicted >= 15, "only a contradicted name escapes in {contradicted} of 1000 worlds");
    assert!(copies >= 100, "copies in {copies} of 1000 worlds");
}

#[test]
fn aspects_and_whole_events_give_the_same_verdict() {
    for (subject, world) in
        sample(400).iter().filter(|(subject, _)| matches!(subject, Subject::Named(..))).take(150)
    {
        let (mut recorded, mut escaped, mut neither) = (0, 0, 0);
        for event in subject.events(3) {
            let mut says = vec![];
            for recorder in &world.recorders {
                match &recorder.selectors {
                    None => says.push(Says::Unknown),
                    Some(selectors) => says.extend(selectors.iter().map(|one| match records(one, &event) {
                        Says::Yes if !recorder.certain => Says::Unknown,
                        other => other,
                    })),
                }
            }
            match () {
                () if says.contains(&Says::Yes) => recorded += 1,
                () if says.contains(&Says::Unknown) => neither += 1,
                () => escaped += 1,
            }
        }
        let whole = match (recorded, escaped, neither) {
            (_, 0, 0) => State::Recorded,
            (_, 0, _) => State::Undetermined,
            (0, ..) => State::NotRecorded,
            _ => State::PartiallyRecorded,
        };
        let answer = verdict_up_to(world, subject, 3);
        let state = if answer.contradicted_escapes { State::Recorded } else { answer.state };
        assert_eq!(state, whole, "{subject:?} {world:#?}");
    }
}
