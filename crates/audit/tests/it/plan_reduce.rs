//! Plans that record less on purpose: they drop what they list and nothing else, and can be taken back.

use crate::cost::prices;
use crate::plan_laws::{worlds, worlds_that_record};
use crate::world::{ALL, HERE, MANAGEMENT, MEMBER, THERE, World, exception, function};
use audit::backout::{Pattern, Wanted};
use audit::change::{Change, Setting, State as Found, Turn, undo};
use audit::cost::Prices;
use audit::exception::Exception;
use audit::finding::{Audit, Status};
use audit::inventory::Inventory;
use audit::plan::{
    Plan, PlanOptions, Purpose, Reduction, after, backout, conduct, conduct_over, drop_copies, record,
    restore, taken_back,
};
use audit::{Options, audit};
use cloudtrail::recorder::Seen;
use proptest::prelude::*;
use recording::State;
use std::collections::{BTreeMap, BTreeSet};

const TODAY: &str = "2026-11-23";

fn reduction(wanted: Wanted) -> Reduction {
    Reduction { wanted, keep: Vec::new(), exception: exception(&[]) }
}

fn drops(patterns: &[&str]) -> Reduction {
    reduction(Wanted::Drop(patterns.iter().map(|one| Pattern::parse(one).unwrap()).collect()))
}

fn changes(plan: &Plan) -> Vec<Change> {
    plan.steps.iter().map(|step| step.change.clone()).collect()
}

fn recorded(inventory: &Inventory) -> BTreeSet<String> {
    recorded_in(&audit(inventory, &Options::default()))
}

fn recorded_in(told: &Audit<'_>) -> BTreeSet<String> {
    let rows = told.places.iter().flat_map(|place| &place.planes[0].rows);
    let some = |state| matches!(state, State::Recorded | State::PartiallyRecorded);
    rows.filter(|row| some(told.verdicts[row.verdict].state)).map(|row| row.arn.to_owned()).collect()
}

fn declared(plan: &Plan) -> Exception {
    let Purpose::Backout(exception) = &plan.purpose else { panic!("{plan:#?}") };
    exception.clone()
}

fn options<'a>(exceptions: &'a [Exception], today: &'a str) -> PlanOptions<'a> {
    PlanOptions { audit: Options { exceptions, today, ..Options::default() }, ..PlanOptions::default() }
}

fn status(inventory: &Inventory, exceptions: &[Exception], today: &str) -> Status {
    audit(inventory, &Options { exceptions, today, ..Options::default() }).controls[0].status
}

proptest! {
    // Worlds in which there is mostly something to reduce, so fewer of them do.
    #![proptest_config(ProptestConfig { cases: 1_600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_backout_drops_exactly_what_it_lists_and_a_restore_brings_it_back(world in worlds_that_record(), only in any::<bool>()) {
        let world = world.functions(MEMBER, HERE, &["batch", "orders"]);
        let inventory = &world.inventory;
        let wanted = if only {
            reduction(Wanted::Only(vec![function(MEMBER, HERE, "orders")]))
        } else {
            drops(&["batch"])
        };
        let plan = backout(inventory, &options(&[], TODAY), &wanted);
        prop_assert_eq!(conduct(&plan), Ok(()), "{:#?}", plan);
        prop_assert_eq!(conduct_over(inventory, &plan), Ok(()), "{:#?}", plan);
        let then = after(inventory, &changes(&plan));
        let before = recorded(inventory);
        // Without a step nothing is to be judged anew.
        let left = if plan.steps.is_empty() { before.clone() } else { recorded(&then) };
        let lost: BTreeSet<String> = before.difference(&left).cloned().collect();
        let exception = declared(&plan);
        let listed: BTreeSet<String> = plan.losses.iter().map(|loss| loss.function.clone()).collect();
        if plan.steps.is_empty() {
            prop_assert!(lost.is_empty());
        } else {
            prop_assert_eq!(&lost, &exception.functions.iter().cloned().collect::<BTreeSet<_>>());
            prop_assert_eq!(&lost, &listed);
        }
        let exceptions = [exception];
        let back = restore(&then, &options(&exceptions, TODAY), &exceptions);
        let again = if back.steps.is_empty() { left } else { recorded(&after(&then, &changes(&back))) };
        let missing: Vec<String> = before.difference(&again).cloned().collect();
        prop_assert!(missing.is_empty() || !back.refusals.is_empty(), "{:?} {:#?}", missing, back);
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fewer_copies_record_the_same(world in worlds()) {
        let inventory = &world.inventory;
        let plan = drop_copies(inventory, &PlanOptions::default());
        if plan.steps.is_empty() {
            return Ok(());
        }
        let then = after(inventory, &changes(&plan));
        let (was, is) = (audit(inventory, &Options::default()), audit(&then, &Options::default()));
        prop_assert_eq!(recorded_in(&was), recorded_in(&is));
        prop_assert_eq!(was.controls[0].status, is.controls[0].status);
    }
}

