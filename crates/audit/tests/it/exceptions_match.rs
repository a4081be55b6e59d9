//! Exceptions with a `match`: they accept what fails and what they match, of any control, and nothing that is undetermined.

use crate::laws::{hide, states, world as any_world};
use crate::world::{ALL, HERE, MANAGEMENT, MANAGEMENT_ONLY, MEMBER, THERE, World, advanced, function};
use audit::accepted::asked_for_tags;
use audit::code::Code;
use audit::controls::{ADVISORY, REQUIRED};
use audit::exception::Exception;
use audit::exception::check::{State, check};
use audit::exception::matching::Match;
use audit::finding::{Audit, ControlResult, Status};
use audit::inventory::{Resource, Serving};
use audit::plan::{PlanOptions, Purpose, record, restore};
use audit::{Options, audit};
use cloudtrail::recorder::Seen;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const TODAY: &str = "2026-11-23";

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

fn of(controls: &[&str]) -> Match {
    Match { controls: texts(controls), ..Match::default() }
}

fn exception(id: &str, matched: Match) -> Exception {
    Exception {
        id: id.to_owned(),
        matched: Some(Box::new(matched)),
        owner: "platform".to_owned(),
        reason: "sandbox".to_owned(),
        ticket: Some("SEC-7".to_owned()),
        until: "2026-12-31".to_owned(),
        ..Exception::default()
    }
}

fn on<'a>(world: &'a World, exceptions: &'a [Exception]) -> Audit<'a> {
    audit(&world.inventory, &Options { exceptions, today: TODAY, ..Options::default() })
}

fn control<'a>(audit: &'a Audit<'_>, id: &str) -> &'a ControlResult {
    audit.controls.iter().find(|one| one.id == id).unwrap()
}

/// A trail that records everything and one without log file validation, each with that name.
fn unvalidated(names: &[&str]) -> World {
    let mut world = World::member();
    for name in names {
        world = world.trail(name, MEMBER, false, ALL);
        world.of(name).log_file_validation = Some(false);
    }
    world
}

#[test]
fn a_finding_is_accepted_by_the_name_of_its_trail_and_the_rest_of_it_fails() {
    let world = unvalidated(&["main", "old"]);
    let one = exception("old-trail", Match { arns: texts(&["ol?"]), ..of(&["log-file-validation"]) });
    let exceptions = [one.clone()];
    let told = on(&world, &exceptions);
    let asked = control(&told, "log-file-validation");
    assert_eq!(asked.status, Status::Fail);
    assert_eq!(asked.reason.as_str(), "log file validation is off: trail main");
    let accepted = asked.findings.iter().find(|finding| told.is_accepted(finding)).unwrap();
    assert_eq!(accepted.recorders.len(), 1);
    assert_eq!(
        accepted.reason.as_str(),
        "log file validation is off: trail old; accepted under exception old-trail by platform until 2026-12-31: \
         sandbox (ticket SEC-7)"
    );
    // With the other one it passes, and says under what.
    let both =
        [one, exception("main", Match { arns: texts(&["*:trail/main"]), ..of(&["log-file-validation"]) })];
    let told = on(&world, &both);
    let asked = control(&told, "log-file-validation");
    assert_eq!((asked.status, asked.reason.code), (Status::Pass, Code::AllAccepted));
}

#[test]
fn an_exception_that_ended_says_since_when_and_its_findings_fail() {
    let world = unvalidated(&["main"]);
    let ended = Exception { until: "2026-11-22".to_owned(), ..exception("e", of(&["log-file-validation"])) };
    let exceptions = [ended];
    let told = on(&world, &exceptions);
    let asked = control(&told, "log-file-validation");
    assert_eq!(asked.status, Status::Fail);
    assert!(asked.reason.ends_with("exception e of platform ended on 2026-11-22"), "{}", asked.reason);
    assert!(asked.findings.iter().all(|finding| !told.is_accepted(finding)));
}

#[test]
fn the_first_exception_that_holds_accepts() {
    let world = unvalidated(&["main"]);
    let any = of(&["log-file-validation"]);
    let ended = Exception { until: "2026-01-01".to_owned(), ..exception("ended", any.clone()) };
    let exceptions = [ended, exception("first", any.clone()), exception("second", any)];
    let told = on(&world, &exceptions);
    let accepted = control(&told, "log-file-validation").findings[0].exception;
    assert_eq!(accepted, Some(1));
    assert_eq!(told.accepted[2].matched, Some(false));
}

