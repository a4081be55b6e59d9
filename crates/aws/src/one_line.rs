//! What others said, cut to one line that can be printed.

/// One line without control characters, of at most 400 characters: it will be printed.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(400) {
        Some((at, _)) => format!("{}...", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_long_line_is_cut_at_a_character() {
        assert_eq!(one_line(&"ä".repeat(500)).chars().count(), 403);
    }
}
