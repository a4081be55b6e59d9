//! Text from outside made harmless for a terminal: every character that could act instead of show is shown instead.

use std::borrow::Cow;
use std::fmt::Write;
use std::io;

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

/// True iff the character may do something else than show itself: controls, marks that turn the direction of writing, and whatever
/// is invisible, blank or private, and so can hide in a name or make two names look alike. The classes are Unicode's Cc, Cf, Co, Zl,
/// Zp, Zs except the space, the default-ignorable characters, and the noncharacters; beside them stand blank letters and symbols.
#[must_use]
pub fn acts(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    matches!(character,
        '\u{80}'..='\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{1680}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}'
        // A blank pattern of Braille, an ideographic space, fillers of Hangul.
        | '\u{2800}' | '\u{3000}' | '\u{3164}' | '\u{ffa0}'
        | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffc}' | '\u{fffe}' | '\u{ffff}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1345f}'
        | '\u{16fe4}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}'
        // Tags and more variation selectors; private planes.
        | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..)
        // The last two characters of every plane are none.
        || u32::from(character) & 0xfffe == 0xfffe
}

/// A document in JSON with each character that acts written as `\u` and four digits: such characters stand in its strings alone, so
/// it says the same. Line breaks and tabs between its members stay.
#[must_use]
pub fn json(document: &str) -> Cow<'_, str> {
    let stays = |character: char| !acts(character) || matches!(character, '\n' | '\t');
    if is_plain(document) || document.chars().all(stays) {
        return Cow::Borrowed(document);
    }
    let mut shown = String::with_capacity(document.len() + 16);
    for character in document.chars() {
        if stays(character) { shown.push(character) } else { push_units(character, &mut shown) }
    }
    Cow::Owned(shown)
}

/// The character as JSON escapes it: one `\u` and four digits, or two beyond the basic plane.
pub fn push_units(character: char, shown: &mut String) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        // Writing into a string cannot fail.
        let _ = write!(shown, "\\u{unit:04x}");
    }
}

/// Writes a value as [`serde_json::to_writer`] does, with each character that acts escaped as in [`json`].
///
/// # Errors
/// What the writer says, or the value when it is serialised.
pub fn write_json(out: &mut dyn io::Write, value: &impl serde::Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, Shown);
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// The compact form of `serde_json`, without a character that acts.
struct Shown;

impl serde_json::ser::Formatter for Shown {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        out.write_all(json(text).as_bytes())
    }

    fn write_raw_fragment<W: ?Sized + io::Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        out.write_all(json(text).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::{acts, excerpt, json, visible, write_json};

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

    /// One of each class, and their neighbours that show themselves.
    #[test]
    fn the_classes_that_act() {
        let act = [
            '\0',
            '\n',
            '\u{1b}',
            '\u{7f}',
            '\u{9b}',
            '\u{a0}',
            '\u{ad}',
            '\u{34f}',
            '\u{600}',
            '\u{61c}',
            '\u{115f}',
            '\u{1160}',
            '\u{17b4}',
            '\u{180e}',
            '\u{2003}',
            '\u{200b}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2800}',
            '\u{3164}',
            '\u{e000}',
            '\u{f8ff}',
            '\u{fdd0}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{fffe}',
            '\u{1d159}',
            '\u{1d173}',
            '\u{1fffe}',
            '\u{e0000}',
            '\u{e0001}',
            '\u{e007f}',
            '\u{e0100}',
            '\u{f0000}',
            '\u{100000}',
            '\u{10ffff}',
        ];
        for character in act {
            assert!(acts(character), "{character:?}");
        }
        let show = [
            ' ',
            '~',
            '\u{a1}',
            'é',
            '\u{301}',
            '東',
            '\u{3001}',
            '\u{fffd}',
            '\u{1f980}',
            '\u{2801}',
            '\u{dfff0}',
        ];
        for character in show {
            assert!(!acts(character), "{character:?}");
        }
    }

    /// Whatever a text holds, both ways of writing JSON escape what acts and are read back to the same text.
    #[test]
    fn json_without_acting_characters_says_the_same() {
        let every: String = (0..=0x0010_ffff).filter_map(char::from_u32).collect();
        let mut written = Vec::new();
        write_json(&mut written, &every).unwrap();
        let pretty = serde_json::to_string_pretty(&[&every]).unwrap();
        let (compact, pretty) = (String::from_utf8(written).unwrap(), json(&pretty));
        assert!(!compact.chars().any(acts));
        assert!(!pretty.chars().any(|one| acts(one) && one != '\n'));
        assert_eq!(serde_json::from_str::<String>(&compact).unwrap(), every);
        assert_eq!(serde_json::from_str::<Vec<String>>(&pretty).unwrap(), [every]);
    }
}
