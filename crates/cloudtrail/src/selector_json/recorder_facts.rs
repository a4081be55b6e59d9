//! What stands beside the selectors in a document: whether their recorder records at all, and how far it reaches.
//!
//! A member that says that nothing is recorded makes every selector of the document doubtful, so that nobody can count it as
//! recording; [`recorder_facts`] tells which member that is. A value that we cannot read says nothing either way, and is a doubt.

use super::walk::{Path, entries, plain};
use crate::arn::{Arn, partition_of};
use crate::recorder::StoreStatus;
use crate::selector::Doubt;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// What a document says of its recorder beside the selectors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecorderFacts {
    /// The member that says that the recorder records nothing now.
    pub stopped: Option<Member>,
    /// It is a channel: a copy for another service, which is never counted.
    pub channel: bool,
    /// The member that says that it records one Region alone.
    pub one_region: Option<Member>,
    /// The member that says that it records its own account alone.
    pub one_account: Option<Member>,
    /// Where the recorder is at home.
    pub home_region: Option<String>,
    /// The account that owns the recorder.
    pub account: Option<String>,
    /// A member says that it records all accounts of an organization.
    pub all_accounts: bool,
    /// A member says that it records all Regions, or means it where it is left out.
    pub all_regions: bool,
    /// The partition of its ARN, or of another beside it.
    pub partition: Option<String>,
}

/// A member and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Path into the document: `$.IsLogging`.
    pub path: String,
    /// As it stands there.
    pub value: String,
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is `{}`", self.path, self.value)
    }
}

/// Reads what stands beside the selectors in a document that [`super::from_str`] can read; nothing in any other.
#[must_use]
pub fn recorder_facts(document: &str) -> RecorderFacts {
    let read = super::value_from_str(document).unwrap_or_default();
    read_recorder_facts(&Path::root(), &read).0
}

/// What a member can say of recording.
enum About {
    /// Whether it records: stopped iff the value is this.
    Records {
        stopped: bool,
    },
    /// `Status` of an event data store.
    Status,
    /// An error of delivery, iff it is not empty.
    DeliveryError,
    /// Whether it reaches all Regions.
    Regions,
    /// Whether it reaches all accounts of an organization.
    Accounts,
    /// Of channels alone, as GetChannel shows them.
    Channel,
    /// How many of it Terraform makes: none iff 0 or empty.
    Copies,
    HomeRegion,
    Arn,
    /// The ARN of something that it uses.
    Used,
}

fn about(member: &str) -> Option<About> {
    Some(match member {
        // GetTrailStatus, CloudFormation; Terraform; CloudFormation, CreateEventDataStore
        "islogging" | "enablelogging" | "ingestionenabled" | "startingestion" => {
            About::Records { stopped: false }
        }
        // Terraform's event data stores
        "suspend" => About::Records { stopped: true },
        "status" => About::Status,
        "latestdeliveryerror" => About::DeliveryError,
        "ismultiregiontrail" | "multiregionenabled" => About::Regions,
        "applytoallregions" | "sourceconfig" | "destinations" => About::Channel,
        "isorganizationtrail" | "organizationenabled" => About::Accounts,
        "count" | "foreach" => About::Copies,
        "homeregion" => About::HomeRegion,
        // Terraform's `id` is the ARN, and was the name.
        "trailarn" | "eventdatastorearn" | "arn" | "id" | "eventdatastore" | "channelarn" => About::Arn,
        "kmskeyid"
        | "cloudwatchlogsrolearn"
        | "cloudwatchlogsloggrouparn"
        | "snstopicarn"
        | "snstopicname"
        | "federationrolearn"
        | "insightsdestination" => About::Used,
        _ => return None,
    })
}

/// True iff [`read_recorder_facts`] looks at the member of that [`plain`] name, and it is about recording.
pub(super) fn is_about_recording(member: &str) -> bool {
    about(member).is_some_and(|about| !matches!(about, About::HomeRegion | About::Arn | About::Used))
}

