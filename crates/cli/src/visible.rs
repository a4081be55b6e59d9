//! Text from outside made harmless for a terminal: every character that could act instead of show is shown instead.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with every control character, and every character that hides or reorders its neighbours, written visibly
/// (`\u{1b}`). What comes from AWS, from a file or from a person goes through here before it meets a terminal.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if acts(character) {
            // Writing into a string cannot fail.
            let _ = write!(shown, "{}", character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// True iff the text is ASCII and nothing in it acts.
fn is_plain(text: &str) -> bool {
    // Looking at every byte goes by sixteens, which stopping at the first would not.
    text.bytes().fold(true, |plain, byte| plain & (0x20..0x7f).contains(&byte))
}

/// As [`visible`], cut off behind `most` characters: for quoting what may be a megabyte.
#[must_use]
pub fn excerpt(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => visible(text).into_owned(),
        Some((end, _)) => format!("{}...", visible(&text[..end])),
    }
}

/// True iff a terminal may do something else with the character than show it: C0, DEL and C1 controls, line and paragraph
/// separators, zero-width characters, and marks that turn the direction of writing.
#[must_use]
pub fn acts(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::{excerpt, visible};

    #[test]
    fn escapes_show_themselves() {
        assert_eq!(visible("a\u{1b}[31mb\r\n\u{9b}c"), "a\\u{1b}[31mb\\r\\n\\u{9b}c");
        assert_eq!(visible("x\u{202e}y\u{200b}"), "x\\u{202e}y\\u{200b}");
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        assert!(matches!(visible("Zürich 東京 ok"), std::borrow::Cow::Borrowed(_)));
    }

    #[test]
    fn an_excerpt_is_cut_between_characters() {
        assert_eq!(excerpt("äöü", 2), "äö...");
        assert_eq!(excerpt("äöü", 3), "äöü");
    }
}
