//! What CloudTrail signs, and whether it did.

use crate::digest::document::Digest;
use crate::digest::found::Merged;
use crate::digest::keys::PublicKeys;
use crate::digest::validation::Reason;
use crate::hash::hex;

/// What is known of a digest's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    /// By the key that it names. `by_successor`: its own signature was not there, the next digest holds it.
    Yes {
        by_successor: bool,
    },
    No(Reason),
    /// Nobody can say, and why.
    Unknown(Reason),
}

/// A signature of a digest as another digest holds it, and that other one's key.
pub(super) type Held<'a> = (&'a str, &'a str);

/// Whether the digest is signed. A signature proves itself, wherever it was found: that of the metadata is asked first.
pub(super) fn signed(one: &Merged<'_>, digest: &Digest, held: &[Held<'_>], keys: &PublicKeys) -> Signed {
    let fingerprint = digest.fingerprint.clone();
    let key = match keys.get(&fingerprint) {
        None => return Signed::Unknown(Reason::KeyUnknown { fingerprint }),
        Some(Err(why)) => return Signed::Unknown(Reason::KeyRefused { fingerprint, why: why.clone() }),
        Some(Ok(key)) => key,
    };
    let message = message(digest, one.found.content.hash.as_ref());
    let mut own = one.signatures.iter();
    match (own.next(), own.next()) {
        (Some(_), Some(_)) => Signed::No(Reason::SignaturesDiffer),
        (Some(own), None) if key.verifies(&message, own) => Signed::Yes { by_successor: false },
        (Some(_), None) => Signed::No(Reason::Signature { held_by: None }),
        (None, _) => {
            if held.iter().any(|(signature, _)| key.verifies(&message, signature)) {
                return Signed::Yes { by_successor: true };
            }
            let Some((_, holder)) = held.first() else { return Signed::Unknown(Reason::NoSignature) };
            Signed::No(Reason::Signature { held_by: Some((*holder).to_owned()) })
        }
    }
}

/// The string to sign (user guide, "Custom implementations of CloudTrail log file integrity validation"). For a starting digest
/// the last line is the word `null`, as AWS's own command has it.
fn message(digest: &Digest, hash: Option<&[u8; 32]>) -> Vec<u8> {
    let hash = hash.map_or_else(String::new, |hash| hex(hash));
    let previous = digest.previous.as_ref().map_or("null", |previous| &previous.signature);
    format!("{}\n{}/{}\n{hash}\n{previous}", digest.end_text, digest.bucket, digest.key).into_bytes()
}
