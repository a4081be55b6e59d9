//! Which log files digests list, and with which hash: asked before the log files are read, so that they are read once.

use crate::digest::document::LogFile;
use crate::digest::found::{Found, Unread, merge};
use crate::digest::unlisted::{Absent, Homes};
use crate::object_key::ObjectKey;
use std::collections::BTreeMap;

/// What one digest says of one log file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'f> {
    /// The digest, by the key under which it was found.
    pub digest: &'f str,
    /// What it says.
    pub file: &'f LogFile,
    /// True iff the digest was weighed, and is to be trusted: CloudTrail signed it, and nothing speaks against it.
    pub trusted: bool,
}

/// What digests say of a log file whose content is known. The smaller is the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Standing {
    /// One that is to be trusted lists it with this content.
    #[error("it is as it was delivered")]
    Proven,
    /// One that is to be trusted lists it with another content.
    #[error("it is not what the digest lists")]
    Differs,
    /// Only digests list it that are not to be trusted.
    #[error("only digests list it that are not to be trusted")]
    Unverified,
    /// No digest lists it.
    #[error("no digest lists it")]
    Unlisted,
}

/// All that digests say of log files.
#[derive(Clone, Debug, Default)]
pub struct Expected<'f> {
    files: BTreeMap<&'f str, Vec<Claim<'f>>>,
    homes: Homes<'f>,
}

/// What was seen of a log file. A file that was looked for and not seen is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Where; `None` for a local copy.
    pub bucket: Option<String>,
    /// Its key, or the path of the copy, which ends in the key from `AWSLogs/` on.
    pub key: String,
    /// The SHA-256 of its inflated bytes, or why there is none.
    pub content: Result<[u8; 32], Unread>,
    /// True iff an answer rests on records in it: then it is judged whatever it is called and whenever it was delivered.
    pub counted: bool,
}

impl<'f> Expected<'f> {
    /// What `found` say, whatever order they come in; none of them is trusted yet, see [`crate::digest::Weighing`].
    #[must_use]
    pub fn of(found: &'f [Found]) -> Self {
        Self::from_digests(merge(found).0.iter().map(|one| (one.found, false)))
    }

    /// What digests say, and whether each is to be trusted.
    pub(super) fn from_digests(all: impl Iterator<Item = (&'f Found, bool)> + Clone) -> Self {
        let homes = Homes::of(all.clone().filter_map(|(found, _)| found.digest()));
        let mut files: BTreeMap<&str, Vec<Claim<'f>>> = BTreeMap::new();
        for (found, trusted) in all {
            for file in found.digest().into_iter().flat_map(|digest| &digest.log_files) {
                files.entry(below(&file.key)).or_default().push(Claim { digest: &found.key, file, trusted });
            }
        }
        Expected { files, homes }
    }

    /// What they say of a file under `key` with inflated bytes of that SHA-256; `None` iff they could not all be had.
    #[must_use]
    pub fn standing(&self, key: &str, hash: Option<[u8; 32]>) -> Standing {
        let standing = |claim: &Claim<'_>| match claim.trusted {
            false => Standing::Unverified,
            true if Some(claim.file.hash) == hash => Standing::Proven,
            true => Standing::Differs,
        };
        self.claims(key).iter().map(standing).min().unwrap_or(Standing::Unlisted)
    }

    /// What is said of the file under `key`, of this bucket or of a copy: it need be hashed iff that is not empty.
    #[must_use]
    pub fn claims(&self, key: &str) -> &[Claim<'f>] {
        self.files.get(below(key)).map_or(&[], Vec::as_slice)
    }

    /// The file of a claim, where nobody saw it.
    #[must_use]
    pub fn absent<'a>(&self, file: &'a LogFile) -> Absent<'a> {
        self.homes.absent(&file.bucket, &file.key)
    }

    /// Every file, by its key from `AWSLogs/` on, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&'f str, &[Claim<'f>])> {
        self.files.iter().map(|(key, claims)| (*key, claims.as_slice()))
    }
}

/// The part of a key that is the same in every copy of a bucket; of other keys, all.
pub(super) fn below(key: &str) -> &str {
    ObjectKey::parse(key).map_or(key, |key| key.below)
}
