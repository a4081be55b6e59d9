//! Stories of calls: `INV-01` to `INV-19`.

use super::actor::{Actor, Kind, command_line, program};
use super::changes::{code, permission};
use super::company::{Function, Trigger};
use super::control::copy;
use super::drawn::{hex, refs, whole};
use super::networks::host;
use super::record::{DENIED, Deed, FAULT, How, MISSING, THROTTLED};
use super::stage::{Access, Pace, Stage, usual};
use serde_json::json;

pub(super) const TECHNIQUES: [&str; 19] = [
    "INV-01", "INV-02", "INV-03", "INV-04", "INV-05", "INV-06", "INV-07", "INV-08", "INV-09", "INV-10",
    "INV-11", "INV-12", "INV-13", "INV-14", "INV-15", "INV-16", "INV-17", "INV-18", "INV-19",
];

/// Plays one.
pub(super) fn play(stage: &mut Stage<'_>, technique: &str) {
    match technique {
        "INV-01" => first_caller(stage),
        "INV-02" => stranger(stage),
        "INV-03" => network(stage),
        "INV-04" => burst(stage),
        "INV-05" => fan_out(stage),
        "INV-06" => after_change(stage),
        "INV-07" => beside_service(stage),
        "INV-08" => denied(stage),
        "INV-09" => dry(stage),
        "INV-10" => agent(stage),
        "INV-11" => long_term(stage),
        "INV-12" => console(stage),
        "INV-13" => anonymous(stage),
        "INV-14" => execution(stage),
        "INV-15" => qualifier(stage),
        "INV-16" => dormant(stage),
        "INV-17" => region(stage),
        "INV-18" => errors(stage),
        _ => blocked(stage),
    }
}

/// Called by programs of its team.
fn is_direct(function: &Function) -> bool {
    function.trigger == Trigger::Direct && function.rate > 1.0
}

/// Called by a service alone.
fn is_of_service(function: &Function) -> bool {
    matches!(function.trigger, Trigger::Schedule(_) | Trigger::Notice(_) | Trigger::Gateway)
}

fn is_awake(function: &Function) -> bool {
    !matches!(function.trigger, Trigger::Dormant | Trigger::Url)
}

fn calls(stage: &mut Stage<'_>, function: &Function, actor: &Actor, loud: i64) {
    let begin = stage.begin();
    for at in stage.times(begin, loud) {
        stage.call(function, actor, at, &usual(function));
    }
}

/// A caller that is known in the company and not at this function.
fn unknown(stage: &mut Stage<'_>, function: &Function) -> Actor {
    match stage.access {
        Access::Trusted => stage.colleague(function),
        Access::Stolen => {
            let other = stage.target(|one| one.team != function.team);
            let (actor, _) = &stage.company.teams[other.team].backends[0];
            let session = hex(&mut stage.rng, 8);
            let account = stage.company.accounts[function.account].id.clone();
            let agent = program(&mut stage.rng);
            actor.with_session(session).in_account(&account).from(&stage.lair.clone(), &agent)
        }
        _ => stage.attacker(function.account),
    }
}

fn first_caller(stage: &mut Stage<'_>) {
    let function = stage.target(is_direct);
    let actor = unknown(stage, function);
    calls(stage, function, &actor, 40);
}

fn stranger(stage: &mut Stage<'_>) {
    let function = stage.target(|one| is_awake(one) && !matches!(one.trigger, Trigger::Partner(_)));
    stage.access = Access::Foreign;
    let actor = stage.stranger();
    calls(stage, function, &actor, 30);
}

fn network(stage: &mut Stage<'_>) {
    let (actor, function) = known_elsewhere(stage);
    calls(stage, function, &actor, 25);
}

/// One of those who call the function every day, from elsewhere.
fn known_elsewhere<'a>(stage: &mut Stage<'a>) -> (Actor, &'a Function) {
    let keyed = stage.access == Access::Key;
    if !keyed {
        stage.access = Access::Stolen;
    }
    let function = stage.target(|one| if keyed { one.trigger == Trigger::Keyed } else { is_direct(one) });
    let lair = stage.lair.clone();
    let users = &stage.company.accounts[function.account].users;
    let actor = if function.trigger == Trigger::Keyed {
        users[function.backend % users.len()].clone()
    } else {
        stage.company.backend(function, &mut stage.rng)
    };
    let agent = if stage.rng.permille(500) { actor.agent.clone() } else { command_line(&mut stage.rng) };
    (actor.from(&lair, &agent), function)
}

