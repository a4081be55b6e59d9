//! What each recorder was like before and after each call that changed one.

use super::KnownRecorder;
use super::delivery::{self, Delivery};
use crate::arn::{account_of, region_of};
use crate::change::Change;
use crate::grouped::Grouped;
use cloudtrail::arn::partition_of;
use cloudtrail::recorder::RecorderKind;
use cloudtrail::selector::Selectors;
use cloudtrail::selector_json;
use recording::Candidate;
use serde_json::{Value, json as object};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A recorder at a moment; `None` stands for what neither the records nor an inventory tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorder {
    /// Its ARN.
    pub arn: String,
    /// Trail or event data store.
    pub kind: RecorderKind,
    /// Whether it reaches every Region.
    pub multi_region: Option<bool>,
    /// Whether it reaches every account of the organization.
    pub organization: Option<bool>,
    /// Other accounts that are known to belong to the organization.
    members: Rc<BTreeSet<String>>,
    /// Accounts and Regions that it would reach and does not certainly: true where it is absent, false where nobody knows.
    pub(super) holes: Rc<BTreeMap<(String, String), bool>>,
    /// Whether it records at all.
    pub active: Option<bool>,
    /// What it records.
    pub selectors: Option<Rc<Selectors>>,
    /// Where it delivers to, and whether a call took that away.
    pub(super) delivery: Delivery,
}

/// All recorders at a moment, by ARN.
pub(super) type All = BTreeMap<String, Rc<Recorder>>;

/// A call that changed a recorder, and all recorders around it.
#[derive(Clone, Debug)]
pub struct Step<'f> {
    /// The call.
    pub change: &'f Change,
    /// The ARN of the recorder.
    pub recorder: String,
    /// What was known just before.
    pub before: Rc<All>,
    /// What is known just after.
    pub after: Rc<All>,
}

/// What a trail records that nobody told anything: all management events, no data events (CloudTrail User Guide, "Creating a trail").
const DEFAULT: &str = r#"{"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true}]}"#;

/// All calls that changed a recorder, in order of time.
#[must_use]
pub fn steps<'f>(view: &Grouped<'f>) -> Vec<Step<'f>> {
    let changes: Vec<&Change> = view
        .changes()
        .iter()
        .copied()
        .filter(|change| change.succeeded())
        .filter(|change| change.source == "cloudtrail" || delivery::may_alter(change))
        .collect();
    let mut all: All = BTreeMap::new();
    let known = view.settings.recorders.iter();
    let listed: All = known.map(|one| (one.arn.clone(), Rc::new(Recorder::of(one)))).collect();
    let mut waiting: Vec<&KnownRecorder> = view.settings.recorders.iter().collect();
    waiting.sort_by_key(|known| known.at);
    for known in &waiting {
        let touched = |names: &[&str]| {
            changes.iter().any(|change| {
                change.time < known.at
                    && names.contains(&change.name.as_str())
                    && arn_of(change, &listed).as_deref() == Some(known.arn.as_str())
            })
        };
        // What was changed before the inventory was collected was another thing in the beginning.
        let made = touched(&["CreateTrail", "CreateEventDataStore"]);
        if !made {
            let one = before_changes(known, touched);
            all.insert(known.arn.clone(), Rc::new(one));
        }
    }
    let mut waiting = waiting.into_iter().peekable();
    let mut steps = Vec::new();
    for change in changes {
        while let Some(known) = waiting.next_if(|known| known.at <= change.time) {
            all.insert(known.arn.clone(), Rc::new(Recorder::of(known)));
        }
        if change.source != "cloudtrail" {
            for one in all.values_mut() {
                if let Some(delivery) = delivery::altered(&one.delivery, change) {
                    Rc::make_mut(one).delivery = delivery;
                }
            }
            continue;
        }
        let Some(arn) = arn_of(change, &all) else { continue };
        if !all.contains_key(&arn) && !change.name.starts_with("Create") {
            // It was there, and nobody told us of it.
            let store = change.name.contains("EventDataStore");
            let kind = if store { RecorderKind::EventDataStore } else { RecorderKind::Trail };
            all.insert(arn.clone(), Rc::new(Recorder::unknown(&arn, kind)));
        }
        let before = Rc::new(all.clone());
        if !apply(change, &arn, &mut all) {
            continue;
        }
        steps.push(Step { change, recorder: arn, before, after: Rc::new(all.clone()) });
    }
    steps
}

