//! What is recorded where, as the oracle sees it: it knows no plan, and asks each recorder by itself.

use crate::world::{HERE, MANAGEMENT, MEMBER, THERE, function};
use audit::change::{Change, Setting};
use audit::inventory::{Inventory, Place, Sighting, TrailStatus};
use cloudtrail::event::{Event, EventResource};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen, StoreStatus};
use cloudtrail::selector::Selector;
use oracle::inclusion::losses;
use oracle::naive::{Says, records};

/// The inventory after a change, as AWS has it.
pub(super) fn effect(inventory: &Inventory, change: &Change) -> Inventory {
    let mut then = inventory.clone();
    let arn = change.target.arn.as_str();
    let Some(at) = then.recorder(arn) else { return then };
    match &change.setting {
        Setting::Bucket(_) | Setting::LogFileValidation(_) => {}
        Setting::Trail(_) => {
            then.recorders.remove(at);
            each_sighting(&mut then, |trails, _| trails.retain(|one| one.trail != arn));
        }
        Setting::Selectors(turn) => {
            let read = cloudtrail::selector_json::from_str(&turn.after).unwrap();
            then.recorders[at].selectors = Seen::Known(read);
        }
        Setting::Logging(turn) => each_sighting(&mut then, |trails, _| {
            for one in trails.iter_mut().filter(|one| one.trail == arn) {
                one.status = Seen::Known(TrailStatus { logging: turn.after, ..TrailStatus::default() });
            }
        }),
        Setting::MultiRegion(turn) => {
            then.recorders[at].multi_region = turn.after;
            let recorder = then.recorders[at].clone();
            let sightings = inventory.places.iter().filter_map(|place| place.trails.known()).flatten();
            let known = sightings.filter(|one| one.trail == arn).map(|one| one.status.clone()).next();
            for place in then.places.iter_mut().filter(|place| reaches(&recorder, place)) {
                let Seen::Known(trails) = &mut place.trails else { continue };
                if recorder.kind == RecorderKind::Trail && trails.iter().all(|one| one.trail != arn) {
                    // Where nobody saw it, it may log.
                    let status = known.clone().unwrap_or(Seen::Unread(0));
                    trails.push(Sighting { trail: arn.to_owned(), status });
                }
            }
            each_sighting(&mut then, |trails, region| {
                trails.retain(|one| one.trail != arn || turn.after || region == recorder.home_region);
            });
        }
    }
    then
}

fn each_sighting(inventory: &mut Inventory, mut edit: impl FnMut(&mut Vec<Sighting>, &str)) {
    for place in &mut inventory.places {
        if let Seen::Known(trails) = &mut place.trails {
            edit(trails, &place.region);
        }
    }
}

/// Whether a recorder records at a place: for certain, perhaps, or not.
pub(super) fn records_at(recorder: &Recorder, place: &Place) -> Option<bool> {
    let reaches = reaches(recorder, place);
    if recorder.kind == RecorderKind::EventDataStore {
        return match &recorder.status {
            _ if !reaches => None,
            Seen::Known(StoreStatus::Enabled) => Some(true),
            Seen::Known(StoreStatus::Idle(_)) => None,
            Seen::Known(StoreStatus::Changing(_)) | Seen::Unread(_) => Some(false),
        };
    }
    let Seen::Known(trails) = &place.trails else { return reaches.then_some(false) };
    let sighting = trails.iter().find(|one| one.trail == recorder.arn)?;
    match &sighting.status {
        Seen::Unread(_) => Some(false),
        Seen::Known(status) => status.logging.then_some(true),
    }
}

fn reaches(recorder: &Recorder, place: &Place) -> bool {
    (recorder.organization || recorder.account == place.account)
        && (recorder.multi_region || recorder.home_region == place.region)
}

pub(super) fn list(recorder: &Recorder) -> &[Selector] {
    recorder.selectors.known().map_or(&[], |selectors| &selectors.list)
}

/// The recorders that lose something which `allowed` does not record either, wherever it was looked.
pub(super) fn lost(was: &Inventory, is: &Inventory, allowed: &[Selector]) -> Vec<String> {
    let mut lost = Vec::new();
    for (place, then) in was.places.iter().zip(&is.places) {
        for recorder in was.recorders.iter().filter(|one| records_at(one, place).is_some()) {
            let same = is.recorders.iter().find(|one| one.arn == recorder.arn);
            let stays = same
                .is_some_and(|same| same.selectors == recorder.selectors && records_at(same, then).is_some());
            if stays && recorder.selectors.known().is_none() {
                continue;
            }
            if recorder.selectors.known().is_none() || (!stays && loses(recorder, is, then, allowed)) {
                lost.push(recorder.arn.clone());
            }
            if global_lost(recorder, place, is, then) {
                lost.push(recorder.arn.clone());
            }
        }
    }
    lost
}

