//! The name that a misspelled one most likely means.

/// The name within three edits of `wrong`, the nearest first; `None` iff there is none.
pub(crate) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A million names of great length are not worth a suggestion each.
    let near = |name: &&str| name.len().abs_diff(wrong.len()) <= 3;
    names
        .into_iter()
        .filter(near)
        .map(|name| (strsim::levenshtein(wrong, name), name))
        .filter(|(edits, _)| *edits <= 3)
        .min()
        .map(|(_, name)| name)
}
