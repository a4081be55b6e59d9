//! What is not recorded while a change is carried out: between the end of one recorder and the beginning of what takes its place.

use super::certain::may_record_less;
use super::{EFFORT, Interruption, Loss, Sides, accepted, loss, stand_in};
use crate::document::{Action, Document, Language};
use crate::proposal::{Proposal, Touched, take};
use audit::Options;
use audit::edit::narrows_within;
use audit::finding::Audit;
use audit::inventory::{Inventory, Sighting, TrailStatus};
use audit::plan::{Narrowing, narrowings_between};
use cloudtrail::recorder::Seen;
use recording::{Effort, Inclusion};
use std::collections::BTreeSet;

/// How many recorders that gain something and lose something else are looked at in each order; where there are more, those others are taken to record
/// nothing meanwhile.
const ORDERED: usize = 4;

/// What is lost meanwhile, of each recorder that goes or records less before what takes its place is there, or may. Others count only as far as they
/// record whatever is carried out first: nothing says what is. What is lost for good (`stops`) is told there, and what exceptions accept at that moment
/// is no loss.
pub(super) fn interruptions(
    document: &Document,
    proposal: &Proposal,
    before: &Audit<'_>,
    options: &Options<'_>,
    stops: &[Loss],
) -> Vec<Interruption> {
    let moments = Moments { document, proposal };
    let may_record_less = may_record_less(document, proposal);
    let losses = |arn: &str, world: &Inventory| -> Vec<Narrowing> {
        let possible = stand_in::with_impossible(world);
        let changed = BTreeSet::from([arn]);
        narrowings_between(&proposal.before, &possible, &changed, &may_record_less, options, EFFORT)
    };
    let mut all = Vec::new();
    for touched in &proposal.touched {
        let Some(arn) = touched.before.as_deref() else { continue };
        let in_order = moments.is_gone_first(touched);
        let is_lost = stops.iter().any(|stop| stop.narrowing.recorder == arn);
        if !in_order && (is_lost || moments.ends_last(touched) || moments.is_same(touched)) {
            continue;
        }
        let worlds = if in_order { moments.without_replaced(arn) } else { moments.around(touched) };
        let lost = worlds.into_iter().find_map(|world| {
            let mut lost = losses(arn, &world);
            let meanwhile = (!lost.is_empty()).then(|| audit::audit(&world, options))?;
            if let Some(then) = accepted::as_if_recorded(&meanwhile, &world, options) {
                lost = losses(arn, &then);
            }
            drop(meanwhile);
            (!lost.is_empty()).then_some((world, lost))
        });
        let Some((world, lost)) = lost else { continue };
        let meanwhile = audit::audit(&world, options);
        all.extend(lost.into_iter().map(|narrowing| {
            let mut loss = loss(narrowing, Sides { from: before, to: &meanwhile }, Some(touched.resource));
            loss.certain &= in_order;
            Interruption { resource: touched.resource, loss }
        }));
    }
    all
}

/// What there may be at one moment or another of a change.
struct Moments<'a> {
    document: &'a Document,
    proposal: &'a Proposal,
}

impl<'a> Moments<'a> {
    fn action(&self, touched: &Touched) -> Option<Action> {
        self.document.resources.get(touched.resource).map(|one| one.action)
    }

    /// True iff it is deleted before its successor is made.
    fn is_gone_first(&self, touched: &Touched) -> bool {
        self.action(touched) == Some(Action::Replace { create_first: false })
    }

    /// True iff it goes only once everything else is done: CloudFormation makes and changes what is left before it deletes.
    fn ends_last(&self, touched: &Touched) -> bool {
        touched.after.is_none() && self.document.language == Language::CloudFormation
    }

    /// True iff it is the same before and after.
    fn is_same(&self, touched: &Touched) -> bool {
        let (before, after) = (&self.proposal.before, &self.proposal.after);
        let (Some(was), Some(is)) = (touched.before.as_deref(), touched.after.as_deref()) else {
            return false;
        };
        let recorder = |side: &'a Inventory, arn: &str| side.recorder(arn).map(|at| &side.recorders[at]);
        let seen = |side: &Inventory| -> Vec<Option<Sighting>> {
            let at = |place: &audit::inventory::Place| {
                place.trails.known()?.iter().find(|one| one.trail == was).cloned()
            };
            side.places.iter().map(at).collect()
        };
        was == is && recorder(before, was) == recorder(after, is) && seen(before) == seen(after)
    }

