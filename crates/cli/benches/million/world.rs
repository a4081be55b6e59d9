//! The world of the benchmark: the same on every machine.

use audit::inventory::{
    Account, Inventory, Listing, OptIn, Organization, Place, Resource, Serving, Sighting, TrailStatus,
};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen, StoreStatus};
use serde_json::{Value, json};

const ACCOUNTS: usize = 100;
const REGIONS: [&str; 10] = [
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "us-east-1",
    "us-east-2",
    "us-west-2",
];
/// Two organization trails, 24 trails of single accounts, 4 event data stores of single accounts.
const OWN_TRAILS: usize = 24;
const OWN_STORES: usize = 4;
const HOME: &str = "us-east-1";

/// 100 accounts in 10 Regions with so many functions each.
pub(crate) fn world(functions_per_place: usize) -> Inventory {
    let mut inventory = Inventory {
        collected_at: "2026-01-01T00:00:00Z".to_owned(),
        partition: "aws".to_owned(),
        recorders: recorders(),
        ..Inventory::default()
    };
    inventory.recorders.sort_by(|a, b| a.arn.cmp(&b.arn));
    for at in 0..ACCOUNTS {
        inventory.accounts.push(account(at, &inventory.recorders));
        for region in REGIONS {
            inventory.places.push(place(at, region, functions_per_place, &inventory.recorders));
        }
    }
    inventory
}

fn id(account: usize) -> String {
    format!("{:012}", 100_000_000_000 + account)
}

fn account(at: usize, recorders: &[Recorder]) -> Account {
    let stores = recorders
        .iter()
        .filter(|one| one.kind == RecorderKind::EventDataStore && one.account == id(at))
        .map(|one| one.arn.clone());
    Account {
        id: id(at),
        name: Some(format!("workload-{at:03}")),
        state: Some("ACTIVE".to_owned()),
        audited: true,
        organization: Seen::Known(Some(Organization {
            id: "o-benchmark".to_owned(),
            management_account: id(0),
        })),
        regions: Seen::Known(REGIONS.iter().map(|region| ((*region).to_owned(), OptIn::ByDefault)).collect()),
        stores: Seen::Known(stores.collect()),
    }
}

fn function(account: &str, region: &str, at: usize) -> Resource {
    let team = ["orders", "billing", "search", "mail"][at % 4];
    let stage = ["prod", "test"][at / 4 % 2];
    let arn = format!("arn:aws:lambda:{region}:{account}:function:{stage}-{team}-handler-{at:05}");
    Resource { arn: arn.into(), serving: Serving::Home }
}

fn place(at: usize, region: &str, functions: usize, recorders: &[Recorder]) -> Place {
    let account = id(at);
    let trails = recorders
        .iter()
        .filter(|one| one.kind == RecorderKind::Trail && (one.organization || one.account == account))
        .map(|one| Sighting {
            trail: one.arn.clone(),
            status: Seen::Known(TrailStatus { logging: true, ..TrailStatus::default() }),
        });
    let mut resources: Vec<Resource> = (0..functions).map(|nth| function(&account, region, nth)).collect();
    resources.sort_by(|a, b| a.arn.cmp(&b.arn));
    Place {
        trails: Seen::Known(trails.collect()),
        channels: Seen::Known(Vec::new()),
        functions: Listing { resources: resources.into(), gap: None },
        web_functions: Listing::default(),
        microvm_images: Listing::default(),
        account,
        region: region.to_owned(),
    }
}

fn recorders() -> Vec<Recorder> {
    let mut all = vec![
        recorder("organization-main", RecorderKind::Trail, 0, true, 0),
        recorder("organization-security", RecorderKind::Trail, 0, true, 1),
    ];
    for at in 1..=OWN_TRAILS {
        all.push(recorder("account-trail", RecorderKind::Trail, at, false, 2));
    }
    for at in 1..=OWN_STORES {
        all.push(recorder("account-lake", RecorderKind::EventDataStore, OWN_TRAILS + at, false, 3));
    }
    all
}

