//! An inventory taken apart: each thing in it by a name of its own, so that two inventories can be compared.

use audit::inventory::{Inventory, Serving};
use cloudtrail::recorder::Seen;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Each thing with what is known of it. Names hold the account, and the Region where there is one.
pub(crate) fn facts(inventory: &Inventory) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    for account in &inventory.accounts {
        let id = &account.id;
        facts.insert(format!("{id} organization"), seen(&account.organization));
        facts.insert(format!("{id} regions"), seen(&account.regions));
        facts.insert(format!("{id} stores"), seen(&account.stores));
    }
    for place in &inventory.places {
        let at = format!("{} {}", place.account, place.region);
        facts.insert(format!("{at} channels"), seen(&place.channels));
        facts.insert(format!("{at} trails"), place.trails.gap().map_or("known", |_| "unread").to_owned());
        for sighting in place.trails.known().into_iter().flatten() {
            facts.insert(format!("{at} status of {}", sighting.trail), seen(&sighting.status));
        }
        let listings = [&place.functions, &place.web_functions, &place.microvm_images];
        for (plane, listing) in listings.into_iter().enumerate() {
            facts.insert(format!("{at} listing {plane}"), format!("complete {}", listing.gap.is_none()));
            for resource in &listing.resources {
                let serving = match &resource.serving {
                    Serving::Unread(_) => "unread".to_owned(),
                    known => format!("{known:?}"),
                };
                facts.insert(format!("{at} {}", resource.arn), serving);
            }
        }
    }
    for recorder in &inventory.recorders {
        facts.insert(format!("{} selectors", recorder.arn), seen(&recorder.selectors));
        facts.insert(format!("{} status", recorder.arn), seen(&recorder.status));
    }
    facts
}

fn seen<T: Debug>(seen: &Seen<T>) -> String {
    seen.known().map_or_else(|| "unread".to_owned(), |value| format!("{value:?}"))
}
