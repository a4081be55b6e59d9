//! Trails as AWS describes them now, held against the digests that were found: whoever deletes all of the newest, or all there
//! are, leaves nothing else behind that would tell.

use crate::digest::asked::Asked;
use crate::digest::lacking::{Lack, Lacking, LackingPlace};
use crate::digest::name::Chain;
use crate::digest::validation::Validation;
use crate::time::text_of;
use cloudtrail::time::HOUR_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// A trail that delivers to where digests were looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveTrail {
    /// Its ARN.
    pub arn: String,
    /// Its name, as in the names of its digests.
    pub name: String,
    /// Where it was made.
    pub home_region: String,
    /// True iff it is an organization's.
    pub organization: bool,
    /// Whether it delivers digests; `None` iff AWS does not say.
    pub validation: Option<bool>,
    /// Whether it delivers at all.
    pub logging: Logging,
    /// The accounts and Regions that are asked about and whose records it delivers.
    pub places: BTreeSet<(String, String)>,
}

/// Whether a trail delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logging {
    /// It does.
    Yes,
    /// It did until then; `None` iff it never did.
    Until(Option<i64>),
    /// It could not be asked.
    Unknown,
}

/// Digests come hourly, and how late they may come is not documented (U-17): one hour for each.
const LATE: i64 = 2 * HOUR_MILLIS;

/// What is known of one chain: the end of its newest digest in the time asked about, and whether its windows say anything at all.
type Newest = (Option<i64>, bool);

impl Validation {
    /// Enters trails that deliver there at `now`, and in the time `asked` have no digests of an account and Region, or none as new
    /// as there should be. What the windows of a chain leave open, they say themselves.
    pub fn hold_against(&mut self, trails: &[LiveTrail], asked: &Asked, now: i64) {
        let mut newest: BTreeMap<&Chain, Newest> = BTreeMap::new();
        for one in self.chains.iter().filter(|one| !one.chain.backfill) {
            let digests = one.windows.iter().filter(|window| window.digest.is_some());
            newest.insert(&one.chain, (digests.map(|window| window.to).max(), !one.windows.is_empty()));
        }
        let mut lacking: Vec<Lacking> =
            trails.iter().flat_map(|trail| lacks(trail, &newest, asked, now)).collect();
        lacking.sort();
        self.lacking = lacking;
    }
}

fn lacks(trail: &LiveTrail, newest: &BTreeMap<&Chain, Newest>, asked: &Asked, now: i64) -> Vec<Lacking> {
    let stopped = match trail.logging {
        Logging::Until(None) => return Vec::new(),
        Logging::Until(Some(at)) => at,
        Logging::Yes | Logging::Unknown => i64::MAX,
    };
    let until = asked.to.unwrap_or(i64::MAX).min(now).min(stopped);
    if asked.from.is_some_and(|from| from >= until) {
        return Vec::new();
    }
    let mut by: BTreeMap<Lack, Vec<LackingPlace>> = BTreeMap::new();
    for (account, region) in &trail.places {
        let of = |chain: &Chain| {
            let here = chain.account == *account && chain.region == *region;
            let same = chain.trail == trail.name && chain.home_region == trail.home_region;
            here && same && chain.organization.is_some() == trail.organization
        };
        let found = newest.iter().filter(|(chain, _)| of(chain)).map(|(_, newest)| *newest).max();
        let newest = match found {
            // Its windows are of time without a digest, and say so. A chain without windows says nothing: all its digests are of
            // another time.
            Some((None, true)) => continue,
            Some((Some(newest), _)) if newest >= until.saturating_sub(LATE) => continue,
            other => other.and_then(|(newest, _)| newest),
        };
        let why = match (trail.validation, newest) {
            (Some(true), None) => Lack::NoDigest,
            (Some(true), Some(_)) => Lack::EndsEarly,
            (Some(false), _) => Lack::Off,
            (None, _) => Lack::Unsaid,
        };
        let place = LackingPlace { account: account.clone(), region: region.clone(), newest };
        by.entry(why).or_default().push(place);
    }
    let known = trail.logging != Logging::Unknown;
    let one = |(why, places)| Lacking { trail: trail.arn.clone(), why, asked: known, places };
    by.into_iter().map(one).collect()
}

impl Lacking {
    /// Why, and where, in one sentence.
    #[must_use]
    pub fn in_one_sentence(&self) -> String {
        let unasked = if self.asked { "" } else { "; whether it still logs could not be asked" };
        let place = |one: &LackingPlace| {
            let newest = one.newest.map(|at| format!(", newest until {}", text_of(at))).unwrap_or_default();
            format!("{} {}{newest}", one.account, one.region)
        };
        let first = self.places.first().map(place).unwrap_or_default();
        let more = match self.places.len() {
            0 | 1 => String::new(),
            n => format!(" and {} more accounts and Regions", n - 1),
        };
        format!("{}{unasked} ({first}{more})", self.why)
    }
}
