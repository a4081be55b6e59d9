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
    /// The trails of these Regions; of all that are enabled, where none is named.
    pub(crate) fn of(session: &Session, regions: &[String]) -> Trails {
        let (regions, gap) = match regions {
            [] => session.wait(session.evidence.regions()),
            named => (named.to_vec(), None),
        };
        let aws::Locations { found, gaps } = session.wait(session.evidence.locations(&regions));
        Trails { locations: found, gaps: gap.into_iter().chain(gaps).collect() }
    }

    /// The places below which those trails deliver that are wanted, and others may, too: each once, in the order of their names.
    pub(crate) fn roots(&self, wanted: impl Fn(&Location) -> bool) -> Vec<Place> {
        self.places(wanted, |location| vec![root(location)])
    }

    /// The folders of those trails that are wanted, in which nobody else's files lie: as [`Trails::roots`]. Where accounts are
    /// named, of an organization's trail only theirs: who may look into one account's folder may not look around it.
    pub(crate) fn folders(&self, accounts: &[String], wanted: impl Fn(&Location) -> bool) -> Vec<Place> {
        self.places(wanted, |location| folders(location, accounts))
    }

    fn places(
        &self,
        wanted: impl Fn(&Location) -> bool,
        prefixes: impl Fn(&Location) -> Vec<String>,
    ) -> Vec<Place> {
        let mut all = BTreeSet::new();
        for location in self.locations.iter().filter(|location| wanted(location)) {
            all.extend(prefixes(location).into_iter().map(|prefix| (location.bucket.clone(), prefix)));
        }
        let mut places: Vec<(String, String)> = Vec::new();
        for (bucket, prefix) in all {
            // What lies in another place is read there.
            if !places.iter().any(|(other, around)| *other == bucket && prefix.starts_with(around.as_str())) {
                places.push((bucket, prefix));
            }
        }
        places.into_iter().map(|(bucket, prefix)| Place::Objects { bucket, prefix }).collect()
    }
}

/// What the keys of a trail begin with, and those of others that deliver to the same place: ends in `AWSLogs/`.
fn root(location: &Location) -> String {
    match location.prefix.as_str() {
        "" => "AWSLogs/".to_owned(),
        prefix => format!("{prefix}/AWSLogs/"),
    }
}

/// What the keys of a trail alone begin with, as far as that is known; those of these accounts, if any are named.
fn folders(location: &Location, accounts: &[String]) -> Vec<String> {
    let root = root(location);
    match (location.organization_trail, &location.organization) {
        (false, _) => vec![format!("{root}{}/", location.account)],
        (true, Some(organization)) if accounts.is_empty() => vec![format!("{root}{organization}/")],
        (true, Some(organization)) => {
            accounts.iter().map(|account| format!("{root}{organization}/{account}/")).collect()
        }
        (true, None) => vec![root],
    }
}

/// True iff the trail delivers records of the account and Region.
pub(crate) fn delivered_by(location: &Location, account: &str, region: &str) -> bool {
    let here = location.multi_region || location.home_region == region;
    here && (location.organization_trail || location.account == account)
}

#[cfg(test)]
mod tests {
    use super::{Place, Trails};
    use aws::Location;

    fn location(account: &str, prefix: &str, organization: Option<Option<&str>>) -> Location {
        Location {
            bucket: "logs".to_owned(),
            prefix: prefix.to_owned(),
            trail: String::new(),
            account: account.to_owned(),
            home_region: "eu-west-1".to_owned(),
            multi_region: true,
            organization_trail: organization.is_some(),
            organization: organization.flatten().map(str::to_owned),
            validation: None,
        }
    }

    fn names(places: &[Place]) -> Vec<String> {
        places.iter().map(Place::typed).collect()
    }

    #[test]
    fn each_folder_is_a_place_once() {
        let mut locations = vec![
            location("111122223333", "", None),
            location("111122223333", "", None),
            location("111122223333", "team", None),
            location("999988887777", "team", Some(Some("o-acme"))),
        ];
        let trails = |locations: &Vec<Location>| Trails { locations: locations.clone(), gaps: Vec::new() };
        let own = "s3://logs/AWSLogs/111122223333/";
        assert_eq!(
            names(&trails(&locations).folders(&[], |_| true)),
            [own, "s3://logs/team/AWSLogs/111122223333/", "s3://logs/team/AWSLogs/o-acme/"]
        );
        assert_eq!(names(&trails(&locations).folders(&[], |one| one.prefix.is_empty())), [own]);
        let accounts = ["111122223333", "444455556666"].map(str::to_owned);
        let of_members = trails(&locations).folders(&accounts, |one| one.organization_trail);
        let folder = |account| format!("s3://logs/team/AWSLogs/o-acme/{account}/");
        assert_eq!(names(&of_members), accounts.map(folder));
        assert_eq!(
            names(&trails(&locations).roots(|_| true)),
            ["s3://logs/AWSLogs/", "s3://logs/team/AWSLogs/"]
        );
        // Where the id of the organization is not known, all is looked through, and nothing twice.
        locations[3].organization = None;
        assert_eq!(names(&trails(&locations).folders(&[], |_| true)), [own, "s3://logs/team/AWSLogs/"]);
    }
}
