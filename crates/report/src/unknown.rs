//! What is said of functions that nothing knows: the same in every command.

use std::collections::BTreeSet;
use text::nearest::{SUGGESTED, names_near};

/// That there are none of these, and what to do. `asked` are names, ARNs or patterns as they were typed; `among` says where they were
/// looked for (`in the inventory`); `names` are the names that are there.
#[must_use]
pub fn no_function(asked: &[&str], among: &str, names: &BTreeSet<&str>) -> (String, String) {
    let told = asked.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(" or ");
    let near = names_near(asked, names);
    let help = match (near.as_slice(), names.len()) {
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
    };
    (format!("no function is called {told} {among}"), help)
}
