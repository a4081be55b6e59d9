//! What is seen of recorders and resources.

use crate::acme::{self, CALLER, MANAGEMENT, OTHER};
use crate::answers::{channel_arn, store_arn, trail_arn};
use crate::world::run;
use audit::inventory::{OptIn, Serving};
use aws::Accounts;
use cloudtrail::recorder::{RecorderKind, StoreStatus};
use serde_json::json;

#[tokio::test]
async fn all_enabled_regions_are_read_and_no_other() {
    let inventory = acme::world().serve().await.collect(acme::members()).await.unwrap().inventory;
    let places: Vec<(&str, &str)> =
        inventory.places.iter().map(|place| (place.account.as_str(), place.region.as_str())).collect();
    let expected = [
        (CALLER, "ap-east-1"),
        (CALLER, "eu-west-1"),
        (CALLER, "us-east-1"),
        (OTHER, "eu-west-1"),
        (OTHER, "us-east-1"),
    ];
    assert_eq!(places, expected);
    let regions = inventory.account(CALLER).unwrap().regions.known().unwrap();
    assert_eq!(regions["af-south-1"], OptIn::Disabled);
    assert_eq!(regions["ap-east-1"], OptIn::Enabled);
    assert_eq!(regions["us-east-1"], OptIn::ByDefault);
    assert_eq!((inventory.partition.as_str(), inventory.caller.is_some()), ("aws", true));
}

#[tokio::test]
async fn stores_are_looked_for_in_every_region_also_when_the_audit_is_narrower() {
    let served = acme::world().serve().await;
    let mut options = served.options(Accounts::Caller);
    options.regions = Some(vec!["us-east-1".to_owned()]);
    let inventory = run(&options).await.unwrap().inventory;
    assert_eq!(inventory.places.len(), 1);
    let stores = inventory.account(CALLER).unwrap().stores.known().unwrap();
    assert_eq!(stores, &["lake-caller", "lake-second"].map(|id| store_arn(CALLER, "ap-east-1", id)));
    assert_eq!(inventory.regions_asked, Some(vec!["us-east-1".to_owned()]));
}

#[tokio::test]
async fn each_recorder_is_there_once_with_what_it_says_of_itself() {
    let mut world = acme::world();
    world.accounts.get_mut(CALLER).unwrap().stores[0].status = "PENDING_DELETION";
    let inventory = world.serve().await.collect(acme::members()).await.unwrap().inventory;
    let arns: Vec<&str> = inventory.recorders.iter().map(|recorder| recorder.arn.as_str()).collect();
    let mut expected = vec![
        store_arn(CALLER, "ap-east-1", "lake-caller"),
        store_arn(CALLER, "ap-east-1", "lake-second"),
        store_arn(MANAGEMENT, "eu-west-1", "lake-acme"),
        trail_arn(OTHER, "eu-west-1", "local"),
        channel_arn(CALLER, "us-east-1", "x1"),
        trail_arn(MANAGEMENT, "us-east-1", "acme"),
    ];
    expected.sort();
    assert_eq!(arns, expected);
    let recorder = |arn: &str| &inventory.recorders[inventory.recorder(arn).unwrap()];
    let channel = recorder(&channel_arn(CALLER, "us-east-1", "x1"));
    assert_eq!(channel.kind, RecorderKind::Channel);
    assert_eq!(channel.destination.as_deref(), Some("observability"));
    assert!(channel.multi_region && channel.selectors.known().is_some());
    let leaving = recorder(&store_arn(CALLER, "ap-east-1", "lake-caller"));
    assert_eq!(leaving.status.known(), Some(&StoreStatus::Idle("PENDING_DELETION".to_owned())));
    let trail = recorder(&trail_arn(OTHER, "eu-west-1", "local"));
    assert_eq!((trail.multi_region, trail.organization), (false, false));
    assert_eq!(trail.destination.as_deref(), Some("acme-logs"));
    assert_eq!(trail.log_file_validation, Some(true));
}

#[tokio::test]
async fn an_empty_delivery_error_is_none() {
    let inventory = acme::world().serve().await.collect(Accounts::Caller).await.unwrap().inventory;
    let sighting = &inventory.places[0].trails.known().unwrap()[0];
    let status = sighting.status.known().unwrap();
    assert_eq!((status.logging, &status.delivery_error), (true, &None));
    assert_eq!(status.latest_delivery.as_deref(), Some("2026-09-21T14:13:20.5Z"));
}

#[tokio::test]
async fn an_operator_that_the_sdk_does_not_know_arrives_as_a_doubt() {
    let mut world = acme::world();
    let strange = json!([{"FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
        {"Field": "eventName", "MatchesPattern": ["Inv.*"]},
    ]}]);
    world.accounts.get_mut(MANAGEMENT).unwrap().trails[0].selectors =
        json!({"AdvancedEventSelectors": strange});
    world.accounts.get_mut(CALLER).unwrap().stores[0].selectors = strange;
    let inventory = world.serve().await.collect(acme::members()).await.unwrap().inventory;
    for arn in [trail_arn(MANAGEMENT, "us-east-1", "acme"), store_arn(CALLER, "ap-east-1", "lake-caller")] {
        let recorder = &inventory.recorders[inventory.recorder(&arn).unwrap()];
        assert_eq!(recorder.selectors.known().unwrap().list[0].doubts().len(), 1, "{arn}");
    }
}

#[tokio::test]
async fn selectors_that_cannot_be_read_are_a_gap_about_their_trail() {
    let mut world = acme::world();
    world.accounts.get_mut(OTHER).unwrap().trails[0].selectors = json!({"EventSelectors": "all of them"});
    let inventory = world.serve().await.collect(acme::members()).await.unwrap().inventory;
    let arn = trail_arn(OTHER, "eu-west-1", "local");
    let recorder = &inventory.recorders[inventory.recorder(&arn).unwrap()];
    let gap = &inventory.gaps[recorder.selectors.gap().unwrap()];
    assert_eq!(gap.subject.as_deref(), Some(arn.as_str()));
    assert_eq!(inventory.gaps.len(), 1);
}

#[tokio::test]
async fn web_functions_tell_where_they_are_served_and_images_are_listed() {
    let served = acme::world().serve().await;
    let inventory = served.collect(acme::members()).await.unwrap().inventory;
    let place = &inventory.places[inventory.place(CALLER, "us-east-1").unwrap()];
    let webs: Vec<_> = place.web_functions.resources.iter().map(|web| (&*web.arn, &web.serving)).collect();
    let expected = [
        (
            "arn:aws:lambda:us-east-1:222222222222:web-function/shop",
            &Serving::Also(["eu-west-1".to_owned()].into()),
        ),
        ("arn:aws:lambda:us-east-1:222222222222:web-function/wiki", &Serving::Home),
    ];
    assert_eq!(webs, expected);
    let other = &inventory.places[inventory.place(OTHER, "us-east-1").unwrap()];
    assert_eq!(
        &*other.microvm_images.resources[0].arn,
        "arn:aws:lambda:us-east-1:333333333333:microvm-image:agent"
    );
    assert_eq!(served.count("lambda:ListWebFunctionEndpoints"), 2);
}