/// Another account's own trail holds what its people invoke elsewhere: no reason to edit it.
#[test]
fn a_backout_leaves_the_trails_of_other_accounts_alone() {
    let mut world = world().place(MANAGEMENT, HERE).trail("theirs", MANAGEMENT, false, ALL);
    let unread = world.gap("cloudtrail:GetEventSelectors");
    world = world.trail("unread", MANAGEMENT, false, ALL);
    world.of("unread").selectors = Seen::Unread(unread);
    let plan = backout(&world.inventory, &options(&[], TODAY), &drops(&["batch"]));
    let changed: Vec<&str> = plan.steps.iter().map(|step| step.change.target.name.as_str()).collect();
    assert_eq!((changed, plan.refusals.len()), (vec!["main"], 0), "{:#?}", plan.refusals);
}

fn world() -> World {
    World::member().functions(MEMBER, HERE, &["batch", "orders"]).trail("main", MEMBER, false, ALL)
}

#[test]
fn a_reduction_is_accepted_until_its_day_and_fails_after_it() {
    let world = world();
    let plan = backout(&world.inventory, &options(&[], TODAY), &drops(&["batch"]));
    let then = after(&world.inventory, &changes(&plan));
    let exceptions = [declared(&plan)];
    assert_eq!(exceptions[0].functions, [function(MEMBER, HERE, "batch")]);
    assert_eq!(status(&then, &exceptions, TODAY), Status::Pass, "functions created later stay recorded");
    assert_eq!(status(&then, &exceptions, "2027-01-01"), Status::Fail);
    assert_eq!(plan.outlook[0].after, Status::Pass);
    let back = restore(&then, &options(&exceptions, TODAY), &exceptions);
    assert_eq!(status(&after(&then, &changes(&back)), &[], TODAY), Status::Pass);
}

#[test]
fn a_list_of_the_kept_lets_new_functions_escape_and_says_so() {
    let world = World::member().place(MEMBER, THERE).functions(MEMBER, HERE, &["batch", "orders"]);
    let world = world.trail("main", MEMBER, false, ALL);
    let only = reduction(Wanted::Only(vec![function(MEMBER, HERE, "orders")]));
    let plan = backout(&world.inventory, &options(&[], TODAY), &only);
    assert!(plan.steps[0].risks[0].contains("created later"), "{plan:#?}");
    let then = after(&world.inventory, &changes(&plan));
    assert_eq!(status(&then, &[declared(&plan)], TODAY), Status::Fail);
}

#[test]
fn it_is_left_out_of_every_recorder_that_holds_it() {
    let world = world().trail("org", MANAGEMENT, true, ALL);
    let plan = backout(&world.inventory, &options(&[], TODAY), &drops(&["batch"]));
    let names: Vec<&str> = plan.steps.iter().map(|step| step.change.target.name.as_str()).collect();
    assert_eq!(names, ["main", "org"]);
}

#[test]
fn the_must_keep_list_is_kept() {
    let world = world();
    let mut wanted = drops(&["*"]);
    wanted.keep = vec![Pattern::parse("orders").unwrap()];
    let plan = backout(&world.inventory, &options(&[], TODAY), &wanted);
    assert_eq!(declared(&plan).functions, [function(MEMBER, HERE, "batch")]);
    assert!(plan.refusals[0].reason.contains("must-keep"), "{plan:#?}");
}

#[test]
fn a_budget_is_kept_by_the_high_estimate() {
    let prices = Prices { data_events_per_100k: 0.1, ..prices() };
    let mut world = world();
    let counts = BTreeMap::from([("batch".to_owned(), 100_000_000), ("orders".to_owned(), 1_000_000)]);
    let key = (MEMBER.to_owned(), HERE.to_owned());
    world.inventory.extra.invocations.insert(key, Seen::Known(counts));
    let options = PlanOptions { prices: Some(&prices), ..options(&[], TODAY) };
    let plan = backout(&world.inventory, &options, &reduction(Wanted::Budget(10.0)));
    assert_eq!(declared(&plan).functions, [function(MEMBER, HERE, "batch")]);
    let cost = plan.cost.as_ref().unwrap();
    assert!(cost.before.high > 200.0 && cost.after.high <= 10.0, "{cost:?}");
    let impossible = backout(&world.inventory, &options, &reduction(Wanted::Budget(-1.0)));
    assert!(impossible.steps.is_empty() && !impossible.refusals.is_empty());
}

