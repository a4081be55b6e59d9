//! The version or alias that a caller asked for: a member that few records have, so it is looked for in their bytes.

use memchr::memmem::Finder;

/// Finds `requestParameters.qualifier`.
#[derive(Clone, Debug)]
pub struct QualifierFinder(Finder<'static>);

const NAME: &[u8] = b"\"qualifier\"";

impl Default for QualifierFinder {
    fn default() -> Self {
        QualifierFinder(Finder::new(NAME))
    }
}

impl QualifierFinder {
    /// `"qualifier":"..."` in a record; `None` where there is none, or what it says is no version or alias.
    #[must_use]
    pub fn asked<'r>(&self, raw: &'r [u8]) -> Option<&'r str> {
        let rest = raw.get(self.0.find(raw)? + NAME.len()..)?.trim_ascii_start();
        let rest = rest.strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
        // A qualifier has no escapes.
        let end = memchr::memchr2(b'"', b'\\', rest).filter(|end| rest.get(*end) == Some(&b'"'))?;
        let text = std::str::from_utf8(rest.get(..end)?).ok()?;
        let plain = |one: char| one.is_ascii_alphanumeric() || matches!(one, '$' | '-' | '_' | '.');
        (!text.is_empty() && text.len() <= 128 && text.chars().all(plain)).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::QualifierFinder;

    #[test]
    fn a_qualifier_is_found_where_it_is_asked_for() {
        let finder = QualifierFinder::default();
        let asked = |raw| finder.asked(raw);
        assert_eq!(asked(br#"{"requestParameters":{"qualifier" : "live"}}"#), Some("live"));
        assert_eq!(asked(br#"{"requestParameters":{"qualifier":7}}"#), None);
        assert_eq!(asked(br#"{"requestParameters":{"qualifier":"a\u0041"}}"#), None);
    }
}
