//! `management-events-recorded`: management events are recorded, read and write, of every service.

use super::{About, group};
use crate::finding::{Audit, ControlResult, Status, Weight};
use recording::State;

const ABOUT: About = About {
    id: "management-events-recorded",
    title: "Management events are recorded, read and write, at every account and Region",
    weight: Weight::Required,
};

/// Passes iff at every place no management event of any service escapes all recorders.
pub(super) fn control(audit: &Audit<'_>) -> ControlResult {
    let findings =
        group::places(audit, |place| audit.places[place].management, |_, state| state != State::Recorded);
    let otherwise = if audit.places.is_empty() {
        (Status::NotApplicable, "the inventory holds no account and Region".to_owned())
    } else {
        (Status::Pass, "all management events are recorded, read and write".to_owned())
    };
    ABOUT.answer(findings, otherwise)
}
