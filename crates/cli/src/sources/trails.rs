//! Where trails deliver to, as places.

use super::Place;
use super::session::Session;
use audit::inventory::Gap;
use aws::Location;
use std::collections::BTreeSet;

/// What the trails say that the caller sees, and what could not be seen of them.
#[derive(Debug, Default)]
pub(crate) struct Trails {
    pub(crate) locations: Vec<Location>,
    pub(crate) gaps: Vec<Gap>,
}

impl Trails {
    /// The trails of these Regions.
    pub(crate) fn of(session: &Session, regions: &[String]) -> Trails {
        let aws::Locations { found, gaps } = session.wait(session.evidence.locations(regions));
        Trails { locations: found, gaps }
    }

    /// The places below which those trails deliver that are wanted: each once, in the order of their names.
    pub(crate) fn places(&self, wanted: impl Fn(&Location) -> bool) -> Vec<Place> {
        let roots = self.locations.iter().filter(|location| wanted(location));
        let roots: BTreeSet<_> = roots.map(|one| (one.bucket.clone(), prefix(one))).collect();
        roots.into_iter().map(|(bucket, prefix)| Place::Objects { bucket, prefix }).collect()
    }
}

/// What the keys begin with: ends in `AWSLogs/`.
fn prefix(location: &Location) -> String {
    match location.prefix.as_str() {
        "" => "AWSLogs/".to_owned(),
        prefix => format!("{prefix}/AWSLogs/"),
    }
}

/// True iff the trail delivers records of the account and Region.
pub(crate) fn delivered_by(location: &Location, account: &str, region: &str) -> bool {
    let here = location.multi_region || location.home_region == region;
    here && (location.organization_trail || location.account == account)
}
