//! The decision for many resources at once is the decision for each.

use crate::common::{any, candidates};
use oracle::strings::strings;
use oracle::worlds::{PLACE, kinds, worlds};
use proptest::prelude::{Just, ProptestConfig, Strategy, proptest};
use recording::{Decider, Escape, Subject, Verdict, arn_prefix, decide};

/// The verdict as it reads for the resource `arn`.
fn told_for(verdict: &Verdict, arn: &str) -> Verdict {
    let of = |escape: &Escape| Escape { witness: escape.witness_for(arn), ..escape.clone() };
    Verdict {
        escape: verdict.escape.as_ref().map(of),
        possible: verdict.possible.as_ref().map(of),
        ..verdict.clone()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_decider_says_of_each_resource_what_decide_says(
        (world, kind) in kinds().prop_flat_map(|kind| (worlds(kind), Just(kind)))
    ) {
        let candidates = candidates(&world);
        let mut decider = Decider::new(kind, &candidates);
        for name in strings(3).iter().filter(|name| !name.is_empty()) {
            let arn = PLACE.arn(kind, name);
            let class = decider.class(&arn);
            let alone = decide(&candidates, Subject::Named(kind, &arn));
            assert_eq!(told_for(decider.verdict(class), &arn), alone, "{arn} {world:#?}");
        }
    }

    #[test]
    fn where_all_are_alike_their_verdict_is_that_of_any(
        (world, kind) in kinds().prop_flat_map(|kind| (worlds(kind), Just(kind)))
    ) {
        let candidates = candidates(&world);
        let mut decider = Decider::new(kind, &candidates);
        let prefix = arn_prefix(kind, PLACE.partition, PLACE.account, PLACE.region);
        if let Some(class) = decider.class_of_all(&prefix) {
            let (all, symbolic) = (decider.verdict(class).clone(), decide(&candidates, any(kind)));
            let words = |verdict: &Verdict| verdict.escape.as_ref().map(|escape| escape.remainder.clone());
            assert_eq!((all.state, words(&all)), (symbolic.state, words(&symbolic)), "{world:#?}");
            assert_eq!((all.cover, all.copies), (symbolic.cover, symbolic.copies), "{world:#?}");
            assert_eq!(all.possible.is_some(), symbolic.possible.is_some(), "{world:#?}");
            for name in strings(2).iter().filter(|name| !name.is_empty()) {
                assert_eq!(decider.class(&PLACE.arn(kind, name)), class, "{name} {world:#?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Leaving out the values about other resources changes nothing, down to the words and the witness.
    #[test]
    fn deciding_within_a_prefix_is_deciding(
        (world, kind) in kinds().prop_flat_map(|kind| (worlds(kind), Just(kind))),
        name in "[abz]{1,3}",
    ) {
        let candidates = candidates(&world);
        let decider = Decider::new(kind, &candidates);
        let prefix = arn_prefix(kind, PLACE.partition, PLACE.account, PLACE.region);
        let within = decider.decide_within(&prefix, &any(kind).spaces(), "invocations");
        assert_eq!(within, decide(&candidates, any(kind)), "{world:#?}");
        let arn = PLACE.arn(kind, &name);
        let named = Subject::Named(kind, &arn);
        assert_eq!(decider.decide_within(&arn, &named.spaces(), "invocations"), decide(&candidates, named));
    }
}

/// Neither branch of the law about all that are alike may be empty.
#[test]
fn all_are_alike_in_some_worlds_and_not_in_others() {
    let everything = vec![basic("arn:aws:lambda")];
    let one = vec![basic("arn:aws:lambda:us-east-1:111122223333:function:a")];
    let kind = cloudtrail::resource::ResourceType::Function;
    let prefix = arn_prefix(kind, PLACE.partition, PLACE.account, PLACE.region);
    for (selectors, alike) in [(&everything, true), (&one, false)] {
        let candidates = [recording::Candidate { selectors: Some(selectors), certain: true }];
        assert_eq!(Decider::new(kind, &candidates).class_of_all(&prefix).is_some(), alike, "{selectors:?}");
    }
}

fn basic(value: &str) -> cloudtrail::selector::Selector {
    let text =
        format!(r#"{{"DataResources": [{{"Type": "AWS::Lambda::Function", "Values": ["{value}"]}}]}}"#);
    cloudtrail::selector_json::from_str(&text).expect("a selector").list.remove(0)
}
