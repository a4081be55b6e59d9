//! Drift: what changed between two audits of the same accounts, the worse first.

use crate::answer::Conclusion;
use crate::controls::REQUIRED;
use crate::finding::{Audit, Status};
use cloudtrail::recorder::{Recorder, Seen};
use cloudtrail::resource::ResourceType;
use recording::State;
use std::collections::BTreeMap;

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
    /// What each exception accepts until when, in words, by id.
    pub exceptions: BTreeMap<String, String>,
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
    /// Resources that are there only now.
    pub appeared: Vec<((String, String), State)>,
    /// Resources that are no longer there.
    pub gone: Vec<((String, String), State)>,
    /// Recorders with settings that differ, or that are there only before or only now.
    pub recorders: Vec<RecorderDrift>,
    /// Exceptions that differ, or that are there only before or only now: id, before, after.
    pub exceptions: Vec<(String, Option<String>, Option<String>)>,
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

/// A recorder that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecorderDrift {
    /// Its ARN.
    pub arn: String,
    /// Whether it was there before and is there now.
    pub there: (bool, bool),
    /// Settings that differ: name, before, after. `None`: not read. Empty unless it is there in both.
    pub settings: Vec<(String, Option<String>, Option<String>)>,
}

impl Drift {
    /// True iff nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Drift::default()
    }

    /// Resources, and places with what may ever be created there, whose verdict got worse for certain.
    #[must_use]
    pub fn worse(&self) -> (usize, usize) {
        let certainly =
            |before: State, after: State| rank(after) > rank(before) && after != State::Undetermined;
        let resources = self.resources.iter().filter(|one| certainly(one.before, one.after)).count();
        (resources, self.future.iter().filter(|(_, before, after)| certainly(*before, *after)).count())
    }

    /// Whether recording got worse: no iff a required control or a resource did for certain, undetermined iff one of them is no longer
    /// known. Nothing iff nothing changed. Exceptions and what is new or gone decide by the controls alone.
    #[must_use]
    pub fn conclusion(&self) -> Conclusion {
        if self.is_empty() {
            return Conclusion::Nothing;
        }
        let required = self.controls.iter().filter(|(id, ..)| REQUIRED.contains(&id.as_str()));
        let controls = required.map(|(_, _, after)| match after {
            Status::Fail => Conclusion::No,
            Status::Undetermined => Conclusion::Undetermined,
            Status::Pass | Status::NotApplicable => Conclusion::Yes,
        });
        let worse = self.resources.iter().filter(|one| rank(one.after) > rank(one.before));
        let future = self.future.iter().filter(|(_, before, after)| rank(*after) > rank(*before));
        let after = worse.map(|one| one.after).chain(future.map(|(.., after)| *after));
        let verdicts = after.map(|after| match after {
            State::Undetermined => Conclusion::Undetermined,
            _ => Conclusion::No,
        });
        controls.chain(verdicts).fold(Conclusion::Yes, Conclusion::worse)
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
    resources.sort_by_key(|one| rank(one.after) <= rank(one.before));
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
        appeared: only(&after.resources, &before.resources),
        gone: only(&before.resources, &after.resources),
        recorders: recorders(before, after),
        exceptions: differing(&known(&before.exceptions), &known(&after.exceptions)),
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

/// Each with its value, as [`differing`] compares them.
fn known(all: &BTreeMap<String, String>) -> Settings {
    all.iter().map(|(id, told)| (id.clone(), Some(told.clone()))).collect()
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
            (Some(was), Some(is)) => differing(was, is),
            _ => Vec::new(),
        };
        let there = (was.is_some(), is.is_some());
        (there != (true, true) || !settings.is_empty()).then(|| RecorderDrift {
            arn: arn.clone(),
            there,
            settings,
        })
    });
    differing.collect()
}

type Settings = BTreeMap<String, Option<String>>;

fn differing(was: &Settings, is: &Settings) -> Vec<(String, Option<String>, Option<String>)> {
    let mut names: Vec<&String> = was.keys().chain(is.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let value = |all: &Settings, name: &String| all.get(name).cloned().flatten();
    names
        .into_iter()
        .map(|name| (name.clone(), value(was, name), value(is, name)))
        .filter(|(_, was, is)| was != is)
        .collect()
}
