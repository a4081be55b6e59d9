//! Which bucket is meant, where a document says its name and where it does not.
//!
//! A name that is unknown may still certainly be the same as another: two sides with one `Ref` are one bucket ([`property::SAME_BUCKET`]). What is
//! neither known nor the same may be any bucket, except one that is made only now. A bucket that is made now may be what any expression gives that
//! mentions it, or a resource.

use super::Touched;
use crate::document::{Action, Document, Kind, Proposed, property};
use crate::value::{Value, Why};
use audit::inventory::Inventory;
use cloudtrail::recorder::Recorder;
use std::collections::{BTreeMap, BTreeSet};

/// A bucket, as far as it is known which one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bucket {
    /// The one of that name.
    Named(String),
    /// The one that an expression of the template gives.
    Same {
        /// The same text is the same bucket.
        id: String,
        /// True iff AWS makes up the name of a bucket that was not there before.
        fresh: bool,
        why: Why,
    },
    /// Nobody knows which.
    Open {
        /// True iff something that the change makes gives the name.
        fresh: bool,
        why: Why,
    },
}

/// Whether two are one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meet {
    No,
    Maybe,
    Yes,
}

impl From<bool> for Meet {
    fn from(is: bool) -> Self {
        if is { Self::Yes } else { Self::No }
    }
}

impl Bucket {
    /// Why its name is unknown, and `None` iff it is known. Of a bucket that was there already, the file does not say what AWS made up.
    pub(super) fn why(&self) -> Option<Why> {
        match self {
            Self::Named(_) => None,
            Self::Same { why: Why::AfterApply, fresh: false, .. } => Some(Why::NotSaid),
            Self::Same { why, .. } | Self::Open { why, .. } => Some(why.clone()),
        }
    }
}

/// What a document says of the names of buckets.
pub(super) struct BucketNames<'a> {
    document: &'a Document,
    /// Names that an inventory gives to expressions: a trail of the document delivers there.
    given: BTreeMap<&'a str, &'a str>,
    /// Expressions that give buckets that are made only now.
    fresh: BTreeSet<&'a str>,
    /// Names of buckets that are made only now.
    made: BTreeSet<&'a str>,
    /// Names that buckets of the document have, on either side: those whose names AWS makes up are others.
    had: BTreeSet<&'a str>,
    /// The resource that each trail is after the change.
    trails: BTreeMap<&'a str, usize>,
    /// True iff the document makes a bucket or gives one another name: what is known only after that may be its name.
    makes: bool,
}

impl<'a> BucketNames<'a> {
    pub(super) fn of(
        document: &'a Document,
        before: &'a Inventory,
        touched: &'a [Touched],
        alone: bool,
    ) -> Self {
        let text = |side: Option<&'a Value>| side.and_then(Value::as_text);
        let buckets = || document.resources.iter().filter(|one| one.kind.is_bucket());
        let was_there: BTreeSet<&str> =
            buckets().filter_map(|one| text(one.was(property::SAME_BUCKET))).collect();
        let is_made = |one: &&Proposed| matches!(one.action, Action::Create | Action::Replace { .. });
        // Nobody knows whether the stack of a template that is alone is there already.
        let may_be_fresh = alone || is_new_stack(document, touched);
        let is_new = |one: &&Proposed| one.action != Action::Declare || may_be_fresh;
        let is_renamed = |one: &Proposed| {
            one.action == Action::Update && one.was(property::BUCKET_NAME) != one.is(property::BUCKET_NAME)
        };
        let fresh = buckets().filter(is_new).filter_map(|one| text(one.is(property::SAME_BUCKET)));
        let mut names = BucketNames {
            document,
            given: BTreeMap::new(),
            fresh: fresh.collect(),
            made: buckets().filter(is_made).filter_map(|one| text(one.is(property::BUCKET_NAME))).collect(),
            had: BTreeSet::new(),
            trails: BTreeMap::new(),
            makes: buckets().any(|one| is_made(&one) || is_renamed(one)),
        };
        for one in buckets() {
            names.had.extend(
                [one.was(property::BUCKET_NAME), one.is(property::BUCKET_NAME)]
                    .map(text)
                    .into_iter()
                    .flatten(),
            );
        }
        names.fresh.retain(|id| !was_there.contains(id));
        for one in touched {
            let Some(resource) = document.resources.get(one.resource) else { continue };
            if resource.kind != Kind::Trail {
                continue;
            }
            if let Some(arn) = &one.after {
                names.trails.entry(arn).or_insert(one.resource);
            }
            let recorder = one.before.as_deref().and_then(|arn| before.recorder(arn));
            let bucket = recorder.and_then(|at| before.recorders[at].destination.as_deref());
            let said = match resource.action {
                // There is one side. Where the trail delivers is the bucket that it says.
                Action::Declare => resource.is(property::SAME_BUCKET),
                _ => resource.was(property::SAME_BUCKET),
            };
            if let (Some(id), Some(bucket)) = (text(said), bucket) {
                names.given.entry(id).or_insert(bucket);
            }
        }
        names.had.extend(names.given.iter().filter(|(id, _)| is_made_up(id)).map(|(_, name)| *name));
        names
    }

