//! The calls of an ordinary day.

use super::actor::{Actor, Kind, session};
use super::company::{Company, Function, Home, Trigger};
use super::drawn::{refs, whole};
use super::networks::host;
use super::record::{DENIED, Deed, Error, FAULT, How, MISSING, Rec, THROTTLED, invoke, manage};
use crate::rng::{HEX, MIXED, Rng};
use serde_json::json;

/// The stream of numbers that belongs to a function's day.
pub(super) fn stream(company: &Company, what: u64, day: i64, at: usize) -> Rng {
    Rng::new(company.seed ^ (what << 56), (day as u64) << 32 | at as u64)
}

/// When the pipeline brings a new version on `day`, if it does.
pub(super) fn deployed(company: &Company, at: usize, day: i64) -> Option<i64> {
    let function = &company.functions[at];
    let mut rng = stream(company, 3, day, at);
    let moment = company.clock.at_work(company.day(day), &mut rng);
    let due = function.born < day && company.clock.is_working_day(moment);
    (due && rng.permille(22)).then_some(moment)
}

/// The version that runs at the beginning of `day`: 0 for `$LATEST`.
pub(super) fn version(company: &Company, at: usize, day: i64) -> u64 {
    let function = &company.functions[at];
    if function.version == 0 {
        return 0;
    }
    function.version + (0..day).filter(|day| deployed(company, at, *day).is_some()).count() as u64
}

/// Appends all calls of function `at` on `day`.
pub(super) fn calls(company: &Company, at: usize, day: i64, out: &mut Vec<Rec>) {
    let function = &company.functions[at];
    let caller_born = match function.trigger {
        Trigger::Chained(from) => company.functions[from].born,
        _ => 0,
    };
    // On the day on which it is made, only the pipeline calls it.
    if !company.is_there(function, day) || (caller_born > 0 && day <= caller_born) {
        return;
    }
    let mut rng = stream(company, 1, day, at);
    let rng = &mut rng;
    let running = version(company, at, day);
    for moment in moments(company, function, day, rng) {
        let actor = caller(company, function, day, rng);
        let how = how(function, running, rng);
        invoke(company, function, &actor, moment, &how, rng, out);
        // A refused call is made again a little later.
        if how.error == Some(THROTTLED) {
            let again = How { error: None, ..how };
            invoke(company, function, &actor, moment + 1 + whole(rng, 4), &again, rng, out);
        }
        if rng.permille(25) {
            start(company, function, moment, rng, out);
        }
    }
}

/// When it is called.
fn moments(company: &Company, function: &Function, day: i64, rng: &mut Rng) -> Vec<i64> {
    let start = company.day(day);
    let grown = 1.0 + company.growth * day as f64 / company.days as f64;
    let wanted = (function.rate * grown * (1.0 + 0.2 * rng.bell()) + rng.unit()).max(0.0) as i64;
    match function.trigger {
        Trigger::Schedule(every) => {
            let offset = i64::try_from(function.arn.len()).unwrap_or(0) * 37 % every;
            (0..86_400 / every).map(|turn| start + offset + turn * every + whole(rng, 3)).collect()
        }
        Trigger::Batch => {
            let begin = company.clock.at_hour(start, 2, rng);
            (0..wanted).map(|_| begin + whole(rng, 1800)).collect()
        }
        Trigger::MonthEnd => {
            let begin = company.clock.at_hour(start, 5, rng);
            // A few on all days, the run at the turn of the month.
            let run = company.clock.day_of_month(begin) == 1;
            (0..if run { wanted * 2 } else { wanted / 150 }).map(|_| begin + whole(rng, 5400)).collect()
        }
        Trigger::Dormant if day > 5 => Vec::new(),
        _ => {
            // Half of what is tried is taken at a busy hour.
            (0..wanted).filter_map(|_| company.clock.moment(start, function.business, rng)).collect()
        }
    }
}

/// Who calls.
fn caller(company: &Company, function: &Function, day: i64, rng: &mut Rng) -> Actor {
    let account = &company.accounts[function.account];
    match function.trigger {
        Trigger::Schedule(_) => Actor::service("events.amazonaws.com"),
        Trigger::Notice(name) => Actor::service(name),
        Trigger::Gateway => Actor::service("apigateway.amazonaws.com"),
        Trigger::Steps => {
            let by = "states.amazonaws.com";
            let name = format!("StepFunctions-{}-role", company.teams[function.team].name);
            let mut actor = Actor::new(Kind::Session, &account.id, &name, by, by);
            actor.by = Some(by);
            actor.with_session(rng.text(MIXED, 32))
        }
        Trigger::Chained(from) => company.execution(&company.functions[from], rng),
        Trigger::Url => browser(company, rng),
        Trigger::Partner(at) => company.partners[at].clone(),
        Trigger::Keyed => {
            let users = &account.users;
            users[function.backend % users.len()].clone()
        }
        Trigger::Direct if rng.permille(15) => engineer(company, function, day, rng),
        _ => company.backend(function, rng),
    }
}

/// An engineer who tries a function of the team: most of them always the same.
fn engineer(company: &Company, function: &Function, day: i64, rng: &mut Rng) -> Actor {
    let people = &company.teams[function.team].people;
    let one = &people[function.backend % people.len()];
    // Now and then from home.
    if rng.permille(100) {
        let home = &company.networks.homes[one.session.len() % company.networks.homes.len()];
        return one.from(&host(home, rng), &one.agent);
    }
    let one = if day > company.opened { moved(company, one) } else { one.clone() };
    if rng.permille(300) { one.in_console() } else { one }
}

