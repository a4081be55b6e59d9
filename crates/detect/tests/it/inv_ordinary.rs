//! Weeks of a company in which nothing bad happens, and the same weeks with attacks in them.

use crate::world::{
    DATA, DAY, REGION, SHOP, STRANGER, call, change, facts, function, moment, of, service, session, user,
    with,
};
use detect::detected::detect;
use detect::facts::{Bounds, Facts};
use detect::finding::{Finding, Severity};
use detect::gather::Gathered;
use detect::settings::Settings;
use detect::view::View;
use serde_json::{Value, json};
use std::sync::OnceLock;

const DAYS: i64 = 45;
const FUNCTIONS: u64 = 60;
const LAMBDA: &str = "Boto3/1.34 exec-env/AWS_Lambda_python3.12";

/// Numbers that look drawn by chance, and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn minute(&mut self, day: i64, from: u64, until: u64) -> i64 {
        day * DAY + (from * 60 + self.below((until - from) * 60)) as i64
    }
}

fn named(number: u64) -> String {
    format!("f{number:02}")
}

fn is_weekend(day: i64) -> bool {
    // 2026-03-01 is a Sunday.
    matches!(day % 7, 0 | 6)
}

fn from(record: Value, address: &str, agent: &str) -> Value {
    with(record, &[("sourceIPAddress", json!(address)), ("userAgent", json!(agent))])
}

fn ci() -> Value {
    session(SHOP, "ci-deploy", "GitHubActions")
}

/// Back ends in a cloud, services, functions that call functions.
fn machines(chance: &mut Chance, day: i64, records: &mut Vec<Value>) {
    let holiday = day == 33;
    for role in 0..12_u64 {
        let who =
            session(SHOP, &format!("app-{role}"), &format!("i-0a1b2c3d4e5f6{:04}", chance.below(9_999)));
        for own in 0..4 + role % 3 {
            let name = named((role * 7 + own * 5) % FUNCTIONS);
            let calls = if holiday || is_weekend(day) { 1 } else { 2 + chance.below(3) + day as u64 / 14 };
            for _ in 0..calls {
                let address = format!("34.240.{}.{}", chance.below(200), chance.below(250));
                let one = from(call(chance.minute(day, 0, 24), &name, &who), &address, "Boto3/1.34");
                if chance.below(20) == 0 {
                    records.push(with(
                        one.clone(),
                        &[
                            ("errorCode", json!("TooManyRequestsException")),
                            ("eventID", json!(format!("t{day}{role}{own}"))),
                        ],
                    ));
                }
                records.push(one);
            }
        }
    }
    for number in 0..FUNCTIONS {
        let name = named(number);
        let caller = ["sqs", "apigateway", "s3", "events"][(number % 4) as usize];
        for _ in 0..2 {
            let at = chance.minute(day, 0, 24);
            records.push(call(at, &name, &service(caller)));
            records.push(with(
                call(at + 1, &name, &service("lambda")),
                &[("eventName", json!("InvokeExecution"))],
            ));
        }
    }
    for number in 0..8_u64 {
        let who = session(SHOP, &format!("{}-role", named(number)), &named(number));
        let address = format!("{}.{}.3.4", 3 + chance.below(50), chance.below(250));
        records.push(from(call(chance.minute(day, 0, 24), &named(number + 20), &who), &address, LAMBDA));
    }
    let workflow = with(
        session(SHOP, "workflow", "ZrXlmkqIgPkOFhWRtYcDsABvNeJuQwTf"),
        &[("invokedBy", json!("states.amazonaws.com"))],
    );
    records.push(call(chance.minute(day, 0, 24), &named(chance.below(FUNCTIONS)), &workflow));
    let batch = session(SHOP, "batch", "nightly");
    records.extend((0..30).map(|at| {
        with(call(day * DAY + 120, &named(7), &batch), &[("eventID", json!(format!("b{day}-{at}")))])
    }));
    let poor = session(SHOP, "misconfigured", "x");
    for hour in [3, 9, 15] {
        records.push(with(
            call(day * DAY + hour * 60, &named(9), &poor),
            &[("errorCode", json!("AccessDenied"))],
        ));
    }
    if matches!(day, 0 | 30 | 31) {
        records.push(call(day * DAY + 1_300, &named(11), &session(SHOP, "closing", "month")));
    }
}

