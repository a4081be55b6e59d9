//! Reductions where not everything was looked at: what nobody saw is neither dropped nor excused.

use crate::world::{
    ALL, HERE, MANAGEMENT, MEMBER, THERE, World, advanced, exception, function, in_words, step,
};
use audit::backout::{Pattern, Wanted};
use audit::change::{Change, Setting, Target, Turn};
use audit::plan::{
    Plan, PlanOptions, Purpose, Reduction, backout, conduct, conduct_over, drop_copies, record, restore,
    retold, still_excused,
};
use cloudtrail::recorder::Seen;

fn reduce(world: &World, wanted: Wanted, keep: &[&str]) -> Plan {
    let keep = keep.iter().map(|one| Pattern::parse(one).unwrap()).collect();
    let reduction = Reduction { wanted, keep, exception: exception(&[]) };
    backout(&world.inventory, &PlanOptions::default(), &reduction)
}

fn only(world: &World, name: &str) -> Plan {
    reduce(world, Wanted::Only(vec![function(MEMBER, HERE, name)]), &[])
}

fn drops(world: &World, name: &str) -> Plan {
    reduce(world, Wanted::Drop(vec![Pattern::parse(name).unwrap()]), &[])
}

/// The plan of somebody who writes it by hand: the trail keeps `document`, and f2 is declared.
fn forged(world: &World, trail: &str, document: &str) -> Plan {
    let recorder = world.inventory.recorders.iter().find(|one| one.name == trail).unwrap();
    let read = |text: &str| {
        cloudtrail::selector_json::request(&cloudtrail::selector_json::from_str(text).unwrap()).unwrap()
    };
    let before = cloudtrail::selector_json::request(recorder.selectors.known().unwrap()).unwrap();
    let target = Target {
        kind: recorder.kind,
        arn: recorder.arn.clone(),
        name: recorder.name.clone(),
        account: recorder.account.clone(),
        home_region: recorder.home_region.clone(),
    };
    let step = step(Change { target, setting: Setting::Selectors(Turn { before, after: read(document) }) });
    let purpose = Purpose::Backout(exception(&[function(MEMBER, HERE, "f2")]));
    Plan { purpose, steps: vec![step], ..drop_copies(&World::member().inventory, &PlanOptions::default()) }
}

/// Management events, and these functions by name.
fn list(names: &[&str]) -> String {
    let arns: Vec<String> = names.iter().map(|name| function(MEMBER, HERE, name)).collect();
    let management = r#"{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},"#;
    let functions = advanced("resources.ARN", "Equals", &arns.join("\",\""));
    functions.replacen("Selectors\":[{\"Field", &format!("Selectors\":[{management}{{\"Field"), 1)
}

/// Two functions here; every enabled Region was looked at.
fn seen() -> World {
    World::member().place(MEMBER, THERE).functions(MEMBER, HERE, &["f1", "f2"])
}

/// The worlds in which a list of those to keep would end the recording of what nobody saw, and what is said of it.
fn unseen() -> Vec<(&'static str, World, &'static str)> {
    let region = World::member().functions(MEMBER, HERE, &["f1", "f2"]).trail("main", MEMBER, false, ALL);
    let mut listing = seen().trail("main", MEMBER, false, ALL);
    let gap = listing.gap("lambda:ListFunctions");
    listing.at(MEMBER, HERE).functions.gap = Some(gap);
    let mut beyond = seen().trail("main", MEMBER, false, ALL);
    let gap = beyond.gap("lambda:ListFunctions");
    beyond.at(MEMBER, THERE).functions.gap = Some(gap);
    let organization = seen().trail("main", MANAGEMENT, true, ALL);
    let mut store = seen().store("main", MANAGEMENT, true, ALL);
    store.account(MANAGEMENT).audited = false;
    let mut unread = seen().trail("main", MEMBER, false, ALL);
    let gap = unread.gap("account:ListRegions");
    unread.account(MEMBER).regions = Seen::Unread(gap);
    vec![
        ("a Region", region, "accounts or Regions"),
        ("a listing", listing, "lambda:ListFunctions"),
        ("the listing of another Region", beyond, "lambda:ListFunctions"),
        ("an account", organization, "accounts or Regions"),
        ("an account of a store", store, "accounts or Regions"),
        ("the Regions", unread, "accounts or Regions"),
    ]
}

