//! What recording costs: what is not known is not nothing, and each figure names its own price.

use crate::world::{ALL, HERE, MANAGEMENT_ONLY, MEMBER, World, advanced, exception, function};
use audit::backout::Wanted;
use audit::cost::Prices;
use audit::finding::Status;
use audit::inventory::{Resource, Serving};
use audit::plan::{Plan, PlanOptions, Purpose, Reduction, backout, record};
use audit::{Options, audit};
use cloudtrail::recorder::Seen;
use std::collections::BTreeMap;

/// Prices that nobody has: whatever names another one did not take it from here.
pub(crate) fn prices() -> Prices {
    Prices {
        as_of: "2031-01-31".to_owned(),
        source: "a test".to_owned(),
        data_events_per_100k: 0.17,
        management_copies_per_100k: 3.45,
        lake_ingest_per_gb: 0.91,
        record_bytes: (1_200, 2_000),
        records_per_invocation: (1.0, 2.0),
    }
}

/// Two functions that one trail records; the first is invoked a million times.
fn world() -> World {
    let world = World::member().functions(MEMBER, HERE, &["batch", "orders"]);
    counted(world.trail("main", MEMBER, false, ALL), &[("batch", 1_000_000), ("orders", 500_000)])
}

fn counted(mut world: World, counts: &[(&str, u64)]) -> World {
    let counts: BTreeMap<String, u64> = counts.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
    world.inventory.extra.invocations.insert((MEMBER.to_owned(), HERE.to_owned()), Seen::Known(counts));
    world
}

fn planned(world: &World) -> Plan {
    let prices = prices();
    record(&world.inventory, &PlanOptions { prices: Some(&prices), ..PlanOptions::default() })
}

fn web_function(world: &mut World) {
    let arn = format!("arn:aws:lambda:{HERE}:{MEMBER}:web-function/shop");
    let one = Resource { arn: arn.into(), serving: Serving::Home };
    world.at(MEMBER, HERE).web_functions.resources.push(one);
}

#[test]
fn what_is_counted_to_the_end_has_a_low_and_a_high_end() {
    let cost = planned(&world()).cost.unwrap();
    assert!(!cost.is_least && cost.invocations == 1_500_000, "{cost:#?}");
    assert!(cost.basis.iter().all(|one| !one.contains("not counted")), "{cost:#?}");
}

#[test]
fn counts_whose_sum_is_too_large_are_as_many_as_can_be_said() {
    let world = counted(world().trail("other", MEMBER, false, ALL), &[("batch", u64::MAX), ("orders", 9)]);
    let cost = planned(&world).cost.unwrap();
    assert_eq!(cost.invocations, u64::MAX, "{cost:#?}");
}

/// A function without a count is not a function without invocations.
#[test]
fn a_missing_count_makes_the_cost_a_least_one() {
    let cost = planned(&counted(world(), &[("batch", 1_000_000)])).cost.unwrap();
    assert!(cost.is_least, "{cost:#?}");
    assert!(
        cost.basis.iter().any(|one| one == "the invocations of 1 function are not known and not counted")
    );
    // A count of 0 is one.
    assert!(!planned(&counted(world(), &[("batch", 1), ("orders", 0)])).cost.unwrap().is_least);
}

#[test]
fn without_any_count_no_cost_is_told() {
    let mut unread = world();
    let gap = unread.gap("cloudwatch:GetMetricData");
    let key = (MEMBER.to_owned(), HERE.to_owned());
    unread.inventory.extra.invocations.insert(key, Seen::Unread(gap));
    assert_eq!(planned(&unread).cost, None);
    unread.inventory.extra.invocations.clear();
    assert_eq!(planned(&unread).cost, None);
}

/// Functions that nobody listed may cost whatever they like.
#[test]
fn what_was_not_listed_is_not_free() {
    let mut half = world();
    let gap = half.gap("lambda:ListFunctions");
    half.at(MEMBER, HERE).functions.gap = Some(gap);
    let cost = planned(&half).cost.unwrap();
    assert!(cost.is_least && cost.basis.iter().any(|one| one.contains("not listed to the end")), "{cost:#?}");
    half.at(MEMBER, HERE).functions.resources.clear();
    assert_eq!(planned(&half).cost, None, "nothing was counted at all");
}

#[test]
fn kinds_without_a_metric_are_not_free() {
    let mut shop = world();
    web_function(&mut shop);
    // Nothing records it today; the plan records it.
    let cost = planned(&shop).cost.unwrap();
    assert!(cost.is_least && cost.basis.iter().any(|one| one.contains("newer kinds")), "{cost:#?}");
}