/// Developers, people on call, partners, the internet.
fn people(chance: &mut Chance, day: i64, records: &mut Vec<Value>) {
    for (role, people) in [
        ("AWSReservedSSO_Developer_0123456789abcdef", 5_u64),
        ("AWSReservedSSO_Operations_89abcdef01234567", 3),
    ] {
        for person in 0..people {
            let calls = if is_weekend(day) { chance.below(8) / 7 } else { chance.below(4) };
            for _ in 0..calls {
                let who = session(SHOP, role, &format!("person{person}@acme.example"));
                let night = role.contains("Operations") && chance.below(6) == 0;
                let at = if night { chance.minute(day, 0, 5) } else { chance.minute(day, 7, 17) };
                let home = format!("{}.{}.1.1", 80 + person, 10 + chance.below(4));
                let address = if chance.below(2) == 0 { "198.51.100.7".to_owned() } else { home };
                let tool = ["aws-cli/2.15.0", "Mozilla/5.0", "Boto3/1.34"][chance.below(3) as usize];
                let one = from(call(at, &named(chance.below(FUNCTIONS)), &who), &address, tool);
                let console = tool.starts_with("Mozilla");
                records.push(if console {
                    with(one, &[("sessionCredentialFromConsole", json!("true"))])
                } else {
                    one
                });
            }
        }
    }
    let partner =
        json!({"type": "AWSAccount", "principalId": format!("AROAPARTNER:run-{day}"), "accountId": STRANGER});
    if !is_weekend(day) {
        records.push(call(chance.minute(day, 8, 18), &named(40), &partner));
    }
    let anyone = json!({"type": "Unknown", "accountId": "ANONYMOUS", "principalId": "Anonymous"});
    for at in 0..12 {
        let address = format!("{}.{}.7.8", 1 + chance.below(200), chance.below(250));
        let agent = if at == 0 { "nuclei/3.1" } else { "Mozilla/5.0" };
        records.push(from(call(chance.minute(day, 6, 23), "site", &anyone), &address, agent));
    }
    for hour in 0..24 {
        records.push(from(call(day * DAY + hour * 60 + 5, "site", &anyone), "192.0.2.9", "UptimeRobot/2.0"));
    }
}

/// What is deployed, and what comes with it.
fn releases(chance: &mut Chance, day: i64, records: &mut Vec<Value>) {
    let deploy =
        |name: &str, what: &str, at: i64| change(at, "lambda", what, &ci(), json!({"functionName": name}));
    if day % 2 == 1 {
        let (name, at) = (named(chance.below(FUNCTIONS)), day * DAY + 600);
        records
            .push(with(call(at - 1, &name, &ci()), &[("requestParameters.invocationType", json!("DryRun"))]));
        records.push(deploy(&name, "UpdateFunctionCode20150331v2", at));
        records.push(call(at + 2, &name, &ci()));
    }
    if day == 20 {
        records.push(deploy("fresh", "CreateFunction20150331", day * DAY + 500));
        records.push(change(
            day * DAY + 490,
            "iam",
            "CreateRole",
            &ci(),
            json!({"roleName": "fresh-caller"}),
        ));
    }
    if day >= 20 {
        let who = session(SHOP, "fresh-caller", "i-0a1b2c3d4e5f60001");
        records.push(call(day * DAY + 700, "fresh", &who));
        records.push(call(day * DAY + 701, &named(3), &who));
    }
    if day >= 25 {
        let team = session(SHOP, "team-b", "i-0a1b2c3d4e5f60002");
        let names = ["b1", "b2", "b3", "b4", "f12", "f13"];
        records.extend(
            names
                .iter()
                .map(|name| from(call(chance.minute(day, 8, 18), name, &team), "34.240.1.1", "Boto3/1.34")),
        );
    }
    if day >= 30 {
        let arn = function("far").replace(REGION, "eu-north-1");
        let far = |record: Value| with(record, &[("awsRegion", json!("eu-north-1"))]);
        if day == 30 {
            records.push(far(deploy("far", "CreateFunction20150331", day * DAY + 480)));
        }
        let resources = json!([{"accountId": SHOP, "type": "AWS::Lambda::Function", "ARN": arn}]);
        records.push(with(
            far(call(day * DAY + 800, "far", &session(SHOP, "app-1", "i-0a1b2c3d4e5f60003"))),
            &[("resources", resources), ("requestParameters.functionName", json!(arn))],
        ));
    }
}

fn ordinary() -> &'static Facts {
    static WORLD: OnceLock<Facts> = OnceLock::new();
    WORLD.get_or_init(|| {
        let mut chance = Chance(7);
        let days = (0..DAYS).map(|day| {
            let mut records = Vec::new();
            machines(&mut chance, day, &mut records);
            people(&mut chance, day, &mut records);
            releases(&mut chance, day, &mut records);
            records
        });
        facts(&days.collect::<Vec<_>>())
    })
}