/// The same person after the old VPN is gone.
fn moved(company: &Company, person: &Actor) -> Actor {
    let (network, host) = person.address.rsplit_once('.').unwrap_or_default();
    if company.networks.vpn.iter().any(|one| one == network) {
        return person.from(&format!("{}.{host}", company.networks.later), &person.agent);
    }
    person.clone()
}

/// Somebody with a browser.
pub(super) fn browser(company: &Company, rng: &mut Rng) -> Actor {
    let network = if rng.permille(300) {
        rng.pick(&refs(&company.networks.homes)).to_owned()
    } else {
        format!("{}.{}.{}", 60 + rng.below(40), rng.below(256), rng.below(256))
    };
    let agent = rng.pick(&[
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ]);
    Actor::new(Kind::Anonymous, "", "", &host(&network, rng), agent)
}

/// How.
fn how<'a>(function: &'a Function, running: u64, rng: &mut Rng) -> How<'a> {
    let asynchronous = matches!(function.trigger, Trigger::Schedule(_) | Trigger::Notice(_))
        || (function.trigger == Trigger::Direct && function.backend == 2);
    let error = match rng.below(1000) {
        part if part < function.errors => Some(error(function, rng)),
        _ => None,
    };
    let executions = match rng.below(100) {
        0..=93 => 1,
        94..=97 => 2,
        _ => 3,
    };
    How {
        kind: if asynchronous { "Event" } else { "RequestResponse" },
        qualifier: function.alias,
        version: running,
        error,
        executions,
        url: function.trigger == Trigger::Url,
    }
}

/// What goes wrong on ordinary days.
fn error(function: &Function, rng: &mut Rng) -> Error {
    match rng.below(10) {
        0..=5 => THROTTLED,
        6 if matches!(function.trigger, Trigger::Direct | Trigger::Keyed) => DENIED,
        7 if function.trigger == Trigger::Direct => MISSING,
        _ => FAULT,
    }
}

/// A cold start: Lambda itself uses the execution role, and the code decrypts its settings.
fn start(company: &Company, function: &Function, at: i64, rng: &mut Rng, out: &mut Vec<Rec>) {
    let home = function.home();
    let code = company.execution(function, rng);
    let worker = code.from(
        &host(rng.pick(&refs(&company.networks.cloud)), rng),
        "awslambda-worker/1.0 rusoto/0.48.0 rust/1.83.0 linux",
    );
    let stream = format!("[$LATEST]{}", rng.text(HEX, 32));
    let request = json!({"logGroupName": format!("/aws/lambda/{}", function.name), "logStreamName": stream});
    manage(company, home, &worker, at + 1, &Deed::new("logs", "CreateLogStream", request), rng, out);
    if rng.permille(400) {
        let request = json!({"encryptionContext": {"aws:lambda:FunctionArn": function.arn}, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"});
        manage(company, home, &code, at + 1, &Deed::new("kms", "Decrypt", request), rng, out);
    }
}

/// Other services: what fills the rest of the files.
pub(super) fn noise(company: &Company, day: i64, out: &mut Vec<Rec>) {
    let mut rng = stream(company, 2, day, 0);
    let rng = &mut rng;
    let start = company.day(day);
    for _ in 0..company.functions.len() * 3 {
        let Some(at) = company.clock.moment(start, true, rng) else { continue };
        let team = rng.index(company.teams.len());
        let crew = &company.teams[team];
        if crew.born > day {
            continue;
        }
        let (actor, style) = &crew.backends[rng.index(crew.backends.len())];
        let name = session(*style, &crew.name, rng);
        let nat = rng.pick(&refs(&company.accounts[crew.account].nat)).to_owned();
        let backend = actor.with_session(name).from(&nat, &actor.agent);
        let person = &crew.people[rng.index(crew.people.len())];
        let (who, deed) = other(company, crew.account, &backend, person, rng);
        manage(company, Home::first_of(crew.account), who, at, &deed, rng, out);
    }
}

fn other<'a>(
    company: &Company,
    account: usize,
    backend: &'a Actor,
    person: &'a Actor,
    rng: &mut Rng,
) -> (&'a Actor, Deed) {
    let id = &company.accounts[account].id;
    let bucket = format!("{}-{}", rng.pick(&["lake", "uploads", "site", "exports"]), id);
    match rng.below(12) {
        0 | 1 => {
            let key = format!("part-{}", rng.below(100_000));
            let mut deed = Deed::new(
                "s3",
                rng.pick(&["GetObject", "PutObject", "HeadObject"]),
                json!({"bucketName": bucket, "key": key}),
            );
            deed.data = true;
            (backend, deed)
        }
        2 => (backend, Deed::new("kms", "Decrypt", json!({"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}))),
        3 => (person, Deed::new("lambda", "ListFunctions20150331", json!({"maxItems": 50}))),
        4 => (person, Deed::new("logs", "FilterLogEvents", json!({"logGroupName": "/aws/lambda/app"}))),
        5 => (
            backend,
            Deed::new(
                "sts",
                "AssumeRole",
                json!({"roleArn": format!("arn:aws:iam::{id}:role/shared-reader"), "roleSessionName": "reader"}),
            ),
        ),
        6 => (person, Deed::new("iam", "ListRoles", json!({}))),
        7 => (person, Deed::new("ec2", "DescribeInstances", json!({"maxResults": 100}))),
        8 => (person, Deed::new("cloudtrail", "LookupEvents", json!({"maxResults": 50}))),
        9 => (person, Deed::new("s3", "GetBucketLocation", json!({"bucketName": bucket}))),
        10 => (person, Deed::new("organizations", "DescribeOrganization", json!(null))),
        _ => (backend, Deed::new("dynamodb", "DescribeTable", json!({"tableName": "items"}))),
    }
}