fn burst(stage: &mut Stage<'_>) {
    let function = stage.target(is_direct);
    let mut actor = stage.company.backend(function, &mut stage.rng);
    if stage.access == Access::Stolen {
        actor = actor.from(&stage.lair.clone(), &actor.agent);
    } else {
        stage.access = Access::Inside;
    }
    let begin = stage.begin();
    let (count, span) = stage.by_pace((4000, 3000), (9600, 8 * 3600), (1100, 3500));
    for _ in 0..count {
        let at = begin + whole(&mut stage.rng, span);
        let error = stage.rng.permille(20).then_some(THROTTLED);
        stage.call(function, &actor, at, &How { error, ..usual(function) });
    }
}

fn fan_out(stage: &mut Stage<'_>) {
    let first = stage.target(is_awake);
    let (actor, begin) = (stage.inside(first.account), stage.begin());
    let (count, step) = stage.by_pace((60, 4), (40, 2000), (14, 20));
    let mine: Vec<&Function> = stage
        .company
        .functions
        .iter()
        .filter(|one| {
            one.account == first.account
                && stage.company.is_there(one, stage.day)
                && one.trigger != Trigger::Dormant
        })
        .take(count)
        .collect();
    let mut at = begin;
    for function in mine {
        let error = stage.rng.permille(150).then_some(DENIED);
        stage.call(function, &actor, at, &How { error, ..usual(function) });
        at += 1 + whole(&mut stage.rng, step);
    }
}

fn after_change(stage: &mut Stage<'_>) {
    let function = stage.target(is_awake);
    let (caller, begin) = (stage.inside(function.account), stage.begin());
    // Who changes is another than who calls.
    let other = if stage.pace == Pace::Quiet { caller.clone() } else { stage.colleague(function) };
    let times = if stage.pace == Pace::Slow { stage.times(begin, 6) } else { vec![begin] };
    for at in times {
        let deed = match stage.rng.below(3) {
            0 => {
                let (request, response) = code(function, &mut stage.rng);
                Deed::new("lambda", "UpdateFunctionCode20150331v2", request).answered(response)
            }
            1 => Deed::new(
                "lambda",
                "UpdateFunctionConfiguration20150331v2",
                json!({"functionName": function.name, "handler": "index.other", "environment": {}}),
            ),
            _ => permission(
                function,
                &stage.company.accounts[function.account].id.clone(),
                None,
                &mut stage.rng,
            ),
        };
        stage.change(function, &other, at, &deed);
        let wait = stage.by_pace(60, 600, 900) + whole(&mut stage.rng, 300);
        for turn in 0..stage.by_pace(5, 1, 1) {
            stage.call(function, &caller, at + wait + 7 * turn, &How::plain());
        }
    }
}

fn beside_service(stage: &mut Stage<'_>) {
    let function = stage.target(is_of_service);
    let actor = stage.attacker(function.account);
    calls(stage, function, &actor, 20);
}

fn denied(stage: &mut Stage<'_>) {
    let first = stage.target(is_awake);
    let (actor, begin) = (stage.attacker(first.account), stage.begin());
    let (count, step) = stage.by_pace((50, 6), (25, 9000), (8, 60));
    let mut at = begin;
    for _ in 0..count {
        let function = if stage.rng.permille(600) { first } else { stage.neighbour(first) };
        let error = Some(if stage.rng.permille(800) { DENIED } else { MISSING });
        stage.call(function, &actor, at, &How { error, ..usual(function) });
        at += 1 + whole(&mut stage.rng, step);
    }
    for turn in 0..stage.by_pace(5, 2, 1) {
        stage.call(first, &actor, at + 10 + 20 * turn, &usual(first));
    }
}

