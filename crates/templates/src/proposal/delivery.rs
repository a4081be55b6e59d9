//! Whether trails deliver after a change, as far as the inventory shows that AWS could not before: an error belongs to the trail and its bucket.

use super::Touched;
use super::world::World;
use crate::document::{About, Action, Document, Kind, Proposed, property};
use crate::value::Value;
use audit::inventory::Inventory;
use cloudtrail::recorder::{Recorder, RecorderKind, Seen};
use std::collections::BTreeMap;

/// What is known of a trail's deliveries after the change.
enum Then {
    /// What kept it from delivering still does.
    Fails(String),
    /// Nobody knows, because of this about this resource.
    Open(usize, About),
}

/// Marks the trails that cannot deliver, or may not.
pub(super) fn apply(document: &Document, before: &Inventory, touched: &[Touched], world: &mut World) {
    let errors = Errors::of(before);
    if errors.by_trail.is_empty() {
        return;
    }
    let trails: Vec<Recorder> =
        world.inventory.recorders.iter().filter(|one| one.kind == RecorderKind::Trail).cloned().collect();
    for trail in &trails {
        let of = |one: &&Touched| one.after.as_deref() == Some(trail.arn.as_str());
        let resource = touched.iter().find(of).map(|one| one.resource);
        let Some(then) = errors.then(trail, resource, before, document) else { continue };
        let (error, gap) = match then {
            Then::Fails(error) => (Some(error), None),
            Then::Open(resource, about) => {
                let Some(resource) = document.resources.get(resource) else { continue };
                (None, Some(world.open(resource, "$", about, "cloudtrail:GetTrailStatus")))
            }
        };
        for place in &mut world.inventory.places {
            let Seen::Known(sightings) = &mut place.trails else { continue };
            for sighting in sightings.iter_mut().filter(|one| one.trail == trail.arn) {
                match (&mut sighting.status, gap) {
                    // What does not log does not deliver either.
                    (Seen::Known(status), _) if !status.logging => {}
                    (status, Some(gap)) => *status = Seen::Unread(gap),
                    (Seen::Known(status), None) => status.delivery_error.clone_from(&error),
                    (Seen::Unread(_), None) => {}
                }
            }
        }
    }
}

/// What AWS said where it could not deliver.
struct Errors<'a> {
    by_trail: BTreeMap<&'a str, &'a str>,
    by_bucket: BTreeMap<&'a str, &'a str>,
}

impl<'a> Errors<'a> {
    fn of(before: &'a Inventory) -> Self {
        let mut by_trail = BTreeMap::new();
        for place in &before.places {
            for one in place.trails.known().into_iter().flatten() {
                let error = one.status.known().and_then(|status| status.delivery_error.as_deref());
                if let Some(error) = error {
                    by_trail.entry(one.trail.as_str()).or_insert(error);
                }
            }
        }
        let of_bucket = before
            .recorders
            .iter()
            .filter_map(|one| Some((one.destination.as_deref()?, *by_trail.get(one.arn.as_str())?)));
        let by_bucket = of_bucket.collect();
        Errors { by_trail, by_bucket }
    }

    /// `None` iff the trail delivers as it did, or as a new one does.
    fn then(
        &self,
        trail: &Recorder,
        resource: Option<usize>,
        before: &Inventory,
        document: &Document,
    ) -> Option<Then> {
        let was = before.recorder(&trail.arn).map(|at| &before.recorders[at]);
        let bucket = trail.destination.as_deref();
        let is_same = was.is_some_and(|was| was.destination == trail.destination);
        let own = self.by_trail.get(trail.arn.as_str()).copied();
        let others = bucket.and_then(|bucket| self.by_bucket.get(bucket)).copied();
        let mended = bucket.and_then(|bucket| about(document, bucket));
        match (own, others, mended) {
            (Some(error), _, Some(at)) => Some(Then::Open(at, About::MayBeMended(error.to_owned()))),
            (Some(error), _, None) if is_same => Some(Then::Fails(error.to_owned())),
            (Some(error), None, None) => Some(Then::Open(resource?, About::MayBeMended(error.to_owned()))),
            // Elsewhere it delivers, whatever another trail does not.
            (None, Some(_), _) if is_same => None,
            (_, Some(error), _) => Some(Then::Open(resource?, About::BucketUndelivered(error.to_owned()))),
            (None, None, _) => None,
        }
    }
}

/// The resource of the document that makes or changes the bucket, or what its policy lets CloudTrail do.
fn about(document: &Document, bucket: &str) -> Option<usize> {
    let is = |one: &Proposed| {
        let name =
            one.after.as_ref().and_then(|after| after.get(property::BUCKET_NAME)).and_then(Value::as_text);
        matches!(one.kind, Kind::Bucket | Kind::BucketPolicy)
            && !matches!(one.action, Action::Keep | Action::Forget | Action::Delete)
            && name == Some(bucket)
    };
    document.resources.iter().position(is)
}
