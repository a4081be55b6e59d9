//! Accepted exceptions: they excuse what they name, until their day, and nothing else.

use crate::world::{HERE, MEMBER, World, function};
use audit::exception::Exception;
use audit::finding::{Audit, Status};
use audit::{Options, audit};

/// All data events and management events, but for one function.
fn but(name: &str) -> String {
    let arn = function(MEMBER, HERE, name);
    format!(
        r#"{{"AdvancedEventSelectors":[{{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Management"]}}]}},
        {{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Data"]}},
        {{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}},
        {{"Field":"resources.ARN","NotEquals":["{arn}"]}}]}}]}}"#
    )
}

fn exception(names: &[&str]) -> Exception {
    Exception {
        id: "batch".to_owned(),
        functions: names.iter().map(|name| function(MEMBER, HERE, name)).collect(),
        owner: "payments".to_owned(),
        reason: "cost".to_owned(),
        until: "2026-12-31".to_owned(),
        declared_at: "2026-11-01T00:00:00Z".to_owned(),
        plan: None,
    }
}

fn world() -> World {
    World::member().functions(MEMBER, HERE, &["batch", "orders"]).trail("main", MEMBER, false, &but("batch"))
}

fn on<'a>(world: &'a World, exceptions: &'a [Exception], today: &'a str) -> Audit<'a> {
    audit(&world.inventory, &Options { exceptions, today, ..Options::default() })
}

#[test]
fn an_exception_holds_until_its_last_day_and_no_longer() {
    let (world, exceptions) = (world(), [exception(&["batch"])]);
    for (today, status) in [
        ("2026-11-23", Status::Pass),
        ("2026-12-31", Status::Pass),
        ("2027-01-01", Status::Fail),
        ("", Status::Fail),
    ] {
        assert_eq!(on(&world, &exceptions, today).controls[0].status, status, "{today}");
    }
    assert_eq!(on(&world, &[], "2026-11-23").controls[0].status, Status::Fail);
}

#[test]
fn a_function_under_an_exception_is_still_not_recorded() {
    let (world, exceptions) = (world(), [exception(&["batch"])]);
    let told = on(&world, &exceptions, "2026-11-23");
    assert_eq!((told.summary.not_recorded, told.summary.recorded), (1, 1));
    assert_eq!(told.accepted[0].functions.len(), 1);
    let row = told.row(told.accepted[0].functions[0]);
    assert!(told.is_excused(&row));
    assert!(told.controls[0].reason.contains("except 1 function under accepted exceptions"));
    assert!(told.controls[0].findings[0].reason.contains("until 2026-12-31"));
}

#[test]
fn an_exception_excuses_no_other_function() {
    let exceptions = [exception(&["orders"])];
    let world = world();
    let told = on(&world, &exceptions, "2026-11-23");
    assert_eq!(told.controls[0].status, Status::Fail);
    assert_eq!(told.accepted[0].recorded, 1);
}

#[test]
fn an_exception_does_not_excuse_a_prefix() {
    let selectors = but("batch").replace("NotEquals", "NotStartsWith");
    let world = World::member().functions(MEMBER, HERE, &["batch", "orders"]);
    let world = world.trail("main", MEMBER, false, &selectors);
    let exceptions = [exception(&["batch"])];
    let told = on(&world, &exceptions, "2026-11-23");
    assert_eq!(
        told.controls[0].status,
        Status::Fail,
        "batch2, created tomorrow, escapes and nobody accepted that"
    );
}

#[test]
fn a_function_that_is_gone_stays_excused_until_the_end() {
    let world = World::member().functions(MEMBER, HERE, &["orders"]);
    let world = world.trail("main", MEMBER, false, &but("batch"));
    let exceptions = [exception(&["batch"])];
    assert_eq!(on(&world, &exceptions, "2026-11-23").controls[0].status, Status::Pass);
    assert_eq!(on(&world, &exceptions, "2027-01-01").controls[0].status, Status::Fail);
}
