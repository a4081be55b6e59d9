//! The accounts, Regions, functions and callers that a corpus is about.

use crate::Plan;
use crate::identity::Caller;
use crate::rng::Rng;

/// A function and who calls it, the most frequent first.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its ARN, unqualified.
    pub arn: String,
    /// The version that runs: 0 for `$LATEST`.
    pub version: u64,
    /// Its callers, each with the name it is known by.
    pub callers: Vec<(Caller, String)>,
}

/// An account in a Region.
#[derive(Debug)]
pub struct Place {
    /// Twelve digits.
    pub account: String,
    /// As in `eu-west-1`.
    pub region: String,
    /// The most frequent first.
    pub functions: Vec<Function>,
}

/// Everything that calls and is called.
#[derive(Debug)]
pub struct World {
    /// Account by account.
    pub places: Vec<Place>,
}

impl World {
    /// The world of a plan: the same for the same plan.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        let accounts: Vec<String> = (0..plan.accounts.max(1)).map(account).collect();
        let count = accounts.len() * plan.regions.len();
        let place = |(at, (account, region)): (usize, (&String, &String))| {
            let mine = (at..plan.functions.max(count)).step_by(count.max(1));
            let functions = mine.map(|at| function(plan.seed, at as u64, [account, region])).collect();
            Place { account: account.clone(), region: region.clone(), functions }
        };
        let pairs = accounts.iter().flat_map(|one| plan.regions.iter().map(move |region| (one, region)));
        World { places: pairs.enumerate().map(place).collect() }
    }
}

/// Made up: `100000000001` and so on, digits stirred.
fn account(at: usize) -> String {
    format!("{:012}", 100_000_000_000 + Rng::new(7, at as u64).below(899_999_999_999))
}

const TOPICS: [&str; 20] = [
    "orders",
    "invoices",
    "payments",
    "thumbnails",
    "search",
    "users",
    "sessions",
    "audit",
    "events",
    "stock",
    "prices",
    "mail",
    "reports",
    "exports",
    "imports",
    "webhooks",
    "metrics",
    "alerts",
    "tokens",
    "catalog",
];
const VERBS: [&str; 12] = [
    "handler",
    "worker",
    "sync",
    "api",
    "process",
    "notify",
    "cleanup",
    "transform",
    "ingest",
    "validate",
    "cron",
    "stream",
];
const STAGES: [&str; 4] = ["prod", "staging", "dev", "live"];
const ROLES: [&str; 10] = [
    "api-gateway-caller",
    "ci-deployer",
    "orders-service",
    "batch-runner",
    "web-backend",
    "admin",
    "data-platform",
    "monitoring",
    "AWSReservedSSO_PowerUserAccess_0123456789abcdef",
    "eks-workload",
];

fn function(seed: u64, at: u64, [account, region]: [&str; 2]) -> Function {
    let mut rng = Rng::new(seed ^ 0xF00D, at);
    let name = format!("{}-{}-{}-{at}", rng.pick(&STAGES), rng.pick(&TOPICS), rng.pick(&VERBS));
    let arn = format!("arn:aws:lambda:{region}:{account}:function:{name}");
    let version = if rng.permille(400) { 0 } else { rng.below(60) + 1 };
    // Mean 21: 3,000 functions make some 45,000 groups once they are called often enough.
    let count = 1 + rng.below(40);
    let caller = |_| {
        let caller = caller(&mut rng, account);
        let known_as = caller.known_as();
        (caller, known_as)
    };
    Function { name, arn, version, callers: (0..count).map(caller).collect() }
}

fn caller(rng: &mut Rng, account: &str) -> Caller {
    let session = |rng: &mut Rng, account: String| {
        let role = rng.pick(&ROLES).to_owned();
        let name = match rng.below(3) {
            0 => format!("i-{:017x}", rng.below(1 << 60)),
            1 => format!("user{}@example.com", rng.below(400)),
            _ => format!("{}-{}", rng.pick(&TOPICS), rng.below(1000)),
        };
        Caller::Session { account, role, name, by: None }
    };
    match rng.below(100) {
        0..=5 => Caller::Service("s3.amazonaws.com"),
        6..=12 => Caller::Service("events.amazonaws.com"),
        13..=14 => Caller::Service("sns.amazonaws.com"),
        15..=21 => Caller::Service("apigateway.amazonaws.com"),
        22..=29 => Caller::Session {
            account: account.to_owned(),
            role: format!("StepFunctions-{}-role", rng.pick(&TOPICS)),
            name: rng.text(crate::rng::MIXED, 32),
            by: Some("states.amazonaws.com"),
        },
        30..=31 => Caller::Anonymous,
        32..=36 => {
            let foreign = format!("{:012}", 900_000_000_000 + rng.below(40));
            session(rng, foreign)
        }
        37..=44 => Caller::User {
            account: account.to_owned(),
            name: format!(
                "{}.{}",
                rng.pick(&["anna", "ben", "chloé-no", "dev"]).replace('é', "e"),
                rng.below(60)
            ),
        },
        _ => session(rng, account.to_owned()),
    }
}
