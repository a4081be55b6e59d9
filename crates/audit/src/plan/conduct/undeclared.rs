//! What a declared reduction drops of functions that it does not declare, judged over the account.

use super::Misconduct;
use crate::Options;
use crate::change::Change;
use crate::edit::{equals, to_advanced};
use crate::finding::{Audit, PlaceAudit};
use crate::inventory::Inventory;
use crate::judge::judge_invocations;
use crate::plan::{Plan, after};
use cloudtrail::event::Field;
use cloudtrail::resource::ResourceType;
use cloudtrail::selector::{FieldSelector, Selector};
use recording::{Inclusion, State, included};
use std::collections::{HashMap, HashSet};

/// The first function of today of which less is recorded afterwards, and that is not among the declared ones.
pub(super) fn undeclared(inventory: &Inventory, plan: &Plan, declared: &[String]) -> Option<Misconduct> {
    let changes: Vec<Change> = plan.steps.iter().map(|step| step.change.clone()).collect();
    let first = changes.first()?;
    let then = after(inventory, &changes);
    let options = Options::default();
    let (was, is) = (judge_invocations(inventory, &options), judge_invocations(&then, &options));
    let declared: HashSet<&str> = declared.iter().map(String::as_str).collect();
    let lost = was.places.iter().zip(&is.places).find_map(|places| lost(&was, &is, places, &declared))?;
    let arn = first.target.arn.clone();
    let why = format!("the plan also drops {lost}, which its exception does not declare");
    Some(Misconduct { step: 0, arn, why })
}

fn lost<'a>(
    was: &Audit<'a>,
    is: &Audit<'_>,
    (before, after): (&PlaceAudit<'a>, &PlaceAudit<'_>),
    declared: &HashSet<&str>,
) -> Option<&'a str> {
    let plane = ResourceType::Function as usize;
    // Functions that share the verdict before and the one after are alike.
    let mut known: HashMap<(usize, usize), bool> = HashMap::new();
    let mut loses = |arn: &str, verdicts: (usize, usize)| {
        let is_recorded = is.verdicts[verdicts.1].state == State::Recorded;
        // Whatever of it was certainly recorded must certainly be, however much that was.
        let ask =
            || included(&certain(was, before, Some(arn)), &certain(is, after, None)) != Inclusion::Included;
        !is_recorded && *known.entry(verdicts).or_insert_with(ask)
    };
    let mut rows = before.planes[plane].rows.iter().zip(&after.planes[plane].rows);
    let found =
        rows.find(|(one, other)| !declared.contains(one.arn) && loses(one.arn, (one.verdict, other.verdict)));
    found.map(|(one, _)| one.arn)
}

/// What certainly records at the place; of the function alone, where one is named.
fn certain(audit: &Audit<'_>, place: &PlaceAudit<'_>, function: Option<&str>) -> Vec<Selector> {
    let recorders = place.candidates.iter().filter(|one| one.certain).filter_map(|one| one.recorder);
    let selectors = recorders.filter_map(|at| audit.inventory.recorders[at].selectors.known());
    let sure = selectors.flat_map(|all| &all.list).filter(|one| one.doubts().is_empty());
    let Some(arn) = function else { return sure.cloned().collect() };
    sure.filter_map(|one| to_advanced(std::slice::from_ref(one)).ok())
        .flatten()
        .filter_map(|one| of_function(one, arn))
        .collect()
}

/// The part of an advanced selector that is about this function; `None` iff there is none.
fn of_function(selector: Selector, arn: &str) -> Option<Selector> {
    let Selector::Advanced(mut one) = selector else { return None };
    let wanted: [FieldSelector; 3] = [
        equals(Field::EventCategory, "Data"),
        equals(Field::ResourcesType, ResourceType::Function.as_str()),
        equals(Field::ResourcesArn, arn),
    ];
    for wanted in wanted {
        let text = wanted.condition.equals.first()?.clone();
        match one.fields.iter().position(|field| field.field == wanted.field) {
            Some(at) if one.fields[at].condition.turns_away(Some(&text)).is_some() => return None,
            Some(at) => one.fields[at] = wanted,
            None => one.fields.push(wanted),
        }
    }
    Some(Selector::Advanced(one))
}
