//! What a reader of JSON or TOML says about a wrong shape, without the names of our types.

/// What stands for a type in such a sentence, and what a person calls it. Longer words come before those they begin with.
const WORDS: [(&str, &str); 16] = [
    ("a sequence", "a list"),
    ("a map", "an object"),
    ("a boolean", "true or false"),
    ("a borrowed string", "a string"),
    ("usize", "a whole number"),
    ("u128", "a whole number"),
    ("u64", "a whole number"),
    ("u32", "a whole number"),
    ("u16", "a whole number"),
    ("u8", "a whole number"),
    ("i64", "a whole number"),
    ("i32", "a whole number"),
    ("f64", "a number"),
    ("f32", "a number"),
    ("unit", "null"),
    ("any valid JSON value", "a value"),
];

/// Such a sentence in everyday words: `expected struct MatchShape` names nothing that a person knows.
#[must_use]
pub fn in_everyday_words(problem: &str) -> String {
    if let Some(within) = problem.strip_prefix("EOF while parsing ") {
        return format!("the text ends within {within}");
    }
    const EXPECTED: &str = ", expected ";
    let Some((found, rest)) = problem.rsplit_once(EXPECTED) else {
        return without_untagged(problem);
    };
    let (wanted, at) = rest.find(" at line ").map_or((rest, ""), |at| rest.split_at(at));
    let found = found.replace(": map", ": an object").replace(": sequence", ": a list");
    format!("{found}{EXPECTED}{}{at}", wanted_in_words(wanted))
}

fn wanted_in_words(wanted: &str) -> String {
    for (ours, plain) in [
        ("internally tagged enum ", "an object"),
        ("adjacently tagged enum ", "an object"),
        ("tuple struct ", "a list"),
        ("newtype struct ", "a value"),
        ("struct ", "an object"),
        ("enum ", "one of its words"),
    ] {
        if let Some(rest) = wanted.strip_prefix(ours) {
            // `struct Row with 3 elements`
            let more = rest.find(" with ").map(|at| &rest[at..]).unwrap_or_default();
            return format!("{plain}{more}");
        }
    }
    let known = WORDS.iter().find(|(ours, _)| wanted == *ours);
    known.map_or_else(
        || wanted.replace("a tuple of size", "a list of length"),
        |(_, plain)| (*plain).to_owned(),
    )
}

/// `data did not match any variant of untagged enum Shape`
fn without_untagged(problem: &str) -> String {
    let Some(begin) = problem.find("data did not match any variant of untagged enum ") else {
        return problem.to_owned();
    };
    let at = problem.find(" at line ").map(|at| &problem[at..]).unwrap_or_default();
    format!("{}no value of a form that is known here{at}", &problem[..begin])
}

#[cfg(test)]
mod tests {
    use super::in_everyday_words;

    #[test]
    fn types_of_ours_have_no_names() {
        for (said, plain) in [
            (
                r#"invalid type: string "x, expected struct Y", expected struct MatchShape at line 1 column 181"#,
                r#"invalid type: string "x, expected struct Y", expected an object at line 1 column 181"#,
            ),
            (
                "invalid type: map, expected a sequence at line 1 column 9",
                "invalid type: an object, expected a list at line 1 column 9",
            ),
            (
                "invalid value: integer `-7`, expected u64",
                "invalid value: integer `-7`, expected a whole number",
            ),
            (
                "invalid length 1, expected struct Row with 3 elements",
                "invalid length 1, expected an object with 3 elements",
            ),
            ("invalid length 3, expected a tuple of size 2", "invalid length 3, expected a list of length 2"),
            (
                "data did not match any variant of untagged enum Shape at line 2 column 1",
                "no value of a form that is known here at line 2 column 1",
            ),
            (
                "EOF while parsing a string at line 1 column 9",
                "the text ends within a string at line 1 column 9",
            ),
            ("missing field `owner` at line 1 column 2", "missing field `owner` at line 1 column 2"),
        ] {
            assert_eq!(in_everyday_words(said), plain);
        }
    }
}
