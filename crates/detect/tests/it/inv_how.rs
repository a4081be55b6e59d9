//! Calls from elsewhere, with other tools, at other hours, of other versions: INV-03, 10, 12, 15, 19.

use crate::inv_who::{in_month, month, on};
use crate::world::{DAY, SHOP, call, daily, found, found_with, moment, of, service, session, user, with};
use detect::finding::Severity;
use detect::settings::{Addresses, KnownNetwork, Settings};
use serde_json::{Value, json};

fn from(record: Value, address: &str) -> Value {
    with(record, &[("sourceIPAddress", json!(address))])
}

fn by(record: Value, agent: &str) -> Value {
    with(record, &[("userAgent", json!(agent))])
}

fn network(text: &str, trusted: bool) -> KnownNetwork {
    let network = text.parse().expect("a network");
    KnownNetwork { network, name: "vpn".to_owned(), trusted, blocked: !trusted }
}

#[test]
fn a_place_that_is_new_for_a_principal_is_found() {
    let backend = session(SHOP, "backend", "i-0a1b2c3d4e5f60718");
    let stolen = from(call(on(20, 10), "pay", &backend), "203.0.113.9");
    let away = in_month([stolen.clone(), from(call(on(25, 10), "pay", &backend), "203.0.113.9")]);
    assert_eq!(of(&away, "INV-03").len(), 1, "the first time counts");
    let near = in_month([from(call(on(20, 10), "pay", &backend), "198.51.7.9")]);
    assert!(of(&near, "INV-03").is_empty(), "the same cloud drew another address");
    let service = from(call(on(20, 10), "pay", &backend), "states.amazonaws.com");
    assert!(of(&in_month([service]), "INV-03").is_empty());
    let mut records = month();
    records.push(stolen);
    let trusted = Settings {
        now: moment(400 * DAY),
        networks: vec![network("203.0.113.0/24", true)],
        ..Settings::default()
    };
    assert!(of(&found_with(&records, &trusted), "INV-03").is_empty());
    let blocked = Settings {
        now: moment(400 * DAY),
        networks: vec![network("203.0.113.0/24", false)],
        ..Settings::default()
    };
    let told = found_with(&records, &blocked);
    assert_eq!((of(&told, "INV-19").len(), of(&told, "INV-19")[0].severity), (1, Severity::High));
    let endpoint = with(call(on(20, 10), "pay", &backend), &[("vpcEndpointId", json!("vpce-9"))]);
    assert_eq!(of(&in_month([endpoint]), "INV-03").len(), 1, "an endpoint of somebody else");
}

#[test]
fn people_on_the_road_and_moved_networks_are_not_thieves() {
    let anna = session(SHOP, "developers", "anna");
    let road =
        (0..30).map(|day| from(call(on(day, 10), "pay", &anna), &format!("{}.{}.1.1", 20 + day, 3 * day)));
    assert!(of(&in_month(road), "INV-03").is_empty());
    let roles: Vec<Value> = (0..6).map(|number| session(SHOP, &format!("role-{number}"), "x")).collect();
    let before = roles.iter().flat_map(|role| daily(0, 20, "pay", role));
    let after = roles
        .iter()
        .flat_map(|role| daily(20, 30, "pay", role).into_iter().map(|one| from(one, "203.0.113.9")));
    let told = in_month(before.chain(after));
    assert_eq!(of(&told, "INV-03").len(), 1, "one finding for all who moved");
}

struct Owners;

impl Addresses for Owners {
    fn owner(&self, address: &str) -> Option<String> {
        Some(if address.starts_with("198.51.") { "AS64500 Home" } else { "AS64501 Away" }.to_owned())
    }
}

#[test]
fn the_owner_of_an_address_decides_where_it_is_known() {
    let backend = session(SHOP, "backend", "x");
    let mut records = month();
    let owners = Settings { now: moment(400 * DAY), addresses: Some(&Owners), ..Settings::default() };
    records.push(from(call(on(20, 10), "pay", &backend), "203.0.113.9"));
    let told = found_with(&records, &owners);
    assert!(of(&told, "INV-03")[0].seen.contains("AS64501 Away"));
}