    /// True iff the recorder certainly records on `wide` whatever it does on `narrow`, and it is the same recorder.
    fn is_within(&self, touched: &Touched, narrow: &Inventory, wide: &Inventory) -> bool {
        let (Some(arn), true) = (touched.after.as_deref(), touched.before == touched.after) else {
            return false;
        };
        let of = |side: &'a Inventory| side.recorder(arn).map(|at| &side.recorders[at]);
        let sides = [&self.proposal.before, &self.proposal.after].map(of);
        let [Some(was), Some(is)] = sides else { return false };
        let (less, more) = if std::ptr::eq(narrow, &self.proposal.before) { (was, is) } else { (is, was) };
        let (Some(some), Some(all)) = (less.selectors.known(), more.selectors.known()) else { return false };
        let reaches = (more.multi_region || !less.multi_region)
            && (more.organization || !less.organization)
            && (less.status == more.status)
            && (more.global_service_events == less.global_service_events);
        let sighting = |side: &Inventory, account: &str, region: &str| {
            let place = side.place(account, region).map(|at| &side.places[at]);
            place.and_then(|place| place.trails.known()?.iter().find(|one| one.trail == arn).cloned())
        };
        let records = |status: &Seen<TrailStatus>| {
            status.known().is_some_and(|status| status.logging && status.delivery_error.is_none())
        };
        let is_seen = narrow.places.iter().all(|place| {
            let (here, there) = (
                sighting(narrow, &place.account, &place.region),
                sighting(wide, &place.account, &place.region),
            );
            match (here, there) {
                (None, _) => true,
                (Some(one), Some(other)) => one.status == other.status || records(&other.status),
                (Some(_), None) => false,
            }
        });
        let mut effort = Effort::new(EFFORT);
        reaches && is_seen && narrows_within(some, all, &mut effort) == Inclusion::Included
    }

    /// Both sides of the change without this recorder, and without all that go before their successors are there.
    fn without_replaced(&self, arn: &str) -> Vec<Inventory> {
        let replaced = self.proposal.touched.iter().filter(|one| self.is_gone_first(one));
        let away: BTreeSet<&str> = replaced.flat_map(both).chain([arn]).collect();
        [&self.proposal.before, &self.proposal.after]
            .map(|side| {
                let mut world = side.clone();
                away.iter().for_each(|arn| take(&mut world, arn));
                world
            })
            .into()
    }

    /// What there may be just after this one was carried out: what the others are before or after it, each in its turn.
    fn around(&self, this: &Touched) -> Vec<Inventory> {
        let mut world = self.proposal.before.clone();
        world.gaps.clone_from(&self.proposal.after.gaps);
        let others = self.proposal.touched.iter().filter(|one| one.resource != this.resource);
        let others = others.filter(|one| !self.is_same(one) && !self.ends_last(one));
        // What goes is missing from some moment on, and what comes until then.
        let stays = |one: &&Touched| one.before.is_some() && one.after.is_some() && !self.is_gone_first(one);
        let (stay, missing): (Vec<&Touched>, Vec<&Touched>) = others.partition(stays);
        missing.into_iter().flat_map(both).for_each(|arn| take(&mut world, arn));
        self.carry_out(&mut world, this);
        let (before, after) = (&self.proposal.before, &self.proposal.after);
        let mut either = Vec::new();
        for one in stay {
            // What only grows records least before its change, and what only shrinks after it.
            if self.is_within(one, before, after) {
                continue;
            }
            if self.is_within(one, after, before) {
                self.carry_out(&mut world, one);
            } else {
                either.push(one);
            }
        }
        if either.len() > ORDERED {
            either.into_iter().flat_map(both).for_each(|arn| take(&mut world, arn));
            return vec![world];
        }
        let done = |some: u32| {
            let mut world = world.clone();
            let carried_out = either.iter().enumerate().filter(|(at, _)| some >> at & 1 == 1);
            carried_out.for_each(|(_, one)| self.carry_out(&mut world, one));
            world
        };
        (0..1 << either.len()).map(done).collect()
    }

    fn carry_out(&self, world: &mut Inventory, touched: &Touched) {
        both(touched).for_each(|arn| take(world, arn));
        if let Some(arn) = &touched.after {
            bring(world, &self.proposal.after, arn);
        }
    }
}

fn both(touched: &Touched) -> impl Iterator<Item = &str> {
    [&touched.before, &touched.after].into_iter().flatten().map(String::as_str)
}

/// Puts a recorder in as it is in another inventory of the same places.
fn bring(world: &mut Inventory, from: &Inventory, arn: &str) {
    let Some(at) = from.recorder(arn) else { return };
    let place = world.recorders.partition_point(|one| one.arn.as_str() < arn);
    world.recorders.insert(place, from.recorders[at].clone());
    for there in &from.places {
        let sighting = there.trails.known().and_then(|all| all.iter().find(|one| one.trail == arn));
        let here = world.place(&there.account, &there.region);
        if let (Some(sighting), Some(here)) = (sighting, here)
            && let Seen::Known(trails) = &mut world.places[here].trails
        {
            let later = trails.iter().position(|one| one.trail.as_str() > arn);
            trails.insert(later.unwrap_or(trails.len()), sighting.clone());
        }
    }
    for there in &from.accounts {
        let holds = there.stores.known().is_some_and(|stores| stores.iter().any(|one| one == arn));
        for account in world.accounts.iter_mut().filter(|one| holds && one.id == there.id) {
            if let Seen::Known(stores) = &mut account.stores
                && let Err(at) = stores.binary_search_by(|one| one.as_str().cmp(arn))
            {
                stores.insert(at, arn.to_owned());
            }
        }
    }
}