    /// The bucket that a resource is, or is about, before the change.
    pub(super) fn before(&self, one: &Proposed) -> Option<Bucket> {
        let was_there = matches!(one.action, Action::Delete | Action::Update | Action::Replace { .. });
        match &one.before {
            Some(side) => Some(self.read(side, property::BUCKET_NAME, false)),
            None => was_there.then_some(Bucket::Open { fresh: false, why: Why::NotSaid }),
        }
    }

    /// The same after the change.
    pub(super) fn after(&self, one: &Proposed) -> Option<Bucket> {
        one.after.as_ref().map(|side| self.read(side, property::BUCKET_NAME, true))
    }

    /// The bucket that a trail delivers to after the change, with the resource that says so; `None` iff nothing is said of it.
    pub(super) fn of_trail(&self, trail: &Recorder) -> Option<(Bucket, Option<&'a Proposed>)> {
        let known = || trail.destination.clone().map(|name| (Bucket::Named(name), None));
        let Some(resource) =
            self.trails.get(trail.arn.as_str()).and_then(|at| self.document.resources.get(*at))
        else {
            return known();
        };
        let stays = matches!(resource.action, Action::Keep | Action::Forget);
        match &resource.after {
            Some(side) if side.get(property::BUCKET).is_some() && !(stays && trail.destination.is_some()) => {
                Some((self.read(side, property::BUCKET, true), Some(resource)))
            }
            _ => known(),
        }
    }

    fn read(&self, side: &Value, name: &str, is_after: bool) -> Bucket {
        let why = match side.get(name) {
            Some(Value::Text(name)) => return Bucket::Named(name.clone()),
            Some(Value::Unknown(why)) => why.clone(),
            Some(_) => Why::WrongType("a text"),
            None => Why::NotSaid,
        };
        match side.get(property::SAME_BUCKET).and_then(Value::as_text) {
            Some(id) => match self.given.get(id) {
                Some(name) => Bucket::Named((*name).to_owned()),
                None => {
                    let fresh = is_made_up(id) && self.fresh.contains(id);
                    Bucket::Same { id: id.to_owned(), fresh, why }
                }
            },
            None => {
                // In a template, what is known only later may also be of a bucket that is there.
                let is_template = matches!(side, Value::Map(all) if all.contains_key(property::SAME_BUCKET));
                let is_later = why == Why::AfterApply;
                let fresh = is_after && is_later && self.makes && !is_template;
                let why = if is_later && !is_after { Why::NotSaid } else { why };
                Bucket::Open { fresh, why }
            }
        }
    }

    /// Whether two are one bucket.
    pub(super) fn meet(&self, one: &Bucket, other: &Bucket) -> Meet {
        match (one, other) {
            (Bucket::Named(one), Bucket::Named(other)) => Meet::from(one == other),
            (Bucket::Same { id: one, .. }, Bucket::Same { id: other, .. }) if one == other => Meet::Yes,
            (Bucket::Same { id: one, fresh, .. }, Bucket::Same { id: other, fresh: also, .. }) => {
                let differ = match (is_made_up(one), is_made_up(other)) {
                    (true, true) => true,
                    (true, false) => *fresh && !may_give(other, one),
                    (false, true) => *also && !may_give(one, other),
                    (false, false) => false,
                };
                if differ { Meet::No } else { Meet::Maybe }
            }
            // That is the name of another one.
            (Bucket::Same { id, .. }, Bucket::Named(name))
            | (Bucket::Named(name), Bucket::Same { id, .. })
                if is_made_up(id) && self.had.contains(name.as_str()) =>
            {
                Meet::No
            }
            // Nobody knows yet what AWS will make up.
            (Bucket::Same { fresh: true, .. }, Bucket::Named(_))
            | (Bucket::Named(_), Bucket::Same { fresh: true, .. }) => Meet::No,
            // What gives the name is made only now, and so is the bucket.
            (Bucket::Open { fresh: true, .. }, Bucket::Named(name))
            | (Bucket::Named(name), Bucket::Open { fresh: true, .. })
                if !self.made.contains(name.as_str()) =>
            {
                Meet::No
            }
            _ => Meet::Maybe,
        }
    }
}

/// True iff it is the expression of a bucket whose name AWS makes up: no other expression gives a bucket of the template.
fn is_made_up(id: &str) -> bool {
    id.starts_with(property::MADE_UP)
}

/// True iff another expression may give the bucket of that id: it mentions it, or an attribute of a resource, which may be made from it.
fn may_give(text: &str, id: &str) -> bool {
    let (bucket, place) = id.split_once(" in ").unwrap_or((id, ""));
    let goes_on = |at: usize| {
        let rest = text.get(at + bucket.len()..).unwrap_or_default();
        rest.starts_with(|next: char| next.is_ascii_alphanumeric())
    };
    let mentions = || text.match_indices(bucket).any(|(at, _)| !goes_on(at));
    text.ends_with(place) && (text.contains(property::ATTRIBUTE) || mentions())
}

/// True iff the template has trails, and the inventory none of them.
fn is_new_stack(document: &Document, touched: &[Touched]) -> bool {
    let mut trails = document
        .resources
        .iter()
        .enumerate()
        .filter(|(_, one)| one.kind == Kind::Trail && one.action == Action::Declare)
        .peekable();
    let is_there = |at: usize| touched.iter().any(|one| one.resource == at && one.before.is_some());
    let is_named = |one: &Proposed| one.is(property::NAME).and_then(Value::as_text).is_some();
    trails.peek().is_some() && trails.all(|(at, one)| is_named(one) && !is_there(at))
}
