//! Accounts of an organization: who is read as whom, and what only the management account can tell.

use crate::acme::{self, CALLER, MANAGEMENT, OTHER};
use crate::answers::{store_arn, trail_arn};
use crate::op::Op;
use crate::world::{Fault, World};
use audit::inventory::GapKind;
use aws::{Accounts, CollectError};

#[tokio::test]
async fn an_organization_trail_is_seen_in_members_and_read_from_the_management_account() {
    let served = acme::world().serve().await;
    let inventory = served.collect(acme::members()).await.unwrap().inventory;
    let arn = trail_arn(MANAGEMENT, "us-east-1", "acme");
    for place in &inventory.places {
        let seen = place.trails.known().unwrap().iter().find(|sighting| sighting.trail == arn);
        assert!(seen.unwrap().status.known().unwrap().logging, "{} {}", place.account, place.region);
    }
    let trail = &inventory.recorders[inventory.recorder(&arn).unwrap()];
    assert_eq!(trail.selectors.known().unwrap().list.len(), 1);
    assert!(trail.organization && trail.multi_region);
    let reads: Vec<_> = served
        .asked()
        .into_iter()
        .filter(|op| op.action == "cloudtrail:GetEventSelectors" && op.subject.as_ref() == Some(&arn))
        .collect();
    assert_eq!(reads.len(), 1, "once for all places");
    assert_eq!((reads[0].signer.as_str(), reads[0].region.as_str()), (MANAGEMENT, "us-east-1"));
    let management = inventory.account(MANAGEMENT).unwrap();
    assert!(!management.audited);
    assert!(inventory.places.iter().all(|place| place.account != MANAGEMENT), "its functions are not read");
}

#[tokio::test]
async fn an_organization_store_is_found_through_the_management_account() {
    let inventory = acme::world().serve().await.collect(acme::members()).await.unwrap().inventory;
    let arn = store_arn(MANAGEMENT, "eu-west-1", "lake-acme");
    assert_eq!(inventory.account(MANAGEMENT).unwrap().stores.known().unwrap(), &vec![arn.clone()]);
    let store = &inventory.recorders[inventory.recorder(&arn).unwrap()];
    assert!(store.organization && store.selectors.known().is_some());
}

#[tokio::test]
async fn an_unreachable_management_account_is_a_gap_and_no_more() {
    let world = acme::world().failing(|op, _| {
        (op.action == "sts:AssumeRole" && op.account == MANAGEMENT).then_some(Fault::Refused)
    });
    let inventory = world.serve().await.collect(acme::members()).await.unwrap().inventory;
    let management = inventory.account(MANAGEMENT).unwrap();
    let gap = &inventory.gaps[management.stores.gap().unwrap()];
    assert_eq!((gap.call.as_str(), gap.kind), ("sts:AssumeRole", GapKind::Refused));
    let trail =
        &inventory.recorders[inventory.recorder(&trail_arn(MANAGEMENT, "us-east-1", "acme")).unwrap()];
    let gap = &inventory.gaps[trail.selectors.gap().unwrap()];
    assert_eq!(gap.call, "cloudtrail:GetEventSelectors");
    assert_eq!(gap.subject.as_deref(), Some(trail.arn.as_str()));
    assert!(gap.error.contains("sts:AssumeRole"), "{}", gap.error);
    assert_eq!(inventory.gaps.len(), 2);
}

#[tokio::test]
async fn a_delegated_administrator_reads_for_the_management_account() {
    let mut world = acme::world().failing(|op, _| {
        (op.action == "sts:AssumeRole" && op.account == MANAGEMENT).then_some(Fault::Refused)
    });
    world.delegated = Some(CALLER);
    let inventory = world.serve().await.collect(acme::members()).await.unwrap().inventory;
    let recorder = |arn: String| &inventory.recorders[inventory.recorder(&arn).unwrap()];
    assert!(recorder(trail_arn(MANAGEMENT, "us-east-1", "acme")).selectors.known().is_some());
    let store = store_arn(MANAGEMENT, "eu-west-1", "lake-acme");
    assert!(recorder(store.clone()).selectors.known().is_some());
    let own = inventory.account(CALLER).unwrap().stores.known().unwrap();
    assert!(!own.contains(&store), "it sees the store and does not own it");
    assert_eq!(inventory.account(MANAGEMENT).unwrap().stores.gap(), Some(0), "there may be more");
    assert_eq!(inventory.gaps.len(), 1);

    // Whoever looks, the store is one.
    let mut world = acme::world();
    world.delegated = Some(CALLER);
    let both = world.serve().await.collect(acme::members()).await.unwrap().inventory;
    let healthy = acme::world().serve().await.collect(acme::members()).await.unwrap().inventory;
    assert_eq!(both, healthy);
}

