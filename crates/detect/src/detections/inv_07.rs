//! INV-07: a function that services call is called by a principal.

use super::inv_shared::{around, by_hand, functions, novelties, tell, whole};
use crate::baseline::{Book, Kind, count, few, is_break_glass};
use crate::detection::{Detection, Threshold};
use crate::finding::Finding;
use crate::finding::Severity;
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "INV-07",
    title: "A function that only services call was called directly",
    severity: Severity::Medium,
    attack: &["T1648"],
    fields: &["userIdentity.invokedBy", "userIdentity", "resources.ARN"],
    page: include_str!("inv_07.md"),
    thresholds: &[Threshold {
        key: "calls",
        default: 20.0,
        meaning: "Calls by services from which on a function is known to be called by them.",
    }],
    find,
};

/// How a function was called: days, each with how many calls services made, and days on which principals called.
#[derive(Default)]
struct Profile {
    services: BTreeMap<i32, u64>,
    direct: BTreeSet<i32>,
}

fn find(view: &View<'_>) -> Vec<Finding> {
    let book = view.book();
    let wanted: BTreeSet<u32> =
        view.novel().iter().filter(|one| one.excuse.is_none()).map(|one| one.function).collect();
    let profiles: BTreeMap<u32, Profile> =
        wanted.into_iter().map(|function| (function, profile(view, book, function))).collect();
    let least = whole(view, DETECTION.id, "calls");
    let only_services = |function: u32, at: i64| {
        let day = i32::try_from(at.div_euclid(DAY_MILLIS)).unwrap_or(i32::MAX);
        let profile = profiles.get(&function)?;
        let days = profile.services.range(..day).count();
        let calls: u64 = profile.services.range(..day).map(|(_, count)| count).sum();
        let direct = profile.direct.range(..day).count();
        (days >= 5 && calls >= least && direct * 20 <= days).then_some((days, calls))
    };
    let strange = novelties(view, |principal, one, _| {
        let explained = one.excuse.is_some() || is_break_glass(principal.caller.name);
        !explained && only_services(one.function, one.time).is_some()
    });
    let found = strange.into_iter().filter_map(|(principal, group)| {
        let first = group.first()?;
        let (days, calls) = only_services(first.function, first.time)?;
        let involved = around(book, principal, &group);
        let names = functions(book, &involved);
        let seen = format!("{} called {} directly.", principal.caller.name, few(names));
        let normal =
            format!("On {} before, services made all of {calls} calls, or nearly all.", count(days, "day"));
        let severity = by_hand(book, principal, &involved, DETECTION.severity);
        Some(tell(view, DETECTION.id, severity, principal, &involved, seen)?.normally(normal))
    });
    found.collect()
}

fn profile(view: &View<'_>, book: &Book<'_>, function: u32) -> Profile {
    let mut profile = Profile::default();
    let Some(known) = book.numbered(function) else { return profile };
    for one in book.calls_of(known) {
        let day = one.call.key.day;
        match one.kind {
            // The second record of a call says nothing of who made it.
            Kind::Service if view.way(&one.call).is_execution() => {}
            Kind::Service => *profile.services.entry(day).or_default() += one.call.count(),
            Kind::Direct | Kind::Anonymous => {
                let name = view.caller(&one.call).name;
                if !book.deploys.is_usual(name, one.time()) {
                    profile.direct.insert(day);
                }
            }
            Kind::Refused | Kind::Dry => {}
        }
    }
    profile
}