#[test]
fn a_list_of_the_kept_is_refused_where_not_everything_was_looked_at() {
    for (what, world, says) in unseen() {
        let plan = only(&world, "f1");
        assert!(plan.steps.is_empty() && plan.losses.is_empty(), "{what}: {plan:#?}");
        assert!(plan.refusals.iter().any(|one| one.reason.contains(says)), "{what}: {:#?}", plan.refusals);
        let Purpose::Backout(declared) = &plan.purpose else { panic!("{what}") };
        assert_eq!(declared.functions, Vec::<String>::new(), "{what}");
        // Leaving one out by name loses nothing else, so it stays possible.
        assert_eq!(drops(&world, "f2").steps.len(), 1, "{what}");
    }
    let world = seen().trail("main", MEMBER, false, ALL);
    let plan = only(&world, "f1");
    assert_eq!((plan.steps.len(), plan.refusals.len()), (1, 0), "{plan:#?}");
    assert_eq!(conduct_over(&world.inventory, &plan), Ok(()));
}

/// Whoever wrote the plan, and whatever part of the account is looked at when it is carried out.
#[test]
fn a_list_of_the_kept_is_refused_again_when_it_is_carried_out() {
    for (what, world, _) in unseen() {
        let plan = forged(&world, "main", &list(&["f1"]));
        assert_eq!(conduct(&plan), Ok(()), "{what}: that takes a look at the account");
        assert!(conduct_over(&world.inventory, &plan).is_err(), "{what}: {plan:#?}");
    }
    // An exception that names nobody covers nobody.
    for (what, world, _) in unseen() {
        let mut plan = forged(&world, "main", &list(&["f1", "f2"]));
        plan.purpose = Purpose::Backout(exception(&[]));
        assert!(conduct(&plan).is_err() || conduct_over(&world.inventory, &plan).is_err(), "{what}");
    }
    // A list that keeps something else drops f1, which is not declared.
    let world = seen().trail("main", MEMBER, false, ALL);
    let plan = forged(&world, "main", &list(&["f3"]));
    assert!(conduct_over(&world.inventory, &plan).unwrap_err().why.contains("function:f1"));
    let mine = only(&world, "f1");
    let wide = World::member().functions(MEMBER, HERE, &["f1", "f2"]).trail("main", MEMBER, false, ALL);
    assert!(conduct_over(&wide.inventory, &mine).is_err(), "applied with --region");
}

/// A trail that may not record is not one that does not: what it may hold is not dropped undeclared.
#[test]
fn what_may_be_recorded_is_not_dropped_undeclared() {
    let mut world = seen().trail("main", MEMBER, false, ALL);
    let gap = world.gap("cloudtrail:GetTrailStatus");
    *world.status(MEMBER, HERE) = Seen::Unread(gap);
    for plan in [only(&world, "f1"), drops(&world, "f2")] {
        assert!(plan.steps.is_empty(), "{plan:#?}");
        let told = plan.refusals.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>().join("\n");
        assert!(told.contains("not known whether") && told.contains("cloudtrail:GetTrailStatus"), "{told}");
        assert!(!told.contains("is not recorded today"), "{told}");
    }
    let plan = forged(&world, "main", &list(&["f3"]));
    assert!(conduct_over(&world.inventory, &plan).unwrap_err().why.contains("function:f1"));
}

/// What is lost besides the functions of today is said at every step that loses it, whoever wrote the plan.
#[test]
fn a_list_of_the_kept_says_what_else_it_loses() {
    let world = seen().trail("a", MEMBER, false, ALL).trail("b", MEMBER, false, ALL);
    let plan = only(&world, "f1");
    assert_eq!(plan.steps.len(), 2, "{plan:#?}");
    let mut silent = plan.clone();
    silent.steps.iter_mut().for_each(|step| step.risks.clear());
    for plan in [plan, retold(&world.inventory, &silent, &[], "")] {
        for step in &plan.steps {
            let told = in_words(&step.risks);
            assert!(told.contains("created later") && told.contains("other accounts"), "{told}");
        }
    }
    let plan = drops(&world, "f2");
    assert!(!in_words(&plan.steps[0].risks).contains("created later"), "{plan:#?}");
}