#[test]
fn a_tag_counts_only_where_tags_were_read() {
    let mut world = unvalidated(&["main"]);
    let tags = BTreeMap::from([("env".to_owned(), "sandbox".to_owned())]);
    let exceptions = [exception("e", Match { tags: tags.clone(), ..of(&["log-file-validation"]) })];
    let status = |world: &World| control(&on(world, &exceptions), "log-file-validation").status;
    assert_eq!(status(&world), Status::Fail);
    assert_eq!(on(&world, &exceptions).accepted[0].matched, None, "nobody knows");
    let arn = world.of("main").arn.clone();
    let gap = world.gap("cloudtrail:ListTags");
    world.inventory.extra.tags.insert(arn.clone(), Seen::Unread(gap));
    assert_eq!(status(&world), Status::Fail);
    world.inventory.extra.tags.insert(arn.clone(), Seen::Known(BTreeMap::new()));
    assert_eq!(status(&world), Status::Fail);
    assert_eq!(on(&world, &exceptions).accepted[0].matched, Some(false));
    world.inventory.extra.tags.insert(arn, Seen::Known(tags));
    assert_eq!(status(&world), Status::Pass);
}

#[test]
fn functions_are_accepted_by_tags_that_were_read_and_new_ones_never() {
    let main = "lambda-invocations-recorded";
    let tags = BTreeMap::from([("env".to_owned(), "dev".to_owned())]);
    let exceptions = [exception("e", Match { tags: tags.clone(), ..of(&[main]) })];
    let mut world =
        World::member().functions(MEMBER, HERE, &["a", "b"]).trail("main", MEMBER, false, MANAGEMENT_ONLY);
    let asked: Vec<&str> = asked_for_tags(&exceptions, &world.inventory).into_iter().collect();
    assert_eq!(asked, [function(MEMBER, HERE, "a"), function(MEMBER, HERE, "b")]);
    let accepted = |world: &World| {
        let told = on(world, &exceptions);
        assert_eq!(control(&told, main).status, Status::Fail, "new functions have no tags");
        (told.accepted[0].functions.len(), told.accepted[0].matched)
    };
    assert_eq!(accepted(&world), (0, None), "nobody knows");
    let mut tag = |name: &str, seen| {
        world.inventory.extra.function_tags.insert(function(MEMBER, HERE, name).into(), seen);
        accepted(&world)
    };
    assert_eq!(tag("a", Seen::Known(BTreeMap::new())), (0, None));
    assert_eq!(tag("b", Seen::Known(BTreeMap::new())), (0, Some(false)));
    assert_eq!(tag("b", Seen::Known(tags.clone())), (1, Some(true)));
    assert_eq!(tag("a", Seen::Known(tags.clone())), (2, Some(true)));
}

#[test]
fn accounts_and_regions_take_a_finding_apart() {
    let world = World::member().place(MEMBER, THERE).place(MANAGEMENT, HERE);
    let matched = Match { accounts: texts(&[MEMBER]), regions: texts(&[THERE]), ..of(&["recorder-exists"]) };
    let exceptions = [exception("e", matched)];
    let told = on(&world, &exceptions);
    let asked = control(&told, "recorder-exists");
    let failing: Vec<_> = asked.findings.iter().filter(|one| one.status == Status::Fail).collect();
    assert_eq!((failing.len(), failing[0].places.len()), (1, 2));
    assert!(asked.reason.starts_with("no recorder exists at 2 places"), "{}", asked.reason);
    assert_eq!(asked.findings.iter().filter(|one| told.is_accepted(one)).count(), 1);
}

