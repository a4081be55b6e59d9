//! What recorders are called in the code of others: names made of letters and digits alone, no two alike.

use super::desired::Desired;
use audit::inventory::Inventory;
use std::collections::BTreeMap;

/// The longest part of a trail's name that becomes part of a name: CloudFormation takes 255 characters.
const LONGEST: usize = 160;

/// The words of a name: its letters and digits of ASCII, parted by whatever else stands there. Never empty, and never beginning with
/// a digit.
pub(super) fn words(name: &str) -> Vec<String> {
    let plain = name.split(|one: char| !one.is_ascii_alphanumeric());
    let mut left = LONGEST;
    let mut words: Vec<String> = Vec::new();
    for word in plain.filter(|word| !word.is_empty()) {
        let word = &word[..word.len().min(left)];
        left -= word.len();
        if !word.is_empty() {
            words.push(word.to_owned());
        }
    }
    if words.first().is_none_or(|word| word.starts_with(|one: char| one.is_ascii_digit())) {
        words.insert(0, "trail".to_owned());
    }
    words
}

/// The name of each of `all`, in their order, as `form` makes it of words. `taken` are all the names that the blocks of one recorder
/// use up. Where two recorders of one account and Region would use the same one, both have something of their ARN in theirs: neither
/// may take over the name that the other had in an earlier plan, so recorders that are not planned for count, too.
pub(super) fn names(
    all: &[&Desired<'_>],
    inventory: &Inventory,
    form: impl Fn(&[String]) -> String,
    taken: impl Fn(&str) -> Vec<String>,
) -> Vec<String> {
    let mut users: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let places: Vec<(&str, &str)> =
        all.iter().map(|one| (one.target.account.as_str(), one.target.home_region.as_str())).collect();
    let seen = inventory
        .recorders
        .iter()
        .filter(|one| places.contains(&(one.account.as_str(), one.home_region.as_str())))
        .map(|one| (one.name.as_str(), one.arn.as_str()));
    let planned = all.iter().map(|one| (one.target.name.as_str(), one.target.arn.as_str()));
    for (name, arn) in seen.chain(planned) {
        for name in taken(&form(&words(name))) {
            let users = users.entry(name).or_default();
            if !users.contains(&arn) {
                users.push(arn);
            }
        }
    }
    let own = |one: &&Desired<'_>| {
        let mut words = words(&one.target.name);
        let plain = form(&words);
        let shared = |name: &String| users.get(name).is_some_and(|users| users.len() > 1);
        if !taken(&plain).iter().any(shared) {
            return plain;
        }
        words.push(format!("x{:016x}", xxhash_rust::xxh3::xxh3_64(one.target.arn.as_bytes())));
        form(&words)
    };
    all.iter().map(own).collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_identifiers_whatever_the_name() {
        for name in ["", "-", "1a", "東京", "a-b.c", "\u{202e}x", &"long".repeat(300)] {
            let joined = words(name).join("_");
            assert!(joined.starts_with(|one: char| one.is_ascii_alphabetic()), "{joined}");
            assert!(joined.bytes().all(|one| one.is_ascii_alphanumeric() || one == b'_'), "{joined}");
            assert!(joined.len() < 200, "{joined}");
        }
        assert_eq!(words("a-b.c"), ["a", "b", "c"]);
    }
}
