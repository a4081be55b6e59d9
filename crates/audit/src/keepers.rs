//! Recorders of the inventory that may hold a function's records where nobody looked: event data stores, which keep them in no bucket, trails that
//! deliver to another bucket than was read, or did so then, and what nobody could list.

use crate::Options;
use crate::candidates::Candidates;
use crate::finding::SilentReason;
use crate::inventory::{Inventory, Place};
use cloudtrail::arn::Arn;
use cloudtrail::recorder::{Recorder, RecorderKind};
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::Selectors;
use recording::{Candidate, State, Subject, decide};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A recorder that records or may have recorded at a place.
#[derive(Clone, Debug)]
struct Keeper {
    arn: String,
    /// `trail main`
    name: String,
    /// Where a trail delivers to; `None` of a store, and where the inventory does not say.
    bucket: Option<String>,
    is_store: bool,
    /// True iff it is an organization's.
    organization: bool,
    /// False iff it is a trail that certainly writes no digests.
    validated: bool,
    /// When a trail was stopped, or delivered for the last time if it cannot any more, RFC 3339; `None` where it goes on, or nobody knows.
    ended_at: Option<String>,
    /// True iff it cannot deliver: once it can, CloudTrail delivers what was recorded meanwhile.
    may_deliver_again: bool,
    /// `None` iff they could not be read.
    selectors: Option<Arc<Selectors>>,
}

/// The recorders of one account and Region.
#[derive(Clone, Debug, Default)]
struct OfPlace {
    keepers: Vec<Keeper>,
    /// How many trails reach it, those included that record nothing there: what they delivered before may be what was read.
    trails: usize,
    /// The call that would have listed more of them; `None` iff all could be listed.
    unseen: Option<String>,
}

/// See the module: by account and Region.
#[derive(Debug, Default)]
pub struct Keepers {
    by: BTreeMap<(String, String), OfPlace>,
    /// When the inventory was collected, RFC 3339: what had ended by then may have begun again since.
    collected_at: String,
}

/// Where records were looked for.
pub struct LookedInto<'a> {
    /// Buckets that were read, as far as they are about the account and Region.
    pub buckets: BTreeSet<String>,
    /// True iff files were read of which nobody knows the bucket: copies.
    pub copies: bool,
    /// The trails whose folders were read because they say so themselves; `None` iff places were named by hand.
    pub located: Option<BTreeSet<String>>,
    /// Why nothing shows that the trail delivered to what was read while the function ran; `None` iff something does.
    pub lacking: &'a dyn Fn(&OfTrail<'_>) -> Option<String>,
    /// Since when the records may have been made, RFC 3339 in UTC.
    pub since: &'a str,
    /// Until when, RFC 3339 in UTC.
    pub until: &'a str,
    /// Until when they may be delivered, at most until now; RFC 3339 in UTC.
    pub delivered: &'a str,
}

/// A trail whose deliveries have to show.
#[derive(Clone, Copy, Debug)]
pub struct OfTrail<'a> {
    /// Its ARN.
    pub arn: &'a str,
    /// True iff it is an organization's: its files lie below the organization's id.
    pub organization: bool,
    /// True iff no other trail reaches the account and Region: whatever was delivered of them is its own.
    pub alone: bool,
    /// False iff it certainly writes no digests: its log file validation is off.
    pub validated: bool,
    /// When it was stopped, RFC 3339, iff an inventory says so that was collected after the records can have been made.
    pub ended_at: Option<&'a str>,
}

impl Keepers {
    /// Those of an inventory.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Keepers {
        let options = Options::default();
        let mut candidates = Candidates::new(inventory, &options);
        let mut shared: BTreeMap<usize, Option<Arc<Selectors>>> = BTreeMap::new();
        let mut all = Keepers { collected_at: inventory.collected_at.clone(), ..Keepers::default() };
        for place in &inventory.places {
            let (found, silent) = candidates.at(place);
            let mut here = OfPlace::default();
            let stopped = silent.iter().filter(|one| may_have_recorded(&one.reason));
            let seen = found.iter().filter_map(|one| one.recorder).chain(stopped.map(|one| one.recorder));
            for at in seen {
                let selectors = shared.entry(at).or_insert_with(|| known(&inventory.recorders[at]));
                here.keepers.push(Keeper::of(&inventory.recorders[at], place, selectors.clone()));
            }
            here.trails = here.keepers.iter().filter(|one| !one.is_store).count();
            let unseen = found.iter().filter(|one| one.recorder.is_none()).find_map(|one| one.gaps.first());
            here.unseen = unseen.and_then(|gap| candidates.gaps.get(*gap)).map(|gap| gap.call.clone());
            all.by.insert((place.account.clone(), place.region.clone()), here);
        }
        all
    }

    /// Why a record of the function may lie where nobody looked, in words; `None` iff no recorder of the inventory may have put one there.
    #[must_use]
    pub fn elsewhere(&self, arn: &str, looked: &LookedInto<'_>) -> Option<String> {
        let of = Arn::parse(arn)?;
        let here = self.by.get(&(of.account.to_owned(), of.region.to_owned()))?;
        if !self.is_later_than(looked.until) {
            let at = if self.collected_at.is_empty() { "an unknown time" } else { &self.collected_at };
            return Some(format!(
                "a recorder that came after the inventory was collected ({at}) may have recorded it: collect it again"
            ));
        }
        let is_of_now = self.is_later_than(looked.delivered);
        let told = here.keepers.iter().find_map(|keeper| {
            let told = here.hides(keeper, looked, is_of_now)?;
            keeper.may_record(arn).then(|| format!("{} may have recorded it, and {told}", keeper.name))
        });
        let unseen = || {
            let call = here.unseen.as_ref()?;
            Some(format!("a recorder that could not be listed ({call}) may have recorded it"))
        };
        told.or_else(unseen)
    }

    /// True iff the inventory was certainly not collected before that moment.
    fn is_later_than(&self, moment: &str) -> bool {
        is_before(moment, &self.collected_at) || moment == self.collected_at
    }
}