/// A name that nothing has is a mistake, and no reason to drop all that have one.
#[test]
fn a_name_that_nothing_has_drops_nothing() {
    let world = seen().trail("main", MEMBER, false, ALL);
    for plan in [
        only(&world, "nothere"),
        reduce(
            &world,
            Wanted::Only(vec![function(MEMBER, HERE, "f1"), function(MEMBER, HERE, "nothere")]),
            &[],
        ),
        reduce(&world, Wanted::Drop(vec![Pattern::parse("f1").unwrap()]), &["nothere"]),
    ] {
        assert!(plan.steps.is_empty(), "{plan:#?}");
        assert!(plan.refusals.iter().any(|one| one.reason.contains("nothere")), "{:#?}", plan.refusals);
    }
    let plan = reduce(&world, Wanted::Drop(vec![Pattern::parse("f1").unwrap()]), &["production-*"]);
    assert_eq!(plan.steps.len(), 1, "a pattern may match nothing: {plan:#?}");
}

/// A trail for one Region records nothing of another one.
#[test]
fn a_trail_of_another_region_is_left_alone() {
    let narrow = |organization| {
        let owner = if organization { MANAGEMENT } else { MEMBER };
        let mut world = seen().trail("main", MEMBER, false, ALL).trail("west", owner, organization, ALL);
        let west = world.of("west");
        (west.multi_region, west.home_region) = (false, THERE.to_owned());
        let arn = west.arn.clone();
        if let Seen::Known(trails) = &mut world.at(MEMBER, HERE).trails {
            trails.retain(|one| one.trail != arn);
        }
        world
    };
    for mut world in [narrow(false), narrow(true)] {
        let plan = drops(&world, "f1");
        let changed: Vec<&str> = plan.steps.iter().map(|step| step.change.target.name.as_str()).collect();
        assert_eq!((changed, plan.refusals.len()), (vec!["main"], 0), "{plan:#?}");
        let all = drop_copies(&world.inventory, &PlanOptions::default());
        let lost = all.losses.iter().filter(|loss| loss.recorder.ends_with("/west"));
        assert_eq!(lost.count(), 0, "{:#?}", all.losses);
        let gap = world.gap("cloudtrail:GetEventSelectors");
        world.of("west").selectors = Seen::Unread(gap);
        let plan = drops(&world, "f1");
        assert_eq!((plan.steps.len(), plan.refusals.len()), (1, 0), "{:#?}", plan.refusals);
    }
}

/// Fewer records are no more records, and what the copies that stay lack is said.
#[test]
fn a_step_that_records_less_says_so() {
    let mut world = seen().trail("a", MEMBER, false, ALL).trail("b", MEMBER, false, ALL);
    world.of("b").log_file_validation = Some(false);
    let store = seen().trail("a", MEMBER, false, ALL).store("s", MEMBER, false, ALL);
    let plans = [
        drop_copies(&world.inventory, &PlanOptions::default()),
        drops(&world, "f1"),
        only(&world, "f1"),
        drops(&store, "f1"),
    ];
    for (world, plan) in [&world, &world, &world, &store].into_iter().zip(plans) {
        assert!(!plan.steps.is_empty(), "{plan:#?}");
        for plan in [retold(&world.inventory, &plan, &[], ""), plan] {
            for step in &plan.steps {
                let told = in_words(&step.risks);
                assert!(told.contains("fewer records") && !told.contains("more records"), "{told}");
            }
        }
    }
    let plan = drop_copies(&world.inventory, &PlanOptions::default());
    assert_eq!(plan.steps[0].change.target.name, "a", "{plan:#?}");
    for told in [retold(&world.inventory, &plan, &[], ""), plan] {
        let told = in_words(&told.steps[0].risks);
        assert!(told.contains("log file validation"), "{told}");
    }
    world.of("b").log_file_validation = Some(true);
    let plan = drop_copies(&world.inventory, &PlanOptions::default());
    assert!(!in_words(&plan.steps[0].risks).contains("log file validation"), "{plan:#?}");
}

