//! What is certain of one event at one place, and which recorders a change touches.

use super::Sides;
use crate::document::{Action, Document, property};
use crate::proposal::{Proposal, Touched, is_open, reach_names};
use crate::value::Value;
use audit::finding::Audit;
use audit::inventory::{Inventory, TrailStatus};
use audit::plan::Narrowing;
use cloudtrail::event::{Event, EventResource};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen};
use cloudtrail::resource::{ResourceType, unqualified};
use cloudtrail::{Answer, records};
use std::collections::{BTreeMap, BTreeSet};

/// Whether the event is recorded at the place; `None` iff nobody can say.
pub(super) fn certainly(
    audit: &Audit<'_>,
    (account, region): &(String, String),
    event: &Event,
) -> Option<bool> {
    let at = audit.inventory.place(account, region)?;
    let mut may = false;
    for candidate in &audit.places[at].candidates {
        let recorder = candidate.recorder.map(|at| &audit.inventory.recorders[at]);
        let Some(selectors) = recorder.and_then(|recorder| recorder.selectors.known()) else {
            may = true;
            continue;
        };
        for selector in &selectors.list {
            match records(selector, event) {
                Answer::Recorded if candidate.certain => return Some(true),
                Answer::Recorded | Answer::Undetermined(_) => may = true,
                Answer::TurnedAway(_) => {}
            }
        }
    }
    (!may).then_some(false)
}

/// An invocation that the recorder of a loss records on the one side, and certainly nothing on the other; `None` iff the example of the loss
/// is one already, or it is not about functions.
pub(super) fn as_invocation(narrowing: &Narrowing, Sides { from, to }: Sides<'_>) -> Option<Event> {
    let (event, place) = narrowing.event.as_deref().zip(narrowing.place.as_ref())?;
    let resource = event.resource.as_ref()?;
    let is_one = event.name == "Invoke" && unqualified(&resource.arn).is_some();
    if ResourceType::parse(&resource.kind)? != ResourceType::Function || is_one {
        return None;
    }
    let (account, region) = place;
    let arn = match unqualified(&resource.arn) {
        Some(_) => resource.arn.clone(),
        None => {
            let partition = &from.inventory.partition;
            format!("arn:{partition}:lambda:{region}:{account}:function:any-future-function")
        }
    };
    let invocation = Event {
        source: "lambda.amazonaws.com".to_owned(),
        name: "Invoke".to_owned(),
        event_type: "AwsApiCall".to_owned(),
        read_only: false,
        resource: Some(EventResource { arn, ..resource.clone() }),
        ..event.clone()
    };
    let recorder = &from.inventory.recorders[from.inventory.recorder(&narrowing.recorder)?];
    let mut selectors = recorder.selectors.known()?.list.iter();
    let admits = selectors.any(|selector| matches!(records(selector, &invocation), Answer::Recorded));
    let is_lost =
        certainly(from, place, &invocation) == Some(true) && certainly(to, place, &invocation) == Some(false);
    (admits && is_lost).then_some(invocation)
}

/// The ARNs of the recorders that may record less after the change, whatever of that the inventory has a place to show: they stop, or lose what they
/// deliver to, or reach all Regions or accounts; or the document leaves open whether they do after the change.
pub(super) fn may_record_less<'p>(document: &Document, proposal: &'p Proposal) -> BTreeSet<&'p str> {
    let of = |one: &'p Touched| {
        let arn = one.before.as_deref().filter(|_| one.before == one.after)?;
        let recorder = &proposal.before.recorders[proposal.before.recorder(arn)?];
        let resource = document.resources.get(one.resource)?;
        let is_open = |name: &str| {
            resource.action != Action::Keep
                && resource.is(name).is_some_and(is_open)
                && !resource.stays_as_it_is(name)
        };
        let (regions, accounts) = reach_names(recorder.kind);
        let less = recorder.multi_region && is_open(regions) || recorder.organization && is_open(accounts);
        let active = match recorder.kind {
            RecorderKind::EventDataStore => property::INGESTION,
            RecorderKind::Trail | RecorderKind::Channel => property::LOGGING,
        };
        let is_off = |value: Option<&Value>| value == Some(&Value::Bool(false));
        let stops = is_open(active) || is_off(resource.is(active)) && !is_off(resource.was(active));
        (less || stops).then_some(arn)
    };
    let harmed = proposal.harmed.iter().map(String::as_str);
    proposal.touched.iter().filter_map(of).chain(harmed).collect()
}

/// Where a trail is seen, and with what status.
type Seens<'a> = Vec<(usize, &'a Seen<TrailStatus>)>;

/// The ARNs of the recorders that differ, in themselves or where they are seen.
pub(super) fn changed(before: &Inventory, after: &Inventory) -> BTreeSet<String> {
    fn all(inventory: &Inventory) -> BTreeMap<&str, (&Recorder, Seens<'_>)> {
        let mut all: BTreeMap<&str, (&Recorder, Seens<'_>)> =
            inventory.recorders.iter().map(|one| (one.arn.as_str(), (one, Vec::new()))).collect();
        for (at, place) in inventory.places.iter().enumerate() {
            for sighting in place.trails.known().into_iter().flatten() {
                if let Some((_, seen)) = all.get_mut(sighting.trail.as_str()) {
                    seen.push((at, &sighting.status));
                }
            }
        }
        all
    }
    let (was, is) = (all(before), all(after));
    let arns = was.keys().chain(is.keys()).collect::<BTreeSet<_>>();
    arns.into_iter().filter(|arn| was.get(*arn) != is.get(*arn)).map(|arn| (*arn).to_owned()).collect()
}