/// The role is there, and may not read selectors: the delegated administrator may.
#[tokio::test]
async fn selectors_refused_to_the_owners_role_are_read_as_the_caller() {
    let refused = |op: &Op, _: usize| {
        (op.action == "cloudtrail:GetEventSelectors" && op.signer == MANAGEMENT).then_some(Fault::Refused)
    };
    let mut world = acme::world().failing(refused);
    world.delegated = Some(CALLER);
    let inventory = world.serve().await.collect(acme::members()).await.unwrap().inventory;
    let arn = trail_arn(MANAGEMENT, "us-east-1", "acme");
    assert!(inventory.recorders[inventory.recorder(&arn).unwrap()].selectors.known().is_some());
    let alone = acme::world().failing(refused).serve().await;
    let inventory = alone.collect(acme::members()).await.unwrap().inventory;
    let gap = inventory.recorders[inventory.recorder(&arn).unwrap()].selectors.gap().unwrap();
    assert_eq!((inventory.gaps[gap].kind, inventory.gaps.len()), (GapKind::Refused, 1));
}

#[tokio::test]
async fn an_account_listed_without_an_id_does_not_vanish() {
    let mut world = acme::world();
    let nameless = world.accounts[OTHER].clone();
    world.accounts.insert("", nameless);
    let inventory = world.serve().await.collect(Accounts::Organization).await.unwrap().inventory;
    assert_eq!(inventory.accounts.len(), 3);
    let gap = &inventory.gaps[0];
    assert_eq!((gap.call.as_str(), inventory.gaps.len()), ("organizations:ListAccounts", 1));
    assert!(gap.error.contains("1 of 4 accounts"), "{}", gap.error);
}

#[tokio::test]
async fn the_callers_own_account_is_never_read_through_a_role() {
    let served = acme::world().serve().await;
    served.collect(Accounts::Organization).await.unwrap();
    let assumed: Vec<String> =
        served.asked().into_iter().filter(|op| op.action == "sts:AssumeRole").map(|op| op.account).collect();
    assert!(!assumed.contains(&CALLER.to_owned()));
    assert_eq!(assumed.len(), 2, "each other account once: {assumed:?}");
}

#[tokio::test]
async fn a_refused_role_costs_its_own_account_alone() {
    let world = acme::world()
        .failing(|op, _| (op.action == "sts:AssumeRole" && op.account == OTHER).then_some(Fault::Refused));
    let inventory = world.serve().await.collect(acme::members()).await.unwrap().inventory;
    assert_eq!(inventory.gaps.len(), 1);
    let other = inventory.account(OTHER).unwrap();
    assert_eq!(
        (other.regions.gap(), other.stores.gap(), other.organization.gap()),
        (Some(0), Some(0), Some(0))
    );
    let places: Vec<_> = inventory.places.iter().filter(|place| place.account == OTHER).collect();
    assert!(!places.is_empty());
    for place in places {
        assert_eq!((place.trails.gap(), place.functions.gap), (Some(0), Some(0)));
    }
}

#[tokio::test]
async fn a_whole_organization_is_read_save_accounts_nobody_can_work_in() {
    let mut world = acme::world();
    world.accounts.get_mut(OTHER).unwrap().state = Some("SUSPENDED");
    world.accounts.get_mut(MANAGEMENT).unwrap().state = None;
    let served = world.serve().await;
    let inventory = served.collect(Accounts::Organization).await.unwrap().inventory;
    let audited: Vec<(&str, bool)> =
        inventory.accounts.iter().map(|account| (account.id.as_str(), account.audited)).collect();
    assert_eq!(audited, [(MANAGEMENT, true), (CALLER, true), (OTHER, false)]);
    assert!(served.asked().iter().all(|op| op.account != OTHER));
    assert_eq!(served.count("organizations:DescribeOrganization"), 1, "once for all");
    assert_eq!(served.count("organizations:ListAccounts"), 2);
    assert_eq!(inventory.gaps, []);
    let named = inventory.account(CALLER).unwrap();
    assert_eq!((named.name.as_deref(), named.state.as_deref()), (Some("acme-222222222222"), Some("ACTIVE")));
}

#[tokio::test]
async fn a_refused_listing_of_accounts_is_an_error_that_names_the_permission() {
    let world = acme::world().failing(|op, _| op.action.ends_with("ListAccounts").then_some(Fault::Refused));
    let error = world.serve().await.collect(Accounts::Organization).await.unwrap_err();
    assert!(matches!(error, CollectError::Organization { refused: true, .. }));
    assert!(error.help().unwrap().contains("organizations:ListAccounts"));
}

#[tokio::test]
async fn other_accounts_need_a_role() {
    let served = acme::world().serve().await;
    for accounts in [acme::members(), Accounts::Organization] {
        let mut options = served.options(accounts);
        options.role_name = None;
        let error = crate::world::run(&options).await.unwrap_err();
        assert_eq!(error, CollectError::NoRole);
    }
    let mut options = served.options(Accounts::Listed(vec![CALLER.to_owned()]));
    options.role_name = None;
    assert!(crate::world::run(&options).await.is_ok(), "the caller's own account needs none");
}

#[tokio::test]
async fn an_account_without_an_organization_certainly_has_none() {
    let acme = acme::world();
    let mut world = World::new(CALLER, None);
    world.accounts.insert(CALLER, acme.accounts[CALLER].clone());
    let inventory = world.serve().await.collect(Accounts::Caller).await.unwrap().inventory;
    assert_eq!(inventory.account(CALLER).unwrap().organization.known(), Some(&None));
    assert_eq!(inventory.gaps, []);
}
