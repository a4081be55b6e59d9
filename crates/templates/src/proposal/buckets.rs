//! Buckets of trails that a document deletes, and policies of theirs that it takes away, or brings.
//!
//! A policy that moves leaves one bucket and comes to another: both are judged. Where nobody knows which bucket it is, each trail that may deliver to it
//! is in doubt.

use super::bucket_names::{Bucket, BucketNames, Meet};
use super::world::World;
use crate::document::{About, Action, Document, Kind, Language, Proposed, property};
use crate::value::{Value, Why};
use audit::inventory::TrailStatus;
use cloudtrail::recorder::{RecorderKind, Seen};
use std::collections::BTreeSet;

const STATUS: &str = "cloudtrail:GetTrailStatus";

/// A trail whose bucket a document deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostBucket {
    /// The ARN of the trail.
    pub trail: String,
    /// The name of the bucket, or the address of a bucket whose name is unknown.
    pub bucket: String,
    /// Position of the bucket in [`Document::resources`].
    pub resource: usize,
    /// True iff a bucket of that name is made anew: what lets CloudTrail write to it may be missing, and what it held is gone.
    pub made_anew: bool,
}

/// What becomes of trails by their buckets.
pub(super) struct Harmed {
    pub(super) lost: Vec<LostBucket>,
    /// The ARNs of all trails that do not deliver, or may not.
    pub(super) trails: Vec<String>,
}

/// What may keep trails from delivering after the change.
struct Harm {
    /// The bucket that they deliver to.
    bucket: Bucket,
    /// What AWS will say, or what is in doubt.
    what: Result<&'static str, About>,
    /// What of the resource does it.
    path: String,
    /// True iff the bucket goes.
    is_loss: bool,
}

impl Harm {
    fn possible(bucket: Bucket, about: About) -> Self {
        Harm { bucket, what: Err(about), path: "$".to_owned(), is_loss: false }
    }

    /// A policy that comes. What is unknown of it is its text.
    fn of_policy(bucket: Bucket, about: About) -> Self {
        let path = match about {
            About::Unknown(_) => format!("$.{}", property::POLICY),
            _ => "$".to_owned(),
        };
        Harm { path, ..Harm::possible(bucket, about) }
    }
}

/// Marks the trails that deliver to a bucket which goes, or whose policy goes.
pub(super) fn apply(document: &Document, names: &BucketNames<'_>, alone: bool, world: &mut World) -> Harmed {
    let trails = world.inventory.recorders.iter().filter(|one| one.kind == RecorderKind::Trail);
    let trails: Vec<(String, Bucket, Option<&Proposed>)> = trails
        .filter_map(|one| names.of_trail(one).map(|(bucket, by)| (one.arn.clone(), bucket, by)))
        .collect();
    let after = document.resources.iter().filter(|one| one.kind.is_bucket() && one.action != Action::Forget);
    let then = Then {
        names,
        language: document.language,
        buckets: after.filter_map(|one| names.after(one)).collect(),
    };
    let (mut lost, mut all) = (Vec::new(), BTreeSet::new());
    for (at, one) in document.resources.iter().enumerate() {
        for harm in then.harms(one, alone) {
            for (trail, bucket, by) in &trails {
                let meet = names.meet(&harm.bucket, bucket);
                let status = match (meet, &harm.what) {
                    (Meet::No, _) => continue,
                    (Meet::Yes, Ok(error)) => {
                        let delivery_error = Some((*error).to_owned());
                        Seen::Known(TrailStatus { logging: true, delivery_error, ..TrailStatus::default() })
                    }
                    (Meet::Yes, Err(about)) => {
                        Seen::Unread(world.open(one, &harm.path, about.clone(), STATUS))
                    }
                    (Meet::Maybe, _) => Seen::Unread(open(world, one, &harm, by.map(|by| (by, bucket)))),
                };
                if harm.is_loss && meet == Meet::Yes {
                    let bucket = match &harm.bucket {
                        Bucket::Named(name) => name.clone(),
                        Bucket::Same { .. } | Bucket::Open { .. } => one.address.clone(),
                    };
                    let made_anew = harm.what.is_err();
                    lost.push(LostBucket { trail: trail.clone(), bucket, resource: at, made_anew });
                }
                mark(world, trail, &status);
                all.insert(trail.clone());
            }
        }
    }
    Harmed { lost, trails: all.into_iter().collect() }
}

