//! Drift: what changed between two audits of the same accounts, the worse first.

mod exceptions;
mod unread;

pub use exceptions::{ExceptionDrift, Terms};
pub use unread::{UnreadTwice, unread_twice};

use crate::answer::Conclusion;
use crate::controls::REQUIRED;
use crate::edit::narrows_within;
use crate::finding::{Audit, Status};
use cloudtrail::recorder::{Recorder, Seen};
use cloudtrail::resource::ResourceType;
use recording::{Effort, Inclusion, State};
use std::collections::{BTreeMap, BTreeSet};

/// What an audit answered, in a form that can be compared with another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// When the inventory was collected: RFC 3339, UTC.
    pub collected_at: String,
    /// The status of each control.
    pub controls: BTreeMap<String, Status>,
    /// The verdict on each resource, by ARN and the Region that serves it.
    pub resources: BTreeMap<(String, String), State>,
    /// The verdict on what may ever be created, by type, account and Region.
    pub future: BTreeMap<(String, String, String), State>,
    /// What each recorder is set to, by ARN: the name of the setting and its value; a value that was not read is `None`.
    pub recorders: BTreeMap<String, BTreeMap<String, Option<String>>>,
    /// Accounts and Regions whose resources were all listed, and those whose trails were.
    pub listed: Listed,
    /// What each exception accepts, by id.
    pub exceptions: BTreeMap<String, Terms>,
}

/// Accounts and Regions of which what is not there is gone, and not only out of sight.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    resources: BTreeSet<(String, String)>,
    recorders: BTreeSet<(String, String)>,
}

impl Listed {
    fn of(audit: &Audit<'_>) -> Self {
        let mut listed = Listed::default();
        for place in &audit.inventory.places {
            let here = || (place.account.clone(), place.region.clone());
            let listings = [&place.functions, &place.web_functions, &place.microvm_images];
            if listings.iter().all(|listing| listing.gap.is_none()) {
                listed.resources.insert(here());
            }
            let stores = audit.inventory.account(&place.account).map(|account| &account.stores);
            let known = place.trails.known().is_some() && place.channels.known().is_some();
            if known && stores.is_some_and(|stores| stores.known().is_some()) {
                listed.recorders.insert(here());
            }
        }
        listed
    }

    /// True iff a resource of that ARN and home would have been listed.
    fn has_resource(&self, (arn, region): &(String, String)) -> bool {
        let account = arn.split(':').nth(4).unwrap_or_default();
        self.resources.contains(&(account.to_owned(), region.clone()))
    }

    /// True iff a recorder of that ARN would have been listed.
    fn has_recorder(&self, arn: &str) -> bool {
        let mut parts = arn.split(':').skip(3).map(str::to_owned);
        let (region, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        self.recorders.contains(&(account, region))
    }
}

/// What changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Controls whose status differs: control, before, after. A control that one of the two does not know is left out.
    pub controls: Vec<(String, Status, Status)>,
    /// Resources that are there in both with another verdict.
    pub resources: Vec<ResourceDrift>,
    /// What may ever be created, with another verdict: type, account, Region, before, after.
    pub future: Vec<((String, String, String), State, State)>,
    /// Accounts and Regions that are audited only now, with the verdict on any function that may ever be created there.
    pub new_places: Vec<((String, String), State)>,
    /// Accounts and Regions that are not audited any more, with the verdict that there was.
    pub unseen_places: Vec<((String, String), State)>,
    /// Resources that are there only now.
    pub appeared: Vec<((String, String), State)>,
    /// Those of them that may have been there before: their account and Region was audited and not listed whole.
    pub noticed: BTreeSet<(String, String)>,
    /// Resources that are no longer there.
    pub gone: Vec<((String, String), State)>,
    /// Resources that are out of sight: their account and Region was not audited again, or not listed whole.
    pub unseen: Vec<((String, String), State)>,
    /// Recorders with settings that differ, or that are there only before or only now.
    pub recorders: Vec<RecorderDrift>,
    /// Exceptions that differ, or that are there only before or only now.
    pub exceptions: Vec<ExceptionDrift>,
}

/// A resource with another verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceDrift {
    /// Its ARN.
    pub arn: String,
    /// The Region that serves it.
    pub region: String,
    /// The verdict before.
    pub before: State,
    /// The verdict now.
    pub after: State,
}

/// A setting that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingDrift {
    /// Its name.
    pub name: String,
    /// What it was; `None` iff it was not read, or not there.
    pub before: Option<String>,
    /// What it is now; `None` as above.
    pub after: Option<String>,
}