fn loses(recorder: &Recorder, is: &Inventory, then: &Place, allowed: &[Selector]) -> bool {
    let mut union: Vec<Selector> = allowed.to_vec();
    for other in &is.recorders {
        let own = other.arn == recorder.arn && records_at(other, then).is_some();
        if own || records_at(other, then) == Some(true) {
            union.extend(list(other).iter().filter(|one| own || one.doubts().is_empty()).cloned());
        }
    }
    losses(list(recorder), &union).possible
}

/// Whether what the recorder records of global services (IAM), which is in one Region alone, is recorded by nobody afterwards.
fn global_lost(recorder: &Recorder, place: &Place, is: &Inventory, then: &Place) -> bool {
    if place.region != HERE {
        return false;
    }
    let takes = |one: &Recorder, event: &Event| {
        let global =
            one.kind != RecorderKind::Trail || one.multi_region || one.global_service_events == Some(true);
        global && list(one).iter().any(|selector| records(selector, event) == Says::Yes)
    };
    let events = [false, true].map(|read_only| Event {
        category: "Management".to_owned(),
        source: "iam.amazonaws.com".to_owned(),
        name: "CreateRole".to_owned(),
        event_type: "AwsApiCall".to_owned(),
        read_only,
        resource: None,
        user_identity_arn: None,
        session_credential_from_console: false,
    });
    let kept = |event: &Event| {
        is.recorders.iter().any(|other| {
            let may = if other.arn == recorder.arn { Some(false) } else { None };
            let here = records_at(other, then);
            (here == Some(true) || (here.is_some() && here == may)) && takes(other, event)
        })
    };
    events.iter().any(|event| takes(recorder, event) && !kept(event))
}

/// Where the recorders reach and the worlds do not: nothing but what is left of each records there.
pub(super) fn lost_elsewhere(was: &Inventory, is: &Inventory) -> Vec<String> {
    if was.place(MEMBER, THERE).is_some() {
        return Vec::new();
    }
    let there = |recorder: &Recorder, inventory: &Inventory| {
        let reaches = recorder.multi_region || recorder.home_region == THERE;
        // Stopped where it was looked is stopped where it was not.
        let idle = recorder.kind == RecorderKind::EventDataStore
            && matches!(recorder.status, Seen::Known(StoreStatus::Idle(_)));
        let seen: Vec<Option<bool>> = inventory
            .places
            .iter()
            .filter(|place| recorder.organization || recorder.account == place.account)
            .map(|place| records_at(recorder, place))
            .collect();
        let stopped = recorder.kind == RecorderKind::Trail
            && (recorder.multi_region || recorder.home_region == HERE)
            && seen.iter().all(Option::is_none);
        reaches && !idle && !stopped
    };
    let owners = |recorder: &Recorder| match (recorder.organization, recorder.account.as_str()) {
        (true, _) => vec![MEMBER, MANAGEMENT],
        (false, account) => vec![if account == MEMBER { MEMBER } else { MANAGEMENT }],
    };
    let lost = |recorder: &&Recorder| {
        let left = is.recorders.iter().find(|one| one.arn == recorder.arn).filter(|one| there(one, is));
        let records_it =
            |list: &[Selector], event: &Event| list.iter().any(|one| records(one, event) == Says::Yes);
        there(recorder, was)
            && owners(recorder).into_iter().any(|account| {
                ["f1", "zz", "f"].into_iter().any(|name| {
                    let event = invocation(&function(account, THERE, name));
                    records_it(list(recorder), &event)
                        && !left.is_some_and(|left| records_it(list(left), &event))
                })
            })
    };
    was.recorders.iter().filter(lost).map(|one| one.arn.clone()).collect()
}

/// The functions of today that are certainly recorded before and not at all afterwards.
pub(super) fn functions_lost(was: &Inventory, is: &Inventory) -> Vec<String> {
    let mut lost = Vec::new();
    for (place, then) in was.places.iter().zip(&is.places) {
        for resource in &place.functions.resources {
            let event = invocation(&resource.arn);
            let by = |inventory: &Inventory, place: &Place, wanted: fn(Option<bool>) -> bool| {
                inventory.recorders.iter().any(|one| {
                    let says = list(one).iter().any(|selector| match wanted(Some(false)) {
                        true => records(selector, &event) != Says::No,
                        false => records(selector, &event) == Says::Yes,
                    });
                    let unread = one.selectors.known().is_none() && wanted(Some(false));
                    wanted(records_at(one, place)) && (says || unread)
                })
            };
            if by(was, place, |here| here == Some(true)) && !by(is, then, |here| here.is_some()) {
                lost.push(resource.arn.to_string());
            }
        }
    }
    lost
}

fn invocation(arn: &str) -> Event {
    Event {
        category: "Data".to_owned(),
        source: "lambda.amazonaws.com".to_owned(),
        name: "Invoke".to_owned(),
        event_type: "AwsApiCall".to_owned(),
        read_only: false,
        resource: Some(EventResource { kind: "AWS::Lambda::Function".to_owned(), arn: arn.to_owned() }),
        user_identity_arn: None,
        session_credential_from_console: false,
    }
}
