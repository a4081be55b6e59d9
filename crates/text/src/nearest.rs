//! The name that a misspelled one most likely means.

use std::collections::BTreeSet;

/// How many edits make another name of one of that length, at most: of a short one, nearly every name is three edits away.
fn most_edits(length: usize) -> usize {
    (length / 2).clamp(1, 3)
}

/// The name within a few edits of `wrong`, the nearest first; `None` iff there is none.
#[must_use]
pub fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A million names of great length are not worth a suggestion each.
    let most = most_edits(wrong.len());
    let near = |name: &&str| name.len().abs_diff(wrong.len()) <= most;
    names
        .into_iter()
        .filter(near)
        .map(|name| (strsim::levenshtein(wrong, name), name))
        .filter(|(edits, _)| *edits <= most)
        .min()
        .map(|(_, name)| name)
}

/// How many names are suggested at most.
pub const SUGGESTED: usize = 5;

/// The names that are most like those asked for: a few edits away, or with the name asked for as a part.
#[must_use]
pub fn names_near<'a>(asked: &[&str], names: &BTreeSet<&'a str>) -> Vec<&'a str> {
    let plain = |text: &str| text.replace('*', "").to_lowercase();
    let distance = |name: &str| -> Option<usize> {
        let one = |asked: &&str| {
            let (asked, name) = (plain(asked), plain(name));
            let most = most_edits(asked.len());
            let edits =
                if asked.len().abs_diff(name.len()) <= most { strsim::levenshtein(&asked, &name) } else { 4 };
            let part = asked.len() > 2 && (name.contains(&asked) || asked.contains(&name) && name.len() > 2);
            (edits <= most && edits < name.len()).then_some(edits).or(part.then_some(4))
        };
        asked.iter().filter_map(one).min()
    };
    let mut near: Vec<(usize, &str)> =
        names.iter().filter_map(|name| Some((distance(name)?, *name))).collect();
    near.sort_unstable();
    near.into_iter().take(SUGGESTED).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::{names_near, nearest};
    use std::collections::BTreeSet;

    #[test]
    fn the_nearest_come_first() {
        let names = BTreeSet::from(["billing", "order", "orders", "orders-archive", "shop"]);
        assert_eq!(names_near(&["ordrs"], &names), ["orders", "order"]);
        assert_eq!(names_near(&["Orders"], &names), ["orders", "order", "orders-archive"]);
        assert_eq!(names_near(&["archive"], &names), ["orders-archive"]);
        assert_eq!(names_near(&["x"], &names), Vec::<&str>::new());
        // Three letters of four are another name.
        assert_eq!(
            (names_near(&["cart"], &names), nearest("cart", ["score", "carts"])),
            (vec![], Some("carts"))
        );
        assert_eq!(nearest("cart", ["score"]), None);
    }
}
