//! Whether Regions other than that of a web function, which may serve it too, leave open that all of it is recorded.

use crate::finding::Audit;
use crate::inventory::OptIn;
use std::collections::BTreeMap;

/// What leaves it open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Elsewhere {
    /// This Region may serve it, and would not surely record it.
    Unrecorded(String),
    /// Not all Regions of the account were audited.
    Unaudited,
}

/// What other Regions leave open of a web function at the place `home`, by position; `recorded` says of each place whether all is
/// recorded there. `None` iff all Regions of its account record it.
#[must_use]
pub fn elsewhere(audit: &Audit<'_>, home: usize, recorded: impl Fn(usize) -> bool) -> Option<Elsewhere> {
    let account = audit.places[home].account;
    let mut here = audit.places.iter().enumerate().filter(|(_, place)| place.account == account);
    if let Some((_, place)) = here.find(|(at, _)| !recorded(*at)) {
        return Some(Elsewhere::Unrecorded(place.region.to_owned()));
    }
    let regions = audit.inventory.account(account).and_then(|account| account.regions.known());
    let looked_at = |region: &String| audit.inventory.place(account, region).is_some();
    let unseen = |regions: &BTreeMap<String, OptIn>| {
        regions.iter().any(|(region, state)| *state != OptIn::Disabled && !looked_at(region))
    };
    regions.is_none_or(unseen).then_some(Elsewhere::Unaudited)
}
