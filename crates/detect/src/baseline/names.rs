//! What names tell, and how numbers and names are said.

use crate::arn::name_of;

/// A number with its noun.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A moment as it is written.
pub(crate) fn when(time: i64) -> String {
    logs::text_of(time)
}

/// The names of the first few ARNs, and how many more there are.
pub(crate) fn few<'a>(arns: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = arns.into_iter().map(name_of).collect();
    names.sort_unstable();
    names.dedup();
    let more = names.len().saturating_sub(3);
    let first = names.iter().take(3).copied().collect::<Vec<_>>().join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}

/// True iff the name says that the role is for emergencies.
pub(crate) fn is_break_glass(name: &str) -> bool {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|one| one.to_ascii_lowercase()).collect();
    ["breakglass", "glassbreak", "emergency", "firefight"].iter().any(|word| plain.contains(word))
}

/// True iff people take the role: the sign-in of an organization made it.
pub(crate) fn is_of_people(name: &str) -> bool {
    name.contains("AWSReservedSSO_")
}

/// The name without an ending that looks drawn by chance (`shop-WebRole-1ABCDEF23GHI`); `None` where it has no such ending.
pub(crate) fn stem(name: &str) -> Option<&str> {
    let (stem, ending) = name.rsplit_once(['-', '_'])?;
    let digits = ending.bytes().filter(u8::is_ascii_digit).count();
    let drawn = ending.len() >= 8 && digits >= 2 && ending.bytes().all(|one| one.is_ascii_alphanumeric());
    (drawn && stem.len() >= 4).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::{few, is_break_glass, stem};

    #[test]
    fn names_tell() {
        assert_eq!(stem("shop-WebRole-1ABCDEF23GHI"), Some("shop-WebRole"));
        assert_eq!(stem("AWSReservedSSO_Developer_0123456789abcdef"), Some("AWSReservedSSO_Developer"));
        assert_eq!(stem("orders-2024"), None);
        assert_eq!(stem("web-production"), None);
        assert!(is_break_glass("arn:aws:iam::1:role/Break-Glass") && !is_break_glass("glass-shop"));
        assert_eq!(few(["a:d", "a:c", "b", "a"]), "a, b, c and 1 more");
    }
}
