//! All digests, all that was seen of log files and the keys, to what is proven.

use super::name::DigestName;
use crate::digest::asked::Asked;
use crate::digest::expected::{Expected, Seen};
use crate::digest::files::{sighted, unproven};
use crate::digest::found::{Found, merge};
use crate::digest::keys::PublicKeys;
use crate::digest::links::{Weighed, weigh};
use crate::digest::name::Chain;
use crate::digest::unlisted::{Homes, Sought, Unlisted};
use crate::digest::validation::{State, Totals, Unproven, ValidatedChain, Validation};
use crate::digest::windows::Timeline;
use std::collections::{BTreeMap, BTreeSet};

/// What `found` prove of the log files in `seen`.
///
/// - `found`: every digest in the buckets or copies that were asked for. To know more than the hours asked for makes the answer
///   better: the digest behind proves the last, and the one before it the first.
/// - `seen`: every log file that is there. One that a digest lists and that is not among them is missing. What no digest lists
///   need not be hashed, see [`crate::digest::Expected`].
/// - `asked`: windows that have no time in common with it, and list no log file that it is about, are left out. Time within it
///   that no digest is about is a window, too.
///
/// The same sets give the same answer, whatever order they come in. Nothing is valid that no key in `keys` signed.
#[must_use]
pub fn judge(found: &[Found], seen: &[Seen], keys: &PublicKeys, asked: &Asked) -> Validation {
    Weighing::of(found, keys).judge(seen, asked)
}

/// Digests, each weighed on its own, against its neighbours and with the keys; what they say of log files comes later.
#[derive(Debug)]
pub struct Weighing<'f> {
    all: Vec<Weighed<'f>>,
    strangers: Vec<String>,
}

impl<'f> Weighing<'f> {
    /// See [`judge`].
    #[must_use]
    pub fn of(found: &'f [Found], keys: &PublicKeys) -> Self {
        let (merged, strangers) = merge(found);
        Weighing { all: weigh(merged, keys), strangers }
    }

    /// The names of those that are to be trusted.
    pub fn trusted(&self) -> impl Iterator<Item = DigestName> + '_ {
        self.all.iter().filter(|one| one.is_trustworthy()).filter_map(|one| one.merged.found.name())
    }

    /// What they say of log files, and which of them are to be trusted.
    #[must_use]
    pub fn expected(&self) -> Expected<'f> {
        Expected::from_digests(self.all.iter().map(|one| (one.merged.found, one.is_trustworthy())))
    }

    /// See [`judge`]: everything was listed.
    #[must_use]
    pub fn judge(&self, seen: &[Seen], asked: &Asked) -> Validation {
        self.judge_listed(seen, asked, &|_| None)
    }

    /// The same, where not everything could be listed: `unlisted` says why a file may be there though nobody saw it, and `None`
    /// where its absence is known. What may be there is never said to be missing.
    #[must_use]
    pub fn judge_listed(&self, seen: &[Seen], asked: &Asked, unlisted: &Unlisted<'_>) -> Validation {
        validation(self, seen, asked, unlisted)
    }
}

fn validation(
    Weighing { all, strangers }: &Weighing<'_>,
    seen: &[Seen],
    asked: &Asked,
    unlisted: &Unlisted<'_>,
) -> Validation {
    let sighted = sighted(seen);
    let sought = &Sought::new(Homes::of(all.iter().filter_map(|one| one.digest)), unlisted);
    let mut groups: BTreeMap<&Chain, Vec<&Weighed<'_>>> = BTreeMap::new();
    for one in all {
        groups.entry(&one.merged.name.chain).or_default().push(one);
    }
    let hourly: BTreeSet<Chain> = groups.keys().filter(|chain| !chain.backfill).copied().cloned().collect();
    let chain = |(chain, mut group): (&Chain, Vec<&Weighed<'_>>)| {
        group.sort_by_key(|one| (one.end(), one.merged.below));
        let alone = chain.backfill && !hourly.contains(&Chain { backfill: false, ..chain.clone() });
        let windows = Timeline::new(asked, &sighted, sought).lay(&group, alone);
        ValidatedChain { chain: chain.clone(), windows }
    };
    let chains: Vec<ValidatedChain> = groups.into_iter().map(chain).collect();
    let unproven = unproven(all, seen, asked, sought);
    let mut validation = Validation {
        chains,
        unproven,
        strangers: strangers.clone(),
        without: Vec::new(),
        lacking: Vec::new(),
        unlisted: Vec::new(),
        totals: Totals::default(),
    };
    validation.totals = totals(&validation);
    validation
}

fn totals(validation: &Validation) -> Totals {
    let mut totals = Totals::default();
    for chain in &validation.chains {
        totals.chains += 1;
        for window in &chain.windows {
            totals.digests += u64::from(window.digest.is_some());
            let state = match window.state {
                State::Valid => &mut totals.valid,
                State::NotAssertable => &mut totals.not_assertable,
                State::Invalid => &mut totals.invalid,
            };
            *state += 1;
            totals.files.add(&window.files);
        }
    }
    for file in &validation.unproven {
        let why = match file.why {
            Unproven::Young => &mut totals.young,
            Unproven::Unverified => &mut totals.unverified,
            Unproven::Unreferenced => &mut totals.unreferenced,
            Unproven::Unread => &mut totals.digests_unread,
        };
        *why += 1;
    }
    totals
}