/// What only an event data store records is not recorded where trails alone count: neither an exception ends, nor is more promised.
#[test]
fn a_plan_by_trails_alone_is_told_and_ended_by_trails_alone() {
    let left_out = advanced("resources.ARN", "NotEquals", &function(MEMBER, HERE, "f1"));
    let world = seen().trail("main", MEMBER, false, &left_out).store("lake", MEMBER, false, ALL);
    let exceptions = [exception(&[function(MEMBER, HERE, "f1")])];
    let still = |recorders| still_excused(&world.inventory, recorders, &[], &[], &exceptions);
    assert!(still(audit::Counted::All).is_empty());
    assert!(still(audit::Counted::Trails)["e"].contains("f1 is not certainly recorded"));
    let of = |recorders| {
        let audit = audit::Options { recorders, ..audit::Options::default() };
        record(&world.inventory, &PlanOptions { audit, ..PlanOptions::default() })
    };
    for recorders in [audit::Counted::All, audit::Counted::Trails] {
        let plan = of(recorders);
        let status = |plan: &Plan| plan.outlook.iter().map(|one| (one.before, one.after)).collect::<Vec<_>>();
        assert_eq!(status(&retold(&world.inventory, &plan, &[], "")), status(&plan), "{recorders:?}");
    }
    assert_ne!(of(audit::Counted::Trails).steps.len(), of(audit::Counted::All).steps.len());
}

/// A restore ends the exceptions that nobody needs once it is carried out, and no other.
#[test]
fn a_restore_ends_no_exception_that_is_needed() {
    let left_out = advanced("resources.ARN", "NotEquals", &function(MEMBER, HERE, "f1"));
    let exceptions = [exception(&[function(MEMBER, HERE, "f1")])];
    let ends = |world: &World| match restore(&world.inventory, &PlanOptions::default(), &exceptions).purpose {
        Purpose::Restore(ended) => ended,
        other => panic!("{other:?}"),
    };
    let world = seen().trail("main", MEMBER, false, &left_out);
    assert_eq!(ends(&world), exceptions, "once its steps are carried out");
    let needed = |world: &World| still_excused(&world.inventory, audit::Counted::All, &[], &[], &exceptions);
    assert!(needed(&world)["e"].contains("f1 is not certainly recorded"), "{:?}", needed(&world));
    assert!(
        still_excused(&world.inventory, audit::Counted::All, &[], &exceptions, &exceptions).is_empty(),
        "another one excuses it"
    );
    let full = seen().trail("main", MEMBER, false, ALL);
    assert!(needed(&full).is_empty() && ends(&full) == exceptions);
    // One that is gone may be made again.
    let gone = World::member().trail("main", MEMBER, false, &left_out);
    assert!(needed(&gone).contains_key("e"));
    let mut unread = seen().trail("main", MEMBER, false, &left_out);
    let gap = unread.gap("cloudtrail:GetTrailStatus");
    *unread.status(MEMBER, HERE) = Seen::Unread(gap);
    assert!(needed(&unread).contains_key("e") && ends(&unread).is_empty());
    let mut elsewhere = full.clone();
    elsewhere.inventory.places.retain(|place| place.region == THERE);
    assert!(needed(&elsewhere)["e"].contains("not looked at"));
}

/// What nobody looked at when a plan is carried out is no copy.
#[test]
fn a_recorder_that_was_not_seen_drops_no_copies() {
    let world = seen().trail("main", MEMBER, false, ALL).trail("copy", MEMBER, false, ALL);
    let plan = drop_copies(&world.inventory, &PlanOptions::default());
    assert_eq!((plan.steps.len(), conduct_over(&world.inventory, &plan)), (1, Ok(())));
    let mut less = world.clone();
    let gone = plan.steps[0].change.target.arn.clone();
    less.inventory.recorders.retain(|one| one.arn != gone);
    for place in &mut less.inventory.places {
        if let Seen::Known(trails) = &mut place.trails {
            trails.retain(|one| one.trail != gone);
        }
    }
    assert!(conduct_over(&less.inventory, &plan).unwrap_err().why.contains("not looked at"));
    let forged = Plan { purpose: Purpose::Backout(exception(&[])), ..plan };
    assert!(conduct_over(&less.inventory, &forged).is_err());
}

