//! TRL-10: functions were invoked, as CloudWatch counts, and left no records.

use crate::arn::{account_of, name_of, region_of};
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Severity};
use crate::view::View;
use cloudtrail::time::HOUR_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "TRL-10",
    title: "Invocations without records",
    severity: Severity::High,
    attack: &["T1685.002"],
    fields: &["eventTime", "resources.ARN"],
    page: include_str!("trl_10.md"),
    thresholds: &[
        Threshold {
            key: "hours",
            default: 2.0,
            meaning: "so many hours on end with invocations and without a record make a finding",
        },
        Threshold {
            key: "late-hours",
            default: 3.0,
            meaning: "hours before now are not looked at: their records may be on their way",
        },
    ],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let threshold = |key| view.settings.threshold(DETECTION.id, key);
    // Thresholds are small numbers of hours.
    let (least, late) = (threshold("hours") as i64, threshold("late-hours") as i64);
    let until = view.settings.now - late * HOUR_MILLIS;
    let mut found = Vec::new();
    for (function, counts) in &view.settings.counts {
        let account = account_of(function);
        let Some(span) = view.facts.accounts.get(account) else { continue };
        let mut records: BTreeMap<i64, u64> = BTreeMap::new();
        for call in view.calls_of(function) {
            call.hours().for_each(|(hour, count)| *records.entry(hour).or_default() += count);
        }
        // An hour with records close by has its calls there: they may have begun just before it or ended just after.
        let near = |hour: i64| (hour - 1..=hour + 1).any(|hour| records.contains_key(&hour));
        let silent = counts.iter().filter(|(at, count)| {
            **count > 0
                && **at >= span.first
                && **at + HOUR_MILLIS <= until.min(span.last)
                && !near(at.div_euclid(HOUR_MILLIS))
        });
        let mut run: Vec<(i64, u64)> = Vec::new();
        for (at, count) in silent.map(|(at, count)| (*at, *count)).chain([(i64::MAX, 0)]) {
            if run.last().is_some_and(|(last, _)| at.saturating_sub(*last) > 24 * HOUR_MILLIS) {
                if run.len() as i64 >= least {
                    found.push(finding(function, &run));
                }
                run.clear();
            }
            run.push((at, count));
        }
    }
    found
}

fn finding(function: &str, hours: &[(i64, u64)]) -> Finding {
    let first = hours.first().map_or(0, |(at, _)| *at);
    let last = hours.last().map_or(first, |(at, _)| *at) + HOUR_MILLIS;
    let count: u64 = hours.iter().map(|(_, count)| count).sum();
    Finding {
        id: String::new(),
        detection: DETECTION.id.to_owned(),
        severity: DETECTION.severity,
        time: first,
        until: last,
        account: account_of(function).to_owned(),
        region: region_of(function).to_owned(),
        function: Some(function.to_owned()),
        principal: None,
        address: None,
        more_addresses: BTreeSet::new(),
        further: Vec::new(),
        seen: format!(
            "CloudWatch counts {count} invocations of {} in {} hours from {} to {}, and none of them has a record.",
            name_of(function),
            hours.len(),
            logs::text_of(first),
            logs::text_of(last)
        ),
        normal: None,
        remark: None,
        events: 0,
        proofs: Vec::new(),
    }
}
