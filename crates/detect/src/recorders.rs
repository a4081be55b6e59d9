//! Trails and event data stores as the records and an inventory know them, at each moment.

mod cover;
mod delivery;
mod gap;
mod judged;
mod known;
mod loss;
mod state;

pub(crate) use cover::recording;
pub use judged::{Judged, Kind, Loss};
pub use known::KnownRecorder;
pub use state::{Recorder, Step, steps};

use crate::grouped::Grouped;
use std::collections::BTreeMap;

/// By the moment and the id of a call that changed a recorder: what it does to the recording.
pub type Judgements = BTreeMap<(i64, String), Judged>;

/// What each call does that changed a recorder.
#[must_use]
pub fn judgements(view: &Grouped<'_>) -> Judgements {
    let steps = steps(view);
    let judged = steps.iter().enumerate().map(|(at, step)| {
        let later = steps.get(at + 1..).unwrap_or_default();
        ((step.change.time, step.change.id.clone()), step.judged(view, later))
    });
    judged.collect()
}