#[test]
fn what_others_changed_since_stays() {
    let world = world();
    let basic = r#"{"AdvancedEventSelectors":[{"Name":"m","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]}"#;
    let mut world = World { inventory: world.inventory };
    world.of("main").selectors = Seen::Known(cloudtrail::selector_json::from_str(basic).unwrap());
    let plan = record(&world.inventory, &PlanOptions::default());
    let back = undo(&changes(&plan));
    let Setting::Selectors(turn) = &back[0].setting else { panic!() };
    // Somebody added objects of a bucket since.
    let theirs = r#"{"FieldSelectors":[{"Equals":["Data"],"Field":"eventCategory"},{"Equals":["AWS::S3::Object"],"Field":"resources.type"}],"Name":"s3"}"#;
    let live = turn.before.replace("]}]}", &format!("]}}],{theirs}]}}"));
    let live = cloudtrail::selector_json::request(
        &cloudtrail::selector_json::from_str(&{
            let mut list = cloudtrail::selector_json::from_str(&turn.before).unwrap().list;
            list.extend(cloudtrail::selector_json::from_str(&format!("[{theirs}]")).unwrap().list);
            cloudtrail::selector_json::document(&list)
        })
        .unwrap(),
    )
    .unwrap_or(live);
    let merged = taken_back(&back[0], &Found::Selectors(live.clone())).unwrap();
    let Setting::Selectors(Turn { before, after }) = &merged.setting else { panic!() };
    assert_eq!(before, &live);
    assert!(after.contains("AWS::S3::Object") && !after.contains("AWS::Lambda::Function"), "{after}");
    let there = taken_back(&back[0], &Found::Selectors(turn.after.clone()));
    let stands = Setting::Selectors(Turn { before: turn.after.clone(), after: turn.after.clone() });
    let stands = Change { target: back[0].target.clone(), setting: stands };
    assert_eq!(there, Some(stands), "what stands at the target is taken back");
}

#[test]
fn what_is_not_recorded_cannot_be_dropped_and_that_is_said() {
    let only = crate::world::advanced("resources.ARN", "Equals", &function(MEMBER, HERE, "orders"));
    let world =
        World::member().functions(MEMBER, HERE, &["batch", "orders"]).trail("main", MEMBER, false, &only);
    let plan = backout(&world.inventory, &options(&[], TODAY), &drops(&["batch"]));
    assert!(plan.steps.is_empty() && plan.refusals[0].reason.contains("not recorded today"), "{plan:#?}");
}

/// At AWS's limit of values, a function that is listed by name is taken out of the list.
#[test]
fn a_full_trail_can_leave_out_what_it_lists() {
    let arns: Vec<String> = (0..498).map(|at| function(MEMBER, HERE, &format!("f{at}"))).collect();
    let full = crate::world::advanced("resources.ARN", "Equals", &arns.join("\",\""));
    let world = World::member().functions(MEMBER, HERE, &["f0", "f1"]).trail("main", MEMBER, false, &full);
    let plan = backout(&world.inventory, &options(&[], TODAY), &drops(&["f0"]));
    assert!(plan.refusals.is_empty() && plan.steps.len() == 1, "{:#?}", plan.refusals);
    let then = after(&world.inventory, &changes(&plan));
    assert_eq!(recorded(&then), [function(MEMBER, HERE, "f1")].into());
}

/// Where nothing can make room, nobody is told to leave out fewer than one.
#[test]
fn advice_at_the_limit_can_be_followed() {
    let arns: Vec<String> = (0..498).map(|at| function(MEMBER, HERE, &format!("f{at}"))).collect();
    let full = crate::world::advanced("resources.ARN", "NotEquals", &arns.join("\",\""));
    let world = World::member().functions(MEMBER, HERE, &["a", "b"]).trail("main", MEMBER, false, &full);
    let plan = backout(&world.inventory, &options(&[], TODAY), &drops(&["a"]));
    assert!(!plan.refusals[0].nearest.contains("fewer"), "{:#?}", plan.refusals);
}

/// What is lost in another way is not excused by declaring it in a plan that does not drop it.
#[test]
fn an_exception_covers_what_its_plan_drops_and_nothing_else() {
    let world = world();
    let mut plan = backout(&world.inventory, &options(&[], TODAY), &drops(&["batch"]));
    assert_eq!(conduct(&plan), Ok(()));
    let Purpose::Backout(exception) = &mut plan.purpose else { panic!("{plan:#?}") };
    exception.functions.push(function(MEMBER, HERE, "orders"));
    assert!(conduct(&plan).unwrap_err().why.contains("orders"), "{plan:#?}");
}

/// A new trail for data events alone is set from AWS's default, which never logged.
#[test]
fn the_first_selectors_of_a_new_trail_are_no_loss() {
    let mut world = World::member().place(MANAGEMENT, HERE);
    world.account(MANAGEMENT).audited = true;
    let world =
        world.trail("aws-controltower-BaselineCloudTrail", MANAGEMENT, true, crate::world::MANAGEMENT_ONLY);
    let plan = record(&world.inventory, &PlanOptions::default());
    assert_eq!((plan.steps.len(), conduct(&plan)), (4, Ok(())), "{plan:#?}");
    // The same step without the creation is a loss.
    let mut bare = plan.clone();
    bare.steps.retain(|step| !matches!(step.change.setting, Setting::Trail(_)));
    assert!(conduct(&bare).is_err());
}

