//! `included` against the definition: what it says of two sets of selectors is so of every event that is tried.

use cloudtrail::event::Field;
use cloudtrail::selector::Selector;
use cloudtrail::{Answer, records};
use oracle::translate::to_advanced;
use oracle::worlds::{basic_selectors, events, kinds, selectors};
use proptest::collection::vec;
use proptest::prelude::*;
use recording::{Inclusion, included};

fn two_sets() -> impl Strategy<Value = (Vec<Selector>, Vec<Selector>, Vec<cloudtrail::event::Event>)> {
    kinds()
        .prop_flat_map(|kind| (vec(selectors(kind), 0..3), vec(selectors(kind), 0..4), vec(events(kind), 8)))
}

fn recorded(selectors: &[Selector], event: &cloudtrail::event::Event) -> bool {
    selectors.iter().any(|one| records(one, event) == Answer::Recorded)
}

fn certainly_not(selectors: &[Selector], event: &cloudtrail::event::Event) -> bool {
    selectors.iter().all(|one| matches!(records(one, event), Answer::TurnedAway(_)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_of_two_sets_is_so((before, after, events) in two_sets()) {
        match included(&before, &after) {
            Inclusion::Included => {
                for event in &events {
                    let unchanged = before.iter().filter(|one| !after.contains(one)).cloned().collect::<Vec<_>>();
                    prop_assert!(!recorded(&before, event) || recorded(&after, event) || !recorded(&unchanged, event));
                    prop_assert!(!recorded(&before, event) || !certainly_not(&after, event), "{event:?}");
                }
            }
            Inclusion::Lost { selector, witness } => {
                prop_assert!(recorded(&before[selector..=selector], &witness));
                prop_assert!(certainly_not(&after, &witness), "{witness:?}");
            }
            Inclusion::Undetermined { .. } => {
                let hidden = [Field::ErrorCode, Field::VpcEndpointId];
                let open = |one: &Selector| match one {
                    Selector::Advanced(one) => {
                        !one.doubts.is_empty() || one.fields.iter().any(|field| hidden.contains(&field.field))
                    }
                    Selector::Basic(one) => !one.doubts.is_empty(),
                };
                let doubts = before.iter().chain(&after).any(open);
                prop_assert!(doubts, "without doubts there is an answer");
            }
        }
    }

    #[test]
    fn a_basic_selector_and_its_translation_record_the_same(basic in basic_selectors()) {
        prop_assume!(basic.doubts.is_empty());
        let (before, after) = ([Selector::Basic(basic.clone())], to_advanced(&basic));
        prop_assert_eq!(included(&before, &after), Inclusion::Included);
        prop_assert_eq!(included(&after, &before), Inclusion::Included);
    }

    #[test]
    fn more_selectors_record_no_less((before, more, _) in two_sets()) {
        let all: Vec<Selector> = more.into_iter().chain(before.clone()).collect();
        prop_assert_eq!(included(&before, &all), Inclusion::Included);
    }
}
