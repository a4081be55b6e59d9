//! All detections, one file each; beside it its page.

use crate::detection::Detection;
use crate::finding::Proof;
use crate::settings::Settings;
use crate::view::View;

pub(crate) mod bucket;
mod deployers;
mod field;
mod incident;
mod inv_01;
mod inv_02;
mod inv_03;
mod inv_04;
mod inv_05;
mod inv_06;
mod inv_07;
mod inv_08;
mod inv_09;
mod inv_10;
mod inv_11;
mod inv_12;
mod inv_13;
mod inv_14;
mod inv_15;
mod inv_16;
mod inv_17;
mod inv_18;
mod inv_19;
mod inv_20;
mod inv_shared;
mod lam_01;
mod lam_02;
mod lam_03;
mod lam_04;
mod lam_05;
mod lam_06;
mod lam_07;
mod lam_08;
mod lam_09;
mod lam_10;
mod lam_11;
mod lam_12;
mod lam_13;
mod policy;
mod roles;
pub(crate) mod stores;
mod trl_01;
mod trl_02;
mod trl_03;
mod trl_04;
mod trl_05;
mod trl_06;
mod trl_07;
mod trl_08;
mod trl_09;
mod trl_10;
mod trl_11;
mod wired;

/// True iff whoever manages recorders made all of these changes, as far as is known.
pub(crate) fn are_trusted(view: &View<'_>, proofs: &[Proof]) -> bool {
    let deployers = deployers::Deployers::of(view);
    let changed = |proof: &Proof| view.facts.changes.get(&(proof.time, proof.event_id.clone()));
    proofs.iter().filter_map(changed).all(|change| deployers.manages(change))
}

/// All of them.
pub const ALL: &[&Detection] = &[
    &trl_01::DETECTION,
    &trl_02::DETECTION,
    &trl_03::DETECTION,
    &trl_04::DETECTION,
    &trl_05::DETECTION,
    &trl_06::DETECTION,
    &trl_07::DETECTION,
    &trl_08::DETECTION,
    &trl_09::DETECTION,
    &trl_10::DETECTION,
    &trl_11::DETECTION,
    &lam_01::DETECTION,
    &lam_02::DETECTION,
    &lam_03::DETECTION,
    &lam_04::DETECTION,
    &lam_05::DETECTION,
    &lam_06::DETECTION,
    &lam_07::DETECTION,
    &lam_08::DETECTION,
    &lam_09::DETECTION,
    &lam_10::DETECTION,
    &lam_11::DETECTION,
    &lam_12::DETECTION,
    &lam_13::DETECTION,
    &inv_01::DETECTION,
    &inv_02::DETECTION,
    &inv_03::DETECTION,
    &inv_04::DETECTION,
    &inv_05::DETECTION,
    &inv_06::DETECTION,
    &inv_07::DETECTION,
    &inv_08::DETECTION,
    &inv_09::DETECTION,
    &inv_10::DETECTION,
    &inv_11::DETECTION,
    &inv_12::DETECTION,
    &inv_13::DETECTION,
    &inv_14::DETECTION,
    &inv_15::DETECTION,
    &inv_16::DETECTION,
    &inv_17::DETECTION,
    &inv_18::DETECTION,
    &inv_19::DETECTION,
    &inv_20::DETECTION,
];

impl Settings<'_> {
    /// The number that counts for a detection: as it was set, else its default; 0 for a key that it has not.
    #[must_use]
    pub fn threshold(&self, detection: &str, key: &str) -> f64 {
        let set = self.thresholds.get(&(detection.to_owned(), key.to_owned())).copied();
        let default = || {
            let of = ALL.iter().find(|one| one.id == detection)?;
            of.thresholds.iter().find(|one| one.key == key).map(|one| one.default)
        };
        set.or_else(default).unwrap_or_default()
    }
}
