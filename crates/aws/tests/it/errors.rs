//! What makes a collection impossible: one clear error each.

use crate::acme;
use crate::server::{Answer, serve};
use crate::world::{Fault, run};
use aws::{Accounts, CollectError, Options};
use std::process::Command;
use std::time::Duration;

/// Runs this test again in a process without any credentials around it.
fn alone(test: &str) -> bool {
    const INSIDE: &str = "INVOKETRAIL_TEST_ALONE";
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let inside = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env_clear()
        .env(INSIDE, "1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .output()
        .unwrap();
    assert!(inside.status.success(), "{}", String::from_utf8_lossy(&inside.stderr));
    false
}

#[tokio::test]
async fn no_credentials() {
    if alone("errors::no_credentials") {
        let options = Options { endpoint_url: Some("http://127.0.0.1:9".to_owned()), ..Options::default() };
        let error = run(&options).await.unwrap_err();
        assert!(matches!(error, CollectError::NoCredentials { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_profile_that_does_not_exist() {
    if alone("errors::a_profile_that_does_not_exist") {
        let options = Options { profile: Some("nobody".to_owned()), ..Options::default() };
        let error = run(&options).await.unwrap_err();
        assert_eq!(error, CollectError::NoProfile { name: "nobody".to_owned() });
    }
}

#[tokio::test]
async fn expired_credentials() {
    let world = acme::world().failing(|_, _| Some(Fault::Expired));
    let served = world.serve().await;
    let error = served.collect(Accounts::Caller).await.unwrap_err();
    assert!(
        matches!(&error, CollectError::BadCredentials { error } if error.contains("ExpiredToken")),
        "{error:?}"
    );
    assert_eq!(served.asked().len(), 1, "no use in trying again");
}

#[tokio::test]
async fn a_caller_whom_aws_will_not_name() {
    let world = acme::world().failing(|_, _| Some(Fault::Refused));
    let error = world.serve().await.collect(Accounts::Caller).await.unwrap_err();
    assert!(matches!(error, CollectError::IdentityRefused { .. }), "{error:?}");
}

#[tokio::test]
async fn a_region_that_does_not_exist() {
    let served = acme::world().serve().await;
    for (asked, nearest) in [("eu-west1", Some("eu-west-1")), ("mars-north-7", None), ("Eu West", None)] {
        let mut options = served.options(Accounts::Caller);
        options.regions = Some(vec!["us-east-1".to_owned(), asked.to_owned()]);
        let error = run(&options).await.unwrap_err();
        let nearest = nearest.map(str::to_owned);
        assert_eq!(error, CollectError::NoRegion { name: asked.to_owned(), nearest });
    }
}

#[tokio::test]
async fn regions_are_taken_as_asked_where_no_listing_can_be_read() {
    let world = acme::world().failing(|op, _| op.action.ends_with("Regions").then_some(Fault::Refused));
    let served = world.serve().await;
    let mut options = served.options(Accounts::Caller);
    options.regions = Some(vec!["eu-west-1".to_owned()]);
    let inventory = run(&options).await.unwrap().inventory;
    assert_eq!(inventory.places.len(), 1);
    assert_eq!(inventory.places[0].functions.resources.len(), 3);
    let account = inventory.account(acme::CALLER).unwrap();
    let gap = &inventory.gaps[account.regions.gap().unwrap()];
    assert_eq!(gap.call, "account:ListRegions");
    assert!(gap.error.contains("ec2:DescribeRegions"), "{}", gap.error);
    assert!(account.stores.gap().is_some(), "stores in other Regions may exist");
}

#[tokio::test]
async fn an_endpoint_that_hangs() {
    let url = serve(|_| Answer::Hang).await;
    let served = acme::world().serve().await;
    let mut options = served.options(Accounts::Caller);
    options.endpoint_url = Some(url.clone());
    options.limits.attempt = Duration::from_millis(50);
    let error = run(&options).await.unwrap_err();
    assert!(matches!(&error, CollectError::NoAnswer { endpoint, .. } if *endpoint == url), "{error:?}");
}

#[tokio::test]
async fn an_endpoint_where_nobody_is_or_that_is_none() {
    let served = acme::world().serve().await;
    let mut options = served.options(Accounts::Caller);
    // Port 9 is `discard`, which nobody serves.
    options.endpoint_url = Some("http://127.0.0.1:9".to_owned());
    assert!(matches!(run(&options).await.unwrap_err(), CollectError::NoAnswer { .. }));
    options.endpoint_url = Some("127.0.0.1:9".to_owned());
    assert!(matches!(run(&options).await.unwrap_err(), CollectError::EndpointUrl { .. }));
}

#[tokio::test]
async fn an_account_id_that_is_none() {
    let served = acme::world().serve().await;
    for id in ["12345", "12345678901a", ""] {
        let error = served.collect(Accounts::Listed(vec![id.to_owned()])).await.unwrap_err();
        assert_eq!(error, CollectError::NotAnAccount { id: id.to_owned() });
    }
}
