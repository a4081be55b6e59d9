//! What a key says that may be `eventSource` or `insightDetails`, seen from its middle.

use crate::record::{CLOUDTRAIL, LAMBDA};

/// What the key says in which an `S` or `D` stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// Nothing of a record's source.
    Nothing,
    /// It asks for an exact look.
    Exactly,
    /// A source that is none of ours.
    Another,
}

/// Of the key around the `S` or `D` at `at`.
pub(super) fn names_source(bytes: &[u8], at: usize) -> Names {
    const KEY: &[u8] = b"\"eventSource\"";
    let Some(rest) = bytes.get(at..) else { return Names::Nothing };
    if rest.starts_with(b"Details\"") {
        return Names::Exactly;
    }
    let Some(key) = at.checked_sub(6).and_then(|start| bytes.get(start..)) else { return Names::Nothing };
    let Some(value) = key.strip_prefix(KEY) else { return Names::Nothing };
    let value = match value {
        [b':', b'"', text @ ..] => text,
        _ => {
            let loose = |bytes: &[u8], at| past_control(bytes, at);
            let colon = loose(value, 0);
            let quote = loose(value, colon + 1);
            if value.get(colon) != Some(&b':') || value.get(quote) != Some(&b'"') {
                return Names::Nothing;
            }
            value.get(quote + 1..).unwrap_or_default()
        }
    };
    // What is not a letter around it is looked at exactly.
    let is = |source: &&str| {
        let begins =
            |first: &u8| source.as_bytes().first().is_some_and(|one| first.eq_ignore_ascii_case(one));
        let said = value.get(..source.len()).unwrap_or_default();
        let ends = |byte: &u8| !byte.is_ascii_alphanumeric();
        value.first().is_some_and(begins)
            && said.eq_ignore_ascii_case(source.as_bytes())
            && value.get(source.len()).is_some_and(ends)
    };
    let strange = value.first().is_none_or(|first| !first.is_ascii_alphanumeric());
    if strange || [LAMBDA, CLOUDTRAIL].iter().any(is) { Names::Exactly } else { Names::Another }
}

/// Past white space, and past what only looks like it: this may find too much, never too little.
fn past_control(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| **byte <= b' ').count()
}
