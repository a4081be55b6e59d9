//! What a question answers when its work is cut off.

use super::Question;
use crate::clauses::{Candidate, clauses};
use crate::grid::Tables;
use crate::steps::{Steps, WORDS_LIMIT, WORK_LIMIT};
use crate::subject::Subject;
use crate::verdict::{Open, State, Verdict};
use cloudtrail::resource::ResourceType;
use oracle::large::{Kind, Size, world};
use oracle::worlds::{PLACE, World};

/// Decides about any function with so many steps for each search.
fn decided(world: &World, limit: u64, words: u64) -> Verdict {
    let of = |one: &'_ oracle::worlds::Recorder| one.certain;
    let candidates: Vec<Candidate<'_>> = world
        .recorders
        .iter()
        .map(|one| Candidate { selectors: one.selectors.as_deref(), certain: of(one) })
        .collect();
    let all = clauses(&candidates);
    let mut question = Question {
        candidates: &candidates,
        all: &all,
        noun: "invocations",
        tables: &mut Tables::default(),
        words: &mut Steps::new(words),
        limit,
        total: &mut Steps::new(WORK_LIMIT * 16),
    };
    let kind = ResourceType::Function;
    let subject =
        Subject::Any { kind, partition: PLACE.partition, account: PLACE.account, region: PLACE.region };
    question.decide(&subject.spaces())
}

#[test]
fn with_less_work_an_answer_is_the_same_or_undetermined() {
    let mut beyond = 0;
    for kind in Kind::ALL {
        for seed in 0..4 {
            let world = world(kind, Size { recorders: 4, selectors: 4, values: 12 }, seed);
            let full = decided(&world, WORK_LIMIT, WORDS_LIMIT);
            assert_eq!(full.open.filter(|open| *open == Open::Work), None, "{kind:?} {seed}");
            for limit in [0, 50, 200, 1_000, 5_000] {
                let cut = decided(&world, limit, WORDS_LIMIT);
                if cut.open == Some(Open::Work) {
                    beyond += 1;
                    assert_eq!(cut.state, State::Undetermined);
                    continue;
                }
                assert_eq!((cut.state, cut.open), (full.state, full.open), "{kind:?} {seed} {limit}");
                assert!(cut.given_up.copies || cut.copies == full.copies, "{kind:?} {seed} {limit}");
                assert!(cut.copies.len() <= full.copies.len());
                // A cover that was not looked at to the end still suffices: it holds one that does.
                assert_eq!(cut.cover.is_empty(), full.cover.is_empty());
                assert!(cut.cover.len() >= full.cover.len().min(1));
            }
        }
    }
    assert!(beyond > 20, "cut off {beyond} times");
}

#[test]
fn without_work_for_words_the_verdict_and_its_proof_stay() {
    for kind in Kind::ALL {
        for seed in 0..12 {
            let world = world(kind, Size { recorders: 3, selectors: 4, values: 12 }, seed);
            let (full, bare) = (decided(&world, WORK_LIMIT, WORDS_LIMIT), decided(&world, WORK_LIMIT, 0));
            assert_eq!((full.state, full.open, &full.copies), (bare.state, bare.open, &bare.copies));
            assert_eq!(full.escape.is_some(), bare.escape.is_some());
            if let Some(escape) = &bare.escape {
                assert!(escape.remainder.contains("such as the example"), "{}", escape.remainder);
                assert_eq!(escape.is_certain(), full.state != State::Undetermined || full.open.is_some());
            }
        }
    }
}
