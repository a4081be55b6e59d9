//! The inventory file gives back what was put in, whatever it was.

use crate::worlds;
use audit::extra_facts::{Exposure, ExtraFacts, FunctionFacts};
use audit::inventory::{
    Account, Gap, GapKind, Inventory, Listing, OptIn, Organization, Place, Resource, Serving, Sighting,
    TrailStatus,
};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen, StoreStatus};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selectors;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use store::{read_inventory, write_inventory};

/// Every generated inventory has so many gaps at least, so that positions below it are positions of gaps.
const GAPS: usize = 3;

fn bytes(inventory: &Inventory) -> Vec<u8> {
    let mut out = Vec::new();
    write_inventory(inventory, &mut out).unwrap();
    out
}

/// Any text: quotes, controls, terminal escapes, astral characters.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9:/_-]{0,12}",
        vec(any::<char>(), 0..6).prop_map(|characters| characters.into_iter().collect()),
        Just("\u{1b}[2J\"\\\u{9b}\u{202e}\n\0".to_owned()),
    ]
}

/// Any time, as AWS and we write them.
fn time() -> impl Strategy<Value = String> {
    (0_u32..10_000, 1_u32..13, 1_u32..29, 0_u32..24, any::<bool>()).prop_map(
        |(year, month, day, hour, exact)| {
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:05:09{}Z", if exact { ".123" } else { "" })
        },
    )
}

fn seen<T: std::fmt::Debug + Clone>(known: impl Strategy<Value = T>) -> impl Strategy<Value = Seen<T>> {
    prop_oneof![4 => known.prop_map(Seen::Known), 1 => (0..GAPS).prop_map(Seen::Unread)]
}

fn id() -> impl Strategy<Value = String> {
    (0_u64..50).prop_map(|n| format!("{:012}", n * 7_777_777_777))
}

fn region() -> impl Strategy<Value = String> {
    prop_oneof![Just("us-east-1"), Just("eu-west-1"), Just("af-south-1")].prop_map(str::to_owned)
}

fn store() -> impl Strategy<Value = String> {
    (id(), region(), "[a-z0-9]{1,9}").prop_map(|(account, region, name)| {
        format!("arn:aws:cloudtrail:{region}:{account}:eventdatastore/{name}")
    })
}

fn arn() -> impl Strategy<Value = String> {
    (id(), "[a-zA-Z0-9+=,@_-][a-zA-Z0-9+=,.@_-]{0,19}")
        .prop_map(|(account, name)| format!("arn:aws:sts::{account}:assumed-role/r/{name}"))
}

fn bucket() -> impl Strategy<Value = String> {
    "[a-z0-9][a-z0-9-]{2,30}"
}

fn gap() -> impl Strategy<Value = Gap> {
    let kind = prop_oneof![
        Just(GapKind::Refused),
        Just(GapKind::Failed),
        Just(GapKind::NotOffered),
        Just(GapKind::Interrupted)
    ];
    let subject = prop_oneof![arn(), text().prop_map(|text| text.replace(':', ""))];
    (option::of(id()), option::of(region()), text(), option::of(subject), kind, text()).prop_map(
        |(account, region, call, subject, kind, error)| Gap { account, region, call, subject, kind, error },
    )
}

fn account() -> impl Strategy<Value = Account> {
    let organization = ("o-[a-z0-9]{10,32}", id())
        .prop_map(|(id, management_account)| Organization { id, management_account });
    let state = prop_oneof![
        Just(OptIn::ByDefault),
        Just(OptIn::Enabled),
        Just(OptIn::Disabled),
        Just(OptIn::Changing)
    ];
    (
        option::of(text()),
        option::of(text()),
        any::<bool>(),
        seen(option::of(organization)),
        seen(btree_map(region(), state, 0..4)),
        seen(vec(store(), 0..3)),
    )
        .prop_map(|(name, state, audited, organization, regions, stores)| Account {
            id: String::new(),
            name,
            state,
            audited,
            organization,
            regions,
            stores,
        })
}

fn selectors() -> impl Strategy<Value = Selectors> {
    let value = prop_oneof![text().prop_map(|value| value.replace('"', "")), Just("moonPhase".to_owned())];
    vec((value.clone(), value), 0..3).prop_map(|fields| {
        let fields: Vec<serde_json::Value> = fields
            .into_iter()
            .map(|(field, value)| serde_json::json!({"Field": field, "Equals": [value], "Novel": 1.5}))
            .collect();
        let document =
            serde_json::json!({"AdvancedEventSelectors": [{"Name": "n", "FieldSelectors": fields}]});
        cloudtrail::selector_json::from_value(&document).unwrap_or_default()
    })
}

