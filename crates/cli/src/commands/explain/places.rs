//! The places at which selectors without a function are judged: at each kind of place that their ARNs can tell apart, one.
//!
//! Conditions on ARNs look at partition, Region and account too. A place that no value mentions stands for all such places;
//! each Region and account that a value names, or begins or ends in the middle of, is tried beside it.

use cloudtrail::event::Field;
use cloudtrail::selector::{Operator, Selector};
use std::collections::BTreeSet;

/// The example account and Region in which any function is judged where nobody names one.
pub(super) const ACCOUNT: &str = "111122223333";
pub(super) const REGION: &str = "us-east-1";

/// Regions to complete what a value begins or ends in the middle of, and to find one that none mentions.
const REGIONS: [&str; 14] = [
    REGION,
    "eu-west-1",
    "ap-southeast-2",
    "sa-east-1",
    "us-west-2",
    "eu-central-1",
    "ap-northeast-1",
    "ca-central-1",
    "me-south-1",
    "af-south-1",
    "us-gov-west-1",
    "cn-north-1",
    "eusc-de-east-1",
    "il-central-1",
];

/// More places than this are not tried; whoever names so many is told.
const MOST: usize = 4_096;

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) partition: String,
    pub(super) region: String,
    pub(super) account: String,
}

/// The places to try, the one of an ordinary function first; and whether there are more than can be tried.
pub(super) fn places(list: &[Selector], partition: &str) -> (Vec<Place>, bool) {
    let mentioned = Mentioned::of(list);
    let mut partitions = BTreeSet::from([partition.to_owned()]);
    partitions.extend(mentioned.partitions.iter().cloned());
    let mut regions = vec![REGION.to_owned()];
    regions.extend(mentioned.completions(&mentioned.regions, &REGIONS));
    let mut accounts = vec![ACCOUNT.to_owned()];
    accounts.extend(mentioned.completions(&mentioned.accounts, &[]));
    let mut all = Vec::new();
    for partition in
        std::iter::once(partition.to_owned()).chain(partitions.into_iter().filter(|other| other != partition))
    {
        for region in &regions {
            for account in &accounts {
                let place =
                    Place { partition: partition.clone(), region: region.clone(), account: account.clone() };
                if !all.contains(&place) {
                    all.push(place);
                }
                if all.len() > MOST {
                    return (all, true);
                }
            }
        }
    }
    (all, false)
}

/// Parts of ARNs that values mention, whole or cut.
#[derive(Debug, Default)]
struct Mentioned {
    partitions: BTreeSet<String>,
    regions: BTreeSet<Part>,
    accounts: BTreeSet<Part>,
}

/// A part of an ARN, as far as a value says it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Whole(String),
    Begins(String),
    Ends(String),
}

impl Mentioned {
    fn of(list: &[Selector]) -> Self {
        let mut mentioned = Mentioned::default();
        for selector in list {
            match selector {
                Selector::Basic(basic) => {
                    let values = basic.data_resources.iter().flat_map(|one| &one.values);
                    values.for_each(|value| mentioned.starting(value));
                }
                Selector::Advanced(advanced) => {
                    let Some(condition) = advanced.condition(Field::ResourcesArn) else { continue };
                    for operator in Operator::ALL {
                        let by_end = matches!(operator, Operator::EndsWith | Operator::NotEndsWith);
                        for value in condition.values(operator) {
                            if by_end { mentioned.ending(value) } else { mentioned.starting(value) }
                        }
                    }
                }
            }
        }
        mentioned
    }

    /// `arn:PARTITION:lambda:REGION:ACCOUNT:...`, cut anywhere.
    fn starting(&mut self, value: &str) {
        let parts: Vec<&str> = value.split(':').collect();
        let last = parts.len() - 1;
        let part = |at: usize| {
            let text = parts.get(at).filter(|text| !text.is_empty())?;
            Some(if at == last { Part::Begins((*text).to_owned()) } else { Part::Whole((*text).to_owned()) })
        };
        if last > 1 {
            self.partitions
                .extend(parts.get(1).filter(|text| !text.is_empty()).map(|text| (*text).to_owned()));
        }
        self.regions.extend(part(3));
        self.accounts.extend(part(4));
    }

