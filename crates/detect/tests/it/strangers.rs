//! What strangers do: in vain, after others of their kind, beside a busy crowd, from addresses that are everybody's.

use crate::inv_who::{in_month, month, on};
use crate::lam::{LATER, after, by_ci, ci, eve, lambda};
use crate::trl::{made, severities};
use crate::world::{DAY, SHOP, STRANGER, call, change, daily, found, of, session, user, with};
use detect::finding::Severity;
use serde_json::{Value, json};

fn from(record: Value, address: &str) -> Value {
    with(record, &[("sourceIPAddress", json!(address))])
}

fn by(record: Value, address: &str, agent: &str) -> Value {
    with(from(record, address), &[("userAgent", json!(agent))])
}

fn named(record: Value, id: &str) -> Value {
    with(record, &[("eventID", json!(id))])
}

fn many(number: i64, minute: i64, name: &str, who: &Value) -> Vec<Value> {
    (0..number).map(|at| named(call(minute, name, who), &format!("{minute}-{name}-{at}"))).collect()
}

fn backend() -> Value {
    session(SHOP, "backend", "i-0a1b2c3d4e5f60718")
}

#[test]
fn root_is_no_habit_because_it_was_stolen_often() {
    let root = json!({"type": "Root", "principalId": SHOP, "accountId": SHOP, "arn": format!("arn:aws:iam::{SHOP}:root")});
    let stolen = |day: i64| by(call(on(day, 10), "pay", &root), &format!("203.{day}.1.1"), "aws-cli/2.1");
    let days = [5, 8, 11, 14, 17, 20, 23];
    assert_eq!(of(&in_month(days.map(stolen)), "INV-11").len(), days.len(), "each time from elsewhere");
    let habit = (0..30).map(|day| by(call(on(day, 10), "pay", &root), "203.0.113.1", "aws-cli/2.1"));
    let told = in_month(habit);
    let last = of(&told, "INV-11").iter().map(|one| one.time).max();
    assert!(last.is_some_and(|last| last < crate::world::moment(11 * DAY)), "ten days in one way: {last:?}");
    let eve = eve();
    let key =
        |day: i64| by(call(on(day, 10), "pay", &eve), &format!("203.{day}.1.1"), &format!("tool{day}/1"));
    let strange = (15..24).map(|day| named(key(day), &format!("key-{day}")));
    let told = in_month(strange);
    let last = of(&told, "INV-11").iter().map(|one| one.until).max();
    assert!(last.is_some_and(|last| last > crate::world::moment(23 * DAY)), "five strange days are no habit");
}

/// A function that is called anonymously, by that many in its busy hour.
fn busy(crowd: i64) -> Vec<Value> {
    let nobody = json!({"type": "Unknown", "accountId": "ANONYMOUS", "principalId": "Anonymous"});
    let mut records = daily(0, 30, "site", &nobody);
    let hour = (0..crowd).map(|at| {
        let one = named(call(on(18, 12), "site", &nobody), &format!("crowd-{at}"));
        from(one, &format!("203.{}.{}.7", at / 200, at % 200))
    });
    records.extend(hour);
    records
}

#[test]
fn a_flood_from_one_network_is_found_though_a_crowd_calls_as_often() {
    let nobody = json!({"type": "Unknown", "accountId": "ANONYMOUS", "principalId": "Anonymous"});
    let flood = |address: &str, each: i64| -> Vec<Value> {
        let minutes = [on(20, 10) + 30, on(20, 11) + 5];
        let calls = minutes.into_iter().flat_map(|minute| many(each, minute, "site", &nobody));
        calls.map(|one| from(one, address)).collect()
    };
    let world = |more: Vec<Value>| found(&[month(), busy(400), more].concat());
    let told = world(flood("192.0.2.9", 700));
    assert_eq!(of(&told, "INV-13").len(), 1);
    assert!(of(&told, "INV-13")[0].seen.contains("192.0.2.0/24"), "{}", of(&told, "INV-13")[0].seen);
    assert!(of(&world(flood("192.0.2.9", 300)), "INV-13").is_empty(), "below the floor");
    assert!(of(&world(flood("198.51.100.7", 700)), "INV-13").is_empty(), "a network that always calls");
}

