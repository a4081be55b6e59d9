//! What changed between two audits.

use crate::world::{ALL, HERE, MANAGEMENT_ONLY, MEMBER, World, exception, function};
use audit::answer::Conclusion;
use audit::drift::{Drift, ResourceDrift, drift, snapshot};
use audit::exception::Exception;
use audit::exception::matching::Match;
use audit::finding::Status;
use audit::inputs::{Earlier, Inputs};
use audit::{Options, audit};
use cloudtrail::recorder::Seen;
use cloudtrail::selector_json::from_str;
use recording::State;

fn between(before: &World, after: &World) -> Drift {
    let told = |world: &World| snapshot(&audit(&world.inventory, &Options::default()));
    drift(&told(before), &told(after))
}

fn good() -> World {
    World::member().trail("main", MEMBER, false, ALL)
}

#[test]
fn nothing_changed_is_no_drift() {
    assert!(between(&good(), &good()).is_empty());
}

#[test]
fn a_narrowed_trail_shows_as_selectors_verdict_and_control() {
    let mut after = good();
    after.of("main").selectors = Seen::Known(from_str(MANAGEMENT_ONLY).unwrap());
    let told = between(&good(), &after);
    assert!(told.controls.contains(&("lambda-invocations-recorded".to_owned(), Status::Pass, Status::Fail)));
    assert_eq!(told.resources[0].arn, function(MEMBER, HERE, "orders"));
    assert_eq!((told.resources[0].before, told.resources[0].after), (State::Recorded, State::NotRecorded));
    let names: Vec<&str> = told.recorders[0].settings.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["selectors"]);
}

#[test]
fn stopped_logging_shows_at_its_place() {
    let mut after = good();
    let Seen::Known(status) = after.status(MEMBER, HERE) else { panic!("status is known") };
    status.logging = false;
    let told = between(&good(), &after);
    let [setting] = told.recorders[0].settings.as_slice() else { panic!("{:?}", told.recorders[0].settings) };
    assert_eq!(setting.name, format!("logging in {MEMBER} {HERE}"));
    assert_eq!((setting.before.as_deref(), setting.after.as_deref()), (Some("on"), Some("off")));
}

#[test]
fn what_came_and_went_is_listed_and_what_is_unread_is_no_value() {
    let mut after = World::member().functions(MEMBER, HERE, &["fresh"]).trail("main", MEMBER, false, ALL);
    let gap = after.gap("cloudtrail:GetEventSelectors");
    after.of("main").selectors = Seen::Unread(gap);
    let told = between(&good(), &after);
    assert_eq!(told.appeared[0].0.0, function(MEMBER, HERE, "fresh"));
    assert_eq!(told.gone[0].0.0, function(MEMBER, HERE, "orders"));
    let setting = &told.recorders[0].settings[0];
    assert_eq!((setting.name.as_str(), setting.before.is_some()), ("selectors", true));
    assert_eq!(setting.after, None);
    let told = between(&World::member(), &good());
    assert_eq!(told.recorders[0].there, (false, true));
}

/// Without the second Region.
fn one_region(world: &World) -> World {
    let mut world = world.clone();
    world.inventory.places.truncate(1);
    world
}

fn two_regions() -> World {
    let mut world = good();
    let mut second = world.at(MEMBER, HERE).clone();
    second.region = "us-west-2".to_owned();
    second.trails = Seen::Known(Vec::new());
    second.functions.resources.clear();
    world.inventory.places.push(second);
    world
}

#[test]
fn a_place_that_goes_out_of_sight_is_no_nothing() {
    let told = between(&two_regions(), &one_region(&two_regions()));
    let place = (MEMBER.to_owned(), "us-west-2".to_owned());
    assert_eq!(told.unseen_places, [(place, State::NotRecorded)]);
    assert_eq!(told.conclusion(), Conclusion::Undetermined);
}

#[test]
fn a_new_place_that_is_not_recorded_is_worse() {
    let told = between(&one_region(&two_regions()), &two_regions());
    let place = (MEMBER.to_owned(), "us-west-2".to_owned());
    assert_eq!(told.new_places, [(place, State::NotRecorded)]);
    assert_eq!((told.conclusion(), told.worse()), (Conclusion::No, (0, 1)));
}

#[test]
fn a_function_that_appears_unrecorded_is_worse_unless_it_may_have_been_there() {
    let before = World::member();
    let after = World::member().functions(MEMBER, HERE, &["orders", "fresh"]);
    let told = between(&before, &after);
    assert_eq!((told.conclusion(), told.worse()), (Conclusion::No, (1, 0)));
    let mut half = before.clone();
    let gap = half.gap("lambda:ListFunctions");
    half.at(MEMBER, HERE).functions.gap = Some(gap);
    let told = between(&half, &after);
    assert_eq!((told.conclusion(), told.worse()), (Conclusion::Undetermined, (0, 0)), "{told:#?}");
    let recorded = good().functions(MEMBER, HERE, &["orders", "fresh"]);
    assert_eq!(between(&good(), &recorded).conclusion(), Conclusion::Yes);
}

#[test]
fn what_was_not_recorded_at_all_cannot_have_got_worse() {
    let mut after = Drift::default();
    let turn = |before, after| ResourceDrift { arn: "a".to_owned(), region: "b".to_owned(), before, after };
    for (state, told) in [
        (State::NotRecorded, Conclusion::Yes),
        (State::PartiallyRecorded, Conclusion::Undetermined),
        (State::Recorded, Conclusion::Undetermined),
    ] {
        after.resources = vec![turn(state, State::Undetermined)];
        assert_eq!(after.conclusion(), told, "{state:?}");
    }
    after.resources.clear();
    after.controls = vec![("lambda-invocations-recorded".to_owned(), Status::Fail, Status::Undetermined)];
    assert_eq!(after.conclusion(), Conclusion::Yes);
    after.controls[0].1 = Status::Pass;
    assert_eq!(after.conclusion(), Conclusion::Undetermined);
    assert_eq!(Drift::default().conclusion(), Conclusion::Nothing);
}

