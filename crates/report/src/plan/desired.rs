//! What a plan makes of each recorder, put together from its steps and from what was seen: for renderings that describe a
//! state instead of steps.

use audit::change::{Bucket, NewTrail, Setting, Target};
use audit::inventory::Inventory;
use audit::plan::{Owner, Plan};
use cloudtrail::recorder::Recorder;
use cloudtrail::selector::Selectors;
use std::collections::BTreeMap;

/// A plan that has no such form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The selectors hold something that the form has no word for.
    #[error("the selectors of {recorder} cannot be written there: {doubt}")]
    Selectors {
        /// The recorder.
        recorder: String,
        /// What stands in the way.
        doubt: String,
    },
    /// A step has no counterpart.
    #[error("{recorder}: {what} cannot be written there")]
    Step {
        /// The recorder.
        recorder: String,
        /// What cannot.
        what: &'static str,
    },
    /// The form needs a setting that nobody read: any value could change it.
    #[error("{recorder}: {form} needs {member}, which was not read")]
    Unread {
        /// The recorder.
        recorder: String,
        /// The form.
        form: &'static str,
        /// What it calls the setting.
        member: &'static str,
    },
}

/// What a plan makes of the recorders that are at home in one Region of one account, in a form that describes a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceDocument {
    /// The account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The document.
    pub text: String,
}

/// A recorder as the plan wants it.
#[derive(Clone, Debug)]
pub(super) struct Desired<'a> {
    pub(super) target: &'a Target,
    pub(super) owner: &'a Owner,
    /// What was seen of it; `None` iff the plan creates it.
    pub(super) seen: Option<&'a Recorder>,
    pub(super) created: Option<&'a NewTrail>,
    pub(super) bucket: Option<&'a Bucket>,
    pub(super) multi_region: bool,
    pub(super) organization: bool,
    /// What a step sets, or what was seen; `None` iff neither.
    pub(super) log_file_validation: Option<bool>,
    /// The same: whether a trail logs, as its home Region says.
    pub(super) logging: Option<bool>,
    /// The document after the plan; `None` iff it was not read and is not set.
    pub(super) document: Option<&'a str>,
}

impl Desired<'_> {
    /// The bucket it delivers to, where known.
    pub(super) fn bucket_name(&self) -> Option<&str> {
        let created = self.created.map(|trail| trail.bucket.as_str());
        created.or_else(|| self.seen.and_then(|seen| seen.destination.as_deref()))
    }

    /// # Errors
    /// [`RenderError::Unread`] iff nothing is known of a recorder that the plan does not create.
    pub(super) fn must_be_seen(&self) -> Result<(), RenderError> {
        if self.seen.is_some() || self.created.is_some() {
            return Ok(());
        }
        let what = "a recorder that the inventory does not hold";
        Err(RenderError::Step { recorder: self.target.arn.clone(), what })
    }

    /// Whether it records events of global services, where that was read.
    pub(super) fn global_service_events(&self) -> Option<bool> {
        self.seen.and_then(|seen| seen.global_service_events)
    }

    /// The selectors, iff every part of them is understood.
    ///
    /// # Errors
    /// [`RenderError::Selectors`] otherwise.
    pub(super) fn selectors(&self) -> Result<Option<Selectors>, RenderError> {
        let wrong = |doubt: String| RenderError::Selectors { recorder: self.target.arn.clone(), doubt };
        let Some(document) = self.document else { return Ok(None) };
        let selectors =
            cloudtrail::selector_json::from_str(document).map_err(|error| wrong(error.to_string()))?;
        match selectors.list.iter().flat_map(|one| one.doubts()).next() {
            Some(doubt) => Err(wrong(doubt.to_string())),
            None => Ok(Some(selectors)),
        }
    }
}

/// The recorders that the plan changes by their account and home Region: code of others is for one of these, and trails of two of
/// them may have one name. Sorted; within each, in the order of the plan's steps.
pub(super) fn by_place<'a, 'd>(all: &'d [Desired<'a>]) -> BTreeMap<(&'a str, &'a str), Vec<&'d Desired<'a>>> {
    let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for one in all {
        let place = (one.target.account.as_str(), one.target.home_region.as_str());
        places.entry(place).or_default().push(one);
    }
    places
}

/// Whether the trail logs, as GetTrailStatus says in its home Region; `None` iff that was not read.
fn logging(inventory: &Inventory, trail: &Recorder) -> Option<bool> {
    let place = &inventory.places[inventory.place(&trail.account, &trail.home_region)?];
    let sighting = place.trails.known()?.iter().find(|sighting| sighting.trail == trail.arn)?;
    sighting.status.known().map(|status| status.logging)
}

/// Every recorder that the plan changes, in the order of its steps.
pub(super) fn desired<'a>(plan: &'a Plan, inventory: &'a Inventory) -> Vec<Desired<'a>> {
    let mut all: Vec<Desired<'a>> = Vec::new();
    for step in &plan.steps {
        let target = &step.change.target;
        let at = all.iter().position(|one| one.target.arn == target.arn).unwrap_or_else(|| {
            let seen = inventory.recorder(&target.arn).map(|at| &inventory.recorders[at]);
            all.push(Desired {
                target,
                owner: &step.owner,
                seen,
                created: None,
                bucket: None,
                multi_region: seen.is_some_and(|one| one.multi_region),
                organization: seen.is_some_and(|one| one.organization),
                log_file_validation: seen.and_then(|one| one.log_file_validation),
                logging: seen.and_then(|one| logging(inventory, one)),
                document: seen.and_then(|one| one.selectors.known()).map(|one| one.document.as_str()),
            });
            all.len() - 1
        });
        let one = &mut all[at];
        match &step.change.setting {
            Setting::Bucket(turn) => one.bucket = turn.after.as_ref(),
            Setting::Trail(turn) => {
                one.created = turn.after.as_ref();
                if let Some(trail) = &turn.after {
                    one.multi_region = trail.multi_region;
                    one.organization = trail.organization;
                    one.log_file_validation = Some(trail.log_file_validation);
                    // It is created without logging; another step turns it on.
                    one.logging = Some(false);
                }
            }
            Setting::MultiRegion(turn) => one.multi_region = turn.after,
            Setting::LogFileValidation(turn) => one.log_file_validation = Some(turn.after),
            Setting::Selectors(turn) => one.document = Some(&turn.after),
            Setting::Logging(turn) => one.logging = Some(turn.after),
        }
    }
    all
}
