//! What a plan has to see to: places without their resources, so that trying a change costs nothing, and what each needs.

use crate::Options;
use crate::finding::Audit;
use crate::inventory::{Inventory, Listing, Place, Serving};
use crate::judge::judge;
use cloudtrail::resource::ResourceType;
use recording::State;
use std::collections::{BTreeMap, BTreeSet};

/// What must be recorded at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// Every data event of these kinds.
    pub(super) kinds: BTreeSet<usize>,
    /// Every management event.
    pub(super) management: bool,
}

impl Needs {
    pub(super) fn is_empty(&self) -> bool {
        self.kinds.is_empty() && !self.management
    }
}

/// The inventory without any resource.
pub(super) fn skeleton(inventory: &Inventory) -> Inventory {
    let bare = |listing: &Listing| Listing { resources: Vec::new(), gap: listing.gap };
    Inventory {
        collected_at: inventory.collected_at.clone(),
        partition: inventory.partition.clone(),
        caller: inventory.caller.clone(),
        regions_asked: inventory.regions_asked.clone(),
        accounts: inventory.accounts.clone(),
        places: inventory
            .places
            .iter()
            .map(|place| Place {
                account: place.account.clone(),
                region: place.region.clone(),
                trails: place.trails.clone(),
                channels: place.channels.clone(),
                functions: bare(&place.functions),
                web_functions: bare(&place.web_functions),
                microvm_images: bare(&place.microvm_images),
            })
            .collect(),
        recorders: inventory.recorders.clone(),
        gaps: inventory.gaps.clone(),
        beside: crate::beside::Beside::default(),
    }
}

/// The skeleton with the places of one account alone.
pub(super) fn of_account(skeleton: &Inventory, account: &str) -> Inventory {
    let places = skeleton.places.iter().filter(|place| place.account == account).cloned().collect();
    Inventory { places, ..skeleton.clone() }
}

/// What is needed at every place: functions everywhere, other kinds where they are, or everywhere if `all`.
pub(super) fn needs(inventory: &Inventory, all: bool) -> Vec<Needs> {
    let mut served: BTreeSet<(&str, &str)> = BTreeSet::new();
    for place in &inventory.places {
        for web in &place.web_functions.resources {
            if let Serving::Also(regions) = &web.serving {
                served.extend(regions.iter().map(|region| (place.account.as_str(), region.as_str())));
            }
        }
    }
    let needs = inventory.places.iter().map(|place| {
        let web = !place.web_functions.resources.is_empty()
            || served.contains(&(place.account.as_str(), place.region.as_str()));
        let images = !place.microvm_images.resources.is_empty();
        let kinds = ResourceType::ALL.into_iter().filter(|kind| match kind {
            ResourceType::Function => true,
            ResourceType::WebFunction => all || web,
            ResourceType::MicrovmImage => all || images,
        });
        Needs { kinds: kinds.map(|kind| kind as usize).collect(), management: true }
    });
    needs.collect()
}

/// What an audit of a skeleton says of what is needed: per account and Region.
pub(super) type ByPlace<T> = BTreeMap<(String, String), T>;

/// What is needed and not certainly recorded, and what of it hangs on gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lacks {
    /// Certainly not recorded in full.
    pub(super) failing: Needs,
    /// Cannot be told.
    pub(super) open: Needs,
}

/// Audits a skeleton: what is lacking where, and how many paid copies there are.
pub(super) fn lacking(
    skeleton: &Inventory,
    needs: &ByPlace<Needs>,
    options: &Options<'_>,
) -> (ByPlace<Lacks>, usize) {
    // Verdicts are enough: no control is asked.
    let audit: Audit<'_> = judge(skeleton, options);
    let mut lacking = ByPlace::new();
    let mut copies = 0;
    for place in &audit.places {
        let key = (place.account.to_owned(), place.region.to_owned());
        let Some(needs) = needs.get(&key) else { continue };
        let mut lacks = Lacks::default();
        for kind in &needs.kinds {
            let plane = &place.planes[*kind];
            let verdict = &audit.verdicts[plane.any_other];
            copies += audit.verdicts[plane.any].copies.len().saturating_sub(1);
            match verdict.state {
                State::Recorded => {}
                State::Undetermined => drop(lacks.open.kinds.insert(*kind)),
                State::PartiallyRecorded | State::NotRecorded => drop(lacks.failing.kinds.insert(*kind)),
            }
        }
        if needs.management {
            let verdict = &audit.verdicts[place.management];
            copies += verdict.copies.len().saturating_sub(1);
            match verdict.state {
                State::Recorded => {}
                State::Undetermined => lacks.open.management = true,
                State::PartiallyRecorded | State::NotRecorded => lacks.failing.management = true,
            }
        }
        if !lacks.failing.is_empty() || !lacks.open.is_empty() {
            lacking.insert(key, lacks);
        }
    }
    (lacking, copies)
}

/// How many needs are certainly not met.
pub(super) fn weight(lacking: &ByPlace<Lacks>) -> usize {
    lacking.values().map(|one| one.failing.kinds.len() + usize::from(one.failing.management)).sum()
}
