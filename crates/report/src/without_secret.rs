//! Addresses without what is secret in them, so that they may be printed and kept.

use std::borrow::Cow;

/// The address of an endpoint without what stands before its host, with or without a scheme: one without is refused, and told.
#[must_use]
pub fn without_secret(endpoint: &str) -> Cow<'_, str> {
    match endpoint.contains("://") {
        true => without_password(endpoint),
        false => Cow::Borrowed(endpoint.rsplit_once('@').map_or(endpoint, |(_, host)| host)),
    }
}

/// A URL without what stands before its host: advice is printed, and kept in logs.
pub(crate) fn without_password(word: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) =
        word.split_once("://").filter(|(scheme, _)| scheme.ends_with("http") || scheme.ends_with("https"))
    else {
        return Cow::Borrowed(word);
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => Cow::Owned(format!("{scheme}://{}", &rest[at + 1..])),
        None => Cow::Borrowed(word),
    }
}