fn dry(stage: &mut Stage<'_>) {
    let first = stage.target(is_awake);
    let (actor, begin) = (stage.attacker(first.account), stage.begin());
    for at in stage.times(begin, 30) {
        let function = if stage.pace == Pace::Quiet { first } else { stage.neighbour(first) };
        let error = stage.rng.permille(400).then_some(DENIED);
        stage.call(function, &actor, at, &How { kind: "DryRun", error, ..usual(function) });
    }
}

fn agent(stage: &mut Stage<'_>) {
    let trusted = stage.access == Access::Trusted;
    let (actor, function) = known_elsewhere(stage);
    let loud = [
        "pacu/1.6.1",
        "stratus-red-team_8b2f6d1c",
        "TruffleHog",
        "aws-cli/2.27.1 ua/2.1 os/linux#6.12.0-kali md/arch#x86_64 lang/python#3.13.2",
        "CloudFox/1.15.0",
    ];
    let quiet = [
        "python-requests/2.32.4",
        "curl/8.14.1",
        "Boto3/1.40.1 md/Botocore#1.40.1 ua/2.1 os/linux#6.11.2-amd64+kali md/arch#x86_64 lang/python#3.13.1",
        "Go-http-client/2.0",
        "python-urllib3/2.5.0",
    ];
    let agent = if stage.pace == Pace::Loud { stage.rng.pick(&loud) } else { stage.rng.pick(&quiet) };
    // Some from where the caller always is.
    let address = if trusted {
        stage.access = Access::Inside;
        stage.rng.pick(&refs(&stage.company.accounts[function.account].nat)).to_owned()
    } else {
        actor.address.clone()
    };
    calls(stage, function, &actor.from(&address, agent), 15);
}

fn long_term(stage: &mut Stage<'_>) {
    let function = stage.target(|one| is_awake(one) && one.trigger != Trigger::Keyed);
    let account = &stage.company.accounts[function.account];
    let agent = command_line(&mut stage.rng);
    let address = if stage.access == Access::Trusted {
        host(stage.rng.pick(&refs(&stage.company.networks.office)), &mut stage.rng)
    } else {
        stage.lair.clone()
    };
    if stage.access != Access::Trusted {
        stage.access = Access::Key;
    }
    let actor = if stage.pace == Pace::Loud || stage.rng.permille(300) {
        Actor::new(Kind::Root, &account.id, "root", &address, &agent)
    } else {
        let name = stage.rng.pick(&["old-admin", "ci-legacy", "contractor", "test-user"]);
        Actor::new(Kind::User, &account.id, name, &address, &agent)
    };
    calls(stage, function, &actor, 10);
}

fn console(stage: &mut Stage<'_>) {
    let function = stage.target(|one| is_awake(one) && one.trigger != Trigger::Keyed);
    let crew = &stage.company.teams[function.team];
    let person = match stage.access {
        Access::Trusted => &crew.people[function.backend % crew.people.len()],
        _ => &crew.people[(function.backend + 1) % crew.people.len()],
    };
    let address = if stage.access == Access::Trusted { person.address.clone() } else { stage.lair.clone() };
    if stage.access != Access::Trusted {
        stage.access = Access::Stolen;
    }
    let actor = person.from(&address, "").in_console();
    let nights = stage.by_pace(1, 4, 1);
    for night in 0..nights {
        let start = stage.company.day(stage.day + night);
        let begin = stage.company.clock.at_night(start, &mut stage.rng);
        for turn in 0..stage.by_pace(12, 2, 1) {
            let how = How { version: function.version, ..How::plain() };
            stage.call(function, &actor, begin + 70 * turn, &how);
        }
    }
}