    /// `...REGION:ACCOUNT:function:NAME`, cut anywhere.
    fn ending(&mut self, value: &str) {
        let parts: Vec<&str> = value.rsplit(':').collect();
        let last = parts.len() - 1;
        let part = |at: usize| {
            let text = parts.get(at).filter(|text| !text.is_empty())?;
            Some(if at == last { Part::Ends((*text).to_owned()) } else { Part::Whole((*text).to_owned()) })
        };
        self.accounts.extend(part(2));
        self.regions.extend(part(3));
    }

    /// What each part can be: what is said whole; what is cut, completed; and one that none of them fits.
    fn completions(&self, parts: &BTreeSet<Part>, known: &[&str]) -> Vec<String> {
        let account = known.is_empty();
        let fits = |text: &str| {
            parts.iter().any(|part| match part {
                Part::Whole(whole) => text == whole,
                Part::Begins(start) => text.starts_with(start.as_str()),
                Part::Ends(end) => text.ends_with(end.as_str()),
            })
        };
        let mut found: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Part::Whole(whole) => whole.clone(),
                Part::Begins(start) if account => format!("{start:0<12}"),
                Part::Ends(end) if account => format!("{end:0>12}"),
                Part::Begins(start) => {
                    let whole = known.iter().find(|region| region.starts_with(start.as_str()));
                    whole.map_or_else(|| format!("{start}x-1"), |region| (*region).to_owned())
                }
                Part::Ends(end) => {
                    let whole = known.iter().find(|region| region.ends_with(end.as_str()));
                    whole.map_or_else(|| format!("xx-{end}"), |region| (*region).to_owned())
                }
            })
            .collect();
        let fresh = if account {
            (0..100_000_u32)
                .map(|n| format!("{:012}", 444_455_556_666_u64 + u64::from(n) * 1_111))
                .find(|id| !fits(id))
        } else {
            let others = (0..10_000).map(|n| format!("zz-nowhere-{n}"));
            known.iter().map(|region| (*region).to_owned()).chain(others).find(|region| !fits(region))
        };
        found.extend(fresh);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::places;

    fn of(conditions: &str) -> Vec<(String, String)> {
        let text = format!(
            r#"{{"AdvancedEventSelectors":[{{"FieldSelectors":[{{"Field":"eventCategory","Equals":["Data"]}},
            {{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}},{{"Field":"resources.ARN",{conditions}}}]}}]}}"#
        );
        let (all, _) = places(&cloudtrail::json::from_str(&text).unwrap().list, "aws");
        all.into_iter().map(|place| (place.region, place.account)).collect()
    }

    #[test]
    fn every_kind_of_place_has_one() {
        let all = of(r#""StartsWith":["arn:aws:lambda:us-east-1:111122223333:"]"#);
        let has = |region: &dyn Fn(&str) -> bool, account: &dyn Fn(&str) -> bool| {
            all.iter().any(|(a, b)| region(a) && account(b))
        };
        assert!(has(&|r| r == "us-east-1", &|a| a == "111122223333"));
        assert!(has(&|r| r != "us-east-1", &|a| a == "111122223333"));
        assert!(has(&|r| r == "us-east-1", &|a| a != "111122223333"));
        assert!(has(&|r| r != "us-east-1", &|a| a != "111122223333"));
        let cut =
            of(r#""StartsWith":["arn:aws:lambda:us-"],"NotEndsWith":["west-1:444455556666:function:x"]"#);
        assert!(cut.iter().any(|(region, _)| region.starts_with("us-")));
        assert!(cut.iter().any(|(region, _)| !region.starts_with("us-")));
        assert!(cut.iter().any(|(region, account)| region.ends_with("west-1") && account == "444455556666"));
    }
}
