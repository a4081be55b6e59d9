//! Delivered files where completeness counts: every name first, digests among them, then each file read once, and all that could
//! not be seen kept by the account and Region that it may be about.

mod bucket;
mod digests;
mod feed;
mod folder;
mod hashes;
mod holes;
mod reading;
mod session;

use bucket::list_roots;
pub(crate) use bucket::{Root, delivered_by};
pub(crate) use digests::{Keys, Proven, found, prove};
pub(crate) use hashes::hash_all;
pub(crate) use holes::Holes;
pub(crate) use reading::{has_request, read};
pub(crate) use session::{Session, side_by_side};

use crate::sources::{Place, Window};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A file or an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    /// `None` for a local copy.
    pub(crate) bucket: Option<String>,
    /// Its key; of a local copy its path, which ends in the key from `AWSLogs/` on wherever it was copied as it lay.
    pub(crate) key: String,
    /// What it is called in answers.
    pub(crate) name: String,
    /// Bytes.
    pub(crate) size: u64,
    /// Where a local copy is.
    pub(crate) path: Option<PathBuf>,
}

/// Which files are looked for. Empty lists stand for all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// Whose events.
    pub(crate) accounts: Vec<String>,
    /// Where events happened.
    pub(crate) regions: Vec<String>,
    /// Days of delivery.
    pub(crate) window: Window,
    /// Digest files, too.
    pub(crate) digests: bool,
}

/// All that was found by its name.
#[derive(Debug, Default)]
pub(crate) struct Delivered {
    /// Log files: sorted, each once.
    pub(crate) logs: Vec<Item>,
    /// Digest files: sorted, each once.
    pub(crate) digests: Vec<Item>,
    /// What could not be looked into.
    pub(crate) holes: Holes,
}

impl Delivered {
    /// Takes in what another place holds.
    pub(crate) fn merge(&mut self, other: Delivered) {
        self.logs.extend(other.logs);
        self.digests.extend(other.digests);
        self.holes.merge(other.holes);
    }

    fn settle(mut self) -> Self {
        for list in [&mut self.logs, &mut self.digests] {
            list.sort();
            list.dedup_by(|a, b| (&a.bucket, &a.key, &a.path) == (&b.bucket, &b.key, &b.path));
        }
        self
    }
}

/// What lies in the places that were typed. `session` is `None` iff none of them is a bucket.
pub(crate) fn typed(places: &[Place], scope: &Scope, session: Option<&Session>) -> Delivered {
    let mut all = Delivered::default();
    for (at, place) in places.iter().enumerate() {
        match (place, session) {
            (Place::Folder(root), _) => all.merge(folder::list((at, root), scope)),
            (Place::File(path), _) => all.logs.push(folder::single(path)),
            (Place::Objects { bucket, prefix }, Some(session)) => {
                all.merge(bucket::list_typed(session, bucket, prefix, scope));
            }
            // Stdin cannot be read twice, and is turned down before.
            _ => {}
        }
    }
    all.settle()
}

/// What lies where trails deliver to.
pub(crate) fn by_trails(roots: &BTreeSet<Root>, scope: &Scope, session: &Session) -> Delivered {
    list_roots(session, roots, scope).settle()
}