fn anonymous(stage: &mut Stage<'_>) {
    let spike = stage.pace == Pace::Loud;
    // A spike at a URL that is public, else the first anonymous calls of a function that was not.
    let function =
        stage.target(|one| (one.trigger == Trigger::Url) == spike && one.trigger != Trigger::Dormant);
    let agent =
        stage.rng.pick(&["Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "curl/8.14.1", "Go-http-client/1.1"]);
    stage.access = Access::Nothing;
    let begin = stage.begin();
    let how = How { url: true, ..usual(function) };
    let lair = stage.lair.clone();
    let actor = Actor::new(Kind::Anonymous, "", "", &lair, agent);
    let times: Vec<i64> = match stage.pace {
        Pace::Loud => (0..1500).map(|_| begin + whole(&mut stage.rng, 2400)).collect(),
        // A beacon: the same time between any two.
        Pace::Slow => {
            let every = [300, 600, 900][stage.rng.index(3)];
            (0..200).map(|turn| begin + turn * every + whole(&mut stage.rng, 4)).collect()
        }
        Pace::Quiet => stage.times(begin, 3),
    };
    for at in times {
        stage.call(function, &actor, at, &how);
    }
}

fn execution(stage: &mut Stage<'_>) {
    stage.access = Access::Stolen;
    let from = stage.target(|one| is_awake(one) && !one.role.is_empty());
    let target = stage.neighbour(from);
    let agent = command_line(&mut stage.rng);
    let lair = stage.lair.clone();
    let actor = stage.company.execution(from, &mut stage.rng).from(&lair, &agent);
    calls(stage, target, &actor, 20);
}

fn qualifier(stage: &mut Stage<'_>) {
    let function = stage.target(|one| is_direct(one) && !one.alias.is_empty() && one.version > 3);
    let actor = if stage.access == Access::Trusted {
        stage.access = Access::Inside;
        stage.company.backend(function, &mut stage.rng)
    } else {
        stage.inside(function.account)
    };
    let old = function.version.saturating_sub(2 + stage.rng.below(20)).max(1);
    let latest = stage.rng.permille(500);
    let name = if latest { "$LATEST".to_owned() } else { old.to_string() };
    let begin = stage.begin();
    for at in stage.times(begin, 15) {
        let how = How { qualifier: &name, version: if latest { 0 } else { old }, ..How::plain() };
        stage.call(function, &actor, at, &how);
    }
}

fn dormant(stage: &mut Stage<'_>) {
    let function = stage.sleeper();
    let actor = stage.attacker(function.account);
    calls(stage, function, &actor, 12);
}

fn region(stage: &mut Stage<'_>) {
    let company = stage.company;
    let like = stage.target(is_awake);
    let at_region = company.allowed + stage.rng.index(company.regions.len() - company.allowed);
    let name =
        format!("{}-{}", stage.rng.pick(&["worker", "proxy", "node", "relay"]), hex(&mut stage.rng, 5));
    let (region, id) = (&company.regions[at_region], &company.accounts[like.account].id);
    let mut function = copy(like, name.clone(), format!("arn:aws:lambda:{region}:{id}:function:{name}"));
    function.region = at_region;
    let (actor, begin) = (stage.inside(like.account), stage.begin());
    let role = format!("arn:aws:iam::{id}:role/{}", like.role);
    let request = json!({"functionName": name, "runtime": "python3.13", "role": role, "environment": {}});
    let deed = Deed::new("lambda", "CreateFunction20150331", request)
        .answered(json!({"functionArn": function.arn, "role": role}));
    stage.change(&function, &actor, begin, &deed);
    for at in stage.times(begin + 60, 40) {
        stage.call(&function, &actor, at, &How::plain());
    }
}

fn errors(stage: &mut Stage<'_>) {
    let function = stage.target(is_direct);
    let actor = if stage.access == Access::Trusted {
        stage.access = Access::Inside;
        stage.company.backend(function, &mut stage.rng)
    } else {
        stage.inside(function.account)
    };
    let begin = stage.begin();
    let (count, span) = stage.by_pace((600, 1200), (900, 2 * 86_400), (80, 900));
    for _ in 0..count {
        let at = begin + whole(&mut stage.rng, span);
        let error = match stage.rng.below(10) {
            0 => None,
            1..=4 => Some(THROTTLED),
            5..=7 => Some(FAULT),
            _ => Some(DENIED),
        };
        stage.call(function, &actor, at, &How { error, ..usual(function) });
    }
}

fn blocked(stage: &mut Stage<'_>) {
    let (actor, function) = known_elsewhere(stage);
    let network = stage.rng.pick(&refs(&stage.company.networks.blocked)).to_owned();
    let address = host(&network, &mut stage.rng);
    let agent = actor.agent.clone();
    calls(stage, function, &actor.from(&address, &agent), 20);
}
