//! What recording costs: invocations times price times copies, as a range, never as a promise.

mod uncounted;

use crate::code::{Code, Coded};
use crate::finding::{Audit, PlaceAudit};
use cloudtrail::recorder::{RecorderKind, Seen};
use cloudtrail::resource::ResourceType;
use recording::{Candidate, State, Subject, decide};
use std::collections::{BTreeMap, BTreeSet, HashMap};
pub(crate) use uncounted::Uncounted;

/// Prices with their date and source: data, not knowledge. A file of the user's may replace them.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// The day they were looked up: `YYYY-MM-DD`.
    pub as_of: String,
    /// Where.
    pub source: String,
    /// US dollars for 100,000 data events delivered to a trail, for each copy.
    pub data_events_per_100k: f64,
    /// US dollars for 100,000 management events delivered to a trail beyond the first copy.
    pub management_copies_per_100k: f64,
    /// US dollars for a gigabyte that an event data store ingests.
    pub lake_ingest_per_gb: f64,
    /// The assumed size of one record in bytes, for prices by volume: low and high.
    pub record_bytes: (u64, u64),
    /// The assumed number of records for one invocation, low and high: asynchronous ones give rise to two or more
    /// (semantics 1.2, 11).
    pub records_per_invocation: (f64, f64),
}

/// US dollars a month (30 days), as a range.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Monthly {
    /// The least it is likely to be.
    pub low: f64,
    /// The most it is likely to be.
    pub high: f64,
}

/// Cost before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct CostTurn {
    /// Today.
    pub before: Monthly,
    /// Once the plan is carried out.
    pub after: Monthly,
    /// The invocations in 30 days that it rests on.
    pub invocations: u64,
    /// True iff something may be recorded that nobody counted: then it costs at least the low end, and no high end is known.
    pub is_least: bool,
    /// What the figures rest on and leave out, in words: prices' date and source, functions without counts, ...
    pub basis: Vec<Coded>,
    /// Invocations recorded more than once, after: what each costs.
    pub copies: Vec<Copies>,
}

/// The same invocations recorded by several recorders.
#[derive(Clone, Debug, PartialEq)]
pub struct Copies {
    /// The recorders, by ARN.
    pub recorders: Vec<String>,
    /// The invocations in 30 days that all of them record.
    pub invocations: u64,
    /// What the copies beyond the first cost.
    pub cost: Monthly,
}

/// What recording Lambda's data events costs before and after, by the invocations of the inventory; `None` iff the
/// invocations of no place are known.
///
/// A function's invocations are paid for once for each recorder that certainly records any of them; one that is recorded in
/// part counts in full, so the figure is an upper one there.
#[must_use]
pub fn turn(before: &Audit<'_>, after: &Audit<'_>, prices: &Prices) -> Option<CostTurn> {
    let was = estimate(before, prices);
    let is = estimate(after, prices);
    // What is not known is not nothing: where nothing is known, no figure is told.
    let uncounted = Uncounted::of(before).joined(&Uncounted::of(after));
    if was.functions == was.unknown && (was.functions > 0 || !uncounted.is_empty()) {
        return None;
    }
    let kinds: BTreeSet<RecorderKind> = was.kinds.union(&is.kinds).copied().collect();
    let mut each = Vec::new();
    if kinds.contains(&RecorderKind::Trail) || kinds.is_empty() {
        each.push(format!("${} for 100,000 data events of a trail", prices.data_events_per_100k));
    }
    if kinds.contains(&RecorderKind::EventDataStore) {
        let (low, high) = prices.record_bytes;
        each.push(format!(
            "${} for a gigabyte that an event data store ingests, at {low} to {high} bytes a record",
            prices.lake_ingest_per_gb
        ));
    }
    let mut basis = vec![
        Code::PriceList.says(format!(
            "prices of {} from {}: {}",
            prices.as_of,
            prices.source,
            each.join("; ")
        )),
        Code::RecordsPerInvocation.says(format!(
            "{} to {} records for one invocation; asynchronous ones give rise to several",
            prices.records_per_invocation.0, prices.records_per_invocation.1
        )),
        Code::CostExcludes.says("without storage, CloudWatch Logs, keys and what reads the records"),
    ];
    basis.extend(uncounted.to_sentences());
    Some(CostTurn {
        before: was.monthly,
        after: is.monthly,
        invocations: is.invocations,
        is_least: !uncounted.is_empty(),
        basis,
        copies: is.copies,
    })
}

