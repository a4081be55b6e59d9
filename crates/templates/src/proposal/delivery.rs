//! Whether trails deliver after a change, as far as the inventory shows that AWS could not before: an error belongs to the trail, its bucket and the
//! place where it was seen.

use super::Touched;
use super::bucket_names::{BucketNames, Meet};
use super::world::World;
use crate::document::{About, Action, Document, Proposed};
use audit::inventory::{Inventory, TrailStatus};
use cloudtrail::recorder::{Recorder, RecorderKind, Seen};
use std::collections::BTreeMap;

/// What is known of a trail's deliveries at a place after the change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Then {
    /// What kept it from delivering still does.
    Fails(String),
    /// Nobody knows, because of this about this resource.
    Open(usize, About),
}

/// Marks the trails that cannot deliver, or may not. A trail that the document neither makes nor changes, and whose bucket it leaves alone, stays
/// as it is.
pub(super) fn apply(
    document: &Document,
    before: &Inventory,
    touched: &[Touched],
    names: &BucketNames<'_>,
    world: &mut World,
) {
    let errors = Errors::of(before);
    if !errors.some {
        return;
    }
    let trails: Vec<Recorder> =
        world.inventory.recorders.iter().filter(|one| one.kind == RecorderKind::Trail).cloned().collect();
    let mut gaps: BTreeMap<(usize, About), usize> = BTreeMap::new();
    for trail in &trails {
        let of = |one: &&Touched| one.after.as_deref() == Some(trail.arn.as_str());
        let resource = touched.iter().find(of).map(|one| one.resource);
        let mended = about(document, names, trail);
        if resource.is_none() && mended.is_none() {
            continue;
        }
        for at in 0..world.inventory.places.len() {
            let place = &world.inventory.places[at];
            let here = (place.account.as_str(), place.region.as_str());
            let Some(then) = errors.then(trail, here, resource, mended, before) else { continue };
            let status = match then {
                Then::Fails(error) => Err(error),
                Then::Open(resource, about) => {
                    let Some(proposed) = document.resources.get(resource) else { continue };
                    Ok(*gaps
                        .entry((resource, about.clone()))
                        .or_insert_with(|| world.open(proposed, "$", about, "cloudtrail:GetTrailStatus")))
                }
            };
            let Seen::Known(sightings) = &mut world.inventory.places[at].trails else { continue };
            for sighting in sightings.iter_mut().filter(|one| one.trail == trail.arn) {
                match (&mut sighting.status, &status) {
                    // What does not log does not deliver either.
                    (Seen::Known(known), _) if !known.logging => {}
                    (known, Ok(gap)) => *known = Seen::Unread(*gap),
                    (Seen::Known(known), Err(error)) => known.delivery_error = Some(error.clone()),
                    (Seen::Unread(_), Err(_)) => {}
                }
            }
        }
    }
}

/// What AWS said of a trail or a bucket at each account and Region: an error, or none where it delivers.
type ErrorsByPlace<'a> = BTreeMap<(&'a str, &'a str), Option<&'a str>>;

/// What AWS said of deliveries.
struct Errors<'a> {
    by_trail: BTreeMap<&'a str, ErrorsByPlace<'a>>,
    by_bucket: BTreeMap<&'a str, ErrorsByPlace<'a>>,
    /// True iff there is any error.
    some: bool,
}

impl<'a> Errors<'a> {
    fn of(before: &'a Inventory) -> Self {
        let mut errors = Errors { by_trail: BTreeMap::new(), by_bucket: BTreeMap::new(), some: false };
        for place in &before.places {
            let here = (place.account.as_str(), place.region.as_str());
            for one in place.trails.known().into_iter().flatten() {
                let Some(TrailStatus { logging, delivery_error, .. }) = one.status.known() else { continue };
                let error = delivery_error.as_deref();
                // A trail that is stopped shows its last error, and without one nothing: it delivers nothing.
                if !logging && error.is_none() {
                    continue;
                }
                errors.some |= error.is_some();
                errors.by_trail.entry(&one.trail).or_default().insert(here, error);
                let recorder = before.recorder(&one.trail).map(|at| &before.recorders[at]);
                if let Some(bucket) = recorder.and_then(|one| one.destination.as_deref()) {
                    let said = errors.by_bucket.entry(bucket).or_default().entry(here).or_insert(None);
                    *said = said.or(error);
                }
            }
        }
        errors
    }

    /// `None` iff the trail delivers there as it did, or as a new one does. `resource` is the trail's in the document, `mended` that of its bucket.
    fn then(
        &self,
        trail: &Recorder,
        here: (&str, &str),
        resource: Option<usize>,
        mended: Option<usize>,
        before: &Inventory,
    ) -> Option<Then> {
        let was = before.recorder(&trail.arn).map(|at| &before.recorders[at]);
        let is_same = was.is_some_and(|was| was.destination == trail.destination);
        let said = self.by_trail.get(trail.arn.as_str());
        let own = said.and_then(|said| at(said, here));
        let delivers = is_same && said.is_some_and(|said| said.get(&here) == Some(&None));
        let bucket = trail.destination.as_deref().and_then(|bucket| self.by_bucket.get(bucket));
        let others = bucket.and_then(|said| at(said, here));
        match (own, others, mended) {
            (Some(error), _, Some(at)) => Some(Then::Open(at, About::MayBeMended(error.to_owned()))),
            (Some(error), _, None) if is_same => Some(Then::Fails(error.to_owned())),
            (Some(error), None, None) => Some(Then::Open(resource?, About::MayBeMended(error.to_owned()))),
            // It delivers there itself, whatever another trail does not.
            (None, Some(_), _) if delivers => None,
            (_, Some(error), _) => Some(Then::Open(resource?, About::BucketUndelivered(error.to_owned()))),
            (None, None, _) => None,
        }
    }
}

/// The error at a place; where nobody said anything of that one, the first of the others, unless it delivers at any of them.
fn at<'a>(said: &ErrorsByPlace<'a>, here: (&str, &str)) -> Option<&'a str> {
    match said.get(&here) {
        Some(error) => *error,
        None if said.values().all(Option::is_some) => said.values().copied().flatten().next(),
        None => None,
    }
}

/// The resource of the document that makes or changes the bucket, or what its policy lets CloudTrail do.
fn about(document: &Document, names: &BucketNames<'_>, trail: &Recorder) -> Option<usize> {
    let (bucket, _) = names.of_trail(trail)?;
    let is = |one: &Proposed| {
        (one.kind.is_bucket() || one.kind.is_bucket_policy())
            && !matches!(one.action, Action::Keep | Action::Forget | Action::Delete)
            && names.after(one).is_some_and(|is| names.meet(&is, &bucket) != Meet::No)
    };
    document.resources.iter().position(is)
}
