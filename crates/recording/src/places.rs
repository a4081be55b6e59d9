//! One place for each kind of place that values of `resources.ARN` can tell apart, all values taken together.
//!
//! A value is the beginning or the end of `arn:PARTITION:lambda:REGION:ACCOUNT:...`, cut anywhere, or the whole of it. So of
//! a Region, and of an account, a value asks only whether it is a text, begins with one or ends with one, and it asks that
//! only where the parts on its other side are what the value says. The kinds of Region are enumerated over all texts of the
//! form of AWS's Regions that are of the partition by their names; then, for a Region of each kind, the kinds of account over all texts of twelve digits, by the
//! values that this Region leaves open. Two places of one kind are treated alike by every value, whatever the name.

mod asked;
mod kinds;

use crate::clauses::Clause;
use asked::{AskedPlace, Part};
use cloudtrail::arn::{PARTITIONS, REGION_BEGINNINGS, partition_of};
use cloudtrail::event::Field;
use cloudtrail::resource::ResourceType;
use kinds::{Shape, kinds};
use std::collections::BTreeSet;

/// A partition, an account and a Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// `aws`, `aws-cn`, ...
    pub partition: String,
    /// Of the form of AWS's Regions; one that exists where any of its kind does.
    pub region: String,
    /// Twelve digits.
    pub account: String,
}

/// The account and Region that stand for all others of their kind.
const ACCOUNTS: [&str; 4] = ["111122223333", "444455556666", "777788889999", "123456789012"];
const REGIONS: [&str; 34] = [
    "us-east-1",
    "eu-west-1",
    "ap-southeast-2",
    "sa-east-1",
    "us-west-2",
    "eu-central-1",
    "ap-northeast-1",
    "ca-central-1",
    "me-south-1",
    "af-south-1",
    "us-east-2",
    "us-west-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "mx-central-1",
];

/// More places than this are not tried.
const MOST: usize = 4_096;

/// More states than this are not looked at to find the kinds.
const MOST_STATES: usize = 60_000;

/// Places of every kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Places {
    /// The one of an ordinary function first.
    pub(crate) all: Vec<Place>,
    /// The partitions of `all`; none iff no clause has a value of `resources.ARN`.
    pub(crate) partitions: Vec<String>,
    /// False iff there are kinds of place that `all` does not hold.
    pub(crate) complete: bool,
}

