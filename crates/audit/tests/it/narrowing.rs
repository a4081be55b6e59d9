//! No plan of any purpose stops recording what it does not declare: judged by the oracle, recorder by recorder and place by place.

mod truth;
mod worlds;

use crate::world::{ALL, HERE, MANAGEMENT_ONLY, MEMBER, THERE, World, advanced, exception, function, step};
use audit::backout::{Pattern, Wanted};
use audit::change::Change;
use audit::code::Code;
use audit::plan::{
    Plan, PlanOptions, Purpose, Reduction, Step, after, backout, conduct, conduct_over, drop_copies,
    narrowings, record, restore, retold,
};
use audit::{Options, audit};
use proptest::prelude::*;
use recording::State;
use truth::{effect, functions_lost, lost, lost_elsewhere, records_at};
use worlds::{Which, change, documents, settings, worlds};

const TODAY: &str = "2026-11-23";

fn changes(plan: &Plan) -> Vec<Change> {
    plan.steps.iter().map(|step| step.change.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_purpose_loses_what_it_does_not_declare(world in worlds()) {
        let inventory = &world.inventory;
        let options = PlanOptions { audit: Options { today: TODAY, ..Options::default() }, ..PlanOptions::default() };
        for plan in [
            record(inventory, &options),
            drop_copies(inventory, &options),
            restore(inventory, &options, &[exception(&[function(MEMBER, HERE, "f1")])]),
        ] {
            let done = changes(&plan);
            let then = after(inventory, &done);
            prop_assert_eq!(lost(inventory, &then, &[]), Vec::<String>::new(), "{:#?}", plan);
            prop_assert_eq!(lost_elsewhere(inventory, &then), Vec::<String>::new(), "{:#?}", plan);
            prop_assert_eq!(conduct(&plan), Ok(()), "{:#?}", plan);
            prop_assert_eq!(conduct_over(inventory, &plan), Ok(()), "{:#?}", plan);
        }
        // A backout may lose the functions that it declares, and nothing else.
        let wanted = Wanted::Drop(vec![Pattern::parse("f1").unwrap()]);
        let reduction = Reduction { wanted, keep: Vec::new(), exception: exception(&[]) };
        let plan = backout(inventory, &options, &reduction);
        prop_assert_eq!(conduct(&plan), Ok(()), "{:#?}", plan);
        prop_assert_eq!(conduct_over(inventory, &plan), Ok(()), "{:#?}", plan);
        let declared = advanced("resources.ARN", "Equals", &function(MEMBER, HERE, "f1"));
        let declared = cloudtrail::selector_json::from_str(&declared).unwrap().list;
        let then = after(inventory, &changes(&plan));
        prop_assert_eq!(lost(inventory, &then, &declared), Vec::<String>::new(), "{:#?}", plan);
    }

}

proptest! {
    // One change and no plan: cheap enough for more of them.
    #![proptest_config(ProptestConfig { cases: 6_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the setting: what the oracle misses afterwards is a narrowing.
    #[test]
    fn what_is_lost_is_told(world in worlds(), document in documents(), which in settings(), at in 0..3_usize) {
        let inventory = &world.inventory;
        let recorder = &inventory.recorders[at % inventory.recorders.len()];
        let Some(change) = change(inventory, recorder, which, &document) else { return Ok(()) };
        let then = effect(inventory, &change);
        // The product sees the same effect, or less of it.
        let planned = after(inventory, std::slice::from_ref(&change));
        for (place, same) in planned.places.iter().zip(&then.places) {
            for one in &planned.recorders {
                let truly = then.recorder(&one.arn).and_then(|at| records_at(&then.recorders[at], same));
                let stands = records_at(one, place);
                let is_wider = one.arn == recorder.arn && one.multi_region && !recorder.multi_region;
                prop_assert!(stands == truly || stands != Some(true) || is_wider, "{} {:?} {:?}", one.arn, stands, truly);
            }
        }
        let loses = !lost(inventory, &then, &[]).is_empty() || !lost_elsewhere(inventory, &then).is_empty();
        // Whatever a plan says of itself, it is refused when it is applied.
        let step = Step {
            because: Code::Uncoded.says("nothing is lost"),
            gained: vec![Code::Uncoded.says("everything")],
            ..step(change.clone())
        };
        let bare = drop_copies(&World::member().inventory, &PlanOptions::default());
        for purpose in [Purpose::Record, Purpose::DropCopies, Purpose::Restore(Vec::new())] {
            let forged = Plan { purpose: purpose.clone(), steps: vec![step.clone()], ..bare.clone() };
            let refused = conduct(&forged).is_err() || conduct_over(inventory, &forged).is_err();
            prop_assert!(refused || !loses, "{:#?}", forged);
            if purpose == Purpose::Record {
                prop_assert!(!retold(inventory, &forged, &[], "").steps[0].gained.iter().any(|one| one == "everything"));
            }
        }
        // A reduction may lose the function that it declares, and none other of today.
        let declared = function(MEMBER, HERE, "f1");
        let purpose = Purpose::Backout(exception(std::slice::from_ref(&declared)));
        let forged = Plan { purpose, steps: vec![step], ..bare };
        let refused = conduct(&forged).is_err() || conduct_over(inventory, &forged).is_err();
        let gone = functions_lost(inventory, &then);
        prop_assert!(refused || gone.iter().all(|arn| *arn == declared), "{:?} {:#?}", gone, forged);
        let told = !narrowings(inventory, &[change], &Options::default()).is_empty();
        prop_assert!(told || !loses, "{:?} {:#?}", lost(inventory, &then, &[]), forged);
    }
}

/// A trail that stops being multi-Region stops recording IAM and STS, too, unless it says that it does not.
#[test]
fn the_end_of_global_services_is_a_loss() {
    for (global, is_told) in [(Some(false), true), (None, true), (Some(true), false)] {
        let world = World::member().place(MEMBER, THERE).trail("all", MEMBER, false, ALL);
        let mut world = world.store("there", MEMBER, false, ALL);
        (world.of("there").multi_region, world.of("there").home_region) = (false, THERE.to_owned());
        world.of("all").global_service_events = global;
        let recorder = world.of("all").clone();
        let change = change(&world.inventory, &recorder, Which::MultiRegion, "").unwrap();
        let told = narrowings(&world.inventory, &[change], &Options::default());
        assert_eq!(!told.is_empty(), is_told, "{global:?} {told:#?}");
    }
}

/// What a function that is not declared keeps is looked at event by event, not function by function.
#[test]
fn a_reduction_drops_no_part_of_a_function_that_it_does_not_declare() {
    let only = |operator| advanced("eventName", operator, "Invoke");
    let list = advanced("resources.ARN", "Equals", &function(MEMBER, HERE, "f1"));
    let world = World::member().place(MEMBER, THERE).functions(MEMBER, HERE, &["f1", "f2"]);
    let mut world =
        world.trail("a", MEMBER, false, &only("Equals")).trail("b", MEMBER, false, &only("NotEquals"));
    let recorder = world.of("a").clone();
    let change = change(&world.inventory, &recorder, Which::Selectors, &list).unwrap();
    let bare = drop_copies(&World::member().inventory, &PlanOptions::default());
    let step = step(change);
    let purpose = Purpose::Backout(exception(&[]));
    let forged = Plan { purpose, steps: vec![step], ..bare };
    assert!(conduct_over(&world.inventory, &forged).unwrap_err().why.contains("function:f2"));
}

/// Selectors of management events and of these functions.
fn listing(names: &[&str]) -> String {
    let values: Vec<String> =
        names.iter().map(|name| format!("\"{}\"", function(MEMBER, HERE, name))).collect();
    format!(
        r#"{{"EventSelectors":[{{"ReadWriteType":"All","IncludeManagementEvents":true,
        "DataResources":[{{"Type":"AWS::Lambda::Function","Values":[{}]}}]}}]}}"#,
        values.join(",")
    )
}

