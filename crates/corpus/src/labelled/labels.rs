//! Labels: which records belong to which attack, what is out of the ordinary and no attack, and what a company would tell a detector.

use super::company::Company;
use serde_json::{Value, json};

/// An attack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// As in `s-001`, in the order of time.
    pub id: String,
    /// As in `LAM-02`.
    pub technique: &'static str,
    /// All techniques that it takes, in the order of time.
    pub steps: Vec<&'static str>,
    /// `loud`, `slow` or `quiet`.
    pub variant: &'static str,
    /// By what the attacker acts.
    pub access: &'static str,
    /// The first `eventTime`.
    pub from: String,
    /// The last.
    pub until: String,
    /// ARNs of who acts, or the best other names.
    pub principals: Vec<String>,
    /// ARNs of functions that are called or changed.
    pub functions: Vec<String>,
    /// Every `eventID`.
    pub events: Vec<String>,
}

/// A time in which something out of the ordinary is no attack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benign {
    /// In words.
    pub what: &'static str,
    /// Whether a finding about it is right: the company wants to hear of it.
    pub suspicious: bool,
    /// Its first moment.
    pub from: String,
    /// Its last.
    pub until: String,
    /// ARNs of who acts.
    pub principals: Vec<String>,
}

/// What a company knows of itself and would put into its settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Context(Value);

impl Context {
    pub(super) fn new(company: &Company) -> Self {
        let accounts: Vec<&str> = company.accounts.iter().map(|one| one.id.as_str()).collect();
        let partners: Vec<&str> = company.partners.iter().map(|one| one.account.as_str()).collect();
        let ranges = |all: &[String]| all.iter().map(|net| format!("{net}.0/24")).collect::<Vec<_>>();
        let nat: Vec<&String> = company.accounts.iter().flat_map(|one| &one.nat).collect();
        let networks = &company.networks;
        let vpn = [&networks.vpn[..], std::slice::from_ref(&networks.later)].concat();
        Context(json!({
            "organization": company.organization,
            "accounts": accounts,
            "partners": partners,
            "regions": company.regions[..company.allowed],
            "blocked": ranges(&networks.blocked),
            "networks": {"office": ranges(&networks.office), "vpn": ranges(&vpn), "runners": ranges(&networks.runners), "cloud": ranges(&networks.cloud), "nat": nat},
            "trail": {"arn": company.trail_arn(), "bucket": company.bucket, "key": company.key, "logGroup": format!("aws-cloudtrail-logs-{}", company.trail)},
        }))
    }
}

/// All labels of a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Labels {
    /// As planned.
    pub seed: u64,
    /// As planned.
    pub days: i64,
    /// As planned.
    pub functions: usize,
    /// In the order of time.
    pub stories: Vec<Story>,
    /// In no order.
    pub benign: Vec<Benign>,
    /// For settings of detectors.
    pub context: Context,
}

impl Labels {
    /// As a file.
    #[must_use]
    pub fn to_json(&self) -> String {
        let story = |one: &Story| json!({"id": one.id, "technique": one.technique, "steps": one.steps, "variant": one.variant, "access": one.access, "from": one.from, "until": one.until, "principals": one.principals, "functions": one.functions, "events": one.events});
        let benign = |one: &Benign| json!({"what": one.what, "suspicious": one.suspicious, "from": one.from, "until": one.until, "principals": one.principals});
        let stories: Vec<Value> = self.stories.iter().map(story).collect();
        let benign: Vec<Value> = self.benign.iter().map(benign).collect();
        json!({"seed": self.seed, "days": self.days, "functions": self.functions, "stories": stories, "benign": benign, "context": self.context.0}).to_string()
    }
}
