//! Everything that the audit relies upon, checked; and lists brought into the order that it wants.

use super::entry::{Result, account_id, gap, quoted, region, wrong};
use audit::inventory::{Inventory, Listing, Resource, Serving};
use cloudtrail::arn::Arn;
use cloudtrail::names::{Partition, ResourceName};
use cloudtrail::recorder::{RecorderKind, Seen};
use cloudtrail::resource::ResourceType;
use recording::arn_prefix;

/// Sorts accounts, places, recorders and resources, and refuses what no collection can have seen: duplicates, gaps that
/// are not there, ids that are none, resources of another place or type.
pub(super) fn check(inventory: &mut Inventory) -> Result {
    if Partition::parse(&inventory.partition).is_err() {
        return wrong("partition", format!("{} is not a partition", quoted(&inventory.partition)));
    }
    // Positions in messages are those of the file, so everything that speaks of one entry goes before sorting.
    accounts(inventory)?;
    recorders(inventory)?;
    places(inventory)?;
    super::names::check(inventory)?;
    sort_unique("accounts", &mut inventory.accounts, |account| &account.id)?;
    sort_unique("recorders", &mut inventory.recorders, |recorder| &recorder.arn)?;
    let key = |at: usize, inventory: &Inventory| {
        (inventory.places[at].account.clone(), inventory.places[at].region.clone())
    };
    inventory.places.sort_by(|a, b| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
    for at in 1..inventory.places.len() {
        if key(at - 1, inventory) == key(at, inventory) {
            let (account, region) = key(at, inventory);
            return wrong("places", format!("{} {} appears twice", quoted(&account), quoted(&region)));
        }
    }
    Ok(())
}

fn sort_unique<T>(path: &str, list: &mut [T], key: impl Fn(&T) -> &str) -> Result {
    if !list.is_sorted_by(|a, b| key(a) < key(b)) {
        list.sort_by(|a, b| key(a).cmp(key(b)));
        if let Some(pair) = list.windows(2).find(|pair| key(&pair[0]) == key(&pair[1])) {
            return wrong(path, format!("{} appears twice", quoted(key(&pair[0]))));
        }
    }
    Ok(())
}

fn accounts(inventory: &Inventory) -> Result {
    let gaps = inventory.gaps.len();
    for (at, account) in inventory.accounts.iter().enumerate() {
        account_id(format!("accounts[{at}].id"), &account.id)?;
        gap(format!("accounts[{at}].organization.gap"), account.organization.gap(), gaps)?;
        gap(format!("accounts[{at}].regions.gap"), account.regions.gap(), gaps)?;
        gap(format!("accounts[{at}].stores.gap"), account.stores.gap(), gaps)?;
        if let Seen::Known(Some(organization)) = &account.organization {
            let path = format!("accounts[{at}].organization.known.management_account");
            account_id(path, &organization.management_account)?;
        }
    }
    Ok(())
}

fn recorders(inventory: &Inventory) -> Result {
    let gaps = inventory.gaps.len();
    for (at, recorder) in inventory.recorders.iter().enumerate() {
        let infix = match recorder.kind {
            RecorderKind::Trail => "trail/",
            RecorderKind::EventDataStore => "eventdatastore/",
            RecorderKind::Channel => "channel/",
        };
        let is_one = |arn: Arn<'_>| {
            arn.service == "cloudtrail"
                && arn.account == recorder.account
                && arn.partition == inventory.partition
                && arn.region == recorder.home_region
                && arn.resource.starts_with(infix)
        };
        if !Arn::parse(&recorder.arn).is_some_and(is_one) {
            let problem = format!(
                "{} is not an ARN of the kind {} of account {} at home in {}",
                quoted(&recorder.arn),
                recorder.kind,
                quoted(&recorder.account),
                quoted(&recorder.home_region)
            );
            return wrong(format!("recorders[{at}].arn"), problem);
        }
        account_id(format!("recorders[{at}].account"), &recorder.account)?;
        region(format!("recorders[{at}].home_region"), &recorder.home_region)?;
        gap(format!("recorders[{at}].selectors.gap"), recorder.selectors.gap(), gaps)?;
        gap(format!("recorders[{at}].status.gap"), recorder.status.gap(), gaps)?;
    }
    Ok(())
}

fn places(inventory: &mut Inventory) -> Result {
    let gaps = inventory.gaps.len();
    let partition = inventory.partition.clone();
    for (at, place) in inventory.places.iter_mut().enumerate() {
        account_id(format!("places[{at}].account"), &place.account)?;
        region(format!("places[{at}].region"), &place.region)?;
        gap(format!("places[{at}].trails.gap"), place.trails.gap(), gaps)?;
        gap(format!("places[{at}].channels.gap"), place.channels.gap(), gaps)?;
        for (nth, sighting) in place.trails.known().into_iter().flatten().enumerate() {
            gap(format!("places[{at}].trails.known[{nth}].status.gap"), sighting.status.gap(), gaps)?;
        }
        let prefix = |kind| arn_prefix(kind, &partition, &place.account, &place.region);
        let (functions, webs, images) = (
            prefix(ResourceType::Function),
            prefix(ResourceType::WebFunction),
            prefix(ResourceType::MicrovmImage),
        );
        listing(&format!("places[{at}].functions"), &mut place.functions, &functions, gaps)?;
        listing(&format!("places[{at}].web_functions"), &mut place.web_functions, &webs, gaps)?;
        listing(&format!("places[{at}].microvm_images"), &mut place.microvm_images, &images, gaps)?;
    }
    Ok(())
}

/// Every resource is one of the plane and place: its ARN is `prefix` and a name, without a version or alias.
fn listing(path: &str, listing: &mut Listing, prefix: &str, gaps: usize) -> Result {
    gap(format!("{path}.gap"), listing.gap, gaps)?;
    for (at, resource) in listing.resources.iter_mut().enumerate() {
        let name = resource.arn.strip_prefix(prefix);
        if !name.is_some_and(ResourceName::is) {
            let problem = format!(
                "{} does not belong there: {} and a name, without a version or alias, was expected",
                quoted(&resource.arn),
                quoted(prefix)
            );
            return wrong(format!("{path}.resources[{at}].arn"), problem);
        }
        serving(path, at, resource, gaps)?;
    }
    sort_unique(&format!("{path}.resources"), &mut listing.resources, |resource| &resource.arn)
}

fn serving(path: &str, at: usize, resource: &mut Resource, gaps: usize) -> Result {
    match &mut resource.serving {
        Serving::Home => Ok(()),
        Serving::Unread(unread) => gap(format!("{path}.resources[{at}].serving.gap"), Some(*unread), gaps),
        Serving::Also(regions) => {
            regions.sort();
            let path = format!("{path}.resources[{at}].serving.also");
            if let Some(pair) = regions.windows(2).find(|pair| pair[0] == pair[1]) {
                return wrong(path, format!("{} appears twice", quoted(&pair[0])));
            }
            regions.iter().try_for_each(|one| region(path.clone(), one))
        }
    }
}
