//! The world that most tests read: an organization of three accounts, whose management account is not audited.

use crate::answers::all_invocations;
use crate::world::{Account, Channel, Store, Trail, World};
use aws::Accounts;
use serde_json::json;
use std::collections::BTreeMap;

pub(crate) const MANAGEMENT: &str = "111111111111";
pub(crate) const CALLER: &str = "222222222222";
pub(crate) const OTHER: &str = "333333333333";

pub(crate) fn regions(opted_in: &str) -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("af-south-1", "DISABLED"),
        ("ap-east-1", if opted_in.is_empty() { "DISABLED" } else { "ENABLED" }),
        ("eu-west-1", "ENABLED_BY_DEFAULT"),
        ("us-east-1", "ENABLED_BY_DEFAULT"),
    ])
}

pub(crate) fn world() -> World {
    let mut world = World::new(CALLER, Some(MANAGEMENT));
    let organization_trail = Trail {
        name: "acme",
        home: "us-east-1",
        multi: true,
        organization: true,
        selectors: json!({"AdvancedEventSelectors": all_invocations()}),
    };
    let store = |id, home, organization| Store {
        id,
        home,
        organization,
        status: "ENABLED",
        selectors: all_invocations(),
    };
    world.accounts.insert(
        MANAGEMENT,
        Account {
            state: Some("ACTIVE"),
            regions: regions(""),
            trails: vec![organization_trail],
            stores: vec![store("lake-acme", "eu-west-1", true)],
            functions: BTreeMap::from([("us-east-1", 1)]),
            ..Account::default()
        },
    );
    world.accounts.insert(
        CALLER,
        Account {
            state: Some("ACTIVE"),
            regions: regions("ap-east-1"),
            stores: vec![store("lake-caller", "ap-east-1", false), store("lake-second", "ap-east-1", false)],
            channels: vec![
                Channel { name: "aws-service-channel/observability/x1", region: "us-east-1" },
                Channel { name: "partner-events", region: "us-east-1" },
            ],
            functions: BTreeMap::from([("eu-west-1", 3), ("us-east-1", 120)]),
            web: vec![("us-east-1", "shop", vec!["us-east-1", "eu-west-1"]), ("us-east-1", "wiki", vec![])],
            ..Account::default()
        },
    );
    let single = Trail {
        name: "local",
        home: "eu-west-1",
        multi: false,
        organization: false,
        selectors: json!({"EventSelectors": [
            {"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [], "ExcludeManagementEventSources": []},
        ]}),
    };
    world.accounts.insert(
        OTHER,
        Account {
            state: Some("ACTIVE"),
            regions: regions(""),
            trails: vec![single],
            functions: BTreeMap::from([("eu-west-1", 2)]),
            images: vec![("us-east-1", "agent")],
            ..Account::default()
        },
    );
    world
}

/// The two members.
pub(crate) fn members() -> Accounts {
    Accounts::Listed(vec![OTHER.to_owned(), CALLER.to_owned()])
}
