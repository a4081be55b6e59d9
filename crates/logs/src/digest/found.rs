//! Digests as they were found: read or not, moved or not, once or several times.

use crate::digest::document::{Digest, Refusal};
use crate::digest::name::DigestName;
use crate::hash::sha256;
use crate::object_key::ObjectKey;
use std::collections::{BTreeMap, BTreeSet};

/// Why the content of a file is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Unread {
    /// There is no such file.
    #[error("it is not there")]
    Missing,
    /// It is damaged: nothing can be inflated that was delivered like that. (Trailing data is damage, too.)
    #[error("it is damaged: {why}")]
    Damaged {
        /// In words.
        why: String,
    },
    /// It was listed, and nobody asked for its hash.
    #[error("it was not hashed")]
    NotHashed,
    /// It may be whole, and could not be read: no permission, no answer, too large.
    #[error("it could not be read: {why}")]
    Refused {
        /// In words.
        why: String,
    },
}

/// One file that stands where digests stand. What was read of it is kept parsed, not as bytes.
#[derive(Clone, Debug)]
pub struct Found {
    pub(super) bucket: Option<String>,
    pub(super) key: String,
    pub(super) content: Content,
    pub(super) signature: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unusable {
    Unread(Unread),
    Refusal(Refusal),
}

#[derive(Clone, Debug)]
pub(super) struct Content {
    /// SHA-256 of the inflated bytes; `None` iff they were not read.
    pub(super) hash: Option<[u8; 32]>,
    pub(super) digest: Result<Digest, Unusable>,
}

impl Found {
    /// A file under `key` of `bucket` (`None` for a local copy): its inflated bytes or why there are none, and the text of the
    /// object's metadata `x-amz-meta-signature`, where it is known.
    #[must_use]
    pub fn new(
        bucket: Option<&str>,
        key: &str,
        content: Result<&[u8], Unread>,
        signature: Option<&str>,
    ) -> Self {
        let content = match content {
            Ok(bytes) => {
                Content { hash: Some(sha256(bytes)), digest: Digest::parse(bytes).map_err(Unusable::Refusal) }
            }
            Err(why) => Content { hash: None, digest: Err(Unusable::Unread(why)) },
        };
        let signature = signature.map(|text| text.trim().to_ascii_lowercase());
        Found { bucket: bucket.map(str::to_owned), key: key.to_owned(), content, signature }
    }

    /// What it says; `None` iff it could not be read or is no digest.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.content.digest.as_ref().ok()
    }

    /// Its key, iff that is one of digests, and nobody could read what it lists.
    #[must_use]
    pub fn unusable(&self) -> Option<&str> {
        (self.name().is_some() && self.digest().is_none()).then_some(self.key.as_str())
    }

    /// What its key says; `None` iff it is not one of digests.
    #[must_use]
    pub fn name(&self) -> Option<DigestName> {
        DigestName::parse(&ObjectKey::parse(&self.key)?)
    }

    /// True iff it lies elsewhere than it says, under the same key from `AWSLogs/` on. A local copy has no bucket to compare.
    pub(super) fn is_moved(&self) -> bool {
        let elsewhere = |bucket: &String| {
            self.digest().is_some_and(|digest| digest.bucket != *bucket || digest.key != self.key)
        };
        self.bucket.as_ref().is_some_and(elsewhere)
    }
}

/// All that was found of one digest, under one key from `AWSLogs/` on.
#[derive(Debug)]
pub(super) struct Merged<'f> {
    /// The one to judge: read where one is, at its place where one is.
    pub(super) found: &'f Found,
    pub(super) name: DigestName,
    pub(super) below: &'f str,
    /// Those of the metadata, without repetition.
    pub(super) signatures: BTreeSet<&'f str>,
    /// True iff two copies hold different bytes.
    pub(super) differ: bool,
}

/// One for each digest, sorted by chain and end; and the keys that are not those of digests, sorted.
pub(super) fn merge(all: &[Found]) -> (Vec<Merged<'_>>, Vec<String>) {
    let mut copies: BTreeMap<&str, (DigestName, Vec<&Found>)> = BTreeMap::new();
    let mut strangers = BTreeSet::new();
    for found in all {
        let key = ObjectKey::parse(&found.key);
        match key.and_then(|key| Some((key.below, DigestName::parse(&key)?))) {
            Some((below, name)) => copies.entry(below).or_insert_with(|| (name, Vec::new())).1.push(found),
            None => _ = strangers.insert(found.key.clone()),
        }
    }
    let mut merged: Vec<Merged<'_>> =
        copies.into_iter().filter_map(|(below, (name, copies))| one(below, name, copies)).collect();
    merged.sort_by(|a, b| (&a.name.chain, a.name.end, a.below).cmp(&(&b.name.chain, b.name.end, b.below)));
    (merged, strangers.into_iter().collect())
}

fn one<'f>(below: &'f str, name: DigestName, mut copies: Vec<&'f Found>) -> Option<Merged<'f>> {
    copies.sort_by_key(|copy| {
        let content = &copy.content;
        (
            content.hash.is_none(),
            copy.is_moved(),
            &copy.bucket,
            &copy.key,
            content.hash,
            content.digest.as_ref().err(),
        )
    });
    let hashes: BTreeSet<[u8; 32]> = copies.iter().filter_map(|copy| copy.content.hash).collect();
    let signatures = copies.iter().filter_map(|copy| copy.signature.as_deref()).collect();
    Some(Merged { found: copies.first()?, name, below, signatures, differ: hashes.len() > 1 })
}
