//! Texts of a length that AWS can give, and times that are times.

use super::InventoryFileError;
use super::entry::{quoted, wrong};
use audit::inventory::{Inventory, Listing};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

type Result<T = ()> = std::result::Result<T, InventoryFileError>;

/// Bytes of one text. The longest that AWS gives are ARNs and messages of some thousand.
const LONGEST: usize = 65_536;

/// Refuses a text that no collection can have seen because it is too long, and a time that is none.
pub(super) fn check(inventory: &Inventory) -> Result {
    time("collected_at", Some(&inventory.collected_at))?;
    short("partition", Some(&inventory.partition))?;
    short("caller", inventory.caller.as_ref())?;
    short("regions_asked", inventory.regions_asked.iter().flatten())?;
    for (at, account) in inventory.accounts.iter().enumerate() {
        let path = |member: &str| format!("accounts[{at}].{member}");
        short(path("name"), account.name.as_ref())?;
        short(path("state"), account.state.as_ref())?;
        short(path("stores"), account.stores.known().into_iter().flatten())?;
        short(path("regions"), account.regions.known().into_iter().flat_map(|regions| regions.keys()))?;
        let organization = account.organization.known().and_then(Option::as_ref);
        short(path("organization"), organization.map(|one| &one.id))?;
    }
    for (at, recorder) in inventory.recorders.iter().enumerate() {
        let path = |member: &str| format!("recorders[{at}].{member}");
        short(path("arn"), Some(&recorder.arn))?;
        short(path("name"), Some(&recorder.name))?;
        short(path("destination"), recorder.destination.as_ref())?;
    }
    for (at, gap) in inventory.gaps.iter().enumerate() {
        let path = |member: &str| format!("gaps[{at}].{member}");
        short(path("call"), Some(&gap.call))?;
        short(path("subject"), gap.subject.as_ref())?;
        short(path("error"), Some(&gap.error))?;
    }
    places(inventory)
}

fn places(inventory: &Inventory) -> Result {
    for (at, place) in inventory.places.iter().enumerate() {
        for (nth, sighting) in place.trails.known().into_iter().flatten().enumerate() {
            let path = |member: &str| format!("places[{at}].trails.known[{nth}].{member}");
            short(path("trail"), Some(&sighting.trail))?;
            let Some(status) = sighting.status.known() else { continue };
            short(path("status.delivery_error"), status.delivery_error.as_ref())?;
            short(path("status.digest_error"), status.digest_error.as_ref())?;
            time(path("status.latest_delivery"), status.latest_delivery.as_ref())?;
            time(path("status.stopped_at"), status.stopped_at.as_ref())?;
        }
        short(format!("places[{at}].channels"), place.channels.known().into_iter().flatten())?;
        resources(&format!("places[{at}].functions"), &place.functions)?;
        resources(&format!("places[{at}].web_functions"), &place.web_functions)?;
        resources(&format!("places[{at}].microvm_images"), &place.microvm_images)?;
    }
    Ok(())
}

fn resources(path: &str, listing: &Listing) -> Result {
    match listing.resources.iter().position(|resource| resource.arn.len() > LONGEST) {
        Some(at) => too_long(format!("{path}.resources[{at}].arn"), listing.resources[at].arn.len()),
        None => Ok(()),
    }
}

fn short<'t>(path: impl Into<String>, texts: impl IntoIterator<Item = &'t String>) -> Result {
    match texts.into_iter().find(|text| text.len() > LONGEST) {
        Some(text) => too_long(path.into(), text.len()),
        None => Ok(()),
    }
}

fn too_long(path: String, length: usize) -> Result {
    wrong(path, format!("a text of {length} bytes is longer than {LONGEST}, the limit for a text"))
}

fn time<'t>(path: impl Into<String>, text: impl IntoIterator<Item = &'t String>) -> Result {
    match text.into_iter().find(|text| OffsetDateTime::parse(text, &Rfc3339).is_err()) {
        Some(text) => wrong(path, format!("{} is not a time like 2026-11-23T17:00:00Z", quoted(text))),
        None => Ok(()),
    }
}
