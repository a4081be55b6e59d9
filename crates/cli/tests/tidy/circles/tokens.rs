//! Rust code as words and marks, without comments and literals.

/// The words (identifiers), `::`, and single marks of the code, in their order. A literal is left out, so that no text in it
/// looks like a path.
pub(super) fn tokens(code: &str) -> Vec<&str> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &code[at..];
        let one = bytes[at];
        if one.is_ascii_whitespace() {
            at += 1;
        } else if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else if let Some(length) = text(rest) {
            at += length;
        } else if one == b'_' || one.is_ascii_alphanumeric() || one >= 0x80 {
            let word = |c: char| c == '_' || c.is_alphanumeric() || !c.is_ascii();
            let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
            found.push(&rest[..length]);
            at += length;
        } else {
            let length = if rest.starts_with("::") { 2 } else { 1 };
            found.push(&rest[..length]);
            at += length;
        }
    }
    found
}

/// The length of the literal of text or of a character that stands at the beginning.
fn text(rest: &str) -> Option<usize> {
    if let Some(character) = rest.strip_prefix('\'') {
        // A lifetime has no second quote right after its first character.
        let first = character.chars().next()?;
        if first == '\\' {
            return character[2..].find('\'').map(|end| end + 4);
        }
        return character[first.len_utf8()..].starts_with('\'').then(|| first.len_utf8() + 2);
    }
    let begin =
        ["\"", "b\"", "r\"", "br\"", "r#", "br#"].into_iter().find(|begin| rest.starts_with(begin))?;
    if !begin.contains('r') {
        let mut escaped = false;
        let end = rest.bytes().enumerate().skip(begin.len()).find(|(_, one)| {
            let ends = !escaped && *one == b'"';
            escaped = !escaped && *one == b'\\';
            ends
        });
        return Some(end.map_or(rest.len(), |(at, _)| at + 1));
    }
    let opened = begin.trim_end_matches(['"', '#']).len();
    let hashes = rest[opened..].bytes().take_while(|one| *one == b'#').count();
    // `r#type` is a word.
    let after = rest[opened + hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = after.find(&end).map_or(after.len(), |at| at + end.len());
    Some(opened + hashes + 1 + length)
}

#[test]
fn literals_and_comments_hold_no_words() {
    let code = "a::b('\\'', 'x', \"c::d\\\"\", r#\"e \" f\"#, b\"g\") /* h */ // i\n<'j> k";
    let words: Vec<&str> =
        tokens(code).into_iter().filter(|one| one.starts_with(char::is_alphabetic)).collect();
    assert_eq!(words, ["a", "b", "j", "k"]);
}
