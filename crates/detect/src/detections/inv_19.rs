//! INV-19: calls from a network that is blocked.

use super::inv_shared::{functions, tell};
use crate::baseline::{Kind, Use, few, incidents};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::grouped::Call;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::BTreeMap;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-19",
    title: "A function was called from a blocked network",
    severity: Severity::High,
    attack: &["T1090.003"],
    fields: &["sourceIPAddress", "userIdentity"],
    page: include_str!("inv_19.md"),
    thresholds: &[],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    if !view.settings.networks.iter().any(|known| known.blocked) {
        return Vec::new();
    }
    let book = view.book();
    let mut found = Vec::new();
    for (principal, uses) in book.by_principal() {
        let blocked = uses.iter().filter(|one| {
            view.settings.network(view.way(&one.call).address).is_some_and(|known| known.blocked)
        });
        // Nobody is told apart among anonymous callers: there the function is what the finding is about.
        let mut groups: BTreeMap<Option<u32>, Vec<&Use<'_>>> = BTreeMap::new();
        for one in blocked {
            let function = (one.kind == Kind::Anonymous).then_some(one.call.key.function);
            groups.entry(function).or_default().push(one);
        }
        for (function, group) in groups {
            let span = if function.is_some() { 7 * DAY_MILLIS } else { DAY_MILLIS };
            for incident in incidents(&group, |one| one.time(), span) {
                let calls: Vec<Call<'_>> = incident.iter().map(|one| one.call).collect();
                let Some(first) = incident.first() else { continue };
                let refused = incident.iter().all(|one| one.kind == Kind::Refused);
                let weak = refused || function.is_some();
                let severity = if weak { Severity::Medium } else { DETECTION.severity };
                let way = view.way(&first.call);
                let network = view.settings.network(way.address).map_or("", |known| known.name.as_str());
                let name = if function.is_some() { "An anonymous caller" } else { principal.caller.name };
                let names = few(functions(book, &calls));
                let called = if refused { "was refused a call of" } else { "called" };
                let seen =
                    format!("{name} {called} {names} from {}, which is blocked ({network}).", way.address);
                found.extend(tell(view, DETECTION.id, severity, principal, &calls, seen));
            }
        }
    }
    found
}
