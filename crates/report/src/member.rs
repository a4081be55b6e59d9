//! JSON written member by member, in the order in which it is said, without a tree in between; and templates of it.

/// JSON text that grows. A *hole* is a place inside a string where another text is put later, see [`Json::fill`].
#[derive(Default)]
pub(super) struct Json {
    text: String,
    holes: Vec<usize>,
}

/// An object that is being written.
pub(super) struct Object<'a> {
    json: &'a mut Json,
    empty: bool,
}

impl Json {
    /// An object.
    pub(super) fn object(&mut self, members: impl FnOnce(&mut Object<'_>)) {
        self.text.push('{');
        members(&mut Object { json: self, empty: true });
        self.text.push('}');
    }

    /// A list: `entry` writes each of its entries.
    pub(super) fn list<T>(
        &mut self,
        entries: impl IntoIterator<Item = T>,
        mut entry: impl FnMut(&mut Json, T),
    ) {
        self.text.push('[');
        for (at, one) in entries.into_iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            entry(self, one);
        }
        self.text.push(']');
    }

    /// A string.
    pub(super) fn text(&mut self, text: &str) {
        self.text.push('"');
        escape_into(&mut self.text, text);
        self.text.push('"');
    }

    /// A number.
    pub(super) fn number(&mut self, value: usize) {
        self.text.push_str(&value.to_string());
    }

    /// A number that may be negative.
    pub(super) fn integer(&mut self, value: i64) {
        self.text.push_str(&value.to_string());
    }

    /// Null.
    pub(super) fn null(&mut self) {
        self.text.push_str("null");
    }

    /// A string with a hole wherever a NUL stands.
    pub(super) fn around(&mut self, text: &str) {
        self.text.push('"');
        for (at, part) in text.split('\0').enumerate() {
            if at > 0 {
                self.holes.push(self.text.len());
            }
            escape_into(&mut self.text, part);
        }
        self.text.push('"');
    }

    /// A string that is not known yet.
    fn hole(&mut self) {
        self.text.push('"');
        self.holes.push(self.text.len());
        self.text.push('"');
    }

    /// A value that somebody else writes, see [`Json::parts`].
    pub(super) fn later(&mut self) {
        self.holes.push(self.text.len());
    }

    /// What was written before, between and after its holes.
    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        let begins = [0].into_iter().chain(self.holes.iter().copied());
        let ends = self.holes.iter().copied().chain([self.text.len()]);
        begins.zip(ends).map(|(begin, end)| &self.text[begin..end])
    }

    /// What was written, which has no holes or does not care.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Empties it for the next use.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.holes.clear();
    }

    /// Appends what was written to `out`, with `text`, already escaped, in every hole.
    pub(super) fn fill(&self, text: &str, out: &mut Vec<u8>) {
        out.reserve(self.text.len() + self.holes.len() * text.len());
        let mut from = 0;
        for hole in &self.holes {
            out.extend_from_slice(&self.text.as_bytes()[from..*hole]);
            out.extend_from_slice(text.as_bytes());
            from = *hole;
        }
        out.extend_from_slice(&self.text.as_bytes()[from..]);
    }
}

impl Object<'_> {
    /// A member whose value `value` writes.
    pub(super) fn member(&mut self, name: &str, value: impl FnOnce(&mut Json)) {
        if !self.empty {
            self.json.text.push(',');
        }
        self.empty = false;
        self.json.text(name);
        self.json.text.push(':');
        value(self.json);
    }

    /// A string.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.member(name, |json| json.text(value));
    }

    /// A string or null.
    pub(super) fn maybe(&mut self, name: &str, value: Option<&str>) {
        self.member(name, |json| match value {
            Some(value) => json.text(value),
            None => json.null(),
        });
    }

    /// A string or, where it is `None`, a hole.
    pub(super) fn text_or_hole(&mut self, name: &str, value: Option<&str>) {
        self.member(name, |json| match value {
            Some(value) => json.text(value),
            None => json.hole(),
        });
    }

    /// A string with a hole wherever a NUL stands.
    pub(super) fn text_around(&mut self, name: &str, text: &str) {
        self.member(name, |json| json.around(text));
    }

    /// A number.
    pub(super) fn number(&mut self, name: &str, value: usize) {
        self.member(name, |json| json.number(value));
    }

    /// True or false.
    pub(super) fn flag(&mut self, name: &str, value: bool) {
        self.member(name, |json| json.text.push_str(if value { "true" } else { "false" }));
    }

    /// True, false or null.
    pub(super) fn maybe_flag(&mut self, name: &str, value: Option<bool>) {
        match value {
            Some(value) => self.flag(name, value),
            None => self.null(name),
        }
    }

    /// Null.
    pub(super) fn null(&mut self, name: &str) {
        self.member(name, Json::null);
    }

    /// An object.
    pub(super) fn object(&mut self, name: &str, members: impl FnOnce(&mut Object<'_>)) {
        self.member(name, |json| json.object(members));
    }

    /// A list: `entry` writes each of its entries.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        entries: impl IntoIterator<Item = T>,
        entry: impl FnMut(&mut Json, T),
    ) {
        self.member(name, |json| json.list(entries, entry));
    }

    /// A list of strings.
    pub(super) fn texts<'t>(&mut self, name: &str, texts: impl IntoIterator<Item = &'t str>) {
        self.list(name, texts, Json::text);
    }
}

/// Appends `text` as the inside of a JSON string. Beyond what JSON asks for, characters that could act on a terminal are
/// escaped, so that a document may be looked at raw.
pub(super) fn escape_into(out: &mut String, text: &str) {
    let plain = |byte: u8| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        out.push_str(text);
        return;
    }
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            acting if text::visible::acts(acting) => text::visible::push_units(acting, out),
            shown => out.push(shown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, escape_into};

    #[test]
    fn every_text_survives_and_none_acts() {
        let hostile =
            "a\"b\\c\n\r\t\u{1b}[2J\u{9b}\u{202e}\u{2028}\u{7f}é東\u{1f980}\0\u{ad}\u{e0041}\u{2800}";
        let mut escaped = String::new();
        escape_into(&mut escaped, hostile);
        assert!(!escaped.chars().any(text::visible::acts));
        let back: String = serde_json::from_str(&format!("\"{escaped}\"")).unwrap();
        assert_eq!(back, hostile);
    }

    #[test]
    fn holes_are_filled_wherever_they_are() {
        let mut json = Json::default();
        json.object(|object| {
            object.text_or_hole("arn", None);
            object.list("more", [1, 2], |json, _| json.object(|inner| inner.text_or_hole("arn", None)));
            object.text_around("in", "a\0b\0");
            object.texts("none", []);
            object.maybe("nothing", None);
        });
        let mut out = Vec::new();
        json.fill("x:y", &mut out);
        let wanted =
            r#"{"arn":"x:y","more":[{"arn":"x:y"},{"arn":"x:y"}],"in":"ax:ybx:y","none":[],"nothing":null}"#;
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}