#[test]
fn functions_are_accepted_now_and_later_by_a_pattern_of_their_name() {
    let world = World::member()
        .functions(MEMBER, HERE, &["dev-a", "orders"])
        .trail("main", MEMBER, false, MANAGEMENT_ONLY)
        .trail(
            "data",
            MEMBER,
            false,
            &advanced("resources.ARN", "NotStartsWith", &function(MEMBER, HERE, "dev-")),
        );
    let main = "lambda-invocations-recorded";
    assert_eq!(control(&on(&world, &[]), main).status, Status::Fail);
    let exceptions = [exception("e", Match { arns: texts(&["dev-*"]), ..of(&[main]) })];
    let told = on(&world, &exceptions);
    assert_eq!(control(&told, main).status, Status::Pass, "{}", control(&told, main).reason);
    assert_eq!((told.summary.not_recorded, told.accepted[0].functions.len()), (1, 1));
    assert_eq!(control(&told, "lambda-data-events-current").status, Status::Fail, "it names another control");
    // A pattern that fits another name accepts nothing of it.
    let exceptions = [exception("e", Match { arns: texts(&["dev-b*"]), ..of(&[main]) })];
    assert_eq!(control(&on(&world, &exceptions), main).status, Status::Fail);
}

#[test]
fn what_is_undetermined_is_not_accepted() {
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    let gap = world.gap("cloudtrail:GetEventSelectors");
    world.of("main").selectors = Seen::Unread(gap);
    let exceptions = [exception("e", of(&REQUIRED))];
    let told = on(&world, &exceptions);
    assert_eq!(told.controls[0].status, Status::Undetermined);
    assert_eq!(told.accepted[0].matched, None);
}

#[test]
fn one_that_matches_nothing_is_a_warning_and_unknown_where_not_all_was_listed() {
    let mut world = unvalidated(&["main"]);
    let exceptions = [exception("e", Match { arns: texts(&["other"]), ..of(&["log-file-validation"]) })];
    let told = on(&world, &exceptions);
    let warning = |told: &Audit<'_>| {
        let mut all = told.controls.iter().flat_map(|one| &one.findings);
        all.any(|one| one.reason.code == Code::ExceptionUnmatched && one.status == Status::Pass)
    };
    assert!(warning(&told));
    let checked = check(&exceptions, TODAY, Some(&world.inventory), audit::Counted::All);
    assert_eq!(checked.exceptions[0].matches_nothing(), Some(true));
    assert_eq!(check(&exceptions, TODAY, None, audit::Counted::All).exceptions[0].matches_nothing(), None);
    let gap = world.gap("lambda:ListFunctions");
    world.at(MEMBER, HERE).functions.gap = Some(gap);
    assert!(!warning(&on(&world, &exceptions)));
    assert_eq!(
        check(&exceptions, TODAY, Some(&world.inventory), audit::Counted::All).exceptions[0]
            .matches_nothing(),
        None
    );
}

#[test]
fn one_that_ends_too_late_never_holds() {
    let world = unvalidated(&["main"]);
    let mut one = exception("e", of(&["log-file-validation"]));
    for (declared_at, most, holds) in [
        ("", 38, true),
        ("", 37, false),
        // A day to come counts as today.
        ("2026-12-01T00:00:00Z", 37, false),
        ("2026-12-01T00:00:00Z", 38, true),
        ("2026-11-01T00:00:00Z", 59, false),
        ("2026-11-01T00:00:00Z", 60, true),
    ] {
        one.declared_at = declared_at.to_owned();
        one.limit(most, TODAY);
        let exceptions = [one.clone()];
        let told = on(&world, &exceptions);
        let status = control(&told, "log-file-validation").status;
        assert_eq!(status == Status::Pass, holds, "{declared_at} {most}");
        let state = check(&exceptions, TODAY, None, audit::Counted::All).exceptions[0].state;
        assert_eq!(state == State::TooLong, !holds, "{declared_at} {most}");
        if !holds {
            let reason = &control(&told, "log-file-validation").reason;
            assert!(reason.contains(&format!("at most {most} days are allowed")), "{reason}");
        }
    }
}

#[test]
fn a_plan_leaves_out_what_is_accepted_and_no_restore_ends_a_match() {
    let world = World::member().trail("main", MEMBER, false, MANAGEMENT_ONLY);
    let exceptions = [exception("e", of(&["lambda-invocations-recorded"]))];
    let options = |exceptions| PlanOptions {
        audit: Options { exceptions, today: TODAY, ..Options::default() },
        ..PlanOptions::default()
    };
    assert!(!record(&world.inventory, &options(&[])).steps.is_empty());
    assert!(record(&world.inventory, &options(&exceptions)).steps.is_empty());
    let back = restore(&world.inventory, &options(&exceptions), &exceptions);
    assert_eq!(back.purpose, Purpose::Restore(Vec::new()));
    assert!(back.steps.is_empty());
}