fn recorder() -> impl Strategy<Value = Recorder> {
    let kind = prop_oneof![
        Just(RecorderKind::Trail),
        Just(RecorderKind::EventDataStore),
        Just(RecorderKind::Channel)
    ];
    let readable = selectors().prop_filter("a document", |selectors| !selectors.document.is_empty());
    (
        (id(), kind, region(), text()),
        (any::<bool>(), any::<bool>()),
        seen(readable),
        seen(text().prop_map(|name| StoreStatus::parse(&name))),
        option::of(any::<bool>()),
        option::of(bucket()),
    )
        .prop_map(
            |((account, kind, home_region, name), flags, selectors, status, validation, destination)| {
                let folder = match kind {
                    RecorderKind::Trail => "trail",
                    RecorderKind::EventDataStore => "eventdatastore",
                    RecorderKind::Channel => "channel",
                };
                Recorder {
                    arn: format!("arn:aws:cloudtrail:{home_region}:{account}:{folder}/"),
                    name,
                    kind,
                    account,
                    home_region,
                    multi_region: flags.0,
                    organization: flags.1,
                    selectors,
                    status,
                    log_file_validation: validation,
                    global_service_events: validation,
                    destination,
                }
            },
        )
}

/// A trail is called as its ARN says.
fn numbered(n: u8, recorder: Recorder) -> Recorder {
    let name = if recorder.kind == RecorderKind::Trail { n.to_string() } else { recorder.name };
    Recorder { arn: format!("{}{n}", recorder.arn), name, ..recorder }
}

fn sighting() -> impl Strategy<Value = Sighting> {
    let maybe = || option::of(text());
    let at = || option::of(time());
    let status = (any::<bool>(), maybe(), at(), maybe(), at()).prop_map(
        |(logging, delivery_error, latest_delivery, digest_error, stopped_at)| TrailStatus {
            logging,
            delivery_error: delivery_error.filter(|error| says(error)),
            latest_delivery,
            digest_error: digest_error.filter(|error| says(error)),
            stopped_at,
        },
    );
    (store(), seen(status)).prop_map(|(trail, status)| Sighting { trail, status })
}

/// Resources by name; `place` gives them their ARNs.
fn listing() -> impl Strategy<Value = Listing> {
    let serving = prop_oneof![
        3 => Just(Serving::Home),
        1 => btree_set(region(), 0..3).prop_map(|regions| Serving::Also(regions.into_iter().collect())),
        1 => (0..GAPS).prop_map(Serving::Unread),
    ];
    let name = "[a-zA-Z0-9_.-]{1,20}";
    (btree_map(name, serving, 0..4), option::of(0..GAPS)).prop_map(|(resources, gap)| Listing {
        resources: resources
            .into_iter()
            .map(|(name, serving)| Resource { arn: name.into(), serving })
            .collect(),
        gap,
    })
}

fn place() -> impl Strategy<Value = Place> {
    (seen(vec(sighting(), 0..3)), seen(vec(store(), 0..3)), listing(), listing(), listing()).prop_map(
        |(trails, channels, functions, web_functions, microvm_images)| Place {
            account: String::new(),
            region: String::new(),
            trails,
            channels,
            functions,
            web_functions,
            microvm_images,
        },
    )
}

fn settle(mut place: Place, (account, region): (String, String)) -> Place {
    let listings = [&mut place.functions, &mut place.web_functions, &mut place.microvm_images];
    for (listing, kind) in listings.into_iter().zip(ResourceType::ALL) {
        let prefix = recording::arn_prefix(kind, "aws", &account, &region);
        for resource in &mut listing.resources {
            resource.arn = format!("{prefix}{}", resource.arn).into();
        }
    }
    Place { account, region, ..place }
}

fn extra_facts() -> impl Strategy<Value = ExtraFacts> {
    let tags = || seen(btree_map(text(), text(), 0..3));
    let exposure = (any::<bool>(), vec(id(), 0..2), vec(text(), 0..2))
        .prop_map(|(public, accounts, services)| Exposure { public, accounts, services });
    let facts = (seen(exposure), seen(vec(text(), 0..2)), option::of(arn()), tags(), seen(vec(text(), 0..2)))
        .prop_map(|(policy, urls, role, tags, triggers)| FunctionFacts {
            policy,
            urls,
            role,
            tags,
            triggers,
        });
    let counts = seen(btree_map(text(), any::<u64>(), 0..3));
    (
        btree_map(store(), tags(), 0..3),
        btree_map(text(), seen(vec(id(), 0..3)), 0..3),
        btree_map((id(), region()), counts, 0..3),
        btree_map(arn().prop_map(String::into_boxed_str), tags(), 0..3),
        btree_map(arn().prop_map(String::into_boxed_str), facts, 0..3),
    )
        .prop_map(|(tags, administrators, invocations, function_tags, functions)| ExtraFacts {
            tags,
            administrators,
            invocations,
            function_tags,
            functions,
        })
}

