//! Where trails deliver to, as sources.

use super::LogSource;
use super::side_by_side::side_by_side;
use crate::door::Door;
use audit::inventory::{Gap, TrailStatus};
use aws::Location;
use logs::digest::{LiveTrail, Logging};
use std::collections::BTreeSet;

/// What the trails say that the caller sees, and what could not be seen of them.
#[derive(Debug, Default)]
pub struct Trails {
    /// Where each of them delivers to.
    pub locations: Vec<Location>,
    /// What could not be seen of them.
    pub gaps: Vec<Gap>,
    /// The Regions whose trails they are.
    pub regions: Vec<String>,
}

impl Trails {
    /// The trails of these Regions; of all that are enabled, where none is named.
    #[must_use]
    pub fn of(door: &Door, regions: &[String]) -> Trails {
        let (regions, gap) = match regions {
            [] => door.wait(door.aws.regions()),
            named => (named.to_vec(), None),
        };
        let aws::Locations { found, gaps } = door.wait(door.aws.locations(&regions));
        Trails { locations: found, gaps: gap.into_iter().chain(gaps).collect(), regions }
    }

    /// The sources below which those trails deliver that are wanted, and others may, too: each once, in the order of their names.
    pub fn roots(&self, wanted: impl Fn(&Location) -> bool) -> Vec<LogSource> {
        self.sources(wanted, |location| vec![root(location)])
    }

    /// The folders of those trails that are wanted, in which nobody else's files lie: as [`Trails::roots`]. Where accounts are
    /// named, of an organization's trail only theirs: who may look into one account's folder may not look around it.
    pub(crate) fn folders(&self, accounts: &[String], wanted: impl Fn(&Location) -> bool) -> Vec<LogSource> {
        self.sources(wanted, |location| folders(location, accounts))
    }