/// A recorder that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecorderDrift {
    /// Its ARN.
    pub arn: String,
    /// Whether it was there before and is there now.
    pub there: (bool, bool),
    /// False iff it is there only before, and its account and Region was not looked at again, or not whole.
    pub looked: bool,
    /// True iff it may record less than before, whatever others record: selectors that leave out what was selected, logging that is off,
    /// fewer Regions or accounts, a delivery that fails, or something of it that is no longer known.
    pub narrowed: bool,
    /// Settings that differ. Empty unless it is there in both.
    pub settings: Vec<SettingDrift>,
}

impl Drift {
    /// True iff nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Drift::default()
    }

    /// Resources, and places with what may ever be created there, whose verdict got worse for certain, or that are new and not recorded.
    #[must_use]
    pub fn worse(&self) -> (usize, usize) {
        let no = |all: &mut dyn Iterator<Item = Conclusion>| all.filter(|one| *one == Conclusion::No).count();
        (no(&mut self.of_resources()), no(&mut self.of_places()))
    }

    fn of_resources(&self) -> impl Iterator<Item = Conclusion> {
        let appeared = self.appeared.iter().map(|(key, state)| match begun(*state) {
            // It was not there, or nobody saw it.
            Conclusion::No if self.noticed.contains(key) => Conclusion::Undetermined,
            told => told,
        });
        self.resources.iter().map(|one| step(one.before, one.after)).chain(appeared)
    }

    fn of_places(&self) -> impl Iterator<Item = Conclusion> {
        let future = self.future.iter().map(|(_, before, after)| step(*before, *after));
        future.chain(self.new_places.iter().map(|(_, state)| begun(*state)))
    }

    /// Whether recording got worse. No iff a required control or a verdict did for certain, or something is new and not recorded.
    /// Undetermined iff something may have got worse: it is no longer known, or was not known before and is not recorded; it is out of
    /// sight; or a recorder records less than before, which others may make up for. Nothing iff nothing changed.
    #[must_use]
    pub fn conclusion(&self) -> Conclusion {
        if self.is_empty() {
            return Conclusion::Nothing;
        }
        let required = self.controls.iter().filter(|(id, ..)| REQUIRED.contains(&id.as_str()));
        let controls = required.map(|(_, before, after)| match (before, after) {
            (_, Status::Pass | Status::NotApplicable) | (Status::Fail, _) => Conclusion::Yes,
            (Status::Undetermined, Status::Fail) | (_, Status::Undetermined) => Conclusion::Undetermined,
            (_, Status::Fail) => Conclusion::No,
        });
        let out_of_sight = !self.unseen.is_empty() || !self.unseen_places.is_empty();
        let open = out_of_sight || self.recorders.iter().any(|one| one.narrowed || !one.looked);
        let open = if open { Conclusion::Undetermined } else { Conclusion::Yes };
        controls.chain(self.of_resources()).chain(self.of_places()).fold(open, Conclusion::worse)
    }
}

/// What a change of a verdict says of the recording.
fn step(before: State, after: State) -> Conclusion {
    match (before, after) {
        // What was not recorded at all cannot have got worse, whatever is known of it now.
        (_, State::Recorded) | (State::NotRecorded, _) => Conclusion::Yes,
        (State::Undetermined, _) | (_, State::Undetermined) => Conclusion::Undetermined,
        _ if rank(after) > rank(before) => Conclusion::No,
        _ => Conclusion::Yes,
    }
}

/// What something new says of the recording.
fn begun(state: State) -> Conclusion {
    match state {
        State::Recorded => Conclusion::Yes,
        State::Undetermined => Conclusion::Undetermined,
        State::PartiallyRecorded | State::NotRecorded => Conclusion::No,
    }
}

