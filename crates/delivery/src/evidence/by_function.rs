//! Which records count of each function: all that were read, or where digests were asked for, those in files that one proves.

use super::functions::{Functions, Scope, asked, pair};
use crate::delivered::{Proofs, Read};
use audit::evidence::{Looked, PartlyUnproven, Records, Unproven};
use logs::{Group, Pattern};
use std::collections::{BTreeMap, BTreeSet};

/// The records of every function that is listed, or that records name, in its own account.
pub(super) struct ByFunction {
    /// By ARN.
    pub(super) records: BTreeMap<String, Records>,
    /// Functions of whose records one at least is proven, and how many there are, proven or not; `None` iff digests were not asked for.
    proven: Option<BTreeMap<String, u64>>,
    /// Functions of whose records corrections of another time or function left none.
    replaced: BTreeSet<String>,
}

impl ByFunction {
    /// Of a function with proven records those alone count: what lies in other files, be it more of them, copies or corrections,
    /// can neither add to them nor take any away. Of the others all count, and [`ByFunction::unproven`] says why they prove nothing.
    pub(super) fn of(listed: &Functions, read: &Read, scope: Scope<'_>, patterns: &[Pattern]) -> ByFunction {
        let mut records: BTreeMap<String, Records> =
            listed.arns.iter().map(|arn| (arn.clone(), Records::default())).collect();
        records.extend(rows(&read.answer.groups, scope, patterns));
        let proven = read.proven.as_ref().map(|proven| {
            let proven: Vec<(String, Records)> =
                rows(&proven.groups, scope, patterns).filter(|(_, of)| of.records > 0).collect();
            let all = |arn: &String| records.get(arn).map_or(0, |of| of.records);
            let arns = proven.iter().map(|(arn, _)| (arn.clone(), all(arn))).collect();
            records.extend(proven);
            arns
        });
        let own = |labels: &Vec<String>| match &labels[..] {
            [arn, account] => pair(arn).filter(|(owner, _)| owner == account).map(|_| arn.clone()),
            _ => None,
        };
        ByFunction { records, proven, replaced: read.answer.replaced.iter().filter_map(own).collect() }
    }

    /// What is known where all else says that nothing of the function was recorded.
    pub(super) fn looked(&self, arn: &str, looked: Looked) -> Looked {
        let corrected = matches!(looked, Looked::Whole { .. }) && self.replaced.contains(arn);
        if corrected { Looked::Corrected } else { looked }
    }

    /// Why none of the function's records is proven; `None` iff one is, or digests were not asked for.
    pub(super) fn unproven(&self, arn: &str, proofs: &Proofs) -> Option<Unproven> {
        let proven = self.proven.as_ref()?;
        if proven.contains_key(arn) {
            return None;
        }
        pair(arn).map(|(owner, _)| proofs.of(arn, owner))
    }

    /// The records of a function with proven ones that are not proven; `None` iff there are none, or digests were not asked for.
    pub(super) fn beside(&self, arn: &str, proofs: &Proofs) -> Option<PartlyUnproven> {
        let all = *self.proven.as_ref()?.get(arn)?;
        let proven = self.records.get(arn)?.records;
        let (files, first) = pair(arn).and_then(|(owner, _)| proofs.files(arn, owner))?;
        (all > proven).then(|| PartlyUnproven { all, files, first: first.clone() })
    }
}

/// The records of functions that were asked about, in their own accounts.
fn rows<'a>(
    groups: &'a [Group],
    scope: Scope<'a>,
    patterns: &'a [Pattern],
) -> impl Iterator<Item = (String, Records)> + 'a {
    groups.iter().filter_map(move |group| {
        let [arn, account] = &group.labels[..] else { return None };
        let (_, region) = pair(arn).filter(|(owner, _)| owner == account)?;
        if !asked(patterns, arn) || !scope.holds(account, region) {
            return None;
        }
        let cell = &group.cell;
        let records = Records {
            records: cell.records(),
            calls: cell.calls,
            executions: cell.executions(),
            first: cell.first,
            last: cell.last,
            lag_p50: cell.lag.within(500),
            lag_p99: cell.lag.within(990),
        };
        Some((arn.clone(), records))
    })
}
