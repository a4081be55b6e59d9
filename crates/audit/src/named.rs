//! The resources of an inventory, all in one row, and those of a name.

use crate::inventory::{Gap, GapKind, Inventory, Place, Resource};
use cloudtrail::resource::{ResourceType, unqualified};

/// True iff some list of resources broke off or could not be read. A kind that a Region does not offer is not missing there.
#[must_use]
pub fn is_incomplete(inventory: &Inventory) -> bool {
    unlisted(inventory).next().is_some()
}

/// The places where such a list broke off or could not be read, with why; `None` iff the inventory does not say why.
pub fn unlisted(inventory: &Inventory) -> impl Iterator<Item = (&Place, Option<&Gap>)> {
    let of = |place: &Place| [place.functions.gap, place.web_functions.gap, place.microvm_images.gap];
    let all = inventory.places.iter().flat_map(move |place| of(place).map(move |gap| (place, gap)));
    let gaps = all.filter_map(|(place, gap)| Some((place, inventory.gaps.get(gap?))));
    gaps.filter(|(_, gap)| gap.is_none_or(|gap| gap.kind != GapKind::NotOffered))
}

/// The name in the ARN of a resource; `None` iff it is no Lambda resource.
#[must_use]
pub fn resource_name(arn: &str) -> Option<&str> {
    let (kind, arn) = unqualified(arn)?;
    Some(arn.split_once(kind.arn_infix())?.1)
}

/// Every resource of the inventory, with its type.
pub fn resources(inventory: &Inventory) -> impl Iterator<Item = (ResourceType, &str)> {
    fn listings(place: &Place) -> [(ResourceType, &[Resource]); 3] {
        [
            (ResourceType::Function, place.functions.resources.as_slice()),
            (ResourceType::WebFunction, place.web_functions.resources.as_slice()),
            (ResourceType::MicrovmImage, place.microvm_images.resources.as_slice()),
        ]
    }
    let all = inventory.places.iter().flat_map(listings);
    all.flat_map(|(kind, all)| all.iter().map(move |one| (kind, &*one.arn)))
}

/// The resources of that name with their types, each once, sorted.
#[must_use]
pub fn named<'a>(inventory: &'a Inventory, name: &str) -> Vec<(ResourceType, &'a str)> {
    let of_name = resources(inventory).filter(|(_, arn)| resource_name(arn) == Some(name));
    let mut named: Vec<(ResourceType, &str)> = of_name.collect();
    named.sort_unstable();
    named.dedup();
    named
}
