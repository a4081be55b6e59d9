//! What digests say of the events in log files: which of them may be of a time, and which of those are not there.

use super::{Delivered, Holes};
use crate::layout::{below, place_of};
use logs::ObjectKey;
use logs::digest::{Claim, Expected, Found};
use std::collections::BTreeSet;
use std::ops::Range;

/// False iff digests list the file, and each of them says that it holds no event of the time. Where proofs are asked for, what a digest
/// says that is not to be trusted spares nothing.
pub(crate) fn may_hold(claims: &[Claim<'_>], time: &Range<i64>, proofs: bool) -> bool {
    let outside = |claim: &Claim<'_>| match (claim.file.oldest_event, claim.file.newest_event) {
        // Times of events are whole seconds.
        (Some(oldest), Some(newest)) => newest.saturating_add(999) < time.start || oldest >= time.end,
        _ => false,
    };
    let spared = |claim: &Claim<'_>| outside(claim) && (claim.trusted || !proofs);
    claims.is_empty() || !claims.iter().all(spared)
}

/// Digests of which nobody knows what they list: any of them may name a file that is gone.
pub(crate) fn unusable(digests: &[Found]) -> Holes {
    let mut holes = Holes::default();
    for key in digests.iter().filter_map(Found::unusable) {
        holes.add(
            place_of(key),
            key,
            "it cannot be read as a digest, so the files that it lists are not known",
            1,
        );
    }
    holes
}

impl Delivered {
    /// Log files delivered from `first` on that digests list, that may hold events of the time and are not there, by the account and
    /// Region that they are about: somebody may have taken away what is missed.
    pub(crate) fn gone(&self, expected: &Expected<'_>, time: &Range<i64>, first: i64) -> Holes {
        let there: BTreeSet<String> = self.logs.iter().map(|item| below(&item.key).to_owned()).collect();
        let mut holes = Holes::default();
        let delivered = |key: &str| ObjectKey::parse(key).and_then(|key| key.delivered());
        // What was delivered later than was looked for may well be there.
        let past = |key: &str| ObjectKey::parse(key).is_some_and(|key| self.window.is_past(&key));
        let sought = expected.iter().filter(|(key, _)| !there.contains(*key) && !past(key));
        for (key, claims) in sought {
            if delivered(key).is_none_or(|delivered| delivered >= first) && may_hold(claims, time, false) {
                let why = "a digest lists it with events of the time asked about, and it was not found";
                holes.add(place_of(key), key, why, 1);
            }
        }
        holes
    }
}

#[cfg(test)]
mod tests {
    use super::may_hold;
    use logs::digest::{Claim, LogFile};

    fn file(oldest: Option<i64>, newest: Option<i64>) -> LogFile {
        LogFile {
            bucket: "b".to_owned(),
            key: "k".to_owned(),
            hash: [0; 32],
            oldest_event: oldest,
            newest_event: newest,
        }
    }

    #[test]
    fn digests_spare_only_what_they_know_to_be_of_another_time() {
        let window = 10_000..20_000;
        let of = |files: &[(&LogFile, bool)], proofs| {
            let mut claims = Vec::new();
            for (file, trusted) in files {
                claims.push(Claim { digest: "d", file, trusted: *trusted });
            }
            may_hold(&claims, &window, proofs)
        };
        let before = file(Some(0), Some(9_000));
        let (within, after) = (file(Some(0), Some(10_000)), file(Some(20_000), Some(30_000)));
        assert!(of(&[], false), "no digest lists it");
        assert!(!of(&[(&before, false)], false) && !of(&[(&after, true)], true));
        assert!(of(&[(&within, true)], true));
        assert!(of(&[(&before, true), (&within, true)], true), "one of them says so");
        assert!(
            of(&[(&before, false)], true),
            "where proofs are asked for, what is not proven spares nothing"
        );
        assert!(of(&[(&file(None, Some(0)), true), (&after, true)], true), "its times are not known");
    }
}
