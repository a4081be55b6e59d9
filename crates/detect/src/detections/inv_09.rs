//! INV-09: dry runs that probe.

use super::inv_shared::{functions, tell, whole};
use crate::baseline::{Kind, Use, count, few, incidents, is_of_people};
use crate::detection::{Detection, Threshold};
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::{DAY_MILLIS, HOUR_MILLIS};
use std::collections::BTreeSet;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-09",
    title: "A principal probed functions with dry runs",
    severity: Severity::Low,
    attack: &["T1526"],
    fields: &["requestParameters.invocationType", "userIdentity"],
    page: include_str!("inv_09.md"),
    thresholds: &[Threshold {
        key: "functions",
        default: 3.0,
        meaning: "Functions within a day from which on it matters more.",
    }],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let many = usize::try_from(whole(view, DETECTION.id, "functions")).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    for (principal, uses) in book.by_principal() {
        let name = principal.caller.name;
        let dry: Vec<&Use<'_>> = uses.iter().filter(|one| one.kind == Kind::Dry).collect();
        let used: BTreeSet<(u32, i32)> = uses
            .iter()
            .filter(|one| one.kind == Kind::Direct)
            .map(|one| (one.call.key.function, one.call.key.day))
            .collect();
        let calls_before = |one: &Use<'_>| {
            let function = one.call.key.function;
            used.range((function, i32::MIN)..(function, one.call.key.day)).next().is_some()
        };
        let strange: Vec<&Use<'_>> = dry
            .iter()
            .copied()
            // A pipeline that is new tries before it deploys; a person who changed something once is none.
            .filter(|one| {
                let people = is_of_people(name) && !book.deploys.is_usual(name, one.time());
                people || !book.deploys.has_deployed(name, one.time() + HOUR_MILLIS)
            })
            .filter(|one| !calls_before(one))
            .filter(|one| {
                let account = book.function(&one.call).map_or("", |known| known.account);
                book.has_learned(view, account, one.time())
            })
            .collect();
        for incident in incidents(&strange, |one| one.time(), DAY_MILLIS) {
            let Some(first) = incident.first() else { continue };
            let earlier: BTreeSet<i32> =
                dry.iter().map(|one| one.call.key.day).filter(|day| *day < first.call.key.day).collect();
            if earlier.len() >= 3 && first.call.key.day - earlier.first().copied().unwrap_or(0) >= 5 {
                continue;
            }
            let calls: Vec<Call<'_>> = incident.iter().map(|one| one.call).collect();
            let names = functions(book, &calls);
            let severity = if names.len() >= many { Severity::Medium } else { DETECTION.severity };
            let seen = format!(
                "{name} asked with dry runs whether it might call {}: {}.",
                count(names.len(), "function"),
                few(names)
            );
            let normal = format!(
                "Before, it made dry runs on {} and called none of them. It does not usually deploy functions.",
                count(earlier.len(), "day")
            );
            let finding = tell(view, DETECTION.id, severity, principal, &calls, seen);
            found.extend(finding.map(|finding| finding.normally(normal)));
        }
    }
    found
}