/// What stands beside the selectors, and the doubts of all selectors that follow: what we cannot read, or what says that
/// nothing is recorded.
pub(super) fn read_recorder_facts(path: &Path<'_>, document: &Value) -> (RecorderFacts, Vec<Doubt>) {
    let (mut facts, mut doubts, mut used) = (RecorderFacts::default(), Vec::new(), None);
    let Ok(members) = entries(path, document) else { return (facts, doubts) };
    let named: BTreeMap<String, &Value> =
        members.iter().map(|(_, key, value)| (plain(key), *value)).collect();
    by_default(path, &named, document, &mut facts);
    if let Some(doubt) = stopped_by_its_times(path, &named) {
        doubts.push(doubt);
    }
    for (at, key, value) in members {
        let Some(about) = about(&plain(key)) else { continue };
        let said = Member { path: at.to_string(), value: shown(value) };
        let unread =
            || Doubt::Value { path: said.path.clone(), field: key.to_owned(), value: said.value.clone() };
        match about {
            About::Records { stopped } => match flag(value) {
                Some(flag) if flag == stopped => facts.stop(said, &mut doubts),
                Some(_) => {}
                None => doubts.push(unread()),
            },
            About::Status => match value.as_str().map(StoreStatus::parse) {
                Some(StoreStatus::Enabled) => {}
                Some(StoreStatus::Idle(_)) => facts.stop(said, &mut doubts),
                Some(StoreStatus::Changing(_)) | None => doubts.push(unread()),
            },
            About::DeliveryError => match value.as_str().map(str::trim) {
                Some("") => {}
                Some(_) => facts.stop(said, &mut doubts),
                None => doubts.push(unread()),
            },
            About::Regions | About::Accounts => {
                let limit = match about {
                    About::Regions => &mut facts.one_region,
                    _ => &mut facts.one_account,
                };
                match flag(value) {
                    Some(true) if matches!(about, About::Accounts) => facts.all_accounts = true,
                    Some(true) => facts.all_regions = true,
                    Some(false) => *limit = Some(said),
                    None => doubts.push(unread()),
                }
            }
            About::Channel => {
                facts.channel = true;
                facts.stop(said, &mut doubts);
            }
            About::Copies => match copies(value) {
                Some(0) => facts.stop(said, &mut doubts),
                Some(_) => {}
                None => doubts.push(unread()),
            },
            About::HomeRegion => facts.home_region = value.as_str().map(str::to_owned),
            About::Arn => {
                let arn = value.as_str().and_then(Arn::parse).filter(|arn| arn.service == "cloudtrail");
                if plain(key) == "channelarn" || arn.is_some_and(|arn| arn.resource.starts_with("channel/")) {
                    facts.channel = true;
                    facts.stop(said, &mut doubts);
                }
                facts.take(arn);
            }
            About::Used => {
                let arn = value.as_str().and_then(Arn::parse);
                used = used.or(arn.map(|arn| arn.partition.to_owned()));
            }
        }
    }
    if facts.partition.is_none() {
        facts.partition = facts.home_region.as_deref().map(|region| partition_of(region).to_owned());
    }
    facts.partition = facts.partition.or(used);
    (facts, doubts)
}

