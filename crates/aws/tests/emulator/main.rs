//! The collector against an emulator of AWS (moto server), whose address is in INVOKETRAIL_TEST_MOTO_URL.
//!
//! Each test has accounts of its own, so that they do not meet.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

mod evidence;
mod seed;

use audit::inventory::{GapKind, Inventory, OptIn};
use aws::permissions::{Held, Job};
use aws::{Accounts, Keys, Options, Progress, Session, Stop};
use seed::{Seed, url};
use std::collections::BTreeSet;
use std::time::Duration;

/// Options that read as the account of `seed`.
fn options(seed: &Seed) -> Options {
    let mut options = Options {
        keys: Some(Keys {
            access_key_id: seed.key.clone(),
            secret_access_key: "secret".to_owned(),
            session_token: Some("token".to_owned()),
        }),
        endpoint_url: Some(url()),
        role_name: Some("Auditor".to_owned()),
        regions: Some(vec!["us-east-1".to_owned(), "eu-west-1".to_owned()]),
        ..Options::default()
    };
    options.limits.backoff = Duration::from_millis(5);
    options
}

async fn opened(options: &Options) -> Session {
    Session::open(options, Stop::new()).await.unwrap().unwrap()
}

async fn run(options: &Options) -> aws::Collected {
    opened(options).await.collect("2026-11-23T12:00:00Z", &|_: Progress| {}).await.unwrap()
}

fn calls(inventory: &Inventory, kind: GapKind) -> BTreeSet<&str> {
    inventory.gaps.iter().filter(|gap| gap.kind == kind).map(|gap| gap.call.as_str()).collect()
}

#[tokio::test]
async fn two_accounts_with_their_trails() {
    let (first, second) = ("210000000001", "210000000002");
    let (one, two) = (Seed::account(first), Seed::account(second));
    one.bucket("invoketrail-one");
    two.bucket("invoketrail-two");
    one.role();
    one.functions(first, "us-east-1", 2);
    one.cloudtrail(
        "us-east-1",
        "CreateTrail",
        r#"{"Name":"wide","S3BucketName":"invoketrail-one","IsMultiRegionTrail":true,"EnableLogFileValidation":true}"#,
    );
    one.cloudtrail("us-east-1", "StartLogging", r#"{"Name":"wide"}"#);
    one.cloudtrail(
        "us-east-1",
        "PutEventSelectors",
        r#"{"TrailName":"wide","AdvancedEventSelectors":[{"Name":"all","FieldSelectors":[
            {"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]}]}"#,
    );
    two.cloudtrail("eu-west-1", "CreateTrail", r#"{"Name":"narrow","S3BucketName":"invoketrail-two"}"#);

    let accounts = Accounts::Listed(vec![first.to_owned(), second.to_owned()]);
    let inventory = run(&Options { accounts, ..options(&one) }).await.inventory;

    let seen = |account: &str, region: &str| -> Vec<(String, bool)> {
        let place = &inventory.places[inventory.place(account, region).unwrap()];
        let sightings = place.trails.known().unwrap().iter();
        sightings.map(|s| (s.trail.clone(), s.status.known().unwrap().logging)).collect()
    };
    let wide = format!("arn:aws:cloudtrail:us-east-1:{first}:trail/wide");
    let narrow = format!("arn:aws:cloudtrail:eu-west-1:{second}:trail/narrow");
    assert_eq!(seen(first, "us-east-1"), [(wide.clone(), true)]);
    assert_eq!(seen(first, "eu-west-1").len(), 1, "its shadow");
    assert_eq!(seen(second, "us-east-1"), []);
    assert_eq!(seen(second, "eu-west-1"), [(narrow.clone(), false)]);
    let recorder = |arn: &str| &inventory.recorders[inventory.recorder(arn).unwrap()];
    assert_eq!(recorder(&wide).selectors.known().unwrap().list[0].name(), "all");
    assert_eq!(recorder(&wide).log_file_validation, Some(true));
    assert!(recorder(&wide).multi_region && !recorder(&narrow).multi_region);
    assert!(recorder(&narrow).selectors.known().is_some());
    let place = &inventory.places[inventory.place(first, "us-east-1").unwrap()];
    assert_eq!(place.functions.resources.len(), 2);
    assert_eq!(
        &*place.functions.resources[0].arn,
        format!("arn:aws:lambda:us-east-1:{first}:function:f0000")
    );
}

#[tokio::test]
async fn what_the_emulator_lacks_is_a_gap_each_and_regions_come_from_ec2() {
    let id = "210000000003";
    let account = Seed::account(id);
    let inventory = run(&options(&account)).await.inventory;
    let regions = inventory.account(id).unwrap().regions.known().unwrap();
    assert_eq!(regions["us-east-1"], OptIn::ByDefault);
    assert!(regions.values().any(|state| *state == OptIn::Disabled), "{regions:?}");
    assert_eq!(
        calls(&inventory, GapKind::Failed),
        BTreeSet::from(["cloudtrail:ListChannels", "cloudtrail:ListEventDataStores"])
    );
    assert_eq!(
        calls(&inventory, GapKind::NotOffered),
        BTreeSet::from(["lambda:ListMicrovmImages", "lambda:ListWebFunctions"])
    );
    assert_eq!(calls(&inventory, GapKind::Refused), BTreeSet::new());
    assert!(inventory.account(id).unwrap().stores.gap().is_some());
}

#[tokio::test]
async fn a_thousand_functions_in_two_regions_take_at_most_sixty_requests() {
    let id = "210000000004";
    let account = Seed::account(id);
    account.role();
    account.functions(id, "us-east-1", 500);
    account.functions(id, "eu-west-1", 500);
    account.bucket("invoketrail-four");
    let trail = r#"{"Name":"all","S3BucketName":"invoketrail-four","IsMultiRegionTrail":true}"#;
    account.cloudtrail("us-east-1", "CreateTrail", trail);
    let collected = run(&options(&account)).await;
    let functions: usize =
        collected.inventory.places.iter().map(|place| place.functions.resources.len()).sum();
    assert_eq!(functions, 1000);
    assert!(collected.requests <= 60, "{} requests", collected.requests);
    println!("{} requests, {} gaps", collected.requests, collected.inventory.gaps.len());
}

#[tokio::test]
async fn permissions_are_tried() {
    let account = Seed::account("210000000005");
    let held = opened(&options(&account)).await.held(Job::Audit).await;
    let of = |name: &str| held.iter().find(|(action, _)| action.name == name).map(|(_, held)| held);
    assert_eq!(of("cloudtrail:DescribeTrails"), Some(&Held::Yes));
    assert_eq!(
        of("cloudtrail:GetEventSelectors"),
        Some(&Held::Yes),
        "a trail that does not exist is an answer"
    );
    assert_eq!(of("ec2:DescribeRegions"), Some(&Held::Yes));
    assert!(matches!(of("lambda:ListWebFunctions"), Some(Held::Unknown(_))));
}
