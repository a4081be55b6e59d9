//! INV-01: a principal calls a function for the first time.

use super::inv_shared::{around, by_hand, functions, novelties, tell};
use crate::baseline::{count, few, is_break_glass, when};
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-01",
    title: "A principal called a function that it had never called",
    severity: Severity::Medium,
    attack: &["T1648", "T1078.004"],
    fields: &["userIdentity", "resources.ARN", "eventTime", "userAgent", "sourceIPAddress"],
    page: include_str!("inv_01.md"),
    thresholds: &[],
    find,
};

/// Functions within a day from which on people, too, look around.
const MANY: usize = 3;

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let strange = novelties(view, |_, one, _| one.excuse.is_none());
    let found = strange.into_iter().filter_map(|(principal, group)| {
        let first = group.first()?;
        let calls = around(book, principal, &group);
        let names = functions(book, &calls);
        let since =
            book.function(&first.call).and_then(|known| book.since(known.account)).unwrap_or(first.time);
        let days = usize::try_from((first.time - since) / DAY_MILLIS).unwrap_or(0);
        let emergency = is_break_glass(principal.caller.name);
        let severity = match (emergency, names.len()) {
            (true, _) => Severity::Low,
            (false, ..MANY) => by_hand(book, principal, &calls, DETECTION.severity),
            (false, _) => DETECTION.severity,
        };
        let what = count(names.len(), "function");
        let seen = format!("{} called {what} for the first time: {}.", principal.caller.name, few(names));
        let normal = if first.is_new {
            format!("In {} of records before, this principal called no function.", count(days, "day"))
        } else {
            let known = count(first.known, "other function");
            format!("Since {}, this principal had called {known} and not this.", when(first.since))
        };
        Some(tell(view, DETECTION.id, severity, principal, &calls, seen)?.normally(normal))
    });
    found.collect()
}
