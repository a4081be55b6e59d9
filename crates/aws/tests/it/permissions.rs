//! Which permissions the caller holds: reading is tried, writing never.

use crate::acme;
use crate::world::{Fault, opened};
use aws::permissions::{Held, Job};
use aws::{Accounts, Stop};
use std::collections::BTreeMap;

#[tokio::test]
async fn what_is_refused_is_missing_and_all_else_is_held() {
    let world = acme::world().failing(|op, _| match op.action.as_str() {
        "cloudtrail:ListChannels" | "ec2:DescribeRegions" => Some(Fault::Refused),
        "lambda:ListMicrovmImages" => Some(Fault::Missing),
        "cloudtrail:ListEventDataStores" => Some(Fault::Page),
        _ => None,
    });
    let served = world.serve().await;
    let mut options = served.options(Accounts::Caller);
    options.limits.attempts = 2;
    let held: BTreeMap<&str, Held> = opened(&options, Stop::new())
        .await
        .held(Job::Audit)
        .await
        .into_iter()
        .map(|(action, held)| (action.name, held))
        .collect();
    for (action, held) in held {
        match action {
            "cloudtrail:ListChannels" | "ec2:DescribeRegions" => {
                assert!(matches!(held, Held::No(_)), "{action}")
            }
            "lambda:ListMicrovmImages" | "cloudtrail:ListEventDataStores" | "sts:AssumeRole" => {
                assert!(matches!(held, Held::Unknown(_)), "{action}: {held:?}");
            }
            _ => assert_eq!(held, Held::Yes, "{action}"),
        }
    }
}

#[tokio::test]
async fn a_role_is_tried_where_one_is_named() {
    let served = acme::world().serve().await;
    let held = opened(&served.options(acme::members()), Stop::new()).await.held(Job::Audit).await;
    assert!(held.iter().all(|(_, held)| *held == Held::Yes), "{held:?}");
}

#[tokio::test]
async fn what_writes_is_never_called_but_asked_of_the_simulator() {
    let served = acme::world().serve().await;
    let held = opened(&served.options(Accounts::Caller), Stop::new()).await.held(Job::Apply).await;
    let of = |name: &str| held.iter().find(|(action, _)| action.name == name).map(|(_, held)| held.clone());
    assert_eq!(of("cloudtrail:PutEventSelectors"), Some(Held::Yes));
    assert!(matches!(of("cloudtrail:StartLogging"), Some(Held::No(_))));
    assert!(matches!(of("cloudtrail:UpdateEventDataStore"), Some(Held::Unknown(_))));
    for (action, _) in held.iter().filter(|(action, _)| action.write) {
        assert_eq!(served.count(action.name), 0, "{} was called", action.name);
    }
    assert_eq!(served.count("iam:SimulatePrincipalPolicy"), 1);
}

#[tokio::test]
async fn a_simulator_that_refuses_leaves_writing_unknown() {
    let world = acme::world().failing(|op, _| op.action.starts_with("iam:").then_some(Fault::Refused));
    let held =
        opened(&world.serve().await.options(Accounts::Caller), Stop::new()).await.held(Job::Evidence).await;
    for (action, held) in held {
        match action.name.split(':').next() {
            Some("s3" | "kms" | "cloudwatch") => assert!(
                matches!(&held, Held::Unknown(why) if why.contains("iam:SimulatePrincipalPolicy")),
                "{}: {held:?}",
                action.name
            ),
            _ => assert_ne!(held, Held::No(String::new()), "{}", action.name),
        }
    }
}
