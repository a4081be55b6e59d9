//! LAM-02: an account that is not ours may call a function.

use super::deployers::{Deployers, Standing};
use super::incident::{done_or_tried, hourly, verb, who};
use super::policy::{Grant, Reach};
use crate::change::Change;
use crate::detection::Detection;
use crate::facts::DAY;
use crate::finding::{Finding, Severity};
use crate::view::{View, name_of};
use std::collections::BTreeMap;

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
    let granted = done_or_tried(view, "lambda", &["AddPermission"]);
    // By account that is not ours: the first day on which it was let in.
    let mut known: BTreeMap<String, i64> = BTreeMap::new();
    for change in view.done("lambda", &["AddPermission"]) {
        if let Some(Reach::Foreign(account, _)) = reach(view, change) {
            known.entry(account).or_insert(change.time.div_euclid(DAY));
        }
    }
    hourly(granted.filter_map(|change| of(view, &deployers, &known, change)).collect())
}

fn of(
    view: &View<'_>,
    deployers: &Deployers<'_>,
    known: &BTreeMap<String, i64>,
    change: &Change,
) -> Option<Finding> {
    let Some(Reach::Foreign(account, by_service)) = reach(view, change) else { return None };
    let standing = deployers.standing(change);
    let known = known.get(&account).is_some_and(|first| *first < change.time.div_euclid(DAY));
    let severity = match (change.succeeded(), standing.is_unusual()) {
        (false, true) => Severity::Medium,
        (false, false) => return None,
        (true, true) if known => Severity::Medium,
        (true, true) => DETECTION.severity,
        (true, false) if known => return None,
        // Topics of AWS itself and of vendors lie in accounts of theirs.
        (true, false) if by_service => Severity::Note,
        (true, false) if standing == Standing::Unknown => Severity::Low,
        (true, false) => Severity::Medium,
    };
    let function = change.function();
    let name = function.as_deref().map_or("a function", name_of);
    let object = format!("the function {name} to {account}, which is neither yours nor allowed");
    let seen = format!("{} {}.", who(change), verb(change, "opened", "open", &object));
    let normal = if known {
        format!("{account} was let in on days before, too. {}", standing.words())
    } else {
        format!("No grant to {account} is known from days before. {}", standing.words())
    };
    let found = Finding::of_change(DETECTION.id, severity, change, seen).about(function).normally(normal);
    let remark = "A service of AWS calls for that account: the grant names what lies there as the source.";
    Some(if by_service { found.remarked(remark) } else { found })
}

fn reach(view: &View<'_>, change: &Change) -> Option<Reach> {
    Some(Grant::asked(&change.asked())?.reach(view))
}