/// The gap that nobody knows whether the trail delivers to the bucket: that of the name which is unknown.
fn open(world: &mut World, one: &Proposed, harm: &Harm, trail: Option<(&Proposed, &Bucket)>) -> usize {
    let path = |name: &str| format!("$.{name}");
    let (by, name, why) = match (harm.bucket.why(), trail.and_then(|(by, bucket)| Some((by, bucket.why()?))))
    {
        (None, Some((by, why))) => (by, property::BUCKET, why),
        (why, _) => (one, property::BUCKET_NAME, why.unwrap_or(Why::NotSaid)),
    };
    world.open(by, &path(name), About::Unknown(why), STATUS)
}

/// Gives a trail the status wherever it is seen. What certainly does not record stays so.
fn mark(world: &mut World, trail: &str, status: &Seen<TrailStatus>) {
    for place in &mut world.inventory.places {
        let Seen::Known(sightings) = &mut place.trails else { continue };
        for sighting in sightings.iter_mut().filter(|one| one.trail == trail) {
            let is_silent = |status: &TrailStatus| !status.logging || status.delivery_error.is_some();
            if !sighting.status.known().is_some_and(is_silent) {
                sighting.status = status.clone();
            }
        }
    }
}

/// What there is after the change.
struct Then<'a> {
    names: &'a BucketNames<'a>,
    language: Language,
    /// The buckets that the document has then.
    buckets: Vec<Bucket>,
}