/// Over the account, each function that an exception covers is recorded before and not after: nothing else can be excused.
#[test]
fn an_exception_covers_what_is_recorded_before_and_not_after() {
    let covers = |world: &World, names: &[&str], region: &str| {
        let mut plan = drops(&seen().trail("main", MEMBER, false, ALL), "f2");
        let functions: Vec<String> = names.iter().map(|name| function(MEMBER, region, name)).collect();
        plan.purpose = Purpose::Backout(exception(&functions));
        conduct_over(&world.inventory, &plan)
    };
    let world = seen().trail("main", MEMBER, false, ALL);
    assert_eq!(covers(&world, &["f2"], HERE), Ok(()));
    // A trail for one Region, and a function in another one that nobody records.
    let mut narrow = seen().functions(MEMBER, THERE, &["far"]).trail("main", MEMBER, false, ALL);
    let west = narrow.of("main");
    west.multi_region = false;
    let arn = west.arn.clone();
    if let Seen::Known(trails) = &mut narrow.at(MEMBER, THERE).trails {
        trails.retain(|one| one.trail != arn);
    }
    let mut plan = drops(&narrow, "f2");
    plan.purpose =
        Purpose::Backout(exception(&[function(MEMBER, HERE, "f2"), function(MEMBER, THERE, "far")]));
    assert!(
        conduct_over(&narrow.inventory, &plan).unwrap_err().why.contains("far, which is not recorded today")
    );
    plan.purpose =
        Purpose::Backout(exception(&[function(MEMBER, HERE, "f2"), function(MEMBER, THERE, "none")]));
    assert!(conduct_over(&narrow.inventory, &plan).unwrap_err().why.contains("none, which was not found"));
    // Another recorder holds it.
    let copied = world.clone().trail("copy", MEMBER, false, ALL);
    assert!(covers(&copied, &["f2"], HERE).unwrap_err().why.contains("recorded afterwards, too"));
    // What was begun of the plan is judged by what it found.
    let plan = drops(&world, "f2");
    let half = audit::plan::after(&world.inventory, &[plan.steps[0].change.clone()]);
    assert!(conduct_over(&half, &plan).is_err());
    let before = audit::plan::unbegun(&half, &plan, &[audit::journal::Mark::Intended]);
    assert_eq!(conduct_over(&before, &plan), Ok(()));
}

/// Nobody could list the event data stores, or knows the organization: one of theirs may record the function all the same.
#[test]
fn nothing_is_left_out_that_recorders_may_record_which_nobody_could_list() {
    let world = || World::member().functions(MEMBER, HERE, &["f1", "f2"]).trail("main", MEMBER, false, ALL);
    assert_eq!(drops(&world(), "f1").steps.len(), 1);
    let mut stores = world();
    let gap = stores.gap("cloudtrail:ListEventDataStores");
    stores.account(MEMBER).stores = Seen::Unread(gap);
    // Nor those of the organization.
    let mut theirs = world();
    let gap = theirs.gap("organizations:DescribeOrganization");
    theirs.account(MEMBER).organization = Seen::Unread(gap);
    for (hidden, call) in [(stores, "ListEventDataStores"), (theirs, "DescribeOrganization")] {
        let plan = drops(&hidden, "f1");
        let Purpose::Backout(exception) = &plan.purpose else { panic!("{plan:#?}") };
        assert!(plan.steps.is_empty() && plan.losses.is_empty(), "{plan:#?}");
        assert!(exception.functions.is_empty(), "{plan:#?}");
        let reason = plan.refusals.first().map_or("", |one| &one.reason);
        assert!(reason.contains("may be recorded all the same") && reason.contains(call), "{reason}");
    }
}
