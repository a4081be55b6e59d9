//! What digests prove, and what may be done about what they do not.

use super::Delivered;
use crate::layout::HEAD;
use logs::ObjectKey;
use logs::digest::{Found, KeySource, Reason, Validation};

/// See the module.
#[derive(Debug)]
pub struct Proven {
    /// What they prove.
    pub validation: Validation,
    /// Whose keys.
    pub keys: Vec<KeySource>,
    /// Keys that could not be asked for, in words.
    pub unseen: Vec<String>,
    /// Regions in which nobody may ask for keys.
    pub refused: Vec<String>,
    /// What log files may have become that are missing.
    pub renamed: Vec<Renamed>,
}

/// A log file that is not there, and one that may be it: somebody may have renamed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renamed {
    /// Something has a longer name.
    Longer {
        /// The key that a digest lists.
        key: String,
        /// Name of the other, and why it is not read.
        other: String,
    },
    /// It lies there unpacked.
    Unpacked {
        /// The key that a digest lists.
        key: String,
        /// Name of the other.
        name: String,
    },
}

/// A digest of a local copy without its signature, which is in the metadata of the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    /// Where the object is.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// The file beside the copy in which its metadata would be looked for.
    pub head: String,
}

impl Delivered {
    /// What log files may have become that are missing.
    pub(super) fn renamed(&self, validation: &Validation) -> Vec<Renamed> {
        let windows = validation.chains.iter().flat_map(|chain| &chain.windows);
        let missing = windows.flat_map(|window| &window.reasons).filter_map(|reason| match reason {
            Reason::FileMissing { key } => Some(key),
            _ => None,
        });
        let mut renamed = Vec::new();
        for key in missing {
            let longer = self.longer(key);
            renamed.extend(longer.map(|other| Renamed::Longer { key: key.clone(), other: other.to_owned() }));
            let unpacked = self.unpacked(key);
            renamed.extend(unpacked.map(|name| Renamed::Unpacked { key: key.clone(), name }));
        }
        renamed
    }

    /// Digests of a local copy whose signatures are missing: `aws s3 sync` keeps no metadata. In the order of chains.
    pub(crate) fn unsigned(&self, found: &[Found], validation: &Validation) -> Vec<Unsigned> {
        let windows = validation.chains.iter().flat_map(|chain| &chain.windows);
        let lacking = windows.filter(|window| window.reasons.contains(&Reason::NoSignature));
        let keys = lacking.filter_map(|window| match &window.digest {
            Some((None, key)) => Some(key),
            _ => None,
        });
        keys.filter_map(|key| {
            let item = self.digests.iter().find(|item| item.key == *key && self.bucket(item).is_none())?;
            let digest = found.iter().filter_map(Found::digest).find(|one| ends_alike(key, &one.key))?;
            let (bucket, key) = (digest.bucket.clone(), digest.key.clone());
            Some(Unsigned { bucket, key, head: format!("{}{HEAD}", self.name(item)) })
        })
        .collect()
    }
}

/// True iff both are the same from `AWSLogs/` on.
fn ends_alike(one: &str, other: &str) -> bool {
    let below = |key: &str| ObjectKey::parse(key).map(|key| key.below.to_owned());
    below(one).is_some() && below(one) == below(other)
}
