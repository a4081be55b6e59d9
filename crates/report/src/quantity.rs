//! Numbers, and how many of what, for people.

/// A noun for one thing and for several.
pub(super) type Noun<'a> = (&'a str, &'a str);

/// `1 function`, `1,000 functions`.
pub(super) fn quantity(n: usize, (one, many): Noun<'_>) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// `1,234,567`
pub(super) fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count as the number that is written: more than a `usize` holds is the most that it holds.
pub(super) fn size(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{grouped, quantity};

    #[test]
    fn numbers_are_grouped_by_threes() {
        for (n, wanted) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(n), wanted);
        }
        assert_eq!(quantity(1, ("function", "functions")), "1 function");
        assert_eq!(quantity(2, ("function", "functions")), "2 functions");
    }
}