/// Fewer copies of what others record, and the part that only one records stays.
#[test]
fn what_nobody_else_records_stays() {
    let world = World::member().functions(MEMBER, HERE, &["f1", "f2"]);
    let world =
        world.trail("a", MEMBER, false, &listing(&["f1", "f2"])).trail("b", MEMBER, false, &listing(&["f2"]));
    let plan = drop_copies(&world.inventory, &PlanOptions::default());
    let then = after(&world.inventory, &changes(&plan));
    let told = audit(&then, &Options::default());
    for row in told.places.iter().flat_map(|place| &place.planes[0].rows) {
        assert_eq!(told.verdicts[row.verdict].state, State::Recorded, "{} {plan:#?}", row.arn);
    }
    let dropped: Vec<&str> = plan.losses.iter().map(|loss| loss.function.as_str()).collect();
    assert_eq!(dropped, [function(MEMBER, HERE, "f2")]);
}

/// A plan that was stopped half-way, and somebody who changed what it had done: that is not set again, so nothing rests on it.
#[test]
fn what_others_changed_of_a_half_done_plan_is_no_copy_any_more() {
    const NAMES: [&str; 3] = ["f1", "f2", "f3"];
    let subset = |some: usize| -> Vec<&str> {
        NAMES.into_iter().enumerate().filter(|(at, _)| some >> at & 1 == 1).map(|(_, name)| name).collect()
    };
    let mut judged_plans = 0;
    for some in 0..512 {
        let mut world = World::member().functions(MEMBER, HERE, &NAMES);
        for (at, name) in ["a", "b", "c"].into_iter().enumerate() {
            let functions = subset(some >> (3 * at) & 7);
            let selectors =
                if functions.is_empty() { MANAGEMENT_ONLY.to_owned() } else { listing(&functions) };
            world = world.trail(name, MEMBER, false, &selectors);
        }
        let plan = drop_copies(&world.inventory, &PlanOptions::default());
        if plan.steps.len() < 2 {
            continue;
        }
        let marks = [audit::journal::Mark::Done];
        let mut half = after(&world.inventory, &changes(&plan)[..1]);
        assert_eq!(audit::plan::conduct_on(&half, &plan, &marks), Ok(()));
        let done = half.recorder(&plan.steps[0].change.target.arn).unwrap();
        let theirs = cloudtrail::selector_json::from_str(MANAGEMENT_ONLY).unwrap();
        half.recorders[done].selectors = cloudtrail::recorder::Seen::Known(theirs);
        // What is recorded by then, and not once the rest is done.
        let then = after(&half, &changes(&plan)[1..]);
        let recorded = |inventory: &audit::inventory::Inventory| -> Vec<bool> {
            let told = audit(inventory, &Options::default());
            let rows = told.places.iter().flat_map(|place| &place.planes[0].rows);
            rows.map(|row| told.verdicts[row.verdict].state == State::Recorded).collect()
        };
        let loses = recorded(&half).iter().zip(recorded(&then)).any(|(was, is)| *was && !is);
        let judged = audit::plan::conduct_on(&half, &plan, &marks);
        assert_eq!(judged.is_err(), loses, "{some} {judged:?} {plan:#?}");
        judged_plans += 1;
    }
    assert!(judged_plans > 100, "{judged_plans}");
}

