//! `decide` says what the oracle says, in many thousand worlds.

use crate::common::{ask, word};
use oracle::enumerate::{self, verdict};
use oracle::subject::Subject;
use oracle::worlds::{World, crowded_questions, questions};
use proptest::prelude::{ProptestConfig, proptest};
use recording::State;

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 4_000, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn decide_agrees_with_the_oracle((subject, world) in questions()) {
        assert_agreement(&subject, &world);
    }

    #[test]
    fn decide_agrees_with_the_oracle_in_crowded_worlds((subject, world) in crowded_questions()) {
        assert_agreement(&subject, &world);
    }
}

fn assert_agreement(subject: &Subject, world: &World) {
    let (decided, answer) = (ask(world, subject), verdict(world, subject));
    assert_eq!(word(decided.state), answer.state, "{subject:?}\n{world:#?}\n{decided:#?}");
    let warned = decided.possible.is_some();
    let warns = answer.state == enumerate::State::Recorded && answer.possible_escapes;
    assert_eq!(warned, warns, "{subject:?}\n{world:#?}\n{decided:#?}");
    let named = decided.open == Some(recording::Open::Names);
    assert_eq!(named, answer.contradicted_escapes, "{subject:?}\n{world:#?}\n{decided:#?}");
    assert_eq!(decided.given_up, recording::GivenUp::default());
    assert_eq!(decided.escape.is_none(), decided.state == State::Recorded);
    let copies = if answer.most_copies > 1 { answer.most_copies } else { 0 };
    assert_eq!(decided.copies.len(), copies, "{subject:?}\n{world:#?}\n{decided:#?}");
}
