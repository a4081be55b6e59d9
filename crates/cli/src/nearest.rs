//! The name that a misspelled one most likely means, and the error about a function that nothing knows.

use crate::problem::Problem;
use std::collections::BTreeSet;

/// The name within three edits of `wrong`, the nearest first; `None` iff there is none.
pub(crate) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A million names of great length are not worth a suggestion each.
    let near = |name: &&str| name.len().abs_diff(wrong.len()) <= 3;
    names
        .into_iter()
        .filter(near)
        .map(|name| (strsim::levenshtein(wrong, name), name))
        .filter(|(edits, _)| *edits <= 3)
        .min()
        .map(|(_, name)| name)
}

/// How many names are suggested.
const SUGGESTED: usize = 5;

/// The error about functions that nothing knows: the same in every command. `asked` are names, ARNs or patterns as they were
/// typed; `among` says where they were looked for (`in the inventory`); `names` are the names that are there.
pub(crate) fn no_function<'a>(
    asked: &[&str],
    among: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Problem {
    let names: BTreeSet<&str> = names.into_iter().collect();
    let told = asked.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(" or ");
    let problem = Problem::new(format!("no function is called {told} {among}"));
    let near = names_near(asked, &names);
    problem.help(match (near.as_slice(), names.len()) {
        ([], 0) => "no function is known there at all; `*` stands for any characters".to_owned(),
        ([], _) => {
            let first: Vec<&str> = names.iter().copied().take(SUGGESTED).collect();
            format!(
                "check the name; `*` stands for any characters. Some that are known: {}",
                first.join(", ")
            )
        }
        ([one], _) => format!("did you mean {one}?"),
        (several, _) => format!("did you mean one of {}?", several.join(", ")),
    })
}

/// The names that are most like those asked for: a few edits away, or with the name asked for as a part.
fn names_near<'a>(asked: &[&str], names: &BTreeSet<&'a str>) -> Vec<&'a str> {
    let plain = |text: &str| text.replace('*', "").to_lowercase();
    let distance = |name: &str| -> Option<usize> {
        let one = |asked: &&str| {
            let (asked, name) = (plain(asked), plain(name));
            let edits =
                if asked.len().abs_diff(name.len()) <= 3 { strsim::levenshtein(&asked, &name) } else { 4 };
            let part = asked.len() > 2 && (name.contains(&asked) || asked.contains(&name) && name.len() > 2);
            (edits <= 3 && edits < name.len()).then_some(edits).or(part.then_some(4))
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
    use super::names_near;
    use std::collections::BTreeSet;

    #[test]
    fn the_nearest_come_first() {
        let names = BTreeSet::from(["billing", "order", "orders", "orders-archive", "shop"]);
        assert_eq!(names_near(&["ordrs"], &names), ["orders", "order"]);
        assert_eq!(names_near(&["Orders"], &names), ["orders", "order", "orders-archive"]);
        assert_eq!(names_near(&["archive"], &names), ["orders-archive"]);
        assert_eq!(names_near(&["x"], &names), Vec::<&str>::new());
    }
}