fn before_changes(known: &KnownRecorder, touched: impl Fn(&[&str]) -> bool) -> Recorder {
    let one = Recorder::of(known);
    let updated = touched(&["UpdateTrail", "UpdateEventDataStore"]);
    let started = touched(&[
        "StartLogging",
        "StopLogging",
        "StartEventDataStoreIngestion",
        "StopEventDataStoreIngestion",
        "RestoreEventDataStore",
        "DeleteEventDataStore",
    ]);
    let selected = touched(&["PutEventSelectors", "UpdateEventDataStore"]);
    Recorder {
        multi_region: one.multi_region.filter(|_| !updated),
        organization: one.organization.filter(|_| !updated),
        active: one.active.filter(|_| !started),
        selectors: one.selectors.clone().filter(|_| !selected),
        ..one
    }
}

impl Recorder {
    fn of(known: &KnownRecorder) -> Recorder {
        Recorder {
            arn: known.arn.clone(),
            kind: known.kind,
            multi_region: Some(known.multi_region),
            organization: Some(known.organization),
            members: Rc::new(known.members.clone()),
            holes: Rc::new(known.holes.clone()),
            active: known.recording,
            selectors: known.selectors.clone().map(Rc::new),
            delivery: Delivery::of(known),
        }
    }

    fn unknown(arn: &str, kind: RecorderKind) -> Recorder {
        Recorder {
            arn: arn.to_owned(),
            kind,
            multi_region: None,
            organization: None,
            members: Rc::default(),
            holes: Rc::default(),
            active: None,
            selectors: None,
            delivery: Delivery::default(),
        }
    }

    /// True iff it is known that it records, and no call took away what it delivers to. The records have to show that it was started, or an
    /// inventory that it records: an unread status proves nothing.
    #[must_use]
    pub fn surely_records(&self) -> bool {
        self.active == Some(true) && self.delivery.is_whole()
    }

    /// Whether it reaches the place: `None` where that is not known. In another partition nothing does.
    #[must_use]
    pub fn reaches(&self, account: &str, region: &str) -> Option<bool> {
        let own = account_of(&self.arn) == account;
        let home = region_of(&self.arn) == region;
        if partition_of(region_of(&self.arn)) != partition_of(region) {
            return Some(false);
        }
        let hole = self.holes.get(&(account.to_owned(), region.to_owned()));
        let of_account = if own { Some(true) } else { self.organization };
        let of_region = if home { Some(true) } else { self.multi_region };
        match (of_account, of_region) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => match hole {
                None => Some(true),
                Some(true) => Some(false),
                Some(false) => None,
            },
            _ if hole == Some(&true) => Some(false),
            _ => None,
        }
    }

    /// True iff it is known to reach the account: its own, or one that is known to belong to its organization.
    #[must_use]
    pub(super) fn is_of(&self, account: &str) -> bool {
        account_of(&self.arn) == account || self.organization == Some(true) && self.members.contains(account)
    }

    /// It as a candidate at the place; `None` iff it certainly does not record there. Iff it is presumed to record, it counts as certain although
    /// nobody knows whether it records, or whether the account belongs to its organization.
    #[must_use]
    pub fn candidate(&self, account: &str, region: &str, presumed: bool) -> Option<Candidate<'_>> {
        let (reaches, active) = (self.reaches(account, region), self.active);
        if reaches == Some(false) || active == Some(false) {
            return None;
        }
        Some(Candidate {
            selectors: self.selectors.as_ref().map(|selectors| selectors.list.as_slice()),
            certain: reaches == Some(true)
                && self.selectors.is_some()
                && (presumed || self.surely_records() && self.is_of(account)),
        })
    }
}

