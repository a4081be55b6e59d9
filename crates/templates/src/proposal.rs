//! A document over an inventory, or alone: two inventories that differ by the change, to be audited like any other.
//!
//! Over an inventory, what a plan does not change stays as the inventory has it, and so do all other recorders. Alone, the document is
//! all there is. What the document leaves open is a gap of kind [`audit::inventory::GapKind::AfterApply`] or a doubt of a selector, so
//! that nothing that rests on it is recorded. An ARN that AWS gives only later is written with the address in the place of the name.
//!
//! A trail that is new logs as the document says and is taken to deliver, unless the inventory shows that AWS cannot deliver to its bucket. Of bucket
//! policies only this is looked at: one that is
//! deleted or moves away, or that is known and does not name `cloudtrail.amazonaws.com`, puts the trails of its bucket in doubt.

mod base;
mod bucket_names;
mod buckets;
mod delivery;
mod elsewhere;
mod find;
mod functions;
mod hidden;
mod homes;
mod recorders;
mod sightings;
mod world;

use crate::document::{About, Action, Document, Doubt, Kind, Proposed};
use audit::inventory::Inventory;
use bucket_names::BucketNames;
pub use buckets::LostBucket;
pub use functions::NewFunction;
pub(crate) use hidden::is_open;
pub use hidden::{Hidden, What};
use homes::Homes;
pub(crate) use recorders::reach_names;
use std::collections::BTreeMap;
use world::World;
pub(crate) use world::take;

/// What the user says of resources of which the file says neither account nor Region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Defaults<'a> {
    /// The partition.
    pub partition: Option<&'a str>,
    /// Twelve digits.
    pub account: Option<&'a str>,
    /// The Region.
    pub region: Option<&'a str>,
}

/// The account that stands for one that nothing names.
pub const SOME_ACCOUNT: &str = "000000000000";

/// The Region that stands for one that nothing names.
pub const SOME_REGION: &str = "us-east-1";

/// What stands for what nothing names. Selectors that name one are in doubt then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assumed {
    /// True iff every resource is in [`SOME_ACCOUNT`].
    pub account: bool,
    /// True iff every resource is in [`SOME_REGION`].
    pub region: bool,
}

/// An account before and after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// As it is.
    pub before: Inventory,
    /// As it will be.
    pub after: Inventory,
    /// Which recorder each resource of the document is, as far as it is one.
    pub touched: Vec<Touched>,
    /// The functions that the change makes.
    pub functions: Vec<NewFunction>,
    /// The recorders of which no verdict shows what the change does to them. Over an inventory there are none.
    pub hidden: Vec<Hidden>,
    /// The trails that lose the bucket that they deliver to.
    pub buckets: Vec<LostBucket>,
    /// The ARNs of the trails whose bucket or policy the change takes away, or may.
    pub harmed: Vec<String>,
    /// What is open: of the document, and of what it means here.
    pub doubts: Vec<Doubt>,
    /// What stands for what nothing names.
    pub assumed: Assumed,
    /// True iff there was no inventory.
    pub alone: bool,
}

/// A recorder of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Position in [`Document::resources`].
    pub resource: usize,
    /// Its ARN before, iff it is there.
    pub before: Option<String>,
    /// Its ARN after, iff it is there.
    pub after: Option<String>,
}

/// Merges a document into an inventory, or into nothing.
#[must_use]
pub fn merge(document: &Document, inventory: Option<&Inventory>, defaults: &Defaults<'_>) -> Proposal {
    let (homes, mut doubts) = Homes::of(document, inventory.is_none(), defaults);
    doubts.extend(document.doubts.iter().cloned());
    let mut touched: Vec<Touched> = (0..document.resources.len())
        .map(|resource| Touched { resource, before: None, after: None })
        .collect();
    let (before, mut after) = match inventory {
        None => {
            let base = base::base(document, &homes);
            let mut before = World::new(base.clone(), homes.assumed);
            let mut after = World::new(base, homes.assumed);
            for (at, resource) in document.resources.iter().enumerate() {
                let home = homes.of_resource(at);
                if let Some(properties) = &resource.before {
                    touched[at].before = before.insert(resource, homes.before(at), properties, None);
                }
                let properties = resource.after.as_ref();
                let left = resource.before.as_ref().filter(|_| resource.action == Action::Forget);
                if let Some(properties) = properties.or(left) {
                    touched[at].after = after.insert(resource, home, properties, None);
                }
            }
            (before.inventory, after)
        }
        Some(inventory) => {
            let mut after = World::new(inventory.clone(), homes.assumed);
            over(document, &homes, &mut after, &mut touched);
            (inventory.clone(), after)
        }
    };
    let mut before = before;
    let alone = inventory.is_none();
    let functions = functions::apply(document, &homes, alone, &mut before, &mut after);
    let names = BucketNames::of(document, &before, &touched, alone);
    delivery::apply(document, &before, &touched, &names, &mut after);
    let harmed = buckets::apply(document, &names, alone, &mut after);
    doubts.extend(inventory.into_iter().flat_map(|inventory| outside(document, &homes, inventory)));
    touched.retain(|one| one.before.is_some() || one.after.is_some());
    let hidden = if alone { hidden::of(document, &touched, homes.assumed) } else { Vec::new() };
    doubts.extend(made_twice(document, &touched));
    doubts.append(&mut after.doubts);
    doubts.sort();
    doubts.dedup();
    Proposal {
        before,
        after: after.inventory,
        touched,
        functions,
        hidden,
        buckets: harmed.lost,
        harmed: harmed.trails,
        doubts,
        assumed: homes.assumed,
        alone,
    }
}