#[test]
fn a_trail_that_is_seen_at_one_more_place_records_no_less() {
    let mut after = two_regions();
    after.at(MEMBER, "us-west-2").trails = after.at(MEMBER, HERE).trails.clone();
    let told = between(&one_region(&two_regions()), &after);
    assert!(!told.recorders.is_empty() && told.recorders.iter().all(|one| !one.narrowed), "{told:#?}");
    let Seen::Known(status) = after.status(MEMBER, "us-west-2") else { panic!("status is known") };
    status.logging = false;
    let told = between(&one_region(&two_regions()), &after);
    assert!(told.recorders.iter().any(|one| one.narrowed), "{told:#?}");
}

#[test]
fn an_exception_that_accepts_something_else_is_no_nothing() {
    let world = good();
    let told = |change: &dyn Fn(&mut Exception)| {
        let one = |exception| Inputs {
            inventory: world.inventory.clone(),
            exceptions: vec![exception],
            today: "2026-12-01".to_owned(),
            ..Inputs::default()
        };
        let mut other = exception(&[]);
        other.matched =
            Some(Box::new(Match { controls: vec!["recorder-logging".to_owned()], ..Match::default() }));
        let before = one(other.clone());
        change(&mut other);
        let after = one(other);
        let of = |inputs: &Inputs| inputs.snapshot(&inputs.audit(None));
        drift(&of(&before), &of(&after)).exceptions
    };
    assert!(told(&|_| ()).is_empty());
    for (name, change) in [
        (
            "functions",
            &(|one: &mut Exception| one.functions = vec![function(MEMBER, HERE, "cart")])
                as &dyn Fn(&mut Exception),
        ),
        ("reason", &|one| one.reason = "another".to_owned()),
        ("ticket", &|one| one.ticket = Some("T-1".to_owned())),
        ("match.arns", &|one| one.matched.as_mut().unwrap().arns = vec!["dev-*".to_owned()]),
        ("match.accounts", &|one| one.matched.as_mut().unwrap().accounts = vec![MEMBER.to_owned()]),
        ("match.regions", &|one| one.matched.as_mut().unwrap().regions = vec![HERE.to_owned()]),
        ("match.tags", &|one| _ = one.matched.as_mut().unwrap().tags.insert("a".to_owned(), "b".to_owned())),
    ] {
        let told = told(change);
        let names: Vec<&str> =
            told.iter().flat_map(|one| &one.settings).map(|one| one.name.as_str()).collect();
        assert_eq!(names, [name]);
    }
    let many = |last: &str| {
        let names = (0..20).map(|at| format!("a{at}")).chain([last.to_owned()]);
        names.collect::<Vec<String>>()
    };
    let told = told(&|one| one.matched.as_mut().unwrap().arns = many("z"));
    assert!(told[0].settings[0].after.as_ref().unwrap().contains("and 11 more"), "{told:?}");
}

#[test]
fn a_baseline_that_was_judged_is_judged_as_it_was() {
    let mut inputs = Inputs {
        inventory: World::member().inventory,
        baseline: Some(World::member().inventory),
        today: "2027-01-01".to_owned(),
        ..Inputs::default()
    };
    let told = |inputs: &Inputs| inputs.drift(&inputs.audit(None)).unwrap();
    assert!(told(&inputs).is_empty());
    inputs.earlier = Some(Earlier {
        exceptions: vec![exception(&[function(MEMBER, HERE, "orders")])],
        today: "2026-12-30".to_owned(),
        recorders: audit::Counted::All,
    });
    let gone = told(&inputs);
    assert_eq!((gone.exceptions.len(), gone.exceptions[0].after.is_none()), (1, true), "{gone:#?}");
    // It ended between both.
    inputs.exceptions = vec![exception(&[function(MEMBER, HERE, "orders")])];
    let ended = told(&inputs);
    assert!(ended.exceptions[0].after.as_ref().unwrap().contains("ended"), "{ended:#?}");
}

/// An inventory is of its own day: an exception that ended since then held when it was collected.
#[test]
fn a_baseline_that_was_only_collected_is_judged_on_its_day() {
    let mut inputs = Inputs {
        inventory: World::member().inventory,
        baseline: Some(World::member().inventory),
        exceptions: vec![exception(&[function(MEMBER, HERE, "orders")])],
        ..Inputs::default()
    };
    let until = inputs.exceptions[0].until.clone();
    inputs.baseline.as_mut().unwrap().collected_at = format!("{until}T23:59:59Z");
    let told = |inputs: &Inputs| inputs.drift(&inputs.audit(None)).unwrap();
    inputs.today.clone_from(&until);
    assert!(told(&inputs).is_empty());
    inputs.today = "2999-01-01".to_owned();
    let ended = told(&inputs);
    assert!(ended.exceptions[0].after.as_ref().unwrap().contains("ended"), "{ended:#?}");
    // A clock that was wrong makes no day of the future.
    inputs.today.clone_from(&until);
    inputs.baseline.as_mut().unwrap().collected_at = "3000-01-01T00:00:00Z".to_owned();
    assert!(told(&inputs).is_empty());
}
