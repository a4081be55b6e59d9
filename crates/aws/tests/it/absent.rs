//! Answers that lack what they are for: nothing said is never taken for nothing there.

use crate::acme::{CALLER, world};
use crate::beside::send;
use crate::op::Op;
use crate::server::{Answer, serve};
use crate::world::{Served, World};
use audit::inventory::{GapKind, Inventory, Place, Serving};
use aws::{Accounts, CollectError};
use std::sync::Arc;

/// What the world comes to, in which `instead` may answer first.
async fn inventory(instead: impl Fn(&Op) -> Option<Answer> + Send + Sync + 'static) -> Inventory {
    answers(instead).await.collect(Accounts::Caller).await.unwrap().inventory
}

/// The world, in which `instead` may answer first.
async fn answers(instead: impl Fn(&Op) -> Option<Answer> + Send + Sync + 'static) -> Served {
    let world: Arc<World> = Arc::new(world());
    let asked = Arc::clone(&world);
    let url = serve(move |request| {
        let op = Op::of(&request);
        asked.asked.lock().unwrap().push(op.clone());
        instead(&op).unwrap_or_else(|| crate::answers::answer(&asked, &op, &request))
    });
    Served { url: url.await, world }
}

/// Every such operation of the caller's account is answered with this.
async fn answering(action: &'static str, body: &'static str) -> Inventory {
    inventory(move |op| (op.action == action && op.account == CALLER).then(|| send(200, body))).await
}

fn failed(inventory: &Inventory, call: &str) -> bool {
    inventory.gaps.iter().any(|gap| gap.call == call && gap.kind == GapKind::Failed)
}

/// Answers of success that hold no list.
const NO_LIST: [&str; 6] = [
    "{}",
    "",
    r#"{"__type":"InternalFailure","message":"try again"}"#,
    r#"{"message":null,"Functions":null,"Channels":null,"TrailList":null,"Regions":null,"EventDataStores":null}"#,
    r#"{"functions":null,"items":null,"endpoints":null,"Accounts":null}"#,
    r#"{"NextToken":"","NextMarker":"","nextToken":""}"#,
];

/// Every list of a collection of the caller's account, and whether the inventory says everywhere that it was not read.
type Unread = fn(&Inventory) -> bool;

fn lists() -> [(&'static str, Unread); 7] {
    fn everywhere(inventory: &Inventory, unread: fn(&Place) -> bool) -> bool {
        let mut places = inventory.places.iter().filter(|place| place.account == CALLER).peekable();
        places.peek().is_some() && places.all(unread)
    }
    [
        ("cloudtrail:DescribeTrails", |all| everywhere(all, |place| place.trails.gap().is_some())),
        ("cloudtrail:ListChannels", |all| everywhere(all, |place| place.channels.gap().is_some())),
        ("cloudtrail:ListEventDataStores", |all| all.account(CALLER).unwrap().stores.gap().is_some()),
        ("lambda:ListFunctions", |all| everywhere(all, |place| place.functions.gap.is_some())),
        ("lambda:ListWebFunctions", |all| everywhere(all, |place| place.web_functions.gap.is_some())),
        ("lambda:ListMicrovmImages", |all| everywhere(all, |place| place.microvm_images.gap.is_some())),
        ("lambda:ListWebFunctionEndpoints", |all| {
            let mut web = all.places.iter().flat_map(|place| &place.web_functions.resources).peekable();
            web.peek().is_some() && web.all(|one| matches!(one.serving, Serving::Unread(_)))
        }),
    ]
}

#[tokio::test]
async fn a_list_that_is_not_there_is_a_gap_of_whatever_it_lists() {
    for (call, unread) in lists() {
        for body in NO_LIST {
            let inventory = answering(call, body).await;
            assert!(failed(&inventory, call), "{call} {body}: {:?}", inventory.gaps);
            assert!(unread(&inventory), "{call} {body}");
        }
    }
}

/// Every call that the healthy collection makes is among them, or is asked for one thing.
#[tokio::test]
async fn no_list_is_left_out_of_the_table() {
    let served = world().serve().await;
    served.collect(Accounts::Caller).await.unwrap();
    let others = ["account:ListRegions"];
    for op in served.asked() {
        let is_list = ["List", "Describe"].iter().any(|verb| op.action.contains(&format!(":{verb}")));
        let known =
            lists().iter().any(|(call, _)| *call == op.action) || others.contains(&op.action.as_str());
        assert!(!is_list || known || op.action == "organizations:DescribeOrganization", "{}", op.action);
    }
}

#[tokio::test]
async fn a_listing_of_regions_without_regions_is_not_believed() {
    for body in NO_LIST {
        // EC2 lists them too.
        let inventory = answering("account:ListRegions", body).await;
        assert_eq!(inventory.gaps, [], "{body}");
        assert!(
            inventory.account(CALLER).unwrap().regions.known().is_some_and(|all| all.len() == 4),
            "{body}"
        );
    }
    let inventory = inventory(|op| match op.action.as_str() {
        "account:ListRegions" => Some(send(200, r#"{"Regions":[{"RegionName":"us-east-1","RegionOptStatus":"ENABLED_BY_DEFAULT"}],"NextToken":"2"}"#)).filter(|_| op.page.is_none()).or_else(|| Some(send(200, "{}"))),
        "ec2:DescribeRegions" => Some(send(200, "<x></x>")),
        _ => None,
    })
    .await;
    assert!(inventory.account(CALLER).unwrap().regions.gap().is_some(), "{:?}", inventory.gaps);
}

#[tokio::test]
async fn a_listing_of_accounts_without_accounts_is_an_error() {
    for body in NO_LIST {
        let served = answers(move |op| op.action.ends_with("ListAccounts").then(|| send(200, body))).await;
        let error = served.collect(Accounts::Organization).await.unwrap_err();
        assert!(matches!(error, CollectError::Organization { refused: false, .. }), "{body}: {error}");
    }
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