fn inventory() -> impl Strategy<Value = Inventory> {
    (
        (time(), option::of(arn()), option::of(vec(region(), 0..3))),
        btree_map(id(), account(), 0..4),
        btree_map((id(), region()), place(), 0..4),
        btree_map(0_u8..9, recorder(), 0..4),
        vec(gap(), GAPS..6),
        extra_facts(),
    )
        .prop_map(|((collected_at, caller, regions_asked), accounts, places, recorders, gaps, extra)| {
            let mut recorders: Vec<Recorder> =
                recorders.into_iter().map(|(n, recorder)| numbered(n, recorder)).collect();
            recorders.sort_by(|a, b| a.arn.cmp(&b.arn));
            Inventory {
                collected_at,
                partition: "aws".to_owned(),
                caller,
                regions_asked,
                accounts: accounts.into_iter().map(|(id, account)| Account { id, ..account }).collect(),
                places: places.into_iter().map(|(at, place)| settle(place, at)).collect(),
                recorders,
                gaps,
                extra,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(inventory in inventory()) {
        let file = bytes(&inventory);
        let back = read_inventory(&file).map_err(|error| error.to_string());
        prop_assert_eq!(back.as_ref(), Ok(&inventory));
        // The same inventory, the same bytes.
        prop_assert_eq!(bytes(&inventory), file);
    }

    #[test]
    fn no_bytes_make_it_panic(cut in 0_usize..20_000, put in any::<u8>(), at in 0_usize..20_000) {
        let mut file = worlds::ACME.as_bytes().to_vec();
        let at = at % file.len();
        file[at] = put;
        file.truncate(file.len() - cut % file.len());
        if let Err(error) = read_inventory(&file) {
            let told = format!("{error} {}", error.help());
            prop_assert_eq!(told.lines().count(), 1);
            prop_assert_eq!(told.chars().find(|one| text::visible::acts(*one)), None);
        }
    }
}

#[test]
fn lists_come_back_sorted_and_unknown_members_are_passed_over() {
    let inventory = worlds::of_file();
    let ids: Vec<&str> = inventory.accounts.iter().map(|account| account.id.as_str()).collect();
    assert_eq!(ids, ["111111111111", "222222222222", "333333333333"]);
    assert!(inventory.recorders.is_sorted_by(|a, b| a.arn < b.arn));
    assert!(inventory.places.is_sorted_by(|a, b| (&a.account, &a.region) < (&b.account, &b.region)));
    let functions = &inventory.places[1].functions.resources;
    assert!(functions[0].arn.ends_with(":billing") && functions[1].arn.ends_with(":orders"));
    assert_eq!(read_inventory(&bytes(&inventory)).unwrap(), inventory);
}

#[test]
fn what_selectors_hold_that_we_do_not_understand_survives_the_file() {
    let back = read_inventory(&bytes(&worlds::of_file())).unwrap();
    let lake = back.recorders.iter().find(|recorder| recorder.name == "lake").unwrap();
    let selectors = lake.selectors.known().unwrap();
    assert!(selectors.document.contains("moonPhase"));
    assert_eq!(selectors.list[0].doubts().len(), 1);
}

/// True iff an error says anything.
fn says(error: &str) -> bool {
    !error.trim().is_empty()
}

/// As in an answer of AWS: an error of which nothing is said is none.
#[test]
fn an_error_of_blanks_is_none() {
    let acme = include_str!("../../../../examples/acme.json");
    let real = "NoSuchBucket: The specified bucket does not exist";
    let errors = |text: &str| {
        let inventory = read_inventory(text.as_bytes()).unwrap();
        let sightings = inventory.places.iter().filter_map(|place| place.trails.known()).flatten();
        let statuses = sightings.filter_map(|sighting| sighting.status.known());
        statuses.filter(|status| status.delivery_error.is_some()).count()
    };
    assert!(errors(acme) > 0);
    assert_eq!(errors(&acme.replace(real, " \\t")), 0);
}

#[test]
fn an_empty_inventory_and_a_byte_order_mark_are_read() {
    let mut file = "\u{feff}".as_bytes().to_vec();
    let empty = Inventory { collected_at: "2026-11-23T17:00:00Z".to_owned(), ..worlds::empty() };
    file.extend(bytes(&empty));
    assert_eq!(read_inventory(&file).unwrap(), empty);
}