impl OfPlace {
    /// Why what the recorder recorded then need not be among what was read; `None` iff it is. `is_of_now` iff the inventory was collected when all that may be
    /// read had been delivered.
    fn hides(&self, keeper: &Keeper, looked: &LookedInto<'_>, is_of_now: bool) -> Option<String> {
        if keeper.is_store {
            return Some("it keeps events in no bucket".to_owned());
        }
        if (is_of_now || !keeper.may_deliver_again) && keeper.ended_before(looked.since) {
            return None;
        }
        // What lies there of the account and Region can only be of the one trail that there is.
        let alone = self.trails == 1;
        match (&looked.located, &keeper.bucket) {
            (Some(located), _) if located.contains(&keeper.arn) => {}
            (Some(_), _) => return Some("the caller does not see it".to_owned()),
            (None, Some(bucket)) if looked.buckets.contains(bucket) || looked.copies => {}
            (None, Some(bucket)) => {
                return Some(format!("it delivers to another bucket: name s3://{bucket}, too"));
            }
            (None, None) if alone || looked.copies => {}
            (None, None) => return Some("the inventory does not say where it delivers to".to_owned()),
        }
        // What had ended when an older inventory was collected may have begun again.
        let ended_at = keeper.ended_at.as_deref().filter(|_| is_of_now && !keeper.may_deliver_again);
        let (arn, validated) = (&keeper.arn, keeper.validated);
        let trail = OfTrail { arn, organization: keeper.organization, alone, validated, ended_at };
        let lacking = (looked.lacking)(&trail)?;
        Some(format!("{lacking}, so it may have delivered elsewhere"))
    }
}

impl Keeper {
    fn of(recorder: &Recorder, place: &Place, selectors: Option<Arc<Selectors>>) -> Keeper {
        let is_trail = recorder.kind == RecorderKind::Trail;
        let sightings = place.trails.known().map_or(&[][..], Vec::as_slice);
        let status =
            sightings.iter().find(|one| one.trail == recorder.arn).and_then(|one| one.status.known());
        Keeper {
            arn: recorder.arn.clone(),
            name: format!("{} {}", recorder.kind.noun(), recorder.name),
            bucket: recorder.destination.clone().filter(|_| is_trail),
            is_store: recorder.kind == RecorderKind::EventDataStore,
            organization: recorder.organization,
            validated: recorder.log_file_validation != Some(false),
            ended_at: status.and_then(|one| match (one.logging, &one.delivery_error) {
                (false, _) => one.stopped_at.clone(),
                (true, Some(_)) => one.latest_delivery.clone(),
                (true, None) => None,
            }),
            may_deliver_again: status.is_some_and(|one| one.logging && one.delivery_error.is_some()),
            selectors,
        }
    }

    fn may_record(&self, arn: &str) -> bool {
        let list = self.selectors.as_ref().map(|selectors| selectors.list.as_slice());
        let candidate = Candidate { selectors: list, certain: true };
        let decided = decide(&[candidate], Subject::Named(ResourceType::Function, arn));
        decided.state != State::NotRecorded
    }

    /// True iff it certainly did.
    fn ended_before(&self, since: &str) -> bool {
        self.ended_at.as_deref().is_some_and(|ended| is_before(ended, since))
    }
}

/// True iff the one moment certainly comes before the other: both are spelled alike, in UTC.
fn is_before(one: &str, other: &str) -> bool {
    const SECONDS: usize = "2026-11-30T00:00:00".len();
    let whole = |text: &str| text.ends_with('Z').then(|| text.get(..SECONDS).map(str::to_owned)).flatten();
    whole(one).zip(whole(other)).is_some_and(|(one, other)| one < other)
}

/// True iff a recorder that records nothing now may have done so before.
fn may_have_recorded(reason: &SilentReason) -> bool {
    matches!(
        reason,
        SilentReason::NotLogging
            | SilentReason::Idle(_)
            | SilentReason::CannotDeliver(_)
            | SilentReason::HomeRegionNotEnabled(_)
    )
}

fn known(recorder: &Recorder) -> Option<Arc<Selectors>> {
    recorder.selectors.known().cloned().map(Arc::new)
}
