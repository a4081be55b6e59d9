//! Buckets of trails that a document deletes, and policies of theirs that it takes away.

use super::world::World;
use crate::document::{About, Action, Document, Kind, Proposed, property};
use crate::value::Value;
use audit::inventory::TrailStatus;
use cloudtrail::recorder::Seen;

/// A trail whose bucket a document deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostBucket {
    /// The ARN of the trail.
    pub trail: String,
    /// The name of the bucket.
    pub bucket: String,
    /// Position of the bucket in [`Document::resources`].
    pub resource: usize,
    /// True iff a bucket of that name is made anew: what lets CloudTrail write to it may be missing, and what it held is gone.
    pub made_anew: bool,
}

/// What may keep a trail from delivering after the change.
enum Harm {
    Certain(&'static str),
    Possible(About),
}

/// Marks the trails that deliver to a bucket which goes, or whose policy goes.
pub(super) fn apply(document: &Document, alone: bool, world: &mut World) -> Vec<LostBucket> {
    let mut lost = Vec::new();
    for (at, one) in document.resources.iter().enumerate() {
        let Some(harm) = harm(document, one, alone) else { continue };
        let side = one.before.as_ref().or(one.after.as_ref());
        let name = side.and_then(|side| side.get(property::BUCKET_NAME)).and_then(Value::as_text);
        let Some(name) = name else { continue };
        let trails: Vec<String> = world
            .inventory
            .recorders
            .iter()
            .filter(|recorder| recorder.destination.as_deref() == Some(name))
            .map(|recorder| recorder.arn.clone())
            .collect();
        if trails.is_empty() {
            continue;
        }
        if one.kind == Kind::Bucket {
            let made_anew = matches!(harm, Harm::Possible(_));
            let each = trails.iter().map(|trail| LostBucket {
                trail: trail.clone(),
                bucket: name.to_owned(),
                resource: at,
                made_anew,
            });
            lost.extend(each);
        }
        let status = match harm {
            Harm::Certain(error) => {
                let error = Some(error.to_owned());
                Seen::Known(TrailStatus { logging: true, delivery_error: error, ..TrailStatus::default() })
            }
            Harm::Possible(about) => Seen::Unread(world.open(one, "$", about, "cloudtrail:GetTrailStatus")),
        };
        for place in &mut world.inventory.places {
            let Seen::Known(sightings) = &mut place.trails else { continue };
            for sighting in sightings.iter_mut().filter(|one| trails.contains(&one.trail)) {
                // What certainly does not record stays so.
                let is_silent = |status: &TrailStatus| !status.logging || status.delivery_error.is_some();
                if !sighting.status.known().is_some_and(is_silent) {
                    sighting.status = status.clone();
                }
            }
        }
    }
    lost
}

fn harm(document: &Document, one: &Proposed, alone: bool) -> Option<Harm> {
    let name = |one: &Proposed, side: Option<&Value>| {
        let name = side.and_then(|side| side.get(property::BUCKET_NAME))?;
        (one.kind == Kind::Bucket || one.kind == Kind::BucketPolicy).then(|| name.clone())
    };
    let goes = matches!(one.action, Action::Delete | Action::Replace { .. });
    // Another resource of the kind, or this one, makes it again under the same name.
    let comes_back = || {
        let was = name(one, one.before.as_ref());
        document.resources.iter().any(|other| {
            other.kind == one.kind
                && other.action != Action::Forget
                && other.after.is_some()
                && name(other, other.after.as_ref()) == was
        })
    };
    match one.kind {
        Kind::Bucket if goes && comes_back() => Some(Harm::Possible(About::BucketReplaced)),
        Kind::Bucket if goes => Some(Harm::Certain("NoSuchBucket")),
        Kind::BucketPolicy if one.action == Action::Delete && !comes_back() => {
            Some(Harm::Possible(About::PolicyDeleted))
        }
        Kind::BucketPolicy if one.after.is_some() && (alone || one.action != Action::Keep) => {
            let lets = one.is(property::POLICY).is_none_or(may_let_cloudtrail);
            (!lets).then_some(Harm::Possible(About::PolicyWithoutCloudTrail))
        }
        _ => None,
    }
}

/// False iff the policy is known whole and names CloudTrail nowhere.
fn may_let_cloudtrail(policy: &Value) -> bool {
    const SERVICE: &str = "cloudtrail.amazonaws.com";
    match policy {
        Value::Text(text) => text.contains(SERVICE),
        Value::List(items) => items.iter().any(may_let_cloudtrail),
        Value::Map(members) => members.values().any(may_let_cloudtrail),
        Value::Unknown(_) => true,
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