#[test]
fn tools_of_attackers_and_tools_that_are_odd() {
    let backend = session(SHOP, "backend", "i-0a1b2c3d4e5f60718");
    let kali = "aws-cli/2.15.0 Python/3.11 Linux/6.5.0-kali3-amd64";
    let told = in_month([by(call(on(2, 10), "pay", &backend), kali)]);
    assert_eq!(of(&told, "INV-10")[0].severity, Severity::High, "no learning is needed");
    let odd = in_month([by(call(on(20, 10), "pay", &backend), "aws-cli/2.15.0")]);
    assert_eq!(of(&odd, "INV-10")[0].severity, Severity::Low);
    let plain = in_month([by(call(on(20, 10), "pay", &backend), "Boto3/1.40")]);
    assert!(of(&plain, "INV-10").is_empty(), "a newer version");
    let anonymous = json!({"type": "Unknown", "accountId": "ANONYMOUS", "principalId": "Anonymous"});
    let scan = in_month([by(call(on(20, 10), "pay", &anonymous), "nuclei/3")]);
    assert_eq!(of(&scan, "INV-10")[0].severity, Severity::Note);
}

#[test]
fn the_console_and_the_night_are_usual_for_some() {
    let console = |record: Value| with(record, &[("sessionCredentialFromConsole", json!("true"))]);
    let backend = session(SHOP, "backend", "i-0a1b2c3d4e5f60718");
    let told = in_month([console(call(on(20, 10), "pay", &backend))]);
    assert_eq!(of(&told, "INV-12").len(), 1, "a machine in the console");
    let anna = session(SHOP, "ops", "anna");
    let days = |nights: &[i64]| {
        let mut records: Vec<Value> = daily(0, 25, "pay", &anna).into_iter().map(console).collect();
        records.extend(nights.iter().map(|day| console(call(on(*day, 2), "pay", &anna))));
        in_month(records)
    };
    assert_eq!(of(&days(&[24]), "INV-12").len(), 1);
    assert!(of(&days(&[5, 24]), "INV-12").is_empty(), "on call at night");
    assert!(of(&days(&[]), "INV-12").is_empty());
}

#[test]
fn versions_that_are_not_usual() {
    let backend = session(SHOP, "backend", "i-0a1b2c3d4e5f60718");
    let ops = session(SHOP, "ops", "x");
    let asked =
        |record: Value, qualifier: &str| with(record, &[("requestParameters.qualifier", json!(qualifier))]);
    let live: Vec<Value> = daily(0, 30, "live", &backend).into_iter().map(|one| asked(one, "prod")).collect();
    let told = |more: Vec<Value>| found(&live.iter().cloned().chain(more).collect::<Vec<_>>());
    assert_eq!(of(&told(vec![asked(call(on(20, 10), "live", &ops), "$LATEST")]), "INV-15").len(), 1);
    assert_eq!(of(&told(vec![asked(call(on(20, 10), "live", &ops), "3")]), "INV-15").len(), 1);
    assert!(of(&told(vec![asked(call(on(20, 10), "live", &ops), "prod")]), "INV-15").is_empty());
    let habit = [3, 9, 20].map(|day| asked(call(on(day, 10), "live", &ops), "$LATEST")).to_vec();
    assert!(of(&told(habit), "INV-15").is_empty(), "who always does so");
    // A release: all callers go on to the next version.
    let release: Vec<Value> = (0..30)
        .flat_map(|day| {
            daily(day, day + 1, "next", &backend)
                .into_iter()
                .map(move |one| asked(one, &(10 + day).to_string()))
        })
        .collect();
    assert!(of(&told(release.clone()), "INV-15").is_empty());
    let old = release.into_iter().chain([asked(call(on(25, 10), "next", &ops), "11")]).collect();
    assert_eq!(of(&told(old), "INV-15").len(), 1, "an old version");
}

#[test]
fn blocked_networks_are_found_for_anonymous_callers_once_a_week() {
    let anonymous = json!({"type": "Unknown", "accountId": "ANONYMOUS", "principalId": "Anonymous"});
    let settings = Settings {
        now: moment(400 * DAY),
        networks: vec![network("203.0.113.0/24", false)],
        ..Settings::default()
    };
    let hits = (20..26).map(|day| from(call(on(day, 10), "pay", &anonymous), "203.0.113.77"));
    let records: Vec<Value> = daily(0, 30, "pay", &service("sqs")).into_iter().chain(hits).collect();
    let told = found_with(&records, &settings);
    assert_eq!((of(&told, "INV-19").len(), of(&told, "INV-19")[0].severity), (1, Severity::Medium));
    let refused = with(
        from(call(on(20, 10), "pay", &user(SHOP, "eve")), "203.0.113.7"),
        &[("errorCode", json!("AccessDeniedException"))],
    );
    assert_eq!(of(&found_with(&[refused], &settings), "INV-19")[0].severity, Severity::Medium);
}
