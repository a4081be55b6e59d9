//! Each digest on its own and against its neighbours: place, signature, and what the successor holds of its predecessor.

use crate::digest::document::{Digest, Refusal};
use crate::digest::expected::below;
use crate::digest::found::{Merged, Unread, Unusable};
use crate::digest::keys::PublicKeys;
use crate::digest::signature::{Held, Signed, signed};
use crate::digest::validation::{Note, Reason, State};
use std::collections::BTreeMap;

/// A digest, and what speaks against it.
#[derive(Debug)]
pub(super) struct Weighed<'f> {
    pub(super) merged: Merged<'f>,
    /// What it says; `None` iff it was not read, is no digest, or is that of another place.
    pub(super) digest: Option<&'f Digest>,
    /// True iff the signature is CloudTrail's: what it says of others counts.
    pub(super) verified: bool,
    /// True iff the digest that it names as the one before was found.
    pub(super) has_predecessor: bool,
    pub(super) reasons: Vec<Reason>,
    pub(super) notes: Vec<Note>,
}

impl Weighed<'_> {
    /// True iff what it says of log files counts: verified, and nothing speaks against it.
    pub(super) fn is_trustworthy(&self) -> bool {
        self.verified && self.reasons.is_empty()
    }

    /// True iff it is there, and its content could not be had: it may list anything.
    pub(super) fn is_unread(&self) -> bool {
        let content = &self.merged.found.content.digest;
        matches!(content, Err(Unusable::Unread(Unread::Refused { .. } | Unread::NotHashed)))
    }

    pub(super) fn key(&self) -> &str {
        &self.merged.found.key
    }

    /// Its end, milliseconds since 1970: as it says itself, or as its name says.
    pub(super) fn end(&self) -> i64 {
        self.digest.map_or(self.merged.name.end, |digest| digest.end)
    }
}

/// All digests with all that speaks against them, but for log files.
pub(super) fn weigh<'f>(merged: Vec<Merged<'f>>, keys: &PublicKeys) -> Vec<Weighed<'f>> {
    let mut all: Vec<Weighed<'f>> = merged.into_iter().map(alone).collect();
    let index: BTreeMap<&str, usize> =
        all.iter().enumerate().map(|(at, one)| (one.merged.below, at)).collect();
    // (successor, predecessor): whatever the chain, because a trail may become an organization's.
    let links: Vec<(usize, usize)> = all
        .iter()
        .enumerate()
        .filter_map(|(at, one)| Some((at, *index.get(below(&one.digest?.previous.as_ref()?.key))?)))
        .collect();
    let mut held: BTreeMap<usize, Vec<Held<'f>>> = BTreeMap::new();
    for (successor, predecessor) in &links {
        let Some(one) = all.get_mut(*successor) else { continue };
        one.has_predecessor = true;
        if let Some(previous) = one.digest.and_then(|digest| digest.previous.as_ref()) {
            let holder = (previous.signature.as_str(), one.merged.found.key.as_str());
            held.entry(*predecessor).or_default().push(holder);
        }
    }
    for (at, one) in all.iter_mut().enumerate() {
        let Some(digest) = one.digest else { continue };
        match signed(&one.merged, digest, held.get(&at).map_or(&[], Vec::as_slice), keys) {
            Signed::Yes { by_successor } => {
                one.verified = true;
                // Backfill is signed long after the hour that it is about.
                let time = digest.start..digest.end;
                let key = keys.get(&digest.fingerprint).and_then(|key| key.as_ref().ok());
                if !one.merged.name.chain.backfill && key.is_some_and(|key| key.is_of_another_time(&time)) {
                    let fingerprint = digest.fingerprint.clone();
                    one.notes.push(Note::KeyOfAnotherTime { fingerprint });
                }
                one.notes.extend(by_successor.then_some(Note::SignedBySuccessor));
            }
            Signed::No(reason) | Signed::Unknown(reason) => one.reasons.push(reason),
        }
    }
    compare(&mut all, &links);
    all
}

/// What can be said of a digest without looking at others.
fn alone(merged: Merged<'_>) -> Weighed<'_> {
    let (mut reasons, mut notes) = (Vec::new(), Vec::new());
    let found = merged.found;
    let mut digest = None;
    match &found.content.digest {
        Ok(said) if below(&said.key) != merged.below => {
            reasons.push(Reason::Place { bucket: said.bucket.clone(), key: said.key.clone() });
        }
        Ok(said) => {
            digest = Some(said);
            if said.account != merged.name.chain.account {
                reasons.push(Reason::Account { account: said.account.clone() });
            }
            if found.is_moved() {
                notes.push(Note::Moved { bucket: said.bucket.clone(), key: said.key.clone() });
            }
            if said.oldest_event.is_some_and(|oldest| oldest < said.start) {
                notes.push(Note::Late);
            }
        }
        Err(why) => reasons.push(unusable(why, &found.key)),
    }
    if merged.differ {
        reasons.push(Reason::CopiesDiffer);
    }
    Weighed { merged, digest, verified: false, has_predecessor: false, reasons, notes }
}

fn unusable(why: &Unusable, key: &str) -> Reason {
    match why {
        Unusable::Unread(Unread::Missing) => Reason::Missing { key: key.to_owned(), named_by: None },
        Unusable::Unread(Unread::Damaged { why }) => Reason::Damaged { why: why.clone() },
        Unusable::Unread(other) => Reason::Unread { why: other.to_string() },
        Unusable::Refusal(why @ Refusal::Algorithm { .. }) => Reason::Algorithm(why.clone()),
        Unusable::Refusal(why) => Reason::NotADigest(why.clone()),
    }
}

/// Whether digests are what their successors hold of them. AWS's own command does not ask; without it, whoever can sign (or has
/// an older signed digest of the same place) could exchange one.
///
/// Of two that do not fit, the verified successor is believed, then the verified predecessor, then neither.
fn compare(all: &mut [Weighed<'_>], links: &[(usize, usize)]) {
    for (successor, predecessor) in links {
        let (Some(after), Some(before)) = (all.get(*successor), all.get(*predecessor)) else { continue };
        let Some(previous) = after.digest.and_then(|digest| digest.previous.as_ref()) else { continue };
        let other_hash = before.merged.found.content.hash.is_some_and(|hash| hash != previous.hash);
        let other_signature =
            before.merged.signatures.iter().any(|own| !own.eq_ignore_ascii_case(&previous.signature));
        if !other_hash && !other_signature {
            continue;
        }
        let (name, named) = (after.key().to_owned(), before.key().to_owned());
        let (after_verified, before_verified) = (after.verified, before.verified);
        if !after_verified && let Some(after) = all.get_mut(*successor) {
            after.reasons.push(Reason::NotItsPredecessor { predecessor: named });
        }
        if (after_verified || !before_verified)
            && let Some(before) = all.get_mut(*predecessor)
        {
            let hash = other_hash.then(|| Reason::PredecessorHash { successor: name.clone() });
            let signature = other_signature.then_some(Reason::PredecessorSignature { successor: name });
            before.reasons.extend(hash.into_iter().chain(signature));
        }
    }
}

/// The worst state of `reasons`.
pub(super) fn worst(reasons: &[Reason]) -> State {
    reasons.iter().map(Reason::state).max().unwrap_or(State::Valid)
}
