//! Which log files digests list, and with which hash: asked before the log files are read, so that they are read once.

use crate::digest::document::LogFile;
use crate::digest::found::{Found, Unread, merge};
use crate::object_key::ObjectKey;
use std::collections::BTreeMap;

/// What one digest says of one log file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'f> {
    /// The digest, by the key under which it was found.
    pub digest: &'f str,
    /// What it says.
    pub file: &'f LogFile,
}

/// All that digests say of log files. None of it is proven yet.
#[derive(Clone, Debug, Default)]
pub struct Expected<'f> {
    files: BTreeMap<&'f str, Vec<Claim<'f>>>,
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
    /// What `found` say, whatever order they come in.
    #[must_use]
    pub fn of(found: &'f [Found]) -> Self {
        let mut files: BTreeMap<&str, Vec<Claim<'f>>> = BTreeMap::new();
        for one in merge(found).0 {
            let listed = one.found.digest().into_iter().flat_map(|digest| &digest.log_files);
            for file in listed {
                files.entry(below(&file.key)).or_default().push(Claim { digest: &one.found.key, file });
            }
        }
        Expected { files }
    }

    /// What is said of the file under `key`, of this bucket or of a copy: it need be hashed iff that is not empty.
    #[must_use]
    pub fn claims(&self, key: &str) -> &[Claim<'f>] {
        self.files.get(below(key)).map_or(&[], Vec::as_slice)
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
