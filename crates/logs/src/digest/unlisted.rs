//! What nobody saw, and what could not be listed.

use crate::digest::document::Digest;
use crate::object_key::ObjectKey;
use std::collections::BTreeSet;

/// A file that a digest names, or that CloudTrail would have written, and that nobody saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absent<'a> {
    /// The bucket that it was delivered to; `None` where nothing says which.
    pub bucket: Option<&'a str>,
    /// Its key there.
    pub key: &'a str,
    /// True iff a digest was found that CloudTrail delivered to that bucket, below that prefix: what was read is of there, or a copy.
    pub is_of_what_was_read: bool,
}

/// Why such a file may be there, in words; `None` iff it is known not to be there.
pub type Unlisted<'u> = dyn Fn(&Absent<'_>) -> Option<String> + 'u;

/// The buckets and prefixes to which CloudTrail delivered the digests that were found: it delivers a trail's log files beside them.
#[derive(Clone, Debug, Default)]
pub(super) struct Homes<'f> {
    all: BTreeSet<(&'f str, &'f str)>,
}

impl<'f> Homes<'f> {
    pub(super) fn of(digests: impl Iterator<Item = &'f Digest>) -> Self {
        Homes { all: digests.map(|digest| (digest.bucket.as_str(), prefix(&digest.key))).collect() }
    }

    /// The file of that key in that bucket.
    pub(super) fn absent<'a>(&self, bucket: &'a str, key: &'a str) -> Absent<'a> {
        let is_of_what_was_read = self.all.contains(&(bucket, prefix(key)));
        Absent { bucket: Some(bucket), key, is_of_what_was_read }
    }
}

/// What a key has before `AWSLogs/`.
fn prefix(key: &str) -> &str {
    ObjectKey::parse(key).map_or("", |key| key.prefix)
}

/// Says of files that digests name whether they may be there.
pub(super) struct Sought<'a> {
    homes: Homes<'a>,
    unlisted: &'a Unlisted<'a>,
}

impl<'a> Sought<'a> {
    pub(super) fn new(homes: Homes<'a>, unlisted: &'a Unlisted<'a>) -> Self {
        Sought { homes, unlisted }
    }

    /// Why that file may be there; `None` iff it is known not to be.
    pub(super) fn may_be(&self, bucket: &str, key: &str) -> Option<String> {
        (self.unlisted)(&self.homes.absent(bucket, key))
    }

    /// The same of one that would lie beside a log file, wherever that is.
    pub(super) fn may_be_beside(&self, bucket: Option<&str>, key: &str) -> Option<String> {
        (self.unlisted)(&Absent { bucket, key, is_of_what_was_read: true })
    }
}