/// The snapshot of an audit.
#[must_use]
pub fn snapshot(audit: &Audit<'_>) -> Snapshot {
    let mut recorders: BTreeMap<String, BTreeMap<String, Option<String>>> =
        audit.inventory.recorders.iter().map(|one| (one.arn.clone(), settings(one))).collect();
    for place in &audit.inventory.places {
        let Seen::Known(sightings) = &place.trails else { continue };
        for sighting in sightings {
            let Some(of) = recorders.get_mut(&sighting.trail) else { continue };
            let here = format!("{} {}", place.account, place.region);
            let status = sighting.status.known();
            let logging = status.map(|status| on(status.logging));
            of.insert(format!("logging in {here}"), logging);
            let error =
                status.map(|status| status.delivery_error.clone().unwrap_or_else(|| "none".to_owned()));
            of.insert(format!("delivery error in {here}"), error);
        }
    }
    let rows = audit.places.iter().enumerate().flat_map(|(at, place)| {
        let rows = ResourceType::ALL.into_iter().flat_map(move |kind| audit.at_home(at, kind));
        rows.map(|(home, row)| ((row.arn.to_owned(), place.region.to_owned()), audit.state(home)))
    });
    Snapshot {
        collected_at: audit.inventory.collected_at.clone(),
        controls: audit.every_control().map(|control| (control.id.to_owned(), control.status)).collect(),
        resources: rows.collect(),
        future: future(audit),
        recorders,
        listed: Listed::of(audit),
        exceptions: BTreeMap::new(),
    }
}

fn settings(recorder: &Recorder) -> BTreeMap<String, Option<String>> {
    let selectors = recorder.selectors.known().map(|selectors| selectors.document.clone());
    let status = recorder.status.known().map(|status| status.as_str().to_owned());
    let mut all = BTreeMap::from([
        ("multi-Region".to_owned(), Some(on(recorder.multi_region))),
        ("organization".to_owned(), Some(on(recorder.organization))),
        ("selectors".to_owned(), selectors),
        ("status".to_owned(), status),
    ]);
    if let Some(validation) = recorder.log_file_validation {
        all.insert("log file validation".to_owned(), Some(on(validation)));
    }
    if let Some(global) = recorder.global_service_events {
        all.insert("global service events".to_owned(), Some(on(global)));
    }
    if let Some(destination) = &recorder.destination {
        all.insert("destination".to_owned(), Some(destination.clone()));
    }
    all
}

fn on(value: bool) -> String {
    if value { "on" } else { "off" }.to_owned()
}

/// What differs between two snapshots; in each list by ARN, resources that became worse first.
#[must_use]
pub fn drift(before: &Snapshot, after: &Snapshot) -> Drift {
    let controls = before.controls.iter().filter_map(|(id, was)| {
        let is = after.controls.get(id).filter(|is| *is != was)?;
        Some((id.clone(), *was, *is))
    });
    let mut resources: Vec<ResourceDrift> = before
        .resources
        .iter()
        .filter_map(|((arn, region), was)| {
            let is = after.resources.get(&(arn.clone(), region.clone())).filter(|is| *is != was)?;
            Some(ResourceDrift { arn: arn.clone(), region: region.clone(), before: *was, after: *is })
        })
        .collect();
    let (gone, unseen) = only(&before.resources, &after.resources)
        .into_iter()
        .partition(|(key, _)| after.listed.has_resource(key));
    resources.sort_by_key(|one| rank(one.after) <= rank(one.before));
    let appeared = only(&after.resources, &before.resources);
    let known = places(before);
    let may_be_old = |key: &(String, String)| {
        let account = key.0.split(':').nth(4).unwrap_or_default();
        known.contains_key(&(account.to_owned(), key.1.clone())) && !before.listed.has_resource(key)
    };
    Drift {
        controls: controls.collect(),
        resources,
        future: before
            .future
            .iter()
            .filter_map(|(at, was)| {
                let is = after.future.get(at).filter(|is| *is != was)?;
                Some((at.clone(), *was, *is))
            })
            .collect(),
        new_places: only(&places(after), &places(before)),
        unseen_places: only(&places(before), &places(after)),
        noticed: appeared.iter().map(|(key, _)| key.clone()).filter(may_be_old).collect(),
        appeared,
        gone,
        unseen,
        recorders: recorders(before, after),
        exceptions: exceptions::differing(&before.exceptions, &after.exceptions),
    }
}

/// The verdict on any resource at each place, of each type that says something of the account: functions everywhere, other types where
/// there are any, as the table of an audit has it.
fn future(audit: &Audit<'_>) -> BTreeMap<(String, String, String), State> {
    let mut all = BTreeMap::new();
    for place in &audit.places {
        let shown = place.planes.iter().filter(|plane| plane.kind == ResourceType::Function || plane.own > 0);
        for plane in shown {
            let at = (plane.kind.as_str().to_owned(), place.account.to_owned(), place.region.to_owned());
            all.insert(at, audit.verdicts[plane.any].state);
        }
    }
    all
}

