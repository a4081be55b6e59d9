//! Calls that fail: each costs what it would have told, and nothing else.

use crate::acme;
use crate::facts::facts;
use crate::op::Op;
use crate::world::{Fault, opened, run};
use audit::inventory::GapKind;
use aws::{Accounts, Collected, Progress, Stop};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The names of the things that differ.
fn changed(healthy: &Collected, now: &Collected) -> BTreeSet<String> {
    let (before, after) = (facts(&healthy.inventory), facts(&now.inventory));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

fn same_call(a: &Op, b: &Op) -> bool {
    (&a.action, &a.account, &a.region, &a.subject) == (&b.action, &b.account, &b.region, &b.subject)
}

/// Fails every call of the healthy run in turn. It grows by itself with the calls that there are.
/// `alike` are calls of which one stands for all.
async fn every_call_in_turn(fault: Fault, kind: GapKind, alike: fn(&Op, &Op) -> bool) {
    let healthy_world = acme::world().serve().await;
    let healthy = healthy_world.collect(acme::members()).await.unwrap();
    assert_eq!(healthy.inventory.gaps, []);
    let mut calls: Vec<Op> = Vec::new();
    for op in healthy_world.asked() {
        if !calls.iter().any(|known| alike(known, &op)) {
            calls.push(op);
        }
    }
    assert!(calls.len() >= 15, "{} calls", calls.len());
    for call in calls {
        let failing = call.clone();
        let world = acme::world().failing(move |op, _| same_call(op, &failing).then_some(fault));
        let result = world.serve().await.collect(acme::members()).await;
        if call.action == "sts:GetCallerIdentity" {
            assert!(result.is_err());
            continue;
        }
        let now = result.unwrap();
        let gaps = &now.inventory.gaps;
        if call.action == "account:ListRegions" {
            assert_eq!(now.inventory, healthy.inventory, "EC2 lists Regions too");
            continue;
        }
        if call.action == "sts:AssumeRole" && call.account == acme::MANAGEMENT {
            // The organization's trail is asked for as the caller instead, which AWS refuses too.
            assert_eq!(gaps.len(), 2, "{call:?}: {gaps:?}");
        } else {
            assert_eq!(gaps.len(), 1, "{call:?}: {gaps:?}");
            assert_eq!((gaps[0].call.as_str(), gaps[0].kind), (call.action.as_str(), kind), "{call:?}");
        }
        let regional = !["sts", "organizations", "account"].contains(&call.action.split(':').next().unwrap());
        let changed = changed(&healthy, &now);
        assert!(!changed.is_empty(), "{call:?}: something must be missing");
        for name in changed {
            // A store counts for its account's whole list, wherever it is.
            let stores = call.action.contains("EventDataStore") && name.ends_with(" stores");
            // A trail that is only seen at one place is not known when that place shows none.
            let here = !regional || name.contains(&call.region) || stores;
            assert!(name.contains(&call.account) && here, "{call:?} also cost: {name}");
        }
    }
}

#[tokio::test]
async fn every_refused_call_is_exactly_one_gap() {
    every_call_in_turn(Fault::Refused, GapKind::Refused, same_call).await;
}

#[tokio::test]
async fn every_call_that_answers_with_a_page_for_people_is_exactly_one_gap() {
    every_call_in_turn(Fault::Page, GapKind::Failed, |a, b| a.action == b.action).await;
}

#[tokio::test]
async fn every_call_whose_answer_is_too_large_is_exactly_one_gap() {
    every_call_in_turn(Fault::Vast, GapKind::Failed, |a, b| a.action == b.action).await;
    let world = acme::world().failing(|op, _| (op.action == "lambda:ListFunctions").then_some(Fault::Vast));
    let served = world.serve().await;
    let gaps = served.collect(acme::members()).await.unwrap().inventory.gaps;
    assert!(!gaps.is_empty() && gaps.iter().all(|gap| gap.error.contains("7 MiB, the limit for one answer")));
    assert_eq!(served.count("lambda:ListFunctions"), gaps.len(), "no use in trying again");
}

#[tokio::test]
async fn every_call_whose_credentials_have_expired_is_exactly_one_gap() {
    every_call_in_turn(Fault::Expired, GapKind::Failed, |a, b| a.action == b.action).await;
}

#[tokio::test]
async fn every_call_whose_answer_is_cut_off_is_exactly_one_gap() {
    every_call_in_turn(Fault::Cut, GapKind::Failed, |a, b| a.action == b.action).await;
}

#[tokio::test]
async fn every_call_whose_answer_is_malformed_is_exactly_one_gap() {
    every_call_in_turn(Fault::Malformed, GapKind::Failed, |a, b| a.action == b.action).await;
}

#[tokio::test]
async fn a_third_of_all_calls_failing_costs_nothing() {
    let healthy = acme::world().serve().await.collect(acme::members()).await.unwrap();
    // Each third call, whatever it is; and a third chosen by a rule that hits some calls several times running.
    let third = acme::world().failing(|_, count| match count % 6 {
        0 => Some(Fault::Throttled),
        3 => Some(Fault::Unavailable),
        _ => None,
    });
    let scattered = acme::world().failing(|_, count| match (count * 2_654_435_761) >> 7 & 0xff {
        0..=42 => Some(Fault::Throttled),
        43..=85 => Some(Fault::Page),
        _ => None,
    });
    for world in [third, scattered] {
        let collected = world.serve().await.collect(acme::members()).await.unwrap();
        assert_eq!(collected.inventory, healthy.inventory);
        assert!(collected.requests > healthy.requests);
    }
}

#[tokio::test]
async fn empty_pages_with_a_next_token_are_no_end() {
    let healthy = acme::world().serve().await.collect(Accounts::Organization).await.unwrap();
    let mut world = acme::world();
    world.empty_pages = true;
    let collected = world.serve().await.collect(Accounts::Organization).await.unwrap();
    assert_eq!(collected.inventory, healthy.inventory);
    assert!(collected.requests > healthy.requests);
}

#[tokio::test]
async fn a_page_that_fails_in_the_middle_keeps_the_pages_before() {
    let world = acme::world().failing(|op, _| {
        (op.action == "lambda:ListFunctions" && op.page.as_deref() == Some("p100")).then_some(Fault::Refused)
    });
    let collected = world.serve().await.collect(Accounts::Caller).await.unwrap();
    let place = collected.inventory.place(acme::CALLER, "us-east-1").unwrap();
    let functions = &collected.inventory.places[place].functions;
    assert_eq!(functions.resources.len(), 100);
    assert_eq!(collected.inventory.gaps[functions.gap.unwrap()].call, "lambda:ListFunctions");
}

#[tokio::test]
async fn a_region_that_never_answers_costs_only_itself() {
    let healthy = acme::world().serve().await.collect(Accounts::Caller).await.unwrap();
    let world = acme::world().failing(|op, _| (op.region == "ap-east-1").then_some(Fault::Hang));
    let served = world.serve().await;
    let mut options = served.options(Accounts::Caller);
    options.limits.attempt = Duration::from_millis(1500);
    options.limits.silent_attempts = 2;
    let collected = run(&options).await.unwrap();
    assert!(!collected.inventory.gaps.is_empty());
    for gap in &collected.inventory.gaps {
        assert_eq!((gap.region.as_deref(), gap.kind), (Some("ap-east-1"), GapKind::Failed), "{gap:?}");
    }
    for name in changed(&healthy, &collected) {
        let lake = name == format!("{} stores", acme::CALLER);
        assert!(name.contains("ap-east-1") || lake, "{name}");
    }
}

#[tokio::test]
async fn young_services_that_a_region_lacks_are_not_offered() {
    let world = acme::world().failing(|op, _| match op.action.as_str() {
        "lambda:ListWebFunctions" | "lambda:ListMicrovmImages" => Some(Fault::Missing),
        // An old service that answers so is broken.
        "lambda:ListFunctions" => Some(Fault::Missing),
        _ => None,
    });
    let collected = world.serve().await.collect(Accounts::Caller).await.unwrap();
    let mut kinds: BTreeMap<&str, BTreeSet<GapKind>> = BTreeMap::new();
    for gap in &collected.inventory.gaps {
        kinds.entry(gap.call.as_str()).or_default().insert(gap.kind);
    }
    assert_eq!(kinds["lambda:ListWebFunctions"], BTreeSet::from([GapKind::NotOffered]));
    assert_eq!(kinds["lambda:ListMicrovmImages"], BTreeSet::from([GapKind::NotOffered]));
    assert_eq!(kinds["lambda:ListFunctions"], BTreeSet::from([GapKind::Failed]));
}

/// Whoever collects, changes and collects again does so with one session: what failed the first time is asked again.
#[tokio::test]
async fn each_collection_of_a_session_begins_afresh() {
    let refuses = Arc::new(AtomicBool::new(true));
    let refused = Arc::clone(&refuses);
    let world = acme::world().failing(move |op, _| {
        let role = op.action == "sts:AssumeRole" && op.account == acme::OTHER;
        (role && refused.load(Ordering::SeqCst)).then_some(Fault::Refused)
    });
    let served = world.serve().await;
    let session = opened(&served.options(acme::members()), Stop::new()).await;
    let first = session.collect("2026-11-23T12:00:00Z", &|_: Progress| {}).await.unwrap();
    assert!(first.inventory.gaps.iter().any(|gap| gap.call == "sts:AssumeRole"));
    refuses.store(false, Ordering::SeqCst);
    let second = session.collect("2026-11-23T12:00:00Z", &|_: Progress| {}).await.unwrap();
    assert_eq!(second.inventory.gaps, []);
    assert_eq!(served.count("sts:GetCallerIdentity"), 1);
}