/// What a member means that is left out of a document that describes the whole recorder, as CloudFormation and Terraform do. AWS's
/// own answers always hold it. A member that is `null` is there: Terraform does not know its value yet.
fn by_default(
    path: &Path<'_>,
    named: &BTreeMap<String, &Value>,
    document: &Value,
    facts: &mut RecorderFacts,
) {
    let has = |name: &str| named.contains_key(name);
    let described =
        |name: &str| document.as_object().is_some_and(|all| all.keys().any(|key| plain(key) == name));
    let said = |member: &str| {
        Some(Member { path: format!("{path}.{member}"), value: "missing, which means false".to_owned() })
    };
    let trail = described("s3bucketname");
    if trail && !has("ismultiregiontrail") {
        facts.one_region = said("IsMultiRegionTrail");
    }
    if trail && !has("isorganizationtrail") {
        facts.one_account = said("IsOrganizationTrail");
    }
    const OF_STORES: [&str; 5] =
        ["name", "retentionperiod", "terminationprotectionenabled", "multiregionenabled", "billingmode"];
    // `Status` is of AWS's own answers. A store needs a name and nothing else.
    let store = !trail && !has("isorganizationtrail") && OF_STORES.into_iter().any(described);
    // Stores record all Regions unless they are told not to (CreateEventDataStore).
    if store && !has("multiregionenabled") {
        facts.all_regions = true;
    }
    if store && !has("status") && !has("organizationenabled") {
        facts.one_account = said("OrganizationEnabled");
    }
}

/// A trail that was stopped after it was started last, by the times beside its selectors, where nothing says whether it logs.
fn stopped_by_its_times(path: &Path<'_>, named: &BTreeMap<String, &Value>) -> Option<Doubt> {
    if named.contains_key("islogging") {
        return None;
    }
    let kinds = [
        ("startloggingtime", "stoploggingtime", "StopLoggingTime"),
        ("timeloggingstarted", "timeloggingstopped", "TimeLoggingStopped"),
    ];
    kinds.into_iter().find_map(|(started, stopped, name)| {
        let stopped = named.get(stopped).filter(|value| value.as_str() != Some(""))?;
        let started = named.get(started).filter(|value| value.as_str() != Some(""));
        let goes_on = started.is_some_and(|started| is_later(started, stopped));
        let doubt =
            || Doubt::Value { path: format!("{path}.{name}"), field: name.to_owned(), value: shown(stopped) };
        (!goes_on).then(doubt)
    })
}

/// True iff both are times of one notation, and the first is later.
fn is_later(one: &Value, other: &Value) -> bool {
    let dated = |text: &str| {
        let day = text.as_bytes();
        day.len() >= 10 && day[4] == b'-' && day[7] == b'-' && day[..4].iter().all(u8::is_ascii_digit)
    };
    // What follows the seconds: a fraction, the offset.
    const SECONDS: usize = "2026-11-20T00:00:00".len();
    let alike =
        |one: &str, other: &str| one.len() == other.len() && one.get(SECONDS..) == other.get(SECONDS..);
    match (one, other) {
        // ISO 8601 sorts as time does, as long as the offset is one.
        (Value::String(one), Value::String(other)) => {
            dated(one) && dated(other) && alike(one, other) && one > other
        }
        (Value::Number(one), Value::Number(other)) => one.as_f64() > other.as_f64(),
        _ => false,
    }
}

/// `None` iff it is an expression, or nothing that counts.
fn copies(value: &Value) -> Option<usize> {
    match value {
        Value::Number(number) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
        Value::Array(all) => Some(all.len()),
        Value::Object(all) => Some(all.len()),
        _ => None,
    }
}

impl RecorderFacts {
    /// The first member that says so is told.
    fn stop(&mut self, member: Member, doubts: &mut Vec<Doubt>) {
        doubts.push(Doubt::Stopped { path: member.path.clone(), value: member.value.clone() });
        self.stopped.get_or_insert(member);
    }

    /// What the ARN of the recorder says. One that is none was made illegible before it was pasted: it says nothing either way.
    fn take(&mut self, arn: Option<Arn<'_>>) {
        let Some(arn) = arn else { return };
        self.account = Some(arn.account.to_owned());
        self.partition = Some(arn.partition.to_owned());
        self.home_region.get_or_insert_with(|| arn.region.to_owned());
    }
}

/// True or false, also as a word: so Terraform writes some, and recorded requests.
fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(word) if word == "true" => Some(true),
        Value::String(word) if word == "false" => Some(false),
        _ => None,
    }
}

/// The value as a reader knows it, not too much of it.
fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().take(80).collect()
}
