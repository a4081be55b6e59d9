//! What is recorded more: after each step, and after the whole plan.

use super::after::apply;
use crate::Options;
use crate::change::{Change, Setting, Turn};
use crate::controls::count;
use crate::finding::Audit;
use crate::inventory::Inventory;
use crate::judge::judge;
use cloudtrail::resource::ResourceType;
use recording::State;

/// What each change adds, judged as it is carried out: after all changes before it.
pub(super) fn by_step(inventory: &Inventory, options: &Options<'_>, changes: &[Change]) -> Vec<Vec<String>> {
    let mut world = inventory.clone();
    let told = changes.iter().map(|change| {
        if is_silent(change) {
            apply(&mut world, change);
            return Vec::new();
        }
        let before = concerned(&world, change);
        apply(&mut world, change);
        let after = concerned(&world, change);
        gains(&judge(&before, options), &judge(&after, options))
    });
    told.collect()
}

/// True iff the change by itself records nothing: a bucket, a trail that does not log yet, a signature.
fn is_silent(change: &Change) -> bool {
    match &change.setting {
        Setting::Bucket(_) | Setting::LogFileValidation(_) => true,
        Setting::Trail(Turn { after, .. }) => after.is_some(),
        Setting::MultiRegion(_) | Setting::Selectors(_) | Setting::Logging(_) => false,
    }
}

/// The part of the inventory that the change can be about: an account's own recorder records in its account alone.
fn concerned(world: &Inventory, change: &Change) -> Inventory {
    let target = &change.target;
    let organization = world.recorder(&target.arn).is_none_or(|at| world.recorders[at].organization);
    let here = |account: &str| organization || account == target.account;
    Inventory {
        collected_at: world.collected_at.clone(),
        partition: world.partition.clone(),
        caller: world.caller.clone(),
        regions_asked: world.regions_asked.clone(),
        accounts: world.accounts.clone(),
        places: world.places.iter().filter(|place| here(&place.account)).cloned().collect(),
        recorders: world.recorders.clone(),
        gaps: world.gaps.clone(),
        beside: crate::beside::Beside::default(),
    }
}

/// What is recorded afterwards and was not before, by kind, in words.
pub(super) fn gains(before: &Audit<'_>, after: &Audit<'_>) -> Vec<String> {
    let mut told = Vec::new();
    for kind in ResourceType::ALL {
        let plane = kind as usize;
        let (mut resources, mut places) = (0, 0);
        for (was, is) in before.places.iter().zip(&after.places) {
            let (was, is) = (&was.planes[plane], &is.planes[plane]);
            let state = |audit: &Audit<'_>, verdict: usize| audit.verdicts[verdict].state;
            let now = |was: usize, is: usize| {
                state(before, was) != State::Recorded && state(after, is) == State::Recorded
            };
            resources +=
                was.rows.iter().zip(&is.rows).filter(|(was, is)| now(was.verdict, is.verdict)).count();
            places += usize::from(now(was.any, is.any));
        }
        if resources > 0 {
            told.push(format!("every invocation of {} more", count(resources, kind.noun())));
        }
        if places > 0 && (kind == ResourceType::Function || resources > 0) {
            let at = count(places, "account and Region").replace("Regions", "Region");
            let at = if places == 1 { at } else { format!("{places} accounts and Regions") };
            told.push(format!("every invocation of any {} created later in {at}", kind.noun()));
        }
    }
    let management = before.places.iter().zip(&after.places).filter(|(was, is)| {
        before.verdicts[was.management].state != State::Recorded
            && after.verdicts[is.management].state == State::Recorded
    });
    match management.count() {
        0 => {}
        1 => told.push("every management event of 1 account and Region".to_owned()),
        n => told.push(format!("every management event of {n} accounts and Regions")),
    }
    told
}
