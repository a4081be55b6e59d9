//! How AWS names its Regions. Which exist is known to AWS alone: these are for suggestions, and for the words that names are made of.

/// Regions that there were on 2026-11-01, for suggestions.
pub const KNOWN: [&str; 38] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// True iff the name is made as AWS makes them: `eu-west-1`, where it lies, a direction, a number. A Region of next year is, too.
#[must_use]
pub fn is_usual(name: &str) -> bool {
    const DIRECTIONS: [&str; 9] =
        ["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];
    let mut parts = name.rsplit('-');
    let number = parts.next().unwrap_or_default();
    let direction = parts.next().unwrap_or_default();
    // `us`, `us-gov`, `eu-isoe`; no continent is called otherwise so far, and one that is new has two letters as well.
    let area = parts.next_back().unwrap_or_default();
    let known = KNOWN.iter().any(|known| known.split('-').next() == Some(area)) || area == "eusc";
    known
        && (1..=2).contains(&number.len())
        && number.bytes().all(|one| one.is_ascii_digit())
        && DIRECTIONS.contains(&direction)
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, is_usual};

    #[test]
    fn names_are_made_of_an_area_a_direction_and_a_number() {
        assert!(KNOWN.iter().all(|name| is_usual(name)));
        for name in ["us-iso-east-1", "us-isob-west-1", "eu-isoe-west-1", "eusc-de-east-1", "ap-southeast-19"]
        {
            assert!(is_usual(name), "{name}");
        }
        for name in ["eu-wst-1", "eu-west", "west-1", "eu-west-a", "ue-west-1", "", "-", "eu-west-1-x"] {
            assert!(!is_usual(name), "{name}");
        }
    }
}