#[test]
fn a_region_is_not_used_because_somebody_else_was_found_there() {
    let far = |day: i64, who: &Value| {
        let arn = format!("arn:aws:lambda:ap-south-1:{SHOP}:function:far");
        with(
            call(on(day, 10), "far", who),
            &[
                ("awsRegion", json!("ap-south-1")),
                ("resources", json!([{"accountId": SHOP, "type": "AWS::Lambda::Function", "ARN": arn}])),
            ],
        )
    };
    let bob = user(SHOP, "bob");
    assert_eq!(of(&in_month([far(20, &eve()), far(26, &bob)]), "INV-17").len(), 2, "another hand");
    assert_eq!(of(&in_month([far(20, &eve()), far(26, &eve())]), "INV-17").len(), 1, "the same hand");
    let used = (20..26).map(|day| far(day, &eve())).chain([far(29, &bob)]);
    assert_eq!(of(&in_month(used), "INV-17").len(), 1, "used on five days and more");
}

#[test]
fn errors_all_day_long_are_a_burst_that_hides_from_the_hour() {
    let slow = |each: i64, error: &str| {
        let hours = (8..16).flat_map(|hour| many(each, on(20, hour), "ledger", &backend()));
        in_month(hours.map(|one| with(one, &[("errorCode", json!(error))])).collect::<Vec<_>>())
    };
    let told = slow(15, "ServiceException");
    assert_eq!(of(&told, "INV-18").len(), 1);
    assert!(of(&told, "INV-18")[0].seen.contains("in the day"), "{}", of(&told, "INV-18")[0].seen);
    assert!(of(&slow(11, "ServiceException"), "INV-18").is_empty(), "88 in a day");
    assert!(of(&slow(15, "TooManyRequestsException"), "INV-18").is_empty(), "throttled");
}

#[test]
fn a_batch_of_the_months_end_comes_back_each_month() {
    let world = |bursts: &[i64]| {
        let mut records = daily(0, 62, "pay", &backend());
        records.extend(bursts.iter().flat_map(|day| many(1500, on(*day, 10), "pay", &backend())));
        let all = found(&records);
        of(&all, "INV-04").iter().map(|one| one.severity).collect::<Vec<_>>()
    };
    // The 28th of April is day 58, the 29th of March day 28.
    assert_eq!(world(&[58]), [Severity::Medium], "the month before had none");
    assert_eq!(world(&[28, 58]), [Severity::Note; 2], "each month; of the first it is not known");
    assert_eq!(world(&[28]), [Severity::Note], "nothing is known of the month before");
}

