//! Which functions a reduction leaves out: the budget holds, the must-keep list holds, and no function is dropped for nothing.

use crate::world::{HERE, MEMBER, World, function};
use audit::backout::{Pattern, Wanted, choose};
use audit::extra_facts::{Exposure, FunctionFacts};
use cloudtrail::recorder::Seen;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};

fn name(at: usize) -> String {
    format!("f{at}")
}

/// Functions with what each costs a month and whether its tag says prod.
fn world(functions: &[(u32, bool)]) -> (World, HashMap<String, f64>) {
    let names: Vec<String> = (0..functions.len()).map(name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = World::member().functions(MEMBER, HERE, &names);
    let mut costs = HashMap::new();
    for (at, (cost, prod)) in functions.iter().enumerate() {
        let arn = function(MEMBER, HERE, &name(at));
        let env = if *prod { "prod" } else { "dev" };
        let facts = FunctionFacts {
            policy: Seen::Known(Exposure::default()),
            urls: Seen::Known(Vec::new()),
            role: Some("arn:aws:iam::111111111111:role/plain".to_owned()),
            tags: Seen::Known(BTreeMap::from([("env".to_owned(), env.to_owned())])),
            triggers: Seen::Known(Vec::new()),
        };
        world.inventory.extra.functions.insert(arn.as_str().into(), facts);
        costs.insert(arn, f64::from(*cost));
    }
    (world, costs)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_budget_is_met_with_nothing_dropped_for_nothing(
        functions in vec((0_u32..1_000, any::<bool>()), 1..12),
        budget in 0_u32..4_000,
        keep in prop::option::of(0_usize..12),
    ) {
        let (world, costs) = world(&functions);
        let keep: Vec<Pattern> = keep.iter().map(|at| Pattern::parse(&name(at % functions.len())).unwrap()).collect();
        let budget = f64::from(budget);
        let choice = choose(&world.inventory, &Wanted::Budget(budget), &keep, |arn| costs.get(arn).copied());
        let all: f64 = costs.values().sum();
        let dropped: f64 = choice.dropped.iter().filter_map(|one| one.cost).sum();
        for one in &choice.dropped {
            prop_assert!(keep.iter().all(|pattern| pattern.matches(&one.arn, None) == Some(false)));
        }
        if choice.unmet.is_empty() {
            prop_assert!(all - dropped <= budget);
            for one in &choice.dropped {
                prop_assert!(all - dropped + one.cost.unwrap() > budget, "{} was dropped for nothing", one.arn);
            }
        } else {
            let kept: f64 = costs
                .iter()
                .filter(|(arn, _)| keep.iter().any(|pattern| pattern.matches(arn, None) == Some(true)))
                .map(|(_, cost)| cost)
                .sum();
            prop_assert!(kept > budget, "what must be kept alone is over the budget");
            prop_assert!(choice.dropped.is_empty());
        }
    }
}

#[test]
fn the_one_with_less_to_lose_goes_first() {
    let (world, costs) = world(&[(100, true), (100, false)]);
    let choice = choose(&world.inventory, &Wanted::Budget(100.0), &[], |arn| costs.get(arn).copied());
    let dropped: Vec<&str> = choice.dropped.iter().map(|one| one.arn.as_str()).collect();
    assert_eq!(dropped, [function(MEMBER, HERE, "f1")]);
    assert_eq!(choice.cost_after, Some(100.0));
}

#[test]
fn what_is_not_known_is_never_dropped() {
    let (mut world, costs) = world(&[(100, false), (100, false)]);
    let choice = choose(&world.inventory, &Wanted::Budget(0.0), &[], |arn| {
        costs.get(arn).copied().filter(|_| arn.ends_with("f0"))
    });
    assert!(
        choice.dropped.is_empty() && choice.unmet[0].contains("does not say how often 1 function is invoked"),
        "{choice:?}"
    );
    world.inventory.extra.functions.clear();
    let keep = [Pattern::parse("tag:env=prod").unwrap()];
    let all = [Pattern::parse("*").unwrap()];
    let choice = choose(&world.inventory, &Wanted::Drop(all.to_vec()), &keep, |_| None);
    assert!(choice.dropped.is_empty(), "each of them may be on the must-keep list");
    assert_eq!(choice.unmet.len(), 2);
}

#[test]
fn patterns_and_lists_say_what_could_not_be_had() {
    let (world, _) = world(&[(1, false), (1, true)]);
    let parse = |text: &str| vec![Pattern::parse(text).unwrap()];
    let choice = choose(&world.inventory, &Wanted::Drop(parse("tag:env=dev")), &[], |_| None);
    assert_eq!(choice.dropped.len(), 1);
    let choice = choose(&world.inventory, &Wanted::Drop(parse("nothing-*")), &[], |_| None);
    assert_eq!(choice.unmet, ["no function matches"]);
    let only = Wanted::Only(vec![function(MEMBER, HERE, "f0"), function(MEMBER, HERE, "gone")]);
    let choice = choose(&world.inventory, &only, &[], |_| None);
    assert!(choice.dropped.is_empty(), "it may be a misspelled name of one to keep");
    assert!(choice.unmet[0].ends_with("gone is not among the functions seen"));
}