    fn sources(
        &self,
        wanted: impl Fn(&Location) -> bool,
        prefixes: impl Fn(&Location) -> Vec<String>,
    ) -> Vec<LogSource> {
        let mut all = BTreeSet::new();
        for location in self.locations.iter().filter(|location| wanted(location)) {
            all.extend(prefixes(location).into_iter().map(|prefix| (location.bucket.clone(), prefix)));
        }
        let mut sources: Vec<(String, String)> = Vec::new();
        for (bucket, prefix) in all {
            // What lies in another source is read there.
            if !sources.iter().any(|(other, around)| *other == bucket && prefix.starts_with(around.as_str()))
            {
                sources.push((bucket, prefix));
            }
        }
        sources.into_iter().map(|(bucket, prefix)| LogSource::Objects { bucket, prefix }).collect()
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
#[must_use]
pub fn delivered_by(location: &Location, account: &str, region: &str) -> bool {
    let here = location.multi_region || location.home_region == region;
    here && (location.organization_trail || location.account == account)
}

/// Those of the trails that deliver records of an account and Region in question, as digests are held against them; asks whether
/// they log.
pub(crate) fn live(
    door: &Door,
    locations: &[Location],
    places: impl Fn(&Location) -> BTreeSet<(String, String)>,
) -> Vec<LiveTrail> {
    let concerned: Vec<(&Location, BTreeSet<(String, String)>)> =
        locations.iter().map(|one| (one, places(one))).filter(|(_, places)| !places.is_empty()).collect();
    let statuses = side_by_side(&concerned, |(location, _)| door.wait(door.aws.status(location)).ok());
    let one = |((location, places), status): ((&Location, _), Option<TrailStatus>)| LiveTrail {
        arn: location.trail.clone(),
        name: location.trail.rsplit('/').next().unwrap_or_default().to_owned(),
        home_region: location.home_region.clone(),
        organization: location.organization_trail,
        validation: location.validation,
        logging: status.as_ref().map_or(Logging::Unknown, logging),
        places,
    };
    concerned.into_iter().zip(statuses).map(one).collect()
}

fn logging(status: &TrailStatus) -> Logging {
    if status.logging {
        return Logging::Yes;
    }
    match &status.stopped_at {
        None => Logging::Until(None),
        // A time that cannot be read is none that is known.
        Some(at) => logs::milliseconds(at).map_or(Logging::Unknown, |at| Logging::Until(Some(at))),
    }
}

/// The accounts and Regions whose digests a trail delivers, as far as that is known: those of an organization's trail are known by
/// name, or where a file of theirs is there.
pub(crate) fn delivers(
    location: &Location,
    named: &[String],
    seen: &BTreeSet<(&str, &str)>,
    regions: &[String],
) -> BTreeSet<(String, String)> {
    let of_it = |organization: &str| location.organization.as_deref().is_none_or(|own| own == organization);
    let members = seen.iter().filter(|(organization, _)| location.organization_trail && of_it(organization));
    let known = members.map(|(_, account)| *account).chain([location.account.as_str()]);
    let accounts: BTreeSet<&str> =
        if named.is_empty() { known.collect() } else { named.iter().map(String::as_str).collect() };
    let all = accounts.into_iter().flat_map(|account| regions.iter().map(move |region| (account, region)));
    let of_it = all.filter(|(account, region)| delivered_by(location, account, region));
    of_it.map(|(account, region)| (account.to_owned(), region.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::{LogSource, Trails, delivers, logging};
    use audit::inventory::TrailStatus;
    use aws::Location;
    use logs::digest::Logging;
    use std::collections::BTreeSet;

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

    fn names(sources: &[LogSource]) -> Vec<String> {
        sources.iter().map(LogSource::typed).collect()
    }

    #[test]
    fn each_folder_is_a_place_once() {
        let mut locations = vec![
            location("111122223333", "", None),
            location("111122223333", "", None),
            location("111122223333", "team", None),
            location("999988887777", "team", Some(Some("o-acme"))),
        ];
        let trails = |locations: &Vec<Location>| Trails { locations: locations.clone(), ..Trails::default() };
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

    #[test]
    fn digests_are_expected_of_whoever_is_named_or_seen_in_each_region_that_the_trail_is_in() {
        let (own, member) = ("999988887777", "111122223333");
        let seen = BTreeSet::from([("o-acme", member), ("o-other", "444455556666")]);
        let regions = ["eu-west-1", "us-east-1"].map(str::to_owned);
        let told = |location: &Location, named: &[String]| -> Vec<String> {
            let places = delivers(location, named, &seen, &regions);
            places.into_iter().map(|(account, region)| format!("{account} {region}")).collect()
        };
        let mut trail = location(own, "", Some(Some("o-acme")));
        let of = |account: &str| regions.clone().map(|region| format!("{account} {region}"));
        assert_eq!(told(&trail, &[]), [of(member), of(own)].concat());
        assert_eq!(told(&trail, &[member.to_owned()]), of(member));
        trail.multi_region = false;
        assert_eq!(told(&trail, &[member.to_owned()]), of(member)[..1]);
        let alone = location(own, "", None);
        assert_eq!(told(&alone, &[]), of(own));
        assert!(told(&alone, &[member.to_owned()]).is_empty());
    }

    #[test]
    fn a_trail_that_was_stopped_delivered_until_then() {
        let status = |logging, at: Option<&str>| TrailStatus {
            logging,
            stopped_at: at.map(str::to_owned),
            ..TrailStatus::default()
        };
        assert_eq!(logging(&status(true, Some("2026-11-20T00:00:00Z"))), Logging::Yes);
        assert_eq!(logging(&status(false, Some("1970-01-01T00:00:01Z"))), Logging::Until(Some(1_000)));
        assert_eq!(logging(&status(false, None)), Logging::Until(None));
        assert_eq!(logging(&status(false, Some("yesterday"))), Logging::Unknown);
    }
}
