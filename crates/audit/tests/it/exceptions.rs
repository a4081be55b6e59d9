//! Accepted exceptions: they excuse what they name, until their day, and nothing else.

use crate::world::{HERE, MEMBER, World, function};
use audit::answer::Conclusion;
use audit::exception::Exception;
use audit::exception::check::{Check, State, check};
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
        ..Exception::default()
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

/// The check of these exceptions, on a day.
fn checked<'a>(exceptions: &'a [Exception], today: &str, world: Option<&'a World>) -> Check<'a> {
    check(exceptions, today, world.map(|world| &world.inventory), audit::Counted::All)
}

#[test]
fn a_check_says_what_ended_and_what_ends_within_thirty_days() {
    let exceptions = [exception(&["batch"])];
    for (today, state, left, answer) in [
        ("2026-11-30", State::Holds, 31, Conclusion::Yes),
        ("2026-12-01", State::EndsSoon, 30, Conclusion::Yes),
        ("2026-12-31", State::EndsSoon, 0, Conclusion::Yes),
        ("2027-01-01", State::Ended, -1, Conclusion::No),
    ] {
        let check = checked(&exceptions, today, None);
        let one = &check.exceptions[0];
        assert_eq!((one.state, one.days_left, check.answer()), (state, Some(left), answer), "{today}");
        assert_eq!(one.matches_nothing(), None, "no inventory was named");
        assert_eq!(one.exception.holds_on(today), state != State::Ended);
    }
    assert_eq!(checked(&exceptions, "", None).answer(), Conclusion::No, "on no day nothing holds");
    assert_eq!(checked(&[], "2026-11-23", None).answer(), Conclusion::Nothing);
}

#[test]
fn a_check_finds_a_function_that_two_exceptions_name_while_both_hold() {
    let other = |until: &str| Exception {
        id: "other".to_owned(),
        until: until.to_owned(),
        ..exception(&["orders", "batch"])
    };
    let both = [exception(&["batch", "batch"]), other("2027-06-30")];
    let check = checked(&both, "2026-11-23", None);
    assert_eq!(check.duplicates.len(), 1);
    assert_eq!(check.duplicates[0].function, function(MEMBER, HERE, "batch"));
    assert_eq!(check.duplicates[0].exceptions, ["batch", "other"]);
    assert_eq!(check.answer(), Conclusion::No);
    // One that ended excuses nothing: whoever declares a new one does not declare it twice.
    let renewed = [exception(&["batch"]), other("2026-11-01")];
    assert!(checked(&renewed, "2026-11-23", None).duplicates.is_empty());
}

#[test]
fn a_check_says_that_an_exception_matches_nothing_only_where_the_list_is_whole() {
    let mut world = world();
    let (names, gone, far) = (exception(&["batch", "gone"]), exception(&["gone"]), {
        let mut far = exception(&[]);
        far.functions =
            vec![function("999999999999", HERE, "batch"), function(MEMBER, "eu-north-1", "batch")];
        far
    });
    let exceptions = [names, gone, far, exception(&[])];
    let told = |world: &World| -> Vec<Option<bool>> {
        let check = checked(&exceptions, "2026-11-23", Some(world));
        assert_eq!(check.answer(), Conclusion::No, "both name `gone`");
        check.exceptions.iter().map(audit::exception::check::Checked::matches_nothing).collect()
    };
    assert_eq!(told(&world), [Some(false), Some(true), None, Some(true)]);
    let check = checked(&exceptions, "2026-11-23", Some(&world));
    let found = check.exceptions[0].found.as_ref().unwrap();
    assert_eq!((found.seen.len(), found.missing.len(), found.unknown.len()), (1, 1, 0));
    drop(check);
    let at = world.inventory.place(MEMBER, HERE).unwrap();
    world.inventory.places[at].functions.gap = Some(0);
    assert_eq!(told(&world), [Some(false), None, None, Some(true)], "what is not listed may be there");
}

/// The trail's selectors were not read: whether `batch` is recorded is not known, whoever accepted that it is not.
#[test]
fn an_exception_makes_no_no_of_what_is_not_known() {
    let mut world = world();
    let gap = world.gap("cloudtrail:GetEventSelectors");
    world.of("main").selectors = cloudtrail::recorder::Seen::Unread(gap);
    let exceptions = [exception(&["batch"])];
    for today in ["2026-11-23", "2027-01-01"] {
        let told = on(&world, &exceptions, today);
        assert_eq!(told.controls[0].status, Status::Undetermined, "{today}");
        assert_eq!((told.accepted[0].functions.len(), told.accepted[0].recorded), (0, 0), "{today}");
        for finding in &told.controls[0].findings {
            assert_eq!(finding.status, Status::Undetermined, "{finding:?}");
            assert!(!finding.reason.contains("not recorded"), "{}", finding.reason);
        }
    }
}

#[test]
fn an_exception_is_no_recorder_where_there_is_none() {
    let world = World::member().functions(MEMBER, HERE, &["batch", "orders"]);
    let exceptions = [exception(&["batch"])];
    let told = on(&world, &exceptions, "2026-11-23");
    let plane = &told.places[0].planes[0];
    for verdict in [&told.verdicts[plane.any_other], &told.verdicts[told.data_events[&plane.any_other]]] {
        assert_eq!(verdict.state, recording::State::NotRecorded, "{verdict:#?}");
        assert_eq!(verdict.escape.as_ref().map(|escape| escape.turned_away.len()), Some(0), "{verdict:#?}");
    }
    // Beside a real one it is not named, either.
    let world = self::world();
    let exceptions = [exception(&["orders"])];
    let told = on(&world, &exceptions, "2026-11-23");
    let plane = &told.places[0].planes[0];
    let verdict = &told.verdicts[plane.any_other];
    let mut turned_away = verdict.escape.iter().flat_map(|escape| &escape.turned_away);
    assert!(turned_away.all(|one| one.by.candidate == 0), "{verdict:#?}");
}

#[test]
fn an_exception_that_is_only_too_long_is_not_said_to_have_ended() {
    let mut one = exception(&["batch"]);
    assert!(one.in_one_line("2026-11-23").contains("until 2026-12-31"));
    assert!(one.in_one_line("2027-01-01").contains("ended 2026-12-31"));
    one.limit(30, "2026-11-23");
    let told = one.in_one_line("2026-11-23");
    assert!(
        told.contains("does not hold, because it ends on 2026-12-31, and at most 30 days")
            && !told.contains("ended"),
        "{told}"
    );
}
