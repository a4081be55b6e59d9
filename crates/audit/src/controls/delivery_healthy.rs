//! `delivery-healthy`: no trail reports an error of delivery.

use super::{About, about_places, named};
use crate::code::{Code, Coded};
use crate::count::count;
use crate::finding::{Audit, ControlResult, Finding, Status, Weight};
use cloudtrail::recorder::Seen;
use std::collections::{BTreeMap, BTreeSet};

/// What shares one reason: places, recorders, gaps.
#[derive(Default)]
struct Shared {
    places: BTreeSet<usize>,
    recorders: BTreeSet<usize>,
    gaps: BTreeSet<usize>,
}

const ABOUT: About = About {
    id: "delivery-healthy",
    title: "Every trail delivers its log files and digests without an error",
    weight: Weight::Advisory,
};

/// Passes iff no trail, at no place where it logs, has a `LatestDeliveryError` or `LatestDigestDeliveryError`. That is no
/// proof of delivery: the field reports destination problems alone, and not time-outs (semantics 4.4).
pub(super) fn control(audit: &Audit<'_>) -> ControlResult {
    let mut errors: BTreeMap<(Status, Coded), Shared> = BTreeMap::new();
    let mut sightings = 0;
    for (at, place) in audit.inventory.places.iter().enumerate() {
        if let Seen::Unread(gap) = &place.trails {
            let told = (Status::Undetermined, Code::TrailsUnread.says("which trails there are was not read"));
            let shared = errors.entry(told).or_default();
            shared.places.insert(at);
            shared.gaps.insert(*gap);
        }
        for sighting in place.trails.known().into_iter().flatten() {
            sightings += 1;
            let recorder = audit.inventory.recorder(&sighting.trail);
            let name = recorder.map_or_else(|| sighting.trail.clone(), |one| named(audit, one));
            let (told, gap) = match &sighting.status {
                Seen::Unread(gap) => (
                    (
                        Status::Undetermined,
                        Code::StatusUnread.says(format!("the status of {name} was not read")),
                    ),
                    Some(*gap),
                ),
                Seen::Known(status) => match (&status.delivery_error, &status.digest_error) {
                    (Some(error), _) => (
                        (Status::Fail, Code::DeliveryFails.says(format!("{name} cannot deliver: {error}"))),
                        None,
                    ),
                    (None, Some(error)) => (
                        (
                            Status::Fail,
                            Code::DigestDeliveryFails.says(format!("{name} cannot deliver digests: {error}")),
                        ),
                        None,
                    ),
                    (None, None) => continue,
                },
            };
            let shared = errors.entry(told).or_default();
            shared.places.insert(at);
            shared.recorders.extend(recorder);
            shared.gaps.extend(gap);
        }
    }
    let findings = errors.into_iter().map(|((status, reason), shared)| Finding {
        places: shared.places.into_iter().collect(),
        recorders: shared.recorders.into_iter().collect(),
        gaps: shared.gaps.into_iter().collect(),
        help: Some(
            Code::CheckDelivery.says("check that the bucket exists, its policy and its encryption key"),
        ),
        ..about_places(status, reason)
    });
    let (otherwise, reason) = match sightings {
        0 => (Status::NotApplicable, Code::NoTrails.says("no trail was seen")),
        n => (
            Status::Pass,
            Code::NoDeliveryErrors.says(format!("no delivery error at {}", count(n, "trail and place"))),
        ),
    };
    ABOUT.answer(audit, findings.collect(), otherwise, reason)
}