/// The accounts and Regions of a snapshot, with the verdict on any function.
fn places(snapshot: &Snapshot) -> Resources {
    let functions = snapshot.future.iter().filter(|((kind, ..), _)| kind == ResourceType::Function.as_str());
    functions.map(|((_, account, region), state)| ((account.clone(), region.clone()), *state)).collect()
}

/// How bad a state is.
fn rank(state: State) -> u8 {
    match state {
        State::Recorded => 0,
        State::Undetermined => 1,
        State::PartiallyRecorded => 2,
        State::NotRecorded => 3,
    }
}

type Resources = BTreeMap<(String, String), State>;

fn only(these: &Resources, others: &Resources) -> Vec<((String, String), State)> {
    let those = these.iter().filter(|(key, _)| !others.contains_key(*key));
    those.map(|(key, state)| (key.clone(), *state)).collect()
}

fn recorders(before: &Snapshot, after: &Snapshot) -> Vec<RecorderDrift> {
    let mut arns: Vec<&String> = before.recorders.keys().chain(after.recorders.keys()).collect();
    arns.sort_unstable();
    arns.dedup();
    let differing = arns.into_iter().filter_map(|arn| {
        let (was, is) = (before.recorders.get(arn), after.recorders.get(arn));
        let settings = match (was, is) {
            (Some(was), Some(is)) => {
                let named = differing(was, is).into_iter();
                named.filter_map(|one| with_absence(one, before, was, after, is)).collect()
            }
            _ => Vec::new(),
        };
        let there = (was.is_some(), is.is_some());
        (there != (true, true) || !settings.is_empty()).then(|| RecorderDrift {
            arn: arn.clone(),
            there,
            looked: there.1 || after.listed.has_recorder(arn),
            narrowed: there == (true, false) || settings.iter().any(narrows_setting),
            settings,
        })
    });
    differing.collect()
}

/// What stands for the status of a trail at a place whose list was read, and does not hold it.
const NOT_THERE: &str = "not there";

/// The difference, where the trail was not seen at a place on one side, in these words; `None` iff what else is said of that place says it.
fn with_absence(
    mut setting: SettingDrift,
    before: &Snapshot,
    was: &Settings,
    after: &Snapshot,
    is: &Settings,
) -> Option<SettingDrift> {
    let name = &setting.name;
    let place = name.split_once(" in ").and_then(|(_, place)| place.split_once(' '));
    let place = place.map(|(account, region)| (account.to_owned(), region.to_owned()));
    let is_absent = |side: &Snapshot, settings: &Settings| {
        let listed = place.as_ref().is_some_and(|place| side.listed.recorders.contains(place));
        !settings.contains_key(name) && listed
    };
    let (gone_before, gone_after) = (is_absent(before, was), is_absent(after, is));
    if (gone_before || gone_after) && !name.starts_with("logging in ") {
        return None;
    }
    if gone_before {
        setting.before = Some(NOT_THERE.to_owned());
    }
    if gone_after {
        setting.after = Some(NOT_THERE.to_owned());
    }
    Some(setting)
}

/// Steps that the comparison of two documents of selectors may take; beyond it they count as narrowed.
const EFFORT: u64 = 10_000_000;

/// True iff a setting that is so changed may let its recorder record less.
fn narrows_setting(SettingDrift { name, before, after }: &SettingDrift) -> bool {
    // What was not there or not known before, and is now as good as it can be, records no less.
    let Some(after) = after else { return true };
    match name.as_str() {
        "selectors" => {
            let read = |text: &str| cloudtrail::selector_json::from_str(text).ok();
            let both = before.as_deref().and_then(read).zip(read(after));
            both.is_none_or(|(was, is)| {
                narrows_within(&was, &is, &mut Effort::new(EFFORT)) != Inclusion::Included
            })
        }
        "status" => after != "ENABLED",
        "multi-Region" | "organization" => after == "off",
        _ if name.starts_with("logging in ") => after == "off" || after == NOT_THERE,
        _ if name.starts_with("delivery error in ") => after != "none",
        "destination" | "global service events" => true,
        _ => false,
    }
}

type Settings = BTreeMap<String, Option<String>>;

fn differing(was: &Settings, is: &Settings) -> Vec<SettingDrift> {
    let mut names: Vec<&String> = was.keys().chain(is.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let value = |all: &Settings, name: &String| all.get(name).cloned().flatten();
    names
        .into_iter()
        .map(|name| SettingDrift { name: name.clone(), before: value(was, name), after: value(is, name) })
        .filter(|one| one.before != one.after)
        .collect()
}