fn budget(world: &World, dollars: f64) -> Plan {
    let prices = prices();
    let reduction =
        Reduction { wanted: Wanted::Budget(dollars), keep: Vec::new(), exception: exception(&[]) };
    let options = Options { today: "2026-11-23", ..Options::default() };
    let options = PlanOptions { prices: Some(&prices), audit: options, ..PlanOptions::default() };
    backout(&world.inventory, &options, &reduction)
}

#[test]
fn no_budget_is_promised_over_what_was_not_counted() {
    assert_eq!(budget(&world(), 2.0).steps.len(), 1);
    let mut half = world();
    let gap = half.gap("lambda:ListFunctions");
    half.at(MEMBER, HERE).functions.gap = Some(gap);
    let every = r#"{"AdvancedEventSelectors":[
        {"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]},
        {"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Lambda::WebFunction"]}]}]}"#;
    let mut shop = world();
    shop.of("main").selectors = Seen::Known(cloudtrail::selector_json::from_str(every).unwrap());
    web_function(&mut shop);
    for world in [counted(world(), &[("batch", 1_000_000)]), half, shop] {
        let plan = budget(&world, 2.0);
        assert!(plan.steps.is_empty(), "{plan:#?}");
        assert!(plan.refusals[0].reason.contains("no budget can be promised"), "{:#?}", plan.refusals);
    }
}

#[test]
fn the_cost_of_a_recorder_names_its_own_price() {
    let told = |world: &World| planned(world).cost.unwrap().basis[0].clone();
    let trail = told(&world());
    assert!(trail.contains("$0.17 for 100,000 data events") && !trail.contains("0.91"), "{trail}");
    let store = World::member().functions(MEMBER, HERE, &["batch"]).store("lake", MEMBER, false, ALL);
    let store = told(&counted(store, &[("batch", 1)]));
    assert!(store.contains("$0.91 for a gigabyte") && !store.contains("0.17"), "{store}");
}

/// Two trails that record management events and nothing else twice: the control is about them, and names the price it was given.
#[test]
fn a_copy_of_management_events_names_its_own_price() {
    let prices = prices();
    let world =
        World::member().trail("a", MEMBER, false, MANAGEMENT_ONLY).trail("b", MEMBER, false, MANAGEMENT_ONLY);
    let told = |prices| {
        let told = audit(&world.inventory, &Options { prices, ..Options::default() });
        let control = told.controls.iter().find(|one| one.id == "paid-copies").unwrap();
        assert!(control.title.contains("management event") && control.findings.len() == 1);
        control.findings[0].help.clone().unwrap()
    };
    let (named, bare) = (told(Some(&prices)), told(None));
    assert!(named.contains("$3.45 for 100,000 events (price of 2031-01-31)"), "{named}");
    assert!(!bare.contains('$') && bare.contains("each further one is paid"), "{bare}");
}

/// What an exception does not declare fails the control as if it were not there.
#[test]
fn an_exception_never_covers_a_loss_that_it_did_not_declare() {
    let only = advanced("resources.ARN", "NotStartsWith", &function(MEMBER, HERE, ""));
    let world =
        World::member().functions(MEMBER, HERE, &["batch", "orders"]).trail("main", MEMBER, false, &only);
    let exceptions = [exception(&[function(MEMBER, HERE, "batch")])];
    let options = Options { exceptions: &exceptions, today: "2026-11-23", ..Options::default() };
    let told = audit(&world.inventory, &options);
    let control = &told.controls[0];
    assert_eq!(control.status, Status::Fail);
    let rows: Vec<&str> = control
        .findings
        .iter()
        .filter(|finding| finding.status == Status::Fail)
        .flat_map(|finding| &finding.resources)
        .map(|at| told.places[at.place].planes[at.plane].rows[at.row].arn)
        .collect();
    assert_eq!(rows, [function(MEMBER, HERE, "orders")]);
    // And a plan whose exception leaves out what its steps drop is refused.
    let mut plan = budget(&self::world(), 2.0);
    let Purpose::Backout(declared) = &mut plan.purpose else { panic!("{plan:#?}") };
    declared.functions.clear();
    assert!(
        audit::plan::conduct(&plan).is_err()
            || audit::plan::conduct_over(&self::world().inventory, &plan).is_err()
    );
}
