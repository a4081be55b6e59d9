//! What an inventory will be once changes are carried out: AWS's effect, without AWS.

use crate::change::{Change, NewTrail, Setting, Target};
use crate::inventory::{Inventory, Sight, Sighting, TrailStatus};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen, StoreStatus};
use cloudtrail::selector::Selectors;
use std::collections::BTreeMap;

/// The inventory as it will be seen after the changes, in their order. Whatever a change is not about stays.
///
/// A change about a recorder that the inventory does not hold, and does not create, has no effect.
#[must_use]
pub fn after(inventory: &Inventory, changes: &[Change]) -> Inventory {
    let mut inventory = inventory.clone();
    for change in changes {
        apply(&mut inventory, change);
    }
    inventory
}

/// Carries one change out in the inventory.
pub(super) fn apply(inventory: &mut Inventory, change: &Change) {
    let target = &change.target;
    match &change.setting {
        Setting::Bucket(_) => {}
        Setting::Trail(turn) => match &turn.after {
            Some(trail) => create(inventory, target, trail),
            None => delete(inventory, &target.arn),
        },
        Setting::MultiRegion(turn) => {
            with(inventory, target, |recorder| recorder.multi_region = turn.after);
            settle_sightings(inventory, &target.arn);
        }
        Setting::LogFileValidation(turn) => {
            with(inventory, target, |recorder| recorder.log_file_validation = Some(turn.after));
        }
        Setting::Selectors(turn) => {
            // A document that cannot be read is no selectors that we could judge: it stays as it is.
            if let Ok(read) = cloudtrail::selector_json::from_str(&turn.after) {
                let selectors = Selectors { document: turn.after.clone(), ..read };
                with(inventory, target, |recorder| recorder.selectors = Seen::Known(selectors));
            }
        }
        Setting::Logging(turn) => {
            let failing = failing(inventory, &target.arn);
            for place in &mut inventory.places {
                let error = failing.get(&(place.account.clone(), place.region.clone()));
                let Seen::Known(trails) = &mut place.trails else { continue };
                for sighting in trails.iter_mut().filter(|one| one.trail == target.arn) {
                    let Seen::Known(status) = &mut sighting.status else { continue };
                    // It delivers to a bucket to which AWS cannot deliver.
                    if turn.after && !status.logging && status.delivery_error.is_none() {
                        status.delivery_error = error.cloned();
                    }
                    status.logging = turn.after;
                }
            }
        }
    }
}

fn with(inventory: &mut Inventory, target: &Target, set: impl FnOnce(&mut Recorder)) {
    if let Some(at) = inventory.recorder(&target.arn) {
        set(&mut inventory.recorders[at]);
    }
}

fn create(inventory: &mut Inventory, target: &Target, trail: &NewTrail) {
    // What AWS gives a trail that nobody set: management events alone.
    let selectors = super::create::of_a_new_trail();
    let recorder = Recorder {
        arn: target.arn.clone(),
        name: target.name.clone(),
        kind: RecorderKind::Trail,
        // A trail of an organization belongs to its management account, whoever creates it.
        account: target.owner().to_owned(),
        home_region: target.home_region.clone(),
        multi_region: trail.multi_region,
        organization: trail.organization,
        selectors: Seen::Known(selectors),
        status: Seen::Known(StoreStatus::Enabled),
        log_file_validation: Some(trail.log_file_validation),
        // CreateTrail's default.
        global_service_events: Some(true),
        destination: Some(trail.bucket.clone()),
    };
    if let Err(at) = inventory.recorders.binary_search_by(|one| one.arn.cmp(&recorder.arn)) {
        inventory.recorders.insert(at, recorder);
    }
    settle_sightings(inventory, &target.arn);
}

fn delete(inventory: &mut Inventory, arn: &str) {
    inventory.recorders.retain(|one| one.arn != arn);
    for place in &mut inventory.places {
        if let Seen::Known(trails) = &mut place.trails {
            trails.retain(|sighting| sighting.trail != arn);
        }
    }
}

/// Lets a trail be seen where it or its shadow exists: at home, or in every Region; in its account, or in all accounts of
/// its organization but those that were seen without it. A new trail does not log yet.
fn settle_sightings(inventory: &mut Inventory, arn: &str) {
    let Some(at) = inventory.recorder(arn) else { return };
    let recorder = inventory.recorders[at].clone();
    let mut members = members(inventory, &recorder.account);
    members.retain(|member| recorder.organization && *member != recorder.account);
    let accounts = members.into_iter().chain([recorder.account.clone()]);
    let sights: BTreeMap<String, Sight> =
        accounts.map(|account| (account.clone(), inventory.sight(&recorder, &account))).collect();
    let failing = failing(inventory, arn);
    for place in &mut inventory.places {
        let error = failing.get(&(place.account.clone(), place.region.clone()));
        let Seen::Known(trails) = &mut place.trails else { continue };
        let in_region = recorder.multi_region || place.region == recorder.home_region;
        let sight = sights.get(&place.account).filter(|_| in_region);
        let seen = trails.iter().position(|sighting| sighting.trail == arn);
        let mut status = match (sight, seen) {
            (Some(Sight::As(status)), None) => status.clone(),
            (Some(Sight::New), None) => Seen::Known(TrailStatus::default()),
            (None, Some(at)) if !in_region => {
                trails.remove(at);
                continue;
            }
            // Who saw it goes on to, also where nobody could read whose member the account is.
            (_, Some(_)) | (Some(Sight::Absent) | None, None) => continue,
        };
        if let Seen::Known(status) = &mut status
            && status.delivery_error.is_none()
        {
            status.delivery_error = error.cloned();
        }
        trails.push(Sighting { trail: arn.to_owned(), status });
        trails.sort_by(|a, b| a.trail.cmp(&b.trail));
    }
}

/// Where AWS cannot deliver to the bucket of a trail, as other trails show, with what it said: by account and Region.
fn failing(inventory: &Inventory, arn: &str) -> BTreeMap<(String, String), String> {
    let Some(trail) = inventory.recorder(arn).map(|at| &inventory.recorders[at]) else {
        return BTreeMap::new();
    };
    let errors = inventory.bucket_errors(trail).into_iter();
    errors
        .map(|((account, region), error)| ((account.to_owned(), region.to_owned()), error.to_owned()))
        .collect()
}

/// The accounts of the organization that the account manages.
fn members(inventory: &Inventory, management: &str) -> Vec<String> {
    let of = |account: &&crate::inventory::Account| {
        let organization = account.organization.known().and_then(Option::as_ref);
        organization.is_some_and(|organization| organization.management_account == management)
    };
    inventory.accounts.iter().filter(of).map(|account| account.id.clone()).collect()
}
