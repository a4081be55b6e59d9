//! Where the bucket of a new trail is to be: whether its name is free, is there as it is wanted, or is somebody else's.

use audit::change::{Bucket, Change, Setting, Turn};
use audit::plan::{Buckets, Plan};
use aws::Site;
use std::collections::BTreeSet;
use surroundings::problem::say;
use surroundings::session::Session;

/// How often a plan is made anew because a bucket has the name that it wanted.
const NAMES: usize = 8;

/// A plan whose buckets can be created where they are to be, as far as the account says; `None` iff asking was interrupted.
///
/// A file of facts says nothing of buckets: then `apply` looks.
pub fn sited(session: Option<&Session>, make: impl Fn(&Buckets) -> Plan) -> Option<Plan> {
    let (mut known, mut asked) = (Buckets::default(), BTreeSet::new());
    let mut plan = make(&known);
    let Some(session) = session else { return Some(plan) };
    for _ in 0..NAMES {
        let name = |change: &Change| new_bucket(change).map(|bucket| bucket.name.clone());
        let changes = plan.steps.iter().map(|step| &step.change);
        let new: Vec<Change> =
            changes.filter(|one| name(one).is_some_and(|name| !asked.contains(&name))).cloned().collect();
        if new.is_empty() {
            break;
        }
        let found = session.sites(&new)?;
        for (change, site) in new.iter().zip(found) {
            let Some(name) = name(change) else { continue };
            asked.insert(name.clone());
            match site {
                Site::Free => {}
                Site::Ready => drop(known.ready.insert(name)),
                Site::Taken => drop(known.taken.insert(name)),
                Site::Unread(error) => {
                    say(
                        "note",
                        &format!("whether there is a bucket {name} is unknown until apply looks: {error}"),
                    );
                }
            }
        }
        plan = make(&known);
    }
    Some(plan)
}

/// The bucket that a change creates.
pub(crate) fn new_bucket(change: &Change) -> Option<&Bucket> {
    match &change.setting {
        Setting::Bucket(Turn { before: None, after: Some(bucket) }) => Some(bucket),
        _ => None,
    }
}
