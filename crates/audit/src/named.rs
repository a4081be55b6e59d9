//! The resources of an inventory, all in one row, and those of a name.

use crate::inventory::{Gap, GapKind, Inventory, Place, Resource};
use crate::judge::unseen_gaps;
use cloudtrail::resource::{ResourceType, unqualified};

/// What may hide a resource: lists that broke off or could not be read, with account, Region and why; then [`unlooked`]. A kind that a Region does not offer
/// is not missing there. Empty iff every resource of the audited accounts is in the inventory.
#[must_use]
pub fn unlisted(inventory: &Inventory) -> Vec<Gap> {
    let of = |place: &Place| [place.functions.gap, place.web_functions.gap, place.microvm_images.gap];
    let gaps = inventory
        .places
        .iter()
        .flat_map(|place| of(place).into_iter().flatten().map(move |gap| (place, gap)));
    let lists = gaps.filter_map(|(place, gap)| {
        let gap = inventory.gaps.get(gap)?;
        let (account, region) = (Some(place.account.clone()), Some(place.region.clone()));
        (gap.kind != GapKind::NotOffered).then(|| Gap { account, region, ..gap.clone() })
    });
    lists.chain(unlooked(inventory)).collect()
}

/// The accounts that could not be listed, and the Regions of audited accounts that could not be listed or that nobody looked into.
#[must_use]
pub fn unlooked(inventory: &Inventory) -> Vec<Gap> {
    const LISTS: [&str; 3] = ["organizations:ListAccounts", "account:ListRegions", "ec2:DescribeRegions"];
    unseen_gaps(inventory).into_iter().filter(|gap| LISTS.contains(&gap.call.as_str())).collect()
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