/// What an earlier plan made of a trail, and what others have made of it since: ours goes, theirs stays.
#[test]
fn what_is_taken_back_is_ours_alone() {
    let list = |operator: &str, names: &[&str]| {
        let arns: Vec<String> = names.iter().map(|name| function(MEMBER, HERE, name)).collect();
        crate::world::advanced("resources.ARN", operator, &arns.join("\",\""))
    };
    let request = |text: &str| {
        cloudtrail::selector_json::request(&cloudtrail::selector_json::from_str(text).unwrap()).unwrap()
    };
    let world = world();
    let plan = backout(&world.inventory, &options(&[], TODAY), &drops(&["batch"]));
    let step = &plan.steps[0].change;
    let merged = |first: &str, set: &str, live: &str| {
        let setting = Setting::Selectors(Turn { before: request(set), after: request(first) });
        let change = Change { target: step.target.clone(), setting };
        let back = taken_back(&change, &Found::Selectors(request(live)))?;
        let Setting::Selectors(turn) = back.setting else { panic!() };
        Some(turn.after)
    };
    // Others leave out one more: only ours comes back.
    let found = merged(
        &list("NotEquals", &["a"]),
        &list("NotEquals", &["a", "b"]),
        &list("NotEquals", &["a", "b", "c"]),
    );
    assert_eq!(found, Some(request(&list("NotEquals", &["a", "c"]))));
    // Others let ours in again: nothing is left of it.
    let found =
        merged(&list("NotEquals", &["a"]), &list("NotEquals", &["a", "b"]), &list("NotEquals", &["a"]));
    assert_eq!(found, Some(request(&list("NotEquals", &["a"]))));
    // A list of those let in means everything once it is empty.
    assert_eq!(merged(&list("Equals", &["a"]), &list("Equals", &["a", "b"]), &list("Equals", &["b"])), None);
    // What is not understood is nobody's to take apart.
    let odd = crate::world::advanced("eventMood", "Equals", "good");
    assert_eq!(merged(&list("NotEquals", &["a"]), &list("NotEquals", &["a", "b"]), &odd), None);
}

/// A trail that a plan made, and that others use now, is not deleted under their hands.
#[test]
fn a_created_trail_that_others_changed_is_left_to_them() {
    let bare = World::member().functions(MEMBER, HERE, &["batch"]);
    let plan = record(&bare.inventory, &PlanOptions::default());
    let back = audit::plan::undo(&plan, &vec![audit::journal::Mark::Done; plan.steps.len()]);
    let untouched: Vec<Found> = back.steps.iter().map(|step| step.change.before()).collect();
    let told = audit::plan::around(&back, &untouched);
    assert!((&told.plan, told.is_over) == (&back, false) && told.left.is_empty() && told.changed.is_empty());
    let gone: Vec<Found> = back.steps.iter().map(|step| step.change.after()).collect();
    assert!(audit::plan::around(&back, &gone).is_over);
    let at = back.steps.iter().position(|step| matches!(step.change.setting, Setting::Selectors(_))).unwrap();
    let mut changed = untouched;
    changed[at] = Found::Selectors(crate::world::advanced("readOnly", "Equals", "false"));
    let told = audit::plan::around(&back, &changed);
    assert_eq!((told.plan.steps.len(), told.kept.len(), told.changed.len()), (0, back.steps.len(), 1));
    assert!(told.is_over, "nothing can be set, and so --merge is not offered");
}

/// Whatever a plan holds of what a journal says was begun, and no more.
#[test]
fn a_part_is_not_the_whole() {
    use audit::journal::Mark;
    let world = world().trail("org", MANAGEMENT, true, ALL);
    let plan = backout(&world.inventory, &options(&[], TODAY), &drops(&["batch"]));
    let marks = [Mark::Done, Mark::Intended];
    let whole = audit::plan::undo(&plan, &marks);
    let part = Plan { steps: whole.steps[..1].to_vec(), ..whole.clone() };
    assert!(audit::plan::takes_back_all(&plan, &marks, &whole));
    assert!(!audit::plan::takes_back_all(&plan, &marks, &part));
    assert!(audit::plan::takes_back_all(&plan, &[Mark::Fresh, Mark::Done], &part));
    assert!(audit::plan::takes_back_only(&plan, &marks, &part));
    assert!(!audit::plan::takes_back_only(&plan, &[Mark::Done, Mark::Fresh], &whole));
}
