//! The counts of one group, and how late its records were delivered.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts of one group, copies of a record counted once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Records of calls.
    pub calls: u64,
    /// Records of attempts to run what was called asynchronously (`InvokeExecution`): with the call that they belong to where
    /// that was read, else by themselves.
    pub attempts: u64,
    /// Those of the attempts whose call was not read.
    pub orphans: u64,
    /// Calls during which the function ran, as far as their records tell: no error, no dry run, not asynchronous.
    pub ran: u64,
    /// Calls that were asynchronous: they say so, or an attempt followed.
    pub later: u64,
    /// Calls with an `errorCode`.
    pub errors: u64,
    /// Dry runs.
    pub dry_runs: u64,
    /// Calls by a caller of another account than the function's.
    pub foreign: u64,
    /// `eventTime` of the first record, milliseconds since 1970.
    pub first: i64,
    /// Of the last.
    pub last: i64,
    /// How long after `eventTime` records were delivered.
    pub lag: Lag,
}

/// Delivery lags, in buckets: exact to a second up to a minute, to 3 % beyond.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    counts: BTreeMap<u16, u64>,
}

/// Buckets for each doubling beyond 64 seconds.
const STEPS: u64 = 32;

/// The bucket of a lag in milliseconds; what was delivered before it happened counts as at once.
pub(super) fn bucket(milliseconds: i64) -> u16 {
    let seconds = u64::try_from(milliseconds.max(0) / 1_000).unwrap_or(0).min(1 << 31);
    if seconds < 64 {
        return u16::try_from(seconds).unwrap_or(0);
    }
    let doublings = u64::from(63 - seconds.leading_zeros()) - 6;
    let step = (seconds >> (doublings + 1)) - STEPS;
    u16::try_from(64 + doublings * STEPS + step).unwrap_or(u16::MAX)
}

/// The most seconds of a bucket.
fn seconds(bucket: u16) -> u64 {
    let Some(beyond) = u64::from(bucket).checked_sub(64) else { return u64::from(bucket) };
    let (doublings, step) = (beyond / STEPS, beyond % STEPS);
    ((STEPS + step + 1) << (doublings + 1)) - 1
}

impl Lag {
    pub(super) fn add(&mut self, bucket: u16) {
        *self.counts.entry(bucket).or_default() += 1;
    }

    /// Of how many records the lag is known.
    #[must_use]
    pub fn known(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Seconds within which that share of the records, in thousandths, was delivered; `None` iff no lag is known.
    #[must_use]
    pub fn within(&self, thousandths: u64) -> Option<u64> {
        let wanted = (self.known() * thousandths).div_ceil(1_000).max(1);
        let mut sum = 0;
        let found = self.counts.iter().find(|(_, count)| {
            sum += **count;
            sum >= wanted
        });
        found.map(|(bucket, _)| seconds(*bucket))
    }

    fn merge(&mut self, other: &Lag) {
        for (bucket, count) in &other.counts {
            *self.counts.entry(*bucket).or_default() += count;
        }
    }
}

impl Cell {
    /// Records, of calls and of attempts.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.calls + self.attempts
    }

    /// How often the function ran, as far as the records tell (semantics 11): an indication, never a proof.
    #[must_use]
    pub fn executions(&self) -> u64 {
        self.ran + self.attempts
    }

    /// Adds the counts of another group.
    pub fn merge(&mut self, other: &Cell) {
        if other.records() == 0 {
            return;
        }
        let (first, last) =
            if self.records() == 0 { (other.first, other.last) } else { (self.first, self.last) };
        self.first = first.min(other.first);
        self.last = last.max(other.last);
        self.calls += other.calls;
        self.attempts += other.attempts;
        self.orphans += other.orphans;
        self.ran += other.ran;
        self.later += other.later;
        self.errors += other.errors;
        self.dry_runs += other.dry_runs;
        self.foreign += other.foreign;
        self.lag.merge(&other.lag);
    }
}

#[cfg(test)]
mod tests {
    use super::{Lag, bucket, seconds};

    #[test]
    fn a_lag_is_told_within_three_percent_and_never_too_small() {
        for lag in (0..5_000).chain((5_000..3_000_000).step_by(997)) {
            let told = seconds(bucket(lag * 1_000));
            let lag = lag as u64;
            assert!(told >= lag && told - lag <= lag / 31, "{lag} is told as {told}");
        }
        assert_eq!(bucket(-5), 0);
    }

    #[test]
    fn shares_of_records() {
        let mut lag = Lag::default();
        (1..=100).for_each(|second| lag.add(bucket(second * 1_000)));
        assert_eq!((lag.within(500), lag.within(990), lag.known()), (Some(50), Some(99), 100));
        assert_eq!(Lag::default().within(500), None);
    }
}
