//! What another threshold would have given, and how far a function is from being found.

use crate::arn::name_of;
use crate::detection::Detection;
use crate::facts::Facts;
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::settings::Settings;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// What a threshold would have given.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// The number that was tried.
    pub value: f64,
    /// True iff it is the one that counts.
    pub counts: bool,
    /// Findings, notes not among them, by day (days since 1970).
    pub by_day: BTreeMap<i64, usize>,
    /// Days of records.
    pub days: i64,
}

impl Replayed {
    /// All findings.
    #[must_use]
    pub fn total(&self) -> usize {
        self.by_day.values().sum()
    }
}

/// The findings of one detection with a threshold set to each of these numbers.
#[must_use]
pub fn replay<'a>(
    facts: &'a Facts,
    settings: &'a mut Settings<'_>,
    detection: &Detection,
    key: &str,
    values: &[f64],
) -> Vec<Replayed> {
    let counts = settings.threshold(detection.id, key);
    let days = days(facts);
    let of = |value: f64| {
        let mut by_day = BTreeMap::new();
        for finding in with(facts, settings, detection, key, value) {
            if finding.severity > Severity::Note {
                *by_day.entry(finding.time.div_euclid(DAY_MILLIS)).or_default() += 1;
            }
        }
        Replayed { value, counts: value.to_bits() == counts.to_bits(), by_day, days }
    };
    values.iter().copied().map(of).collect()
}

/// Days from the first to the last record, both included.
fn days(facts: &Facts) -> i64 {
    let span = facts.accounts.values().copied().reduce(super::facts::Span::over);
    span.map_or(0, |span| span.last.div_euclid(DAY_MILLIS) - span.first.div_euclid(DAY_MILLIS) + 1)
}

fn with(
    facts: &Facts,
    settings: &Settings<'_>,
    detection: &Detection,
    key: &str,
    value: f64,
) -> Vec<Finding> {
    let set = (detection.id.to_owned(), key.to_owned());
    let thresholds =
        settings.thresholds.iter().map(|(key, value)| (key.clone(), *value)).chain([(set, value)]);
    let other = Settings {
        now: settings.now,
        learn_days: settings.learn_days,
        own_accounts: settings.own_accounts.clone(),
        allowed_accounts: settings.allowed_accounts.clone(),
        allowed_regions: settings.allowed_regions.clone(),
        pipelines: settings.pipelines.clone(),
        networks: settings.networks.clone(),
        addresses: settings.addresses,
        off: BTreeSet::new(),
        thresholds: thresholds.collect(),
        counts: settings.counts.clone(),
        recorders: settings.recorders.clone(),
    };
    (detection.find)(&View::new(facts, &other))
}

/// What is normal for a function, and what a detection makes of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baseline {
    /// When it was first seen, in milliseconds since 1970; `None` iff it never was.
    pub first_seen: Option<i64>,
    /// Each caller: its name, days with calls, calls, the first and the last moment. The one with most calls first.
    pub callers: Vec<(String, usize, u64, i64, i64)>,
    /// Calls in each hour with calls, sorted.
    pub hours: Vec<u64>,
    /// Where calls came from, by number of calls, the most first.
    pub addresses: Vec<(String, u64)>,
    /// Versions and aliases, by number of calls, the most first.
    pub qualifiers: Vec<(String, u64)>,
    /// Each threshold: its key, the number that counts, and the number nearest to it at which the function is found; `None` iff it is
    /// found at none.
    pub distances: Vec<(&'static str, f64, Option<f64>)>,
    /// Findings of the detection about the function.
    pub findings: usize,
}

/// What is normal for the function with this ARN.
#[must_use]
pub fn baseline(facts: &Facts, settings: &Settings<'_>, detection: &Detection, function: &str) -> Baseline {
    let view = View::new(facts, settings);
    let calls: Vec<Call<'_>> =
        view.calls_of(function).iter().copied().filter(|call| !view.way(call).is_execution()).collect();
    let found = |finding: &Finding| finding.function.as_deref() == Some(function);
    let mut hours: BTreeMap<i64, u64> = BTreeMap::new();
    let (mut addresses, mut qualifiers) = (BTreeMap::new(), BTreeMap::new());
    let mut callers: BTreeMap<&str, (BTreeSet<i32>, u64, i64, i64)> = BTreeMap::new();
    for call in &calls {
        let (way, caller, count) = (view.way(call), view.caller(call), call.count());
        call.hours().for_each(|(hour, count)| *hours.entry(hour).or_default() += count);
        *addresses.entry(way.address.to_owned()).or_default() += count;
        *qualifiers.entry(way.qualifier.to_owned()).or_default() += count;
        let one = callers.entry(caller.name).or_insert((BTreeSet::new(), 0, call.time(), call.cell.last));
        one.0.insert(call.key.day);
        one.1 += count;
        one.2 = one.2.min(call.time());
        one.3 = one.3.max(call.cell.last);
    }
    let mut callers: Vec<_> = callers
        .into_iter()
        .map(|(name, (days, calls, first, last))| (name.to_owned(), days.len(), calls, first, last))
        .collect();
    callers.sort_by(|one, other| other.2.cmp(&one.2).then_with(|| one.0.cmp(&other.0)));
    let mut hours: Vec<u64> = hours.into_values().collect();
    hours.sort_unstable();
    Baseline {
        first_seen: view.first_seen(function),
        callers,
        hours,
        addresses: most(addresses),
        qualifiers: most(qualifiers),
        distances: distances(facts, settings, detection, function),
        findings: (detection.find)(&view).iter().filter(|finding| found(finding)).count(),
    }
}

fn most(counts: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut all: Vec<(String, u64)> = counts.into_iter().filter(|(name, _)| !name.is_empty()).collect();
    all.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    all
}

/// How often a threshold is halved on the way to where a function is found.
const HALVINGS: usize = 24;

fn distances(
    facts: &Facts,
    settings: &Settings<'_>,
    detection: &Detection,
    function: &str,
) -> Vec<(&'static str, f64, Option<f64>)> {
    // A finding about several functions names none: its sentence may.
    let is_found = |key: &str, value: f64| {
        let found = with(facts, settings, detection, key, value);
        found.iter().any(|one| {
            one.function.as_deref() == Some(function)
                || one.function.is_none() && one.seen.contains(name_of(function))
        })
    };
    let of = |threshold: &crate::detection::Threshold| {
        let counts = settings.threshold(detection.id, threshold.key);
        let mut value = counts;
        let mut at = None;
        for _ in 0..HALVINGS {
            if is_found(threshold.key, value) {
                at = Some(value);
                break;
            }
            value = if value > 1.0 { (value / 2.0).floor().max(1.0) } else { value / 2.0 };
            if value < 0.01 {
                break;
            }
        }
        (threshold.key, counts, at)
    };
    detection.thresholds.iter().map(of).collect()
}
