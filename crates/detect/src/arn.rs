//! What stands in an ARN, and which ARNs a pattern names.

/// The account in an ARN; empty where there is none.
#[must_use]
pub fn account_of(arn: &str) -> &str {
    field(arn, 4)
}

/// The Region in an ARN; empty where there is none.
#[must_use]
pub fn region_of(arn: &str) -> &str {
    field(arn, 3)
}

/// The last part of an ARN: the name of a function, role or user.
#[must_use]
pub fn name_of(arn: &str) -> &str {
    let from = memchr::memrchr2(b':', b'/', arn.as_bytes()).map_or(0, |at| at + 1);
    arn.get(from..).unwrap_or(arn)
}

/// What stands between colons; empty where there are fewer.
fn field(arn: &str, number: usize) -> &str {
    let mut colons = memchr::memchr_iter(b':', arn.as_bytes());
    let from = number.checked_sub(1).map_or(Some(0), |before| Some(colons.nth(before)? + 1));
    let Some(from) = from else { return "" };
    arn.get(from..colons.next().unwrap_or(arn.len())).unwrap_or_default()
}

/// True iff the pattern fits the whole ARN, what it names (`role/deploy/ci`), or the name at its end.
#[must_use]
pub fn fits_name(pattern: &str, said: &str) -> bool {
    let named = said.strip_prefix("arn:").and_then(|_| said.splitn(6, ':').nth(5));
    fits(pattern, said) || fits(pattern, name_of(said)) || named.is_some_and(|named| fits(pattern, named))
}

/// True iff the pattern, in which `*` stands for any text, fits all of the text. In time linear in both.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{fits, fits_name};

    #[test]
    fn an_arn_is_named_whole_by_its_kind_or_by_its_name() {
        let arn = "arn:aws:iam::111122223333:role/deploy/ci-main";
        for (pattern, fit) in [
            (arn, true),
            ("*:role/deploy/*", true),
            ("role/deploy/ci-*", true),
            ("ci-*", true),
            ("role/ci-*", false),
            ("user/*", false),
            ("111122223333*", false),
        ] {
            assert_eq!(fits_name(pattern, arn), fit, "{pattern}");
        }
        assert!(!fits_name("role/*", "a:b:c:d:e:role/x"));
    }

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, fit) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "acd", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*bc*c", "abcc", true),
            ("a*b*b", "ab", false),
            ("role/*", "arn:role/x", false),
        ] {
            assert_eq!(fits(pattern, text), fit, "{pattern} {text}");
        }
    }
}