fn told(more: &[Value]) -> Vec<Finding> {
    let mut all = Gathered::new(ordinary().clone(), Bounds::default());
    crate::world::gather(&mut all, 1_000, more);
    let facts = all.finished();
    let settings =
        Settings { now: moment(DAYS * DAY), own_accounts: [DATA.to_owned()].into(), ..Settings::default() };
    let all = detect(&View::new(&facts, &settings));
    all.into_iter().filter(|one| one.severity > Severity::Note && one.detection.starts_with("INV-")).collect()
}

#[test]
fn of_ordinary_weeks_nearly_nothing_is_told() {
    let told = told(&[]);
    let said: Vec<String> =
        told.iter().map(|one| format!("{} {} {}", one.detection, one.seen, one.time)).collect();
    // 60 functions, 31 days after learning: one false finding a day for 1,000 functions would be two.
    assert!(said.len() <= 2, "{said:#?}");
}

/// True iff something that is told is about the principal, in the time of the attack.
fn is_found(attack: &[Value], principal: &str) -> bool {
    let times = attack.iter().filter_map(|one| logs::milliseconds(one["eventTime"].as_str()?));
    let (from, until) = (times.clone().min().unwrap_or(0), times.max().unwrap_or(0));
    told(attack).iter().any(|one| {
        one.principal.as_deref().is_some_and(|name| name.contains(principal))
            && one.time <= until
            && one.until >= from
    })
}

/// What is attempted, by whom, with which records.
type Attack = (&'static str, &'static str, Vec<Value>);

fn inside(one: Value) -> Value {
    from(one, "34.240.9.9", "Boto3/1.34")
}

fn away(one: Value) -> Value {
    from(one, "203.0.113.9", "Boto3/1.34")
}

fn by_keys() -> Vec<Attack> {
    let eve = user(SHOP, "backup");
    let at = 38 * DAY + 200;
    let foreign = json!({"type": "AWSAccount", "principalId": "AROAEVIL:x", "accountId": "121212121212"});
    vec![
        ("a key, once", "user/backup", vec![call(at, "f33", &eve)]),
        ("a key, once, from the company's cloud", "user/backup", vec![inside(call(at, "f33", &eve))]),
        (
            "a key, all functions",
            "user/backup",
            (0..50).map(|one| call(at + one, &named(one as u64), &eve)).collect(),
        ),
        (
            "a key, a function a day",
            "user/backup",
            (0..6).map(|day| call(at + day * DAY, &named(day as u64), &eve)).collect(),
        ),
        ("a foreign role, once", "AROAEVIL", vec![call(at, "f33", &foreign)]),
    ]
}

fn by_roles() -> Vec<Attack> {
    let app = session(SHOP, "app-3", "i-0a1b2c3d4e5f60718");
    let role = session(SHOP, "f02-role", "f02");
    let anna = session(SHOP, "AWSReservedSSO_Developer_0123456789abcdef", "person1@acme.example");
    let at = 38 * DAY + 200;
    let burst =
        (0..1_500).map(|one| with(inside(call(at, "f21", &app)), &[("eventID", json!(format!("x{one}")))]));
    let poison = change(at, "lambda", "UpdateFunctionCode20150331v2", &anna, json!({"functionName": "f33"}));
    vec![
        ("a role from elsewhere, what it calls anyway", "app-3", vec![away(call(at, "f21", &app))]),
        ("a role from inside, what it never calls", "app-3", vec![inside(call(at, "f50", &app))]),
        (
            "a role from inside, by hand",
            "app-3",
            vec![from(call(at, "f21", &app), "34.240.9.9", "aws-cli/2.15.0")],
        ),
        ("a role from inside, many calls", "app-3", burst.collect()),
        (
            "the role of a function, outside",
            "f02-role",
            vec![from(call(at, "f22", &role), "34.240.9.9", "Boto3/1.34")],
        ),
        (
            "a developer, from elsewhere, who changes what he calls",
            "Developer",
            vec![
                from(poison.clone(), "203.0.113.9", "aws-cli/2.15.0"),
                from(call(at + 12, "f33", &anna), "203.0.113.9", "aws-cli/2.15.0"),
            ],
        ),
        ("code changed by hand, and called", "Developer", vec![poison, call(at + 10, "f33", &anna)]),
    ]
}

#[test]
fn attacks_are_told_of_loud_slow_and_quiet() {
    let all = by_keys().into_iter().chain(by_roles());
    let missed: Vec<&str> =
        all.filter(|(_, principal, records)| !is_found(records, principal)).map(|(what, ..)| what).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn nothing_is_found_of_one_detection_only() {
    assert!(of(&told(&[]), "INV-02").is_empty(), "a partner of old");
}
