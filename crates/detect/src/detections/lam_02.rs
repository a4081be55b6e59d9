//! LAM-02: an account that is not ours may call a function.

use super::deployers::{Deployers, Standing};
use super::incident::{done_or_tried, hourly, verb, who};
use super::policy::{Grant, Reach};
use crate::arn::name_of;
use crate::change::Change;
use crate::detection::Detection;
use crate::finding::{Finding, Severity};
use crate::view::View;
use cloudtrail::time::DAY_MILLIS;
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
pub(super) const DETECTION: Detection = Detection {
    id: "LAM-02",
    title: "A function was opened to an account that is not yours",
    severity: Severity::High,
    attack: &["T1546", "T1578.005"],
    fields: &[
        "requestParameters.principal",
        "requestParameters.sourceArn",
        "requestParameters.sourceAccount",
        "requestParameters.principalOrgID",
        "userIdentity",
    ],
    page: include_str!("lam_02.md"),
    thresholds: &[],
    find,
};

fn find(view: &View<'_>) -> Vec<Finding> {
    let deployers = Deployers::of(view);
    let partners = Partners::of(view);
    let granted = done_or_tried(view, "lambda", &["AddPermission"]);
    let mut known = Known::default();
    for change in view.done("lambda", &["AddPermission"]) {
        let Some(Reach::Foreign(account, _)) = reach(view, change) else { continue };
        let day = change.time.div_euclid(DAY_MILLIS);
        if deployers.speaks_for_later(change) {
            known.trusted.entry(account.clone()).or_insert(day);
        }
        known.any.entry(account).or_insert(day);
    }
    hourly(granted.filter_map(|change| of(view, &deployers, &partners, &known, change)).collect())
}

/// By account that is not ours: the first day on which it was let in.
#[derive(Default)]
struct Known {
    any: BTreeMap<String, i64>,
    /// By somebody about whom nothing was strange.
    trusted: BTreeMap<String, i64>,
}

fn of(
    view: &View<'_>,
    deployers: &Deployers<'_>,
    partners: &Partners,
    known: &Known,
    change: &Change,
) -> Option<Finding> {
    let Some(Reach::Foreign(account, by_service)) = reach(view, change) else { return None };
    let standing = deployers.standing(change);
    let before = |days: &BTreeMap<String, i64>| {
        days.get(&account).is_some_and(|first| *first < change.time.div_euclid(DAY_MILLIS))
    };
    let (any, known) = (before(&known.any), before(&known.trusted));
    let severity = match (change.succeeded(), standing.is_unusual()) {
        (false, true) => Severity::Medium,
        (false, false) => return None,
        (true, true) if known => Severity::Medium,
        (true, true) => DETECTION.severity,
        (true, false) if known => return None,
        // Topics of AWS itself and of vendors lie in accounts of theirs.
        (true, false) if by_service => Severity::Note,
        (true, false) if standing == Standing::Unknown => Severity::Low,
        // Whoever usually deploys lets a partner of old call one more function.
        (true, false) if partners.called_before(&account, change.time) => Severity::Note,
        (true, false) => Severity::Medium,
    };
    let function = change.function();
    let name = function.as_deref().map_or("a function", name_of);
    let object = format!("the function {name} to {account}, which is neither yours nor allowed");
    let seen = format!("{} {}.", who(change), verb(change, "opened", "open", &object));
    let normal = if known {
        format!("{account} was let in on days before, too. {}", standing.words())
    } else if any {
        format!(
            "Only calls that were strange themselves let {account} in on days before. {}",
            standing.words()
        )
    } else {
        format!("No grant to {account} is known from days before. {}", standing.words())
    };
    let found = Finding::of_change(DETECTION.id, severity, change, seen).about(function).normally(normal);
    let remark = "A service of AWS calls for that account. The grant names what lies there as the source.";
    Some(if by_service { found.remarked(remark) } else { found })
}

/// Days on which an account has called before, for it to be a partner.
const PARTNER: usize = 5;

/// Accounts that are not ours, and on which days they called our functions, and were not refused.
struct Partners(BTreeMap<String, BTreeSet<i64>>);

impl Partners {
    fn of(view: &View<'_>) -> Partners {
        let mut days: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        for call in view.by_function().flatten() {
            let account = view.caller(call).account;
            if !account.is_empty() && !view.is_own(account) && !view.way(call).is_denied() {
                days.entry(account.to_owned()).or_default().insert(i64::from(call.key.day));
            }
        }
        Partners(days)
    }

    fn called_before(&self, account: &str, at: i64) -> bool {
        self.0.get(account).is_some_and(|days| days.range(..at.div_euclid(DAY_MILLIS)).count() >= PARTNER)
    }
}

fn reach(view: &View<'_>, change: &Change) -> Option<Reach> {
    Some(Grant::asked(&change.asked())?.reach(view))
}