/// The first step leaves `a` what `b` drops in the second one.
#[test]
fn what_a_half_done_plan_rests_on_is_looked_at_where_it_is_gone_on_with() {
    let condition = |field: &str, value: &str| format!(r#"{{"Field":"{field}","Equals":["{value}"]}}"#);
    let data = |conditions: &[String]| {
        let mut all =
            vec![condition("eventCategory", "Data"), condition("resources.type", "AWS::Lambda::Function")];
        all.extend_from_slice(conditions);
        format!(r#"{{"FieldSelectors":[{}]}}"#, all.join(","))
    };
    let of = |all: &[String]| format!(r#"{{"AdvancedEventSelectors":[{}]}}"#, all.join(","));
    let only = |name: &str| condition("resources.ARN", &function(MEMBER, HERE, name));
    let invoke = condition("eventName", "Invoke");
    let objects = data(&[]).replace("AWS::Lambda::Function", "AWS::S3::Object");
    let world = World::member()
        .functions(MEMBER, HERE, &["f1", "f2", "f3"])
        .trail("a", MEMBER, false, &of(&[data(std::slice::from_ref(&invoke)), data(&[only("f1")])]))
        .trail("b", MEMBER, false, &of(&[objects, data(&[only("f2"), invoke])]))
        .trail("c", MEMBER, false, &of(&[data(&[only("f1")]), data(&[only("f3")])]));
    let plan = drop_copies(&world.inventory, &PlanOptions::default());
    let of_b = plan.steps.iter().position(|step| step.change.target.name == "b").unwrap();
    let of_a = plan.steps.iter().position(|step| step.change.target.name == "a").unwrap();
    assert!(of_a < of_b, "{plan:#?}");
    let marks = [audit::journal::Mark::Done];
    let mut half = after(&world.inventory, &changes(&plan)[..1]);
    assert_eq!(audit::plan::conduct_on(&half, &plan, &marks), Ok(()));
    let done = half.recorder(&plan.steps[of_a].change.target.arn).unwrap();
    half.recorders[done].selectors =
        cloudtrail::recorder::Seen::Known(cloudtrail::selector_json::from_str(MANAGEMENT_ONLY).unwrap());
    let refused = audit::plan::conduct_on(&half, &plan, &marks).unwrap_err();
    assert!(refused.step == of_b && refused.why.contains("nobody else certainly records"), "{refused:?}");
}
