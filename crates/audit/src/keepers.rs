//! Recorders of the inventory that may hold a function's records where nobody looked: event data stores, which keep them in no bucket, and trails that
//! deliver to another bucket than was read.

use crate::Options;
use crate::candidates::Candidates;
use crate::finding::SilentReason;
use crate::inventory::Inventory;
use cloudtrail::arn::Arn;
use cloudtrail::recorder::{Recorder, RecorderKind};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selectors;
use recording::{Candidate, State, Subject, decide};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A recorder that records or may record at a place.
#[derive(Clone, Debug)]
struct Keeper {
    /// `trail main`
    name: String,
    /// Where a trail delivers to; `None` of a store, and where the inventory does not say.
    bucket: Option<String>,
    is_store: bool,
    /// `None` iff they could not be read.
    selectors: Option<Arc<Selectors>>,
}

/// The recorders of one account and Region.
#[derive(Clone, Debug, Default)]
struct OfPlace {
    keepers: Vec<Keeper>,
    /// The buckets of all trails that reach it, those that do not log included: what they delivered before may lie in a copy.
    buckets: BTreeSet<String>,
}

/// See the module: by account and Region.
#[derive(Debug, Default)]
pub struct Keepers {
    by: BTreeMap<(String, String), OfPlace>,
}

/// The buckets in which records were looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LookedInto {
    /// By name.
    pub named: BTreeSet<String>,
    /// True iff files were read that do not say which bucket they are of.
    pub copies: bool,
}

impl Keepers {
    /// Those of an inventory.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Keepers {
        let options = Options::default();
        let mut candidates = Candidates::new(inventory, &options);
        let mut shared: BTreeMap<usize, Option<Arc<Selectors>>> = BTreeMap::new();
        let mut all = Keepers::default();
        for place in &inventory.places {
            let (found, silent) = candidates.at(place);
            let mut here = OfPlace::default();
            for at in found.iter().filter_map(|one| one.recorder) {
                let recorder = &inventory.recorders[at];
                let selectors = shared.entry(at).or_insert_with(|| known(recorder)).clone();
                here.buckets.extend(recorder.destination.clone().filter(|_| is_trail(recorder)));
                here.keepers.push(Keeper {
                    name: format!("{} {}", recorder.kind.noun(), recorder.name),
                    bucket: recorder.destination.clone().filter(|_| is_trail(recorder)),
                    is_store: recorder.kind == RecorderKind::EventDataStore,
                    selectors,
                });
            }
            let stopped = silent.iter().filter(|silent| {
                matches!(silent.reason, SilentReason::NotLogging | SilentReason::CannotDeliver(_))
            });
            here.buckets
                .extend(stopped.filter_map(|one| inventory.recorders[one.recorder].destination.clone()));
            if !here.keepers.is_empty() {
                all.by.insert((place.account.clone(), place.region.clone()), here);
            }
        }
        all
    }

    /// Why a record of the function may lie where nobody looked, in words; `None` iff no recorder of the inventory may have put one there.
    #[must_use]
    pub fn elsewhere(&self, arn: &str, looked: &LookedInto) -> Option<String> {
        let of = Arn::parse(arn)?;
        let here = self.by.get(&(of.account.to_owned(), of.region.to_owned()))?;
        // A copy is of the one bucket that there is.
        let one =
            looked.copies && here.buckets.iter().filter(|name| !looked.named.contains(*name)).count() <= 1;
        here.keepers.iter().find_map(|keeper| {
            let told = match &keeper.bucket {
                _ if keeper.is_store => "keeps it in no bucket".to_owned(),
                Some(bucket) if !one && !looked.named.contains(bucket) => match looked.copies {
                    true => format!("delivers to {bucket}, and a copy does not say which bucket it is of: name s3://{bucket}"),
                    false => format!("delivers to {bucket}: name s3://{bucket}, too"),
                },
                _ => return None,
            };
            keeper.may_record(arn).then(|| format!("{} may have recorded it, and {told}", keeper.name))
        })
    }
}

impl Keeper {
    fn may_record(&self, arn: &str) -> bool {
        let list = self.selectors.as_ref().map(|selectors| selectors.list.as_slice());
        let candidate = Candidate { selectors: list, certain: true };
        let decided = decide(&[candidate], Subject::Named(ResourceType::Function, arn));
        decided.state != State::NotRecorded
    }
}

fn is_trail(recorder: &Recorder) -> bool {
    recorder.kind == RecorderKind::Trail
}

fn known(recorder: &Recorder) -> Option<Arc<Selectors>> {
    recorder.selectors.known().cloned().map(Arc::new)
}