/// What recording each function costs a month by the high end of the estimate, all copies together, by ARN. A function whose
/// invocations are not known is missing.
#[must_use]
pub fn by_function<'a>(audit: &Audit<'a>, prices: &Prices) -> HashMap<&'a str, f64> {
    let mut all = HashMap::new();
    for place in &audit.places {
        let mut by_verdict: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for row in &place.planes[ResourceType::Function as usize].rows {
            let Some(invocations) = crate::backout::invocations(audit.inventory, row.arn) else { continue };
            let recorders = by_verdict.entry(row.verdict).or_insert_with(|| recording(audit, place, row.arn));
            let one = recorders
                .iter()
                .map(|at| price(audit.inventory.recorders[*at].kind, invocations, prices).high);
            all.insert(row.arn, one.sum());
        }
    }
    all
}

#[derive(Default)]
struct Estimate {
    monthly: Monthly,
    invocations: u64,
    functions: usize,
    unknown: usize,
    copies: Vec<Copies>,
    /// The kinds of recorders that record any of it.
    kinds: BTreeSet<RecorderKind>,
}

fn estimate(audit: &Audit<'_>, prices: &Prices) -> Estimate {
    let mut all = Estimate::default();
    let mut shared: BTreeMap<Vec<String>, (u64, Monthly)> = BTreeMap::new();
    // What a verdict means at a place is worked out once for all functions that share it.
    for place in &audit.places {
        let counts =
            audit.inventory.extra.invocations.get(&(place.account.to_owned(), place.region.to_owned()));
        let counts = counts.and_then(Seen::known);
        let mut by_verdict: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for row in &place.planes[ResourceType::Function as usize].rows {
            all.functions += 1;
            let name = row.arn.rsplit(':').next().unwrap_or(row.arn);
            let Some(invocations) = counts.and_then(|counts| counts.get(name)).copied() else {
                all.unknown += 1;
                continue;
            };
            all.invocations = all.invocations.saturating_add(invocations);
            let recorders = by_verdict.entry(row.verdict).or_insert_with(|| recording(audit, place, row.arn));
            let one =
                recorders.iter().map(|at| price(audit.inventory.recorders[*at].kind, invocations, prices));
            let costs: Vec<Monthly> = one.collect();
            all.kinds.extend(recorders.iter().map(|at| audit.inventory.recorders[*at].kind));
            all.monthly = costs.iter().fold(all.monthly, |sum, one| sum.plus(*one));
            if recorders.len() > 1 && invocations > 0 {
                let names = recorders.iter().map(|at| audit.inventory.recorders[*at].arn.clone()).collect();
                let entry = shared.entry(names).or_default();
                entry.0 = entry.0.saturating_add(invocations);
                entry.1 = costs.iter().skip(1).fold(entry.1, |sum, one| sum.plus(*one));
            }
        }
    }
    all.copies = shared
        .into_iter()
        .map(|(recorders, (invocations, cost))| Copies { recorders, invocations, cost })
        .collect();
    all
}

/// The recorders that, each by itself, certainly record any invocation of the function, as positions in the inventory.
fn recording(audit: &Audit<'_>, place: &PlaceAudit<'_>, arn: &str) -> Vec<usize> {
    let certain = place.candidates.iter().filter(|one| one.certain).filter_map(|one| one.recorder);
    let records = |at: &usize| {
        let selectors = audit.inventory.recorders[*at].selectors.known().map(|all| all.list.as_slice());
        let alone = [Candidate { selectors, certain: true }];
        let state = decide(&alone, Subject::Named(ResourceType::Function, arn)).state;
        matches!(state, State::Recorded | State::PartiallyRecorded)
    };
    certain.filter(records).collect()
}

/// What one recorder's copy of so many invocations costs.
#[must_use]
pub fn price(kind: RecorderKind, invocations: u64, prices: &Prices) -> Monthly {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let count = invocations as f64;
    let records = Monthly {
        low: count * prices.records_per_invocation.0,
        high: count * prices.records_per_invocation.1,
    };
    match kind {
        RecorderKind::EventDataStore => {
            let gigabytes = |records: f64, bytes: u64| {
                #[expect(clippy::cast_precision_loss, reason = "an estimate")]
                let bytes = bytes as f64;
                records * bytes / 1e9 * prices.lake_ingest_per_gb
            };
            Monthly {
                low: gigabytes(records.low, prices.record_bytes.0),
                high: gigabytes(records.high, prices.record_bytes.1),
            }
        }
        RecorderKind::Trail | RecorderKind::Channel => Monthly {
            low: records.low / 1e5 * prices.data_events_per_100k,
            high: records.high / 1e5 * prices.data_events_per_100k,
        },
    }
}

impl Monthly {
    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Monthly { low: self.low + other.low, high: self.high + other.high }
    }
}