/// The recorders that one resource deletes and another makes anew: nothing says which of the two comes first.
fn made_twice(document: &Document, touched: &[Touched]) -> Vec<Doubt> {
    let gone = |one: &&Touched| one.after.is_none();
    let deleted: BTreeMap<&str, usize> =
        touched.iter().filter(gone).filter_map(|one| Some((one.before.as_deref()?, one.resource))).collect();
    let made = touched.iter().filter(|one| one.before.as_ref() != one.after.as_ref());
    let twice = made.filter_map(|one| Some((one.resource, *deleted.get(one.after.as_deref()?)?)));
    let of = |at: usize| document.resources.get(at);
    let doubt =
        |(made, gone): (usize, usize)| Some(of(made)?.doubt("$", About::Twice(of(gone)?.address.clone())));
    twice.filter_map(doubt).collect()
}

/// The resources that change where the inventory did not look: functions in another account or Region, recorders of another account, and buckets of
/// another account that go, or lose what lets CloudTrail deliver.
fn outside(document: &Document, homes: &Homes, inventory: &Inventory) -> Vec<Doubt> {
    let changes = |one: &Proposed| !matches!(one.action, Action::Keep | Action::Forget);
    let all = document.resources.iter().enumerate().filter(|(_, one)| changes(one));
    let is_outside = |(at, one): &(usize, &Proposed)| {
        let home = homes.of_resource(*at);
        let Some(account) = home.account.as_deref() else { return false };
        match (&one.kind, home.region.as_deref()) {
            (Kind::Function, Some(region)) => inventory.place(account, region).is_none(),
            (Kind::Trail | Kind::EventDataStore, _) => inventory.account(account).is_none(),
            (kind, _) if kind.is_bucket() || kind.is_bucket_policy() => {
                let is_new = matches!(one.action, Action::Create | Action::Declare);
                let stays = kind.is_bucket() && one.action == Action::Update;
                !is_new && !stays && inventory.account(account).is_none()
            }
            _ => false,
        }
    };
    all.filter(is_outside).map(|(_, one)| one.doubt("$", About::OutsideInventory)).collect()
}

/// What the document does to the recorders of an inventory: first what goes, then what comes or changes.
fn over(document: &Document, homes: &Homes, world: &mut World, touched: &mut [Touched]) {
    let is_recorder = |one: &Proposed| matches!(one.kind, Kind::Trail | Kind::EventDataStore);
    let recorders = || document.resources.iter().enumerate().filter(|(_, one)| is_recorder(one));
    for (at, resource) in recorders() {
        if let (Action::Delete | Action::Replace { .. }, Some(was)) = (resource.action, &resource.before) {
            touched[at].before = world.remove(resource, homes.before(at), was);
        }
    }
    for (at, resource) in recorders() {
        let home = homes.of_resource(at);
        let (was, is) = (resource.before.as_ref(), resource.after.as_ref());
        match (resource.action, is) {
            (Action::Create | Action::Replace { .. }, Some(is)) => {
                touched[at].after = world.create(resource, home, is);
            }
            (Action::Declare, Some(is)) => {
                let (before, after) = world.declare(resource, home, is);
                (touched[at].before, touched[at].after) = (before, after);
            }
            (Action::Update | Action::Keep, Some(is)) => {
                let arn = world.update(resource, home, was.unwrap_or(is), is);
                touched[at].before.clone_from(&arn.0);
                touched[at].after = arn.1;
            }
            _ => {}
        }
    }
}