#[test]
fn a_stranger_who_weakens_what_is_weak_already_is_found() {
    let mallory = session(SHOP, "vendor", "x7");
    let off = |who: &Value, request: Value| change(LATER, "cloudtrail", "UpdateTrail", who, request);
    let weak = with(made(), &[("responseElements.isOrganizationTrail", json!(false))]);
    let world = |more: Value| after(&[weak.clone(), more]);
    let plain = json!({"name": "main", "isOrganizationTrail": false});
    assert_eq!(severities(&world(off(&mallory, plain.clone())), "TRL-04"), [Severity::Low]);
    let form = json!({"name": "main", "isOrganizationTrail": false, "isMultiRegionTrail": true});
    assert_eq!(severities(&world(off(&mallory, form)), "TRL-04"), [], "whoever sends all settings");
    let known = change(
        3 * DAY,
        "cloudtrail",
        "UpdateTrail",
        &mallory,
        json!({"name": "main", "isMultiRegionTrail": true}),
    );
    assert_eq!(severities(&after(&[weak.clone(), known, off(&mallory, plain)]), "TRL-04"), [], "no stranger");
    let context = |minutes, who: &Value| {
        let request = json!({"trailName": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main", "contextKeySelectors": []});
        change(minutes, "cloudtrail", "PutEventConfiguration", who, request)
    };
    let twice = after(&[context(LATER, &eve()), context(LATER + 3 * DAY, &mallory)]);
    assert_eq!(severities(&twice, "TRL-11"), [Severity::Low, Severity::Low]);
    let again = after(&[context(LATER, &eve()), context(LATER + 3 * DAY, &eve())]);
    assert_eq!(severities(&again, "TRL-11"), [Severity::Low], "the same hand again changes nothing");
}

#[test]
fn addresses_of_lambda_are_everybodys() {
    let role = |name: &str| format!("arn:aws:iam::{SHOP}:role/{name}");
    let runs = |number: i64| {
        lambda(
            number,
            "CreateFunction20150331",
            &ci(1),
            json!({"functionName": format!("f{number}"), "role": role(&format!("r{number}"))}),
        )
    };
    let calls = |number: i64| {
        let who = session(SHOP, &format!("r{number}"), &format!("f{number}"));
        daily(0, 30, "cart", &who).into_iter().map(|one| from(one, "192.0.2.9")).collect::<Vec<_>>()
    };
    let crowd: Vec<Value> = (1..5).flat_map(calls).collect();
    let stolen = from(call(on(20, 10), "pay", &backend()), "192.0.2.77");
    let of_functions = [(1..5).map(runs).collect(), crowd.clone(), vec![stolen.clone()]].concat();
    assert_eq!(of(&in_month(of_functions), "INV-03").len(), 1, "functions are no office");
    assert!(
        of(&in_month([crowd, vec![stolen]].concat()), "INV-03").is_empty(),
        "an office of four principals"
    );
}

#[test]
fn who_deployed_twice_from_there_deploys_not_from_elsewhere() {
    let vendor = |day: i64| session(SHOP, "vendor", &format!("f{day}c00000{day}"));
    let deploy = |day: i64| {
        from(
            lambda(
                on(day, 9),
                "UpdateFunctionCode20150331v2",
                &vendor(day),
                json!({"functionName": "events"}),
            ),
            "203.0.113.5",
        )
    };
    let world = |address: &str| {
        let calls = [deploy(10), deploy(15), from(call(on(22, 10), "pay", &vendor(22)), address)];
        in_month(calls)
    };
    assert_eq!(of(&world("192.0.2.5"), "INV-01").len(), 1);
    assert!(of(&world("203.0.113.8"), "INV-01").is_empty(), "from where it deploys");
}

#[test]
fn a_role_of_three_changes_from_one_place_is_not_trusted_in_another() {
    let vendor = |session: &str| crate::world::session(SHOP, "vendor", session);
    let change_of = |day: i64, address: &str, session: &str| {
        let request = json!({"functionName": "pay"});
        from(
            lambda(day * DAY + 60, "UpdateFunctionConfiguration20150331v2", &vendor(session), request),
            address,
        )
    };
    let before: Vec<Value> =
        (3..6).map(|day| change_of(day, "203.0.113.5", &format!("a{day}b0000000{day}"))).collect();
    let code = |address: &str| {
        from(
            lambda(
                LATER,
                "UpdateFunctionCode20150331v2",
                &vendor("c1d00000009"),
                json!({"functionName": "pay"}),
            ),
            address,
        )
    };
    let world = |address: &str| after(&[before.clone(), vec![code(address)]].concat());
    assert_eq!(severities(&world("192.0.2.5"), "LAM-05"), [Severity::Medium]);
    assert_eq!(severities(&world("203.0.113.9"), "LAM-05"), [], "from where it always works");
}

#[test]
fn any_change_by_a_stranger_is_found_and_none_by_whoever_is_at_home() {
    let role = format!("arn:aws:iam::{SHOP}:role/tmp");
    let make = |who: &Value, address: &str, agent: &str| {
        let request = json!({"functionName": "tmp", "role": role});
        by(lambda(LATER, "CreateFunction20150331", who, request), address, agent)
    };
    let world = |more: Value| after(&[daily(0, 20, "pay", &backend()), vec![more]].concat());
    let stolen = make(&backend(), "192.0.2.9", "aws-cli/2.1");
    assert_eq!(severities(&world(stolen.clone()), "LAM-05"), [Severity::Low]);
    assert_eq!(severities(&world(make(&backend(), "198.51.100.7", "Boto3/1.34")), "LAM-05"), [], "at home");
    let vendor = session(SHOP, "vendor", "x7");
    assert_eq!(severities(&world(make(&vendor, "192.0.2.9", "aws-cli/2.1")), "LAM-05"), [Severity::Low]);
    let request = json!({"functionName": "pay", "destinationConfig": {}});
    let exfil =
        by(lambda(LATER, "PutFunctionEventInvokeConfig", &vendor, request), "192.0.2.9", "aws-cli/2.1");
    assert_eq!(severities(&world(exfil), "LAM-05"), [Severity::Low], "where results go");
    assert_eq!(severities(&[stolen], "LAM-05"), [], "nothing is known yet");
}

#[test]
fn a_partner_of_old_that_is_let_in_once_more_is_a_note() {
    let grant = by_ci(
        LATER,
        "AddPermission20150331v2",
        json!({"functionName": "mail", "statementId": "s", "action": "lambda:InvokeFunction", "principal": STRANGER}),
    );
    let partner = session(STRANGER, "partner", "x");
    let calls = |days: i64| (3..3 + days).map(|day| call(day * DAY + 600, "pay", &partner));
    let world = |days: i64| after(&calls(days).chain([grant.clone()]).collect::<Vec<_>>());
    assert_eq!(severities(&world(5), "LAM-02"), [Severity::Note]);
    assert_eq!(severities(&world(4), "LAM-02"), [Severity::Medium], "not known for long enough");
}

#[test]
fn files_deleted_at_once_are_found_by_the_name_of_their_bucket() {
    let delete = |bucket: &str| {
        change(LATER, "s3", "DeleteObjects", &eve(), json!({"bucketName": bucket, "delete": ""}))
    };
    assert_eq!(severities(&after(&[delete("central-cloudtrail-1")]), "TRL-06"), [Severity::Medium]);
    assert_eq!(severities(&after(&[delete("trailers")]), "TRL-06"), []);
}

#[test]
fn colleagues_have_places_of_their_own() {
    let person = |name: &str| {
        let mut who = session(SHOP, "AWSReservedSSO_Dev_0123456789abcdef", name);
        who["sessionContext"]["sessionIssuer"]["arn"] = json!(format!(
            "arn:aws:iam::{SHOP}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0123456789abcdef"
        ));
        who
    };
    let anna: Vec<Value> = daily(0, 30, "pay", &person("anna@acme.example"));
    let elif = |days: std::ops::Range<i64>, address: &str, agent: &str| -> Vec<Value> {
        days.map(|day| by(call(on(day, 11), "pay", &person("elif@acme.example")), address, agent)).collect()
    };
    // She works elsewhere with another program than her colleague, on one day in six.
    let own = elif(0..30, "203.0.113.4", "aws-cli/2.1").into_iter().step_by(6).collect::<Vec<_>>();
    let both = |told: &[detect::finding::Finding]| {
        of(told, "INV-03").iter().filter(|one| one.seen.contains("Both are new")).count()
    };
    assert_eq!(both(&in_month([anna.clone(), own].concat())), 0, "as ever for her");
    let taken =
        elif(0..20, "203.0.113.4", "aws-cli/2.1").into_iter().chain(elif(22..23, "192.0.2.8", "Boto3/1.34"));
    let told = in_month(anna.into_iter().chain(taken));
    assert_eq!(both(&told), 1, "her colleague's program from nowhere is new for her");
}

#[test]
fn days_of_an_attacker_under_the_name_of_a_person_excuse_nothing() {
    let mut anna = session(SHOP, "AWSReservedSSO_Dev_0123456789abcdef", "anna@acme.example");
    anna["sessionContext"]["sessionIssuer"]["arn"] = json!(format!(
        "arn:aws:iam::{SHOP}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0123456789abcdef"
    ));
    let work = daily(0, 20, "pay", &anna);
    // With her program, from a place where she never works.
    let (home, there) = ("198.51.100.7", "192.0.2.9");
    let open = |minutes: i64, address: &str| {
        let request = json!({"functionName": "pay", "statementId": "s", "action": "lambda:InvokeFunction", "principal": STRANGER});
        by(lambda(minutes, "AddPermission20150331v2", &anna, request), address, "Boto3/1.34")
    };
    let wire = |minutes: i64, address: &str| {
        let request = json!({"rule": "r", "targets": [{"arn": crate::world::function("pay"), "id": "1"}]});
        by(change(minutes, "events", "PutTargets", &anna, request), address, "Boto3/1.34")
    };
    let world = |one: &dyn Fn(i64, &str) -> Value, from: &str, days: i64| {
        let earlier = (10..10 + days).map(|day| one(day * DAY + 200, from)).collect();
        after(&[work.clone(), earlier, vec![one(LATER, from)]].concat())
    };
    let last = |records: &[Value], detection: &str| {
        let all = found(records);
        let of_day = of(&all, detection).into_iter().filter(|one| one.time >= crate::world::moment(LATER));
        of_day.map(|one| (one.severity, one.normal.clone().unwrap_or_default())).collect::<Vec<_>>()
    };
    for days in [3, 6] {
        let found = last(&world(&open, there, days), "LAM-02");
        assert_eq!(found[0].0, Severity::High, "{found:?}");
        assert!(found[0].1.contains("Only calls that were strange themselves let"), "{found:?}");
        assert_eq!(last(&world(&open, home, days), "LAM-02"), [], "she does so on other days");
        assert_eq!(last(&world(&wire, there, days), "LAM-08").len(), 1, "{days} days");
        assert_eq!(last(&world(&wire, home, days), "LAM-08"), [], "it is her work");
    }
}