fn recorder(name: &str, kind: RecorderKind, owner: usize, organization: bool, flavour: usize) -> Recorder {
    let account = id(owner);
    let path = if kind == RecorderKind::Trail { "trail" } else { "eventdatastore" };
    let document = json!({ "AdvancedEventSelectors": selectors(flavour, owner) }).to_string();
    Recorder {
        arn: format!("arn:aws:cloudtrail:{HOME}:{account}:{path}/{name}"),
        name: name.to_owned(),
        kind,
        account,
        home_region: HOME.to_owned(),
        multi_region: true,
        organization,
        // The document is our own and well formed; were it not, the world would show it as unread.
        selectors: cloudtrail::selector_json::from_str(&document).map_or(Seen::Unread(0), Seen::Known),
        status: Seen::Known(StoreStatus::Enabled),
        log_file_validation: (kind == RecorderKind::Trail).then_some(true),
        global_service_events: None,
        destination: Some(format!("{name}-bucket")),
    }
}

/// Five selectors: management events, other data events, and three about functions, different for each flavour.
fn selectors(flavour: usize, owner: usize) -> Vec<Value> {
    let data = |kind: &str, rest: Vec<Value>| {
        let mut fields = vec![
            json!({"Field": "eventCategory", "Equals": ["Data"]}),
            json!({"Field": "resources.type", "Equals": [kind]}),
        ];
        fields.extend(rest);
        json!({"Name": format!("{kind} of {owner}"), "FieldSelectors": fields})
    };
    let arn = |operator: &str, values: Vec<String>| json!({"Field": "resources.ARN", operator: values});
    let here = |name: &str| format!("arn:aws:lambda:us-east-1:{}:function:{name}", id(owner));
    let lambda = |rest: Vec<Value>| data("AWS::Lambda::Function", rest);
    let mut all = vec![
        json!({"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}),
        data("AWS::S3::Object", vec![arn("StartsWith", vec!["arn:aws:s3:::secret/".to_owned()])]),
    ];
    let by_region = |regions: &[&str]| -> Vec<String> {
        regions.iter().map(|region| format!("arn:aws:lambda:{region}:")).collect()
    };
    let principal = json!({"Field": "userIdentity.arn", "NotEndsWith": ["/canary"]});
    all.extend(match flavour {
        // Whole Regions, some of them without the canary's invocations, and one without the handlers of tests.
        0 => vec![
            lambda(vec![arn("StartsWith", by_region(&REGIONS[..4]))]),
            lambda(vec![arn("StartsWith", by_region(&REGIONS[4..6])), principal]),
            lambda(vec![
                arn("StartsWith", by_region(&REGIONS[6..7])),
                json!({"Field": "eventName", "Equals": ["Invoke", "InvokeExecution"]}),
            ]),
        ],
        // Lists of functions, as people paste them.
        1 => (0..3)
            .map(|third| {
                let listed = |at: usize| here(&format!("prod-orders-handler-{:05}", 4 * (at + 80 * third)));
                lambda(vec![arn("Equals", (0..80).map(listed).collect())])
            })
            .collect(),
        2 => vec![
            lambda(vec![arn("StartsWith", vec![here("prod-")])]),
            lambda(vec![
                arn("StartsWith", vec![here("test-")]),
                json!({"Field": "readOnly", "Equals": ["true"]}),
            ]),
            lambda(vec![arn("EndsWith", (0..20).map(|at| format!("-handler-{:05}", at * 7)).collect())]),
        ],
        _ => vec![
            lambda(vec![arn("NotStartsWith", vec![here("test-")])]),
            lambda(vec![json!({"Field": "eventName", "NotEquals": ["InvokeExecution"]})]),
            lambda(vec![arn("NotEquals", vec![here("prod-mail-handler-00003")])]),
        ],
    });
    all
}