/// The ARN of the recorder that a call is about: as it is said, else that of the known recorder of that name in the Region of the call, else of
/// one of that name that reaches the Region, else made of the name: another trail of that name elsewhere is another trail.
fn arn_of(change: &Change, all: &All) -> Option<String> {
    let store = change.name.contains("EventDataStore");
    if change.name.contains("Channel") {
        return None;
    }
    let members: &[&str] = if store {
        &["eventDataStoreArn", "eventDataStore"]
    } else {
        &["trailARN", "trailArn", "trailName", "name"]
    };
    let said = change.text(members)?;
    if said.starts_with("arn:") {
        return Some(said);
    }
    let (kind, infix) = if store { ("eventdatastore", "eventdatastore/") } else { ("trail", "trail/") };
    let (region, account) = (&change.region, &change.account);
    let named = || {
        all.values().filter(|one| {
            one.arn.rsplit_once('/').is_some_and(|(before, name)| name == said && before.ends_with(kind))
                && account_of(&one.arn) == account
        })
    };
    let at_home = named().find(|one| region_of(&one.arn) == region);
    let known = at_home.or_else(|| named().find(|one| one.multi_region == Some(true)));
    let made = || format!("arn:{}:cloudtrail:{region}:{account}:{infix}{said}", partition_of(region));
    Some(known.map_or_else(made, |one| one.arn.clone()))
}

/// Changes what is known; false iff the call changes nothing of what is recorded.
fn apply(change: &Change, arn: &str, all: &mut All) -> bool {
    let store = change.name.contains("EventDataStore");
    let kind = if store { RecorderKind::EventDataStore } else { RecorderKind::Trail };
    let known = all.get(arn).map(|one| (**one).clone());
    let mut one = known.unwrap_or_else(|| Recorder::unknown(arn, kind));
    one.delivery.set(change);
    match change.name.as_str() {
        "CreateTrail" => {
            one.selectors = selector_json::from_str(DEFAULT).ok().map(Rc::new);
            one.active = Some(false);
            one.multi_region = Some(false);
            one.organization = Some(false);
            reach(change, &mut one);
        }
        "CreateEventDataStore" => {
            one.selectors = selectors(change).or_else(|| selector_json::from_str(DEFAULT).ok().map(Rc::new));
            one.active = Some(flag(change, &["startIngestion"]).unwrap_or(true));
            one.multi_region = Some(true);
            one.organization = Some(false);
            reach(change, &mut one);
        }
        "UpdateTrail" => reach(change, &mut one),
        "UpdateEventDataStore" => {
            reach(change, &mut one);
            if has_selectors(&change.asked()) || change.cut {
                one.selectors = selectors(change);
            }
        }
        "PutEventSelectors" => one.selectors = selectors(change),
        "StartLogging" | "StartEventDataStoreIngestion" | "RestoreEventDataStore" => one.active = Some(true),
        "StopLogging" | "StopEventDataStoreIngestion" | "DeleteEventDataStore" => one.active = Some(false),
        "DeleteTrail" => {
            all.remove(arn);
            return true;
        }
        _ => return false,
    }
    all.insert(arn.to_owned(), Rc::new(one));
    true
}

/// A flag of what was answered, else of what was asked for.
fn flag(change: &Change, members: &[&str]) -> Option<bool> {
    let (asked, answered) = (change.asked(), change.answered());
    members.iter().find_map(|member| {
        let of = |value: &Value| value.get(member).and_then(Value::as_bool);
        of(&answered).or_else(|| of(&asked))
    })
}

fn reach(change: &Change, one: &mut Recorder) {
    one.multi_region = flag(change, &["isMultiRegionTrail", "multiRegionEnabled"]).or(one.multi_region);
    one.organization = flag(change, &["isOrganizationTrail", "organizationEnabled"]).or(one.organization);
}

const BASIC: &str = "eventSelectors";
const ADVANCED: &str = "advancedEventSelectors";

fn has_selectors(asked: &Value) -> bool {
    [BASIC, ADVANCED].iter().any(|member| asked.get(member).is_some_and(|list| !list.is_null()))
}

/// What was asked to be recorded; `None` where it cannot be read.
fn selectors(change: &Change) -> Option<Rc<Selectors>> {
    let asked = change.asked();
    if change.cut || !has_selectors(&asked) {
        return None;
    }
    // Beside the selectors stands what is no selector, such as the name of a store.
    let list =
        |member: &str| asked.get(member).filter(|list| list.as_array().is_some_and(|list| !list.is_empty()));
    let document = match (list(BASIC), list(ADVANCED)) {
        (_, Some(advanced)) => object!({ ADVANCED: advanced }),
        (Some(basic), None) => object!({ BASIC: basic }),
        (None, None) => return Some(Rc::new(Selectors::default())),
    };
    selector_json::from_value(&document).ok().map(Rc::new)
}
