//! Answers that lack what they are for: nothing said is never taken for nothing there.

use crate::acme::{CALLER, world};
use crate::answers;
use crate::beside::send;
use crate::op::Op;
use crate::server::{Answer, serve};
use crate::world::{Served, World};
use audit::inventory::{GapKind, Inventory};
use aws::Accounts;
use cloudtrail::recorder::Seen;
use std::sync::Arc;

/// The world, in which `instead` may answer first.
async fn inventory(instead: impl Fn(&Op) -> Option<Answer> + Send + Sync + 'static) -> Inventory {
    let world: Arc<World> = Arc::new(world());
    let asked = Arc::clone(&world);
    let url = serve(move |request| {
        let op = Op::of(&request);
        asked.asked.lock().unwrap().push(op.clone());
        instead(&op).unwrap_or_else(|| answers::answer(&asked, &op, &request))
    });
    let served = Served { url: url.await, world };
    served.collect(Accounts::Caller).await.unwrap().inventory
}

/// Every such operation of the caller's account is answered with this.
async fn answering(action: &'static str, body: &'static str) -> Inventory {
    inventory(move |op| (op.action == action && op.account == CALLER).then(|| send(200, body))).await
}

fn failed(inventory: &Inventory, call: &str) -> bool {
    inventory.gaps.iter().any(|gap| gap.call == call && gap.kind == GapKind::Failed)
}

#[tokio::test]
async fn an_absent_list_of_trails_is_a_gap() {
    let inventory = answering("cloudtrail:DescribeTrails", "{}").await;
    let places = inventory.places.iter().filter(|place| place.account == CALLER);
    assert!(places.into_iter().all(|place| matches!(place.trails, Seen::Unread(_))));
    assert!(failed(&inventory, "cloudtrail:DescribeTrails"));
}

#[tokio::test]
async fn an_absent_list_of_stores_is_a_gap() {
    let inventory = answering("cloudtrail:ListEventDataStores", "{}").await;
    assert!(inventory.account(CALLER).unwrap().stores.gap().is_some());
    assert!(failed(&inventory, "cloudtrail:ListEventDataStores"));
}

#[tokio::test]
async fn absent_lists_of_the_new_kinds_are_gaps() {
    for (action, call) in [
        ("lambda:ListWebFunctions", "lambda:ListWebFunctions"),
        ("lambda:ListMicrovmImages", "lambda:ListMicrovmImages"),
    ] {
        let inventory = answering(action, "{}").await;
        assert!(failed(&inventory, call), "{action}: {:?}", inventory.gaps);
    }
    let inventory = answering("lambda:ListWebFunctionEndpoints", "{}").await;
    assert!(failed(&inventory, "lambda:ListWebFunctionEndpoints"), "{:?}", inventory.gaps);
}

#[tokio::test]
async fn a_store_that_does_not_say_how_far_it_reaches_is_certain_of_nothing() {
    let body = r#"{"EventDataStoreArn":"arn:aws:cloudtrail:ap-east-1:222222222222:eventdatastore/lake-caller",
        "Name":"lake-caller","Status":"ENABLED","AdvancedEventSelectors":[{"FieldSelectors":[
        {"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}]}]}"#;
    let inventory = answering("cloudtrail:GetEventDataStore", body).await;
    let store = inventory.recorders.iter().find(|one| one.name == "lake-caller").unwrap();
    assert!(store.status.gap().is_some(), "{store:?}");
}

#[tokio::test]
async fn selectors_of_another_trail_are_not_taken_for_this_ones() {
    let inventory = inventory(|op| {
        let body = r#"{"TrailARN":"arn:aws:cloudtrail:us-east-1:999999999999:trail/other","AdvancedEventSelectors":[
            {"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]}"#;
        (op.action == "cloudtrail:GetEventSelectors").then(|| send(200, body))
    })
    .await;
    let trail = inventory.recorders.iter().find(|one| one.name == "acme").unwrap();
    let gap = &inventory.gaps[trail.selectors.gap().unwrap()];
    assert!(gap.error.contains("another trail"), "{gap:?}");
}

#[tokio::test]
async fn pages_that_go_in_circles_end_as_a_gap() {
    let body = r#"{"Functions":[],"NextMarker":"again"}"#;
    let inventory = answering("lambda:ListFunctions", body).await;
    assert!(failed(&inventory, "lambda:ListFunctions"), "{:?}", inventory.gaps);
    let places = inventory.places.iter().filter(|place| place.account == CALLER);
    assert!(places.into_iter().all(|place| place.functions.gap.is_some()));
}

#[tokio::test]
async fn a_later_page_that_is_not_found_is_a_failure_and_no_absent_service() {
    let inventory = inventory(|op| match (op.action.as_str(), &op.page) {
        ("lambda:ListWebFunctions", None) => Some(send(200, r#"{"functions":[],"nextToken":"more"}"#)),
        ("lambda:ListWebFunctions", Some(_)) => Some(send(404, "<html>no such page</html>")),
        _ => None,
    })
    .await;
    let gap = inventory.gaps.iter().find(|gap| gap.call == "lambda:ListWebFunctions");
    let gap = gap.unwrap_or_else(|| panic!("{:?}", inventory.gaps));
    // Nothing was listed before it, so the kind says what was answered; the listing is not complete either way.
    assert!(matches!(gap.kind, GapKind::Failed | GapKind::NotOffered));
    let places = inventory.places.iter().filter(|place| place.account == CALLER);
    assert!(places.into_iter().all(|place| place.web_functions.gap.is_some()));
}

#[tokio::test]
async fn a_region_without_a_name_is_no_listing() {
    let inventory = answering("account:ListRegions", r#"{"Regions":[{"RegionOptStatus":"ENABLED"}]}"#).await;
    let regions = &inventory.account(CALLER).unwrap().regions;
    assert!(
        regions.gap().is_some() || regions.known().is_some_and(|all| !all.contains_key("")),
        "{regions:?}"
    );
}
