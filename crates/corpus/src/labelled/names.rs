//! What things are called: words and styles of naming, so that two seeds look like two companies.

use crate::rng::{HEX, Rng};

/// What a company deals in: the words that its functions are named with.
const TRADES: [[&str; 14]; 6] = [
    [
        "orders", "invoices", "basket", "stock", "prices", "returns", "shipping", "loyalty", "catalog",
        "reviews", "search", "coupons", "checkout", "payments",
    ],
    [
        "ledger",
        "accounts",
        "transfers",
        "kyc",
        "sanctions",
        "statements",
        "cards",
        "limits",
        "rates",
        "fraud",
        "onboarding",
        "mandates",
        "settlement",
        "disputes",
    ],
    [
        "videos",
        "thumbnails",
        "captions",
        "playlists",
        "ads",
        "ratings",
        "uploads",
        "transcode",
        "comments",
        "feeds",
        "profiles",
        "trends",
        "licences",
        "streams",
    ],
    [
        "patients",
        "appointments",
        "claims",
        "labs",
        "imaging",
        "referrals",
        "billing",
        "consent",
        "pharmacy",
        "vitals",
        "triage",
        "rosters",
        "letters",
        "audit",
    ],
    [
        "fleet",
        "routes",
        "parcels",
        "depots",
        "tracking",
        "customs",
        "drivers",
        "fuel",
        "manifests",
        "slots",
        "labels",
        "geofence",
        "pickup",
        "tariffs",
    ],
    [
        "meters",
        "tariff",
        "outages",
        "grid",
        "forecast",
        "tenants",
        "devices",
        "firmware",
        "telemetry",
        "alarms",
        "contracts",
        "readings",
        "switching",
        "solar",
    ],
];
const VERBS: [&str; 14] = [
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
    "export",
    "router",
    "enrich",
    "webhook",
];
const STAGES: [[&str; 3]; 3] =
    [["prod", "staging", "dev"], ["prd", "tst", "dev"], ["live", "preprod", "sandbox"]];
const TEAMS: [&str; 16] = [
    "core",
    "growth",
    "data",
    "platform",
    "mobile",
    "web",
    "insight",
    "partners",
    "risk",
    "ops",
    "identity",
    "search",
    "edge",
    "ml",
    "finance",
    "messaging",
];
const FIRST: [&str; 24] = [
    "anna", "ben", "chloe", "dmitri", "elif", "farid", "grace", "hugo", "ines", "jonas", "kaori", "liam",
    "maria", "nadia", "omar", "petra", "quentin", "rosa", "sven", "tariq", "uma", "viktor", "wei", "zoe",
];
const LAST: [&str; 20] = [
    "adler", "brandt", "chen", "diaz", "evans", "fischer", "garcia", "haas", "ivanov", "jensen", "kim",
    "larsen", "meyer", "novak", "okafor", "patel", "rossi", "silva", "tanaka", "weber",
];

/// How a company names.
#[derive(Clone, Debug)]
pub(super) struct Style {
    trade: usize,
    stages: usize,
    /// 0 stage first, 1 stage last, 2 camel case, 3 underscores, 4 stacks with random ends.
    form: u64,
    /// What stands before every name, or nothing.
    house: &'static str,
    /// Of addresses of people.
    pub(super) domain: String,
}

impl Style {
    pub(super) fn new(rng: &mut Rng) -> Self {
        let house = rng.pick(&["", "", "nw", "acorp", "hx", "tk"]);
        let domain = format!(
            "{}{}.example",
            rng.pick(&["north", "blue", "quick", "stone", "green", "silver"]),
            rng.pick(&["wind", "field", "works", "port", "line", "mark"])
        );
        Style {
            trade: rng.index(TRADES.len()),
            stages: rng.index(STAGES.len()),
            form: rng.below(5),
            house,
            domain,
        }
    }

    /// The word for a kind of account: 0 production, 1 tests, 2 development.
    pub(super) fn stage(&self, at: usize) -> &'static str {
        STAGES[self.stages][at.min(2)]
    }

    /// A function's name, unique by `at`.
    pub(super) fn function(&self, stage: &str, team: &str, at: usize, rng: &mut Rng) -> String {
        let (topic, verb) = (rng.pick(&TRADES[self.trade]), rng.pick(&VERBS));
        let house = if self.house.is_empty() { String::new() } else { format!("{}-", self.house) };
        match self.form {
            0 => format!("{house}{stage}-{topic}-{verb}-{at}"),
            1 => format!("{house}{team}-{topic}-{verb}{at}-{stage}"),
            2 => format!("{}{}{}{at}", capital(team), capital(topic), capital(verb)),
            3 => format!("{stage}_{topic}_{verb}_{at}"),
            _ => {
                let end = rng.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 12);
                format!("{house}{topic}-{stage}-{}{at}-{end}", capital(verb))
            }
        }
    }

    /// The execution role of a function.
    pub(super) fn execution(&self, function: &str, rng: &mut Rng) -> String {
        match self.form {
            0 | 3 => format!("{function}-role"),
            1 => format!("lambda-{function}"),
            2 => format!("{function}ServiceRole{}", rng.text(HEX, 8).to_uppercase()),
            _ => format!("{function}-ExecRole"),
        }
    }

    /// A role of a team.
    pub(super) fn role(&self, team: &str, what: &str) -> String {
        match self.form {
            0 | 4 => format!("{team}-{what}"),
            1 => format!("{team}-{what}-role"),
            2 => what.split('-').fold(capital(team), |name, part| name + &capital(part)),
            _ => format!("role_{team}_{}", what.replace('-', "_")),
        }
    }

    /// A session of a person.
    pub(super) fn person(&self, name: &str) -> String {
        format!("{name}@{}", self.domain)
    }
}

/// A team, the `at`th of a company.
pub(super) fn team(offset: usize, at: usize) -> String {
    let name = TEAMS[(offset + at * 5) % TEAMS.len()];
    if at < TEAMS.len() { name.to_owned() } else { format!("{name}{at}") }
}

/// `anna.adler` and the like.
pub(super) fn person(rng: &mut Rng) -> String {
    format!("{}.{}", rng.pick(&FIRST), rng.pick(&LAST))
}

/// The first letter large.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
