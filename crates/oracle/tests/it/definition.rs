//! The two readings of the documentation agree: `cloudtrail::records` and the oracle's.

use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selector;
use cloudtrail::{Answer, records};
use oracle::naive::{self, Says};
use oracle::translate::to_advanced;
use oracle::worlds::{basic_selectors, events, kinds, selectors};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, proptest};

fn says(selector: &Selector, event: &cloudtrail::event::Event) -> Says {
    match records(selector, event) {
        Answer::Recorded => Says::Yes,
        Answer::TurnedAway(_) => Says::No,
        Answer::Undetermined(_) => Says::Unknown,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn records_agrees_with_the_oracle(
        (selector, events) in kinds().prop_flat_map(|kind| (selectors(kind), vec(events(kind), 8)))
    ) {
        for event in &events {
            assert_eq!(says(&selector, event), naive::records(&selector, event), "{selector:?}\n{event:?}");
        }
    }

    #[test]
    fn a_basic_selector_and_its_translation_record_the_same(
        basic in basic_selectors(),
        events in vec(events(ResourceType::Function), 8),
    ) {
        let translated = to_advanced(&basic);
        let basic = Selector::Basic(basic);
        for event in &events {
            let advanced = translated.iter().any(|one| naive::records(one, event) == Says::Yes);
            assert_eq!(naive::records(&basic, event) == Says::Yes, advanced, "{basic:?}\n{event:?}");
        }
    }
}

/// Why a selector turned an event away is true: with that condition alone it would turn it away as well.
#[test]
fn the_field_that_is_blamed_is_to_blame() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut blamed = std::collections::BTreeSet::new();
    for _ in 0..2_000 {
        let strategy = (selectors(ResourceType::Function), events(ResourceType::Function));
        let (selector, event) = strategy.new_tree(&mut runner).unwrap().current();
        let Answer::TurnedAway(reason) = records(&selector, &event) else { continue };
        if let Selector::Advanced(mut advanced) = selector {
            advanced.fields.retain(|one| one.field.as_str() == reason.field);
            for operator in cloudtrail::selector::Operator::ALL {
                let deselects_alone = operator == reason.operator || !reason.operator.deselects();
                if !deselects_alone {
                    advanced.fields[0].condition.values_mut(operator).clear();
                }
            }
            let alone = Selector::Advanced(advanced);
            assert_eq!(naive::records(&alone, &event), Says::No, "{reason} {alone:?}\n{event:?}");
        }
        blamed.insert(reason);
    }
    assert!(blamed.len() > 20, "the reasons must vary: {blamed:?}");
}
