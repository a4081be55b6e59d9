//! Numbers that a few strange hours do not move, and events put together to incidents.

use std::collections::BTreeMap;

/// Hours of four weeks: what a baseline of hours looks back on.
const BACK: i64 = 28 * 24;

/// How many calls there were in each hour since 1970 that has any.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hours(BTreeMap<i64, u64>);

/// What was usual before an hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Usual {
    /// Days that had calls.
    pub(crate) days: usize,
    /// The middle of the hours that had calls.
    pub(crate) median: u64,
    /// The middle of their distances from the middle.
    pub(crate) spread: u64,
    /// The largest.
    pub(crate) most: u64,
}

impl Hours {
    /// Adds calls of an hour.
    pub(crate) fn add(&mut self, hours: impl Iterator<Item = (i64, u64)>) {
        for (hour, count) in hours {
            *self.0.entry(hour).or_default() += count;
        }
    }

    /// Each hour that has calls, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, u64)> + '_ {
        self.0.iter().map(|(hour, count)| (*hour, *count))
    }

    /// The largest number of an hour.
    pub(crate) fn most(&self) -> u64 {
        self.0.values().copied().max().unwrap_or(0)
    }

    /// What was usual in four weeks before the day of that hour; of an hour of the week that was seen three times or more, its own
    /// largest counts if it is larger than the rest says.
    pub(crate) fn usual(&self, hour: i64) -> Usual {
        let today = hour.div_euclid(24) * 24;
        let before = self.0.range(today - BACK..today);
        let mut counts: Vec<u64> = before.clone().map(|(_, count)| *count).collect();
        let mut days: Vec<i64> = before.map(|(hour, _)| hour.div_euclid(24)).collect();
        days.dedup();
        counts.sort_unstable();
        let median = middle(&counts);
        let mut distances: Vec<u64> = counts.iter().map(|count| count.abs_diff(median)).collect();
        distances.sort_unstable();
        let most = counts.last().copied().unwrap_or(0);
        Usual { days: days.len(), median, spread: middle(&distances), most }
    }
}

impl Usual {
    /// True iff so many are far beyond what was usual: more than `factor` times the largest, and ten spreads beyond the middle.
    pub(crate) fn is_exceeded(&self, count: u64, factor: f64) -> bool {
        let beyond = self.median + 10 * self.spread;
        to_float(count) > factor * to_float(self.most) && count > beyond
    }
}

/// The middle of sorted numbers; 0 of none.
fn middle(sorted: &[u64]) -> u64 {
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

/// As a number with a fraction: exact as far as counts of calls go.
pub(crate) fn to_float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Events in order of time, put together: an incident begins with an event and takes in what comes within `span` of its begin.
pub(crate) fn incidents<T>(events: &[T], time: impl Fn(&T) -> i64, span: i64) -> Vec<&[T]> {
    let mut all = Vec::new();
    let mut rest = events;
    while let Some(first) = rest.first() {
        let end = time(first).saturating_add(span);
        let (one, other) = rest.split_at(rest.partition_point(|event| time(event) < end).max(1));
        all.push(one);
        rest = other;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Hours, incidents};

    #[test]
    fn a_few_strange_hours_move_no_middle() {
        let mut hours = Hours::default();
        hours.add((0..240).map(|hour| (hour, if hour == 77 { 5_000 } else { 10 + hour as u64 % 3 })));
        let usual = hours.usual(240);
        assert_eq!((usual.days, usual.median, usual.spread, usual.most), (10, 11, 1, 5_000));
        assert!(!usual.is_exceeded(9_000, 2.0) && usual.is_exceeded(11_000, 2.0));
        assert_eq!(hours.usual(24).most, 12, "what comes later counts for nothing");
    }

    #[test]
    fn an_incident_ends_after_its_span() {
        let groups = incidents(&[1, 5, 9, 10, 30], |time| *time, 9);
        assert_eq!(groups, [&[1, 5, 9][..], &[10], &[30]]);
        assert!(incidents(&[], |time: &i64| *time, 9).is_empty());
    }
}
