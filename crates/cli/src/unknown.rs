//! The error about a function that nothing knows.

use crate::problem::Problem;
use std::collections::BTreeSet;
use text::nearest::{SUGGESTED, names_near};

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
