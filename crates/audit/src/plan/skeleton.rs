//! What a plan has to see to: places without their resources, so that trying a change costs nothing, and what each needs.

use crate::inventory::{Inventory, Listing, Place, Resources, Serving};
use crate::judge::{About, Prospects};
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
    let bare = |listing: &Listing| Listing { resources: Resources::default(), gap: listing.gap };
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
        extra: crate::extra_facts::ExtraFacts::default(),
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

/// Paid copies, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Paid {
    /// Copies beyond the first that were found.
    pub(super) found: usize,
    /// Where they were found, and how many at each account and Region.
    places: ByPlace<usize>,
    /// The questions for which the work limit was reached before all copies were looked for.
    open: BTreeSet<usize>,
}

impl Paid {
    /// How many more copies than before were found, and about how many questions it is not known whether there are more.
    pub(super) fn beyond(&self, before: &Self) -> (usize, usize) {
        (self.found.saturating_sub(before.found), self.open.difference(&before.open).count())
    }

    /// At how many accounts and Regions there are more copies than before.
    pub(super) fn places_beyond(&self, before: &Self) -> usize {
        let more = |(at, copies): &(&(String, String), &usize)| {
            before.places.get(*at).copied().unwrap_or(0) < **copies
        };
        self.places.iter().filter(more).count()
    }
}

/// Asks about every place of a skeleton: what is lacking where, and how many paid copies there are.
pub(super) fn lacking(
    skeleton: &Inventory,
    needs: &ByPlace<Needs>,
    prospects: &mut Prospects<'_>,
) -> (ByPlace<Lacks>, Paid) {
    let key = |place: &Place| (place.account.clone(), place.region.clone());
    let wanted = |place: &Place| {
        let Some(needs) = needs.get(&key(place)) else { return Vec::new() };
        let kinds = needs.kinds.iter().filter_map(|kind| ResourceType::ALL.get(*kind).copied());
        kinds.map(About::Any).chain(needs.management.then_some(About::Management)).collect()
    };
    let mut lacking = ByPlace::new();
    let mut copies = Paid::default();
    for (place, answers) in prospects.of(skeleton, wanted) {
        let mut lacks = Lacks::default();
        for (about, prospect) in answers {
            let beyond = prospect.copies.saturating_sub(1);
            copies.found += beyond;
            if beyond > 0 {
                *copies.places.entry(key(place)).or_default() += beyond;
            }
            copies.open.extend(prospect.more_copies);
            let needs = match prospect.state {
                State::Recorded => continue,
                State::Undetermined => &mut lacks.open,
                State::PartiallyRecorded | State::NotRecorded => &mut lacks.failing,
            };
            match about {
                About::Any(kind) => drop(needs.kinds.insert(kind as usize)),
                About::Management => needs.management = true,
            }
        }
        if !lacks.failing.is_empty() || !lacks.open.is_empty() {
            lacking.insert(key(place), lacks);
        }
    }
    (lacking, copies)
}

/// How many needs are certainly not met.
pub(super) fn weight(lacking: &ByPlace<Lacks>) -> usize {
    lacking.values().map(|one| one.failing.kinds.len() + usize::from(one.failing.management)).sum()
}
