//! Errors about names that nothing has: of functions, and of places where files would be.

use crate::problem::{Problem, io_problem};
use delivery::{NoFunction, NoPlace};
use std::collections::BTreeSet;
use text::nearest::{SUGGESTED, names_near};

/// The error about functions that nothing knows: the same in every command. `among` says where they were looked for (`in the inventory`).
pub(crate) fn no_function(none: &NoFunction, among: &str) -> Problem {
    let asked: Vec<&str> = none.asked.iter().map(String::as_str).collect();
    no_function_of(&asked, among, none.known.iter().map(String::as_str))
}

/// The same. `asked` are names, ARNs or patterns as they were typed; `names` are the names that are there.
pub(crate) fn no_function_of<'a>(
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

/// The error about what was typed, and is no place.
pub(crate) fn no_place(error: &NoPlace) -> Problem {
    match error {
        NoPlace::NoBucket { .. } => {
            Problem::misuse(error.to_string()).help("name it as in s3://BUCKET/PREFIX")
        }
        NoPlace::Unreadable { typed, error } => io_problem("read", typed, error),
    }
}
