//! What is not recorded while a change is carried out: between the deletion of a recorder and the making of what takes its place.

use super::{EFFORT, Interruption, Loss, loss, stand_in};
use crate::document::{Action, Document, Language};
use crate::proposal::{Proposal, Touched};
use audit::Options;
use audit::finding::Audit;
use audit::inventory::Inventory;
use audit::plan::narrowings_between;
use cloudtrail::recorder::Seen;
use std::collections::BTreeSet;

/// What is lost meanwhile, of each recorder that goes before its successor is there, or may. Others count only as far as they record both before
/// and after the change and do not go themselves: nothing says what is carried out first. What is lost for good (`stops`) is told there.
pub(super) fn interruptions(
    document: &Document,
    proposal: &Proposal,
    before: &Audit<'_>,
    options: &Options<'_>,
    stops: &[Loss],
) -> Vec<Interruption> {
    let action = |touched: &Touched| document.resources.get(touched.resource).map(|one| one.action);
    let replaced = |touched: &&Touched| action(touched) == Some(Action::Replace { create_first: false });
    // CloudFormation makes what is new before it deletes what is old.
    let deletes = document.language == Language::Terraform;
    let deleted = |touched: &&Touched| deletes && action(touched) == Some(Action::Delete);
    let both = |touched: &Touched| [touched.before.clone(), touched.after.clone()];
    let away: BTreeSet<String> = proposal.touched.iter().filter(replaced).flat_map(both).flatten().collect();
    let is_made = proposal.touched.iter().any(|one| one.before.is_none() && one.after.is_some());
    let mut all = Vec::new();
    for touched in &proposal.touched {
        let Some(arn) = touched.before.as_deref() else { continue };
        let in_order = replaced(&touched);
        let is_lost = stops.iter().any(|stop| stop.narrowing.recorder == arn);
        if !in_order && (is_lost || !is_made || !deleted(&touched)) {
            continue;
        }
        let mut gone = away.clone();
        gone.insert(arn.to_owned());
        let lost = [&proposal.before, &proposal.after].into_iter().find_map(|side| {
            let without = without(side, &gone);
            let possible = stand_in::with_impossible(&without);
            let lost =
                narrowings_between(&proposal.before, &possible, &BTreeSet::from([arn]), options, EFFORT);
            (!lost.is_empty()).then_some((without, lost))
        });
        let Some((without, lost)) = lost else { continue };
        let meanwhile = audit::audit(&without, options);
        all.extend(lost.into_iter().map(|narrowing| {
            let mut loss = loss(narrowing, (before, &meanwhile), Some(touched.resource));
            loss.certain &= in_order;
            Interruption { resource: touched.resource, loss }
        }));
    }
    all
}

/// The inventory without these recorders.
fn without(inventory: &Inventory, gone: &BTreeSet<String>) -> Inventory {
    let mut without = inventory.clone();
    without.recorders.retain(|recorder| !gone.contains(&recorder.arn));
    for place in &mut without.places {
        if let Seen::Known(trails) = &mut place.trails {
            trails.retain(|sighting| !gone.contains(&sighting.trail));
        }
    }
    for account in &mut without.accounts {
        if let Seen::Known(stores) = &mut account.stores {
            stores.retain(|store| !gone.contains(store));
        }
    }
    without
}