/// A place of every kind that the clauses can tell apart for resources of `kind`, in that partition where one is named.
pub(crate) fn places(clauses: &[Clause<'_>], kind: ResourceType, partition: Option<&str>) -> Places {
    let mut values: BTreeSet<AskedPlace> = BTreeSet::new();
    for condition in clauses.iter().filter_map(|clause| clause.condition(Field::ResourcesArn)) {
        values.extend(asked::all(condition, kind));
    }
    let mut found = Places { all: Vec::new(), partitions: Vec::new(), complete: true };
    let mut budget = MOST_STATES;
    let beginnings = REGION_BEGINNINGS.map(|(beginning, _)| Part::Begins(beginning.to_owned()));
    let partitions = partition.map_or_else(|| partitions(&values), |one| vec![one.to_owned()]);
    if partition.is_some() || !values.is_empty() {
        found.partitions.clone_from(&partitions);
    }
    for partition in partitions {
        let here: Vec<&AskedPlace> = values.iter().filter(|one| one.partition.fits(&partition)).collect();
        // A partition has Regions of its own names alone, so kinds are told apart by these beginnings, too.
        let mut parts: BTreeSet<&Part> = here.iter().map(|one| &one.region).collect();
        parts.extend(&beginnings);
        let credible = regions(&partition);
        let Some(mut regions) = kinds(Shape::Region, &parts, &credible, &mut budget) else {
            found.complete = false;
            continue;
        };
        regions.retain(|region| !PARTITIONS.contains(&&*partition) || partition_of(region) == partition);
        for region in regions {
            let open = here.iter().filter(|one| one.region.fits(&region));
            let parts: BTreeSet<&Part> = open.map(|one| &one.account).collect();
            let credible = ACCOUNTS.map(str::to_owned);
            let Some(accounts) = kinds(Shape::Account, &parts, &credible, &mut budget) else {
                found.complete = false;
                continue;
            };
            for account in accounts {
                if found.all.len() == MOST {
                    found.complete = false;
                    return found;
                }
                let (partition, region) = (partition.clone(), region.clone());
                found.all.push(Place { partition, region, account });
            }
        }
    }
    found
}

/// Existing Regions of the partition, one of each class that the recorders' values of `resources.ARN` can tell apart for resources of any kind, and
/// each of `apart` for itself; all of them, where telling them apart takes more steps than the limit.
pub(crate) fn region_classes(clauses: &[Clause<'_>], partition: &str, apart: &[&str]) -> Vec<String> {
    let mut values: BTreeSet<AskedPlace> = BTreeSet::new();
    for kind in ResourceType::ALL {
        for condition in clauses.iter().filter_map(|clause| clause.condition(Field::ResourcesArn)) {
            values.extend(asked::all(condition, kind));
        }
    }
    let wholes: Vec<Part> = apart.iter().map(|region| Part::Whole((*region).to_owned())).collect();
    let mut parts: BTreeSet<&Part> =
        values.iter().filter(|one| one.partition.fits(partition)).map(|one| &one.region).collect();
    parts.extend(&wholes);
    let existing = existing(partition);
    let Some(mut found) = kinds(Shape::Region, &parts, &existing, &mut { MOST_STATES }) else {
        return existing;
    };
    found.retain(|region| existing.contains(region));
    found
}

/// The place of an ordinary function.
pub(crate) fn ordinary() -> Place {
    let [partition, region, account] = [PARTITIONS[0], REGIONS[0], ACCOUNTS[0]].map(str::to_owned);
    Place { partition, region, account }
}

/// The partitions that the values are about, the one that comes first in [`PARTITIONS`] first: those that are named whole;
/// all, where a value ends within one; and the first, where none is named.
fn partitions(values: &BTreeSet<AskedPlace>) -> Vec<String> {
    let cut = values.iter().any(|one| matches!(one.partition, Part::Begins(_) | Part::Ends(_)));
    let named =
        |name: &&str| values.iter().any(|one| matches!(&one.partition, Part::Whole(whole) if whole == name));
    let mut found: Vec<String> =
        PARTITIONS.iter().filter(|name| cut || named(name)).map(ToString::to_string).collect();
    if found.is_empty() {
        found.push(PARTITIONS[0].to_owned());
    }
    found
}

/// Regions that there are in the partition, as far as we know.
fn existing(partition: &str) -> Vec<String> {
    let own: &[&str] = match partition {
        "aws-cn" => &["cn-north-1", "cn-northwest-1"],
        "aws-us-gov" => &["us-gov-west-1", "us-gov-east-1"],
        "aws-eusc" => &["eusc-de-east-1"],
        "aws-iso" => &["us-iso-east-1", "us-iso-west-1"],
        "aws-iso-b" => &["us-isob-east-1", "us-isob-west-1"],
        "aws-iso-e" => &["eu-isoe-west-1"],
        "aws-iso-f" => &["us-isof-south-1", "us-isof-east-1"],
        _ => &REGIONS,
    };
    own.iter().map(ToString::to_string).collect()
}

/// Regions of the partition that a reader would believe: those that exist first.
fn regions(partition: &str) -> Vec<String> {
    const AREAS: [&str; 12] = ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "us-gov", "cn", "nz"];
    const SIDES: [&str; 9] =
        ["east", "west", "north", "south", "central", "northeast", "southeast", "northwest", "southwest"];
    let made_up = AREAS.iter().flat_map(|area| {
        SIDES.iter().flat_map(move |side| (1..=9).map(move |number| format!("{area}-{side}-{number}")))
    });
    existing(partition).into_iter().chain(made_up).collect()
}

#[cfg(test)]
mod tests;
