//! Errors about names that nothing has: of functions, and of sources where files would be.

use crate::misread::nothing_there;
use crate::problem::{Problem, io_problem};
use delivery::{NoFunction, NotASource};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

/// The error about functions that nothing knows: the same in every command. `among` says where they were looked for (`in the inventory`).
pub fn no_function(none: &NoFunction, among: &str) -> Problem {
    let asked: Vec<&str> = none.asked.iter().map(String::as_str).collect();
    no_function_of(&asked, among, none.known.iter().map(String::as_str))
}

/// The same. `asked` are names, ARNs or patterns as they were typed; `names` are the names that are there.
pub fn no_function_of<'a>(asked: &[&str], among: &str, names: impl IntoIterator<Item = &'a str>) -> Problem {
    let names: BTreeSet<&str> = names.into_iter().collect();
    let (line, help) = report::no_function(asked, among, &names);
    Problem::new(line).help(help)
}

/// The error about what was typed, and is no place.
pub fn not_a_source(error: &NotASource) -> Problem {
    match error {
        NotASource::NoBucket { .. } => {
            Problem::misuse(error.to_string()).help("name it as in s3://BUCKET/PREFIX")
        }
        NotASource::Unreadable { typed, error } => {
            let problem = io_problem("read", typed, error);
            let near = (error.kind() == ErrorKind::NotFound).then(|| nothing_there(Path::new(typed)));
            match near.flatten() {
                Some(near) => problem.help(near),
                None => problem,
            }
        }
    }
}
