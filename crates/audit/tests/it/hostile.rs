//! Worlds that are made to take more work than anybody wants to do: plans stop, and say what they do not know.

use crate::world::{ALL, HERE, MEMBER, World, function};
use audit::change::Change;
use audit::finding::Audit;
use audit::inventory::Inventory;
use audit::plan::{PlanOptions, after, drop_copies, drop_copies_within, narrowings, record};
use audit::{Options, audit};
use oracle::large::{Kind, Size, world};

/// So many trails of one account whose selectors overlap in many ways.
fn overlapping(size: Size, seed: u64) -> World {
    let mut all = World::member().functions(MEMBER, HERE, &["f1", "f2"]);
    for (at, one) in world(Kind::BothEnds, size, seed).recorders.into_iter().enumerate() {
        let document = cloudtrail::selector_json::document(&one.selectors.unwrap());
        all = all.trail(&format!("t{at}"), MEMBER, false, &document);
    }
    all
}

fn changes(plan: &audit::plan::Plan) -> Vec<Change> {
    plan.steps.iter().map(|step| step.change.clone()).collect()
}

fn given_up(told: &Audit<'_>) -> bool {
    told.places.iter().any(|place| told.verdicts[place.planes[0].any].given_up.copies)
}

fn is_given_up(inventory: &Inventory) -> bool {
    given_up(&audit(inventory, &Options::default()))
}

/// Copies that were not looked for because of the work limit are not copies that are not there.
#[test]
fn a_plan_does_not_take_copies_that_it_could_not_look_for_for_none() {
    let world = overlapping(Size { recorders: 24, selectors: 5, values: 60 }, 1);
    let world = world.trail("management", MEMBER, false, crate::world::MANAGEMENT_ONLY);
    assert!(is_given_up(&world.inventory), "the world is hostile enough");
    let plan = record(&world.inventory, &PlanOptions::default());
    for step in &plan.steps {
        assert!(!step.because.contains("adds no paid copy"), "{}", step.because);
    }
    assert!(plan.steps[0].because.contains("paid copies"), "{plan:#?}");
}

/// All recorders together cost no more than the bound: what was not seen stays recorded, and the plan says that it stopped.
#[test]
fn dropping_copies_stops_at_its_bound_and_says_so() {
    let world =
        overlapping(Size { recorders: 12, selectors: 5, values: 300 }, 3).trail("all", MEMBER, false, ALL);
    let inventory = &world.inventory;
    let plan = drop_copies(inventory, &PlanOptions::default());
    assert!(
        plan.refusals.iter().any(|one| one.reason.contains("stopped at its work limit")),
        "{:#?}",
        plan.refusals
    );
    assert_eq!(narrowings(inventory, &changes(&plan), &Options::default()), vec![]);
}

/// Of trails that record the same and nothing else, all but one can go, and none of them is edited to nothing.
#[test]
fn what_nothing_would_be_left_of_is_said() {
    let same = crate::world::advanced("resources.ARN", "Equals", &function(MEMBER, HERE, "f1"));
    let world = World::member().functions(MEMBER, HERE, &["f1"]);
    let world = world.trail("a", MEMBER, false, &same).trail("b", MEMBER, false, &same);
    let world = world.trail("c", MEMBER, false, &same);
    let plan = drop_copies(&world.inventory, &PlanOptions::default());
    assert!(plan.steps.is_empty(), "{plan:#?}");
    let told: Vec<&str> = plan.refusals.iter().filter_map(|one| one.recorder.as_deref()).collect();
    let named = |arns: &[&str]| arns.iter().map(|arn| arn.rsplit('/').next().unwrap().to_owned()).collect();
    let told: Vec<String> = named(&told);
    assert_eq!(told, ["a", "b"], "{:#?}", plan.refusals);
}

/// With fewer steps a plan drops less, never more, and never what nobody else records.
#[test]
fn with_fewer_steps_less_is_dropped() {
    let list = |names: &[&str]| {
        let arns: Vec<String> = names.iter().map(|name| function(MEMBER, HERE, name)).collect();
        let management = r#"{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},"#;
        let functions = crate::world::advanced("resources.ARN", "Equals", &arns.join("\",\""));
        functions.replacen("Selectors\":[{\"Field", &format!("Selectors\":[{management}{{\"Field"), 1)
    };
    let world = World::member()
        .functions(MEMBER, HERE, &["f1", "f2"])
        .trail("a", MEMBER, false, &list(&["f1", "f2"]))
        .trail("b", MEMBER, false, &list(&["f2"]))
        .trail("c", MEMBER, false, &list(&["f1", "f2"]));
    let inventory = &world.inventory;
    let all = drop_copies(inventory, &PlanOptions::default());
    assert!(!all.steps.is_empty() && all.refusals.is_empty(), "{all:#?}");
    let mut stopped = 0;
    for steps in [0, 1, 10, 40, 100, 200, 400, 1_000] {
        let plan = drop_copies_within(inventory, &PlanOptions::default(), steps);
        let said = plan.refusals.iter().any(|one| one.reason.contains("stopped at its work limit"));
        assert!(said || changes(&plan) == changes(&all), "{steps}: {plan:#?}");
        assert_eq!(narrowings(inventory, &changes(&plan), &Options::default()), vec![], "{steps}");
        let then = after(inventory, &changes(&plan));
        assert_eq!(
            audit(inventory, &Options::default()).summary,
            audit(&then, &Options::default()).summary,
            "{steps}"
        );
        stopped += usize::from(said);
    }
    assert!(stopped >= 2, "stopped {stopped} times");
}