/// An exception with a `match` of any kind, which may have ended.
fn any_exception() -> impl Strategy<Value = Exception> {
    let all: Vec<&str> = REQUIRED.into_iter().chain(ADVISORY).collect();
    let some = |values: &[&str]| {
        let one = prop::sample::select(texts(values));
        prop::option::weighted(0.4, prop::collection::vec(one, 1..3)).prop_map(Option::unwrap_or_default)
    };
    let parts = (
        prop::collection::vec(prop::sample::select(all), 1..6),
        some(&["*", "orders", "r?", "r0", "*:function:m*", "mail", "*o*"]),
        some(&[MEMBER, MANAGEMENT]),
        some(&[HERE, THERE]),
        prop::bool::weighted(0.2),
    );
    parts.prop_map(|(controls, arns, accounts, regions, ended)| {
        let matched = Match { arns, accounts, regions, ..of(&controls) };
        let until = if ended { "2026-01-01" } else { "2026-12-31" };
        Exception { until: until.to_owned(), ..exception("e", matched) }
    })
}

/// What fails: of each control the resources and places, else the recorders.
fn failing(audit: &Audit<'_>) -> BTreeSet<(&'static str, String)> {
    let mut all = BTreeSet::new();
    for control in &audit.controls {
        for one in control.findings.iter().filter(|one| one.status == Status::Fail) {
            // Without an exception this one names its places alone.
            if control.id != "lambda-data-events-current" {
                all.extend(one.resources.iter().map(|at| (control.id, format!("{at:?}"))));
            }
            all.extend(one.places.iter().map(|at| (control.id, format!("place {at}"))));
            if one.places.is_empty() {
                all.extend(one.recorders.iter().map(|at| (control.id, format!("recorder {at}"))));
            }
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn an_exception_changes_no_verdict_and_accepts_nothing_undetermined(
        world in any_world(),
        hidden in prop::option::of(0..128_usize),
        exceptions in prop::collection::vec(any_exception(), 1..4),
    ) {
        let world = hidden.map_or_else(|| world.clone(), |which| hide(&world, which));
        let (bare, told) = (on(&world, &[]), on(&world, &exceptions));
        prop_assert_eq!(states(&bare), states(&told));
        prop_assert_eq!(bare.summary, told.summary);
        for (before, after) in bare.controls.iter().zip(&told.controls) {
            match before.status {
                Status::Fail => prop_assert_ne!(after.status, Status::NotApplicable),
                other => prop_assert_eq!(other, after.status, "{}", before.id),
            }
            let open = |one: &ControlResult| one.findings.iter().any(|one| one.status == Status::Undetermined);
            prop_assert!(!open(before) || after.status != Status::Pass, "{}", before.id);
        }
        // One less only lets more fail, and what ended accepts nothing.
        let fewer = on(&world, &exceptions[1..]);
        prop_assert!(failing(&told).is_subset(&failing(&fewer)));
        prop_assert!(failing(&fewer).is_subset(&failing(&bare)));
        let ended: Vec<Exception> = exceptions
            .iter()
            .map(|one| Exception { until: "2026-01-01".to_owned(), ..one.clone() })
            .collect();
        prop_assert_eq!(failing(&on(&world, &ended)), failing(&bare));
    }
}

#[test]
fn nothing_of_new_functions_is_accepted_where_a_recorder_is_in_doubt() {
    let mut world = World::member().trail("main", MEMBER, false, MANAGEMENT_ONLY).trail(
        "dev",
        MEMBER,
        false,
        &advanced("resources.ARN", "StartsWith", "arn:aws:lambda:us-east-1:111111111111:function:dev-"),
    );
    let all = exception("all", of(&["lambda-invocations-recorded", "lambda-data-events-future"]));
    let status = |world: &World, exceptions: &[Exception]| {
        control(&on(world, exceptions), "lambda-invocations-recorded").status
    };
    assert_eq!(status(&world, std::slice::from_ref(&all)), Status::Pass, "{:?}", world.inventory);
    // Whether the second trail logs was not read: what it may record is open, and nobody accepts what is open.
    let gap = world.gap("cloudtrail:GetTrailStatus");
    let seen = &mut world.at(MEMBER, HERE).trails;
    let Seen::Known(sightings) = seen else { unreachable!() };
    let dev = sightings.iter_mut().find(|one| one.trail.ends_with("/dev")).unwrap();
    dev.status = Seen::Unread(gap);
    assert_ne!(status(&world, &[all]), Status::Pass);
}

#[test]
fn a_day_to_come_makes_no_exception_hold_for_longer() {
    let mut one = exception("late", of(&["paid-copies"]));
    (one.until, one.declared_at) = ("2027-11-01".to_owned(), "2027-10-01T00:00:00Z".to_owned());
    one.limit(90, TODAY);
    assert!(!one.holds_on(TODAY), "it ends 343 days after today");
    one.until = "2027-02-01".to_owned();
    one.limit(90, TODAY);
    assert!(one.holds_on(TODAY));
}

#[test]
fn too_many_patterns_leave_new_functions_undetermined_and_say_so() {
    let world = World::member().functions(MEMBER, HERE, &[]);
    for (patterns, status) in [(2_000, Status::Fail), (2_001, Status::Undetermined)] {
        let arns = (0..patterns).map(|at| format!("dev{at}-*")).collect();
        let controls = vec!["lambda-invocations-recorded".to_owned()];
        let matched = Match { controls, arns, ..Match::default() };
        let exceptions = [Exception {
            id: "many".to_owned(),
            matched: Some(Box::new(matched)),
            until: "2026-12-31".to_owned(),
            ..Exception::default()
        }];
        let options = Options { exceptions: &exceptions, today: "2026-11-23", ..Options::default() };
        let told = audit(&world.inventory, &options);
        assert_eq!(told.controls[0].status, status, "{patterns}: {:#?}", told.controls[0]);
        let limited = told.controls[0].findings.iter().any(|one| one.reason.code.as_str() == "work-limit");
        assert_eq!(limited, patterns > 2_000, "{:#?}", told.controls[0].findings);
    }
}

/// Nothing is changed, and paid for, for what is accepted alone: web functions, images and management events as well as functions.
#[test]
fn nothing_is_planned_for_what_is_accepted() {
    let all = exception("all", of(&[&REQUIRED[..], &ADVISORY].concat()));
    let options = |exceptions| PlanOptions {
        audit: Options { exceptions, today: TODAY, ..Options::default() },
        ..PlanOptions::default()
    };
    let mut world = World::member().trail("main", MEMBER, false, ALL);
    let place = world.at(MEMBER, HERE);
    let web = |name: &str| format!("arn:aws:lambda:{HERE}:{MEMBER}:web-function:{name}");
    let resource = |name: &str| Resource { arn: web(name).into(), serving: Serving::Home };
    place.web_functions.resources = ["w1", "w2"].map(resource).into_iter().collect();
    let two = record(&world.inventory, &options(&[]));
    assert_eq!(two.steps.len(), 1, "{two:#?}");
    let both = [all.clone()];
    assert!(record(&world.inventory, &options(&both)).steps.is_empty());
    // One of the two is accepted: the other still needs it.
    let one = [exception("one", Match { arns: texts(&["w1"]), ..of(&REQUIRED) })];
    assert_eq!(record(&world.inventory, &options(&one)).steps.len(), 1);
    let data_alone = r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
        {"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]}]}"#;
    let world = World::member().trail("main", MEMBER, false, data_alone);
    assert_eq!(record(&world.inventory, &options(&[])).steps.len(), 1);
    assert!(record(&world.inventory, &options(&both)).steps.is_empty());
    // What is left out on purpose and accepted is asked of nobody.
    let but_keys = r#"{"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},
        {"Field":"eventSource","NotEquals":["kms.amazonaws.com"]}]},{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},
        {"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]}]}"#;
    let world = World::member().trail("main", MEMBER, false, but_keys);
    assert_eq!(record(&world.inventory, &options(&[])).refusals.len(), 1);
    let plan = record(&world.inventory, &options(&both));
    assert!(plan.steps.is_empty() && plan.refusals.is_empty(), "{plan:#?}");
}
