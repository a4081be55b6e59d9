//! How much is asked: few requests, no call per function, and the same inventory each time.

use crate::acme;
use crate::answers::all_invocations;
use crate::world::{Account, Fault, Trail, World, run};
use audit::inventory::GapKind;
use aws::{Accounts, permissions};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// 1,000 functions in two Regions out of seventeen.
fn thousand() -> World {
    const NAMES: [&str; 17] = [
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-southeast-1",
        "ap-southeast-2",
        "ca-central-1",
        "eu-central-1",
        "eu-north-1",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    ];
    let mut world = World::new(acme::CALLER, None);
    let trail = Trail {
        name: "all",
        home: "us-east-1",
        multi: true,
        organization: false,
        selectors: json!({"AdvancedEventSelectors": all_invocations()}),
    };
    let account = Account {
        regions: NAMES.into_iter().map(|name| (name, "ENABLED_BY_DEFAULT")).collect(),
        trails: vec![trail],
        functions: BTreeMap::from([("eu-west-1", 500), ("us-east-1", 500)]),
        ..Account::default()
    };
    world.accounts.insert(acme::CALLER, account);
    world
}

fn two_regions() -> Option<Vec<String>> {
    Some(vec!["us-east-1".to_owned(), "eu-west-1".to_owned()])
}

#[tokio::test]
async fn a_thousand_functions_in_two_regions_take_at_most_sixty_requests() {
    let served = thousand().serve().await;
    let mut options = served.options(Accounts::Caller);
    options.regions = two_regions();
    let collected = run(&options).await.unwrap();
    let functions: usize =
        collected.inventory.places.iter().map(|place| place.functions.resources.len()).sum();
    assert_eq!(functions, 1000);
    assert_eq!(collected.inventory.gaps, []);
    assert_eq!(collected.requests, served.asked().len() as u64, "every request is counted");
    assert!(collected.requests <= 60, "{} requests", collected.requests);
    assert_eq!(served.count("lambda:ListFunctions"), 20);
}

/// What an emulator does that lacks these calls: it fails in every Region, in a way that looks as if it may pass.
#[tokio::test]
async fn calls_that_fail_everywhere_are_not_repeated_everywhere() {
    let world = thousand().failing(|op, _| match op.action.as_str() {
        "cloudtrail:ListEventDataStores" | "cloudtrail:ListChannels" => Some(Fault::Page),
        "lambda:ListWebFunctions" | "lambda:ListMicrovmImages" | "account:ListRegions" => {
            Some(Fault::Missing)
        }
        _ => None,
    });
    let served = world.serve().await;
    let mut options = served.options(Accounts::Caller);
    options.regions = two_regions();
    let collected = run(&options).await.unwrap();
    assert!(served.count("cloudtrail:ListEventDataStores") <= 17 + 4);
    assert!(served.count("cloudtrail:ListChannels") <= 2 + 4);
    assert_eq!(served.count("lambda:ListWebFunctions"), 2, "404 is an answer");
    let count = |kind| collected.inventory.gaps.iter().filter(|gap| gap.kind == kind).count();
    assert_eq!((count(GapKind::Failed), count(GapKind::NotOffered)), (17 + 2, 2 + 2));
    assert!(
        collected.inventory.account(acme::CALLER).unwrap().regions.known().is_some(),
        "EC2 knows them too"
    );
}

#[tokio::test]
async fn the_same_world_gives_the_same_inventory() {
    let served = acme::world().serve().await;
    let first = served.collect(acme::members()).await.unwrap();
    let second = served.collect(acme::members()).await.unwrap();
    assert_eq!(first.inventory, second.inventory);
    assert_eq!(first.requests, second.requests);
    let faulty = || acme::world().failing(|op, _| op.action.ends_with("Status").then_some(Fault::Refused));
    let (one, two) = (faulty().serve().await, faulty().serve().await);
    let (one, two) =
        (one.collect(acme::members()).await.unwrap(), two.collect(acme::members()).await.unwrap());
    assert!(!one.inventory.gaps.is_empty());
    assert_eq!(one.inventory, two.inventory, "gaps come in one order too");
}

#[tokio::test]
async fn every_operation_called_is_among_the_permissions_of_an_audit() {
    let known: BTreeSet<&str> =
        permissions::actions(permissions::Job::Audit).iter().map(|action| action.name).collect();
    let mut called = BTreeSet::new();
    for accounts in [acme::members(), Accounts::Organization] {
        // Refusing the first listing of Regions brings the second one in.
        let world =
            acme::world().failing(|op, _| (op.action == "account:ListRegions").then_some(Fault::Refused));
        let served = world.serve().await;
        served.collect(accounts).await.unwrap();
        called.extend(served.asked().into_iter().map(|op| op.action));
    }
    let missing: Vec<&String> = called.iter().filter(|action| !known.contains(action.as_str())).collect();
    assert_eq!(missing, [""; 0]);
    let idle: Vec<&&str> = known.iter().filter(|action| !called.contains(**action)).collect();
    assert_eq!(idle, [&""; 0], "and none of them is asked for in vain");
}