impl Then<'_> {
    fn harms(&self, one: &Proposed, alone: bool) -> Vec<Harm> {
        let mut all = Vec::new();
        match &one.kind {
            Kind::Bucket => {
                all.extend(self.goes(one));
                all.extend(self.inline_policy(one));
            }
            Kind::BucketPolicy => {
                all.extend(self.leaves(one).map(|was| Harm::possible(was, About::PolicyDeleted)));
                let comes = alone || !matches!(one.action, Action::Keep | Action::Forget);
                let about = one.is(property::POLICY).and_then(|policy| keeps_out(policy, self.language));
                if let (true, Some(about), Some(is)) = (comes, about, self.names.after(one)) {
                    all.push(Harm::of_policy(is, about));
                }
            }
            Kind::Other(name) if one.kind.is_bucket() || one.kind.is_bucket_policy() => {
                let about = About::NotLookedInto(name.clone());
                all.extend(self.changes(one).map(|bucket| Harm::possible(bucket, about.clone())));
            }
            _ => {}
        }
        all
    }

    /// The buckets that something changes which we do not look into. A bucket of which only arguments change stays, and a new one is that of no trail.
    fn changes(&self, one: &Proposed) -> impl Iterator<Item = Bucket> {
        let (was, is) = (self.names.before(one), self.names.after(one));
        let is_policy = one.kind.is_bucket_policy();
        let stays =
            || was.as_ref().zip(is.as_ref()).is_some_and(|(was, is)| self.names.meet(was, is) == Meet::Yes);
        let (leaves, comes) = match one.action {
            Action::Delete => (true, false),
            Action::Replace { .. } => (true, is_policy),
            Action::Update => (is_policy || !stays(), is_policy),
            Action::Create | Action::Declare => (false, is_policy),
            Action::Keep | Action::Forget => (false, false),
        };
        was.filter(|_| leaves).into_iter().chain(is.filter(|_| comes))
    }

    /// A bucket that is deleted. Another resource, or this one, may make it again under the same name.
    fn goes(&self, one: &Proposed) -> Option<Harm> {
        let was = self.names.before(one)?;
        let is_renamed = || self.names.after(one).is_some_and(|is| self.names.meet(&was, &is) == Meet::No);
        let goes = match one.action {
            Action::Delete | Action::Replace { .. } => true,
            Action::Update => is_renamed(),
            Action::Create | Action::Declare | Action::Keep | Action::Forget => false,
        };
        if !goes {
            return None;
        }
        let comes_back = self.buckets.iter().any(|is| self.names.meet(&was, is) != Meet::No);
        let what = if comes_back { Err(About::BucketReplaced) } else { Ok("NoSuchBucket") };
        Some(Harm { bucket: was, what, path: "$".to_owned(), is_loss: true })
    }

    /// The bucket that a policy leaves. A bucket has one policy: when one is deleted it is gone, also where another resource brings one, unless that
    /// comes later. Of two resources nothing says which comes first.
    fn leaves(&self, one: &Proposed) -> Option<Bucket> {
        let was = self.names.before(one)?;
        let stays = || {
            let Some(is) = self.names.after(one) else { return false };
            // The provider makes a policy anew rather than to change its bucket.
            let in_place = self.language == Language::Terraform && one.action == Action::Update;
            self.names.meet(&was, &is) == Meet::Yes
                || in_place && matches!(was, Bucket::Open { .. }) && was == is
        };
        let leaves = match one.action {
            Action::Delete | Action::Replace { create_first: true } => true,
            Action::Replace { create_first: false } | Action::Update => !stays(),
            Action::Create | Action::Declare | Action::Keep | Action::Forget => false,
        };
        leaves.then_some(was)
    }

    /// What an argument of the bucket itself, in the place of a policy of its own, does to the policy.
    fn inline_policy(&self, one: &Proposed) -> Option<Harm> {
        let said = |side: Option<&Value>| side.filter(|policy| policy.as_text() != Some("")).cloned();
        let (was, is) = (said(one.was(property::POLICY)), said(one.is(property::POLICY)));
        let changes = match one.action {
            Action::Create | Action::Replace { .. } => is.is_some(),
            Action::Update => was != is,
            Action::Delete | Action::Declare | Action::Keep | Action::Forget => false,
        };
        if !changes {
            return None;
        }
        let about = match &is {
            Some(is) => keeps_out(is, self.language)?,
            None => About::PolicyDeleted,
        };
        Some(Harm {
            path: format!("$.{}", property::POLICY),
            ..Harm::possible(self.names.after(one)?, about)
        })
    }
}

/// Why a policy may keep CloudTrail out: it names it nowhere, or is unknown where it would. `None` iff it names it. A plan of Terraform makes most policies
/// from what is known only after apply: those are taken to name it.
fn keeps_out(policy: &Value, language: Language) -> Option<About> {
    if names_cloudtrail(policy) {
        return None;
    }
    match unknown_of(policy) {
        Some(Why::AfterApply) if language == Language::Terraform => None,
        Some(why) => Some(About::Unknown(why.clone())),
        None => Some(About::PolicyWithoutCloudTrail),
    }
}

fn names_cloudtrail(policy: &Value) -> bool {
    const SERVICE: &str = "cloudtrail.amazonaws.com";
    match policy {
        Value::Text(text) => text.contains(SERVICE),
        Value::List(items) => items.iter().any(names_cloudtrail),
        Value::Map(members) => members.values().any(names_cloudtrail),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Unknown(_) => false,
    }
}

/// Why a part of a policy is unknown that may name a service. These do not.
fn unknown_of(policy: &Value) -> Option<&Why> {
    const OTHERS: [&str; 9] =
        ["Action", "Condition", "Effect", "Id", "NotAction", "NotResource", "Resource", "Sid", "Version"];
    match policy {
        Value::Unknown(why) => Some(why),
        Value::List(items) => items.iter().find_map(unknown_of),
        Value::Map(members) => {
            let mut may_name = members.iter().filter(|(name, _)| !OTHERS.contains(&name.as_str()));
            may_name.find_map(|(_, member)| unknown_of(member))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
    }
}
